"""Knex: a table, and calls that say what is asked of it."""

from __future__ import annotations

from walkdown.doors import calls
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.queries import Query, ask, query_in
from walkdown.doors.libraries.shared import NO_TABLE, UNKNOWN_TABLE, Fields, Handle, Row, is_given, names_in, written
from walkdown.doors.libraries.sql_run import built, run_sql, text_of
from walkdown.doors.libraries.sql_text import read_statements
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import UNKNOWN, Closure, Items, Outside, Record, Thing, Value, replace
from walkdown.doors.visits import Did
from walkdown.model.door import Operation
from walkdown.syntax.program import Param

_DB, _QUERY, _ROW = "knex.db", "knex.query", "knex.row"
_WHERES = frozenset({
    "where", "andWhere", "orWhere", "whereIn", "andWhereIn", "orWhereIn", "whereLike", "whereILike", "whereBetween",
    "having",
    "whereNull", "whereNotNull", "whereJsonPath", "whereRaw", "andWhereRaw", "orWhereRaw", "whereExists",
    "orWhereNull",
})  # fmt: skip
_NOTS = frozenset({"whereNot", "whereNotIn", "andWhereNot", "orWhereNot", "whereNotBetween", "whereNotExists"})
_TABLES = frozenset({"from", "into", "table", "fromRaw"})
_SELECTS = frozenset({"select", "column", "columns", "distinct", "pluck", "first"})
_SUMS = frozenset({"count", "countDistinct", "sum", "min", "max", "avg"})
_WRITES = {
    "insert": Operation.INSERT, "batchInsert": Operation.INSERT, "update": Operation.UPDATE,
    "increment": Operation.UPDATE,
    "decrement": Operation.UPDATE, "del": Operation.DELETE, "delete": Operation.DELETE, "truncate": Operation.DELETE,
    "upsert": Operation.UPSERT, "merge": Operation.UPSERT,
}  # fmt: skip
_SAME = frozenset({
    "join", "leftJoin", "innerJoin", "rightJoin", "leftOuterJoin", "joinRaw", "groupBy", "groupByRaw", "offset",
    "as", "modify",
    "returning", "onConflict", "ignore", "clone", "with", "withSchema", "forUpdate", "forShare", "transacting",
    "timeout", "debug",
    "options", "on", "havingRaw", "clearSelect", "clearOrder", "orderBy", "orderByRaw", "limit", "using",
    "skipLocked", "queryContext",
})  # fmt: skip


class Knex(Base):
    """A query is a read until something else is asked; all of its calls change the one operation."""

    packages = frozenset({"knex"})

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: ARG002
        if outside.chain in ((), ("knex",), ("default",), ("Knex",)):
            return Value(shape=Thing(_DB, data=Handle()))
        return None

    def injected(self, param: Param, scope: object, follower: object) -> Value | None:  # noqa: ARG002
        return Value(shape=Thing(_DB, data=Handle())) if param.type is not None and param.type.name == "Knex" else None

    def awaited(self, thing: Thing, calling: Calling) -> Value | None:  # noqa: ARG002
        query = query_in(thing, _QUERY)
        return query.value(plain=True) if query is not None else None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _DB and isinstance(thing.data, Handle):
            return self._on_db(thing, thing.data, name, calling)
        query = query_in(thing, _QUERY)
        return self._on_query(query, name, calling) if query is not None else None

    def _on_db(self, thing: Thing, handle: Handle, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911
        first = calling.arg(0)
        if name in ("transaction", "transactionProvider"):
            return self._transaction(calling)
        if name in ("commit", "rollback"):
            if name == "commit":
                handle.end(calling.visit)
            return Value()
        if name == "raw":
            text, holes = text_of(first or UNKNOWN)
            built(calling, first)
            rows = run_sql(calling, text, holes, calling.arg(1), "knex", held=handle)
            if rows.sources:
                return replace(rows, others=(Record((("rows", rows),), open=True),))
            parts = tuple(one.value for one in calling.args)  # a piece of a statement
            return Value(frozenset(source for part in parts for source in part.sources), Thing("sql.text", data=parts))
        if name == "batchInsert":
            return self._begun(first, handle, calling, Operation.INSERT, calling.arg(1)).value()
        if name in ("", *_TABLES):
            return self._begun(first, handle, calling).value()
        if name in _SELECTS | {"with", "withSchema", "queryBuilder", "insert"}:
            query = self._begun(None, handle, calling)
            self._on_query(query, name, calling)
            return query.value()
        return Value(shape=thing) if name in ("ref", "destroy", "initialize", "extend", "schema", "fn") else None

    def _begun(
        self,
        table: Value | None,
        handle: Handle,
        calling: Calling,
        operation: Operation = Operation.READ,
        rows: Value | None = None,
    ) -> Query:
        name = _table(table)
        fields, given = written(rows)
        did = Did(
            name, operation, calling.spot, "knex", sets=fields, given=given, bounded=operation is not Operation.READ,
            why=NO_TABLE if name == UNKNOWN_TABLE else "",
        )  # fmt: skip
        return ask(
            calling, did, _QUERY, many=True, row=(_ROW, Row(name)), transaction=handle.transaction(calling.visit)
        )

    def _transaction(self, calling: Calling) -> Value:
        handle = Handle()
        handle.start(calling.visit)
        trx = Value(shape=Thing(_DB, data=handle))
        given = calling.arg(0)
        if given is not None and isinstance(given.shape, Closure):
            return calling.follower.invoke(given, (Given(trx),), calling.visit, calling.spot)
        return trx

    def _on_query(self, query: Query, name: str, calling: Calling) -> Value | None:
        first = calling.arg(0)
        if is_given(calling) and name not in _WHERES | _NOTS | {"modify", "then", "catch", "join", "leftJoin", "with"}:
            return None
        if name in ("then", "catch", "finally", "asCallback"):
            return calls.method(
                calling.follower, query.value(plain=True), name, calling.args, calling.visit, calling.spot
            )
        if name in _WHERES or name in _NOTS:
            fields = self._where(query, name, calling)
            query.ask(fields)
            if name in ("where", "andWhere") and any(key == "id" for key, _ in fields):
                query.change(bounded=True)
        elif name in _TABLES:
            query.change(table=_table(first), why="")
            query.row = Row(_table(first))
        elif name in _SELECTS:
            self._select(query, name, calling)
        elif name in _SUMS:
            query.change(bounded=True)
        elif name in _WRITES:
            self._write(query, name, calling)
        elif name in ("limit", "orderBy", "orderByRaw"):
            query.change(**({"bounded": True} if name == "limit" else {"ordered": True}))
        elif (
            name == "transacting"
            and first is not None
            and isinstance(first.shape, Thing)
            and isinstance(first.shape.data, Handle)
        ):
            query.change(transaction=first.shape.data.transaction(calling.visit))
        elif name == "modify" and first is not None:
            calling.follower.invoke(first, (Given(query.value()), *calling.args[1:]), calling.visit, calling.spot)
        elif name not in _SAME:
            return None
        return query.value()

    def _select(self, query: Query, name: str, calling: Calling) -> None:
        columns = tuple(
            text.rsplit(".", 1)[-1]
            for one in calling.args
            for text in (names_in(one.value) if not one.value.text else (one.value.text,))
            if text != "*"
        )
        did = query.did
        query.change(columns=(*(did.columns if did is not None else ()), *columns))
        if name == "first":
            query.many = False
            query.change(bounded=True)

    def _write(self, query: Query, name: str, calling: Calling) -> None:
        first, second = calling.arg(0), calling.arg(1)
        query.change(operation=_WRITES[name], bounded=True)
        if name in ("increment", "decrement", "update") and first is not None and first.text:
            query.set(((first.text, second or UNKNOWN),), None)
        elif name not in ("del", "delete", "truncate"):
            query.set(*written(first))

    def _where(self, query: Query, name: str, calling: Calling) -> Fields:
        """`where({ id })`, `where("id", id)`, `where("id",
        "=", id)`, `where(q => ...)`, `whereRaw("id = ?", [id])`."""
        args = [one.value for one in calling.args]
        if not args:
            return ()
        first = args[0]
        if isinstance(first.shape, Closure):
            this = replace(first, shape=replace(first.shape, this=query.value()))
            calling.follower.invoke(this, (Given(query.value()),), calling.visit, calling.spot)
            return ()
        if name.endswith("Raw"):
            return _raw(first, args[1] if len(args) > 1 else None)
        if isinstance(first.shape, Record):
            found = tuple((_column(key) if key not in ("...", "*") else "*", one) for key, one in first.shape.entries)
        elif first.text is not None and len(args) > 1:
            found = ((_column(first.text), args[-1]),)
        elif first.text is not None:
            found = ((_column(first.text), Value()),) if "ull" in name else ()
        else:
            found = (("*", first),)
        negated = name in _NOTS or (len(args) == 3 and args[1].text in ("!=", "<>", "not in"))
        return tuple((f"not {key}", one) for key, one in found) if negated else found


def _raw(text: Value, params: Value | None) -> Fields:
    written_text, holes = text_of(text)
    shape = params.shape if params is not None else None
    known = shape.known if isinstance(shape, Items) else ()
    found: list[tuple[str, Value]] = []
    for said in read_statements(f"select * from t where {written_text}")[:1]:  # noqa: S608
        for column, ref in said.filters:
            values = holes if ref.kind == "hole" else known if ref.kind == "param" else ()
            at = int(ref.value) if ref.value.isdigit() else -1
            found.append(
                (
                    column,
                    values[at] if 0 <= at < len(values) else Value() if ref.kind == "constant" else params or UNKNOWN,
                )
            )
    return tuple(found)


def _column(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _table(value: Value | None) -> str:
    """`orders as o` and `{ o: "orders" }` are orders."""
    if value is not None and value.text:
        return value.text.split()[0]
    if value is not None and isinstance(value.shape, Record) and value.shape.entries:
        return _table(value.shape.entries[0][1])
    return UNKNOWN_TABLE
