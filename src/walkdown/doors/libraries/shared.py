"""What the ways to the data share: options given as an object, what is written, rows that are changed and then saved,
queries that are put together step by step, transactions that belong to a handle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from walkdown.doors.library import Calling
from walkdown.doors.values import (
    UNKNOWN,
    Closure,
    Instance,
    Items,
    Literal,
    Record,
    Source,
    Thing,
    Value,
    element_of,
    member_of,
    replace,
)
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Operation

OPENED = "connection opened"  # a client of a database is made, which may happen for each request
UNKNOWN_TABLE = "(unknown)"
NO_TABLE = "Which table it reaches is decided when it runs."
NOT_ALL = "Not all of what it asks is known."
_MOST_DEEP = 5
Fields = tuple[tuple[str, Value], ...]


# -- what is given -----------------------------------------------------------------------------------------------------


def record_of(value: Value | None) -> Record:
    """An object of options; open where something is given that is not known."""
    if value is None or value.shape == Literal(None):
        return Record(())
    found = next((one for one in value.shapes() if isinstance(one, Record)), None)
    return found if found is not None else Record((), open=True)


def has(wanted: Record, *names: str) -> bool:
    return any((value := wanted.get(name)) is not None and value.shape != Literal(None) for name in names)


def text_in(wanted: Record, name: str) -> str:
    value = wanted.get(name)
    return (value.text or "") if value is not None else ""


def names_in(value: Value | None) -> tuple[str, ...]:
    """`["id", "name"]`, `{ id: true }`, `"id name"`: what is selected; empty where it is not known."""
    if value is None:
        return ()
    shape = value.shape
    if isinstance(shape, Items):
        return tuple(one.text for one in shape.known if one.text)
    if isinstance(shape, Record):
        return tuple(
            f"-{name}" if one.text in ("false", "0") else name
            for name, one in shape.entries
            if name not in ("...", "*")
        )
    return tuple(value.text.split()) if value.text else ()


def written(data: Value | None) -> tuple[Fields, Value | None]:
    """The fields that are written, and what is written as a whole (`req.body`, `...body`)."""
    if data is None:
        return (), None
    shape = next((one for one in data.shapes() if isinstance(one, (Record, Items, Instance, Thing))), data.shape)
    if isinstance(shape, Items):
        each = element_of(data) if shape.known or shape.each is not None else None
        return written(each) if each is not None and each != data else ((), data)
    if isinstance(shape, Instance):
        return tuple((name, one) for name, one in shape.fields.items() if name != "super"), None
    if isinstance(shape, Thing) and isinstance(shape.data, Row):
        return tuple(shape.data.sets.items()), shape.data.given
    if not isinstance(shape, Record):
        return (), None if shape == Literal(None) else data
    fields = tuple((name, one) for name, one in shape.entries if name not in ("...", "*"))
    wholes = [
        member_of(one, "*") if name == "*" and _from_outside(one) else one  # `changes[key] = body[key]`: field by field
        for name, one in shape.entries
        if name in ("...", "*")
    ]
    return fields, next((one for one in wholes if _from_outside(one)), wholes[0] if wholes else None)


def _from_outside(value: Value) -> bool:
    return any(source.origin.value == "input" for source in value.sources)


def asked(
    where: Value | None, operators: frozenset[str], groups: frozenset[str], prefix: str = "", deep: int = 0
) -> Fields:
    """A filter taken apart: `{ id, user: { email } }` asks by `id` and `user.email`. One that comes as a whole asks by
    something unknown. `operators` wrap a value (`{ gt: 3 }`), `groups` wrap filters (`{ OR: [...] }`)."""
    if where is None or where.shape == Literal(None):
        return ()
    shape = next((one for one in where.shapes() if isinstance(one, (Record, Items))), where.shape)
    if isinstance(shape, Items) and deep <= _MOST_DEEP and (shape.known or shape.each is not None):
        parts = shape.known or ((shape.each,) if shape.each is not None else ())
        return tuple(dict.fromkeys(one for part in parts for one in asked(part, operators, groups, prefix, deep + 1)))
    if isinstance(shape, Record) and prefix and shape.entries and all(name in operators for name, _ in shape.entries):
        return tuple((_negated(name, prefix), value) for name, value in shape.entries if name != "mode")
    if not isinstance(shape, Record) or deep > _MOST_DEEP:
        return ((prefix or "*", where if where.sources else UNKNOWN),)
    found: list[tuple[str, Value]] = []
    for name, value in shape.entries:
        at = f"{prefix}.{name}" if prefix else name
        if name in groups:
            inner = asked(value, operators, groups, prefix, deep + 1)
            found.extend((f"not {one}", each) for one, each in inner) if _is_not(name) else found.extend(inner)
        elif isinstance(value.shape, Record):
            found.extend(asked(value, operators, groups, at, deep + 1))
        elif name in ("...", "*"):  # a key that is computed; what it holds may be filters, or a value
            found.extend(
                asked(value, operators, groups, prefix, deep + 1)
                if _holds_filters(value)
                else ((prefix or "*", value),)
            )
        else:
            found.append((at, value))
    return tuple(dict.fromkeys(found))


def _holds_filters(value: Value) -> bool:
    shape = value.shape
    return isinstance(shape, Record) or (
        isinstance(shape, Items) and any(isinstance(one.shape, Record) for one in shape.known)
    )


def _is_not(name: str) -> bool:
    return name in ("NOT", "none", "$nor")


def _negated(operator: str, name: str) -> str:
    return f"not {name}" if operator in ("not", "notIn", "$ne", "$nin", "ne") else name


def is_given(calling: Calling) -> bool:
    """A function was handed over: then it is a method of lists (`rows.find(row => ...)`), not one of a query."""
    first = calling.arg(0)
    return first is not None and isinstance(first.shape, Closure)


# -- transactions ------------------------------------------------------------------------------------------------------


@contextmanager
def within(visit: Visit, transaction: int) -> Iterator[None]:
    """What is done through a handle belongs to the transaction of the handle, and to no other."""
    outer = visit.transaction
    visit.transaction = transaction
    try:
        yield
    finally:
        visit.transaction = outer


def begin(visit: Visit) -> int:
    visit.transactions += 1
    return visit.transactions


@dataclass(slots=True, eq=False)
class Handle:
    """What a transaction is begun through. `begun`: which, and behind which door: others begin their own. `depth`: how
    many branches led there."""

    begun: tuple[Visit, int] | None = None
    depth: int = 0

    def transaction(self, visit: Visit) -> int:
        return self.begun[1] if self.begun is not None and self.begun[0] is visit else 0

    def start(self, visit: Visit) -> None:
        self.begun, self.depth = (visit, begin(visit)), visit.branches
        visit.plain = False

    def end(self, visit: Visit) -> None:
        """A commit. One in a branch, like any way back, is followed by leaving: what comes after it is not there."""
        if visit.branches <= self.depth:
            self.begun = None


def together(visit: Visit, value: Value) -> None:
    """Operations that were made one by one are run as one: `$transaction([a, b])`."""
    shape = value.shape
    parts = (*shape.known, *((shape.each,) if shape.each is not None else ())) if isinstance(shape, Items) else ()
    number = begin(visit)
    for row in {source.row for part in parts for source in part.sources}:
        if 0 <= row < len(visit.did):
            visit.touch(row)
            visit.did[row] = replace(visit.did[row], transaction=number)


# -- rows --------------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Row:
    """A row in the hands of the code. `new`: it is not in the table yet. `of`: what its library knows of its table."""

    table: str
    new: bool = False
    sets: dict[str, Value] = field(default_factory=dict)
    given: Value | None = None
    of: object = None
    transaction: int = 0
    sources: frozenset[Source] = frozenset()

    def take(self, name: str, value: Value) -> None:
        if name in ("...", "*", ""):
            fields, whole = written(value)
            self.sets.update(fields)
            self.given = whole if whole is not None else self.given
        else:
            self.sets[name] = value


def as_row(value: Value, kind: str, row: Row) -> Value:
    """The same value, of which the library knows that it is a row, or a list of rows."""
    row.sources = value.sources
    thing = Thing(kind, row.table, row)
    if isinstance(value.shape, Items):
        return replace(value, shape=Items(each=replace(element_of(value), shape=thing)))
    return replace(value, shape=thing)


def changed(row: Row, operation: Operation, calling: Calling, library: str, key: str = "id") -> Did:
    """An operation on the row itself, found by its own id."""
    of = Value(row.sources)
    return Did(row.table, operation, calling.spot, library, ((key, member_of(of, key) if row.sources else UNKNOWN),))


def save(row: Row, calling: Calling, library: str, key: str = "id") -> int:
    """What was set is written, by the row's own id."""
    of = Value(row.sources)
    did = Did(
        row.table, Operation.INSERT if row.new else Operation.UPDATE, calling.spot, library,
        filters=() if row.new else ((key, member_of(of, key) if row.sources else UNKNOWN),),
        sets=tuple(row.sets.items()), given=row.given,
        why=NO_TABLE if row.table == UNKNOWN_TABLE else "",
    )  # fmt: skip
    number = calling.visit.do(did)
    row.new, row.given = False, None
    row.sets = {}
    return number
