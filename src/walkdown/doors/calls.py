"""Calls: of the project's own things, of libraries that are known, and of what the language brings along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from walkdown.doors import builtins
from walkdown.doors.library import Calling, Given, Parent
from walkdown.doors.scopes import Scope, clock
from walkdown.doors.values import (
    SETTLED,
    UNKNOWN,
    ClassRef,
    Closure,
    Instance,
    Outside,
    Super,
    Thing,
    Value,
    bounded,
    either,
)
from walkdown.doors.visits import Spot, Visit
from walkdown.doors.waiting import awaited
from walkdown.syntax.program import Index

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower

SUPER = "super"
_MOST_BASES = 8
_HARMLESS = frozenset({"events", "stream", "eventemitter3", "eventemitter2", "react"})


def method(  # noqa: PLR0917 - the parts of a call
    follower: Follower, of: Value, name: str, args: Sequence[Given], visit: Visit, spot: Spot, *, new: bool = False
) -> Value:
    """`of.name(args)`."""
    calling = Calling(tuple(args), spot, visit, follower, new)
    results: list[Value] = []
    asked: set[tuple[str, str, int]] = set()  # two ways to the same thing are one
    for shape in of.shapes():
        thing = _above(follower, shape, name, calling)
        if isinstance(thing, Thing) and (thing.kind, thing.name, id(thing.data)) not in asked:
            asked.add((thing.kind, thing.name, id(thing.data)))
            result = _first(follower, thing, name, calling)
            if result is not None:
                results.append(result)
    if results:
        return either(results)
    built = builtins.method(of, name, calling)
    if built is not None:
        return built
    callee = follower.member(of, name, visit, spot)
    if callee.shape is None and not callee.others:
        _not_here(follower, of, name, visit)
        return unknown_call(calling, of)
    return invoke(follower, callee, calling)


def _not_here(follower: Follower, of: Value, name: str, visit: Visit) -> None:
    """A method of a base class that is in no file: whatever it does is not seen."""
    for shape in of.shapes():
        if not isinstance(shape, Instance) or SUPER in shape.fields:
            continue
        above = parent_of(follower, shape.of).shape
        if isinstance(above, Outside) and above.package.removeprefix("node:") not in _HARMLESS:
            visit.note(f"{name} comes from a class of {above.package}, whose code is not here.")


def _above(follower: Follower, shape: object, name: str, calling: Calling) -> object:
    """What a library knows of an object whose own code does not say what is asked."""
    if isinstance(shape, Instance) and SUPER in shape.fields:
        if name in follower.again.cells.names:
            follower.again.cells.read(shape, name, calling.visit)
        own = shape.fields.get(name) or method_of(follower, shape.of, name, Value(shape=shape))
        return None if own is not None else shape.fields[SUPER].shape
    if isinstance(shape, ClassRef):
        own = method_of(follower, shape, name, Value(shape=shape), static=True)
        above = inherited(follower, shape) if own is None else None
        return above.shape if above is not None else None
    if isinstance(shape, Super) and shape.outer and isinstance(shape.this.shape, Thing):
        return shape.this.shape  # a row that saves itself in its own way, and then as all rows do
    if isinstance(shape, Super) and isinstance(shape.this.shape, ClassRef):
        above = inherited(follower, shape.this.shape) if shape.outer else None
        return above.shape if above is not None else None
    if isinstance(shape, Super) and isinstance(shape.this.shape, Instance):
        own = None if shape.outer else method_of(follower, shape.of, name, shape.this)
        above = shape.this.shape.fields.get(SUPER) if own is None else None
        return above.shape if above is not None else None
    return shape


def _first(follower: Follower, thing: Thing, name: str, calling: Calling) -> Value | None:
    for library in follower.answering("method"):
        result = library.method(thing, name, calling)
        if result is not None:
            return result
    return None


def invoke(follower: Follower, callee: Value, calling: Calling) -> Value:
    results: list[Value] = []
    for shape in callee.shapes():
        if isinstance(shape, Closure):
            results.append(follower.call(shape, calling.args, calling.visit, calling.spot))
        elif isinstance(shape, ClassRef):
            results.append(instance(follower, shape, calling.args, calling.visit, calling.spot))
        elif isinstance(shape, Super):
            constructor = None if shape.outer else method_of(follower, shape.of, "constructor", shape.this)
            if constructor is not None and isinstance(constructor.shape, Closure):
                follower.call(constructor.shape, calling.args, calling.visit, calling.spot)
            results.append(shape.this)
        elif isinstance(shape, Outside):
            results.append(_outside(follower, shape, calling))
        elif isinstance(shape, Thing):
            result = _first(follower, shape, "", calling) or _wrapped(follower, shape, calling)
            if result is not None:
                results.append(result)
    return either(results) if results else unknown_call(calling, callee)


def _wrapped(follower: Follower, shape: Thing, calling: Calling) -> Value | None:
    """What came of handing a function to somebody unknown: most likely it calls it, with what it is given."""
    if shape.kind != "wrapped" or not isinstance(shape.data, tuple):
        return None
    return either([follower.call(one, calling.args, calling.visit, calling.spot) for one in shape.data])


def rendered(follower: Follower, component: Closure, given: Value, visit: Visit, spot: Spot) -> None:
    """`<Part .../>`: a part of the screen that is drawn on the server runs its code there. One that did nothing is not
    followed again."""
    key = (component.unit, component.at)
    if key in follower.dull or "use client" in follower.programs[component.unit].says:
        return
    before = len(visit.did), len(visit.held), len(visit.answers)
    follower.call(component, (Given(given),), visit, spot)
    if before == (len(visit.did), len(visit.held), len(visit.answers)):
        follower.dull.add(key)


def _outside(follower: Follower, outside: Outside, calling: Calling) -> Value:
    for library in follower.owners(outside):
        result = library.called(outside, calling)
        if result is not None:
            return result
    return unknown_call(calling, Value(shape=outside))


def unknown_call(calling: Calling, callee: Value) -> Value:
    """Nobody knows what it does. Functions handed to it may be called by it, now or later; what it gives may come from
    anything it got."""
    handed = [shape for one in calling.args for shape in one.value.shapes() if isinstance(shape, Closure)]
    if handed and calling.visit is calling.follower.loading:
        return Value(UNKNOWN.sources, Thing("wrapped", data=tuple(handed)))
    for one in calling.args:  # a request that is handed on with its `next` may go on from there
        if isinstance(one.value.shape, Thing) and one.value.shape.kind.endswith(".next"):
            _first(calling.follower, one.value.shape, "", Calling((), calling.spot, calling.visit, calling.follower))
    for closure in handed:
        result = calling.follower.call(closure, _unknown_args(calling, closure), calling.visit, calling.spot)
        awaited(calling.follower, result, calling.visit, calling.spot)
    sources = frozenset(source for one in calling.args for source in one.value.sources)
    shape = Thing("wrapped", data=tuple(handed)) if handed else None
    return Value(bounded(sources | callee.sources | UNKNOWN.sources), shape, maybe=True)


def _unknown_args(calling: Calling, closure: Closure) -> list[Given]:
    return [Given(UNKNOWN) for _ in calling.follower.function(closure).params]


# -- classes ----------------------------------------------------------------------------------------------------------


def instance(follower: Follower, of: ClassRef, args: Sequence[Given], visit: Visit, spot: Spot) -> Value:
    """`new X(args)`."""
    born = SETTLED if visit is follower.loading else clock()
    return fill(follower, Instance(of, born=born), args, visit, spot)


def fill(follower: Follower, made: Instance, args: Sequence[Given], visit: Visit, spot: Spot) -> Value:
    """What an object gets when it is made: fields first, then what its constructor does."""
    of, value = made.of, Value(shape=made)
    above = _made_by_library(follower, made, Calling(tuple(args), spot, visit, follower, new=True))
    if above is not None:
        made.fields[SUPER] = above
    for one in reversed(lineage(follower, of)):
        for field in follower.programs[one.unit].classes[one.at].fields:
            if field.value is not None and not field.static:
                scope = Scope(one.unit, one.scope, made.born)
                scope.bind("this", value)
                made.fields[field.name] = follower.value(field.value, scope, visit)
    constructor = method_of(follower, of, "constructor", value)
    if constructor is not None and isinstance(constructor.shape, Closure):
        follower.call(constructor.shape, args, visit, spot)
    return value


def lineage(follower: Follower, of: ClassRef) -> list[ClassRef]:
    """The class and those it comes from, as far as they are in the project."""
    found = [of]
    while len(found) < _MOST_BASES:
        last = found[-1]
        base = _base_of(follower, last).value.shape
        if not isinstance(base, ClassRef) or any((one.unit, one.at) == (base.unit, base.at) for one in found):
            break
        found.append(base)
    return found


def _base_of(follower: Follower, of: ClassRef) -> Parent:
    """What a class says it comes from; `Base<T>` is written as an index."""
    bases = follower.programs[of.unit].classes[of.at].bases
    if not bases:
        return Parent(Value())
    if isinstance(bases[0], Index):
        inner = follower.value(bases[0].key, of.scope, follower.loading)
        return Parent(follower.value(bases[0].of, of.scope, follower.loading), inner)
    return Parent(follower.value(bases[0], of.scope, follower.loading))


def _parent(follower: Follower, of: ClassRef) -> Parent:
    """What the last of its classes in the project comes from; what any on the way is made for."""
    inner = [parent.inner for one in lineage(follower, of) if (parent := _base_of(follower, one)).inner is not None]
    return Parent(_base_of(follower, lineage(follower, of)[-1]).value, inner[0] if inner else None)


def parent_of(follower: Follower, of: ClassRef) -> Value:
    """What a class comes from outside the project, directly or through others."""
    return _parent(follower, of).value


def inherited(follower: Follower, of: ClassRef) -> Value | None:
    """What a library says of a class that comes from one of its own."""
    key = (of.unit, of.at)
    if key not in follower.parents:
        follower.parents[key] = None  # a class that is asked for while it is looked at
        parent = _parent(follower, of)
        if parent.value.shapes():
            found = (library.extended(of, parent, follower) for library in follower.libraries)
            follower.parents[key] = next((one for one in found if one is not None), None)
    return follower.parents[key]


def _made_by_library(follower: Follower, made: Instance, calling: Calling) -> Value | None:
    parent = _parent(follower, made.of)
    if not parent.value.shapes():
        return None
    found = (library.made(made, parent, calling) for library in follower.libraries)
    return next((one for one in found if one is not None), None)


def super_of(follower: Follower, closure: Closure, owner: int) -> Value:
    """`super` in a method: the class above the one that holds the code, with the same `this`."""
    base = _base_of(follower, ClassRef(closure.unit, owner, closure.scope)).value.shape
    if closure.this is None or not isinstance(base, ClassRef):
        return Value(shape=Super(ClassRef(closure.unit, owner, closure.scope), closure.this or UNKNOWN, outer=True))
    return Value(shape=Super(base, closure.this))


def method_of(
    follower: Follower, of: ClassRef, name: str, this: Value, *, static: bool = False, visit: Visit | None = None
) -> Value | None:
    """A method, or what a getter gives, of a class or those above it."""
    for one in lineage(follower, of):
        program = follower.programs[one.unit]
        declared = program.classes[one.at]
        for at in declared.methods:
            function = program.functions[at]
            if function.name == name and (function.kind == "static") == static:
                closure = Closure(one.unit, at, one.scope, this)
                if function.kind == "get":
                    return follower.call(closure, (), visit or follower.loading, Spot(one.unit, function.line))
                return Value(shape=closure)
        for field in declared.fields:
            if static and field.static and field.name == name and field.value is not None:
                return follower.value(field.value, one.scope, follower.loading)
    return None
