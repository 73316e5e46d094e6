"""What only the source can tell about a match: columns in characters, and comments that ask Semgrep to look away.

Semgrep counts columns in bytes and breaks lines at line feeds only. Neither front end says in its JSON which matches a
comment wanted hidden, so they are all asked for, and the comments are read here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from walkdown.model import FilePlace, Silence
from walkdown.scanners.semgrep.output import At, Match

_COMMENT = re.compile(rb"nosem(?:grep)?(?![\w-])[ \t]*(?::[ \t]*([\w.-]+(?:,[ \t]*[\w.-]+)*))?", re.IGNORECASE)
_ALONE = re.compile(rb"[^a-zA-Z0-9]*nosem", re.IGNORECASE)  # nothing but comment signs before it
_BEFORE = b" \t#/*-"  # what may stand before the word in a line of code; a quote makes it a string


def place(path: str, match: Match, lines: Sequence[bytes]) -> FilePlace:
    return FilePlace(path, match.start.line, _column(match.start, lines), match.end.line, _column(match.end, lines))


def _column(at: At, lines: Sequence[bytes]) -> int:
    """A byte order mark is no character of the line; bytes that are no UTF-8 count as what is shown for them."""
    if not 1 <= at.line <= len(lines):
        return 0
    before = lines[at.line - 1][: max(0, at.col - 1)]
    if at.line == 1 and before.startswith(b"\xef\xbb\xbf"):
        before = before[3:]
    return len(before) + 1 if before.isascii() else len(before.decode("utf-8", "replace")) + 1


def silence(rule: str, line: int, lines: Sequence[bytes]) -> Silence | None:
    """A `nosemgrep` comment in the first line of the match, or alone in the line before it."""
    if 1 <= line <= len(lines) and _names(lines[line - 1], rule):
        return Silence("nosemgrep", line)
    if 2 <= line <= len(lines) + 1 and _ALONE.match(lines[line - 2]) and _names(lines[line - 2], rule):
        return Silence("nosemgrep", line - 1)
    return None


def _names(text: bytes, rule: str) -> bool:
    for found in _COMMENT.finditer(text):
        if found.start() and text[found.start() - 1] not in _BEFORE:
            continue
        if found.group(1) is None:
            return True
        named = re.split(r"[,\s]+", found.group(1).decode("ascii"))
        if any(one == rule or rule.endswith(f".{one}") for one in named):
            return True
    return False
