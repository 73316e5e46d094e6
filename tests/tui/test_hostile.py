"""Hostile names, code and messages through every widget: nothing runs, nothing breaks, no control byte gets out."""

from __future__ import annotations

import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from textual import events
from textual.content import Content
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

import walkdown.tui
from helpers.hostile import (
    HEAD,
    LONG,
    LONG_WIDE,
    PIECES,
    bad_characters,
    carries,
    copied,
    dressed,
    unknown_bytes,
)
from tui.helpers import NARROW, WIDE, app_on, shown, until
from tui.hostile_review import (
    EVERY_PIECE,
    NAME,
    TODAY,
    decide_all,
    hostile_about,
    hostile_scan,
    hostile_session,
    hostile_tree,
)
from walkdown.model import Actor, Kind, Subject, Verdict
from walkdown.record.statement import Occasion
from walkdown.review import Session
from walkdown.safetext import columns, for_terminal
from walkdown.tui.app import WalkdownApp
from walkdown.tui.dialogs.guard_means import GuardMeansDialog
from walkdown.tui.dialogs.sign import WORD_WITH_EXCEPTIONS, SignDialog
from walkdown.tui.scanning import Ear
from walkdown.tui.screens.doors import DoorsScreen
from walkdown.tui.screens.findings import FindingsScreen
from walkdown.tui.screens.gaps import GapsScreen
from walkdown.tui.screens.record import RecordScreen
from walkdown.tui.screens.walk import WalkScreen
from walkdown.tui.signing import Order
from walkdown.tui.text import tail
from walkdown.tui.widgets.finding_page import FindingPage

TEXTS = [dressed(piece) for piece in EVERY_PIECE.values()]
KEPT = [dressed(piece) for piece in PIECES.values()]

FED = {
    "start": "StartScreen Line LeavesNote ModeScreen TopBar",
    "scan": "ScanScreen ScannerList",
    "walk": "WalkScreen WalkLayout ItemList ItemPage Reading Sheet EvidenceList CodeView",
    "findings": "FindingsScreen FindingList FindingPage Labelled FilterInput",
    "gaps": "GapsScreen GapList GapPage RowList",
    "doors": "DoorsScreen DoorList DoorPage WayView",
    "guard": "GuardMeansDialog _Guards",
    "record": "RecordScreen SigningScreen ObstacleList RecordPreview PaperView",
    "sign": "SignDialog",
    "decide": "DecideDialog SafeInput _Until",
    "note": "NoteDialog _Remark SafeTextArea",
}
"""Where each widget class of ours is fed with hostile text. A new class has to be entered here, and fed."""

OURS = {"help": "HelpScreen Scrolled", "decide": "_Choice", "sign": "_Unsigned"}
"""Those that never show anything but our own words."""


class Terminal(list[str]):
    """All that the app wrote to its terminal."""

    def check(self) -> None:
        assert unknown_bytes("".join(self)) == ""


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal that keeps what it gets; Textual takes it for a real one."""
    written = Terminal()
    monkeypatch.setattr(HeadlessDriver, "write", lambda _self, data: written.append(data))
    monkeypatch.setattr(HeadlessDriver, "is_headless", property(lambda _self: False))
    return written


@pytest.fixture(scope="module")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_tree(tmp_path_factory.mktemp("hostile"), EVERY_PIECE)


@pytest.fixture
def session(hostile_folder: Path, folders: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Today some of what was waived has run out."""
    monkeypatch.setattr("walkdown.review.session._today", lambda: TODAY)
    with hostile_session(hostile_folder, EVERY_PIECE) as opened:
        decide_all(opened, KEPT, TODAY)
        monkeypatch.setattr("walkdown.review.session._today", lambda: TODAY + timedelta(days=1))
        opened.refresh()
        yield opened


class Tour:
    """Looks at the screen again and again, and remembers which widgets showed something hostile."""

    def __init__(self, app: WalkdownApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        # Where there is less room every third does: all that is drawn there is drawn in the wide one as well.
        self.texts = TEXTS if app.size.width >= WIDE[0] else TEXTS[::3]
        self.fed: set[str] = set()
        self.seen: set[str] = set()

    async def settle(self) -> None:
        """Until all that was sent is done. `pause` would wait for the processor to be idle as well, up to a second."""
        for _ in range(2):
            await self.pilot._wait_for_screen()

    async def look(self) -> None:
        await self.settle()
        screen = self.app.screen
        strips = screen._compositor.render_strips(screen.size)
        for strip in strips:
            _check(strip)
        for widget in screen.walk_children(Widget, with_self=True):
            classes = {cls.__name__ for cls in type(widget).__mro__ if cls.__module__.startswith("walkdown.tui.")}
            # A tooltip that is text is read as markup.
            assert not isinstance(widget.tooltip, str) or not carries(widget.tooltip)
            self.seen |= classes
            if classes - self.fed and carries(_text_of(widget, strips)):
                self.fed |= classes

    async def mode(self, name: str) -> None:
        self.app.switch_mode(name)
        await until(self.pilot, lambda: self.app.current_mode == name and self.app.screen.is_mounted)
        await self.look()

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.look()


def _check(strip: Strip) -> None:
    for segment in strip:
        assert bad_characters(segment.text) == [], ascii(segment.text)
        if segment.style is not None:
            assert "@click" not in segment.style.meta
            assert segment.style.link is None


def _text_of(widget: Widget, strips: list[Strip]) -> str:
    region = widget.region.intersection(widget.screen.region)
    return "\n".join(strips[y].crop(region.x, region.right).text for y in range(region.y, region.bottom))


async def _start(tour: Tour) -> None:
    for text in tour.texts:
        tour.app.about = hostile_about([text] * 4)
        await tour.mode("start")
        tour.app._tell_screen()
        page = tour.app.screen.query_one("#start-page")
        await tour.look()
        page.scroll_end(animate=False)
        await tour.look()
        page.scroll_home(animate=False)


async def _scan(tour: Tour) -> None:
    """That of earlier, one under way, and one that broke off."""
    await tour.mode("scan")
    for text in tour.texts:
        ear = Ear(())
        for event in hostile_scan([text]):
            ear(event)
        tour.app.scanning, tour.app.fresh_findings = ear.take()[0], []
        tour.app._tell_screen()
        await tour.look()
        tour.app.scanning = ear.ended(text)
        tour.app._tell_screen()
        await tour.look()
        tour.app.screen.action_stop()  # type: ignore[attr-defined]
        await tour.look()


async def _walk(tour: Tour) -> None:
    await tour.mode("walk")
    screen = tour.app.screen
    assert isinstance(screen, WalkScreen)
    for text in tour.texts:
        screen.items.select(f"item.n{TEXTS.index(text)}")
        await tour.look()
        screen.action_evidence()
        screen.page.evidence.action_down()
        screen.page.reading.scroll_end(animate=False)
        await tour.look()
    await tour.pilot.press("tab")
    await tour.look()
    for _ in range(8):
        tour.app.action_undo()
        await tour.look()


async def _findings(tour: Tour) -> None:
    await tour.mode("findings")
    screen = tour.app.screen
    assert isinstance(screen, FindingsScreen)
    for _ in range(4):
        screen._list.action_first()
        for _ in range(0, len(TEXTS) * 2, tour.app.size.height - 8):
            screen._list.action_page_down()
            await tour.look()
        screen.action_group()
    page = screen.query_one(FindingPage)
    findings = tour.app.board.findings if tour.app.board else ()
    for number, finding in enumerate(findings[:: 3 if tour.texts is TEXTS else 7]):
        assert screen._list.go_to(finding)
        screen._read()
        screen._show_page(True)
        await tour.look()
        if number % 3 == 0:
            page.scroll_end(animate=False)
            await tour.look()
        screen.action_brief()
        screen.action_copy_place()
        screen.action_editor()
        screen._show_page(False)
    for text in tour.texts:
        screen.action_filter()
        await tour.paste(text)
        screen._filter.value = ""


async def _gaps(tour: Tour) -> None:
    await tour.mode("gaps")
    screen = tour.app.screen
    assert isinstance(screen, GapsScreen)
    for _ in range(2):  # the sections, then the classes in them
        for row in [row for row in screen.rows.rows if row.heading]:
            screen.rows.go_to(row.key)
            if row.folded:
                screen.on_row_list_chosen()
    await tour.look()
    assert {row.kind for row in screen.rows.rows if row.gap} == {row.kind for row in screen.rows.rows}
    for row in [row for row in screen.rows.rows if row.stands][:: 4 if tour.texts is TEXTS else 12]:
        screen.rows.go_to(row.key)
        await tour.look()
        if row.gap:
            screen.action_copy_place()
            screen.action_editor()


async def _doors(tour: Tour) -> None:
    await tour.mode("doors")
    screen = tour.app.screen
    assert isinstance(screen, DoorsScreen)
    for _ in range(3):
        for _ in range(0, len(TEXTS) * 2, tour.app.size.height - 8):
            screen._list.action_page_down()
            await tour.look()
        screen.action_group()
    for row in tour.app.board.doors[:: 2 if tour.texts is TEXTS else 6] if tour.app.board else ():
        assert screen._list.go_to(row.id)
        screen._read()
        screen._show_page(True)
        await tour.look()
        screen.action_next_way()
        screen._page.scroll_end(animate=False)
        await tour.look()
        screen.action_copy_place()
        screen.action_editor()
        screen._show_page(False)


async def _guard(tour: Tour) -> None:
    """What a guard is called, and who says what it means."""
    await tour.mode("doors")
    screen = tour.app.screen
    assert isinstance(screen, DoorsScreen)
    for row in tour.app.board.doors[::3] if tour.app.board else ():
        screen._list.go_to(row.id)
        screen.action_guard_means()
        await tour.look()
        if isinstance(tour.app.screen, GuardMeansDialog):
            tour.app.screen.dismiss(None)
        await tour.settle()


async def _record(tour: Tour) -> None:
    await tour.mode("record")
    screen = tour.app.screen
    assert isinstance(screen, RecordScreen)
    for row in screen.obstacles.rows[:: max(1, screen.size.height // 2)]:
        screen.obstacles.go_to(row.key)
        await tour.look()
    await tour.pilot.press("tab")
    for _ in range(12):
        screen.preview.scroll_page_down(animate=False)
        await tour.look()
    screen.action_paper()
    await until(tour.pilot, lambda: len(screen.paper.lines) > 1)
    for _ in range(0, len(screen.paper.lines), max(1, screen.size.height - 8) * 5):
        for _ in range(5):
            screen.paper.action_page_down()
        await tour.look()
    screen.action_back()


async def _sign(tour: Tour) -> None:
    """Who signs and what stands open are hostile, and so is all that is typed."""
    await tour.mode("record")
    screen = tour.app.screen
    assert isinstance(screen, RecordScreen)
    for text in tour.texts[::2]:
        screen.order = Order(text, Occasion(text, text, text), None, text)
        screen.action_sign()
        await until(tour.pilot, lambda: isinstance(tour.app.screen, SignDialog))
        await tour.look()
        for name in ("#role", "#environment", "#key", "#word"):
            tour.app.screen.query_one(name, Input).focus()
            tour.app.post_message(events.Paste(text))
            await tour.settle()
        tour.app.screen.query_one("#word", Input).value = WORD_WITH_EXCEPTIONS
        tour.app.screen.query_one("#word", Input).focus()
        await tour.pilot.press("enter")
        await until(
            tour.pilot, lambda: carries(str(tour.app.screen.query_one("#key-fault", Static).content)), shown(tour.app)
        )
        await tour.look()
        tour.app.screen.dismiss(None)
        await until(tour.pilot, lambda: screen.is_current and not screen._signing)


async def _decide(tour: Tour) -> None:
    await tour.mode("walk")
    for text in tour.texts[::2]:
        tour.app.decide([Subject(Kind.ITEM, "item.n0")], Verdict.WAIVED, text)
        await tour.settle()
        for name in ("#reason", "#owner", "#until"):
            tour.app.screen.query_one(name, Input).focus()
            tour.app.post_message(events.Paste(text))
            await tour.settle()
        tour.app.screen.query_one("#until", Input).value = HEAD
        tour.app.screen._write()  # type: ignore[attr-defined]
        await tour.look()
        tour.app.screen.dismiss(None)
        await tour.settle()


async def _note(tour: Tour) -> None:
    await tour.mode("walk")
    screen = tour.app.screen
    assert isinstance(screen, WalkScreen)
    for text in tour.texts[::2]:
        screen.items.select(f"item.n{TEXTS.index(text)}")
        screen.action_note()
        await tour.look()
        await tour.paste(text)
        area = tour.app.screen.query_one(TextArea)
        assert bad_characters(area.text.replace("\n", "")) == []
        area.select_all()
        area.action_copy()
        tour.app.screen.dismiss(area.text)
        await tour.look()


async def _help(tour: Tour) -> None:
    for name in ("start", "scan", "walk", "findings", "gaps", "record", "doors"):
        await tour.mode(name)
        tour.app.action_help()
        await tour.look()
        tour.app.screen.dismiss()
        await tour.look()


async def _palette(tour: Tour) -> None:
    """Every item's title as a way to go, and every text as what is looked for."""
    await tour.mode("walk")
    tour.app.action_command_palette()
    await tour.look()
    tour.app.screen.query_one(Input).value = "Mal"
    for _ in range(20):
        await tour.look()
    for text in tour.texts:
        await tour.paste(text)
        assert bad_characters(tour.app.screen.query_one(Input).value) == []
        tour.app.screen.query_one(Input).value = ""


async def _lines_at_the_edge(tour: Tour) -> None:
    await tour.mode("start")
    for text in tour.texts:
        tour.app.say(text)
        tour.app.copy(text, "This")
        tour.app.open_editor(text, 3)
        await tour.look()
        tour.app.clear_notifications()


STOPS: dict[str, Callable[[Tour], Awaitable[None]]] = {
    "start": _start, "scan": _scan, "walk": _walk, "findings": _findings, "gaps": _gaps, "record": _record,
    "doors": _doors, "guard": _guard, "sign": _sign, "decide": _decide, "note": _note,
    "help": _help, "palette": _palette, "edge": _lines_at_the_edge,
}  # fmt: skip


def _widgets_of_ours() -> set[str]:
    found: set[str] = set()
    for module in pkgutil.walk_packages(walkdown.tui.__path__, "walkdown.tui."):
        names = vars(import_module(module.name)).values()
        found |= {
            one.__name__
            for one in names
            if isinstance(one, type) and issubclass(one, Widget) and one.__module__ == module.name
        }
    return found


def test_every_widget_of_ours_is_known_here() -> None:
    known = {name for names in (*FED.values(), *OURS.values()) for name in names.split()}
    assert _widgets_of_ours() == known, "Say in FED where it is fed with hostile text, and feed it there."


@pytest.mark.parametrize("path", ["漢" * 100, "a" * 100, LONG, LONG_WIDE, "漢a" * 50])
def test_of_a_long_path_the_end_fills_the_room(path: str) -> None:
    shown = tail(path, 40)
    assert shown.startswith("…")
    assert columns(shown) in (39, 40)
    assert for_terminal(path[-200:]).endswith(shown[1:])


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("stop", STOPS)
async def test_hostile_text_is_words_and_nothing_more(
    session: Session, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, stop: str, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setattr(WalkdownApp, "bell", lambda _app: None)  # Textual's own, where a field takes no letters
    monkeypatch.setattr("walkdown.tui.editor.run_with_terminal", lambda *_, **__: 0)
    monkeypatch.setattr("walkdown.tui.editor.desktop_clipboard", lambda: ())
    app = app_on(session, Actor(NAME, NAME))
    async with app.run_test(size=size) as pilot:
        tour = Tour(app, pilot)
        await STOPS[stop](tour)
        assert app._exception is None, app.last_words
        assert app.is_running
    assert app.return_value is None, "something left the app"
    assert "Mal" in "".join(terminal)
    terminal.check()
    for text in copied("".join(terminal)):
        assert bad_characters(text.replace("\n", "")) == []
    assert set(OURS.get(stop, "").split()) <= tour.seen
    if size == WIDE:
        assert set(FED.get(stop, "").split()) <= tour.fed


CLICK = {"click": "[@click=app.stolen]x[/]"}
LINES = {"long": LONG, "wide": LONG_WIDE}


@pytest.fixture
def clickable(tmp_path: Path, folders: Path) -> Iterator[Session]:
    with hostile_session(hostile_tree(tmp_path, CLICK), CLICK) as opened:
        yield opened


@pytest.fixture
def endless(tmp_path: Path, folders: Path) -> Iterator[Session]:
    with hostile_session(hostile_tree(tmp_path, LINES), LINES) as opened:
        decide_all(opened, [dressed(line) for line in LINES.values()], opened.board.today)
        yield opened


@pytest.mark.parametrize("mode", ["start", "scan", "walk", "findings", "gaps", "record"])
async def test_a_click_on_markup_does_nothing_but_move_the_cursor(
    clickable: Session, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    called: list[str] = []
    monkeypatch.setattr(WalkdownApp, "action_stolen", lambda _app: called.append("stolen"), raising=False)
    app = app_on(clickable)
    async with app.run_test(size=WIDE) as pilot:
        tour = Tour(app, pilot)
        app.about = hostile_about([dressed(CLICK["click"])] * 4)
        await tour.mode(mode)
        app.say(dressed(CLICK["click"]))
        await tour.look()
        lines = [strip.text for strip in app.screen._compositor.render_strips(app.screen.size)]
        shown = [(line.find("[@click="), y) for y, line in enumerate(lines) if "[@click=" in line]
        assert shown
        for x, y in shown:
            await pilot.click(offset=(x + 2, y))
            await pilot.click(offset=(min(x + 19, WIDE[0] - 1), y))
        assert called == []
        assert app.is_running


@pytest.mark.parametrize("mode", ["start", "scan", "walk", "findings", "gaps", "record"])
async def test_a_line_of_a_megabyte_is_cut_before_it_is_drawn(
    endless: Session, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """Counted, not timed: how much text one thing on the screen is made of at most."""
    longest, make = 0, Content.__init__

    def counted(self: Content, text: str = "", *more: object, **named: object) -> None:
        nonlocal longest
        longest = max(longest, len(text))
        make(self, text, *more, **named)  # type: ignore[arg-type]

    texts = [dressed(line) for line in LINES.values()]
    app = app_on(endless, Actor(texts[1]))
    async with app.run_test(size=WIDE) as pilot:
        tour = Tour(app, pilot)
        monkeypatch.setattr(Content, "__init__", counted)
        app.about = hostile_about([texts[1]] * 4)
        await tour.mode(mode)
        for text in texts:
            app.say(text)
            await tour.paste(text)
        await pilot.press("down", "enter", "tab")
        await tour.look()
        assert app._exception is None
    assert 0 < longest < 200_000  # a dozen of them in one


async def test_a_filter_that_is_one_long_number_is_only_a_filter_that_fits_nothing(session: Session) -> None:
    """Python refuses to read numbers of thousands of digits."""
    app = app_on(session)
    async with app.run_test(size=WIDE) as pilot:
        tour = Tour(app, pilot)
        await tour.mode("findings")
        for text in ("cwe:" + "9" * 6000, "app.py:" + "9" * 6000, "[" * 2000, "*a" * 200):
            app.screen.query_one(Input).value = ""
            app.screen.query_one(Input).focus()
            await tour.paste(text)
        assert app._exception is None
