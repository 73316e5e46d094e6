"""Names of the scanners that come with walkdown, which no other tool's report may take, and of rules that meet."""

from __future__ import annotations

# Rules by which one scanner answers another: nobody published the package; the index was asked, and somebody did.
PHANTOM = "package-phantom"
PUBLISHED = "package-exists"

OURS = frozenset({
    "apis", "bandit", "doors", "indexes", "kingfisher", "kingfisher-history", "npm-audit", "packages", "pip-audit",
    "semgrep",
})  # fmt: skip
