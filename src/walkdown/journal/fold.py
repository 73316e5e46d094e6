"""The state that follows from the events: what stands decided, and what each person could take back next."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from walkdown.model import Actor, Decided, Decision, Event, Opened, Redone, Subject, Undone


class Standing(msgspec.Struct, frozen=True):
    """A decision that stands, and the event that made it."""

    decision: Decision
    event: Event


class State(msgspec.Struct, frozen=True):
    decisions: dict[Subject, Standing]
    opened: frozenset[Subject]
    events: tuple[Event, ...]
    undone: frozenset[int]

    def last_of(self, actor: Actor) -> Event | None:
        """What an undo by this person would take back."""
        return next((event for event in reversed(self.events) if self._counts(event, actor)), None)

    def last_undone_of(self, actor: Actor) -> Event | None:
        """What a redo would bring back: the latest thing taken back and not brought back since."""
        by_seq = {event.seq: event for event in self.events}
        for event in reversed(self.events):
            if isinstance(event.act, Undone) and event.actor == actor and event.act.seq in self.undone:
                return by_seq[event.act.seq]
            if isinstance(event.act, Decided) and event.actor == actor:
                return None  # a new decision closes the way forward
        return None

    def _counts(self, event: Event, actor: Actor) -> bool:
        return isinstance(event.act, Decided) and event.actor == actor and event.seq not in self.undone


def fold(events: Iterable[Event]) -> State:
    """Pure: the same events always give the same state."""
    kept = tuple(events)
    undone: set[int] = set()
    for event in kept:
        if isinstance(event.act, Undone):
            undone.add(event.act.seq)
        elif isinstance(event.act, Redone):
            undone.discard(event.act.seq)
    decisions: dict[Subject, Standing] = {}
    opened: set[Subject] = set()
    for event in kept:
        if isinstance(event.act, Decided) and event.seq not in undone:
            decisions[event.act.decision.subject] = Standing(event.act.decision, event)
        elif isinstance(event.act, Opened):
            opened.add(event.act.subject)
    return State(decisions, frozenset(opened), kept, frozenset(undone))
