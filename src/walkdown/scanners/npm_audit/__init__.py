"""Known vulnerabilities of npm packages, from the advisory data on this machine."""

from walkdown.scanners.npm_audit.scanner import NpmAudit

__all__ = ["NpmAudit"]
