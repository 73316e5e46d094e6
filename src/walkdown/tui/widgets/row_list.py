"""A list drawn line by line, for any number of rows: a cursor that keeps its row when the rows change, keys, mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

import msgspec
from textual.binding import BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from walkdown.tui.keys import bindings

_MOST_STRIPS = 400


class ListRow(msgspec.Struct, frozen=True, kw_only=True):
    """`key` tells a row from all others, over new boards too. `stands`: the cursor may be on it."""

    key: str
    stands: bool = True
    heading: bool = False


R = TypeVar("R", bound=ListRow)


class RowList(ScrollView, Generic[R], can_focus=True, inherit_bindings=False):
    """Subclasses say in `draw` how a row looks."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "move.down", "move.up", "move.page-down", "move.page-up", "move.first", "move.last", "move.open"
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor", "row-list--heading"}
    DEFAULT_CSS = """
    RowList {
        background: $background; scrollbar-size-vertical: 1; overflow-x: hidden;
        text-wrap: nowrap; text-overflow: ellipsis;
        & > .row-list--cursor { background: $panel; }
        &:focus > .row-list--cursor { background: $accent 22%; text-style: bold; }
        & > .row-list--heading { text-style: bold; }
    }
    """

    class Moved(Message):
        """The cursor came to another row."""

    class Chosen(Message):
        """A person wants what the cursor is on."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.rows: Sequence[R] = ()
        self.line = -1
        """Where the cursor is, -1 where there is nothing to stand on."""
        self._strips: dict[int, Strip] = {}

    @property
    def row(self) -> R | None:
        return self.rows[self.line] if 0 <= self.line < len(self.rows) else None

    def draw(self, row: R, width: int, *, here: bool) -> Content:
        raise NotImplementedError

    def show(self, rows: Sequence[R]) -> None:
        """The cursor stays on its row, or where that was."""
        before = self.row
        # Most often nothing moved at all; only else is it looked for.
        same = before is not None and self.line < len(rows) and rows[self.line].key == before.key
        line = self.line if same else self._find(rows, before.key) if before else -1
        self.rows = rows
        self.virtual_size = Size(0, len(rows))
        self._strips.clear()
        self.line = line if line >= 0 else self._nearest(max(self.line, 0))
        self._scroll_to_cursor()
        self.refresh()
        self.post_message(self.Moved())

    def go_to(self, key: str) -> bool:
        """False where there is no such row now."""
        line = self._find(self.rows, key)
        self._stand_on(line)
        return line >= 0

    def next_that(self, holds: Callable[[R], bool], step: int) -> bool:
        """To the next row (1) or the one before (-1) that holds, around the ends. False where none does."""
        for away in range(1, len(self.rows) + 1):
            line = (self.line + step * away) % len(self.rows)
            if self.rows[line].stands and holds(self.rows[line]):
                self._stand_on(line)
                return True
        return False

    # --- moving -------------------------------------------------------------------------------------------------------

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def action_page_down(self) -> None:
        self._move(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        self._move(-max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._stand_on(self._nearest(0))

    def action_last(self) -> None:
        self._stand_on(self._nearest(len(self.rows) - 1))

    def action_open(self) -> None:
        if self.row is not None:
            self.post_message(self.Chosen())

    def on_click(self, event: Click) -> None:
        line = event.y + self.scroll_offset.y
        if not 0 <= line < len(self.rows) or not self.rows[line].stands:
            return
        again = line == self.line
        self._stand_on(line)
        if event.chain > 1 or (again and self.rows[line].heading):
            self.action_open()

    def on_resize(self, _event: Resize) -> None:
        self._strips.clear()
        self._scroll_to_cursor()

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def _move(self, by: int) -> None:
        line = max(0, min(len(self.rows) - 1, self.line + by))
        step = 1 if by > 0 else -1
        while 0 <= line < len(self.rows) and not self.rows[line].stands:
            line += step
        if 0 <= line < len(self.rows):
            self._stand_on(line)
        elif by < 0:
            self.scroll_to(y=0, animate=False)  # nothing to stand on up there, but something to read

    def _find(self, rows: Sequence[R], key: str) -> int:
        return next((at for at, row in enumerate(rows) if row.key == key), -1)

    def _nearest(self, line: int) -> int:
        """The first row one can stand on from a line on, else the last before it."""
        line = min(line, len(self.rows) - 1)
        after = next((at for at in range(max(line, 0), len(self.rows)) if self.rows[at].stands), -1)
        if after >= 0:
            return after
        return next((at for at in range(line, -1, -1) if self.rows[at].stands), -1)

    def _stand_on(self, line: int) -> None:
        if line not in (self.line, -1):
            old, self.line = self.line, line
            for changed in (old, line):
                self._strips.pop(changed, None)
                self.refresh_line(changed)
            self.post_message(self.Moved())
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        height, top = self.size.height, self.scroll_offset.y
        if self.line < 0 or not height:
            return
        # What stands above without taking the cursor comes along.
        above = self.line
        while above and not self.rows[above - 1].stands:
            above -= 1
        if above < top:
            self.scroll_to(y=above, animate=False)
        elif self.line >= top + height:
            self.scroll_to(y=self.line - height + 1, animate=False)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        line = y + self.scroll_offset.y
        if line not in self._strips:
            if len(self._strips) > _MOST_STRIPS:
                self._strips.clear()
            self._strips[line] = self._drawn(line)
        return self._strips[line]

    def _drawn(self, line: int) -> Strip:
        width = self.scrollable_content_region.width
        if line >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        row = self.rows[line]
        here = line == self.line
        part = "row-list--cursor" if here else "row-list--heading" if row.heading else ""
        style = self.get_visual_style(part) if part else self.visual_style
        content = self.draw(row, width, here=here)
        strips = Visual.to_strips(self, content, width, 1, style, apply_selection=False, pad=True)
        return strips[0]


def spread(left: Content, right: Content, width: int) -> Content:
    """Both ends of a line, with a column free at the right edge."""
    return Content.assemble(left, " " * max(1, width - 1 - left.cell_length - right.cell_length), right)
