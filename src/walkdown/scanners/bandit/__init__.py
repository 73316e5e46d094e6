"""Bandit over the Python files, in our words."""

from walkdown.scanners.bandit.scanner import Bandit

__all__ = ["Bandit"]
