"""Doors and guards in a session: on disk before they show, taken back as they were made, seen in the other window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from helpers.boards import ADA, BOB
from helpers.mapped import about, door, guard, of_door, of_guard, scanned
from helpers.repos import make_repo
from walkdown.checklist import ObstacleKind
from walkdown.errors import UsageError
from walkdown.model import Channel, Decided, Verdict
from walkdown.model.door import Checks
from walkdown.record.statement import Signer
from walkdown.review import Session, Terms
from walkdown.review.board import look_at
from walkdown.review.signoff import How, prepare

DOORS = (door("D-1", guard()), door("D-2", guard()), door("D-3"))
Window = Callable[[], Session]


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    repo = make_repo(tmp_path, {"app.js": "listen();\n"})
    with ExitStack() as stack:

        def opened() -> Session:
            session = stack.enter_context(Session.open(str(repo), Channel.APP))
            result = scanned(DOORS, [about(DOORS[0])])
            session._looked = look_at(result, session.review.settings.fail_on, fresh=True)
            session.refresh()
            return session

        yield opened


def held(session: Session) -> list[Checks | None]:
    return [row.guard for row in session.board.doors]


def test_what_a_guard_means_is_undone_and_brought_back_with_all_that_followed(window: Window) -> None:
    session = window()

    session.decide([of_guard()], Verdict.OWNER_GUARD, Terms("it compares"), ADA)
    assert held(session) == [Checks.OWNER, Checks.OWNER, None]
    assert list(session.board.asides) == ["F-1"]

    session.undo(ADA)
    assert held(session) == [None, None, None]
    assert session.board.asides == {}

    session.redo(ADA)
    assert held(session) == [Checks.OWNER, Checks.OWNER, None]


def test_many_doors_are_decided_and_taken_back_as_one(window: Window) -> None:
    session = window()

    session.decide([of_door("D-1"), of_door("D-3")], Verdict.PUBLIC, Terms("a form for everybody"), ADA)
    assert [row.verdict for row in session.board.doors] == [Verdict.PUBLIC, None, Verdict.PUBLIC]

    assert len(session.undo(ADA)) == 2
    assert [row.verdict for row in session.board.doors] == [None, None, None]


def test_none_is_decided_where_one_of_them_cannot_be(window: Window) -> None:
    session = window()

    with pytest.raises(UsageError):
        session.decide([of_door("D-1"), of_door("D-9")], Verdict.NEEDS_WORK, Terms(), ADA)

    assert [row.said for row in session.board.doors] == [None, None, None]


def test_the_other_window_sees_it_and_two_who_decide_at_once_both_stand(window: Window) -> None:
    mine, yours = window(), window()
    seen = yours.board

    mine.decide([of_door("D-3")], Verdict.PUBLIC, Terms("a form"), ADA)
    yours.decide([of_door("D-3")], Verdict.NEEDS_WORK, Terms(), BOB, seen)

    row = mine.refresh().door("D-3")
    assert row is not None
    assert (row.why, row.open) == ("Bob and Ada decided differently", True)
    mine.decide([of_door("D-3")], Verdict.NEEDS_WORK, Terms(), ADA)
    assert not mine.board.doors[2].open


def test_a_decision_rests_on_what_was_seen_of_the_door(window: Window) -> None:
    session = window()

    (event,) = session.decide([of_door("D-1")], Verdict.NEEDS_WORK, Terms(seconds=3), ADA)

    assert isinstance(event.act, Decided)
    row = session.board.doors[0]
    assert (event.act.decision.rests_on, event.act.decision.domain) == (("F-1",), row.domain)


def test_who_opened_a_door_has_seen_it_as_it_is(window: Window) -> None:
    session = window()
    assert not session.board.doors[0].opened

    session.opened(of_door("D-1"), ADA)
    session.opened(of_door("D-1"), BOB)
    session.opened(of_guard(), ADA)

    assert [row.opened for row in session.board.doors] == [True, False, False]
    assert len(session.board.state.events) == 2, "once for the same evidence"


def test_a_note_stands_beside_a_door(window: Window) -> None:
    session = window()

    session.note(of_door("D-1"), "Ask the payment team.", ADA)

    note = session.board.doors[0].note
    assert note is not None
    assert note.text == "Ask the payment team."


def test_a_record_names_the_doors_that_were_signed_over_and_says_what_was_said(window: Window) -> None:
    session = window()
    session.decide([of_guard()], Verdict.LOGIN_GUARD, Terms("company-guard asks for a session"), ADA)

    prepared = prepare(session, How(exceptions=True, unsigned=True, signer=Signer("Ada")))

    predicate, text = prepared.statement.predicate, (prepared.files.markdown or b"").decode()
    assert [line.guard for line in predicate.doors] == ["login", "login", ""]
    assert [line.said.decision.reason for line in predicate.guards] == ["company-guard asks for a session"]
    assert predicate.findings[0].aside == "mine means login, says Ada: company-guard asks for a session"
    assert ("door", "D-3", "it writes, and nothing guards it") in [
        (one.kind, one.id, one.why) for one in predicate.exceptions
    ]
    assert "## Doors (3)" in text
    assert "company-guard asks for a session" in text
    kinds = [one.kind for one in session.board.obstacles]
    assert kinds == sorted(kinds, key=list(ObstacleKind).index), "each kind stands together"
