"""What `value.name` is: of the project's own things, of a library's, of an object or list that is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from walkdown.doors import exact, truth
from walkdown.doors.values import (
    UNKNOWN,
    Bare,
    ClassRef,
    Instance,
    Items,
    Literal,
    Namespace,
    Outside,
    Record,
    Super,
    Thing,
    Value,
    constant,
    either,
    member_of,
    replace,
)
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Origin

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower

_DEEPEST_CHAIN = 8


class _Asked(msgspec.Struct, frozen=True):
    follower: Follower
    value: Value
    name: str
    visit: Visit
    spot: Spot

    def of(self, value: Value) -> Value:
        return member(self.follower, value, self.name, self.visit, self.spot)


def member(follower: Follower, value: Value, name: str, visit: Visit, spot: Spot) -> Value:
    """`value.name`, whatever `value` may be."""
    asked = _Asked(follower, value, name, visit, spot)
    found = [one for shape in value.shapes() if (one := _HOW.get(type(shape), _plain)(asked, shape)) is not None]
    if not found:
        return member_of(value, name)
    result = either(found)
    if value.maybe and isinstance(value.shape, Record) and not value.shape.open:
        result = replace(result, maybe=True)
    return replace(result, hopes=value.hopes) if value.hopes and not result.hopes else result


def _bare(asked: _Asked, shape: Bare) -> Value | None:
    return member_of(Value(shape.sources, maybe=asked.value.maybe, hopes=asked.value.hopes), asked.name)


def _record(asked: _Asked, shape: Record) -> Value | None:
    entry = shape.get(asked.name)
    if entry is not None:
        return entry
    bag = shape.get("sequelize") if shape.open else None
    if bag is not None and isinstance(bag.shape, Thing):  # models that were put in by their names
        return asked.of(bag)
    spread = shape.get("...")
    if spread is not None:
        return member_of(spread, asked.name)
    return None if shape.open else _not_there(asked.value, shape, asked.name)


def _not_there(value: Value, record: Record, name: str) -> Value:
    """An entry that is missing: nothing, unless the whole may be something else too (`payload || {}`)."""
    own = {source for _, entry in record.entries for source in entry.sources}
    others = frozenset(source for source in value.sources if source not in own and source.origin is not Origin.CONSTANT)
    if not others:
        return Value(shape=Literal(None), maybe=True)
    return replace(member_of(Value(others), name), maybe=True)


def _instance(asked: _Asked, shape: Instance) -> Value | None:
    from walkdown.doors.calls import SUPER, method_of

    if asked.name in asked.follower.again.cells.names:
        asked.follower.again.cells.read(shape, asked.name, asked.visit)
    if asked.name in shape.fields:
        return shape.fields[asked.name]
    found = method_of(asked.follower, shape.of, asked.name, Value(shape=shape), visit=asked.visit)
    above = shape.fields.get(SUPER)
    return found or (asked.of(above) if above is not None else None)


def _class(asked: _Asked, shape: ClassRef) -> Value | None:
    from walkdown.doors.calls import inherited, method_of

    found = method_of(asked.follower, shape, asked.name, Value(shape=shape), static=True, visit=asked.visit)
    above = None if found else inherited(asked.follower, shape)
    return found or (asked.of(above) if above is not None else None)


def _super(asked: _Asked, shape: Super) -> Value | None:
    from walkdown.doors.calls import SUPER, method_of

    if not shape.outer:
        static = isinstance(shape.this.shape, ClassRef)
        return method_of(asked.follower, shape.of, asked.name, shape.this, static=static)
    above = shape.this.shape.fields.get(SUPER) if isinstance(shape.this.shape, Instance) else None
    return asked.of(above) if above is not None else None


def _namespace(asked: _Asked, shape: Namespace) -> Value | None:
    return asked.follower.exported(shape.unit, asked.name)


def _outside(asked: _Asked, shape: Outside) -> Value | None:
    if len(shape.chain) >= _DEEPEST_CHAIN:
        return UNKNOWN
    return asked.follower.outside(Outside(shape.package, (*shape.chain, asked.name)))


def _thing(asked: _Asked, shape: Thing) -> Value | None:
    if exact.is_missing(asked.value):  # `missing?.name`
        return asked.value
    for library in asked.follower.answering("member"):
        value = library.member(shape, asked.name, asked.visit)
        if value is not None:
            return value
    return None


def _items(asked: _Asked, shape: Items) -> Value | None:
    if asked.name.isdigit():
        if shape.each is not None:
            return replace(shape.each, maybe=True)
        return shape.known[int(asked.name)] if int(asked.name) < len(shape.known) else None
    known = _plain(asked, shape)
    if known is not None or asked.name != "length":
        return known
    if shape.known and all(one.text for one in shape.known):
        return constant(str(len(shape.known)))
    sources = asked.value.sources
    return Value(sources, if_true=truth.truthy_facts(Value(sources))) if sources else None


def _plain(asked: _Asked, shape: object) -> Value | None:  # noqa: ARG001 - it goes by the whole value
    return exact.length(asked.value) if asked.name == "length" else None


_HOW: dict[type, Callable[[_Asked, Any], Value | None]] = {
    Bare: _bare, Record: _record, Instance: _instance, ClassRef: _class, Super: _super, Namespace: _namespace,
    Outside: _outside, Thing: _thing, Items: _items,
}  # fmt: skip
