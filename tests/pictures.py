"""Makes `screenshots/`: the real app on the demo, really scanned, with some decisions made. `python tests/pictures.py`

The same bytes come out again while nothing changed: the clock stands still, and what a machine would add of its own
(paths, how long something took) is not on these screens.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest import mock

import msgspec
from textual.pilot import Pilot
from textual.widgets import Input

from walkdown.demo import make_demo
from walkdown.model import Actor, Channel, Kind, Severity, Subject, Verdict
from walkdown.review import Session, Terms
from walkdown.review.board import look_at
from walkdown.settings import Settings
from walkdown.tui.app import Opening, WalkdownApp

FOLDER = Path(__file__).parent.parent / "screenshots"
NOW = datetime(2026, 9, 14, 21, 40, tzinfo=timezone.utc)
MAYA, SAM = Actor("Maya Okafor", "maya@example.org"), Actor("Sam Reyes", "sam@example.org")
SIZES = ((80, 24), (120, 40), (200, 60))
LIGHT_SIZE = (120, 40)
FONTS = "ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
_FONT_FACES = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_STILL_SECONDS = 0.6
"""Longer than any timer of a screen."""
_CLOCKS = (
    "walkdown.review.session._today", "walkdown.review.review._now", "walkdown.journal.journal._now",
    "walkdown.tui.item_words.now", "walkdown.tui.widgets.item_page.words.now", "walkdown.tui.start_words.now",
    "walkdown.tui.screens.start.now", "walkdown.tui.dialogs.decide.now",
)  # fmt: skip
Steps = Callable[[Pilot[int], WalkdownApp], Awaitable[None]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the pictures of the README again.")
    parser.add_argument("--to", type=Path, default=FOLDER, help="another folder")
    to = parser.parse_args().to
    to.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, ExitStack() as still:
        for kind in ("config", "state"):
            os.environ[f"WALKDOWN_{kind.upper()}_DIR"] = str(Path(name, kind))
        os.environ.setdefault("WALKDOWN_CACHE_DIR", str(Path(name, "cache")))
        os.environ |= {"TEXTUAL_ANIMATIONS": "none", "COLORTERM": "truecolor"}
        stop_the_clock(still)
        tree = make_demo(Path(name))
        with Session.open(str(tree), Channel.APP, offline) as session:
            asyncio.run(session.scan())
            take_times_away(session)
            live_in(session)
            asyncio.run(take_all(session, to))


def offline(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, offline=True)


def stop_the_clock(still: ExitStack) -> None:
    for name in _CLOCKS:
        answer: object = NOW
        if name.endswith("_today"):
            answer = NOW.date()
        elif name.endswith("review._now"):
            answer = f"{NOW - timedelta(minutes=12):%Y-%m-%dT%H:%M:%SZ}"
        elif name.endswith("journal._now"):
            answer = NOW - timedelta(minutes=4)
        still.enter_context(mock.patch(name, lambda answer=answer: answer))


def take_times_away(session: Session) -> None:
    """How long a scanner took is another figure each time."""
    looked = session.board.looked
    if looked is None:
        raise SystemExit("The scan came to nothing.")
    took = {"semgrep": 4.1, "bandit": 0.9, "kingfisher": 0.4, "kingfisher-history": 0.6, "pip-audit": 0.2, "doors": 0.5}
    reports = tuple(msgspec.structs.replace(one, seconds=took.get(one.scanner, 1.0)) for one in looked.result.reports)
    result = msgspec.structs.replace(looked.result, reports=reports)
    session._looked = look_at(result, session.review.settings.fail_on, fresh=True)
    session.refresh()


def live_in(session: Session) -> None:
    """As after half an hour of two people's work."""
    until = (NOW.date() + timedelta(days=17)).isoformat()
    for item_id, verdict, terms, who in (
        ("input.checked-at-edge", Verdict.PASS, Terms(seconds=74), MAYA),
        ("input.server-rules", Verdict.NEEDS_WORK, Terms(note="The discount comes from the page."), MAYA),
        ("input.field-list", Verdict.PASS, Terms(seconds=52), SAM),
        ("input.no-code", Verdict.NEEDS_WORK, Terms(seconds=131), MAYA),
        ("input.addresses", Verdict.WAIVED, Terms("Only staff reach it.", "Sam Reyes", until), SAM),
        ("error.provider-down", Verdict.NOT_APPLICABLE, Terms("No provider is called while a page is built."), SAM),
    ):  # fmt: skip
        view = session.board.item(item_id)
        if view is None:
            raise SystemExit(f"There is no item {item_id} any more: {[one.id for one in session.board.items]}")
        session.opened(view.subject, who)
        session.decide([view.subject], verdict, terms, who)
    for finding in session.board.findings:
        if finding.rule.title.startswith("Listens on every network"):
            subject = Subject(Kind.FINDING, finding.id)
            session.decide([subject], Verdict.FALSE_POSITIVE, Terms("The container has one network."), SAM)
    for finding in session.board.findings:
        if finding.severity is Severity.CRITICAL and finding.rule.hazard == "input.command":
            session.decide([Subject(Kind.FINDING, finding.id)], Verdict.REAL, Terms(), MAYA)
    by_hand = Terms("Read by hand.", "Maya Okafor", until)
    session.decide([session.board.gaps[0].class_subject], Verdict.WAIVED, by_hand, MAYA)


async def take_all(session: Session, to: Path) -> None:
    for size in SIZES:
        for name, steps in SCREENS:
            await take(session, to, name, size, steps)
    for name, steps in SCREENS:
        if name in ("walk", "findings"):
            await take(session, to, name, LIGHT_SIZE, steps, theme="walkdown-light")


async def take(
    session: Session, to: Path, name: str, size: tuple[int, int], steps: Steps, *, theme: str = "walkdown-dark"
) -> None:
    app = WalkdownApp(Opening(str(session.review.target.root), offline, (MAYA, SAM), theme, pinned=True), session)
    app.memory = msgspec.structs.replace(app.memory, told=True)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.about is not None)
        await steps(pilot, app)
        await still_at_last(pilot, app)
        light = "-light" if theme == "walkdown-light" else ""
        stem = f"{name}-{size[0]}x{size[1]}{light}"
        (to / f"{stem}.svg").write_text(drawn(app, stem), encoding="utf-8")


async def until(pilot: Pilot[int], holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("It never came to that.")
        await pilot.pause()


def lines(app: WalkdownApp) -> list[str]:
    screen = app.screen
    return ["".join(segment.text for segment in strip) for strip in screen._compositor.render_strips(screen.size)]


async def still_at_last(pilot: Pilot[int], app: WalkdownApp) -> None:
    """Highlighting and blame come in a moment later."""
    for field in app.screen.query(Input):
        field.cursor_blink = False
    before: list[str] = []
    for _ in range(50):
        await app.workers.wait_for_complete()
        await pilot.pause(_STILL_SECONDS)
        if before == (before := lines(app)):
            return


def drawn(app: WalkdownApp, stem: str) -> str:
    """Textual's own picture, without fonts from elsewhere and with names that stay the same."""
    picture = app.export_screenshot(title="walkdown", simplify=True)
    picture = _FONT_FACES.sub("", picture).replace("font-family: Fira Code, monospace;", f"font-family: {FONTS};")
    picture = re.sub(r"terminal-\d+", f"wd-{stem}", picture)
    if "url(http" in picture or 'url("http' in picture:
        raise SystemExit("The picture would load something from elsewhere.")
    return "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"


def mode(key: str, name: str) -> Steps:
    async def steps(pilot: Pilot[int], app: WalkdownApp) -> None:
        app.switch_mode(name)
        await until(pilot, lambda: app.current_mode == name and app.screen.is_mounted)

    return steps


async def start(pilot: Pilot[int], app: WalkdownApp) -> None:
    await pilot.pause()


async def walk(pilot: Pilot[int], app: WalkdownApp) -> None:
    app.go_to_item("input.sql-parameters")
    await until(pilot, lambda: app.current_mode == "walk" and app.screen.is_mounted)


async def waive(pilot: Pilot[int], app: WalkdownApp) -> None:
    await walk(pilot, app)
    await still_at_last(pilot, app)
    await pilot.press("w")
    await pilot.pause()
    await pilot.press(*"Only staff reach it until October.", "enter", "enter", "m")


async def help_(pilot: Pilot[int], app: WalkdownApp) -> None:
    await walk(pilot, app)
    await pilot.press("question_mark")


SCREENS: tuple[tuple[str, Steps], ...] = (
    ("start", start), ("scan", mode("s", "scan")), ("walk", walk), ("findings", mode("2", "findings")),
    ("gaps", mode("3", "gaps")), ("record", mode("4", "record")), ("waive", waive), ("help", help_),
)  # fmt: skip

if __name__ == "__main__":
    main()
