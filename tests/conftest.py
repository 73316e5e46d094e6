"""Lies here so that every test can import what `helpers/` offers."""
