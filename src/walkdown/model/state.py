"""Where a review stands after all that people did: decisions, what was looked at, remarks. Made by the journal."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from walkdown.model.event import Actor, Decided, Decision, Event, Noted, Subject


class Standing(msgspec.Struct, frozen=True):
    """A decision that stands, and the event that made it. `disputed`: what others decided otherwise at the same time,
    without either seeing the other's; a decision made over all of them settles it. `origin`: name of the signed record
    that it was carried over from, empty where it was made here; its event then has the number 0."""

    decision: Decision
    event: Event
    disputed: tuple[Event, ...] = ()
    origin: str = ""


class Note(msgspec.Struct, frozen=True):
    text: str
    event: Event


class State(msgspec.Struct, frozen=True):
    """`undone`: numbers of what is taken back now. `redoable`: for each person what they took back, the latest last,
    as long as nothing new of theirs came after it. `touched`: when something was last decided here about a subject,
    taken back or brought back, whether or not it counts now."""

    decisions: dict[Subject, Standing]
    opened: dict[Subject, frozenset[str]]
    notes: dict[Subject, Note]
    events: tuple[Event, ...]
    undone: frozenset[int]
    redoable: Mapping[Actor, tuple[int, ...]] = {}
    touched: Mapping[Subject, str] = {}

    def last_of(self, actor: Actor) -> Event | None:
        """What an undo by this person would take back."""
        return next((event for event in reversed(self.events) if event.actor == actor and self._counts(event)), None)

    def last_undone_of(self, actor: Actor) -> Event | None:
        """What a redo would bring back: the latest thing this person took back and nobody brought back since."""
        waiting = self.redoable.get(actor, ())
        return self.event(waiting[-1]) if waiting else None

    def event(self, seq: int) -> Event | None:
        return next((event for event in self.events if event.seq == seq), None)

    def decided(self, seq: int) -> Event | None:
        """The decision with this number, where there is one that still counts."""
        found = self.event(seq)
        return found if found and isinstance(found.act, Decided) and self._counts(found) else None

    def has_opened(self, subject: Subject, domain: str) -> bool:
        return domain in self.opened.get(subject, frozenset())

    def _counts(self, event: Event) -> bool:
        return is_undoable(event) and event.seq not in self.undone


def is_undoable(event: Event) -> bool:
    """That somebody looked, or signed, remains true whatever is taken back."""
    return isinstance(event.act, Decided | Noted)
