"""What a value is while code is followed: where it comes from, what is known to hold if it is there, and what can be
done with it. Nothing of this is kept; it lives as long as the linking of one repository."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import msgspec

from walkdown.model.door import Origin

if TYPE_CHECKING:
    from walkdown.doors.scopes import Scope

SETTLED = 0
MOST_SOURCES = 12
MOST_FACTS = 24
_MOST_SHAPES = 6
_MOST_ELEMENTS = 50  # of a list or object any of which may be meant: a dictionary of texts has thousands
Kept = TypeVar("Kept")


def replace(one: Kept, /, **changes: object) -> Kept:
    """The same with other parts; what libraries keep are dataclasses."""
    if isinstance(one, msgspec.Struct):
        return msgspec.structs.replace(one, **changes)
    return dataclasses.replace(one, **changes)  # type: ignore[type-var]


class Source(msgspec.Struct, frozen=True, gc=False):
    """One place a value comes from. `path`: the members on the way (`("body", "orderId")`, `("role",)`). `row`: number
    of the operation that read it, where it was read."""

    origin: Origin
    path: tuple[str, ...] = ()
    row: int = -1


class Fact(msgspec.Struct, frozen=True, gc=False):
    """Something that holds from here on. `equal`: both sides are the same; `there`: the left is no empty value;
    `among`: the left is one of the right; `verified`: a library said so of the left (`right` is its name);
    `any`: all facts of one of `ways` hold, nobody knows of which."""

    kind: str
    left: frozenset[Source]
    right: frozenset[Source] = frozenset()
    detail: str = ""
    ways: tuple[tuple[Fact, ...], ...] = ()


class Record(msgspec.Struct, frozen=True):
    """An object whose entries are known. `open`: it may have others."""

    entries: tuple[tuple[str, Value], ...]
    open: bool = False

    def get(self, name: str) -> Value | None:
        return next((value for key, value in reversed(self.entries) if key == name), None)


class Items(msgspec.Struct, frozen=True):
    """A list: its elements where they are known, else any one of them."""

    known: tuple[Value, ...] = ()
    each: Value | None = None


class Closure(msgspec.Struct, frozen=True):
    """A function of the project, with the names it sees. `this` is bound for a method."""

    unit: str
    at: int
    scope: Scope
    this: Value | None = None


class ClassRef(msgspec.Struct, frozen=True):
    unit: str
    at: int
    scope: Scope


class Instance(msgspec.Struct, frozen=True, eq=False):
    """An object of a class of the project; its fields fill as its code is followed. `born`: as of a scope."""

    of: ClassRef
    fields: dict[str, Value] = msgspec.field(default_factory=dict)
    born: int = SETTLED


class Super(msgspec.Struct, frozen=True):
    """`super`: the class `of`, seen with the `this` of a class below it. `outer`: that class is outside the project."""

    of: ClassRef
    this: Value
    outer: bool = False


class Namespace(msgspec.Struct, frozen=True, gc=False):
    """All that a file of the project exports."""

    unit: str


class Outside(msgspec.Struct, frozen=True, gc=False):
    """Something of a package that is not in the project: `("express", ("Router",))`."""

    package: str
    chain: tuple[str, ...] = ()


class Thing(msgspec.Struct, frozen=True, eq=False):
    """Something a library of ours knows what to do with. `data` is that library's own."""

    kind: str
    name: str = ""
    data: object = None


class Literal(msgspec.Struct, frozen=True, gc=False):
    """A text, number or constant that stands in the code; `None` for the empty ones."""

    value: str | None


class Bare(msgspec.Struct, frozen=True, gc=False):
    """Something of which only is known where it comes from, among others whose shape is known."""

    sources: frozenset[Source]


Shape: TypeAlias = (
    Record | Bare | Items | Closure | ClassRef | Instance | Super | Namespace | Outside | Thing | Literal
)  # fmt: skip


class Value(msgspec.Struct, frozen=True):
    """`maybe`: it may be missing (undefined, null). `if_true`, `if_false`: what holds where it counts as true or not.
    `others`: other shapes it may have. `hopes`: what holds where somebody looked at it and went on."""

    sources: frozenset[Source] = frozenset()
    shape: Shape | None = None
    maybe: bool = False
    if_true: tuple[Fact, ...] = ()
    if_false: tuple[Fact, ...] = ()
    others: tuple[Shape, ...] = ()
    hopes: tuple[Fact, ...] = ()
    asked: bool = False

    # asked: a yes or no about its sources (`!user`, `a === b`): that it is true does not say that they are there.

    def shapes(self) -> tuple[Shape, ...]:
        return self.others if self.shape is None else (self.shape, *self.others)

    def has(self, origin: Origin) -> bool:
        return any(source.origin is origin for source in self.sources)

    @property
    def text(self) -> str | None:
        return self.shape.value if isinstance(self.shape, Literal) else None


NOTHING = Value(shape=Literal(None), maybe=True)
UNKNOWN = Value(frozenset({Source(Origin.UNKNOWN)}))
NEVER = Value(shape=Thing("never"))  # what comes back from code that always throws: nothing runs after it


def is_never(value: Value) -> bool:
    return value.shape is NEVER.shape and not value.others and not value.sources


def of(origin: Origin, *path: str, row: int = -1) -> Value:
    return Value(frozenset({Source(origin, path, row)}))


def constant(text: str | None) -> Value:
    return Value(frozenset({Source(Origin.CONSTANT)}), Literal(text), maybe=text is None)


_FROM = frozenset({Origin.IDENTITY, Origin.INPUT, Origin.ROW})
_EMPTY = Literal(None)


def either(values: Iterable[Value]) -> Value:
    """One of several; what holds of it is what holds of each."""
    left = list(values)
    if not left:
        return UNKNOWN
    if len(left) == 1:
        return left[0]
    sources = frozenset().union(*[value.sources for value in left])
    shapes: list[Shape] = []
    for value in left:
        if len(shapes) >= _MOST_SHAPES:  # to compare large ones takes time
            break
        for shape in value.shapes():
            if shape not in shapes and shape != _EMPTY:
                shapes.append(shape)
    there = [value for value in left if value.shape != _EMPTY]
    if any(isinstance(shape, Record) for shape in shapes):  # `req.body || {}`: its members may be those of either
        told = frozenset(one for value in there if not value.shapes() for one in value.sources if one.origin in _FROM)
        shapes[1:1] = [Bare(told)] if told else []
    return Value(
        bounded(sources),
        shapes[0] if shapes else None,
        any(value.maybe for value in left),
        agreed([value.if_true for value in there]),
        agreed([value.if_false for value in left]),
        tuple(shapes[1:_MOST_SHAPES]),
        agreed([value.hopes for value in there]),
        all(value.asked for value in left),
    )


def bounded(sources: frozenset[Source]) -> frozenset[Source]:
    if len(sources) <= MOST_SOURCES:
        return sources
    kept = sorted(sources, key=lambda one: (one.origin is Origin.UNKNOWN, one.origin.value, one.path, one.row))
    return frozenset(kept[:MOST_SOURCES])


def member_of(value: Value, name: str) -> Value:
    """A member of something whose shape is not known: it comes from where the whole comes from."""
    sources = frozenset(
        replace(source, path=(*source.path, name)) if len(source.path) < 6 else source
        for source in value.sources
        if source.origin is not Origin.CONSTANT
    )
    return Value(sources or UNKNOWN.sources, maybe=value.maybe, hopes=value.hopes)


def element_of(value: Value) -> Value:
    """Any one element of a list."""
    shape = value.shape
    if isinstance(shape, Items):
        if shape.each is not None:
            return shape.each
        return either(shape.known[:_MOST_ELEMENTS]) if shape.known else UNKNOWN
    if isinstance(shape, Record):
        return either([one for _, one in shape.entries[:_MOST_ELEMENTS]]) if shape.entries else UNKNOWN
    return member_of(value, "*")


def key_of(value: Value) -> Value:
    """Any one key of an object."""
    shape = value.shape
    if isinstance(shape, Record) and shape.entries and not shape.open:
        return either([constant(name) for name, _ in shape.entries])
    return Value(value.sources or UNKNOWN.sources)


_MOST_WAYS = 6
_ASKS = frozenset({Origin.IDENTITY, Origin.ROW, Origin.ENVIRONMENT})


def agreed(ways: Sequence[Sequence[Fact]]) -> tuple[Fact, ...]:
    """What holds whichever of several ways was taken: what holds on each of them, and that one of them was taken, where
    each asks something of its own: a role on one, the owner on the other."""
    if not any(ways):
        return ()
    if len(ways) == 1:
        return tuple(ways[0])
    same = tuple(fact for fact in ways[0] if all(fact in other for other in ways[1:]))
    each = [flat for way in ways for flat in _each_way([fact for fact in way if fact not in same])]
    own = {tuple(fact for fact in way if _asks(fact))[:_MOST_WAYS]: None for way in each}
    if len(own) < 2 or len(own) > _MOST_WAYS or () in own:
        return same
    return (*same, Fact("any", frozenset(), ways=tuple(own)))


def _each_way(way: list[Fact]) -> list[list[Fact]]:
    """`a || b || c` is one of three, not one of two of which one is one of two."""
    several = [fact for fact in way if fact.kind == "any"]
    if len(several) != 1:
        return [way]
    rest = [fact for fact in way if fact.kind != "any"]
    return [[*rest, *inner] for inner in several[0].ways]


def _asks(fact: Fact) -> bool:
    """Whether it can have to do with who is asking."""
    if fact.kind == "any":
        return all(inner.kind != "any" for way in fact.ways for inner in way)
    return fact.kind in ("verified", "role") or any(one.origin in _ASKS for one in fact.left | fact.right)
