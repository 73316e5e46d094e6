"""A command as a person runs it: at a terminal of its own, to its end. (`terminal` has keys and signals as well.)"""

from __future__ import annotations

import os
import pty
import select
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 240.0


def at_terminal(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """The exit code, and all that stood on the screen."""
    child, terminal = pty.fork()
    if child == 0:
        try:
            os.chdir(cwd)
            os.execvpe(argv[0], list(argv), {**env, "TERM": "xterm-256color", "NO_COLOR": "1"})
        finally:
            os._exit(127)
    try:
        shown = _all_of(terminal)
    except TimeoutError:
        os.kill(child, 9)
        raise
    finally:
        _, status = os.waitpid(child, 0)
        os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace").replace("\r\n", "\n")


def _all_of(terminal: int) -> bytes:
    """Until the last one who holds the terminal lets go of it."""
    deadline = time.monotonic() + PATIENCE
    shown = b""
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side is closed
            return shown
        if not piece:
            return shown
        shown += piece
    raise TimeoutError(f"no end after {PATIENCE:.0f} s: {shown[-2000:]!r}")
