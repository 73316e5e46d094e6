"""Short questions over a screen. None of them says yes by itself."""
