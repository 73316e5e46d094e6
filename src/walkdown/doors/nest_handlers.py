"""The methods of a class that NestJS may call: its own and those it comes by, each with its decorators."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors import calls
from walkdown.doors.follow import Follower
from walkdown.doors.nest_marks import Said, read_marks
from walkdown.doors.values import ClassRef, Closure, Value
from walkdown.doors.visits import Spot


@dataclass(frozen=True, slots=True)
class Handler:
    name: str
    method: str
    spot: Spot
    closure: Closure
    said: Said

    def bound(self, this: Value) -> Closure:
        return Closure(self.closure.unit, self.closure.at, self.closure.scope, this)


def handlers_of(follower: Follower, of: ClassRef) -> list[Handler]:
    found: dict[str, Handler] = {}
    own = follower.programs[of.unit].classes[of.at].name
    for one in calls.lineage(follower, of):
        program = follower.programs[one.unit]
        for at in program.classes[one.at].methods:
            function = program.functions[at]
            if function.kind in ("method", "function") and function.name not in found:
                said = read_marks(follower, function.marks, one.scope) if function.marks else Said()
                spot = Spot(one.unit, function.line)
                name = f"{own}.{function.name}"
                found[function.name] = Handler(name, function.name, spot, Closure(one.unit, at, one.scope), said)
    return list(found.values())
