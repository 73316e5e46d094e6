"""How a scanner's run ended, and what it really looked at. There is no way to say "fine" without saying of what."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

import msgspec


class Ran(msgspec.Struct, frozen=True, tag_field="state", tag="ran"):
    """It ran to its end. Whether it saw everything is the coverage's question."""


class NothingToScan(msgspec.Struct, frozen=True, tag_field="state", tag="nothing"):
    """The target holds nothing this scanner reads."""

    why: str


class Missing(msgspec.Struct, frozen=True, tag_field="state", tag="missing", omit_defaults=True):
    """The tool or its data is not on this machine; `how` is what to run to get it. `data`: they are ours, and whether
    they came meanwhile can be told without a scan."""

    what: str
    how: str
    data: bool = False


class Failed(msgspec.Struct, frozen=True, tag_field="state", tag="failed"):
    error: str


class TimedOut(msgspec.Struct, frozen=True, tag_field="state", tag="timed-out"):
    seconds: float


class Cancelled(msgspec.Struct, frozen=True, tag_field="state", tag="cancelled"):
    """A person stopped it."""


Outcome: TypeAlias = Ran | NothingToScan | Missing | Failed | TimedOut | Cancelled


def is_whole(outcome: Outcome) -> bool:
    """True where the run itself leaves no doubt; gaps inside it are counted by the coverage."""
    return isinstance(outcome, Ran | NothingToScan)


class SkipKind(Enum):
    SCOPE = "scope"  # left out on purpose: shown, harmless
    GAP = "gap"  # should have been looked at and was not: the scan is incomplete
    LIMIT = "limit"  # cannot be known from here: one finding, no gap


class Skipped(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that was not looked at. `code` names the class of reason, so that a class can be waived at once."""

    path: str
    kind: SkipKind
    code: str
    reason: str


class Coverage(msgspec.Struct, frozen=True):
    """What the tool's own output says it looked at, held against what it was asked."""

    asked: int = 0
    files: int = 0
    skipped: tuple[Skipped, ...] = ()

    @property
    def gaps(self) -> tuple[Skipped, ...]:
        return tuple(skip for skip in self.skipped if skip.kind is SkipKind.GAP)


class Report(msgspec.Struct, frozen=True):
    """One scanner's part of a scan. `rules`: digest of all that makes it answer differently for equal content. `data`:
    digest of the data of ours that it answered from, where it did, and `data_at` the day they speak for."""

    scanner: str
    version: str
    outcome: Outcome
    coverage: Coverage = Coverage()
    seconds: float = 0.0
    cached_files: int = 0
    notes: tuple[str, ...] = ()
    rules: str = ""
    data: str = ""
    data_at: str = ""

    @property
    def complete(self) -> bool:
        return is_whole(self.outcome) and not self.coverage.gaps
