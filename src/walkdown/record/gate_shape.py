"""What a gate says of a sign-off: passed or not, each point that was looked at, and what to do about it."""

from __future__ import annotations

import msgspec

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


class Point(msgspec.Struct, frozen=True):
    """One thing a gate looks at. `why`: sentences for people; where it failed, the last one says what to do. Skipped:
    something ahead of it failed, so that it could not be told."""

    name: str
    state: str
    why: str = ""


class Gate(msgspec.Struct, frozen=True):
    """`code` is the exit code; `reasons` are the sentences of all that failed."""

    passed: bool
    code: int
    reasons: tuple[str, ...]
    points: tuple[Point, ...] = ()
