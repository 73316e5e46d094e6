"""How bad an advisory calls itself: from its CVSS vectors where it has some, else from the word its database gives."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_LONGEST_VECTOR = 512
_ORDER = ("critical", "high", "medium", "low")
_WORDS = {"critical": "critical", "high": "high", "medium": "medium", "moderate": "medium", "low": "low", "none": "low"}


def worst(vectors: Iterable[str]) -> str:
    """The worst of what the vectors say. An advisory rated twice (CVSS 3 and 4) is as bad as its worse rating."""
    found = {rated(vector) for vector in vectors if 0 < len(vector) <= _LONGEST_VECTOR}
    return next((word for word in _ORDER if word in found), "")


def worded(word: str) -> str:
    """A database's own word, in ours."""
    return _WORDS.get(word.strip().lower(), "") if len(word) <= 20 else ""


@lru_cache(maxsize=8192)
def rated(vector: str) -> str:
    """critical, high, medium or low for a CVSS vector of version 2, 3.x or 4.0; "" for what is none."""
    from cvss import CVSS2, CVSS3, CVSS4  # needed while data is taken in, never while a scan reads it
    from cvss.exceptions import CVSSError

    kind = CVSS4 if vector.startswith("CVSS:4") else CVSS3 if vector.startswith("CVSS:3") else CVSS2
    try:
        return _WORDS.get(str(kind(vector).severities()[0]).lower(), "")
    except CVSSError:
        return ""
