"""The dialogs: nothing is written by Enter alone, nothing incomplete leaves them, nothing pasted acts."""

from __future__ import annotations

from datetime import date

import pytest
from textual.app import App
from textual.events import Paste
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.helpers import NARROW
from walkdown.model import Verdict
from walkdown.review import Terms
from walkdown.tui.dialogs.decide import DecideDialog, faults, quick_date
from walkdown.tui.dialogs.note import NoteDialog
from walkdown.tui.themes import THEMES
from walkdown.tui.widgets.safe_input import SafeInput, SafeTextArea

TODAY = date(2026, 11, 20)
HOSTILE = "[@click=app.quit]x[/] \x1b]52;c;AAAA\x07 [/b] \u202e ${boom}"
_NOT_YET = object()


class Room(App[None]):
    """Asks one thing, and keeps the answer."""

    def __init__(self, dialog: ModalScreen[object]) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "walkdown-dark"
        self.dialog = dialog
        self.answer: object = _NOT_YET

    def on_mount(self) -> None:
        def answered(answer: object) -> None:
            self.answer = answer

        self.push_screen(self.dialog, answered)


def waive(title: str = "SQL has parameters", verdict: Verdict = Verdict.WAIVED) -> Room:
    return Room(DecideDialog(title, verdict, owner="Ada", today=TODAY))  # type: ignore[arg-type]


def fault(app: Room, name: str) -> str:
    return str(app.screen.query_one(f"#{name}-fault", Static).content)


async def test_enter_through_an_empty_dialog_writes_nothing_and_says_what_is_missing() -> None:
    app = waive()
    async with app.run_test(size=NARROW) as pilot:
        for _ in range(9):
            await pilot.press("enter")
        assert app.answer is _NOT_YET
        assert app.focused is not None
        assert app.focused.id == "reason"
        assert "Say why" in fault(app, "reason")
        assert "Name the last day" in fault(app, "until")
        assert app.screen.query_one("#write", Button).disabled


async def test_it_opens_on_the_reason_and_complains_about_nothing_yet() -> None:
    app = waive()
    async with app.run_test(size=NARROW):
        assert app.focused is not None
        assert app.focused.id == "reason"
        assert [fault(app, name) for name in ("reason", "owner", "until")] == ["", "", ""]


async def test_a_complete_waiver_leaves_by_enter_in_the_last_field() -> None:
    app = waive()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press(*"ok", "enter", "enter", "q", "enter")
        assert app.answer == Terms("ok", "Ada", "2027-02-20")


async def test_the_button_writes_only_what_is_complete() -> None:
    app = waive()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.click("#write")
        assert app.answer is _NOT_YET
        await pilot.press(*"ok", "enter", "enter", "w")
        await pilot.click("#write")
        assert app.answer == Terms("ok", "Ada", "2026-11-27")


@pytest.mark.parametrize("leave", ["escape", "#back"])
async def test_going_back_writes_nothing(leave: str) -> None:
    app = waive()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press(*"ok", "enter", "enter", "m")
        await (pilot.click(leave) if leave.startswith("#") else pilot.press(leave))
        assert app.answer is None


async def test_the_quick_ends_can_be_clicked() -> None:
    app = waive()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.click("_Choice")
        await pilot.pause()
        assert app.screen.query_one("#until", SafeInput).value == "2026-11-27"


async def test_a_day_gone_by_is_refused_under_its_field() -> None:
    app = waive()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press(*"ok", "enter", "enter", *"2026-11-19")
        assert "is over already" in fault(app, "until")
        await pilot.press("enter")
        assert app.answer is _NOT_YET


async def test_what_does_not_apply_needs_only_a_reason() -> None:
    app = waive(verdict=Verdict.NOT_APPLICABLE)
    async with app.run_test(size=NARROW) as pilot:
        assert not app.screen.query("#until")
        await pilot.press("enter")
        assert app.answer is _NOT_YET
        await pilot.press(*"no", "enter")
        assert app.answer == Terms("no")


async def test_untrusted_titles_and_pasted_bytes_stay_text() -> None:
    app = waive(HOSTILE)
    async with app.run_test(size=NARROW) as pilot:
        app.screen.query_one("#reason", SafeInput).post_message(_paste(HOSTILE + "\nsecond"))
        await pilot.pause()
        lines = ["".join(part.text for part in strip) for strip in app.screen._compositor.render_strips(app.size)]
        assert not set("".join(lines)) & set("\x1b\x07\u202e")
        value = app.screen.query_one("#reason", SafeInput).value
        assert "[@click=app.quit]" in value
        assert "\\x1b" in value
        assert "second" in value


@pytest.mark.parametrize("height", [24, 14])
async def test_it_fits_a_small_terminal(height: int) -> None:
    app = waive("x " * 200)
    async with app.run_test(size=(80, height)):
        dialog = app.screen.query_one("#dialog")
        assert dialog.region.right <= 80
        assert dialog.region.bottom <= height


@pytest.mark.parametrize(
    ("key", "today", "day"),
    [
        ("w", TODAY, date(2026, 11, 27)),
        ("m", TODAY, date(2026, 12, 20)),
        ("q", TODAY, date(2027, 2, 20)),
        ("m", date(2027, 1, 31), date(2027, 2, 28)),
        ("q", date(2026, 11, 30), date(2027, 2, 28)),
        ("m", date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_quick_ends(key: str, today: date, day: date) -> None:
    assert quick_date(key, today) == day


@pytest.mark.parametrize(
    ("terms", "where"),
    [
        (Terms("ok", "Ada", "2026-11-20"), set()),
        (Terms(" ", "Ada", "2026-11-20"), {"reason"}),
        (Terms("ok", " ", "2026-11-20"), {"owner"}),
        (Terms("ok", "Ada", ""), {"until"}),
        (Terms("ok", "Ada", "2026-13-01"), {"until"}),
        (Terms("", "Ada", "2026-11-01"), {"reason", "until"}),
        (Terms(), {"reason", "owner", "until"}),
    ],
)
def test_each_fault_is_told_at_its_field(terms: Terms, where: set[str]) -> None:
    assert set(faults(Verdict.ACCEPTED, terms, TODAY, "x")) == where


# --- notes ----------------------------------------------------------------------------------------------------------


def note(text: str = "", title: str = "SQL has parameters") -> Room:
    return Room(NoteDialog(title, text))  # type: ignore[arg-type]


async def test_a_note_may_have_several_lines() -> None:
    app = note()
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press(*"a", "ctrl+j", *"b", "enter")
        assert app.answer == "a\nb"


@pytest.mark.parametrize("keys", [["escape"], ["enter"], ["x", "backspace", "enter"], ["x", "escape"]])
async def test_a_note_left_as_it_was_is_not_written_again(keys: list[str]) -> None:
    app = note("before")
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press(*keys)
        assert app.answer is None


async def test_an_emptied_note_goes_away_and_the_dialog_says_so_before() -> None:
    app = note("ab")
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("backspace", "backspace")
        await pilot.pause()
        assert "takes the note away" in str(app.screen.query_one("#hint", Static).content)
        await pilot.press("enter")
        assert app.answer == ""


async def test_what_another_wrote_or_one_pastes_into_a_note_stays_text() -> None:
    app = note(HOSTILE, HOSTILE)
    async with app.run_test(size=NARROW) as pilot:
        area = app.screen.query_one("#text", SafeTextArea)
        area.post_message(_paste(f"{HOSTILE}\nmore"))
        await pilot.pause()
        assert not set(area.text) & set("\x1b\x07\u202e")
        assert area.text.endswith("\nmore")
        lines = ["".join(part.text for part in strip) for strip in app.screen._compositor.render_strips(app.size)]
        assert not set("".join(lines)) & set("\x1b\x07\u202e")


def _paste(text: str) -> Paste:
    return Paste(text)
