"""Figures for people to judge; run by hand, never by the tests."""
