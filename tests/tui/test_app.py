"""The frame: modes, following the journal, undo, leaving."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.repos import make_repo
from tui.helpers import (
    ADA,
    BEN,
    NARROW,
    WIDE,
    app_on,
    findings,
    open_review,
    remember,
    shown,
    shows,
    to_mode,
    until,
    verdict_of,
)
from walkdown.errors import JournalError, ScannerError
from walkdown.model import Kind, Subject, Verdict
from walkdown.review import Review, Session, Terms
from walkdown.tui import memory
from walkdown.tui.app import Opening, WalkdownApp
from walkdown.tui.scanning import Scanning


async def test_every_mode_shows_what_the_session_knows(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        for name in ("scan", "walk", "findings", "gaps", "record", "doors", "start"):
            await to_mode(pilot, name)
            assert "shop" in shown(app).splitlines()[0]


async def test_undo_and_redo_act_for_who_decides_now(review: Session) -> None:
    app = app_on(review, ADA, BEN)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "walk")
        app.decide([Subject(Kind.ITEM, "input.uploads")], Verdict.PASS, "Uploads are bounded")
        assert verdict_of(review, Kind.ITEM, "input.uploads") is Verdict.PASS
        app.action_switch_person()
        app.action_undo()
        assert verdict_of(review, Kind.ITEM, "input.uploads") is Verdict.PASS
        app.action_switch_person()
        app.action_undo()
        assert verdict_of(review, Kind.ITEM, "input.uploads") is None
        app.action_redo()
        assert verdict_of(review, Kind.ITEM, "input.uploads") is Verdict.PASS


async def test_what_is_taken_back_out_of_sight_is_told(review: Session) -> None:
    """On the walk the page says it; anywhere else a decision would go without a word."""
    app = app_on(review)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        app.decide([Subject(Kind.ITEM, "input.uploads")], Verdict.PASS, "")
        app.decide([Subject(Kind.FINDING, one) for one in ("f000000", "f000001")], Verdict.REAL, "")
        app.action_undo()
        app.action_undo()
        app.action_redo()
        await to_mode(pilot, "walk")
        app.action_undo()
        await pilot.pause()
        assert [one.message for one in app._notifications] == [
            "Written down: real, 2 at once · u takes it back",
            "Taken back: 2 decisions, real · U brings it back",
            "Taken back: pass for Uploads are bounded · U brings it back",
            "Back again: pass for Uploads are bounded",
        ]


async def test_the_bar_counts_what_is_undecided_now(review: Session) -> None:
    """Not less because of decisions about findings that are gone."""
    review.decide([Subject(Kind.FINDING, one) for one in ("f000000", "f000001")], Verdict.REAL, Terms(), ADA)
    remember(review, findings(3)[1:])
    app = app_on(review, ADA, BEN)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        bar = shown(app).splitlines()[0]
        assert "2 Findings 1 " in bar
        assert bar.rstrip().endswith("Ada ⇄ Ben")
        app.action_switch_person()
        await shows(pilot, app, "Ben ⇄ Ada")


async def test_a_small_screen_says_during_the_scan_where_one_can_go(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=NARROW) as pilot:
        app.scanning = Scanning(on=True)
        app._tell_screen()
        await pilot.pause()
        bar = shown(app).splitlines()[0]
        assert "scanning" in bar
        assert bar.rstrip().endswith("5 Doors   Ada")


async def test_a_decision_of_another_window_is_shown_within_a_second(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        with Session.open(review.review.target.root, review._channel) as other:
            other.checklist = review.checklist
            other.recall()
            other.decide([Subject(Kind.ITEM, "input.uploads")], Verdict.PASS, Terms(), BEN)
        subject = Subject(Kind.ITEM, "input.uploads")
        await until(pilot, lambda: app.board is not None and app.board.standing(subject) is not None)


async def test_trouble_with_the_journal_is_told_once_and_the_app_stays(
    review: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def broken() -> bool:
        asked.append(1)
        raise JournalError("The journal cannot be read.", "Look at its disk.")

    monkeypatch.setattr(review, "changed_elsewhere", broken)
    app = app_on(review)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: len(asked) > 2)
        assert [one.message for one in app._notifications] == ["The journal cannot be read. Look at its disk."]


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("ctrl+c", 130), ("ctrl+q", 0)])
async def test_leaving_says_how_it_was_left(review: Session, key: str, code: int) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        app.simulate_key(key)
        await until(pilot, lambda: app._exit)
    assert app.return_value == code


async def test_what_is_said_at_the_edge_is_words_without_secrets(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        app.say("see https://bot:Zq7-horse-staple@git.example.org [@click=app.quit]x[/] \x1b[2J")
        await pilot.pause()
        [said] = app._notifications
        assert said.message == "see https://bot:••••••••@git.example.org [@click=app.quit]x[/] \\x1b[2J"
        assert not said.markup


async def test_a_place_is_copied_where_no_editor_is_set(review: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    app = app_on(review)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        app.open_editor("api/pay.py", 6)
        await pilot.pause()
        assert app.clipboard == "api/pay.py:6"
        app.copy("a\x1b]52;c;eA==\x07\nb", "It")
        assert app.clipboard == "a\\x1b]52;c;eA==\\x07\nb"
        await pilot.pause()
        assert [one.message for one in app._notifications] == [
            "No editor is set ($VISUAL or $EDITOR). The place is copied: api/pay.py:6",
            "It is copied (2 lines).",
        ]


async def test_a_file_that_leads_elsewhere_is_not_opened(review: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "vim")
    app = app_on(review)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        app.open_editor("../outside.py", 6)
        await pilot.pause()
        assert ["not opened" in one.message for one in app._notifications] == [True]


async def test_nothing_is_scanned_again_while_nothing_changed(
    tree: Path, review: Session, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last scan speaks for the files as they are; `r` looks again when somebody asks."""
    scanned = []
    monkeypatch.setattr(Session, "scan", lambda self, listener: scanned.append(1))
    memory.keep(folders / "state", memory.Memory(told=True))
    app = WalkdownApp(Opening(str(tree), lambda settings: settings, (ADA,)))
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: app.about is not None)
        assert app.board is not None
        assert len(app.board.findings) == 4
        assert scanned == []
    assert app.session is not None


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Session]:
    """On a repository that the test may change."""
    with open_review(make_repo(tmp_path, {"a.py": "x = 1\n"}), ()) as session:
        yield session


async def test_a_later_scan_sees_the_files_as_they_are_then(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though nothing was scanned since the start, because nothing had changed by then."""
    looked = []

    async def scan(self: Review, _listener: object) -> None:
        looked.append(self.target.looked)
        raise ScannerError("enough seen")

    monkeypatch.setattr(Review, "scan", scan)
    before = own.review.target.looked
    (Path(own.review.target.root) / "a.py").write_text("x = 2\n")
    with pytest.raises(ScannerError):
        await own.scan()
    assert looked != [before]
    assert own.review.target.looked == before
