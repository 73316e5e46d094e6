"""Drizzle: tables that are made in code, statements that are put together from them, and its relational queries."""

from __future__ import annotations

from walkdown.doors import calls
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.drizzle_conditions import (
    ALONE,
    COLUMN,
    COMPARES,
    CREATORS,
    DB,
    GROUPS,
    MAKES,
    ON_QUERY,
    QUERY,
    RELATION,
    RELATIONS,
    ROW,
    SCHEMAS,
    SQL,
    START,
    STARTS,
    SUMS,
    TABLE,
    TYPE,
    Database,
    Start,
    Table,
    asked_by,
    calls_of,
    compared,
    fields_of,
    finds_one,
    is_sum,
    tables_of,
)
from walkdown.doors.libraries.queries import Query, ask, query_in
from walkdown.doors.libraries.shared import (
    NO_TABLE,
    UNKNOWN_TABLE,
    Fields,
    Handle,
    Row,
    has,
    is_given,
    names_in,
    record_of,
    written,
)
from walkdown.doors.libraries.sql_run import run_sql, text_of
from walkdown.doors.library import Calling, Given
from walkdown.doors.rows import row_of
from walkdown.doors.truth import truthy_facts
from walkdown.doors.values import (
    UNKNOWN,
    Closure,
    Items,
    Namespace,
    Outside,
    Record,
    Thing,
    Value,
    element_of,
    replace,
)
from walkdown.doors.visits import Did, Spot, Visit
from walkdown.model.door import Operation


class Drizzle(Base):
    packages = frozenset({"drizzle-orm"})

    def owns(self, outside: Outside) -> bool:
        return outside.package == "drizzle-orm" or outside.package.startswith("drizzle-orm/")

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911
        last = outside.chain[-1] if outside.chain else ""
        first = calling.arg(0)
        if last in MAKES:
            return self._table(calling)
        if last in CREATORS or last in SCHEMAS:
            return Value(shape=Thing("drizzle.creator"))
        if last == "drizzle":
            return self._database(calling)
        if last in COMPARES or last in ALONE:
            return compared(last, calling)
        if last in GROUPS:
            one = last == "and" and any(finds_one(given.value) for given in calling.args)
            return asked_by(tuple(each for given in calling.args for each in fields_of(given.value)), one=one)
        if last == "not" and first is not None:
            return asked_by(tuple((f"not {name}", value) for name, value in fields_of(first)))
        if last == "exists" and first is not None:
            return asked_by(fields_of(first))
        if last == "sql" or outside.chain[:1] == ("sql",):
            return Value(
                frozenset(s for one in calling.args for s in one.value.sources),
                Thing(SQL, "", tuple(one.value for one in calling.args)),
            )
        if last in SUMS:
            return Value(first.sources if first is not None else frozenset(), Thing("drizzle.sum"))
        if last in ("desc", "asc", "getTableColumns", "alias", "aliasedTable"):
            return first
        if last == "relations":
            return Value()
        return Value(shape=Thing(TYPE, last, frozenset())) if outside.package.endswith("-core") else None

    def _table(self, calling: Calling) -> Value:
        named = calling.arg(0)
        columns = record_of(calling.arg(1))
        name = (named.text if named is not None else None) or UNKNOWN_TABLE
        unique = frozenset(key for key, one in columns.entries if calls_of(one) & {"primaryKey", "unique"})
        return Value(shape=Thing(TABLE, name, Table(name, tuple(key for key, _ in columns.entries), unique)))

    def _database(self, calling: Calling) -> Value:
        """The schema is handed over as an object, or as all that a file exports."""
        database = Database()
        for one in calling.args:
            schema = record_of(one.value).get("schema")
            if schema is None:
                continue
            if isinstance(schema.shape, Namespace):
                database.tables.update(tables_of(schema.shape, calling))
            for name, value in record_of(schema).entries:
                if isinstance(value.shape, Thing) and value.shape.kind == TABLE:
                    database.tables[name] = value.shape.name
                elif name == "..." and isinstance(value.shape, Namespace):
                    database.tables.update(tables_of(value.shape, calling))
        return Value(shape=Thing(DB, data=database))

    # -- things --------------------------------------------------------------------------------------------------------

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == TABLE:
            return (
                Value(shape=Thing(COLUMN, name, thing))
                if name not in ("$inferSelect", "$inferInsert", "_")
                else UNKNOWN
            )
        if thing.kind == DB and name == "query":
            return Value(shape=Thing(RELATIONS, data=thing.data))
        if thing.kind == RELATIONS and isinstance(thing.data, Database):
            return Value(shape=Thing(RELATION, thing.data.tables.get(name, name), thing.data))
        return None

    def awaited(self, thing: Thing, calling: Calling) -> Value | None:  # noqa: ARG002
        query = query_in(thing, QUERY)
        return query.value(plain=True) if query is not None else None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911
        if thing.kind == DB and isinstance(thing.data, Database):
            return self._on_db(thing, thing.data, name, calling)
        if thing.kind == TYPE and isinstance(thing.data, frozenset):
            return Value(shape=Thing(TYPE, thing.name, thing.data | {name}))
        if thing.kind == "drizzle.creator":
            return self._table(calling) if name in ("", *MAKES) else Value()
        if thing.kind == START and isinstance(thing.data, Start):
            return self._from(thing.data, name, calling)
        if thing.kind == RELATION and name in ("findMany", "findFirst"):
            return self._relational(thing, name, calling)
        if thing.kind in (COLUMN, TABLE):
            return Value(shape=thing) if name in ("as", "mapWith", "enableRLS") else None
        query = query_in(thing, QUERY)
        return self._on_query(query, name, calling) if query is not None else None

    def _on_db(self, thing: Thing, database: Database, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911
        first = calling.arg(0)
        if name == "transaction" and first is not None:
            inner = Database(tables=database.tables)
            inner.start(calling.visit)
            handle = (Given(Value(shape=Thing(DB, data=inner))),)
            return calling.follower.invoke(first, handle, calling.visit, calling.spot)
        if name == "batch" and first is not None:
            return first
        if name in ("with", "$with"):
            return Value(shape=thing) if name == "with" else Value(shape=Thing(START, data=Start((), False, database)))
        if name in ("execute", "run", "all", "get", "values"):
            text, holes = text_of(first or UNKNOWN)
            return _answer(run_sql(calling, text, holes, None, "drizzle", held=database))
        if name == "$count":
            did = Did(_name_of(first), Operation.READ, calling.spot, "drizzle", fields_of(calling.arg(1) or Value()))
            return replace(row_of(calling.visit, did), maybe=False)
        if name not in STARTS:
            return None
        if name.startswith("select"):
            picked = record_of(first)
            sums = any(is_sum(one) for _, one in picked.entries)
            columns = tuple(key for key, _ in picked.entries) if picked.entries else ()
            return Value(shape=Thing(START, data=Start(columns, sums and len(picked.entries) == 1, database)))
        return self._begun(STARTS[name], first, (), database, calling).value()

    def _from(self, start: Start, name: str, calling: Calling) -> Value | None:
        if name == "as":  # db.$with("x").as(db.select()...)
            return calling.arg(0)
        if name != "from":
            return Value(shape=Thing(START, data=start))
        query = self._begun(Operation.READ, calling.arg(0), start.columns, start.handle, calling, bounded=start.sums)
        return query.value()

    def _begun(
        self, operation: Operation, table: Value | None, columns: tuple[str, ...], handle: Handle, calling: Calling, *,
        bounded: bool = False,
    ) -> Query:  # fmt: skip
        many = operation is Operation.READ
        inner = table.shape if table is not None else None
        filters: Fields = ()
        if table is not None and isinstance(inner, Items):  # a subquery
            known = next((one for one in table.shapes() if isinstance(one, Thing)), None)
            query = query_in(known, QUERY) if known is not None else None
            if query is not None and query.did is not None:
                return query
        name = _name_of(table)
        why = NO_TABLE if name == UNKNOWN_TABLE else ""
        did = Did(
            name, operation, calling.spot, "drizzle", filters, bounded=bounded or not many, columns=columns, why=why
        )  # fmt: skip
        row = (ROW, Row(name))
        return ask(calling, did, QUERY, many=True, row=row, transaction=handle.transaction(calling.visit))

    def _on_query(self, query: Query, name: str, calling: Calling) -> Value | None:
        first = calling.arg(0)
        if name not in (*ON_QUERY, "then", "catch", "finally") or (is_given(calling) and name in ("values",)):
            return None
        if name in ("then", "catch", "finally"):
            plain = query.value(plain=True)
            return calls.method(calling.follower, plain, name, calling.args, calling.visit, calling.spot)
        if name in ("where", "having"):
            condition = self._condition(first, calling)
            query.ask(fields_of(condition))
            if finds_one(condition):
                query.change(bounded=True)
        elif name == "limit":
            query.change(bounded=True)
        elif name == "orderBy":
            query.change(ordered=True)
        elif name in ("set", "values"):
            query.set(*written(first))
        elif name.endswith("Join"):
            query.ask(fields_of(calling.arg(1) or Value()))
        elif name in ("onConflictDoUpdate", "onDuplicateKeyUpdate"):
            query.change(operation=Operation.UPSERT)
            query.set(*written(record_of(first).get("set")))
        elif name == "get":
            value = query.value(plain=True)
            return replace(element_of(value), maybe=True)
        return query.value()

    def _condition(self, first: Value | None, calling: Calling) -> Value:
        """`where: (table, { eq }) => eq(table.id, id)` is a function."""
        if first is not None and isinstance(first.shape, Closure):
            words = Value(shape=Outside("drizzle-orm"))
            given = (Given(Value(shape=Thing(TABLE, "", Table("")))), Given(words))
            return calling.follower.invoke(first, given, calling.visit, calling.spot)
        return first if first is not None else Value()

    def _relational(self, thing: Thing, name: str, calling: Calling) -> Value:
        options = record_of(calling.arg(0))
        handle = thing.data if isinstance(thing.data, Handle) else Handle()
        where = options.get("where")
        many = name == "findMany"
        did = Did(
            thing.name, Operation.READ, calling.spot, "drizzle", fields_of(self._condition(where, calling)),
            bounded=not many or has(options, "limit"), ordered=has(options, "orderBy"),
            columns=names_in(options.get("columns")),
        )  # fmt: skip
        query = ask(
            calling, did, QUERY, many=many, row=(ROW, Row(thing.name)), transaction=handle.transaction(calling.visit)
        )
        return query.value(plain=True)

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:  # noqa: ARG002
        """Its rows are plain objects: what is set in them is not saved."""
        if thing.kind == ROW and isinstance(thing.data, Row):
            thing.data.take(name, value)


def _answer(rows: Value) -> Value:
    count = Value(rows.sources, if_true=truthy_facts(Value(rows.sources)))
    return Value(rows.sources, Record((("rows", rows), ("rowCount", count)), open=True), others=rows.shapes())


def _name_of(table: Value | None) -> str:
    for shape in table.shapes() if table is not None else ():
        if isinstance(shape, Thing) and shape.kind == TABLE:
            return shape.name
    return UNKNOWN_TABLE
