"""A session: decisions on disk before they show, undone as they were made, and two windows that see each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from helpers.boards import ADA, BOB, finding, of_finding, of_item, result
from helpers.repos import make_repo
from walkdown.errors import JournalError, UsageError
from walkdown.model import Actor, Channel, Verdict
from walkdown.review import Session, Terms, last
from walkdown.review.board import look_at

FOUND = tuple(finding(f"f{number}", "input.sql-built", line=number) for number in range(1, 4))
WAIVED = Terms(reason="later", owner="Ada", until="2999-01-01")
TIMEOUTS = of_item("error.timeouts")


class Desk:
    """Windows on one repo, as two processes would have them."""

    def __init__(self, repo: Path, stack: ExitStack) -> None:
        self.repo = repo
        self._stack = stack

    def window(self) -> Session:
        session = self._stack.enter_context(Session.open(str(self.repo), Channel.APP))
        session._looked = look_at(result(FOUND), session.review.settings.fail_on, fresh=True)
        session.refresh()
        return session


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    with ExitStack() as stack:
        yield Desk(make_repo(tmp_path, {"app.py": "print()\n"}), stack)


def verdict(session: Session, item: str = "error.timeouts") -> Verdict | None:
    view = session.board.item(item)
    assert view is not None
    return view.verdict


def test_a_decision_outlives_its_window(desk: Desk) -> None:
    desk.window().decide([TIMEOUTS], Verdict.NEEDS_WORK, Terms(note="after lunch", seconds=12), ADA)
    again = desk.window()
    assert verdict(again) is Verdict.NEEDS_WORK
    standing = again.board.standing(TIMEOUTS)
    assert standing is not None
    assert (standing.decision.seconds, standing.event.actor) == (12, ADA)


def test_undo_and_redo_over_restarts_any_depth(desk: Desk) -> None:
    steps = (Verdict.NEEDS_WORK, Verdict.PASS, Verdict.NEEDS_WORK)
    for step in steps:
        desk.window().decide([TIMEOUTS], step, Terms(), ADA)
    for expected in (Verdict.PASS, Verdict.NEEDS_WORK, None):
        desk.window().undo(ADA)
        assert verdict(desk.window()) is expected
    with pytest.raises(JournalError, match="nothing to take back"):
        desk.window().undo(ADA)
    for step in steps:
        desk.window().redo(ADA)
        assert verdict(desk.window()) is step


def test_what_was_decided_with_one_key_is_taken_back_with_one(desk: Desk) -> None:
    session = desk.window()
    events = session.decide([of_finding(one.id) for one in FOUND], Verdict.FALSE_POSITIVE, Terms(reason="tests"), ADA)
    assert len(events) == len(FOUND)
    assert session.board.item("input.sql-parameters").evidence.against == ()  # type: ignore[union-attr]
    assert len(session.undo(ADA)) == len(FOUND)
    assert all(session.board.standing(of_finding(one.id)) is None for one in FOUND)
    session.redo(ADA)
    assert all(session.board.standing(of_finding(one.id)) for one in FOUND)


def test_either_all_are_written_or_none(desk: Desk) -> None:
    session = desk.window()
    with pytest.raises(UsageError, match="no finding nope"):
        session.decide([of_finding("f1"), of_finding("nope")], Verdict.REAL, Terms(), ADA)
    assert session.board.state.events == ()


def test_two_windows_see_each_other_and_overwrite_nothing(desk: Desk) -> None:
    one, other = desk.window(), desk.window()
    one.decide([TIMEOUTS], Verdict.NEEDS_WORK, Terms(), ADA)
    assert other.changed_elsewhere()
    other.decide([TIMEOUTS], Verdict.WAIVED, WAIVED, BOB)  # without having seen what the first one did
    assert not other.changed_elsewhere()
    standing = one.refresh().standing(TIMEOUTS)
    assert standing is not None
    assert (standing.event.actor, [event.actor for event in standing.disputed]) == (BOB, [ADA])
    one.decide([TIMEOUTS], Verdict.WAIVED, WAIVED, ADA)
    settled = other.refresh().standing(TIMEOUTS)
    assert settled is not None
    assert settled.disputed == ()


def test_anothers_decision_is_taken_back_only_by_its_number(desk: Desk) -> None:
    session = desk.window()
    (event,) = session.decide([TIMEOUTS], Verdict.NEEDS_WORK, Terms(), ADA)
    with pytest.raises(JournalError, match="Bob has nothing to take back"):
        session.undo(BOB)
    session.undo(BOB, event.seq)
    assert verdict(session) is None
    with pytest.raises(JournalError, match="taken back already"):
        session.undo(Actor("Eve"), event.seq)


def test_evidence_is_noted_as_opened_once(desk: Desk) -> None:
    session = desk.window()
    item = of_item("input.sql-parameters")
    with pytest.raises(UsageError, match="Nobody opened the evidence"):
        session.decide([item], Verdict.PASS, Terms(), ADA)
    session.opened(item, ADA)
    session.opened(item, ADA)
    assert len(session.board.state.events) == 1
    session.decide([item], Verdict.PASS, Terms(), ADA)
    assert verdict(session, "input.sql-parameters") is Verdict.PASS


def test_the_last_scan_speaks_again_only_for_what_it_looked_at(desk: Desk) -> None:
    session = desk.window()
    target = session.review.target
    made = result(FOUND, looked=target.looked)
    import msgspec

    now = msgspec.structs.replace(made, finished="2999-01-01T00:00:00Z")
    last.save(session.review.state_folder, now, session._asked())
    assert desk.window().recall()
    (desk.repo / "app.py").write_text("print(1)\n")
    changed = desk.window()
    assert not changed.recall()
    assert "The scan is not of now" in {one.title for one in changed.board.obstacles}
    assert len(changed.board.findings) == len(FOUND), "still shown, and said to be old"
