"""What a database answers to the questions asked of it, and the way from the door to the line that opens it."""

from __future__ import annotations

import msgspec

from walkdown.doors.sql.answers import Answer
from walkdown.doors.sql.state import Database, Spot, Table
from walkdown.model.finding import Fact, Finding, Rule, Step
from walkdown.model.place import FilePlace
from walkdown.model.severity import Confidence, Severity


class Findings(msgspec.Struct, frozen=True):
    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    answers: tuple[Answer, ...] = ()


def place(spot: Spot, symbol: str = "") -> FilePlace:
    return FilePlace(spot.path, spot.line, symbol=symbol)


def step(spot: Spot | None, role: str) -> Step | None:
    """Nothing where the thing is built in and stands in no file."""
    return Step(place(spot), role[:200]) if spot is not None and spot.path else None


def finding(
    rule: Rule, severity: Severity, confidence: Confidence, spot: Spot, symbol: str, *steps: Step | None,
    further: tuple[Spot, ...] = (),
) -> Finding:  # fmt: skip
    kept = tuple(dict.fromkeys(one for one in steps if one is not None))[:6]
    others = tuple(place(one, symbol) for one in dict.fromkeys(further) if one != spot and one.path)
    return Finding(rule, severity, confidence, place(spot, symbol), places=others[:20], steps=kept)


def sureness(database: Database, table: Table | None = None) -> Confidence:
    """As sure as the order of the files and what is known of the table."""
    if table is not None and table.unsure:
        return Confidence.UNSURE
    return Confidence.SURE if database.sure else Confidence.LIKELY


def lower(one: Confidence, other: Confidence) -> Confidence:
    return one if one.rank >= other.rank else other
