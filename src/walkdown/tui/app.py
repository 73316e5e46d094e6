"""The app: opens a review behind its first screen, scans, follows the journal, and lets screens decide."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import msgspec
from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen

from walkdown.errors import WalkdownError
from walkdown.model import Actor, Channel, Finding, Subject, Verdict
from walkdown.review import Board, Session, Terms
from walkdown.review.terms import NEEDS_REASON
from walkdown.settings import Settings
from walkdown.tui.base import ModeScreen
from walkdown.tui.keys import bindings
from walkdown.tui.scanning import Ear, Scanning
from walkdown.tui.themes import THEMES, with_words

_TELL_SECONDS = 0.2
_FOLLOW_SECONDS = 0.5


class Opening(msgspec.Struct, frozen=True):
    """What the app is to open. `people`: who sits here; the first one drives."""

    path: str
    adjust: Callable[[Settings], Settings]
    people: tuple[Actor, ...]
    theme: str = ""
    keys: tuple[tuple[str, str], ...] = ()


def _screen(name: str) -> Callable[[], Screen[Any]]:
    """Imported when it is first shown: the first paint should wait for nothing else."""

    def make() -> Screen[Any]:
        from walkdown.tui.screens import every

        return every(name)

    return make


class WalkdownApp(App[int]):
    TITLE = "walkdown"
    DEFAULT_MODE = "start"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        name: _screen(name) for name in ("start", "scan", "walk", "findings", "gaps", "record")
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "mode.walk", "mode.findings", "mode.gaps", "mode.record", "mode.scan", "mode.start",
        "undo", "redo", "scan.again", "pair.switch", "help", "palette", "quit",
    )  # fmt: skip
    CSS = """
    Screen { background: $background; }
    Footer { background: $panel; }
    """

    def __init__(self, opening: Opening, session: Session | None = None) -> None:
        """`session`: one that is open already; it is shown as it is, not scanned, and stays the caller's to close."""
        super().__init__()
        self.opening = opening
        self.session = session
        self._lent = session is not None
        self.board: Board | None = session.board if session else None
        self.scanning = Scanning()
        self.fresh_findings: list[Finding] = []
        """Found by the scan under way, unnamed yet; empty once the board holds them."""
        self.wanted_finding = ""
        self.wanted_item = ""
        self.wanted_gap = ""
        """Ids somebody asked for elsewhere; the screen that shows such things goes there and empties it."""
        self._turn = 0
        self._ear: Ear | None = None
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
        if not self._lent:
            self.run_worker(self._open(), group="open", exit_on_error=False)
        self.set_interval(_TELL_SECONDS, self._tell)
        self.set_interval(_FOLLOW_SECONDS, self._look_for_others)

    async def _open(self) -> None:
        opening = self.opening
        try:
            session = await asyncio.to_thread(Session.open, opening.path, Channel.APP, opening.adjust)
        except WalkdownError as error:
            self._broke_off(error)
            return
        self.session = session
        self.show(session.board)
        await asyncio.to_thread(session.recall)
        self.show(session.board)
        self.action_scan()

    def action_scan(self) -> None:
        """Look again, unless a scan is under way."""
        if self.session is not None and not self.scanning.on:
            self.run_worker(self._scan(self.session), group="scan", exit_on_error=False)

    async def _scan(self, session: Session) -> None:
        ear = self._ear = Ear(())
        self.fresh_findings = []
        self.scanning = Scanning(on=True)
        failed = ""
        try:
            await session.scan(ear)
        except WalkdownError as error:
            failed = str(error)
        finally:
            rows, _ = ear.take()
            self._ear = None
            self.fresh_findings = []
            self.scanning = Scanning(rows.rows, rows.notes, on=False, failed=failed)
        self.show(session.board)

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

    def decide(self, subjects: Sequence[Subject], verdict: Verdict, title: str, *, seconds: int = 0) -> None:
        """Ask for what this verdict needs, then write it down. `title` says what it is about."""
        if not subjects:
            return
        if verdict not in NEEDS_REASON:
            self._decide(subjects, verdict, Terms(seconds=seconds))
            return
        from walkdown.tui.dialogs.decide import DecideDialog

        def answered(terms: Terms | None) -> None:
            if terms is not None:
                self._decide(subjects, verdict, msgspec.structs.replace(terms, seconds=seconds))

        self.push_screen(DecideDialog(title, verdict, owner=self.actor.name), answered)

    def _decide(self, subjects: Sequence[Subject], verdict: Verdict, terms: Terms) -> None:
        self.act(lambda session: session.decide(subjects, verdict, terms, self.actor))

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

    def _go(self, mode: str) -> None:
        if self.current_mode == mode:
            self._tell_screen()
        else:
            self.switch_mode(mode)

    def open_editor(self, path: str, line: int = 0) -> None:
        """The person's editor at this place of the repository, the app put aside meanwhile. `path` as places have it."""
        from walkdown.tui.editor import open_place

        open_place(self, path, line)

    def copy(self, text: str, what: str) -> None:
        """To the clipboard, told as `what`. The caller masks secrets."""
        from walkdown.tui.editor import copy_text

        copy_text(self, text, what)

    def action_undo(self) -> None:
        self.act(lambda session: session.undo(self.actor))

    def action_redo(self) -> None:
        self.act(lambda session: session.redo(self.actor))

    def action_switch_person(self) -> None:
        self._turn = (self._turn + 1) % len(self.opening.people)
        self._tell_screen()
        if len(self.opening.people) > 1:
            self.say(f"{self.actor.name} decides now.")
        else:
            self.say('There is only you. A second person is named at the start: --with "Name <mail>"')

    def action_help(self) -> None:
        """The help screen of the room's own; stands in until then."""

    def say(self, text: str, *, severity: str = "information") -> None:
        """A short line at the edge. May quote what is untrusted."""
        from walkdown.safetext import for_terminal

        self.notify(for_terminal(text), severity=severity, markup=False)  # type: ignore[arg-type]

    def _tell(self) -> None:
        if self._ear is not None:
            self.scanning, found = self._ear.take()
            self.fresh_findings += found
            self._tell_screen()

    def _look_for_others(self) -> None:
        """Another window may have decided something."""
        if self.session is not None and self.session.changed_elsewhere():
            self.show(self.session.refresh())

    def _tell_screen(self) -> None:
        if self.screen_stack and isinstance(screen := self.screen_stack[0], ModeScreen) and screen.is_mounted:
            screen.follow()

    def _broke_off(self, error: WalkdownError) -> None:
        """Nothing can be opened: say so on the terminal that stays, not on a screen that goes."""
        self.exit(error.code, message=str(error))

    def on_unmount(self) -> None:
        if self.session is not None and not self._lent:
            self.session.close()
