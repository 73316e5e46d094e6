"""Handing the terminal to a signing program, and having it back as it was, however that program ended."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from walkdown.process import run_with_terminal


def hand_over(argv: Sequence[str], *, cwd: str, env: Mapping[str, str] | None = None) -> int:
    """The program's exit code."""
    with _as_before():
        return run_with_terminal(argv, cwd=cwd, env=env)


@contextmanager
def _as_before() -> Iterator[None]:
    """A program that asks for a passphrase turns the echo off. On Ctrl-C it has a quarter of a second to turn it on
    again; on a busy machine that is too short, and the person would type blind from then on."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:  # nobody is there: a machine signs
        yield
        return
    try:
        before = termios.tcgetattr(terminal)
        try:
            yield
        finally:
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)
    finally:
        os.close(terminal)
