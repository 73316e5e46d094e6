"""What we say about each check of Bandit. The words are ours, in `rules/bandit/bandit.toml`; Bandit's own messages can
quote the password they warn of and never leave the adapter."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from walkdown.model import Confidence, Rule, Severity

Level = Literal["UNDEFINED", "LOW", "MEDIUM", "HIGH"]

_FILE = Path(__file__).parents[2] / "rules" / "bandit" / "bandit.toml"

_CONFIDENCE: dict[Level, Confidence] = {
    "HIGH": Confidence.SURE,
    "MEDIUM": Confidence.LIKELY,
    "LOW": Confidence.UNSURE,
    "UNDEFINED": Confidence.UNSURE,
}

# For checks we have no text for: Bandit's own word is all there is.
_UNKNOWN_SEVERITY: dict[Level, Severity] = {
    "HIGH": Severity.HIGH,
    "MEDIUM": Severity.MEDIUM,
    "LOW": Severity.LOW,
    "UNDEFINED": Severity.LOW,
}


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of the file."""

    name: str
    title: str
    message: str
    fix: str
    family: str
    url: str
    severity: Severity
    cwe: tuple[int, ...]
    hazard: str = ""
    at: dict[Level, Severity] = {}


def digest() -> str:
    """Changes whenever a text or a severity does, so that cached findings never speak with old words."""
    return hashlib.sha256(_raw()).hexdigest()[:16]


@cache
def texts() -> dict[str, Text]:
    return msgspec.toml.decode(_raw(), type=dict[str, Text])


@cache
def rule(check: str) -> Rule:
    """Our rule for a check; one that a plugin or a newer Bandit brings gets a text that only points at the place."""
    text = texts().get(check)
    if text is None:
        return Rule(
            tool="bandit",
            id=check,
            title=f"Bandit's check {check} speaks up",
            message="Walkdown has no words of its own for this check yet; it comes from a plugin or a newer Bandit.",
            fix=f"Look up {check} in the documentation of Bandit or of the plugin, and judge the place yourself.",
            family=f"bandit-{check.lower()}",
        )
    return Rule(
        tool="bandit",
        id=check,
        title=text.title,
        message=text.message,
        fix=text.fix,
        url=text.url,
        hazard=text.hazard,
        family=text.family,
        cwe=text.cwe,
    )


def severity(check: str, level: Level) -> Severity:
    """Ours for the check; Bandit's level counts only where the table says that it tells something."""
    text = texts().get(check)
    return _UNKNOWN_SEVERITY[level] if text is None else text.at.get(level, text.severity)


def confidence(level: Level) -> Confidence:
    return _CONFIDENCE[level]


@cache
def ids_by_name() -> dict[str, str]:
    """`# nosec` comments may call a check by id or by name."""
    return {text.name: check for check, text in texts().items()}


@cache
def _raw() -> bytes:
    return _FILE.read_bytes()
