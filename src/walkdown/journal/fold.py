"""The state that follows from the events: what stands decided, what was looked at, and what could be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec

from walkdown.model import (
    Actor,
    Decided,
    Decision,
    Event,
    Note,
    Noted,
    Opened,
    Redone,
    Standing,
    State,
    Subject,
    Undone,
)
from walkdown.model.state import is_undoable

# For an event, the stretches of the journal during which it was taken back and later brought back.
_Away: TypeAlias = Mapping[int, list[tuple[int, int]]]


def fold(events: Iterable[Event]) -> State:
    """Pure: the same events always give the same state."""
    kept = tuple(events)
    back = _back_and_forth(kept)
    decided: dict[Subject, tuple[Standing, ...]] = {}
    opened: dict[Subject, frozenset[str]] = {}
    notes: dict[Subject, Note] = {}
    for event in kept:
        act = event.act
        if event.seq in back.since:
            continue
        if isinstance(act, Decided):
            subject = act.decision.subject
            mine = Standing(act.decision, event)
            decided[subject] = (*_unsettled(decided.get(subject, ()), mine, back.away), mine)
        elif isinstance(act, Opened):
            opened[act.subject] = opened.get(act.subject, frozenset()) | {act.domain}
        elif isinstance(act, Noted):
            notes[act.subject] = Note(act.text, event)
    return State(
        decisions={subject: _latest(found) for subject, found in decided.items()},
        opened=opened,
        notes={subject: note for subject, note in notes.items() if note.text},
        events=kept,
        undone=frozenset(back.since),
        redoable={actor: tuple(seqs) for actor, seqs in back.redoable.items() if seqs},
        touched=_touched(kept),
    )


def _touched(events: Iterable[Event]) -> dict[Subject, str]:
    subjects: dict[int, Subject] = {}
    touched: dict[Subject, str] = {}
    for event in events:
        act = event.act
        if isinstance(act, Decided):
            subjects[event.seq] = act.decision.subject
            touched[act.decision.subject] = event.time
        elif isinstance(act, Undone | Redone) and act.seq in subjects:
            touched[subjects[act.seq]] = event.time
    return touched


class _BackAndForth(msgspec.Struct):
    """`since`: what is taken back now, and by which event."""

    since: dict[int, int]
    away: dict[int, list[tuple[int, int]]]
    redoable: dict[Actor, list[int]]


def _back_and_forth(events: Iterable[Event]) -> _BackAndForth:
    """Two terminals may take back the same thing at once, so what takes back nothing changes nothing."""
    back = _BackAndForth({}, {}, {})
    known: set[int] = set()
    for event in events:
        act = event.act
        if is_undoable(event):
            known.add(event.seq)
            back.redoable.pop(event.actor, None)  # something new closes the way forward
        elif isinstance(act, Undone) and act.seq in known and act.seq not in back.since:
            back.since[act.seq] = event.seq
            back.redoable.setdefault(event.actor, []).append(act.seq)
        elif isinstance(act, Redone) and act.seq in back.since:
            back.away.setdefault(act.seq, []).append((back.since.pop(act.seq), event.seq))
            for waiting in back.redoable.values():
                if act.seq in waiting:
                    waiting.remove(act.seq)
    return back


def _unsettled(before: Iterable[Standing], mine: Standing, away: _Away) -> list[Standing]:
    """A person overrules themselves, and what they saw; what they could not have seen stays beside theirs."""
    return [one for one in before if one.event.actor != mine.event.actor and not _saw(mine, one.event, away)]


def _saw(mine: Standing, other: Event, away: _Away) -> bool:
    """Who decided over an event had read the journal as far as that one. What was taken back just then was not to be
    seen, so it is not settled when it comes back."""
    over, at = mine.decision.over, mine.event.seq
    if other.seq >= over:
        return other.seq == over
    return not any(start < at < end for start, end in away.get(other.seq, ()))


def _latest(unsettled: tuple[Standing, ...]) -> Standing:
    """The latest stands; beside it those that say something else."""
    last = unsettled[-1]
    others = tuple(one.event for one in unsettled[:-1] if _says(one.decision) != _says(last.decision))
    return Standing(last.decision, last.event, others)


def _says(decision: Decision) -> tuple[object, ...]:
    """Two who waive until different days, or in different names, have not decided the same."""
    return decision.verdict, decision.owner, decision.until
