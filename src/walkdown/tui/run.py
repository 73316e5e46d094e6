"""Starts the app for `cli`, and sees to it that it ends: in order, soon, and with the terminal as it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterable, Iterator

from walkdown.errors import WalkdownError
from walkdown.model import Actor
from walkdown.process import end_all_now
from walkdown.settings import Folders, Settings, read_user_config
from walkdown.tui import memory, themes
from walkdown.tui.app import Opening, WalkdownApp
from walkdown.tui.keymap import keymap

INTERRUPTED = 130
_PATIENCE = 2.0
# Out of the alternate screen, cursor shown, mouse, focus, paste and key reports off.
_TERMINAL_BACK = "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l\x1b[?7h"


def run(
    path: str,
    people: tuple[Actor, ...],
    adjust: Callable[[Settings], Settings],
    *,
    theme: str = "",
    signals: Iterable[int] = (),
) -> int:
    """`adjust`: what flags change in the settings. `signals`: what ends the app as Ctrl-C does. Gives the exit code."""
    folders = Folders.of_user()
    config = read_user_config(folders)
    app = WalkdownApp(
        Opening(
            path=path,
            adjust=adjust,
            people=people,
            theme=themes.chosen(theme, config.theme, _known(memory.recall(folders.state).theme)),
            keys=keymap(config.keys),
            pinned=bool(theme or config.theme),
        )
    )
    with _quiet_threads(app):
        _to_the_end(app, tuple(signals))
    if app.broke is not None:
        raise app.broke
    if app.last_words:
        sys.stderr.write(f"{app.last_words}\n")
    if app.return_value == INTERRUPTED:
        raise KeyboardInterrupt
    return app.return_code or 0 if app.return_value is None else app.return_value


def _to_the_end(app: WalkdownApp, signals: tuple[int, ...]) -> None:
    leaving = threading.Timer(_PATIENCE, _leave, (app, _terminal_now()))
    leaving.daemon = True

    async def whole() -> None:
        loop = asyncio.get_running_loop()

        def interrupt(number: int) -> None:
            if app.aside and number == signal.SIGINT:
                return  # Ctrl-C in the editor is the editor's
            app.interrupt()
            # The terminal may be gone, and whoever writes to it stuck: then nobody is left to end this in order.
            if not leaving.is_alive():
                leaving.start()

        for number in signals:
            loop.add_signal_handler(number, interrupt, number)
        try:
            await app.run_async()
        finally:
            # asyncio now ends the scan, which ends its children, and then waits for threads. Those cannot be told to
            # stop, and one may be deep in a large history.
            if not leaving.is_alive():
                with contextlib.suppress(RuntimeError):  # it ran and is over: then we are, too
                    leaving.start()

    asyncio.run(whole())
    leaving.cancel()


def _leave(app: WalkdownApp, terminal: list[object] | None) -> None:
    """Leave at once, from a thread of its own: end the children, give the terminal back, go."""
    end_all_now()
    if app.is_running:  # it never came to give the terminal back itself
        with contextlib.suppress(OSError, termios.error):
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, _TERMINAL_BACK.encode())
            if terminal is not None:
                termios.tcsetattr(0, termios.TCSANOW, terminal)  # type: ignore[arg-type]
    if app.session is not None:
        app.session.review.target.close()
    failed = app.broke.code if app.broke else app.return_code
    code = app.return_value if app.return_value is not None else failed
    os._exit(INTERRUPTED if code is None else code)


def _terminal_now() -> list[object] | None:
    try:
        return list(termios.tcgetattr(0))
    except (OSError, termios.error):
        return None


@contextlib.contextmanager
def _quiet_threads(app: WalkdownApp) -> Iterator[None]:
    """Python would print what a thread failed of, message and all, over the screen."""
    before = threading.excepthook

    def report(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None:
            app.described(failed.exc_value)

    threading.excepthook = report
    try:
        yield
    finally:
        threading.excepthook = before


def _known(theme: str) -> str:
    """A theme that an earlier Textual had is no reason not to start."""
    try:
        return themes.chosen(theme) if theme else ""
    except WalkdownError:
        return ""
