"""A query of supabase-js: put together call by call, asked when somebody waits for it."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import dataclass, field

from walkdown.doors.libraries.prisma import sets_of
from walkdown.doors.libraries.supabase_client import ERROR_READ, QUERY, USER, Client, failed, result
from walkdown.doors.library import Calling
from walkdown.doors.rows import read_by
from walkdown.doors.values import (
    NOTHING,
    Fact,
    Items,
    Literal,
    Record,
    Source,
    Thing,
    Value,
    constant,
    either,
    of,
    replace,
)
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Operation, Origin

_WRITES = {
    "insert": Operation.INSERT, "upsert": Operation.UPSERT, "update": Operation.UPDATE, "delete": Operation.DELETE,
}  # fmt: skip
_FILTERS = frozenset({
    "eq", "in", "is", "gt", "gte", "lt", "lte", "like", "ilike", "likeAllOf", "likeAnyOf", "ilikeAllOf", "ilikeAnyOf",
    "contains", "containedBy", "overlaps", "textSearch", "rangeGt", "rangeGte", "rangeLt", "rangeLte", "rangeAdjacent",
})  # fmt: skip
_NEGATED = frozenset({"neq", "not", "isDistinct", "notIn"})
_BOUNDS = frozenset({"limit", "range", "single", "maybeSingle", "maxAffected"})
_SAME = frozenset({
    "returns", "overrideTypes", "abortSignal", "explain", "rollback", "csv", "geojson", "retry", "setHeader",
    "throwOnError", "order",
})  # fmt: skip
_TERM = re.compile(r"([A-Za-z_][\w.>-]*)\.(not\.)?(?:eq|neq|in|is|gt|gte|lt|lte|like|ilike|cs|cd|ov|fts|plfts)\.")
_MANY_TABLES = 12


@dataclass(frozen=True, slots=True)
class _Filter:
    """`branch`: the branches that led to it, which need not be taken."""

    field: str
    value: Value
    branch: tuple[int, ...]


@dataclass(slots=True, eq=False)
class Query:
    """As in the library itself every call changes it and gives it back."""

    client: Client
    tables: tuple[str, ...]
    spot: Spot
    branch: tuple[int, ...]
    loops: int
    operation: Operation = Operation.READ
    filters: list[_Filter] = field(default_factory=list)
    sets: tuple[tuple[str, Value], ...] = ()
    given: Value | None = None
    columns: tuple[str, ...] = ()
    one: str = ""
    bounded: bool = False
    ordered: bool = False
    returns: bool = False
    head: bool = False
    throws: bool = False
    why: str = ""


def of_table(client: Client, calling: Calling) -> Value:
    asked = calling.arg(0) or Value()
    prefix = f"{client.schema}." if client.schema and client.schema != "public" else ""
    names = tuple(prefix + one for one in _texts(asked))
    why = "" if names else "Which table it is, is decided elsewhere."
    return _thing(
        Query(client, names or ("*",), calling.spot, tuple(calling.visit.branch), calling.visit.loops, why=why)
    )


def of_function(client: Client, calling: Calling) -> Value:
    """The arguments stand as filters: what it does with them is in the database."""
    asked, given = calling.arg(0) or Value(), calling.arg(1)
    names = tuple(_texts(asked))
    query = Query(
        client,
        names or ("*",),
        calling.spot,
        tuple(calling.visit.branch),
        calling.visit.loops,
        Operation.RPC,
        returns=True,
    )
    query.bounded = True
    if given is not None and isinstance(given.shape, Record):
        query.filters += [_Filter(name, value, query.branch) for name, value in given.shape.entries]
    elif given is not None and given.shape != Literal(None):
        query.filters.append(_Filter("*", given, query.branch))
    if client.key == USER:
        query.filters.append(_Filter("auth.uid()", of(Origin.IDENTITY, "user", "id"), query.branch))
    return _thing(query)


def _thing(query: Query) -> Value:
    return Value(shape=Thing(QUERY, query.tables[0], query))


def _texts(value: Value) -> list[str]:
    found = [shape.value for shape in value.shapes() if isinstance(shape, Literal) and shape.value]
    return found[:_MANY_TABLES]


# -- putting together -------------------------------------------------------------------------------------------------


def build(thing: Thing, query: Query, name: str, calling: Calling) -> Value | None:
    first = calling.arg(0)
    if name == "select":
        _select(query, calling)
    elif name in _WRITES:
        query.operation = _WRITES[name]
        if name != "delete":
            query.sets, query.given = sets_of(first)
    elif name in _FILTERS or name in _NEGATED or name in ("filter", "match", "or"):
        _filter(query, name, calling)
    elif name in _BOUNDS:
        query.bounded = True
        query.one = name if name in ("single", "maybeSingle") else query.one
    elif name in _SAME:
        query.ordered = query.ordered or name == "order"
        query.throws = query.throws or name == "throwOnError"
    else:
        return None
    return Value(shape=thing)


def _select(query: Query, calling: Calling) -> None:
    columns, options = calling.arg(0), calling.arg(1)
    query.returns = True
    text = columns.text if columns is not None else None
    query.columns = tuple(one for one in _top_level(text or "*") if one != "*")
    if options is not None and isinstance(options.shape, Record):
        head = options.shape.get("head")
        query.head = head is not None and head.text == "true"


def _top_level(text: str) -> list[str]:
    """`id, customer:customers(name, email)` → `id`, `customer:customers(name, email)`."""
    found: list[str] = []
    deep, start = 0, 0
    for at, letter in enumerate(text):
        deep += (letter == "(") - (letter == ")")
        if letter == "," and deep == 0:
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    return [" ".join(one.split()) for one in found if one.strip()][:60]


def _filter(query: Query, name: str, calling: Calling) -> None:
    first, branch = calling.arg(0), tuple(calling.visit.branch)
    if first is None:
        return
    if name == "match":
        entries = first.shape.entries if isinstance(first.shape, Record) else (("*", first),)
        query.filters += [_Filter(one, value, branch) for one, value in entries]
        return
    if name == "or":
        query.filters.append(_any_of(first, branch))
        return
    last = 2 if name in ("filter", "not") else 1
    value = calling.arg(last) or NOTHING
    fields = _texts(first) or ["*"]
    negated = name in _NEGATED or (name == "filter" and ((calling.arg(1) or NOTHING).text or "").startswith("n"))
    if isinstance(value.shape, Items) and not value.sources:
        value = replace(value, sources=frozenset({Source(Origin.CONSTANT)}))
    query.filters.append(_Filter("not " * negated + "|".join(fields), value, branch))


def _any_of(value: Value, branch: tuple[int, ...]) -> _Filter:
    """`or("a.eq.1,b.eq.${x}")`: one filter that holds where any of its parts does, named `a|b`."""
    parts = value.shape.known if isinstance(value.shape, Items) and value.shape.known else (value,)
    names: list[str] = []
    values: list[Value] = []
    for at, part in enumerate(parts):
        text = part.text
        if text is None:
            continue
        terms = list(_TERM.finditer(text))
        for number, term in enumerate(terms):
            names.append(("not " if term[2] else "") + term[1])
            last = number == len(terms) - 1 and text.endswith((".", "%", "("))
            values.append(parts[at + 1] if last and at + 1 < len(parts) else constant(""))
    return _Filter("|".join(dict.fromkeys(names)) or "*", either(values) if values else value, branch)


# -- asking -----------------------------------------------------------------------------------------------------------


def ask(query: Query, calling: Calling) -> Value:
    """One operation for each table it may be."""
    visit = calling.visit
    here = tuple(visit.branch)
    # A value that is missing is asked for all the same, as the word `undefined`: only a branch makes a filter
    # uncertain.
    filters = tuple(
        (one.field, replace(one.value, maybe=here[: len(one.branch)] != one.branch)) for one in query.filters
    )
    if here != query.branch:  # what was asked for in this branch does not hold after it
        query.filters = [one for one in query.filters if query.branch[: len(one.branch)] == one.branch]
    many = not query.one and query.operation is not Operation.RPC
    rows: list[Value] = []
    for table in query.tables:
        did = Did(
            table, query.operation, query.spot, "supabase", filters=filters, sets=query.sets, given=query.given,
            bounded=_is_bounded(query, filters), ordered=query.ordered, columns=query.columns, key=query.client.key,
            why=query.why,
        )  # fmt: skip
        with visit.looping() if query.loops > visit.loops else nullcontext():  # one for each, waited for together
            rows.append(read_by(visit.do(did), did, many=many))
    row = either(rows)
    facts = (Fact("there", row.sources),) if query.one == "single" else ()
    read = query.operation in (Operation.READ, Operation.RPC) or query.returns
    if query.throws:
        visit.used.append((ERROR_READ, query.spot))
    data = row if read and not query.head else NOTHING
    return result(did, replace(data, maybe=True), failed(*facts), calling, Value(row.sources, maybe=True))


def _is_bounded(query: Query, filters: tuple[tuple[str, Value], ...]) -> bool:
    if query.operation is not Operation.READ or query.bounded or query.head:
        return True
    return any(name == "id" and not isinstance(value.shape, Items) and not value.maybe for name, value in filters)
