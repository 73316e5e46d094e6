"""What speaks against an item: findings under their rules, worst first, a few at a time, one of them selected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import msgspec
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from walkdown.model import Finding, Kind, State, Subject, line_of, path_of
from walkdown.tui.keys import bindings
from walkdown.tui.text import place_text, plain, pointer, quiet, severity, shape, tail, tools

_TOOLS_WIDTH = 28
_PLACE_LEAST = 24


class _Row(msgspec.Struct, frozen=True):
    """A rule's heading (`more` findings below it), or a finding."""

    finding: Finding
    heading: bool = False
    more: int = 0


class EvidenceList(Widget, can_focus=True):
    """Shows `most` rows around the one selected: the page scrolls, not a box inside the page."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "move.down", "move.up", "move.first", "move.last", "move.open", "place.editor", "place.copy"
    )
    DEFAULT_CSS = """
    EvidenceList { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    class Moved(Message):
        """Another finding is selected."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    class Wanted(Message):
        """A person wants all there is about it."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    def __init__(self) -> None:
        super().__init__()
        self.most = 8
        self._found: tuple[Finding, ...] = ()
        self._ordered: list[Finding] = []
        self._rows: list[_Row] = []
        self._at = 0
        self._state: State | None = None

    def show(self, found: Sequence[Finding], state: State) -> None:
        """Keeps the selected finding where it is still among them."""
        self._state = state
        if self._found != tuple(found):
            before = self.selected
            self._found = tuple(found)
            self._ordered = sorted(found, key=_worst_first)
            self._rows = list(_grouped(self._ordered))
            self._at = next((n for n, one in enumerate(self._ordered) if before and one.id == before.id), 0)
        self.refresh(layout=True)

    def limit(self, most: int) -> None:
        self.most = most
        self.refresh(layout=True)

    @property
    def selected(self) -> Finding | None:
        return self._ordered[self._at] if self._ordered else None

    def next_unseen(self) -> bool:
        """On to the next one that nobody opened, around the end; False where all were."""
        for step in range(len(self._ordered)):
            at = (self._at + step) % len(self._ordered)
            if not self._was_opened(self._ordered[at]):
                self._go(at)
                return True
        return False

    def action_down(self) -> None:
        self._go(self._at + 1)

    def action_up(self) -> None:
        self._go(self._at - 1)

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._ordered) - 1)

    def action_open(self) -> None:
        if self.selected is not None:
            self.post_message(self.Wanted(self.selected))

    def action_editor(self) -> None:
        if self.selected is not None and path_of(self.selected.place):
            self.app.open_editor(path_of(self.selected.place), line_of(self.selected.place))  # type: ignore[attr-defined]

    def action_copy_place(self) -> None:
        if self.selected is not None:
            self.app.copy(place_text(self.selected), "the place")  # type: ignore[attr-defined]

    def on_click(self, event: events.Click) -> None:
        _, rows = self._window()
        number = event.get_content_offset_capture(self).y
        if 0 <= number < len(rows):
            row = rows[number]
            again = row.finding is self.selected and not row.heading
            self._go(self._ordered.index(row.finding))
            if again and event.chain > 1:
                self.action_open()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render(self) -> Content:
        first, rows = self._window()
        lines = [self._heading(row) if row.heading else self._line(row.finding) for row in rows]
        above = sum(not row.heading for row in self._rows[:first])
        below = sum(not row.heading for row in self._rows[first + len(rows) :])
        if above or below:
            told = [f"{number} more {where}" for number, where in ((above, "above"), (below, "below")) if number]
            lines.append(quiet("  " + " · ".join(told)))
        return Content("\n").join(lines)

    def _window(self) -> tuple[int, list[_Row]]:
        """The rows seen now, and the number of the first. It never moves further than it must."""
        if len(self._rows) <= self.most:
            return 0, self._rows
        here = next((n for n, row in enumerate(self._rows) if row.finding is self.selected and not row.heading), 0)
        first = max(0, min(here - self.most // 2, len(self._rows) - self.most))
        return first, self._rows[first : first + self.most]

    def _heading(self, row: _Row) -> Content:
        times = quiet(f"  {row.more} times" if row.more > 1 else "")
        level = severity(row.finding.severity)
        room = max(1, self.content_size.width - level.cell_length - times.cell_length - 2)
        return Content.assemble(level, "  ", plain(row.finding.rule.title, width=room), times)

    def _line(self, finding: Finding) -> Content:
        here = finding is self.selected
        mark = pointer() if here and self.has_focus else " "
        width = max(_PLACE_LEAST, self.content_size.width - _TOOLS_WIDTH - 8)
        place = tail(place_text(finding), width)
        style = ("bold $accent" if self.has_focus else "$accent") if here else ""
        seen = quiet("  opened") if self._was_opened(finding) else Content("")
        return Content.assemble(
            f"  {mark} ", self._said_of(finding), " ",
            Content.styled(place, style), "  ", plain(tools(finding), "$quiet", width=_TOOLS_WIDTH), seen,
        )  # fmt: skip

    def _said_of(self, finding: Finding) -> Content:
        standing = self._state.decisions.get(Subject(Kind.FINDING, finding.id)) if self._state else None
        return shape(standing.decision.verdict if standing else None)

    def _was_opened(self, finding: Finding) -> bool:
        subject = Subject(Kind.FINDING, finding.id)
        return self._state is not None and self._state.has_opened(subject, finding.fingerprint)

    def _go(self, at: int) -> None:
        at = max(0, min(len(self._ordered) - 1, at))
        if self._ordered and at != self._at:
            self._at = at
            self.refresh()
            self.post_message(self.Moved(self._ordered[at]))


def _worst_first(finding: Finding) -> tuple[int, str, str, int]:
    return finding.severity.rank, finding.rule.title, path_of(finding.place), line_of(finding.place)


def _grouped(found: Sequence[Finding]) -> Iterator[_Row]:
    start = 0
    while start < len(found):
        first, end = found[start], start
        while end < len(found) and (found[end].severity, found[end].rule.title) == (first.severity, first.rule.title):
            end += 1
        yield _Row(first, heading=True, more=end - start)
        yield from (_Row(one) for one in found[start:end])
        start = end
