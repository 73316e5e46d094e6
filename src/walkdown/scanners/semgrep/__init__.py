"""Semgrep with our own rules over Python, JavaScript and TypeScript."""

from walkdown.scanners.semgrep.scanner import Semgrep

__all__ = ["Semgrep"]
