"""All that is known of one door: who may come in, what is checked, what it reaches, and the way there with its code."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from walkdown.model import line_of, path_of
from walkdown.model.door import WRITES
from walkdown.review import Board, Review
from walkdown.review.doors import DoorRow
from walkdown.tui import door_words as words
from walkdown.tui.keys import bindings
from walkdown.tui.text import join, plain, quiet, severity, shape, verdict_word
from walkdown.tui.widgets.labelled import Labelled
from walkdown.tui.widgets.scrolled import Scrolled
from walkdown.tui.widgets.way_view import WayView

_MOST_AGAINST = 10


class DoorPage(VerticalScroll, Scrolled, can_focus=True, inherit_bindings=False):
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "move.down", "move.up", "move.page-down", "move.page-up", "move.first", "move.last",
    )  # fmt: skip
    DEFAULT_CSS = """
    DoorPage {
        background: $surface; padding: 1 2; scrollbar-size-vertical: 1;
        &:focus { background-tint: $foreground 4%; }
        #door-title { text-style: bold; max-width: 98; height: auto; }
        #door-facts { max-width: 98; height: auto; }
        #door-place { max-width: 98; height: auto; margin-bottom: 1; }
        #door-way-title { height: 1; color: $quiet; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._row: DoorRow | None = None
        self._reach = 0

    def compose(self) -> ComposeResult:
        yield Static("", id="door-title")
        yield Static("", id="door-facts")
        yield Static("", id="door-place")
        yield Labelled("door-decision", "Decision")
        yield Labelled("door-against", "Against")
        yield Labelled("door-guards", "Guards")
        yield Labelled("door-inputs", "Input")
        yield Labelled("door-limiter", "Limiter")
        yield Labelled("door-reaches", "Reaches")
        yield Labelled("door-uncertain", "Unclear")
        yield Static("", id="door-way-title")
        yield WayView("", id="door-way")

    def read(self, row: DoorRow | None, board: Board, review: Review) -> None:
        if (row.id if row else "") != (self._row.id if self._row else ""):
            self._reach = _worst(row)
            self.scroll_home(animate=False)
        self._row = row
        self._show(board, review)

    def next_way(self, board: Board, review: Review) -> None:
        """To the next operation: its way is shown instead."""
        if self._row is not None and self._row.door.reaches:
            self._reach = (self._reach + 1) % len(self._row.door.reaches)
            self._show(board, review)

    def _show(self, board: Board, review: Review) -> None:
        row = self._row
        for part in self.query(Labelled):
            part.display = row is not None
        if row is None:
            for name in ("door-title", "door-facts", "door-place", "door-way-title"):
                self._static(name, Content(""))
            self.query_one(WayView).display = False
            return
        door = row.door
        self._static("door-title", plain(door.title))
        self._static("door-facts", words.facts(row))
        self._static("door-place", words.place(door))
        self._say("door-decision", _decision(row))
        self._say("door-against", _against(row))
        self._say("door-guards", words.guards(row.guards or door.guards))
        self._say("door-inputs", [words.inputs(door)])
        self._say("door-limiter", [plain(door.limiter)] if door.limiter else [])
        self._say("door-reaches", words.reaches(door, self._reach))
        self._say("door-uncertain", words.uncertain(door))
        self._show_way(row, review, fresh=board.looked is not None and board.looked.fresh)

    def _show_way(self, row: DoorRow, review: Review, *, fresh: bool) -> None:
        reaches = row.door.reaches
        reach = reaches[self._reach] if self._reach < len(reaches) else None
        which = f" to {self._reach + 1} of {len(reaches)}" if len(reaches) > 1 else ""
        self._static("door-way-title", quiet(f"The way{which}"))
        self.query_one(WayView).show(words.stations(row.door, reach), review, fresh=fresh)

    def _static(self, name: str, content: Content) -> None:
        self.query_one(f"#{name}", Static).update(content)

    def _say(self, name: str, lines: list[Content]) -> None:
        self.query_one(f"#{name}", Labelled).say(Content("\n").join(lines) if lines else None)


def _worst(row: DoorRow | None) -> int:
    """The operation to look at first: one that a finding is about, else one that writes."""
    if row is None:
        return 0
    places = {
        (path_of(place), line_of(place))
        for finding in sorted(row.findings, key=lambda one: one.severity.rank)[:1]
        for place in (finding.place, *(step.place for step in finding.steps))
    }
    reaches = row.door.reaches
    told = next((at for at, one in enumerate(reaches) if (one.path, one.line) in places), -1)
    writing = next((at for at, one in enumerate(reaches) if one.operation in WRITES), 0)
    return told if told >= 0 else writing


def _decision(row: DoorRow) -> list[Content]:
    if row.said is None:
        hint = [quiet(f"Perhaps public on purpose: {row.hint}.")] if row.hint else []
        return [join(shape(None), " undecided"), *hint]
    decision, event = row.said.decision, row.said.event
    lines = [
        join(shape(decision.verdict), " ", verdict_word(decision.verdict), plain(f" · {event.actor.name}", "$quiet"))
    ]
    lines += [plain(decision.reason, lines=True)] if decision.reason else []
    lines += [Content.styled("Open again: ", "$medium") + plain(row.why)] if row.open and row.why else []
    return lines


def _against(row: DoorRow) -> list[Content]:
    worst = sorted(row.findings, key=lambda one: one.severity.rank)
    lines = [join(severity(one.severity), "  ", plain(one.rule.title)) for one in worst[:_MOST_AGAINST]]
    more = len(worst) - len(lines)
    return [*lines, quiet(f"and {more} more")] if more > 0 else lines
