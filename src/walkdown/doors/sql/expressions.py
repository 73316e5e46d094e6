"""What a policy or a function's condition says, as a small tree that can be kept and judged.

Only what decides who may pass is told apart; everything else is `Mix` (parts kept) or `Huh` (not understood).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec


class Part(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """One node of an expression."""


class Lit(Part, frozen=True, array_like=True, tag="l"):
    """`kind`: s text, n number, b boolean, 0 null."""

    kind: str
    value: str


class Col(Part, frozen=True, array_like=True, tag="c"):
    """A name as it was written, folded; what it means depends on where it stands."""

    parts: tuple[str, ...]


class Param(Part, frozen=True, array_like=True, tag="p"):
    """What the caller of a function hands over."""

    name: str
    index: int


class Call(Part, frozen=True, array_like=True, tag="f"):
    name: str
    args: tuple[Expr, ...] = ()


class Cmp(Part, frozen=True, array_like=True, tag="="):
    op: str
    left: Expr
    right: Expr


class And(Part, frozen=True, array_like=True, tag="&"):
    items: tuple[Expr, ...]


class Or(Part, frozen=True, array_like=True, tag="|"):
    items: tuple[Expr, ...]


class Not(Part, frozen=True, array_like=True, tag="!"):
    item: Expr


class Null(Part, frozen=True, array_like=True, tag="0"):
    """`item is null`."""

    item: Expr


class In(Part, frozen=True, array_like=True, tag="i"):
    item: Expr
    items: tuple[Expr, ...]


class AnyOf(Part, frozen=True, array_like=True, tag="a"):
    """`item op any (over)`."""

    op: str
    item: Expr
    over: Expr


class Get(Part, frozen=True, array_like=True, tag="g"):
    """`base -> key`, `base ->> key`, `base[key]`."""

    base: Expr
    key: str


class Case(Part, frozen=True, array_like=True, tag="w"):
    whens: tuple[tuple[Expr, Expr], ...]
    default: Expr


class Row(Part, frozen=True, array_like=True, tag="r"):
    items: tuple[Expr, ...]


class Sub(Part, frozen=True, array_like=True, tag="s"):
    """A select that stands for a value, or for an array of them."""

    select: Select


class Exists(Part, frozen=True, array_like=True, tag="e"):
    select: Select


class Within(Part, frozen=True, array_like=True, tag="n"):
    """`item in (select ...)`."""

    item: Expr
    select: Select


class Mix(Part, frozen=True, array_like=True, tag="m"):
    """Something that is computed from its parts in a way that does not matter here."""

    what: str
    items: tuple[Expr, ...] = ()


class Huh(Part, frozen=True, array_like=True, tag="h"):
    why: str


class Target(msgspec.Struct, frozen=True, array_like=True, gc=False):
    expr: Expr
    name: str = ""


class From(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One thing rows come from: a table, a select in brackets, or a function."""

    table: str = ""
    alias: str = ""
    select: Select | None = None
    call: Call | None = None


class Select(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`others` are further selects of a union; join conditions are part of `where`."""

    targets: tuple[Target, ...] = ()
    sources: tuple[From, ...] = ()
    where: Expr | None = None
    others: tuple[Select, ...] = ()


Expr: TypeAlias = (
    Lit
    | Col
    | Param
    | Call
    | Cmp
    | And
    | Or
    | Not
    | Null
    | In
    | AnyOf
    | Get
    | Case
    | Row
    | Sub
    | Exists
    | Within
    | Mix
    | Huh
)

TRUE = Lit("b", "true")
FALSE = Lit("b", "false")


def both(*items: Expr | None) -> Expr:
    """All of them, without nesting."""
    flat: list[Expr] = []
    for item in items:
        if isinstance(item, And):
            flat.extend(item.items)
        elif item is not None and item != TRUE:
            flat.append(item)
    return TRUE if not flat else flat[0] if len(flat) == 1 else And(tuple(flat))


def negated(item: Expr) -> Expr:
    if isinstance(item, Not):
        return item.item
    if isinstance(item, Lit) and item.kind == "b":
        return FALSE if item.value == "true" else TRUE
    return Not(item)


def inside(expr: Expr) -> Iterator[Expr]:
    """The expression and everything in it, selects included."""
    todo: list[Expr] = [expr]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(children(one))


def children(one: Expr) -> tuple[Expr, ...]:  # noqa: PLR0911 - one line for each kind
    if isinstance(one, (And, Or, Row, Mix)):
        return one.items
    if isinstance(one, Call):
        return one.args
    if isinstance(one, Cmp):
        return (one.left, one.right)
    if isinstance(one, (Not, Null)):
        return (one.item,)
    if isinstance(one, In):
        return (one.item, *one.items)
    if isinstance(one, AnyOf):
        return (one.item, one.over)
    if isinstance(one, Get):
        return (one.base,)
    if isinstance(one, Case):
        return (*(part for when in one.whens for part in when), one.default)
    if isinstance(one, (Sub, Exists)):
        return in_select(one.select)
    if isinstance(one, Within):
        return (one.item, *in_select(one.select))
    return ()


def in_select(select: Select) -> tuple[Expr, ...]:
    found: list[Expr] = [target.expr for target in select.targets]
    for source in select.sources:
        if source.select is not None:
            found.extend(in_select(source.select))
        if source.call is not None:
            found.append(source.call)
    if select.where is not None:
        found.append(select.where)
    for other in select.others:
        found.extend(in_select(other))
    return tuple(found)


def sources_of(select: Select) -> Iterator[From]:
    """Every table it reads, also those of selects in brackets."""
    for source in select.sources:
        yield source
        if source.select is not None:
            yield from sources_of(source.select)
    for other in select.others:
        yield from sources_of(other)
    for expr in in_select(select):
        for part in inside(expr):
            if isinstance(part, (Sub, Exists, Within)):
                yield from part.select.sources
