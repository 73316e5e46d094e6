"""Names that code takes from a package and the installed package does not have."""

from walkdown.scanners.apis.scanner import Apis

__all__ = ["Apis"]
