"""A session: decisions on disk before they show, undone as they were made, and two windows that see each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from helpers.boards import ADA, BOB, checklist, finding, gap, item, of_finding, of_item, result
from helpers.repos import commit, git, make_repo, write
from walkdown.errors import GitError, JournalError, UsageError
from walkdown.model import Actor, Channel, Decided, Severity, TargetFacts, Verdict
from walkdown.record.statement import Signer
from walkdown.review import Review, Session, Terms, last, signoff
from walkdown.review.board import look_at
from walkdown.review.signoff import How, finish, prepare

FOUND = tuple(finding(f"f{number}", "input.sql-built", line=number) for number in range(1, 4))
WAIVED = Terms(reason="later", owner="Ada", until="2999-01-01")
TIMEOUTS = of_item("error.timeouts")
UNSIGNED = How(unsigned=True, signer=Signer("Ada"))


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


def now(days: int = 0) -> str:
    return f"{datetime.now(timezone.utc) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def kept(session: Session, finished: str) -> None:
    """As if a scan of the files as they are had ended then, and found nothing."""
    target = session.review.target
    facts = TargetFacts(looked=target.looked, head=target.facts.head, dirty=target.dirty)
    made = msgspec.structs.replace(result(), target=facts, finished=finished)
    assert last.save(session.review.state_folder, made, session._asked()) == ""


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
    last.save(session.review.state_folder, msgspec.structs.replace(made, finished=now()), session._asked())
    assert desk.window().recall()
    (desk.repo / "app.py").write_text("print(1)\n")
    changed = desk.window()
    assert not changed.recall()
    assert "The scan is not of now" in {one.title for one in changed.board.obstacles}
    assert len(changed.board.findings) == len(FOUND), "still shown, and said to be old"


@pytest.mark.parametrize(("days", "fresh"), [(0, True), (-2, False), (2, False)])
def test_a_scan_speaks_for_a_day_and_a_clock_that_went_wrong_makes_it_no_longer(
    desk: Desk, days: int, fresh: bool
) -> None:
    kept(desk.window(), now(days))
    assert desk.window().recall() is fresh


def test_equal_files_on_another_commit_are_looked_at_anew(desk: Desk) -> None:
    """The record would name the old commit, and the history in between may hold a secret that is gone again."""
    kept(desk.window(), now())
    write(desk.repo, {"key.pem": "once here"})
    commit(desk.repo)
    write(desk.repo, {"key.pem": None})
    commit(desk.repo)
    assert not desk.window().recall()


def test_equal_files_that_are_no_longer_committed_are_no_clean_tree(desk: Desk) -> None:
    write(desk.repo, {"app.py": "print(2)\n"})
    commit(desk.repo)
    kept(desk.window(), now())
    git(desk.repo, "reset", "--quiet", "--soft", "HEAD~1")
    assert not desk.window().recall()


def test_another_branch_is_another_history(desk: Desk) -> None:
    kept(desk.window(), now())
    git(desk.repo, "checkout", "--quiet", "-b", "other")
    write(desk.repo, {"key.pem": "once here"})
    commit(desk.repo)
    git(desk.repo, "checkout", "--quiet", "main")
    assert not desk.window().recall()


def test_a_scanner_of_ones_own_that_was_never_run_is_not_passed_over(desk: Desk, tmp_path: Path) -> None:
    kept(desk.window(), now())
    config = tmp_path / "CONFIG" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text('[[scanners]]\nname = "own"\ncommand = ["own", "{target}"]\n')
    assert not desk.window().recall()


def test_a_rule_that_was_changed_asks_again(desk: Desk, tmp_path: Path) -> None:
    folder, config = tmp_path / "rules", tmp_path / "CONFIG" / "config.toml"
    write(folder, {"one.yml": "rules: []\n"})
    write(config.parent, {config.name: f"rules = ['{folder}']\n"})
    kept(desk.window(), now())
    assert desk.window().recall()
    write(folder, {"one.yml": "rules: [] # and more\n"})
    assert not desk.window().recall()


def test_who_decides_while_a_scan_ends_decided_on_what_lay_before_them(desk: Desk) -> None:
    session = desk.window()
    session._looked = look_at(result(), session.review.settings.fail_on, fresh=True)
    seen = session.refresh()
    session._looked = look_at(result(FOUND), session.review.settings.fail_on, fresh=True)
    session.refresh()
    item = of_item("input.sql-parameters")
    session.decide([item], Verdict.WAIVED, WAIVED, ADA, seen)
    session.opened(item, ADA, seen)
    view = session.board.item(item.id)
    assert view is not None
    assert view.why == "the evidence changed since it was decided"
    assert not view.opened


def test_a_number_takes_back_that_one_and_a_redo_only_what_one_took_back_oneself(desk: Desk) -> None:
    session = desk.window()
    subjects = [of_finding(one.id) for one in FOUND]
    events = session.decide(subjects, Verdict.FALSE_POSITIVE, Terms(reason="tests"), ADA)
    assert session.undo(BOB, events[0].seq) == (events[0],)
    assert session.undo(ADA) == events[1:]
    assert session.redo(BOB) == (events[0],)
    assert [session.board.standing(one) is not None for one in subjects] == [True, False, False]


async def test_a_scan_that_broke_off_leaves_the_last_one_in_doubt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    session = desk.window()
    session._scanned = True
    assert "The scan is not of now" not in {one.title for one in session.board.obstacles}

    async def broken(*_: object) -> None:
        raise GitError("The disk is gone.")

    monkeypatch.setattr(Review, "scan", broken)
    with pytest.raises(GitError):
        await session.scan()
    assert "The scan is not of now" in {one.title for one in session.board.obstacles}
    session.decide([TIMEOUTS], Verdict.NEEDS_WORK, Terms(), ADA)
    assert verdict(session) is Verdict.NEEDS_WORK


async def test_board_and_files_change_together_when_a_scan_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    session = desk.window()
    session._scanned = True
    before, seen = session.review, []

    async def quick(*_: object) -> object:
        return result()

    def save(*_: object) -> str:
        seen.append((session.review is before, len(session.board.findings)))
        return ""

    monkeypatch.setattr(Review, "scan", quick)
    monkeypatch.setattr(last, "save", save)
    await session.scan()
    assert seen == [(True, len(FOUND))], "while it is kept, the screen shows the last one and so does the session"
    assert (session.review is before, session.board.findings) == (False, ())


def test_nobody_signs_what_was_opened_between_the_question_and_the_word(desk: Desk) -> None:
    session, other = desk.window(), desk.window()
    low = finding("f1", severity=Severity.LOW)
    for one in (session, other):
        one.checklist = checklist(item("sql", "input.sql-built"))
        one._looked = look_at(result((low,)), one.review.settings.fail_on, fresh=True)
        one.refresh()
    other.decide([of_item("sql")], Verdict.WAIVED, WAIVED, BOB)
    assert session.refresh().ready
    other.undo(BOB)
    with pytest.raises(UsageError, match="Not signed: something stands open"):
        prepare(session, How())


def test_a_new_day_is_a_new_board(desk: Desk) -> None:
    session = desk.window()
    assert not session.changed_elsewhere()
    session.board = msgspec.structs.replace(session.board, today=session.board.today - timedelta(days=1))
    assert session.changed_elsewhere()


def test_an_end_that_nothing_needs_is_not_kept(desk: Desk) -> None:
    session = desk.window()
    terms = Terms(owner="Ada", until="junk")
    (event,) = session.decide([TIMEOUTS], Verdict.NEEDS_WORK, terms, ADA)
    assert isinstance(event.act, Decided)
    assert (event.act.decision.owner, event.act.decision.until) == ("", "")


def of_now(desk: Desk) -> Session:
    """A window whose last scan was of the files as they are, with nothing to decide."""
    session = desk.window()
    kept(session, now())
    assert session.recall()
    session.checklist = checklist()
    assert session.refresh().ready
    return session


@pytest.mark.parametrize("how", ["edited", "new", "committed"])
def test_nobody_signs_over_files_that_changed_since_they_were_scanned(desk: Desk, how: str) -> None:
    session = of_now(desk)
    assert prepare(session, UNSIGNED).exceptions == ()
    if how == "committed":
        commit(desk.repo)
    else:
        write(desk.repo, {"app.py" if how == "edited" else "new.py": "eval(input())\n"})
    with pytest.raises(UsageError, match="The scan is not of now"):
        prepare(session, UNSIGNED)


def test_nobody_signs_over_files_that_changed_while_the_key_was_asked_for(desk: Desk) -> None:
    session = of_now(desk)
    prepared = prepare(session, UNSIGNED)
    write(desk.repo, {"app.py": "eval(input())\n"})
    with pytest.raises(UsageError, match="changed meanwhile"):
        finish(session, prepared, None)
    assert not (desk.repo / ".walkdown").exists()


def test_nobody_signs_over_what_another_window_decided_while_the_key_was_asked_for(desk: Desk) -> None:
    session = of_now(desk)
    prepared = prepare(session, UNSIGNED)
    desk.window().decide([TIMEOUTS], Verdict.NEEDS_WORK, Terms(), BOB)
    with pytest.raises(UsageError, match="decided, scanned or changed meanwhile"):
        finish(session, prepared, None)
    assert not (desk.repo / ".walkdown").exists()


def test_no_record_is_made_that_nobody_would_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    session = of_now(desk)
    prepared = prepare(session, UNSIGNED)
    monkeypatch.setattr(signoff, "MOST_BYTES", len(prepared.files.json) - 1)
    with pytest.raises(UsageError, match="The record would hold 1 MB"):
        signoff.countersignature_of(prepared.files, UNSIGNED.signer, machine=False)
    with pytest.raises(UsageError, match="The record would hold 1 MB"):
        finish(session, prepared, None)
    assert not (desk.repo / ".walkdown").exists()


def test_what_is_as_it_was_is_signed(desk: Desk) -> None:
    session = of_now(desk)
    made = finish(session, prepare(session, UNSIGNED), None)
    assert made.path.exists()
    assert prepare(session, UNSIGNED).exceptions == (), "the record itself is no change"


def test_a_gap_is_let_go_as_the_file_is(desk: Desk) -> None:
    session = desk.window()
    seen = msgspec.structs.replace(result((), (gap("old.py"),)), unread={"old.py": "as-it-is"})
    session._looked = look_at(seen, Severity.HIGH, fresh=True)
    (one,) = session.refresh().gaps
    (event,) = session.decide([one.subject], Verdict.WAIVED, WAIVED, ADA)
    assert isinstance(event.act, Decided)
    assert event.act.decision.domain == "as-it-is"
    (group,) = session.decide([one.class_subject], Verdict.WAIVED, WAIVED, ADA)
    assert isinstance(group.act, Decided)
    assert group.act.decision.domain == "", "a class is let go whatever is in it"
