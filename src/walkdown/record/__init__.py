"""What leaves the house: exports of a scan, and the sign-off record with its signatures. Needs no scanner, no network."""
