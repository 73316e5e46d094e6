"""What stands as decorators on a class, a method or a parameter, with those of the project taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from walkdown.doors.expressions import written
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.nest_things import (
    MARK,
    MARKS,
    META,
    PARAM_USE,
    TARGET,
    MarkCall,
    ParamUse,
    listed,
)
from walkdown.doors.library import Given
from walkdown.doors.scopes import Scope
from walkdown.doors.values import Closure, Literal, Outside, Thing, Value
from walkdown.doors.visits import Spot, Visit
from walkdown.syntax.program import Mark

_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A decorator: `call` where it is one of a package, `param` where the project made it for parameters."""

    name: str
    spot: Spot
    call: MarkCall | None = None
    param: ParamUse | None = None


@dataclass(slots=True)
class Said:
    """All decorators of one place, those that are nearest to the code first, and the metadata that they leave."""

    marks: list[Found] = field(default_factory=list)
    metadata: dict[str, Value] = field(default_factory=dict)

    def every(self, name: str, package: str = "") -> Iterator[MarkCall]:
        for one in self.marks:
            if one.call is not None and one.call.name == name and one.call.package.startswith(package):
                yield one.call

    def first(self, *names: str, package: str = "") -> MarkCall | None:
        return next((call for name in names for call in self.every(name, package)), None)

    def found(self, name: str) -> Iterator[Found]:
        return (one for one in self.marks if one.call is not None and one.call.name == name)


def read_marks(follower: Follower, marks: Sequence[Mark], scope: Scope) -> Said:
    said = Said()
    for mark in reversed(marks):
        value = follower.value(mark.value, scope, Visit())
        _add(follower, value, written(mark.value), Spot(scope.unit, mark.line), said, 0)
    return said


def _add(follower: Follower, value: Value, name: str, spot: Spot, said: Said, deep: int) -> None:  # noqa: PLR0917
    shape = value.shape
    if deep > _DEEPEST:
        return
    if isinstance(shape, Thing) and shape.kind == MARK and isinstance(shape.data, MarkCall):
        said.marks.append(Found(name, spot, shape.data))
    elif isinstance(shape, Thing) and shape.kind == META and isinstance(shape.data, Value):
        said.metadata[shape.name] = shape.data
    elif isinstance(shape, Thing) and shape.kind == MARKS and isinstance(shape.data, tuple):
        for part in (item for one in shape.data for item in listed(one)):
            _add(follower, part, name, spot, said, deep + 1)
    elif isinstance(shape, Thing) and shape.kind == PARAM_USE and isinstance(shape.data, ParamUse):
        said.marks.append(Found(name, spot, param=shape.data))
    elif isinstance(shape, Closure):
        _run(follower, shape, name, spot, said, deep)
    elif isinstance(shape, Outside) and shape.chain:
        said.marks.append(Found(name, spot, MarkCall(shape.package, shape.chain[-1])))
    else:
        said.marks.append(Found(name, spot))


def _run(follower: Follower, closure: Closure, name: str, spot: Spot, said: Said, deep: int) -> None:  # noqa: PLR0917
    """A decorator that is a function of the project: it may call others on what it is given."""
    collected: list[Value] = []
    target = Given(Value(shape=Thing(TARGET, data=collected)))
    result = follower.call(closure, (target, target, target), Visit(), spot)
    said.marks.append(Found(name, spot))
    for one in collected:
        _add(follower, one, name, spot, said, deep + 1)
    if isinstance(result.shape, Thing) and result.shape.kind == MARKS:
        _add(follower, result, name, spot, said, deep + 1)


def is_true(value: Value | None) -> bool:
    return value is not None and isinstance(value.shape, Literal) and value.shape.value == "true"
