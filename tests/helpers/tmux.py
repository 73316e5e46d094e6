"""The app as a person sees it: in a real terminal (tmux), where one types, and reads what stands on the screen.

Nothing here sleeps: whoever waits for words asks for the screen again and again, until a deadline.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from walkdown.process import Finished, Limits, run_now

WHY_NOT = "tmux is not on this machine (Debian, Ubuntu: apt-get install tmux; macOS: brew install tmux)"
PATIENCE = 60.0
_CONFIG = "set -g default-terminal screen-256color\nset -g remain-on-exit on\nset -s escape-time 0\n"


def is_here() -> bool:
    return shutil.which("tmux") is not None


class Terminals:
    """A tmux server of our own, with as many terminals as a test opens; all of it ends with the `with`."""

    def __init__(self, env: Mapping[str, str]) -> None:
        # A socket's path may have some hundred characters, fewer than a test's folder has.
        self._folder = Path(tempfile.mkdtemp(prefix="wd-"))
        (self._folder / "config").write_text(_CONFIG)
        self._env = {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor"}

    def __enter__(self) -> Terminals:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.run("kill-server", fine=(0, 1))
        shutil.rmtree(self._folder)

    def open(self, name: str, *arguments: str, size: tuple[int, int] = (120, 40)) -> Terminal:
        """`walkdown` with these arguments, in a terminal of its own."""
        columns, rows = map(str, size)
        command = (sys.executable, "-m", "walkdown", *arguments)
        self.run("new-session", "-d", "-s", name, "-x", columns, "-y", rows, *command)
        return Terminal(self, name)

    def run(self, *arguments: str, fine: tuple[int, ...] = (0,)) -> str:
        command = ("tmux", "-u", "-S", str(self._folder / "s"), "-f", str(self._folder / "config"), *arguments)
        done: Finished = run_now(command, cwd=str(self._folder), env=self._env, limits=Limits(seconds=20))
        assert done.code in fine, (arguments, done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "replace")


class Terminal:
    """One screen and the keyboard before it."""

    def __init__(self, server: Terminals, name: str) -> None:
        self._server = server
        self._name = name

    @property
    def screen(self) -> str:
        return self._server.run("capture-pane", "-p", "-t", self._name)

    @property
    def line(self) -> str:
        """Where the cursor is: the field that one writes in."""
        at = int(self._server.run("display-message", "-p", "-t", self._name, "#{cursor_y}"))
        return self.screen.splitlines()[at]

    @property
    def process(self) -> int:
        return int(self._server.run("list-panes", "-t", self._name, "-F", "#{pane_pid}"))

    def press(self, *keys: str) -> None:
        """By tmux's names: Enter, Escape, Home, or the character itself."""
        self._server.run("send-keys", "-t", self._name, *keys)

    def write(self, text: str) -> None:
        """Type it, and wait until it can be read."""
        self._server.run("send-keys", "-t", self._name, "-l", text)
        self.shows(text)

    def shows(self, *words: str) -> str:
        """Wait until all of them can be read, and give the screen."""
        return self.until(lambda screen: all(word in screen for word in words), " and ".join(words))

    def until(self, holds: Callable[[str], object], what: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while not holds(screen := self.screen):
            assert time.monotonic() < deadline, f"never: {what}\n{screen}"
        return screen

    def kill(self) -> None:
        """As the kernel does it when memory runs out: nothing can be put in order any more."""
        os.kill(self.process, signal.SIGKILL)
        self.until(lambda _: self._server.run("list-panes", "-t", self._name, "-F", "#{pane_dead}") == "1\n", "its end")
