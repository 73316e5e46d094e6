"""Whether a record was walked by the checklist that whoever checks it has in mind: a short list is quickly signed."""

from __future__ import annotations

import msgspec

from walkdown.record.gate_shape import FAILED, PASSED, SKIPPED, Gate, Point
from walkdown.record.statement import ListLine, Predicate
from walkdown.record.verification import (
    POLICY,
    RANK,
    TAMPERED,
    UNKNOWN_SIGNER,
    UNREADABLE,
    UNSIGNED,
    Verification,
)

POINT = "checklist"
_NAMED = 3
_NOTHING_HOLDS = (UNREADABLE, TAMPERED, UNKNOWN_SIGNER, UNSIGNED)


class Wanted(msgspec.Struct, frozen=True):
    """A checklist as it is here. `items`: the ids of all that it asks."""

    name: str
    version: str
    digest: str
    items: tuple[str, ...]


def difference(predicate: Predicate, wanted: Wanted) -> str:
    """In what the list that was walked is another one; empty where it is the same and every question is there."""
    walked = next((one for one in predicate.lists if one.digest == wanted.digest), None)
    if walked is None:
        same_name = next((one for one in predicate.lists if one.name == wanted.name), None)
        if same_name is not None:
            return f"It was walked by {_told(same_name)}; the list of that name here asks other questions"
        lists = " and ".join(map(_told, predicate.lists)) or "no list"
        return f"It was walked by {lists}, {_many(len(predicate.items))}, and not by {wanted.name}"
    missing = sorted(set(wanted.items) - {one.id for one in predicate.items})
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        return f"It names {_told(walked)} and leaves out questions of it: {', '.join(missing[:_NAMED])}{more}"
    return ""


def judged(gate: Gate, verification: Verification, wanted: Wanted) -> Gate:
    """The gate, with one point more: whether this very list was walked."""
    if verification.statement is None or verification.code in _NOTHING_HOLDS:
        point = Point(POINT, SKIPPED, "Nothing in a refused record counts.")
    elif why := difference(verification.statement.predicate, wanted):
        advice = f"Sign anew by it: walkdown open --checklist {wanted.name}, walkdown sign."
        point = Point(POINT, FAILED, f"{why}. {advice}")
    else:
        point = Point(POINT, PASSED)
    if point.state != FAILED:
        return msgspec.structs.replace(gate, points=(*gate.points, point))
    code = next(one for one in RANK if one in (gate.code, POLICY))
    return Gate(passed=False, code=code, reasons=(*gate.reasons, point.why), points=(*gate.points, point))


def _told(one: ListLine) -> str:
    return f"{one.name} {one.version}".strip()


def _many(number: int) -> str:
    return "1 question" if number == 1 else f"{number} questions"
