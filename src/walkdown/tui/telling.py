"""What went to disk since the last look, as a line that confirms it."""

from __future__ import annotations

from textual.content import Content

from walkdown.model import Decided, Event, Kind, Noted, Redone, Subject, Undone
from walkdown.review import Board
from walkdown.tui.text import WORDS, join, plain

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


def _what(event: Event, board: Board, here: str) -> Content:
    act = event.act
    if isinstance(act, Decided):
        until = f" until {act.decision.until}" if act.decision.until else ""
        return join(WORDS[act.decision.verdict], until, _title(act.decision.subject, board, here))
    if isinstance(act, Noted):
        return join("a note" if act.text.strip() else "no note any more", _title(act.subject, board, here))
    return Content("")


def _title(subject: Subject, board: Board, here: str) -> Content:
    if subject == Subject(Kind.ITEM, here):
        return Content("")
    if subject.kind is Kind.ITEM and (view := board.item(subject.id)):
        return join(" for ", plain(view.evidence.item.title))
    if subject.kind is Kind.FINDING and (finding := board.finding(subject.id)):
        return join(" for ", plain(finding.rule.title, width=60))
    return Content(f" for a {subject.kind.value}")
