"""What is known of an input because code looked at it: its kind, how long or large it is, how it is written."""

from __future__ import annotations

from types import NoneType

from walkdown.doors.values import Fact, Items, Source, Value, bounded, replace
from walkdown.model.door import Origin

SHAPED = "shaped"
_TOLD = frozenset({Origin.IDENTITY, Origin.INPUT, Origin.ROW, Origin.ENVIRONMENT})
_SIZES = frozenset({"length", "size", "byteLength"})
_ORDERED = frozenset({"<", ">", "<=", ">="})
_WRITTEN = frozenset({"match", "startsWith", "endsWith"})


def shaped(value: Value, said: str = "form") -> tuple[Fact, ...]:
    """`said`: what came out, where both ways are told apart: what holds on each of them is no check then."""
    told = frozenset(_measured(source) for source in value.sources if source.origin is Origin.INPUT)
    return (Fact(SHAPED, told, detail=said),) if told else ()


def _measured(source: Source) -> Source:
    """`name.length` is about the name."""
    return replace(source, path=source.path[:-1]) if source.path[-1:] != () and source.path[-1] in _SIZES else source


def looked_at(value: Value, *, yes: bool = True) -> Value:
    """`pattern.test(value)`, `Number.isInteger(value)`; `yes`: it is as it should be where that is true."""
    told = frozenset(source for source in value.sources if source.origin in _TOLD)
    there = (Fact("there", told),) if told else ()
    known, other = (*there, *shaped(value)), shaped(value, "no")
    return Value(value.sources, if_true=known if yes else (*there, *other), if_false=other if yes else known)


def measured(op: str, left: Value, right: Value) -> Value | None:
    """`text.length > 100`, `amount <= 0`."""
    sources = bounded(left.sources | right.sources)
    told = frozenset(source for source in sources if source.origin in _TOLD)
    whole = Value(sources)
    if op not in _ORDERED or not shaped(whole):
        return None
    return Value(sources, if_true=(Fact("there", told), *shaped(whole, "yes")), if_false=shaped(whole, "no"))


def written(value: Value, name: str) -> Value | None:
    """`url.startsWith("https://example.com/")`."""
    if name not in _WRITTEN or not isinstance(value.shape, (Items, NoneType)) or not shaped(value):
        return None
    return replace(looked_at(value), maybe=True)


def asked_by_name(value: Value, name: str, args: list[Value]) -> Value | None:
    """`new URL(request.url).searchParams.get("id")`."""
    named = args[0].text if args else None
    of_query = bool(value.sources) and all(
        one.origin is Origin.INPUT and one.path[-1:] == ("searchParams",) for one in value.sources
    )
    if name not in ("get", "getAll", "has") or not of_query:
        return None
    return Value(frozenset({Source(Origin.INPUT, ("query", named or "*"))}), maybe=True)
