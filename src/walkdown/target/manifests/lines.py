"""On which line something stands, looked up in the text after a parser has read it. 0 where it cannot be said."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'([^\'\n]*)\'')
_KEY = re.compile(r"[ \t]*[\"']?([\w.-]+?)[\"']?[ \t]*[=:]")
_HEADER = re.compile(r"[ \t]*\[\[?([^\[\]\n]*)\]")


def table_lines(text: str, table: str, names: Sequence[str]) -> tuple[int, ...]:
    """For each `[[table]]` in order, the line of its `name =`. `names` are what the parser saw there: where they do not
    fit what is found (a table inside a multi-line text, say), the line is not known."""
    header = re.compile(rf"[ \t]*\[\[[ \t]*{re.escape(table)}[ \t]*\]\]")
    entry = re.compile(r"[ \t]*(?:name|\"name\"|'name')[ \t]*=[ \t]*[\"']([^\"']*)[\"']")
    starts: list[tuple[str, int]] = []
    waiting = False
    for number, line in enumerate(text.split("\n"), 1):
        if header.match(line):
            starts.append(("", number))
            waiting = True
        elif waiting and (match := entry.match(line)):
            starts[-1] = (match.group(1), number)
            waiting = False
    if [name for name, _ in starts] == list(names):
        return tuple(number for _, number in starts)
    return (0,) * len(names)


class Finder:
    """Finds values one after the other. Each line of a value is given out once, so that the same requirement in two
    groups gets two lines. The text is gone through once, whatever is asked of it later."""

    def __init__(self, text: str) -> None:
        self._values: dict[str, list[int]] = defaultdict(list)
        self._keys: dict[str, list[int]] = defaultdict(list)
        self._headers: dict[str, int] = {}
        for number, line in enumerate(text.split("\n"), 1):
            for match in _QUOTED.finditer(line):
                double, single = match.group(1), match.group(2)
                self._values[single if double is None else _unescaped(double)].append(number)
            if header := _HEADER.match(line):
                name = re.sub(r"[\"' \t]", "", header.group(1))
                self._headers.setdefault(name, number)
                self._keys[name.rpartition(".")[2]].append(number)
            elif key := _KEY.match(line):
                for name in {key.group(1), key.group(1).rpartition(".")[2]}:
                    self._keys[name].append(number)

    def header(self, name: str) -> int:
        """The line of `[a.b]` in TOML, 0 where it is not written as a header."""
        return self._headers.get(name, 0)

    def key(self, name: str, after: int = 0) -> int:
        """The next line behind `after` where `name` is the key of something."""
        return self._take(self._keys, name, after) or self._take(self._values, name, after)

    def value(self, text: str, after: int = 0) -> int:
        """The next line behind `after` where `text` stands between quotes, else the first one at all."""
        return self._take(self._values, text, after) or self._take(self._values, text, 0)

    @staticmethod
    def _take(index: dict[str, list[int]], text: str, after: int) -> int:
        lines = index.get(text, [])
        position = bisect_right(lines, after)
        return lines.pop(position) if position < len(lines) else 0


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\"\\])", r"\1", text) if "\\" in text else text
