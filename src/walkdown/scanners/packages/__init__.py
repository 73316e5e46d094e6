"""Packages that are not what they seem: names nobody published, names made to be mistaken, lists that do not fit."""

from walkdown.scanners.packages.scanner import Packages

__all__ = ["Packages"]
