"""The state that follows from the events: what stands decided, what was looked at, and what could be taken back."""

from __future__ import annotations

from collections.abc import Iterable

from walkdown.model import Decided, Decision, Event, Note, Noted, Opened, Redone, Standing, State, Subject, Undone


def fold(events: Iterable[Event]) -> State:
    """Pure: the same events always give the same state."""
    kept = tuple(events)
    undone = _undone(kept)
    decisions: dict[Subject, Standing] = {}
    opened: dict[Subject, frozenset[str]] = {}
    notes: dict[Subject, Note] = {}
    for event in kept:
        act = event.act
        if isinstance(act, Decided) and event.seq not in undone:
            subject = act.decision.subject
            decisions[subject] = _standing(act.decision, event, decisions.get(subject))
        elif isinstance(act, Opened):
            opened[act.subject] = opened.get(act.subject, frozenset()) | {act.domain}
        elif isinstance(act, Noted):
            notes[act.subject] = Note(act.text, event)
    return State(decisions, opened, notes, kept, undone)


def _undone(events: Iterable[Event]) -> frozenset[int]:
    undone: set[int] = set()
    for event in events:
        if isinstance(event.act, Undone):
            undone.add(event.act.seq)
        elif isinstance(event.act, Redone):
            undone.discard(event.act.seq)
    return frozenset(undone)


def _standing(decision: Decision, event: Event, before: Standing | None) -> Standing:
    """A person may overrule themselves and what they saw; what they could not have seen stays beside theirs."""
    if before is None:
        return Standing(decision, event)
    unseen = (*before.disputed, before.event)
    disputed = tuple(
        other
        for other in unseen
        if other.actor != event.actor
        and decision.over < other.seq
        and isinstance(other.act, Decided)
        and other.act.decision.verdict is not decision.verdict
    )
    return Standing(decision, event, disputed)
