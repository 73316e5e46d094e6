"""Source text by line and column, and the plain answer for files that no parser of ours can read."""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from typing import Protocol

import msgspec

BLANK = "§"
_LONG_LINE = 2_000
_LONG_CODE = 4_000

# A value bound to such a name stays out of every unkeyed hash, whatever was flagged around it.
_SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase|code)?(?![a-z])|pwd|secret|token|api_?key|private_?key|access_?key|credential|(?<![a-z])auth(?![a-z])",
    re.IGNORECASE,
)
_HARMLESS_END = re.compile(r"(?:url|uri|name|file|path|type|header|field|length|prefix|class|expires?)$", re.IGNORECASE)
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s]*@")
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`")
_KEY_BEFORE = re.compile(r"([\w.\-]{1,80})[\"'\]]*\s{0,8}(?:=>|:=|[:=])[^:=]{0,200}$")
_DATA_VALUE = re.compile(r"^([^:=]{0,200}[:=]).*$", re.DOTALL)
_PY_DEF = re.compile(r"^(\s*)(?:async\s+def|def|class)\s+(\w+)")


class Span(msgspec.Struct, frozen=True):
    """A stretch of text as in FilePlace: from 1, in characters, ends exclusive, 0 where not known."""

    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class View(msgspec.Struct, frozen=True):
    """What a span of code is, free of layout. `span` is narrower than asked where only a header counts.

    `context` is the neighbouring code: the two statements before, the two after, then the elements beside it in the
    same list, dict or argument list. Its strings are blanked. `literals` are the strings left out of `code`.
    """

    symbol: str = ""
    code: str = ""
    context: tuple[str, ...] = ()
    span: Span | None = None
    literals: tuple[str, ...] = ()


class Source(Protocol):
    """A file, parsed once for all questions about it."""

    def at(self, span: Span, *, blank: bool = False) -> View:
        """`blank`: keep every string out of `code`, because one of them is a secret."""


class Bounds(msgspec.Struct, frozen=True):
    """A span clamped to the text: (line, character) from 0, end exclusive, whitespace at both ends left out.

    `opening`: only the start is known, and what begins there is meant.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    opening: bool = False


def is_secret_name(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_END.search(name)


def without_user(value: str) -> str:
    """A URL's `user:password@` never belongs into a hash either."""
    return _USER_IN_URL.sub(BLANK, value) if "://" in value else value


def compact(code: str) -> str:
    """Very long code as its hash, so that thousands of findings about one huge literal stay cheap."""
    if len(code) <= _LONG_CODE:
        return code
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def decode(source: bytes, *, python: bool = False) -> str:
    """Never fails: what cannot be decoded becomes U+FFFD. A Python file may name its own encoding."""
    encoding = "utf-8-sig"
    if python and not source.startswith(b"\xef\xbb\xbf"):
        try:
            encoding = tokenize.detect_encoding(io.BytesIO(source).readline)[0]
        except (SyntaxError, ValueError):
            encoding = "utf-8"
    try:
        return source.decode(encoding, errors="replace")
    except (LookupError, ValueError):
        return source.decode("utf-8", errors="replace")


class Lines:
    """The text in lines; answers `at` by normalised lines."""

    def __init__(self, text: str, *, python: bool = False, data: bool = False) -> None:
        self.lines = re.split(r"\r\n|\r|\n" if python else r"\r?\n", text)
        self._python = python
        self._data = data

    def bounds(self, span: Span) -> Bounds | None:
        """None where the span points at the file as a whole, or at nothing but blank space."""
        if span.line <= 0:
            return None
        first = min(span.line, len(self.lines)) - 1
        last = max(first, min(span.end_line or span.line, len(self.lines)) - 1)
        if span.column > 0 and not span.end_column and self.lines[first][span.column - 1 : span.column].strip():
            return Bounds((first, span.column - 1), (first, span.column), opening=True)
        # Without columns the whole line is meant.
        known = span.column > 0 and span.end_column > 0
        begin = min(span.column - 1, len(self.lines[first])) if known else 0
        stop = min(span.end_column - 1, len(self.lines[last])) if known else len(self.lines[last])
        if (last, stop) <= (first, begin):
            begin, stop = 0, len(self.lines[last])
        return self._trimmed(first, begin, last, stop)

    def _trimmed(self, first: int, begin: int, last: int, stop: int) -> Bounds | None:
        while first <= last:
            part = self.lines[first][begin : stop if first == last else None]
            if part.strip():
                begin += len(part) - len(part.lstrip())
                break
            first, begin = first + 1, 0
        while last >= first:
            part = self.lines[last][: stop if stop >= 0 else None]
            if part.strip():
                return Bounds((first, begin), (last, len(part.rstrip())))
            last, stop = last - 1, -1
        return None

    def at(self, span: Span, *, blank: bool = False) -> View:
        bounds = self.bounds(span)
        if bounds is None:
            return View()
        if bounds.opening:
            bounds = self._trimmed(bounds.start[0], bounds.start[1], bounds.start[0], -1) or bounds
        first, last = bounds.start[0], bounds.end[0]
        code = self._before_secret(bounds) if blank else compact(self._code(bounds))
        return View(self._symbol(first), code, self._context(first, last))

    def _code(self, bounds: Bounds) -> str:
        (first, begin), (last, stop) = bounds.start, bounds.end
        if first == last and len(self.lines[first]) > _LONG_LINE:
            return _flat(self.lines[first][begin:stop])
        return "\n".join(_without_values(_flat(line), self._data) for line in self.lines[first : last + 1])

    def _before_secret(self, bounds: Bounds) -> str:
        """Only the name the secret is given: the rest of the line may hold other secrets."""
        line, begin = bounds.start
        found = _KEY_BEFORE.search(self.lines[line][max(0, begin - 300) : begin])
        if found is None:
            # The span may start at the name itself.
            found = re.match(
                r"[\"'\[]*([\w.\-]{1,80})[\"'\]]*\s{0,8}(?:=>|:=|[:=])", self.lines[line][begin : begin + 120]
            )
        return f"{found.group(1)}={BLANK}" if found else BLANK

    def _symbol(self, line: int) -> str:
        """The names a broken Python file is indented under; good enough to tell two functions apart."""
        if not self._python or len(self.lines[line]) > _LONG_LINE:
            return ""
        names: list[str] = []
        depth = len(self.lines[line]) - len(self.lines[line].lstrip()) + 1
        for above in range(line, max(-1, line - _LONG_LINE), -1):
            found = _PY_DEF.match(self.lines[above][:300])
            if found and len(found.group(1)) < depth:
                depth = len(found.group(1))
                names.append(found.group(2))
            if not depth:
                break
        return ".".join(reversed(names))

    def _context(self, first: int, last: int) -> tuple[str, ...]:
        before = [text for number in range(first - 1, max(-1, first - 6), -1) if (text := self._neighbour(number))]
        after = [
            text for number in range(last + 1, min(len(self.lines), last + 6)) if (text := self._neighbour(number))
        ]
        two_before, two_after = [*before, "^", "^"][:2], [*after, "$", "$"][:2]
        return (two_before[1], two_before[0], two_after[0], two_after[1])

    def _neighbour(self, number: int) -> str:
        """A line with its strings out, and in files of settings with its values out: they may be secrets."""
        line = _flat(_QUOTED.sub(BLANK, self.lines[number][:_LONG_LINE]))
        return _DATA_VALUE.sub(r"\1", line) if self._data else line


def _flat(line: str) -> str:
    return " ".join(line.split())


def _without_values(line: str, data: bool) -> str:
    line = without_user(line)
    if not data:
        return _QUOTED.sub(BLANK, line) if _SECRET_NAME.search(line) else line
    named = _DATA_VALUE.match(line)
    return named.group(1) + BLANK if named and is_secret_name(named.group(1)[:-1].strip("\"' -")) else line
