"""What follows from the events: undo and redo over any path, several people, decisions made at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkdown.errors import JournalError
from walkdown.journal import State, fold, to_redo, to_undo
from walkdown.model import (
    Act,
    Actor,
    Channel,
    Decided,
    Decision,
    Event,
    Kind,
    Noted,
    Opened,
    Redone,
    Signed,
    Standing,
    Subject,
    Undone,
    Verdict,
)

ADA, BOB, EVE = Actor("Ada", "ada@example.org"), Actor("Bob"), Actor("Eve")
ITEM = Subject(Kind.ITEM, "error.timeouts")
OTHER = Subject(Kind.FINDING, "W-ABCDEFGHIJ")
PASS, NEEDS_WORK, WAIVED = Verdict.PASS, Verdict.NEEDS_WORK, Verdict.WAIVED


class Told:
    """Events one after the other, without a disk."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, actor: Actor, act: Act) -> int:
        self.events.append(Event(len(self.events) + 1, "2026-01-02T03:04:05Z", actor, Channel.APP, "", act))
        return len(self.events)

    def decide(self, actor: Actor, verdict: Verdict, over: int = 0, subject: Subject = ITEM, **terms: str) -> int:
        return self.add(actor, Decided(Decision(subject, verdict, over=over, **terms)))  # type: ignore[arg-type]

    @property
    def state(self) -> State:
        return fold(self.events)

    def shown(self) -> tuple[Verdict | None, set[Verdict]]:
        """What stands for the item, and what is disputed beside it."""
        standing = self.state.decisions.get(ITEM)
        return (standing.decision.verdict, verdicts(standing.disputed)) if standing else (None, set())


def verdicts(events: Sequence[Event]) -> set[Verdict]:
    return {event.act.decision.verdict for event in events if isinstance(event.act, Decided)}


# --- decisions at once -----------------------------------------------------------------------------------------------


def test_a_decision_made_over_another_replaces_it() -> None:
    told = Told()
    told.decide(BOB, PASS, over=told.decide(ADA, NEEDS_WORK))
    assert told.shown() == (PASS, set())


def test_what_neither_could_see_stays_beside_the_other_until_somebody_decides_over_both() -> None:
    told = Told()
    told.decide(ADA, NEEDS_WORK)
    both = told.decide(BOB, PASS)
    assert told.shown() == (PASS, {NEEDS_WORK})
    told.decide(EVE, WAIVED, over=both)
    assert told.shown() == (WAIVED, set())


def test_a_third_who_saw_only_the_first_settles_only_that() -> None:
    told = Told()
    first = told.decide(ADA, NEEDS_WORK)
    told.decide(BOB, PASS)
    told.decide(EVE, WAIVED, over=first)
    assert told.shown() == (WAIVED, {PASS})


def test_ones_own_second_terminal_overrules_the_first_but_nobody_else() -> None:
    told = Told()
    first = told.decide(ADA, NEEDS_WORK)
    told.decide(BOB, PASS)
    told.decide(ADA, WAIVED, over=first)  # her other terminal does not know of Bob's yet
    assert told.shown() == (WAIVED, {PASS})


def test_to_say_the_same_is_no_dispute_but_another_end_of_a_waiver_is() -> None:
    told = Told()
    told.decide(ADA, WAIVED, owner="Ada", until="2027-01-01")
    told.decide(BOB, WAIVED, owner="Ada", until="2027-01-01", reason="in other words")
    assert told.shown() == (WAIVED, set())
    told.decide(EVE, WAIVED, owner="Ada", until="2099-01-01")
    assert told.shown() == (WAIVED, {WAIVED})


def test_two_who_agree_do_not_hide_one_another_from_a_third() -> None:
    told = Told()
    told.decide(ADA, PASS)
    bobs = told.decide(BOB, PASS)
    told.decide(EVE, NEEDS_WORK)
    told.add(BOB, Undone(bobs))
    assert told.shown() == (NEEDS_WORK, {PASS}), "Ada's is still unseen"


def test_taking_back_the_one_in_the_middle_leaves_what_was_decided_over_it() -> None:
    told = Told()
    middle = told.decide(BOB, PASS, over=told.decide(ADA, NEEDS_WORK))
    last = told.decide(EVE, WAIVED, over=middle)
    told.add(BOB, Undone(middle))
    assert told.shown() == (WAIVED, set())
    told.add(EVE, Undone(last))
    assert told.shown() == (NEEDS_WORK, set()), "what it had replaced is there again"


def test_what_comes_back_was_not_seen_by_who_decided_meanwhile() -> None:
    told = Told()
    told.add(ADA, Undone(told.decide(ADA, NEEDS_WORK)))
    bobs = told.decide(BOB, PASS)
    told.decide(EVE, PASS, over=bobs)
    told.add(ADA, Redone(1))
    assert told.shown() == (PASS, {NEEDS_WORK})


def test_what_comes_back_was_seen_by_who_decided_before_it_went() -> None:
    told = Told()
    told.decide(BOB, PASS, over=told.decide(ADA, NEEDS_WORK))
    told.add(ADA, Undone(1))
    told.add(ADA, Redone(1))
    assert told.shown() == (PASS, set())


def test_who_decided_over_what_was_just_being_taken_back_had_seen_it() -> None:
    told = Told()
    first = told.decide(ADA, NEEDS_WORK)
    told.add(ADA, Undone(first))
    told.decide(BOB, PASS, over=first)  # it still stood on his screen
    told.add(ADA, Redone(first))
    assert told.shown() == (PASS, set())


# --- undo and redo ---------------------------------------------------------------------------------------------------


def test_undo_and_redo_go_back_and_forth_over_all_of_ones_own() -> None:
    told = Told()
    numbers = [told.decide(ADA, verdict) for verdict in (PASS, NEEDS_WORK, WAIVED)]
    told.decide(BOB, PASS, subject=OTHER)
    for number in reversed(numbers):
        assert to_undo(told.state, ADA).seq == number
        told.add(ADA, Undone(number))
    assert told.shown() == (None, set())
    assert OTHER in told.state.decisions
    for number in numbers:
        assert to_redo(told.state, ADA).seq == number
        told.add(ADA, Redone(number))
    assert told.shown() == (WAIVED, set())


def test_something_new_closes_ones_own_way_forward_and_nobody_elses() -> None:
    told = Told()
    told.add(ADA, Undone(told.decide(ADA, PASS)))
    told.add(BOB, Undone(told.decide(BOB, PASS, subject=OTHER)))
    told.decide(ADA, NEEDS_WORK)
    with pytest.raises(JournalError, match="Ada has taken nothing back"):
        to_redo(told.state, ADA)
    assert to_redo(told.state, BOB).seq == 3
    assert to_redo(told.state, ADA, 1).seq == 1, "by its number it can still be brought back"


def test_another_persons_needs_its_number_and_comes_back_to_who_took_it() -> None:
    told = Told()
    number = told.decide(ADA, PASS)
    with pytest.raises(JournalError, match="Bob has nothing to take back"):
        to_undo(told.state, BOB)
    told.add(BOB, Undone(to_undo(told.state, BOB, number).seq))
    assert told.shown() == (None, set())
    assert to_redo(told.state, BOB).seq == number
    with pytest.raises(JournalError, match="Ada has taken nothing back"):
        to_redo(told.state, ADA)


def test_two_terminals_that_take_back_the_same_need_one_redo() -> None:
    told = Told()
    number = told.decide(ADA, PASS)
    told.add(ADA, Undone(number))
    told.add(ADA, Undone(number))
    told.add(ADA, Redone(number))
    assert told.shown() == (PASS, set())
    assert told.state.last_undone_of(ADA) is None


def test_a_note_comes_back_too() -> None:
    told = Told()
    told.add(ADA, Noted(ITEM, "ask Bob"))
    told.add(ADA, Noted(ITEM, ""))
    assert told.state.notes == {}
    told.add(ADA, Undone(to_undo(told.state, ADA).seq))
    assert told.state.notes[ITEM].text == "ask Bob"


@pytest.mark.parametrize(
    ("seq", "words"),
    [
        (99, "There is no event 99"),
        (2, "taken back already"),
        (3, "a signature"),
        (4, "no decision"),
        (5, "no decision"),
    ],
)
def test_what_cannot_be_taken_back_says_why(seq: int, words: str) -> None:
    told = Told()
    told.decide(ADA, PASS)
    told.decide(ADA, NEEDS_WORK)
    told.add(ADA, Signed("record.json", "0" * 64))
    told.add(ADA, Opened(ITEM, "d"))
    told.add(ADA, Undone(2))
    with pytest.raises(JournalError, match=words):
        to_undo(told.state, ADA, seq)
    with pytest.raises(JournalError, match="was not taken back"):
        to_redo(told.state, ADA, 1)


def test_to_take_back_what_cannot_be_changes_nothing() -> None:
    told = Told()
    told.decide(ADA, PASS)
    told.add(ADA, Signed("record.json", "0" * 64))
    before = told.state
    for seq in (2, 3, 4, 99, -1, 0):
        told.add(BOB, Undone(seq))
    told.add(BOB, Redone(1))
    assert (told.state.decisions, told.state.undone, told.state.redoable) == (before.decisions, frozenset(), {})


# --- any path at all -------------------------------------------------------------------------------------------------

_ACTORS = st.sampled_from((ADA, BOB, EVE))
_STEPS = st.lists(
    st.tuples(_ACTORS, st.sampled_from(("decide", "blind", "undo", "redo", "note", "open")), st.integers(0, 5)),
    max_size=30,
)


def walked(steps: Sequence[tuple[Actor, str, int]]) -> Told:
    """What an app would have written if these people had pressed these keys."""
    told = Told()
    for actor, key, which in steps:
        subject = (ITEM, OTHER)[which % 2]
        standing = told.state.decisions.get(subject)
        over = standing.event.seq if standing and key == "decide" else 0
        if key in ("decide", "blind"):
            told.decide(actor, (PASS, NEEDS_WORK, WAIVED)[which % 3], over, subject)
        elif key == "undo" and (event := told.state.last_of(actor)):
            told.add(actor, Undone(event.seq))
        elif key == "redo" and (event := told.state.last_undone_of(actor)):
            told.add(actor, Redone(event.seq))
        elif key == "note":
            told.add(actor, Noted(subject, f"note {which}"))
        elif key == "open":
            told.add(actor, Opened(subject, str(which)))
    return told


def content(standing: Standing | None) -> set[Verdict]:
    return {standing.decision.verdict} | verdicts(standing.disputed) if standing else set()


@given(_STEPS, _ACTORS)
def test_undo_then_redo_restores_everything_and_costs_no_event(
    steps: Sequence[tuple[Actor, str, int]], actor: Actor
) -> None:
    told = walked(steps)
    before = told.state
    last = before.last_of(actor)
    if last is None:
        return
    told.add(actor, Undone(last.seq))
    assert last.seq in told.state.undone
    assert told.state.last_undone_of(actor) == last
    told.add(actor, Redone(last.seq))
    after = told.state
    assert (after.decisions, after.notes, after.opened) == (before.decisions, before.notes, before.opened)
    assert after.redoable == before.redoable
    assert after.events[: len(before.events)] == before.events


@given(_STEPS, _ACTORS)
def test_all_the_way_back_and_forth_again(steps: Sequence[tuple[Actor, str, int]], actor: Actor) -> None:
    told = walked(steps)
    before = told.state
    depth = 0
    while event := told.state.last_of(actor):
        told.add(actor, Undone(event.seq))
        depth += 1
    assert all(standing.event.actor != actor for standing in told.state.decisions.values())
    for _ in range(depth):
        event = told.state.last_undone_of(actor)
        assert event is not None
        told.add(actor, Redone(event.seq))
    assert (told.state.decisions, told.state.notes) == (before.decisions, before.notes)


@given(_STEPS, _ACTORS)
def test_nobody_takes_back_what_is_anothers(steps: Sequence[tuple[Actor, str, int]], actor: Actor) -> None:
    told = walked(steps)
    others = [one for one in (ADA, BOB, EVE) if one != actor]
    before = told.state
    while event := told.state.last_of(actor):
        told.add(actor, Undone(event.seq))
    for other in others:
        assert told.state.last_of(other) == before.last_of(other)
        assert told.state.last_undone_of(other) == before.last_undone_of(other)


@given(_STEPS)
def test_every_prefix_is_the_state_of_its_day(steps: Sequence[tuple[Actor, str, int]]) -> None:
    """What counts was decided and not taken back; what stands for a subject is one of those, and the latest."""
    told = walked(steps)
    for end in range(len(told.events) + 1):
        state = fold(told.events[:end])
        assert state == fold(told.events[:end])
        counting = [one for one in state.events if isinstance(one.act, Decided) and one.seq not in state.undone]
        latest = {one.act.decision.subject: one for one in counting if isinstance(one.act, Decided)}
        assert {subject: standing.event for subject, standing in state.decisions.items()} == latest
        for standing in state.decisions.values():
            assert set(standing.disputed) <= set(counting)
            assert {one.actor for one in standing.disputed}.isdisjoint({standing.event.actor})


@given(st.lists(st.tuples(_ACTORS, st.sampled_from((PASS, NEEDS_WORK, WAIVED))), min_size=2, max_size=3,
                unique_by=lambda one: one[0]))  # fmt: skip
def test_who_arrives_first_does_not_change_what_is_shown(decisions: Sequence[tuple[Actor, Verdict]]) -> None:
    shown = []
    for order in itertools.permutations(decisions):
        told = Told()
        base = told.decide(Actor("Before"), PASS)
        for actor, verdict in order:
            told.decide(actor, verdict, over=base)
        shown.append(content(told.state.decisions[ITEM]))
        last = told.events[-1].seq
        told.decide(Actor("After"), NEEDS_WORK, over=last)
        assert told.shown() == (NEEDS_WORK, set())
    assert all(one == {verdict for _, verdict in decisions} for one in shown)
