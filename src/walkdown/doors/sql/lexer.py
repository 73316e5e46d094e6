"""Cuts a file of SQL into statements, so that a broken one cannot hide the next.

Knows quotes, dollar quotes, comments, `begin atomic` bodies, psql's own commands and the data of `copy ... from stdin`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import msgspec

_STOP = re.compile(
    r"""(?P<string>[eE]?')|(?P<name>")|(?P<line>--)|(?P<block>/\*)|(?P<dollar>\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)"""
    r"""|(?P<end>;)|(?P<word>\b(?:atomic|case|end)\b)|(?P<psql>(?<=\n)[ \t]*\\[^\n]*)""",
    re.IGNORECASE,
)
_TAG = re.compile(r"\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$")
_BLOCK = re.compile(r"/\*|\*/")
_PLAIN = re.compile(r"[^']*(?:''[^']*)*'")
_ESCAPED = re.compile(r"[^'\\]*(?:(?:\\.|'')[^'\\]*)*'", re.DOTALL)
_COPY = re.compile(r"\s*copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_COPY_END = re.compile(r"^\\\.[ \t]*\r?$", re.MULTILINE)
_SWALLOWED = re.compile(r";\s*\n\s*(?:create|alter|drop|grant|revoke|insert)\s", re.IGNORECASE)
_NEXT = re.compile(r"[ \t\r]*\n\s*(?:create|alter|drop|grant|revoke|comment\s+on|do)\s", re.IGNORECASE)
_INK = re.compile(r"[^\s]")
_STARTS = re.compile(r"\s*create\b", re.IGNORECASE)


class Chunk(msgspec.Struct, frozen=True):
    """One statement without its comments before it; `line` counts from 1."""

    text: str
    line: int


class Cut(msgspec.Struct, frozen=True):
    chunks: tuple[Chunk, ...]
    unbalanced: tuple[int, ...] = ()


def cut(text: str) -> Cut:
    """All statements; where a quote is never closed, the text is read again with quotes that end before a statement."""
    cutter = _Cutter(text, wary=False)
    chunks = tuple(cutter.chunks())
    if cutter.unbalanced:
        cutter = _Cutter(text, wary=True)
        chunks = tuple(cutter.chunks())
    return Cut(chunks, tuple(cutter.unbalanced))


def uncommented(text: str) -> str:
    return _Cutter(text, wary=False).plain() if "--" in text or "/*" in text else text


class _Cutter:
    def __init__(self, text: str, *, wary: bool) -> None:
        self._text = text
        self._wary = wary
        self._newlines = [found.start() for found in re.finditer("\n", text)]
        self._last_tag = {found[0]: found.start() for found in _TAG.finditer(text)}
        self.unbalanced: list[int] = []

    def line(self, at: int) -> int:
        return bisect_right(self._newlines, at - 1) + 1

    def chunks(self) -> Iterator[Chunk]:  # noqa: PLR0912 - one branch for each kind of stop
        text, start, at = self._text, 0, 0
        depth = 0  # of `begin atomic` and the cases in it
        while stop := _STOP.search(text, at):
            kind, at = stop.lastgroup, stop.end()
            if kind == "end":
                if depth:
                    continue
                if chunk := self._chunk(start, stop.start()):
                    yield chunk
                    if _COPY.match(chunk.text):
                        data = _COPY_END.search(text, at)
                        at = data.end() if data else len(text)
                start = at
            elif kind == "word":
                word = stop[0].lower()
                if word == "atomic" and _STARTS.match(text, self._begin(start, stop.start())):
                    depth = 1
                elif depth:
                    depth += 1 if word == "case" else -1
            elif kind == "psql":
                if not text[start : stop.start()].strip():
                    start = at
            else:
                at = self._skip(kind or "", stop)
                if kind == "dollar" and not depth and _NEXT.match(text, at) and (chunk := self._chunk(start, at)):
                    yield chunk  # a body without a semicolon after it
                    start = at
        if chunk := self._chunk(start, len(text)):
            yield chunk

    def plain(self) -> str:
        """The whole text with its comments blanked; every line stays where it is."""
        text, at, parts, kept = self._text, 0, [], 0
        while stop := _STOP.search(text, at):
            kind = stop.lastgroup or ""
            at = stop.end() if kind in ("end", "word", "psql") else self._skip(kind, stop)
            if kind in ("line", "block"):
                parts.append(text[kept : stop.start()])
                parts.append(_INK.sub(" ", text[stop.start() : at]))
                kept = at
        parts.append(text[kept:])
        return "".join(parts)

    def _skip(self, kind: str, stop: re.Match[str]) -> int:  # noqa: PLR0911 - one line for each kind of quote
        text, at = self._text, stop.end()
        if kind == "line":
            end = text.find("\n", at)
            return len(text) if end < 0 else end
        if kind == "block":
            return self._comment(at)
        if kind == "name":
            end = text.find('"', at)
            return self._open(at) if end < 0 else end + 1
        if kind == "dollar":
            if self._last_tag.get(stop[0], -1) < at:
                return self._open(at)
            return text.find(stop[0], at) + len(stop[0])
        found = (_ESCAPED if stop[0][0] in "eE" else _PLAIN).match(text, at)
        if found is None:
            return self._open(at)
        if self._wary and _SWALLOWED.search(text, at, found.end()):
            return self._open(at)
        return found.end()

    def _open(self, at: int) -> int:
        """A quote nobody closes counts as an ordinary character."""
        if len(self.unbalanced) < 100:
            self.unbalanced.append(self.line(at))
        return at

    def _comment(self, at: int) -> int:
        depth = 1
        for found in _BLOCK.finditer(self._text, at):
            depth += 1 if found[0] == "/*" else -1
            if not depth:
                return found.end()
        return self._open(at) if self._wary else len(self._text)

    def _begin(self, start: int, end: int) -> int:
        """Where the statement itself starts, after blanks and comments."""
        text = self._text
        while start < end:
            if text[start].isspace():
                start += 1
            elif text.startswith("--", start):
                stop = text.find("\n", start)
                start = end if stop < 0 else stop
            elif text.startswith("/*", start):
                start = min(self._comment(start + 2), end)
            else:
                break
        return start

    def _chunk(self, start: int, end: int) -> Chunk | None:
        start = self._begin(start, end)
        text = self._text[start:end].rstrip()
        return Chunk(uncommented(text), self.line(start)) if text else None
