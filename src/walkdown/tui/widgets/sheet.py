"""Labels on the left, what they are about on the right, in one widget: a page of many small ones would be slow."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from walkdown.tui.text import quiet

_LONGEST_LINE = 88
_LEAST = 10


class Entry(msgspec.Struct, frozen=True):
    """No label: the whole width is the text's. `apart`: an empty line comes first."""

    what: Content
    label: str | None = None
    apart: bool = True


class Sheet(Widget):
    """Wraps by itself, to the length at which one reads well."""

    DEFAULT_CSS = """
    Sheet { width: 1fr; height: auto; text-wrap: nowrap; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._indent = 11
        self._entries: tuple[Entry, ...] = ()
        self._wrapped: tuple[int, list[Content], dict[str, int]] = (-1, [], {})

    def show(self, entries: Sequence[Entry]) -> None:
        if tuple(entries) == self._entries:
            return
        self._entries, self._wrapped = tuple(entries), (-1, [], {})
        self.display = bool(self._entries)
        # Where it stays as high as it was, nothing around it has to move.
        self.refresh(layout=self._is_other_height())
        # Shown twice before the first was laid out, it may have been compared with what never came to the screen.
        self.call_after_refresh(self._settle)

    def indent(self, columns: int) -> None:
        """How wide the labels' column is."""
        if columns != self._indent:
            self._indent, self._wrapped = columns, (-1, [], {})
            self.refresh(layout=True)

    def top_of(self, label: str) -> int:
        """The line at which that entry begins."""
        self._lines(self.content_size.width)
        return self._wrapped[2].get(label, 0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self._lines(width))

    def _is_other_height(self) -> bool:
        return len(self._lines(self.content_size.width)) != self.content_size.height

    def _settle(self) -> None:
        if self._is_other_height():
            self.refresh(layout=True)

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        if width != self._wrapped[0]:
            lines: list[Content] = []
            tops: dict[str, int] = {}
            for entry in self._entries:
                if lines and entry.apart:
                    lines.append(Content(""))
                if entry.label:
                    tops[entry.label] = len(lines)
                lines += self._entry_lines(entry, width)
            self._wrapped = (width, lines, tops)
        return self._wrapped[1]

    def _entry_lines(self, entry: Entry, width: int) -> list[Content]:
        margin = 0 if entry.label is None else self._indent
        room = max(_LEAST, min(_LONGEST_LINE, width - margin))
        wrapped = entry.what.wrap(room)
        first = quiet((entry.label or "").ljust(margin))
        return [Content.assemble(first if n == 0 else " " * margin, line.rstrip()) for n, line in enumerate(wrapped)]
