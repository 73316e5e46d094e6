"""The checklist at a glance: sections with their counts, each item with what a person said and what the machine saw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

import msgspec
from textual import events
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from walkdown.checklist import Standpoint
from walkdown.model import Reach, Verdict
from walkdown.review import Board, ItemView
from walkdown.tui.item_words import is_open, is_settled, sections
from walkdown.tui.keys import bindings
from walkdown.tui.origin_words import earlier
from walkdown.tui.text import machine_view, plain, pointer, quiet, shape

_AROUND = Spacing(2, 0, 3, 0)  # rows seen beyond the one selected: what comes next is part of where one is


class _Row(msgspec.Struct, frozen=True):
    """A section's heading, an item, or (neither) the space between two sections."""

    view: ItemView | None = None
    section: str = ""
    settled: int = 0
    total: int = 0


class ItemList(ScrollView, can_focus=True):
    """Keeps its place by the item's id, whatever happens to the list."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("move.down", "move.up", "move.first", "move.last")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"item-list--cursor"}
    DEFAULT_CSS = """
    ItemList {
        height: 1fr; text-wrap: nowrap; scrollbar-size-vertical: 1;
        scrollbar-color: $faint 50%; scrollbar-background: $surface; overflow-x: hidden;
        & > .item-list--cursor { background: $panel; }
        &:focus > .item-list--cursor { background: $boost; text-style: bold; }
    }
    """

    class Selected(Message):
        """Another item is looked at."""

        def __init__(self, item_id: str) -> None:
            super().__init__()
            self.item_id = item_id

    def __init__(self) -> None:
        super().__init__()
        self.selected = ""
        self._rows: tuple[_Row, ...] = ()
        self._today = date.min
        self._looking = False

    def show(self, board: Board, *, scanning: bool) -> None:
        """`scanning`: the first scan is under way, so that nobody takes its silence for an answer."""
        self._rows = _rows(board.items)
        self._today = board.today
        self._looking = board.looked is None and scanning
        self._fit()
        if self._row_of(self.selected) is None and board.items:
            self.select(next((one.id for one in board.items if is_open(one, board.today)), board.items[0].id))
        self.refresh()

    def select(self, item_id: str) -> None:
        row = self._row_of(item_id)
        if row is None:
            return
        changed = item_id != self.selected
        self.selected = item_id
        self._bring_into_view(row)
        self.refresh()
        if changed:
            self.post_message(self.Selected(item_id))

    @property
    def order(self) -> list[str]:
        """Ids from top to bottom."""
        return [row.view.id for row in self._rows if row.view]

    def action_down(self) -> None:
        self._step(1)

    def action_up(self) -> None:
        self._step(-1)

    def action_first(self) -> None:
        self._step(-len(self._rows))

    def action_last(self) -> None:
        self._step(len(self._rows))

    def action_page_down(self) -> None:
        raise SkipAction  # the list is short, the item is long: the screen scrolls the item

    def action_page_up(self) -> None:
        raise SkipAction

    def on_click(self, event: events.Click) -> None:
        number = event.get_content_offset_capture(self).y + self.scroll_offset.y
        if 0 <= number < len(self._rows) and (view := self._rows[number].view):
            self.select(view.id)

    def on_resize(self) -> None:
        self._fit()
        if (row := self._row_of(self.selected)) is not None:
            self._bring_into_view(row)

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if number >= len(self._rows) or width <= 0:
            return Strip.blank(self.size.width, self.visual_style.rich_style)
        row = self._rows[number]
        here = row.view is not None and row.view.id == self.selected
        style = self.get_visual_style("item-list--cursor") if here else self.visual_style
        strips = Visual.to_strips(self, self._line(row, width, here=here), width, 1, style)
        return strips[0] if strips else Strip.blank(width, style.rich_style)

    def _line(self, row: _Row, width: int, *, here: bool) -> Content:
        if row.view is not None:
            return self._item_line(row.view, width, here=here)
        if not row.section:
            return Content("")
        counts = quiet(f"{row.settled}/{row.total}")
        return _spread(plain(row.section, "bold"), counts, width)

    def _item_line(self, view: ItemView, width: int, *, here: bool) -> Content:
        mark = Content.styled(f"{pointer()} " if here else "  ", "$accent")
        title = plain(view.evidence.item.title, "" if is_open(view, self._today) else "$quiet")
        return _spread(Content.assemble(mark, shape(view.verdict), " ", title), self.machine(view), width)

    def machine(self, view: ItemView) -> Content:
        """What it has to say beside a row; or why a person is needed here."""
        if view.standing is not None and is_open(view, self._today):
            return Content.styled("look again", "$medium")
        if self._looking and view.evidence.item.reach is not Reach.HUMAN:
            return Content.styled("looking…", "$faint")
        if seen := earlier(view) or machine_view(view):
            return seen
        if view.proposal is Verdict.NOT_APPLICABLE and view.standing is None:
            return quiet("n/a?")
        if view.evidence.item.reach is not Reach.HUMAN:
            unseen = view.standing is None and view.evidence.standpoint is Standpoint.COULD_NOT_LOOK
            return Content.styled("gap" if unseen else "", "$faint")
        return Content.styled("only you", "$accent" if view.standing is None else "$faint")

    def _step(self, by: int) -> None:
        """To the item that many items away, or the last one on the way."""
        if ids := self.order:
            at = ids.index(self.selected) if self.selected in ids else 0
            self.select(ids[max(0, min(len(ids) - 1, at + by))])

    def _row_of(self, item_id: str) -> int | None:
        return next((n for n, row in enumerate(self._rows) if row.view and row.view.id == item_id), None)

    def _bring_into_view(self, row: int) -> None:
        if not self.size.height:
            return  # without room everything is out of view; the first size brings it in
        # The first item of a section brings its heading along.
        top = row - 1 if row and self._rows[row - 1].section else row
        region = Region(0, top, max(1, self.scrollable_content_region.width), row - top + 1)
        self.scroll_to_region(region, spacing=_AROUND, animate=False, force=True, immediate=True)

    def _fit(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))


def _rows(views: Sequence[ItemView]) -> tuple[_Row, ...]:
    rows: list[_Row] = []
    for section, members in sections(views):
        if rows:
            rows.append(_Row())
        rows.append(_Row(section=section, settled=sum(map(is_settled, members)), total=len(members)))
        rows += [_Row(view=view) for view in members]
    return tuple(rows)


def _spread(left: Content, right: Content, width: int) -> Content:
    """Left and right ends of a line; where both do not fit, the left one is cut."""
    room = width - right.cell_length - (1 if right else 0)
    return Content.assemble(left.truncate(max(0, room), ellipsis=True, pad=True), " " if right else "", right)
