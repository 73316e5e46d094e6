"""Where a review stands after all that people did: decisions, what was looked at, remarks. Made by the journal."""

from __future__ import annotations

import msgspec

from walkdown.model.event import Actor, Decided, Decision, Event, Subject, Undone


class Standing(msgspec.Struct, frozen=True):
    """A decision that stands, and the event that made it. `disputed`: what others decided at the same time, without
    either seeing the other's; a decision made over both of them settles it."""

    decision: Decision
    event: Event
    disputed: tuple[Event, ...] = ()


class Note(msgspec.Struct, frozen=True):
    text: str
    event: Event


class State(msgspec.Struct, frozen=True):
    decisions: dict[Subject, Standing]
    opened: dict[Subject, frozenset[str]]
    notes: dict[Subject, Note]
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

    def decided(self, seq: int) -> Event | None:
        """The decision with this number, where there is one that still counts."""
        found = next((event for event in self.events if event.seq == seq), None)
        return found if found and isinstance(found.act, Decided) and seq not in self.undone else None

    def has_opened(self, subject: Subject, domain: str) -> bool:
        return domain in self.opened.get(subject, frozenset())

    def _counts(self, event: Event, actor: Actor) -> bool:
        return isinstance(event.act, Decided) and event.actor == actor and event.seq not in self.undone
