"""From files to findings: plan, run all scanners side by side, keep, merge, and give each finding its lasting name."""
