"""What came of following a function, told with the numbers that operations have behind another door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from walkdown.doors.sameness import Likeness, Unlike
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
    Super,
    Thing,
    Value,
    replace,
)
from walkdown.doors.visits import Answer, Did, Held, Spot

Kind = TypeVar("Kind")
_AS_THEY_ARE: tuple[type, ...] = (
    str,
    int,
    bool,
    float,
    type(None),
    Spot,
    Literal,
    Namespace,
    Outside,
    Closure,
    ClassRef,
    Instance,
    Super,
)


class Rows:
    """`outer`: the operations that were there before and are spoken of; `base`: how many there were. Then and now."""

    def __init__(
        self,
        outer: tuple[int, ...],
        base: int,
        outer_now: tuple[int, ...] | None = None,
        base_now: int | None = None,
        still: set[int] | None = None,
    ) -> None:
        self.outer = outer
        self._base = base
        self._shift = 0 if base_now is None else base_now - base
        self._number = dict(zip(outer, outer if outer_now is None else outer_now, strict=False))
        self.same = not self._shift and (outer_now is None or outer == outer_now)
        self._told: dict[int, tuple[object, object]] = {}
        self._still = set() if still is None else still

    def is_own(self, what: object) -> bool:
        return any(row >= self._base for row in rows_in(what))

    def is_known(self, what: object) -> bool:
        return all(row in self._number for row in rows_in(what) if row < self._base)

    def know(self, one: object) -> None:
        """What of before was read on the way is spoken of too."""
        for row in met(one):
            if row < self._base and row not in self._number:
                self._number[row] = row
                self.outer = (*self.outer, row)

    def meet(self, then: object, now: object) -> bool:
        """Whether they are the same but for numbers; from there on these are known."""
        before, after = Likeness(None), Likeness(None)
        try:
            if before.of(then) != after.of(now):
                return False
        except Unlike:
            return False
        for row, other in zip(before.rows, after.rows, strict=True):
            if self._number.setdefault(row, other) != other:
                return False
            self.same = self.same and row == other
        return True

    def of(self, one: Kind) -> Kind:
        how = _HOW.get(type(one))
        if how is None or self.same or id(one) in self._still:
            return one
        known = self._told.get(id(one))
        if known is None:
            known = self._told[id(one)] = (one, how(self, one))
            if known[1] is one:
                self._still.add(id(one))
        return known[1]  # type: ignore[return-value]

    def _parts(self, one: Any, *names: str) -> object:
        """The same thing itself where none of its parts speaks of an operation."""
        told: dict[str, object] = {}
        for name in names:
            part = getattr(one, name)
            now = self.of(part)
            if now is not part:
                told[name] = now
        return replace(one, **told) if told else one

    def source(self, one: Source) -> Source:
        if one.row < 0:
            return one
        return Source(one.origin, one.path, one.row + self._shift if one.row >= self._base else self._number[one.row])

    def sources(self, many: frozenset[Source]) -> frozenset[Source]:
        return many if all(one.row < 0 for one in many) else frozenset([self.source(one) for one in many])

    def _tuple(self, one: tuple[object, ...]) -> tuple[object, ...]:
        told = tuple([self.of(inner) for inner in one])
        return one if all(map(_is, told, one)) else told


def _is(one: object, other: object) -> bool:
    return one is other


def _by(*names: str) -> Callable[[Rows, Any], object]:
    return lambda rows, one: rows._parts(one, *names)


_HOW: dict[type, Callable[[Rows, Any], object] | None] = {
    **dict.fromkeys(_AS_THEY_ARE),
    frozenset: lambda rows, one: rows.sources(one) if all(isinstance(each, Source) for each in one) else one,
    tuple: Rows._tuple,
    Source: Rows.source,
    Value: _by("sources", "shape", "if_true", "if_false", "others", "hopes"),
    Fact: _by("left", "right", "ways"),
    Thing: _by("data"),
    Record: _by("entries"),
    Items: _by("known", "each"),
    Bare: _by("sources"),
    Held: _by("fact"),
    Did: _by("filters", "sets", "given", "held"),
    Answer: _by("value", "held"),
}


def met(one: object) -> list[int]:
    likeness = Likeness(None)
    try:
        likeness.of(one)
    except Unlike:
        return []
    return list(likeness.rows)


def rows_in(what: object) -> list[int]:
    """The operations that a source or a fact speaks of."""
    if isinstance(what, Source):
        return [what.row] if what.row >= 0 else []
    if isinstance(what, Fact):
        inner = [row for way in what.ways for fact in way for row in rows_in(fact)]
        return [*inner, *[one.row for one in what.left | what.right if one.row >= 0]]
    return []


def is_fixed(one: object) -> bool:  # noqa: PLR0911 - each shape has an answer of its own
    """Whether it can be handed out again: nothing in it belongs to one call alone."""
    if isinstance(one, (str, int, type(None), Literal, Namespace, Outside, Bare)):
        return True
    if isinstance(one, Value):
        return all(map(is_fixed, one.shapes()))
    if isinstance(one, Record):
        return all(is_fixed(value) for _, value in one.entries)
    if isinstance(one, Items):
        return all(map(is_fixed, one.known)) and is_fixed(one.each)
    if isinstance(one, (Closure, ClassRef)):
        return one.scope.born == SETTLED and (isinstance(one, ClassRef) or one.this is None or is_fixed(one.this))
    if isinstance(one, Instance):
        return one.born == SETTLED
    if isinstance(one, Super):
        return is_fixed(one.this)
    if isinstance(one, Thing):
        return is_fixed(one.data)
    if isinstance(one, (tuple, frozenset)):
        return all(map(is_fixed, one))
    return isinstance(one, Source)
