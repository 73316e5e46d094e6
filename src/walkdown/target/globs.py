"""The patterns of --include and --exclude: `*` and `?` within one name, `**` across folders, a bare name anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence


class Globs:
    def __init__(self, patterns: Sequence[str]) -> None:
        self._match = re.compile("|".join(_regex(pattern) for pattern in patterns), re.DOTALL) if patterns else None

    def match(self, path: str) -> bool:
        """True where a pattern names the path itself or a folder it lies in."""
        return self._match is not None and self._match.fullmatch(path) is not None


def _regex(pattern: str) -> str:
    anchored = "/" in pattern.rstrip("/")
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/"))
    translated = "".join(_PIECES.get(part) or re.escape(part) for part in parts)
    return ("" if anchored else r"(?:.*/)?") + translated + r"(?:/.*)?"


_PIECES = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
