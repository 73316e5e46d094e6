"""`?`: what the screen is for, and its keys as they are now."""

from __future__ import annotations

import pytest

from tui.helpers import HUGE, NARROW, WIDE, app_on, shows, to_mode
from walkdown.review import Session
from walkdown.tui.screens.help import HelpScreen


@pytest.mark.parametrize("size", [NARROW, WIDE, HUGE])
async def test_it_explains_the_screen_its_keys_and_the_shapes(review: Session, size: tuple[int, int]) -> None:
    app = app_on(review)
    async with app.run_test(size=size) as pilot:
        await to_mode(pilot, "scan")
        await pilot.press("question_mark")
        await shows(pilot, app, "The scanners at work.")
        assert "Look at the files as they are now" in read_through(app)
        assert "◐  waived" in read_through(app)
        await pilot.press("escape")
        await shows(pilot, app, "semgrep")
        assert not isinstance(app.screen, HelpScreen)


async def test_a_remapped_key_is_told_as_it_is_now_and_does_what_it_says(review: Session) -> None:
    app = app_on(review, keys=(("mode.gaps", "f5"), ("help", "h")))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("h")
        await shows(pilot, app, "Explain this screen")
        words = [" ".join(line.split()) for line in read_through(app).splitlines()]
        assert "f5 What was not looked at, and why" in words
        assert "h Explain this screen" in words
        await pilot.press("escape", "f5")
        assert app.current_mode == "gaps"


async def test_every_main_screen_says_what_it_is_for(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        for name in ("start", "scan", "walk", "findings", "gaps", "record", "doors"):
            await to_mode(pilot, name)
            assert len(getattr(app.screen, "HELP_TEXT", "")) > 60, name


def read_through(app: object) -> str:
    """The whole page, also what one has to scroll to."""
    screen = app.screen  # type: ignore[attr-defined]
    return "\n".join(str(part.render()) for part in screen.query("#help-body Static"))
