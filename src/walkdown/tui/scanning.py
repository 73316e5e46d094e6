"""What the screens know of a scan under way: one frozen row a scanner, made from the scan's events."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

import msgspec

from walkdown.model import Coverage, Failed, Finding, Report
from walkdown.scan.events import Ended, Note, Progress, ScanEvent, Started

_MOST_EVENTS = 2000


class Row(msgspec.Struct, frozen=True):
    """`report` is there once it ended. `since`: clock of the monotonic kind."""

    scanner: str
    version: str = ""
    asked: int = 0
    done: int = 0
    cached: int = 0
    found: int = 0
    since: float = 0.0
    report: Report | None = None

    def seconds(self, now: float) -> float:
        return self.report.seconds if self.report else max(0.0, now - self.since) if self.since else 0.0


class Scanning(msgspec.Struct, frozen=True):
    """All rows; `on` while the scan runs. `failed` says why it broke off as a whole, where it did."""

    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    on: bool = False
    failed: str = ""

    @property
    def found(self) -> int:
        return sum(row.found for row in self.rows)

    @property
    def share(self) -> float:
        """How much of the known work is done, from 0 to 1."""
        asked = sum(row.asked for row in self.rows)
        return sum(row.done for row in self.rows) / asked if asked else 0.0


class Ear:
    """Takes events from any thread; the app asks for what came a few times a second."""

    def __init__(self, scanners: Sequence[str]) -> None:
        self._waiting: deque[ScanEvent] = deque()
        self._rows = {name: Row(name) for name in scanners}
        self._notes: list[str] = []

    def __call__(self, event: ScanEvent) -> None:
        self._waiting.append(event)

    def take(self) -> tuple[Scanning, tuple[Finding, ...]]:
        """The rows as they are now, and the findings that came since the last time."""
        found: list[Finding] = []
        for _ in range(_MOST_EVENTS):
            if not self._waiting:
                break
            found += self._count(self._waiting.popleft())
        return Scanning(tuple(self._rows.values()), tuple(self._notes), on=True), tuple(found)

    def ended(self, failed: str = "") -> Scanning:
        """The last word, with all that still waits to be heard. Whoever said nothing of an end broke off."""
        while self._waiting:
            self._count(self._waiting.popleft())
        rows = tuple(row if row.report else _broken_off(row) for row in self._rows.values())
        return Scanning(rows, tuple(self._notes), on=False, failed=failed)

    def _count(self, event: ScanEvent) -> tuple[Finding, ...]:
        if isinstance(event, Note):
            self._notes.append(event.text)
            return ()
        if isinstance(event, Ended):
            name = event.report.scanner
            row = self._rows.get(name, Row(name))
            self._rows[name] = msgspec.structs.replace(row, report=event.report, found=event.findings)
            return ()
        row = self._rows.get(event.scanner, Row(event.scanner))
        if isinstance(event, Started):
            self._rows[event.scanner] = msgspec.structs.replace(
                row, version=event.version, asked=event.asked, cached=event.cached, since=time.monotonic()
            )
            return ()
        return self._progress(row, event)

    def _progress(self, row: Row, event: Progress) -> tuple[Finding, ...]:
        self._rows[row.scanner] = msgspec.structs.replace(
            row,
            done=event.done,
            asked=event.asked,
            found=row.found + len(event.found),
            since=row.since or time.monotonic(),
        )
        return event.found


def _broken_off(row: Row) -> Row:
    report = Report(row.scanner, row.version, Failed("It ended with the scan."), Coverage(row.asked, row.done))
    return msgspec.structs.replace(row, report=report)
