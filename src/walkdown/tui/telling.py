"""What went to disk since the last look, as a line that confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from walkdown.model import Decided, Event, Kind, Noted, Redone, Subject, Undone
from walkdown.tui.text import WORDS, join, plain

if TYPE_CHECKING:  # the app needs these words before it can afford the scanners
    from walkdown.review import Board

_NAME_WIDTH = 32


class Telling:
    """Remembers how far the journal was told."""

    def __init__(self) -> None:
        self._until: int | None = None

    def skip(self, board: Board) -> None:
        """All of this was told elsewhere."""
        self._until = _last(board)

    def latest(self, board: Board) -> Event | None:
        """The last thing that a person did since, if any; nothing at the very first look."""
        before, self._until = self._until, _last(board)
        if before is None:
            return None
        events = [one for one in board.state.events if one.seq > before]
        return next((one for one in reversed(events) if isinstance(one.act, Decided | Undone | Redone | Noted)), None)


def _last(board: Board) -> int:
    return board.state.events[-1].seq if board.state.events else 0


def subject_of(event: Event, board: Board) -> Subject | None:
    """What it is about; of an undo, what the undone was about."""
    act = event.act
    if isinstance(act, Undone | Redone):
        before = board.state.event(act.seq)
        return subject_of(before, board) if before is not None else None
    if isinstance(act, Decided):
        return act.decision.subject
    return act.subject if isinstance(act, Noted) else None


def told(event: Event, board: Board, here: str, *, mine: bool) -> Content:
    """One event as a confirmation: what is on disk now. `here`: the item that is looked at; others are named."""
    who = Content("") if mine else join(plain(event.actor.name, width=_NAME_WIDTH), ": ")
    act = event.act
    if isinstance(act, Undone | Redone):
        before = board.state.event(act.seq)
        start = "Back again: " if isinstance(act, Redone) else "Taken back: "
        return join(who, start, _what(before, board, here) if before is not None else "")
    return join("Written down: " if mine else who, _what(event, board, here))


def way_back(event: Event) -> str:
    """The key that turns it round again, for whoever did it."""
    if isinstance(event.act, Undone):
        return " · U brings it back"
    return " · u takes it back" if isinstance(event.act, Decided | Noted) else ""


def told_together(events: Sequence[Event], board: Board) -> str:
    """What one key took back or brought back, where it may be out of sight. Untrusted: a title may be in it."""
    first = events[0].act
    if len(events) > 1 and isinstance(first, Decided):
        return f"{len(events):,} decisions, {WORDS[first.decision.verdict]}"
    return _what(events[0], board, "").plain


def _what(event: Event, board: Board, here: str) -> Content:
    act = event.act
    if isinstance(act, Decided):
        until = plain(f" until {act.decision.until}" if act.decision.until else "")
        more = _same_press(event, board)
        return join(WORDS[act.decision.verdict], until, _title(act.decision.subject, board, "" if more else here), more)
    if isinstance(act, Noted):
        return join("a note" if act.text.strip() else "no note any more", _title(act.subject, board, here))
    return Content("")


def _same_press(event: Event, board: Board) -> str:
    """How many more one key press decided, took back or brought back."""
    batch = event.act.decision.batch if isinstance(event.act, Decided) else ""
    if not batch:
        return ""
    back = event.seq in board.state.undone
    more = -1 + sum(
        isinstance(one.act, Decided) and one.act.decision.batch == batch and (one.seq in board.state.undone) is back
        for one in board.state.events
    )
    return f", and {more:,} more" if more > 0 else ""


def _title(subject: Subject, board: Board, here: str) -> Content:
    if subject == Subject(Kind.ITEM, here):
        return Content("")
    if subject.kind is Kind.ITEM and (view := board.item(subject.id)):
        return join(" for ", plain(view.evidence.item.title))
    if subject.kind is Kind.FINDING and (finding := board.finding(subject.id)):
        return join(" for ", plain(finding.rule.title, width=60))
    return Content(f" for a {subject.kind.value}")
