"""What an undo or a redo would touch, or in plain words why it cannot be."""

from __future__ import annotations

from walkdown.errors import JournalError
from walkdown.model import Actor, Event, Signed, State
from walkdown.model.state import is_undoable

_BY_NUMBER = "Decisions of others are taken back by naming their number."


def to_undo(state: State, actor: Actor, seq: int | None = None) -> Event:
    """The last of this person's own that still counts; another person's only when it is named."""
    if seq is not None:
        event = _named(state, seq)
        if seq in state.undone:
            raise JournalError(f"Event {seq} is taken back already.", "Redo brings it back.")
        return event
    last = state.last_of(actor)
    if last is None:
        raise JournalError(f"{actor.name} has nothing to take back.", _BY_NUMBER)
    return last


def to_redo(state: State, actor: Actor, seq: int | None = None) -> Event:
    if seq is not None:
        event = _named(state, seq)
        if seq not in state.undone:
            raise JournalError(f"Event {seq} was not taken back, so it cannot be brought back.")
        return event
    last = state.last_undone_of(actor)
    if last is None:
        raise JournalError(
            f"{actor.name} has taken nothing back that could be redone.", "A new decision closes the way forward."
        )
    return last


def _named(state: State, seq: int) -> Event:
    event = state.event(seq)
    if event is None:
        raise JournalError(f"There is no event {seq}.", f"The last one is {len(state.events)}.")
    if isinstance(event.act, Signed):
        raise JournalError(f"Event {seq} is a signature, which cannot be taken back.", "Sign anew for what changed.")
    if not is_undoable(event):
        raise JournalError(f"Event {seq} is no decision and no note.", "Only those are taken back.")
    return event
