"""The journal: events in a chain that shows its holes, a fold that follows, and undo that is only ever one's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from walkdown.errors import JournalError
from walkdown.journal import Journal, fold
from walkdown.model import Actor, Channel, Decided, Decision, Kind, Redone, Subject, Undone, Verdict

ADA, BOB = Actor("Ada", "ada@example.org"), Actor("Bob")
ITEM = Subject(Kind.ITEM, "error.timeouts")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], Journal]]:
    """Opens the same journal again and again, as other processes would."""
    journals: list[Journal] = []

    def another() -> Journal:
        journals.append(Journal(tmp_path / "j"))
        return journals[-1]

    yield another
    for journal in journals:
        journal.close()


def decided(verdict: Verdict, subject: Subject = ITEM) -> Decided:
    return Decided(Decision(subject, verdict))


def test_events_come_back_in_order_over_a_restart_and_from_two_writers(opened: Callable[[], Journal]) -> None:
    one, other = opened(), opened()
    for number in range(10):
        event = (one, other)[number % 2].append(decided(Verdict.PASS), ADA, Channel.TERMINAL)
        assert event.seq == number + 1
    again = opened()
    assert [event.seq for event in again.events()] == list(range(1, 11))
    assert again.events() == one.events()


def test_an_altered_or_missing_event_shows(tmp_path: Path, opened: Callable[[], Journal]) -> None:
    journal = opened()
    for verdict in (Verdict.NEEDS_WORK, Verdict.PASS, Verdict.WAIVED):
        journal.append(decided(verdict), ADA, Channel.APP)
    with sqlite3.connect(tmp_path / "j") as db:
        db.execute("UPDATE events SET body = replace(CAST(body AS TEXT), 'needs-work', 'pass') WHERE seq = 1")
    db.close()
    with pytest.raises(JournalError, match=r"Event 1 .* altered"):
        journal.events()
    with sqlite3.connect(tmp_path / "j") as db:
        db.execute("DELETE FROM events WHERE seq = 1")
    db.close()
    with pytest.raises(JournalError, match="hole before event 2"):
        journal.events()


def test_undo_and_redo_follow_ones_own_steps_only(opened: Callable[[], Journal]) -> None:
    journal = opened()
    journal.append(decided(Verdict.PASS), ADA, Channel.APP)
    journal.append(decided(Verdict.NEEDS_WORK), BOB, Channel.APP)
    state = fold(journal.events())
    assert state.decisions[ITEM].decision.verdict is Verdict.NEEDS_WORK

    last = state.last_of(ADA)
    assert last is not None
    assert last.seq == 1
    journal.append(Undone(2), BOB, Channel.APP)
    state = fold(journal.events())
    assert state.decisions[ITEM].decision.verdict is Verdict.PASS, "what Bob took back uncovers what Ada said"
    assert state.last_of(BOB) is None
    back = state.last_undone_of(BOB)
    assert back is not None
    assert back.seq == 2
    assert state.last_undone_of(ADA) is None
    journal.append(Redone(2), BOB, Channel.APP)
    assert fold(journal.events()).decisions[ITEM].decision.verdict is Verdict.NEEDS_WORK


def test_a_journal_of_a_newer_walkdown_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "j") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(JournalError, match="newer walkdown"):
        Journal(tmp_path / "j")
