"""The app: opens a review behind its first screen, scans, follows the journal, and lets screens decide."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual.binding import BindingType
from textual.command import Provider
from textual.screen import Screen

from walkdown.errors import WalkdownError
from walkdown.model import Actor, Channel, Event, Finding, Subject, Verdict
from walkdown.safetext import Masker
from walkdown.settings import Folders, Settings
from walkdown.tui import memory
from walkdown.tui.background import start
from walkdown.tui.base import ModeScreen
from walkdown.tui.calm import CalmApp
from walkdown.tui.held import Held
from walkdown.tui.keys import bindings
from walkdown.tui.scanning import Ear, Scanning
from walkdown.tui.telling import told_together
from walkdown.tui.text import WORDS
from walkdown.tui.themes import THEMES, with_words

if TYPE_CHECKING:  # it brings all scanners along, and the first paint should not wait for them
    from walkdown.review import Board, Session, Terms
    from walkdown.review.about import About

_TELL_SECONDS = 0.2
_FOLLOW_SECONDS = 0.5
_INTERRUPTED = 130


class Opening(msgspec.Struct, frozen=True):
    """What the app is to open. `people`: who sits here; the first one drives. `pinned`: the theme was named by a flag
    or the config, so that another choice holds for this time only."""

    path: str
    adjust: Callable[[Settings], Settings]
    people: tuple[Actor, ...]
    theme: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    pinned: bool = False


def _screen(name: str) -> Callable[[], Screen[Any]]:
    """Imported when it is first shown: the first paint should wait for nothing else."""

    def make() -> Screen[Any]:
        from walkdown.tui.screens import every

        return every(name)

    return make


def _commands() -> type[Provider]:
    from walkdown.tui.commands import WalkdownCommands

    return WalkdownCommands


class WalkdownApp(CalmApp):
    TITLE = "walkdown"
    DEFAULT_MODE = "start"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        name: _screen(name) for name in ("start", "scan", "walk", "findings", "gaps", "record", "doors")
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "mode.walk", "mode.findings", "mode.gaps", "mode.record", "mode.doors", "mode.scan", "mode.start",
        "undo", "redo", "scan.again", "pair.switch", "help", "palette", "quit",
    )  # fmt: skip
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    CSS = """
    Screen { background: $background; }
    ModalScreen { background: $background 70%; }
    Footer { background: $panel; }
    ToastRack { dock: top; align: right top; margin: 1 0 0 0; }
    """

    def __init__(self, opening: Opening, session: Session | None = None) -> None:
        """`session`: one that is open already; it is shown as it is, not scanned, and stays the caller's to close."""
        super().__init__()
        self.opening = opening
        self.session = session
        self.board: Board | None = session.board if session else None
        self.about: About | None = None
        """Of the repository as it is now; there soon after the first paint."""
        self.broke: WalkdownError | None = None
        """Why nothing could be opened; told on the terminal once the screen is gone."""
        self.aside = False
        """An editor has the terminal."""
        self.memory = memory.recall(Folders.of_user().state)
        self.held = Held(opening.adjust, told=self.memory.told)
        self.scanning = Scanning()
        self.fresh_findings: list[Finding] = []
        """Found by the scan under way, unnamed yet; empty once the board holds them."""
        self.wanted_finding = ""
        self.wanted_item = ""
        self.wanted_gap = ""
        self.wanted_door = ""
        """Ids somebody asked for elsewhere; the screen that shows such things goes there and empties it."""
        self._turn = 0
        self._ear: Ear | None = None
        self._leaving = threading.Lock()
        self._opened: Session | None = None
        self._gone = False
        self._trouble = ""
        self._catching_up = False
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = opening.theme or "walkdown-dark"
        if opening.keys:
            self.set_keymap(dict(opening.keys))

    @property
    def actor(self) -> Actor:
        """Who decides now."""
        return self.opening.people[self._turn]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return with_words({}, dark=self.current_theme.dark)

    def on_mount(self) -> None:
        # Only then: a thread that imports and reads would hold up the first paint.
        self.call_after_refresh(self._begin)
        self.set_interval(_TELL_SECONDS, self._tell)
        self.set_interval(_FOLLOW_SECONDS, self._look_for_others)

    def _begin(self) -> None:
        self.run_worker(self._open() if self.session is None else self._learn(self.session), group="open")

    async def _open(self) -> None:
        try:
            session = self.session = await asyncio.to_thread(self._open_now)
            self.show(session.board)
            fresh = await asyncio.to_thread(session.recall)
        except WalkdownError as error:
            self.broke = error
            self.exit(error.code)
            return
        self.show(session.board)
        if not fresh:
            self.action_scan()
        await self._learn(session)

    def _open_now(self) -> Session:
        """In a thread, which goes on though the person has left meanwhile; nobody else would close it then."""
        from walkdown.review import Session

        session = Session.open(self.opening.path, Channel.APP, self.held.adjust)
        with self._leaving:
            self._opened = session
            if self._gone:
                session.close()
        return session

    async def _learn(self, session: Session) -> None:
        from walkdown.review.about import about

        try:
            self.about = await asyncio.to_thread(about, session.review.target, session.review.settings)
        except WalkdownError as error:
            self.say(str(error), severity="error")
        self._tell_screen()

    def action_scan(self) -> None:
        """Look again, unless a scan is under way."""
        if self.session is not None and not self.scanning.on:
            self.scanning = Scanning(on=True)  # at once: a key pressed twice is one scan
            self.run_worker(self._scan(self.session), group="scan")

    async def _scan(self, session: Session) -> None:
        self.fresh_findings = []
        failed = ""
        ear = self._ear = Ear(())
        try:
            ear = self._ear = Ear(session.review.scanner_names)
            await session.scan(ear)
        except WalkdownError as error:
            failed = str(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours there should not take the decisions' screen away
            failed = f"A fault of ours: {type(error).__name__}. {self.described(error)}"
        finally:
            self._ear = None
            self.fresh_findings = []
            self.scanning = ear.ended(failed)
        self.show(session.board)
        await self._learn(session)
        if not failed:
            self._ask_outside()

    def _ask_outside(self) -> None:
        """What was held back on the first run, once its person knows what goes out. The rest comes from the cache."""
        if self.held.back and self.held.told:
            self.action_scan()

    def stop_scanner(self, name: str) -> None:
        if self.session is not None:
            self.session.stop(name)

    def show(self, board: Board) -> None:
        """A new board, and whoever shows it is told."""
        self.board = board
        self._tell_screen()

    def act(self, what: Callable[[Session], object]) -> bool:
        """Write something down. False, and a line that says why, where it is not possible."""
        if self.session is None:
            self.say("Not yet: the repository is still being opened.")
            return False
        try:
            what(self.session)
        except WalkdownError as error:
            self.say(str(error), severity="error")
            return False
        finally:
            self.show(self.session.board)
        return True

    def decide(
        self, subjects: Sequence[Subject], verdict: Verdict, title: str, *, seconds: int = 0, listed: Sequence[str] = ()
    ) -> None:
        """Ask for what this verdict needs, then write it down. `title` says what it is about, `listed` names each."""
        if not subjects:
            return
        from walkdown.review import Terms
        from walkdown.review.terms import NEEDS_REASON

        if verdict not in NEEDS_REASON:
            self._decide(subjects, verdict, Terms(seconds=seconds), self.actor, self.board)
            return
        from walkdown.tui.dialogs.decide import DecideDialog

        # Who asked decides, on what lay before them then: another person's decision may come in while they write.
        actor, seen = self.actor, self.board

        def answered(terms: Terms | None) -> None:
            if terms is not None:
                self._decide(subjects, verdict, msgspec.structs.replace(terms, seconds=seconds), actor, seen)

        self.push_screen(DecideDialog(title, verdict, owner=self.actor.name, listed=listed), answered)

    def _decide(
        self, subjects: Sequence[Subject], verdict: Verdict, terms: Terms, actor: Actor, seen: Board | None
    ) -> None:
        if self.act(lambda session: session.decide(subjects, verdict, terms, actor, seen)) and len(subjects) > 1:
            self._tell_apart(f"Written down: {WORDS[verdict]}, {len(subjects):,} at once · u takes it back")

    def action_mode(self, name: str) -> None:
        self.switch_mode(name)

    def go_to_finding(self, finding_id: str) -> None:
        self.wanted_finding = finding_id
        self._go("findings")

    def go_to_item(self, item_id: str) -> None:
        self.wanted_item = item_id
        self._go("walk")

    def go_to_gap(self, gap_id: str) -> None:
        self.wanted_gap = gap_id
        self._go("gaps")

    def go_to_door(self, door_id: str) -> None:
        self.wanted_door = door_id
        self._go("doors")

    def _go(self, mode: str) -> None:
        if self.current_mode == mode:
            self._tell_screen()
        else:
            self.switch_mode(mode)

    def open_editor(self, path: str, line: int = 0) -> None:
        """The person's editor at this place of the repository, with the app put aside meanwhile."""
        from walkdown.tui.editor import open_place

        open_place(self, path, line)

    def copy(self, text: str, what: str) -> None:
        """To the clipboard, told as `what`. The caller masks secrets."""
        from walkdown.tui.editor import copy_text

        copy_text(self, text, what)

    def action_undo(self) -> None:
        self._turn_back(lambda session: session.undo(self.actor), "Taken back: ", " · U brings it back")

    def action_redo(self) -> None:
        self._turn_back(lambda session: session.redo(self.actor), "Back again: ", "")

    def _turn_back(self, what: Callable[[Session], tuple[Event, ...]], did: str, after: str) -> None:
        events: list[Event] = []
        if self.act(lambda session: events.extend(what(session))) and events and self.board is not None:
            self._tell_apart(did + told_together(events, self.board) + after)

    def _tell_apart(self, text: str) -> None:
        """On the walk the page itself says what was written; elsewhere it may be about something out of sight."""
        if self.current_mode != "walk":
            self.say(text)

    def action_switch_person(self) -> None:
        self._turn = (self._turn + 1) % len(self.opening.people)
        self._tell_screen()
        if len(self.opening.people) > 1:
            self.say(f"{self.actor.name} decides now.")
        else:
            self.say('There is only you. A second person is named at the start: --with "Name <mail>"')

    def action_help(self) -> None:
        """What the screen on top is for, and its keys as they are now."""
        from walkdown.tui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            return
        about_it = getattr(self.screen, "HELP_TEXT", "")
        ids = [one.binding.id for one in self.screen.active_bindings.values() if one.binding.id]
        self.push_screen(HelpScreen(self.current_mode.title(), about_it, ids, dict(self.opening.keys)))

    async def action_quit(self) -> None:
        """Every decision is kept already."""
        self.exit(0)

    def action_help_quit(self) -> None:
        """Ctrl-C, where nothing is selected to be copied."""
        self.interrupt()

    def interrupt(self) -> None:
        """A signal or Ctrl-C: leave as after an interruption."""
        self.exit(_INTERRUPTED)

    def choose_theme(self, name: str) -> None:
        self.theme = name
        if self.opening.pinned:
            self.say("For this time; your config or --theme names another one.")
        else:
            self._remember(msgspec.structs.replace(self.memory, theme=name))

    def put_note_away(self) -> None:
        """The person has read what leaves this machine."""
        self._remember(msgspec.structs.replace(self.memory, told=True))
        self.held.told = True
        self._ask_outside()

    def _remember(self, kept: memory.Memory) -> None:
        self.memory = kept
        trouble = memory.keep(Folders.of_user().state, kept)
        if trouble:
            self.say(trouble, severity="warning")

    @property
    def masker(self) -> Masker:
        """Knows the secrets that were found, once something was."""
        return self.session.review.masker if self.session is not None else Masker()

    def _tell(self) -> None:
        if self._ear is not None:
            self.scanning, found = self._ear.take()
            self.fresh_findings += found
            self._tell_screen()

    def _look_for_others(self) -> None:
        """Another window may have decided something, or signed."""
        if self.session is None or self._catching_up:
            return
        self._catching_up = True
        start(self, partial(self._catch_up, self.session), "others")

    async def _catch_up(self, session: Session) -> None:
        """In a thread: a record that came is looked at with all it takes."""
        try:
            if session.changed_elsewhere():
                await asyncio.to_thread(session.refresh)
                self.show(session.board)
            self._trouble = ""
        except WalkdownError as error:
            if str(error) != self._trouble:  # once, not twice a second
                self._trouble = str(error)
                self.say(self._trouble, severity="error")
        finally:
            self._catching_up = False

    def _tell_screen(self) -> None:
        if self._exit:
            return  # its widgets are on their way out
        if self.screen_stack and isinstance(screen := self.screen_stack[0], ModeScreen) and screen.is_mounted:
            screen.follow()

    def on_unmount(self) -> None:
        with self._leaving:
            self._gone = True
            if self._opened is not None:
                self._opened.close()
