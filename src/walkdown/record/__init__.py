"""What leaves the house: exports of a scan, and the sign-off record with its signatures. No scanner, no network."""
