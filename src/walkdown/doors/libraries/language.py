"""What the language brings along that is no method: `require`, patterns, promises made by hand."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from walkdown.doors import builtins
from walkdown.doors.follow import in_common
from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling, Given
from walkdown.doors.looked import looked_at
from walkdown.doors.values import UNKNOWN, Closure, Items, Outside, Source, Thing, Value, either
from walkdown.doors.visits import Held, Visit
from walkdown.model.door import Origin

REQUIRED = "required"  # `name`: the folder; `data`: whether it is known to be that folder and no other below
_MOST_FILES = 200
_RESOLVE, _REJECT, _REGEXP, _NUMBER = "promise.resolve", "promise.reject", "regexp", "number"


@dataclass(slots=True)
class _Settled:
    """What a promise was resolved with, and what held there."""

    base: int
    ways: list[tuple[Value, tuple[Held, ...]]] = field(default_factory=list)


class Language(Base):
    packages = frozenset({"", "util", "node:util", "pify"})
    globals = frozenset({"Number"})

    def imported(self, outside: Outside) -> Value | None:
        return Value(shape=Thing(_NUMBER)) if outside == Outside("", ("Number",)) else None

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911 - one line for each thing
        name = outside.chain[-1] if outside.chain else ""
        if outside.package in ("util", "node:util", "pify"):
            return calling.arg(0) if name in ("promisify", "") else None
        if outside.package:
            return None
        first = calling.arg(0)
        if name in ("require", "import") and first is not None:
            return _taken(first, calling, "=" if name == "require" else "*")
        if name in ("isNaN", "isFinite") and first is not None:
            return looked_at(first, yes=name == "isFinite")
        if name == "RegExp" and first is not None:
            return Value(frozenset({Source(Origin.CONSTANT)}), Thing(_REGEXP, first.text or ""))
        if name == "Promise" and calling.new and first is not None:
            return _promise(first, calling)
        return None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _NUMBER:
            return Value(frozenset({Source(Origin.CONSTANT)})) if name.isupper() else None
        return Value(UNKNOWN.sources, thing) if thing.kind == REQUIRED and name in ("default", "router") else None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        first = calling.arg(0)
        if name == "" and thing.kind == "runtime.meta" and first is not None:  # await import("./mail")
            return _taken(first, calling, "*")
        if thing.kind == REQUIRED and name == "":
            return _each_of_them(thing, calling)
        if name == "" and thing.kind == _RESOLVE and isinstance(thing.data, _Settled):
            value = calling.arg(0) or Value()
            thing.data.ways.append((value, tuple(calling.visit.held[thing.data.base :])))
            return Value()
        if name == "" and thing.kind == _REJECT:
            return Value(shape=Thing("refusal"))
        if thing.kind == _REGEXP and name in ("test", "exec"):
            return looked_at(Value(frozenset(source for one in calling.args for source in one.value.sources)))
        return _of_number(name, calling) if thing.kind == _NUMBER else None


def _of_number(name: str, calling: Calling) -> Value | None:
    """`Number(text)`, `Number.isInteger(value)`."""
    first = calling.arg(0)
    if name == "" or first is None:
        return builtins.call("Number", calling.args, calling.visit, calling.spot, calling) if name == "" else None
    if name in ("isInteger", "isSafeInteger", "isFinite", "isNaN"):
        return looked_at(first, yes=name != "isNaN")
    return builtins.global_method("Number", name, calling)


def _taken(module: Value, calling: Calling, name: str) -> Value | None:
    """`require(`./routes/${file}`)` takes any file of a folder."""
    if module.text:
        return calling.follower.taken(calling.spot.path, module.text, name)
    parts = module.shape.known if isinstance(module.shape, Items) else ()
    start = parts[0].text if parts else None
    here = posixpath.dirname(calling.spot.path)
    folder = posixpath.normpath(posixpath.join(here, start.rpartition("/")[0])) if start and start[0] == "." else None
    return Value(UNKNOWN.sources, Thing(REQUIRED, here if folder is None else folder, folder is not None))


def _each_of_them(thing: Thing, calling: Calling) -> Value | None:
    """`require(file)(app)`: every file of the folder that gives a function may be meant."""
    if not thing.data or calling.visit is not calling.follower.loading:
        return None
    inside = [path for path in sorted(calling.follower.programs) if posixpath.dirname(path) == thing.name]
    for path in inside[:_MOST_FILES]:
        value = None if path == calling.spot.path else calling.follower.exported(path, "default")
        value = value or calling.follower.exported(path, "=")
        if value is not None and isinstance(value.shape, Closure):
            calling.follower.invoke(value, calling.args, calling.visit, calling.spot)
    return Value(UNKNOWN.sources)


def _promise(executor: Value, calling: Calling) -> Value:
    """`new Promise((resolve, reject) => …)`: who waits for it goes on from where `resolve` was called."""
    visit = calling.visit
    before = len(visit.held)
    settled = _Settled(before)
    given = (Given(Value(shape=Thing(_RESOLVE, data=settled))), Given(Value(shape=Thing(_REJECT))))
    calling.follower.invoke(executor, given, visit, calling.spot)
    del visit.held[before:]
    if not settled.ways:
        return Value(UNKNOWN.sources)
    visit.held.extend(in_common([held for _, held in settled.ways]))
    return either([value for value, _ in settled.ways])
