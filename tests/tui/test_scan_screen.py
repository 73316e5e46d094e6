"""The scan, live: a row for each scanner from the beginning, its end in words, stopping one, trying again."""

from __future__ import annotations

import asyncio

import pytest

from tui.helpers import MISSING, NARROW, REPORTS, WIDE, app_on, findings, remember, shown, shows, to_mode, until
from walkdown.errors import ScannerError
from walkdown.model import Cancelled, Coverage, Failed, Missing, NothingToScan, Ran, Report, TimedOut
from walkdown.review import Board, Session
from walkdown.scan.events import Ended, Listener, Note, Progress, Started


class Stage:
    """A scan that goes on when the test says so."""

    def __init__(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        self.listener: Listener | None = None
        self.over = asyncio.Event()
        self.stopped: list[str] = []
        self.error: Exception | None = None
        self.session = session
        monkeypatch.setattr(session, "scan", self.scan)
        monkeypatch.setattr(session, "stop", self.stopped.append)

    async def scan(self, listener: Listener) -> Board:
        self.listener = listener
        await self.over.wait()
        if self.error is not None:
            raise self.error
        return self.session.board

    def tell(self, *events: Started | Progress | Ended | Note) -> None:
        assert self.listener is not None
        for event in events:
            self.listener(event)


@pytest.fixture
def stage(review: Session, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(review, monkeypatch)


async def test_every_scanner_has_a_row_from_the_beginning(review: Session, stage: Stage) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "scan")
        app.action_scan()
        await until(pilot, lambda: "waiting" in shown(app))
        text = shown(app)
        assert all(f"{name} " in text for name in review.review.scanner_names)
        assert text.count("waiting") == len(review.review.scanner_names)
        stage.over.set()
        await until(pilot, lambda: not app.scanning.on)


async def test_on_a_small_screen_the_rows_stand_close(review: Session, stage: Stage) -> None:
    names = review.review.scanner_names
    app = app_on(review)
    async with app.run_test(size=(80, 30)) as pilot:
        await to_mode(pilot, "scan")
        app.action_scan()
        await until(pilot, lambda: stage.listener)
        stage.tell(*(Ended(Report(name, "1.0", Ran(), Coverage(7, 7), 1.0), 0) for name in names))
        await until(pilot, lambda: shown(app).count("7 looked at") == len(names), "not all of them are seen")
        stage.over.set()
        await until(pilot, lambda: not app.scanning.on)


async def test_a_row_says_how_far_it_is_and_how_it_ended(review: Session, stage: Stage) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "scan")
        app.action_scan()
        await until(pilot, lambda: stage.listener)
        stage.tell(Started("semgrep", "1.182.0", 2000, 300), Progress("semgrep", 820, 2000, findings(3)))
        await until(pilot, lambda: "running 41%" in shown(app))
        assert "820 of 2,000 · 300 from the cache · 3 found" in shown(app)
        stage.tell(
            Ended(Report("semgrep", "1.182.0", Ran(), Coverage(2000, 2000), 4.0, 300), 3),
            Ended(Report("bandit", "1.8.6", Failed("it said \x1b[2J[/] and went"), Coverage(2, 0)), 0),
            Ended(Report("kingfisher", "2.14", TimedOut(30)), 0),
            Ended(Report("kingfisher-history", "2.14", NothingToScan("There is no history.")), 0),
            Ended(MISSING, 0),
            Note("The rules were compiled anew."),
        )
        await until(pilot, lambda: "compiled anew" in shown(app), "the note did not come")
        text = shown(app)
        for word in ("done", "failed", "timed out", "nothing to do", "pip install pip-audit", "compiled anew"):
            assert word in text
        assert "it said \\x1b[2J[/] and went" in text
        stage.over.set()
        await until(pilot, lambda: not app.scanning.on)


async def test_the_one_under_the_cursor_is_stopped(review: Session, stage: Stage) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "scan")
        assert "Stop" not in shown(app).splitlines()[-1]
        app.action_scan()
        await until(pilot, lambda: stage.listener)
        stage.tell(Started("semgrep", "1", 9, 0), Started("bandit", "1", 9, 0))
        await until(pilot, lambda: shown(app).count("running") == 2)
        await pilot.press("j", "x")
        assert stage.stopped == ["bandit"]
        stage.tell(Ended(Report("bandit", "1", Cancelled(), Coverage(9, 2)), 1))
        await until(pilot, lambda: "stopped" in shown(app))
        assert app.scanning.on
        stage.over.set()
        await until(pilot, lambda: not app.scanning.on)


async def test_a_scan_that_breaks_off_says_why_and_can_be_tried_again(review: Session, stage: Stage) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "scan")
        for error, words in (
            (ScannerError("There are two scanners called bandit.", "Rename yours."), "two scanners called bandit"),
            (ValueError("Zq7-horse-staple-battery"), "A fault of ours: ValueError."),
        ):
            stage.error, stage.listener = error, None
            stage.over.clear()
            app.action_scan()
            await until(pilot, lambda: stage.listener)
            stage.over.set()
            await until(pilot, lambda: not app.scanning.on)
            await shows(pilot, app, words)
            assert "It ended with the scan." in shown(app)
            assert "Zq7" not in shown(app)


async def test_what_was_known_from_the_last_scan_is_shown_until_there_is_another(review: Session) -> None:
    remember(review, findings(2), (*REPORTS, Report("own", "3", Missing("own is not here.", "make own"))))
    app = app_on(review)
    async with app.run_test(size=NARROW) as pilot:
        await to_mode(pilot, "scan")
        text = shown(app)
    assert "2 findings · 2 gaps" in text
    assert "make own" in text
    assert "a tool was missing: r looks again" in " ".join(text.split())
