"""The way from a door to what it touches: each station in words, with its lines of code."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from walkdown.review import Review
from walkdown.tui.text import join, plain, quiet
from walkdown.tui.widgets.code import code_content

_BEFORE, _AFTER = 1, 2


class WayView(Static):
    DEFAULT_CSS = """
    WayView { height: auto; text-wrap: nowrap; text-overflow: ellipsis; margin-bottom: 1; }
    """

    def show(self, stations: Sequence[tuple[str, int, str]], review: Review, *, fresh: bool) -> None:
        """`fresh`: the files are still what was scanned; else their lines would be others."""
        self.display = bool(stations)
        self.update(Content("\n").join(_lines(stations, review, fresh=fresh)))


def _lines(stations: Sequence[tuple[str, int, str]], review: Review, *, fresh: bool) -> list[Content]:
    lines: list[Content] = []
    for number, (path, line, said) in enumerate(stations):
        first, code = review.code_at(path, line, _BEFORE, _AFTER) if fresh else (0, "")
        arrow = "" if number == 0 else "→ "
        lines.append(join(arrow, plain(said, "bold"), plain(f"  {path}:{line}", "$quiet")))
        lines.append(code_content(path, first, code, line) if code else quiet("  its code is not shown now"))
        lines.append(Content(""))
    return lines[:-1]
