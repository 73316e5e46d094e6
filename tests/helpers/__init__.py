"""Things that several tests need."""
