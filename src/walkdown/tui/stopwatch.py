"""How long a thing was really looked at: only while it is on the screen and somebody is there."""

from __future__ import annotations

import time
from collections.abc import Callable

AWAY_SECONDS = 120.0
"""After so long without a key nobody is taken to sit there."""


class Stopwatch:
    """Counts for one thing at a time. Times come from a clock that only goes forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spent: dict[str, float] = {}
        self._on = ""
        self._key = 0.0

    def look_at(self, name: str) -> None:
        """From now on it is this that is seen; nothing where the name is empty."""
        self._count()
        self._on = name

    def touch(self) -> None:
        """A key was pressed, or the mouse used."""
        self._count()

    def seconds(self, name: str) -> int:
        """So far, with all earlier visits."""
        return int(self._spent.get(name, 0.0) + (self._since() if name == self._on else 0.0))

    def start_again(self, name: str) -> None:
        """It was decided; whoever looks at it again starts from nothing."""
        if name == self._on:
            self._count()
        self._spent.pop(name, None)

    def _count(self) -> None:
        if self._on:
            self._spent[self._on] = self._spent.get(self._on, 0.0) + self._since()
        self._key = self._clock()

    def _since(self) -> float:
        return min(self._clock() - self._key, AWAY_SECONDS)
