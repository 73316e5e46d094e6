"""Kysely: queries that are put together call by call, and asked at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.shared import names_in, written
from walkdown.doors.library import Calling, Given, Parent
from walkdown.doors.rows import row_of
from walkdown.doors.values import UNKNOWN, Closure, Instance, Items, Outside, Record, Thing, Value, replace
from walkdown.doors.visits import Did
from walkdown.model.door import Operation
from walkdown.syntax.program import Param

_DB, _QUERY, _TERM, _BUILDER, _TRANSACTION = (
    "kysely.db", "kysely.query", "kysely.term", "kysely.builder", "kysely.transaction",
)  # fmt: skip
_STARTS = {
    "selectFrom": Operation.READ, "insertInto": Operation.INSERT, "replaceInto": Operation.UPSERT,
    "updateTable": Operation.UPDATE, "deleteFrom": Operation.DELETE, "mergeInto": Operation.UPSERT,
}  # fmt: skip
_ASKS = frozenset({"execute", "executeTakeFirst", "executeTakeFirstOrThrow", "stream"})
_TYPES = frozenset({"Kysely", "KyselyDB", "KyselyTransaction", "Transaction"})
Terms = tuple[tuple[str, Value], ...]


@dataclass(slots=True, eq=False)
class Query:
    """`branches`: how many branches led to where it began; what is added in a further one may be missing."""

    table: str
    operation: Operation
    branches: int
    filters: list[tuple[str, Value]] = field(default_factory=list)
    sets: Terms = ()
    given: Value | None = None
    bounded: bool = False
    ordered: bool = False
    columns: tuple[str, ...] = ()


class Kysely(Base):
    packages = frozenset({"kysely", "nestjs-kysely", "kysely-codegen", "@kysely-org/kysely"})

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        if outside.chain[-1:] == ("Kysely",) and calling.new:
            return Value(shape=Thing(_DB))
        return Value(shape=Thing(_BUILDER)) if outside.chain[-1:] == ("expressionBuilder",) else None

    def made(self, of: Instance, parent: Parent, calling: Calling) -> Value | None:  # noqa: ARG002
        shape = parent.value.shape
        is_ours = isinstance(shape, Outside) and shape.package in self.packages and shape.chain[-1:] == ("Kysely",)
        return Value(shape=Thing(_DB)) if is_ours else None

    def injected(self, param: Param, scope: object, follower: object) -> Value | None:  # noqa: ARG002
        named = param.type is not None and param.type.name in _TYPES - {"Transaction"}
        return Value(shape=Thing(_DB)) if named else None

    def member(self, thing: Thing, name: str, visit: object) -> Value | None:  # noqa: ARG002
        return Value(shape=Thing(_BUILDER)) if thing.kind in (_DB, _BUILDER) and name in ("fn", "eb") else None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _DB or (thing.kind == _BUILDER and name in _STARTS):
            return self._on_db(thing, name, calling)
        if thing.kind == _TRANSACTION:
            return self._transaction(thing, name, calling)
        if thing.kind == _BUILDER:
            return Value(shape=Thing(_TERM, data=_terms(name, calling)))
        if thing.kind == _TERM and isinstance(thing.data, tuple):
            more = _terms("", calling) if name in ("and", "or") else ()
            return Value(shape=Thing(_TERM, data=(*thing.data, *more)))
        if isinstance(thing.data, Query):
            return self._on_query(thing, thing.data, name, calling)
        return None

    def _on_db(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if name in _STARTS:
            first = calling.arg(0)
            shape = first.shape if first is not None else None
            table = (first.text if first is not None else None) or (
                (shape.known[0].text or "") if isinstance(shape, Items) and shape.known else ""
            )
            query = Query(table.partition(" as ")[0].strip() or "(unknown)", _STARTS[name], calling.visit.branches)
            return Value(shape=Thing(_QUERY, data=query))
        if name in ("transaction", "startTransaction", "connection"):
            return Value(shape=Thing(_TRANSACTION, "" if name == "connection" else name))
        if name == "with":  # a common table expression: what it asks runs with the rest
            self._called_back(calling.args[-1:], calling)
            return Value(shape=thing)
        return Value(shape=thing) if name in ("withSchema", "withPlugin", "$extendTables", "withTables") else None

    def _transaction(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if name != "execute" or not calling.args:
            return Value(shape=thing)
        given = (Given(Value(shape=Thing(_DB))),)
        if not thing.name:
            return calling.follower.invoke(calling.args[0].value, given, calling.visit, calling.spot)
        with calling.visit.in_transaction():
            return calling.follower.invoke(calling.args[0].value, given, calling.visit, calling.spot)

    def _on_query(self, thing: Thing, query: Query, name: str, calling: Calling) -> Value | None:
        first = calling.arg(0)
        if name in _ASKS:
            return _asked(query, name, calling)
        if name in ("where", "having", "whereRef"):
            maybe = calling.visit.branches > query.branches
            found = _terms("", calling) if name != "whereRef" else ()
            query.filters.extend((one, replace(value, maybe=True) if maybe else value) for one, value in found)
        elif name in ("values", "set"):
            pair = calling.arg(1)
            if pair is not None and first is not None and first.text:
                query.sets = (*query.sets, (first.text, pair))
            else:
                fields, query.given = written(_rows(first, calling))
                query.sets = (*query.sets, *fields)
        elif name == "onConflict":
            query.operation = Operation.UPSERT
        elif name in ("limit", "top", "fetch"):
            query.bounded = True
        elif name == "orderBy":
            query.ordered = True
        elif name == "select":
            query.columns = (*query.columns, *names_in(first))
        elif name in ("$if", "$call"):
            self._called_back(calling.args[-1:], calling, Value(shape=thing))
        elif name in ("as", "compile", "toOperationNode"):
            return Value(shape=Thing(_TERM, data=tuple(query.filters)))
        return Value(shape=thing)

    def _called_back(self, args: tuple[Given, ...], calling: Calling, given: Value | None = None) -> None:
        handed = Given(given if given is not None else Value(shape=Thing(_DB)))
        for one in args:
            if isinstance(one.value.shape, Closure):
                calling.follower.invoke(one.value, (handed,), calling.visit, calling.spot)


def _rows(value: Value | None, calling: Calling) -> Value | None:
    """What is written, or what a function of the builder says is."""
    if value is not None and isinstance(value.shape, Closure):
        given = (Given(Value(shape=Thing(_BUILDER))),)
        return calling.follower.invoke(value, given, calling.visit, calling.spot)
    return value


def _terms(name: str, calling: Calling, deep: int = 0) -> Terms:
    """`("id", "=", id)`, `({ id })`, `((eb) => eb.and([...]))`, `eb.or([...])`: columns, with what they must be."""
    first = calling.arg(0)
    if first is None or deep > 5:
        return ()
    if first.text is not None and len(calling.args) > 2:
        said = calling.args[2].value
        inner = said.shape.data if isinstance(said.shape, Thing) and isinstance(said.shape.data, Query) else None
        value = UNKNOWN if inner is not None else said
        return ((first.text.rpartition(".")[2], value),) if name not in ("ref", "val", "fn") else ()
    shape = first.shape
    if isinstance(shape, Closure):
        given = (Given(Value(shape=Thing(_BUILDER))),)
        return _found(calling.follower.invoke(first, given, calling.visit, calling.spot))
    if isinstance(shape, Record) and name != "case":
        return tuple((key, value) for key, value in shape.entries if key != "...")
    return _found(first)


def _found(value: Value) -> Terms:
    found: list[tuple[str, Value]] = []
    for shape in value.shapes():
        if isinstance(shape, Thing) and shape.kind == _TERM and isinstance(shape.data, tuple):
            found.extend(shape.data)
        elif isinstance(shape, Thing) and isinstance(shape.data, Query):
            found.extend(shape.data.filters)
        elif isinstance(shape, Items):
            for one in shape.known:
                found.extend(_found(one))
    return tuple(found)


def _asked(query: Query, name: str, calling: Calling) -> Value:
    one = name.startswith("executeTake")
    reads = query.operation is Operation.READ
    did = Did(
        query.table, query.operation, calling.spot, "kysely", filters=tuple(query.filters), sets=query.sets,
        given=query.given, bounded=one or query.bounded or not reads, ordered=query.ordered,
        columns=query.columns if reads else (),
    )  # fmt: skip
    return row_of(calling.visit, did, many=not one, maybe=not name.endswith("OrThrow"))
