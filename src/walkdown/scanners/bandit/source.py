"""Reads the lines of source that Bandit prints beside a finding: exact columns, and comments that ask it to look away.

Bandit counts columns in bytes from 0, reports the end column without the end line, and moves the line to the argument
it dislikes while the column stays that of the call. What it means follows from the kind of node a check looks at.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Mapping

import msgspec

from walkdown.model import FilePlace, Silence
from walkdown.scanners.bandit import rules as bandit_rules

# Checks that look at a string; the lines they report are those of the expression around it.
_STRING_CHECKS = frozenset({"B104", "B105", "B108"})
# The string is only the first piece; the flaw is the whole expression, whose columns are not told.
_PIECE_CHECKS = frozenset({"B608"})
# Checks of a function's head; the lines they report reach to the end of its body.
_HEAD_CHECKS = frozenset({"B107", "B503"})
# Looks at characters, and counts them itself, from 1.
_CHARACTER_CHECKS = frozenset({"B613"})

_NOSEC = re.compile(r"#\s*nosec:?(?P<checks>[^#]*)")


class Seen(msgspec.Struct, frozen=True):
    """Where Bandit says it saw something: `start` and `end` are its columns, `source` the lines it printed."""

    check: str
    line: int
    lines: tuple[int, ...]
    start: int
    end: int
    source: Mapping[int, str]

    @property
    def first(self) -> int:
        return min(self.lines, default=self.line)

    @property
    def last(self) -> int:
        return max(self.lines, default=self.line)


def telling_lines(check: str, code: str) -> dict[int, str]:
    """The lines of `code` where they decide anything; most findings stand in plain ASCII with no comment to heed."""
    if code.isascii() and "nosec" not in code and check not in _STRING_CHECKS:
        return {}
    return numbered(code)


def numbered(code: str) -> dict[int, str]:
    """Bandit's `code` field as lines by number."""
    lines: dict[int, str] = {}
    for line in code.split("\n"):
        number, space, text = line.partition(" ")
        if space and number.isascii() and number.isdigit() and len(number) < 10:
            lines[int(number)] = text
    return lines


def place(path: str, seen: Seen) -> FilePlace:
    if seen.check in _CHARACTER_CHECKS:
        return FilePlace(path, seen.line, seen.start, seen.line, seen.start + 1)
    if seen.check in _HEAD_CHECKS:
        return FilePlace(path, seen.line, _column(seen, seen.line, seen.start), seen.line)
    if seen.check in _PIECE_CHECKS:
        column = _column(seen, seen.line, seen.start) if seen.line == seen.first else 0
        return FilePlace(path, seen.first, column, seen.last)
    if seen.check in _STRING_CHECKS:
        end_line, end_column = _string_end(seen)
        return FilePlace(path, seen.line, _column(seen, seen.line, seen.start), end_line, end_column)
    start, end = _column(seen, seen.first, seen.start), _column(seen, seen.last, seen.end)
    return FilePlace(path, seen.first, start, seen.last, end)


def silence(seen: Seen) -> Silence | None:
    """The `# nosec` that Bandit would have obeyed: on a line of the expression, for every check or for this one."""
    for line, checks in _nosec_comments(seen).items():
        if not checks or seen.check in checks:
            return Silence("nosec", line)
    return None


def _column(seen: Seen, line: int, offset: int) -> int:
    """From bytes and 0 to characters and 1. A line Bandit did not print is taken to be ASCII."""
    if offset < 0:
        return 0
    text = seen.source.get(line)
    if text is None or text.isascii():
        return offset + 1
    return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore")) + 1


def _string_end(seen: Seen) -> tuple[int, int]:
    """The first line on which something ending in a quote ends at the column given; 0 where none does."""
    for line in range(seen.line, seen.last + 1):
        before = seen.source.get(line, "").encode("utf-8", "surrogatepass")[: seen.end]
        if before.endswith((b'"', b"'")) and (line > seen.line or seen.end > seen.start + 1):
            return line, _column(seen, line, seen.end)
    return (seen.line, 0) if seen.last == seen.line else (0, 0)


def _nosec_comments(seen: Seen) -> dict[int, frozenset[str]]:
    """Line → the checks it names, empty for all of them."""
    wanted = sorted({*seen.lines, seen.line} & seen.source.keys())
    claims = {line: match for line in wanted if (match := _NOSEC.search(seen.source[line]))}
    if claims:
        comments = _comment_lines(seen.source, wanted[0], wanted[-1])
        claims = {line: match for line, match in claims.items() if comments is None or line in comments}
    return {line: _named(match["checks"]) for line, match in claims.items()}


def _comment_lines(source: Mapping[int, str], first: int, last: int) -> set[int] | None:
    """Lines whose comment is one to Python, not a `#` inside a string; None where an excerpt cannot be told apart."""
    excerpt = "".join(source.get(line, "") + "\n" for line in range(first, last + 1))
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(excerpt).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    comments = (token for token in tokens if token.type == tokenize.COMMENT)
    return {first + comment.start[0] - 1 for comment in comments if _NOSEC.match(comment.string)}


def _named(words: str) -> frozenset[str]:
    """Words that are no check of Bandit's are prose: `# nosec, reviewed` silences everything."""
    names, known = bandit_rules.ids_by_name(), bandit_rules.texts()
    return frozenset(names.get(word, word) for word in re.findall(r"\w+", words) if word in names or word in known)
