"""Where things stand in a TOML text: the line of every table, key and list element. tomllib itself tells none.

Only for text that tomllib has already read without complaint, so nothing is checked here a second time.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from typing import TypeAlias

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Keys and, for the elements of lists and arrays of tables, numbers from 0: ("item", 2, "reach").
KeyPath: TypeAlias = "tuple[str | int, ...]"

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|([^\s"'.=\]]+))[ \t]*""")
# In this order: three quotes also look like an empty string and the start of another.
_STRINGS = (r'"""(?:\\.|[^\\])*?""""{0,2}', r"'''.*?''''{0,2}", r'"(?:\\.|[^"\\])*"', r"'[^']*'")
_STRING = re.compile("|".join(_STRINGS), re.DOTALL)
_DEEPEST = 30  # what lies deeper has the line of what is around it
_PLAIN_VALUE = re.compile(r"[^,\]}\n#]*")


def lines_of(text: str) -> dict[KeyPath, int]:
    """Line numbers from 1. A table that several places add to stands where it was first named."""
    return _Scanner(text.replace("\r\n", "\n")).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._newlines = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[KeyPath, int] = {(): 1}
        self._last: dict[KeyPath, int] = {}  # the newest element of each array of tables

    def run(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip_blank() < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> KeyPath:
        """`[a.b]` or `[[a.b]]`; what comes after it belongs to the table it names."""
        line = self._line()
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        parts = self._key()
        self._at += brackets
        path: KeyPath = ()
        for part in parts[:-1]:
            path = self._newest((*path, part), line)
        path = (*path, parts[-1])
        if brackets == 1:
            return self._newest(path, line)
        self._note(path, line)
        self._last[path] = self._last.get(path, -1) + 1
        path = (*path, self._last[path])
        self._note(path, line)
        return path

    def _newest(self, path: KeyPath, line: int) -> KeyPath:
        self._note(path, line)
        return (*path, self._last[path]) if path in self._last else path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, line)
        self._at += 1  # the equals sign
        self._value(path)

    def _key(self) -> list[str]:
        parts = []
        while True:
            found = _KEY_PART.match(self._text, self._at)
            if found is None:
                raise ValueError("not the text that tomllib read")
            quoted, literal, bare = found.groups()
            # Escapes in a quoted key are for the real parser to read.
            parts.append(tomllib.loads(f'key = "{quoted}"')["key"] if quoted is not None else literal or bare or "")
            self._at = found.end()
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        self._skip_blank()
        string = _STRING.match(self._text, self._at)
        if string:
            self._at = string.end()
        elif self._text.startswith("[", self._at):
            self._list(path)
        elif self._text.startswith("{", self._at):
            self._inline_table(path)
        else:
            self._at = _end(_PLAIN_VALUE, self._text, self._at)

    def _list(self, path: KeyPath) -> None:
        self._at += 1
        number = 0
        while self._text[self._skip_blank()] != "]":
            element: KeyPath = (*path, number)
            self._note(element, self._line())
            self._value(element)
            self._skip_comma()
            number += 1
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._text[self._skip_blank()] != "}":
            self._pair(path)
            self._skip_comma()
        self._at += 1

    def _skip_comma(self) -> None:
        if self._text.startswith(",", self._skip_blank()):
            self._at += 1

    def _skip_blank(self) -> int:
        self._at = _end(_BLANK, self._text, self._at)
        return self._at

    def _note(self, path: KeyPath, line: int) -> None:
        if len(path) <= _DEEPEST:
            self._lines.setdefault(path, line)

    def _line(self) -> int:
        return bisect_left(self._newlines, self._at) + 1


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
