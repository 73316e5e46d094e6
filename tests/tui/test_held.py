"""The very first run: nothing goes out before its person has read what would."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tui.helpers import ADA, WIDE, shown, shows, until
from walkdown.errors import ScannerError
from walkdown.review import Review
from walkdown.settings import Settings
from walkdown.tui import memory
from walkdown.tui.app import Opening, WalkdownApp


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each scan was offline."""
    seen: list[bool] = []

    async def scan(self: Review, _listener: object) -> None:
        seen.append(self.settings.offline)
        raise ScannerError("enough seen")

    monkeypatch.setattr(Review, "scan", scan)
    return seen


def online(settings: Settings) -> Settings:
    return settings


def offline(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, offline=True)


async def test_what_would_go_out_waits_until_the_note_was_read(tree: Path, scans: list[bool]) -> None:
    app = WalkdownApp(Opening(str(tree), online, (ADA,)))
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: scans == [True] and not app.scanning.on)
        await shows(pilot, app, "Nothing was sent yet: pip-audit waits")
        assert "offline by choice" not in shown(app)
        app.action_scan()
        await until(pilot, lambda: scans == [True, True] and not app.scanning.on)
        await pilot.press("escape")
        await until(pilot, lambda: scans == [True, True, False])
        assert "What leaves this machine" not in shown(app)


async def test_a_note_put_away_once_holds_nothing_back(tree: Path, folders: Path, scans: list[bool]) -> None:
    memory.keep(folders / "state", memory.Memory(told=True))
    app = WalkdownApp(Opening(str(tree), online, (ADA,)))
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: scans == [False] and not app.scanning.on)


async def test_offline_by_choice_stays_offline(tree: Path, scans: list[bool]) -> None:
    app = WalkdownApp(Opening(str(tree), offline, (ADA,)))
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: scans == [True] and not app.scanning.on)
        await shows(pilot, app, "You are offline by choice")
        await pilot.press("escape")
        await pilot.pause()
        assert scans == [True]
