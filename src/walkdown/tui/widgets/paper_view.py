"""The record's paper, as it will read: drawn line by line, however long it is. Every word of it is untrusted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from walkdown.tui.background import start
from walkdown.tui.keys import bindings
from walkdown.tui.paper_lines import PaperLine, lay_out
from walkdown.tui.text import quiet
from walkdown.tui.widgets.scrolled import Scrolled

_MOST_STRIPS = 400


class PaperView(ScrollView, Scrolled, can_focus=True, inherit_bindings=False):
    """`read` a text, or `say` why there is none."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "move.down", "move.up", "move.page-down", "move.page-up", "move.first", "move.last"
    )
    DEFAULT_CSS = """
    PaperView {
        height: 1fr; background: $surface; padding: 1 3 0 3; text-wrap: nowrap; overflow-x: hidden;
        scrollbar-size-vertical: 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.lines: Sequence[PaperLine] = ()
        self._markdown = ""
        self._laid_for = ("", 0)
        self._strips: dict[int, Strip] = {}

    def read(self, markdown: str) -> None:
        """The same place stays in view, where the text is nearly the same."""
        self._markdown = markdown
        self._lay_out()

    def say(self, text: str) -> None:
        self._markdown, self._laid_for = "", ("", 0)
        self._take([PaperLine(quiet(text))])

    def next_heading(self, step: int) -> None:
        top = self.scroll_offset.y
        tops = [number for number, line in enumerate(self.lines) if line.heading]
        beyond = [number for number in tops if (number > top if step > 0 else number < top)]
        if beyond:
            self.scroll_to(y=beyond[0] if step > 0 else beyond[-1], animate=False)

    def on_resize(self) -> None:
        self._strips.clear()
        self._lay_out()

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def _lay_out(self) -> None:
        wanted = (self._markdown, self.scrollable_content_region.width)
        if wanted[0] and wanted[1] and wanted != self._laid_for:
            self._laid_for = wanted
            start(self, partial(self._lay_out_now, *wanted), "paper", exclusive=True)

    async def _lay_out_now(self, markdown: str, width: int) -> None:
        self._take(await asyncio.to_thread(lay_out, markdown, width))

    def _take(self, lines: Sequence[PaperLine]) -> None:
        top = self.scroll_offset.y
        source = self.lines[top].source if 0 < top < len(self.lines) else 0
        self.lines = lines
        self._strips.clear()
        self.virtual_size = Size(0, len(lines))
        there = next((number for number, line in enumerate(lines) if line.source >= source), 0)
        self.scroll_to(y=there if source else 0, animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        if number not in self._strips:
            if len(self._strips) > _MOST_STRIPS:
                self._strips.clear()
            self._strips[number] = self._drawn(number)
        return self._strips[number]

    def _drawn(self, number: int) -> Strip:
        width = self.scrollable_content_region.width
        content = self.lines[number].content if number < len(self.lines) else Content("")
        strips = Visual.to_strips(self, content, width, 1, self.visual_style, apply_selection=False, pad=True)
        return strips[0] if strips else Strip.blank(width, self.rich_style)
