"""For work that a hostile input must not be able to stretch for ever: an end after a long time, not a measurement."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def patience(seconds: int = 60) -> Iterator[None]:
    """Many times what a slow machine needs. What takes longer would not have ended soon."""

    def give_up(_number: int, _frame: object) -> None:
        raise AssertionError(f"still at it after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
