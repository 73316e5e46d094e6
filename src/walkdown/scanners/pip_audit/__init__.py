"""Known vulnerabilities of pinned Python packages through pip-audit."""

from walkdown.scanners.pip_audit.scanner import PipAudit

__all__ = ["PipAudit"]
