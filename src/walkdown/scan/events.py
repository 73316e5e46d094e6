"""What a scan says while it runs, for a progress line or a screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from walkdown.model import Finding, Report


class Started(msgspec.Struct, frozen=True):
    """A scanner knows its work: of `asked` files `cached` need no second look."""

    scanner: str
    version: str
    asked: int
    cached: int


class Progress(msgspec.Struct, frozen=True):
    """`done` counts what is settled, cached files among them."""

    scanner: str
    done: int
    asked: int
    found: tuple[Finding, ...]


class Ended(msgspec.Struct, frozen=True):
    report: Report
    findings: int


class Note(msgspec.Struct, frozen=True):
    text: str


ScanEvent: TypeAlias = Started | Progress | Ended | Note
Listener: TypeAlias = Callable[[ScanEvent], None]


def nobody(_event: ScanEvent) -> None:
    """For callers that only want the result."""
