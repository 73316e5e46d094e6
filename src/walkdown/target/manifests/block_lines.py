"""The lines of a YAML file as pnpm and yarn write them: keys, one below the other, each with a short value or a block.

Not a YAML reader. A lock has a hundred thousand lines, a general reader needs half a minute for them and follows
aliases into memory that no machine has; what goes beyond the form that these tools write is refused, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from walkdown.target.manifests.reading import Unreadable

_KEY = re.compile(
    r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s\"'#\[\]{},&*!|>%@`-](?:[^:]|:(?=\S))*?|-(?=\S)(?:[^:]|:(?=\S))*?)"
    r"[ ]*:(?:[ ]+(.*))?"
)
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}[ ]*(?:#.*)?")
_COMMENT = re.compile(r"\s#.*")
_ESCAPED = re.compile(r"\\([\"\\/])")
_LONGEST_FLOW = 200  # lines of one `{...}`
_DEEPEST = 20
_LONGEST_LINE = 20_000


class Line(NamedTuple):
    number: int
    depth: int
    key: str
    value: str


def block_lines(text: str, opaque: frozenset[tuple[int, str]] = frozenset()) -> Iterator[Line]:
    """Each key with its depth, 0 at the top. A `{...}` that is a value comes as text. What stands below an `opaque` key
    of that depth is left out; it may have any form."""
    reader = _Reader(text, opaque)
    return reader.lines()


class _Reader:
    def __init__(self, text: str, opaque: frozenset[tuple[int, str]]) -> None:
        self._rows = text.replace("\r\n", "\n").split("\n")
        self._opaque = opaque
        self._indents: list[int] = []
        self._at = 0
        self._asked: tuple[int, str] | None = None

    def lines(self) -> Iterator[Line]:
        while self._at < len(self._rows):
            row = self._rows[self._at]
            self._at += 1
            bare = row.strip(" ")
            if not bare or bare[0] == "#" or bare.startswith("- ") or bare == "-":
                continue
            if row.startswith(("---", "...")):
                self._indents.clear()
            elif len(row) > _LONGEST_LINE:
                raise self._unusual()
            else:
                yield from self._line(len(row) - len(row.lstrip(" ")), bare)

    def _line(self, indent: int, bare: str) -> Iterator[Line]:
        if bare.startswith("? "):
            self._asked = (indent, unquoted(bare[2:].strip()))
            return
        if self._asked is not None:
            # A key too long for its line: `? key`, and below it `:` with what would stand behind it.
            at, key = self._asked
            self._asked = None
            if at != indent or not (bare == ":" or bare.startswith(": ")):
                raise self._unusual()
            yield self._placed(indent, key, "")
            if bare != ":":
                yield from self._line(indent + 2, bare[2:].strip())
            return
        if bare[0] in "{[":
            self._flow(bare)  # the value of the key above, which was read as an empty one
            return
        match = _KEY.fullmatch(bare)
        if match is None:
            raise self._unusual()
        written, value = match.groups()
        key = unquoted(written)
        line = self._placed(indent, key, self._value(value or "", indent))
        yield line
        if (line.depth, key) in self._opaque:
            self._skip(indent)

    def _placed(self, indent: int, key: str, value: str) -> Line:
        if key == "<<":
            raise self._unusual()
        number = self._at
        while self._indents and self._indents[-1] >= indent:
            self._indents.pop()
        depth = len(self._indents)
        self._indents.append(indent)
        if depth > _DEEPEST:
            raise Unreadable("it is nested too deeply")
        return Line(number, depth, key, value)

    def _value(self, written: str, indent: int) -> str:
        if not written or written[0] == "#":
            return self._value_below(indent)
        if _BLOCK.fullmatch(written):
            self._skip(indent)
            return ""
        if written[0] in "&*!":
            raise self._unusual()
        if written[0] in "{[":
            return self._flow(written)
        if written[0] in "\"'":
            return unquoted(written)
        return _COMMENT.sub("", written).strip()

    def _value_below(self, indent: int) -> str:
        """A formatter puts `{...}` on lines of its own below the key."""
        if self._at < len(self._rows):
            row = self._rows[self._at]
            bare = row.strip(" ")
            if bare.startswith("{") and len(row) - len(row.lstrip(" ")) > indent:
                self._at += 1
                return self._flow(bare)
        return ""

    def _flow(self, start: str) -> str:
        parts = [start]
        depth = _balance(start)
        while depth > 0:
            if self._at >= len(self._rows) or len(parts) > _LONGEST_FLOW:
                raise self._unusual()
            parts.append(self._rows[self._at].strip())
            self._at += 1
            depth += _balance(parts[-1])
        return " ".join(parts)

    def _skip(self, indent: int) -> None:
        while self._at < len(self._rows):
            row = self._rows[self._at]
            bare = row.lstrip(" ")
            if bare and len(row) - len(bare) <= indent:
                return
            self._at += 1

    def _unusual(self) -> Unreadable:
        return Unreadable(f"line {self._at} is not of the form that its tool writes")


def unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return _ESCAPED.sub(r"\1", text[1:-1])
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


def _balance(text: str) -> int:
    """How many brackets stay open, those within quotes aside."""
    bare = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'", "", text)
    return sum(bare.count(one) for one in "{[") - sum(bare.count(one) for one in "}]")
