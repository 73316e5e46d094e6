"""perf.connection: a client or pool of a database is made while a request is answered."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.libraries.shared import OPENED
from walkdown.doors.questions import behind
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, code_of
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.questions.time_texts import CONNECTION
from walkdown.doors.visits import Spot
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import Await, Call, Do, Let


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[Spot] = Grouped()
    for one in behind.doors(found):
        for what, spot in dict.fromkeys(one.visit.used):
            if what == OPENED and _is_each_time(code, spot):
                door = one.door
                steps = (
                    step(Spot(door.file, door.line), f"{named(door)} comes in"),
                    step(spot, "opens a client of its own"),
                )
                sure = Confidence.LIKELY if door.uncertain else Confidence.SURE
                told.add(spot, tell(CONNECTION, Severity.MEDIUM, sure, spot, steps))
    return told.findings()


def _is_each_time(code: Code, spot: Spot) -> bool:
    """Made on every way through a function, and kept nowhere: `client ??= new Client()` makes one."""
    site = code.site(spot)
    if site is None or site.branches or code.function(spot.path, site.function).kind == "constructor":
        return False
    if not isinstance(site.stmt, (Let, Do)):
        return False
    value = site.stmt.value
    value = value.of if isinstance(value, Await) else value
    return isinstance(value, Call) and value is site.call
