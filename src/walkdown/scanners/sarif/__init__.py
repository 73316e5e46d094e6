"""Another tool's findings, from a SARIF file or from a command that prints one."""

from walkdown.scanners.sarif.scanner import MOST_BYTES, SarifCommand, read_sarif

__all__ = ["MOST_BYTES", "SarifCommand", "read_sarif"]
