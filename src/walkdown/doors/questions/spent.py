"""race.check-act: it is asked whether there is enough, and taken in a step that asks no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from walkdown.doors.questions import behind, locks
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, code_of
from walkdown.doors.questions.code_parts import statements, within
from walkdown.doors.questions.data_texts import CHECK_SPEND
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Operation
from walkdown.model.finding import Finding
from walkdown.model.severity import Severity
from walkdown.syntax.program import If, Member, Name, Op

_MONGO = frozenset({"mongoose", "mongodb"})  # there two transactions that write the same row cannot both end well
_USES = re.compile(r"uses|used|usage", re.IGNORECASE)
_ORDERS = frozenset({"<", "<=", ">", ">="})


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[Spot] = Grouped()
    for one in behind.doors(found):
        for _, did in behind.writes(behind.own(one)):
            if did.operation is not Operation.UPDATE or not code.steps(did.spot):
                continue
            names = {name for name, _ in did.sets if behind.is_amount(name)}
            asked = {part.removeprefix("not ").split(".")[0] for field, _ in did.filters for part in field.split("|")}
            if not names or names & asked or behind.is_draft(did.table) or _names_amount(asked, names):
                continue
            met = _check(code, did, names)
            if met is None or (did.transaction and did.library in _MONGO) or locks.is_locked(code, (did,)):
                continue
            severity = Severity.MEDIUM if all(_USES.search(name) for name in names) else Severity.HIGH
            lead = way(one.door, did, f"takes from {', '.join(sorted(names))} without asking again")
            at, check = met
            steps = (lead[0], step(check, "asks whether there is enough"), *lead[1:])
            told.add(at, tell(CHECK_SPEND, severity, behind.confidence(one, did), at, steps, further=(did.spot,)))
    return told.findings()


def _names_amount(asked: set[str], names: set[str]) -> bool:
    """The condition is in the text of the query."""
    return any(behind.snake(one) == behind.snake(other) for one in asked for other in names)


def _check(code: Code, did: Did, names: set[str]) -> tuple[Spot, Spot] | None:
    """`if (product.stock < wanted) …` in one of the functions that lead there."""
    for at in (did.spot, *(frame.spot for frame in reversed(did.way))):
        for number in code.around(at)[:2]:
            for stmt in statements(code.function(at.path, number).body):
                if isinstance(stmt, If) and any(_compares(one, names) for one in within(stmt.test)):
                    return at, Spot(at.path, stmt.line)
    return None


def _compares(value: Any, names: set[str]) -> bool:
    if not isinstance(value, Op) or value.op not in _ORDERS:
        return False
    sides = [one for side in (value.left, value.right) for one in within(side)]
    return any(isinstance(one, (Member, Name)) and one.name in names for one in sides)
