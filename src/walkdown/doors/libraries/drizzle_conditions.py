"""Drizzle's tables and conditions: what a statement asks by, and whether more than one row can meet it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from walkdown.doors.libraries.shared import Fields, Handle
from walkdown.doors.library import Calling
from walkdown.doors.values import UNKNOWN, Items, Namespace, Record, Thing, Value, replace
from walkdown.model.door import Operation

DB, TABLE, COLUMN, ASKED, START, QUERY, ROW, RELATIONS, RELATION, SQL, TYPE = (
    "drizzle.db", "drizzle.table", "drizzle.column", "drizzle.asked", "drizzle.start", "drizzle.query", "drizzle.row",
    "drizzle.relations", "drizzle.relation", "sql.text", "drizzle.type",
)  # fmt: skip
MAKES = frozenset({
    "pgTable", "mysqlTable", "sqliteTable", "singlestoreTable", "gelTable", "pgView", "mysqlView", "sqliteView",
    "pgMaterializedView",
    "table", "view",
})  # fmt: skip
CREATORS = frozenset({"pgTableCreator", "mysqlTableCreator", "sqliteTableCreator", "singlestoreTableCreator"})
SCHEMAS = frozenset({"pgSchema", "mysqlSchema", "mysqlDatabase"})
COMPARES = frozenset({
    "eq", "ne", "gt", "gte", "lt", "lte", "inArray", "notInArray", "like", "ilike", "notLike", "notIlike",
    "between", "notBetween",
    "arrayContains", "arrayContained", "arrayOverlaps",
})  # fmt: skip
ALONE = frozenset({"isNull", "isNotNull"})
GROUPS = frozenset({"and", "or"})
NOT = frozenset({"ne", "notInArray", "notLike", "notIlike", "notBetween"})
SUM = re.compile(r"\b(?:count|sum|avg|min|max)\s*\(", re.IGNORECASE)
SUMS = frozenset({"count", "sum", "avg", "max", "min", "countDistinct"})
STARTS = {
    "select": Operation.READ, "selectDistinct": Operation.READ, "selectDistinctOn": Operation.READ,
    "insert": Operation.INSERT,
    "update": Operation.UPDATE, "delete": Operation.DELETE,
}  # fmt: skip
ON_QUERY = frozenset({
    "leftJoin", "innerJoin", "rightJoin", "fullJoin", "groupBy", "offset", "having", "for", "as", "$dynamic",
    "prepare", "union",
    "unionAll", "with", "execute", "all", "get", "run", "returning", "orderBy", "limit", "where", "set", "values",
    "from",
    "onConflictDoUpdate", "onConflictDoNothing", "onDuplicateKeyUpdate", "$returningId", "using", "crossJoin",
    "iterator", "select",
})  # fmt: skip


@dataclass(slots=True, eq=False)
class Table:
    """`name`: what the database calls it."""

    name: str
    columns: tuple[str, ...] = ()
    unique: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition: the columns it compares, with their values. `one`: no two rows can meet it."""

    fields: Fields
    one: bool = False


@dataclass(slots=True, eq=False)
class Start:
    """`db.select({...})` before `from`; `db.with(x)`."""

    columns: tuple[str, ...]
    sums: bool
    handle: Handle


@dataclass(slots=True, eq=False)
class Database(Handle):
    """`tables`: what its schema calls them, for `db.query.users`."""

    tables: dict[str, str] = field(default_factory=dict)


def compared(name: str, calling: Calling) -> Value:
    left, right = calling.arg(0) or UNKNOWN, calling.arg(1)
    values = [one.value for one in calling.args[1:]] or [Value()]
    column = column_of(left)
    if not column and right is not None and column_of(right):
        column, values = column_of(right), [left]
    elif right is not None and column_of(right) and column:
        return asked_by(())  # two columns: how tables are joined
    fields = tuple((f"not {column}" if name in NOT else column or "*", value) for value in values[:2])
    return asked_by(fields, one=name == "eq" and (is_unique(left) or (right is not None and is_unique(right))))


def asked_by(fields: Fields, *, one: bool = False) -> Value:
    sources = frozenset(source for _, value in fields for source in value.sources)
    return Value(sources, Thing(ASKED, data=Asked(fields, one)))


def finds_one(condition: Value) -> bool:
    shape = condition.shape
    return isinstance(shape, Thing) and isinstance(shape.data, Asked) and shape.data.one and not condition.others


def is_unique(column: Value) -> bool:
    shape = column.shape
    table = shape.data if isinstance(shape, Thing) and shape.kind == COLUMN else None
    known = table.data if isinstance(table, Thing) else None
    return isinstance(known, Table) and isinstance(shape, Thing) and shape.name in known.unique


def calls_of(column: Value) -> frozenset[str]:
    """`text("id").primaryKey()` is made by calls."""
    shape = column.shape
    is_type = isinstance(shape, Thing) and shape.kind == TYPE
    return shape.data if is_type and isinstance(shape, Thing) and isinstance(shape.data, frozenset) else frozenset()


def is_sum(value: Value) -> bool:
    shape = value.shape
    if not isinstance(shape, Thing):
        return False
    text = (
        "".join(one.text or "" for one in shape.data if isinstance(one, Value)) if isinstance(shape.data, tuple) else ""
    )
    return shape.kind == "drizzle.sum" or (shape.kind == SQL and SUM.search(text) is not None)


def fields_of(value: Value) -> Fields:
    """What a condition asks by; conditions in lists are taken together."""
    found: list[tuple[str, Value]] = []
    shapes = value.shapes()
    for shape in shapes:
        if isinstance(shape, Thing) and isinstance(shape.data, Asked):
            # One of several that it may be: then it may be missing.
            fields = shape.data.fields
            found.extend((name, replace(one, maybe=True)) for name, one in fields) if value.maybe else found.extend(
                fields
            )
        elif isinstance(shape, Thing) and shape.kind == SQL and isinstance(shape.data, tuple):
            found.extend(of_text(shape.data))
        elif isinstance(shape, Items):
            for one in (*shape.known, *((shape.each,) if shape.each is not None else ())):
                found.extend(fields_of(one))
        elif isinstance(shape, Record):
            found.extend((name, one) for name, one in shape.entries)  # the newer form, { id: 1 }
    if not found and value.sources and not shapes:
        return (("*", value),)
    return tuple(dict.fromkeys(found))


def of_text(parts: tuple[object, ...]) -> Fields:
    """sql`${orders.userId} = ${id}`: a column, and the value after it."""
    found: list[tuple[str, Value]] = []
    column = ""
    for part in parts:
        if not isinstance(part, Value):
            continue
        if column_of(part):
            column = column_of(part)
        elif part.text is None and part.sources:
            found.append((column or "*", part))
    return tuple(found)


def column_of(value: Value) -> str:
    shape = value.shape
    if isinstance(shape, Thing) and shape.kind == COLUMN:
        return shape.name
    if isinstance(shape, Thing) and shape.kind == SQL and isinstance(shape.data, tuple):
        return next((name for one in shape.data if isinstance(one, Value) and (name := column_of(one))), "")
    return ""


def tables_of(namespace: Namespace, calling: Calling) -> dict[str, str]:
    """The tables a file exports, by the names it gives them, also those it passes on."""
    found: dict[str, str] = {}
    waiting, seen = [namespace.unit], {namespace.unit}
    while waiting and len(seen) < 60:
        unit = waiting.pop()
        program = calling.follower.programs.get(unit)
        for export in program.exports if program is not None else ():
            if export.name == "*" and export.module:
                inner = calling.follower.modules.resolve(unit, export.module)
                if inner and inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
                continue
            value = calling.follower.exported(unit, export.name)
            if value is not None and isinstance(value.shape, Thing) and value.shape.kind == TABLE:
                found[export.name] = value.shape.name
    return found
