"""ctrl+p: every action that applies, with its key; themes that stay; items by their title, however hostile."""

from __future__ import annotations

from pathlib import Path

import msgspec
from textual.command import CommandList
from textual.widgets import Input

from tui.helpers import ITEMS, WIDE, app_on, shown, shows, to_mode, until
from walkdown.review import Session
from walkdown.tui import memory
from walkdown.tui.app import WalkdownApp
from walkdown.tui.themes import WORDS

HOSTILE = "[@click=app.quit]x[/] \x1b]52;c;aGk=\x07 a[/]b \u202e"


async def test_what_the_screen_does_comes_first_with_the_key_it_has(review: Session) -> None:
    app = app_on(review, keys=(("scan.again", "f9"),))
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "scan")
        await pilot.press("ctrl+p")
        await shows(pilot, app, "Scan again   f9")
        text = shown(app)
        assert text.index("Scan again") < text.index("Findings   2")
        assert "Move down" not in text
        assert "Look at the files as they are now" in text


async def test_a_chosen_action_runs(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await choose(app, pilot, "Gaps")
        await until(pilot, lambda: app.current_mode == "gaps")


async def test_an_item_is_found_by_its_title(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await choose(app, pilot, "The way back")
        await until(pilot, lambda: app.current_mode == "walk")
        await shows(pilot, app, "The way back was tried")


async def test_a_hostile_title_is_words_and_nothing_more(review: Session) -> None:
    hostile = msgspec.structs.replace(ITEMS[0], title=HOSTILE)
    review.checklist = msgspec.structs.replace(review.checklist, items=(hostile, *ITEMS[1:]))
    review.refresh()
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("ctrl+p")
        app.screen.query_one(Input).value = "click=app.quit"
        await shows(pilot, app, "[@click=app.quit]x[/] \\x1b]52;c;aGk=\\x07 a[/]b \\u202e")
        options = app.screen.query_one(CommandList)
        prompts = [options.get_option_at_index(n).prompt for n in range(options.option_count)]
        assert not any("@click" in str(span.style) for prompt in prompts for span in prompt.spans)  # type: ignore[union-attr]
        await pilot.press("enter", "enter")
        await until(pilot, lambda: app.current_mode == "walk")


async def test_a_theme_is_kept_for_the_next_start(review: Session, folders: Path) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await choose(app, pilot, "walkdown-light")
        await until(pilot, lambda: app.theme == "walkdown-light")
    assert memory.recall(folders / "state").theme == "walkdown-light"


async def test_our_light_theme_comes_before_others_that_are_called_alike(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        app.action_command_palette()
        await until(pilot, lambda: app.screen.query(Input))
        app.screen.query_one(Input).value = "theme light"
        found = app.screen.query_one(CommandList)
        await until(pilot, lambda: found.option_count and "light" in _first(found))
        assert "Theme: walkdown-light" in _first(found)


async def test_every_theme_knows_the_words_of_ours(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "scan")
        for name in app.available_themes:
            app.theme = name
            await pilot.pause()
            variables = app.get_css_variables()
            assert [word for word in WORDS if not variables.get(word)] == [], name
            assert "semgrep" in shown(app), name


async def choose(app: WalkdownApp, pilot: object, query: str) -> None:
    """Type into the palette and take the first that is found."""
    app.action_command_palette()
    await until(pilot, lambda: app.screen.query(Input))  # type: ignore[arg-type]
    app.screen.query_one(Input).value = query
    found = app.screen.query_one(CommandList)
    await until(pilot, lambda: found.option_count and query.lower() in _first(found).lower())  # type: ignore[arg-type]
    await pilot.press("enter", "enter")  # type: ignore[attr-defined]


def _first(found: CommandList) -> str:
    return str(found.get_option_at_index(0).prompt)
