"""A small map of doors for tests of what people decide about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from helpers.boards import TODAY, checklist, item, result, state
from walkdown.model import Act, Actor, Confidence, FilePlace, Finding, Kind, Rule, ScanResult, Severity, Step, Subject
from walkdown.model.door import Checks, Door, DoorKind, Filter, Guard, Operation, Origin, Reach, strongest
from walkdown.review.board import Board, board_of, look_at

LIST = checklist(item("access", "auth.endpoint-open"))
FILES = {"auth.ts": "1" * 64}


def guard(name: str = "mine", checks: Checks = Checks.UNKNOWN, path: str = "auth.ts", **more: str) -> Guard:
    return Guard(name, path, 3, checks, **more)


def door(door_id: str = "D-1", *guards: Guard, writes: bool = True, **more: object) -> Door:
    """`POST /orders/:id`, which deletes an order by its id."""
    operation = Operation.DELETE if writes else Operation.READ
    reach = Reach("orders", operation, "db.ts", 9, (Filter("id", Origin.INPUT),))
    usual = Door(
        id=door_id,
        kind=DoorKind.ROUTE,
        method="POST",
        path="/orders/:id",
        file="routes.ts",
        line=int(door_id.rpartition("-")[2]) * 10,
        handler="remove",
        framework="express",
        guards=guards,
        guard=strongest(guards),
        reaches=(reach,),
    )
    return msgspec.structs.replace(usual, **more)


def about(
    *doors: Door, hazard: str = "auth.endpoint-open", finding_id: str = "F-1", severity: Severity = Severity.HIGH
) -> Finding:
    """A finding about these doors: the way begins at the first, the others are named."""
    first, *others = doors
    rule = Rule("doors", hazard, f"Title of {hazard}", "Why.", "Do.", hazard=hazard)
    return Finding(
        rule,
        severity,
        Confidence.LIKELY,
        FilePlace("db.ts", 9),
        finding_id,
        places=tuple(FilePlace(one.file, one.line) for one in others),
        steps=(Step(FilePlace(first.file, first.line), "comes in"),),
        fingerprint=f"print-{finding_id}",
    )


def scanned(doors: Sequence[Door], findings: Sequence[Finding] = (), files: Mapping[str, str] = FILES) -> ScanResult:
    return msgspec.structs.replace(result(findings), doors=tuple(doors), guard_files=files)


def board(
    doors: Sequence[Door],
    findings: Sequence[Finding] = (),
    *acts: Act | tuple[Act, Actor],
    files: Mapping[str, str] = FILES,
    today: date = TODAY,
) -> Board:
    looked = look_at(scanned(doors, findings, files), Severity.HIGH, fresh=True)
    return board_of(LIST, state(*acts), looked, today)


def of_door(door_id: str = "D-1") -> Subject:
    return Subject(Kind.DOOR, door_id)


def of_guard(guard_id: str = "auth.ts#mine") -> Subject:
    return Subject(Kind.GUARD, guard_id)
