"""Whether two calls are the same: what a function is called with and what it sees, written as something that can be
compared. Numbers of operations are told by the order in which they turn up, so that the same call behind another door,
after other operations, is the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from enum import Enum
from typing import TYPE_CHECKING, Any

import msgspec

from walkdown.doors.values import (
    SETTLED,
    Bare,
    ClassRef,
    Closure,
    Fact,
    Instance,
    Items,
    Literal,
    Namespace,
    Outside,
    Record,
    Source,
    Thing,
    Value,
)

if TYPE_CHECKING:
    from walkdown.doors.names import Names

_MOST_PARTS = 1_500
_PLAIN: tuple[type, ...] = (str, int, bool, float, bytes, type(None), Literal, Namespace, Outside)


class Unlike(Exception):  # noqa: N818 - it is no error: then the call is followed
    """It cannot be compared: too much of it, or something only a library knows."""


class Likeness:
    """`rows`: the operations that were met, in order. `changeable`: something in it may be changed by who gets it."""

    def __init__(self, names: Names | None) -> None:
        self.rows: dict[int, int] = {}
        self.changeable = False
        self._names = names
        self._parts = 0
        self._above: dict[object, int] = {}

    def of(self, one: object) -> Hashable:
        how = _HOW.get(type(one), Likeness._kept)
        if how is None:
            return one
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise Unlike
        told: Hashable = how(self, one)
        return told

    def _source(self, one: Source) -> Hashable:
        return one if one.row < 0 else (one.origin, one.path, self.rows.setdefault(one.row, len(self.rows)))

    def _tuple(self, one: tuple[object, ...]) -> Hashable:
        return tuple([self.of(inner) for inner in one])

    def _list(self, one: list[object]) -> Hashable:
        self.changeable = True
        return tuple([self.of(inner) for inner in one])

    def _fact(self, one: Fact) -> Hashable:
        left, right = self.sources(one.left), self.sources(one.right)
        if left is one.left and right is one.right and not one.ways:
            return one
        return (one.kind, left, right, one.detail, self.of(one.ways))

    def value(self, value: Value) -> Hashable:
        shape = value.shape
        return (
            self.sources(value.sources),
            self.of(shape),
            (value.maybe, value.asked),
            value.others and self.of(value.others),
            value.if_true and self.of(value.if_true),
            value.if_false and self.of(value.if_false),
            value.hopes and self.of(value.hopes),
        )

    def sources(self, sources: frozenset[Source]) -> Hashable:
        if all(one.row < 0 for one in sources):
            return sources
        return frozenset([self.of(one) for one in sorted(sources, key=_in_order)])

    def order(self) -> Hashable:
        """Which of the operations came first: where too many sources are cut, it decides which are kept."""
        rows = list(self.rows)
        return tuple(sorted(range(len(rows)), key=rows.__getitem__))

    def closure(self, one: Closure) -> Hashable:
        """What a function sees of the functions around it that are being followed now; files stay as they are."""
        this = None if one.this is None else self.of(one.this)
        if one.scope.born == SETTLED:
            return (one.unit, one.at, id(one.scope), this)
        if self._names is None:
            raise Unlike
        key = ("closure", one.unit, one.at, one.scope.born)
        if key in self._above:
            return ("again", self._above[key])
        self._above[key] = len(self._above)
        seen: list[Hashable] = []
        for name in self._names.of(one.unit, one.at):
            value = one.scope.seen_fresh(name)
            if value is not None:
                seen.append((name, self.value(value)))
        return (one.unit, one.at, id(one.scope.settled()), tuple(seen), this)

    def _set(self, one: frozenset[object]) -> Hashable:
        if all(isinstance(inner, Source) for inner in one):
            return self.sources(one)  # type: ignore[arg-type]
        if not all(isinstance(inner, _PLAIN) for inner in one):
            raise Unlike
        return one

    def _instance(self, one: Instance) -> Hashable:
        if one.born == SETTLED:
            return ("one", id(one))
        key = ("instance", id(one))
        if key in self._above:
            return ("again", self._above[key])
        self._above[key] = len(self._above)
        self.changeable = True
        fields = tuple([(name, self.value(value)) for name, value in one.fields.items()])
        return (self._class(one.of), fields)

    def _class(self, one: ClassRef) -> Hashable:
        if one.scope.born != SETTLED:
            raise Unlike
        return ("class", one.unit, one.at, id(one.scope))

    def _thing(self, one: Thing) -> Hashable:
        data = one.data
        return (one.kind, one.name, self.of(data))

    def _kept(self, one: object) -> Hashable:
        """What a library keeps of a thing, and what else is made of parts that have names."""
        if isinstance(one, Enum):
            return one
        if isinstance(one, (dict, set)) or (dataclasses.is_dataclass(one) and not isinstance(one, type)):
            key = ("kept", id(one))
            if key in self._above:
                return ("again", self._above[key])
            self._above[key] = len(self._above)
        if isinstance(one, dict):
            self.changeable = True
            return tuple([(self.of(key), self.of(value)) for key, value in one.items()])
        if isinstance(one, set):
            self.changeable = True
            return self._set(frozenset(one))
        if isinstance(one, msgspec.Struct):
            return (type(one), *[self.of(getattr(one, name)) for name in one.__struct_fields__])
        if isinstance(one, type) or not dataclasses.is_dataclass(one):
            raise Unlike
        self.changeable = self.changeable or not getattr(type(one), "__dataclass_params__").frozen  # noqa: B009 - it has no type
        return (type(one), *[self.of(getattr(one, name.name)) for name in dataclasses.fields(one)])


def _in_order(one: Source) -> tuple[str, tuple[str, ...], int]:
    return one.origin.value, one.path, one.row


_HOW: dict[type, Any] = {
    **dict.fromkeys(_PLAIN),
    Value: Likeness.value,
    Source: Likeness._source,
    Fact: Likeness._fact,
    tuple: Likeness._tuple,
    list: Likeness._list,
    frozenset: Likeness._set,
    Record: lambda self, one: ("record", one.open, self._tuple(one.entries)),
    Items: lambda self, one: ("items", self._tuple(one.known), self.of(one.each)),
    Bare: lambda self, one: ("bare", self.sources(one.sources)),
    Closure: Likeness.closure,
    Instance: Likeness._instance,
    ClassRef: Likeness._class,
    Thing: Likeness._thing,
}
