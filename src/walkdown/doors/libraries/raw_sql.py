"""SQL that the code holds as text: pg, mysql2, sqlite, postgres.js and their like; other libraries hand theirs on."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.shared import OPENED, Handle
from walkdown.doors.libraries.sql_run import SQL, built, run_sql, text_of, turn
from walkdown.doors.libraries.sql_text import read_statements
from walkdown.doors.library import Calling, Given
from walkdown.doors.truth import truthy_facts
from walkdown.doors.values import (
    UNKNOWN,
    Closure,
    Items,
    Literal,
    Outside,
    Record,
    Thing,
    Value,
    element_of,
    replace,
)
from walkdown.doors.visits import Visit
from walkdown.syntax.program import Param

_CONNECTION, _STATEMENT = "sql.connection", "sql.statement"
# How each gives back rows: as `rows` of an object, as the first of a list, as a list, or one by one through `get`.
_ROWS, _FIRST, _LIST = "rows", "first", "list"
_PACKAGES = {
    "pg": _ROWS, "@neondatabase/serverless": _LIST, "@vercel/postgres": _ROWS, "mysql2": _FIRST,
    "mysql2/promise": _FIRST,
    "mysql": _LIST, "promise-mysql": _LIST, "mariadb": _LIST, "postgres": _LIST, "better-sqlite3": _LIST,
    "sqlite3": _LIST,
    "sqlite": _LIST, "node:sqlite": _LIST, "bun:sqlite": _LIST, "pg-promise": _LIST, "slonik": _ROWS,
    "@libsql/client": _ROWS,
    "@planetscale/database": _ROWS, "serverless-mysql": _LIST, "pg-pool": _ROWS,
}  # fmt: skip
_CLASSES = frozenset({"Pool", "Client", "Database", "DatabaseSync", "Connection"})
_MAKES = frozenset(
    {"createPool", "createConnection", "createClient", "connect", "open", "neon", "createSqlTag", "verbose"}
)
# These hold connections of their own; the others send each query by itself, or open a file.
_POOLED = frozenset({"pg", "mysql2", "mysql2/promise", "mysql", "promise-mysql", "mariadb", "pg-pool"})
_OPENS = frozenset({"createPool", "createConnection"})
_SAME = frozenset({
    "connect", "getConnection", "promise", "verbose", "acquire", "reserve", "pragma", "on", "release", "end",
    "destroy", "close",
    "defaults", "escape", "ping", "unref", "serialize", "changeUser",
})  # fmt: skip
_RUNS = frozenset({"query", "execute", "exec", "all", "get", "each", "run", "batch", "unsafe", "raw"})
_PROMISED = frozenset({
    "any", "many", "manyOrNone", "one", "oneOrNone", "none", "maybeOne", "map", "result", "oneFirst", "manyFirst",
})  # fmt: skip
_ONE = frozenset({"get", "one", "oneOrNone", "none", "run", "maybeOne", "oneFirst", "result"})


@dataclass(slots=True, eq=False)
class Connection(Handle):
    """`gives`: how rows come back."""

    gives: str = _LIST


class RawSql(Base):
    packages = frozenset(_PACKAGES)

    def imported(self, outside: Outside) -> Value | None:
        if outside.chain == ("sql",):
            return _connection(_PACKAGES[outside.package])
        return None

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        gives = _PACKAGES.get(outside.package, _LIST)
        last = outside.chain[-1] if outside.chain else ""
        if outside.package == "pg-promise" and not calling.new and not outside.chain:
            return Value(shape=Thing("sql.promised", data=gives))
        if last in _CLASSES or last in _MAKES or not outside.chain:
            if outside.package in _POOLED and (last in _CLASSES or last in _OPENS):
                calling.visit.used.append((OPENED, calling.spot))
            return _connection(gives)
        return None

    def owns(self, outside: Outside) -> bool:
        return outside.package in self.packages

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _CONNECTION and name in ("promise", "pool", "client"):
            return Value(shape=thing)
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911
        if thing.kind == "sql.promised" and name == "":
            return _connection(str(thing.data))
        if thing.kind == _STATEMENT and isinstance(thing.data, tuple):
            return self._prepared(thing, name, calling)
        if thing.kind != _CONNECTION or not isinstance(thing.data, Connection):
            return None
        held = thing.data
        if name in ("transaction", "begin", "tx", "task"):
            return self._transaction(held, name, calling)
        if name in ("beginTransaction", "commit", "rollback"):
            turn(held, {"beginTransaction": "begin", "commit": "end"}.get(name, ""), calling.visit)
            return _after(calling)
        if name == "prepare":
            return Value(shape=Thing(_STATEMENT, data=(calling.arg(0) or UNKNOWN, held)))
        if name in ("", "sql"):
            return self._tagged(held, calling)
        if name in _RUNS or name in _PROMISED:
            return self._run(held, name, calling)
        if name in _SAME:
            return self._same(thing, held, name, calling)
        return None

    def injected(self, param: Param, scope: object, follower: object) -> Value | None:  # noqa: ARG002
        if param.type is not None and param.type.name in ("Pool", "PoolClient", "mysql.Pool", "Knex.Raw"):
            return _connection(_FIRST if param.type.name == "mysql.Pool" else _ROWS)
        return None

    def _same(self, thing: Thing, held: Connection, name: str, calling: Calling) -> Value:
        """Another handle to the same data; a connection taken from a pool has transactions of its own."""
        own = (
            _connection(held.gives)
            if name in ("connect", "getConnection", "reserve", "acquire")
            else Value(shape=thing)
        )
        for one in calling.args:
            if isinstance(one.value.shape, Closure):
                calling.follower.invoke(
                    one.value, (Given(Value(shape=Literal(None))), Given(own)), calling.visit, calling.spot
                )
        return own

    def _transaction(self, held: Connection, name: str, calling: Calling) -> Value | None:
        given = next((one.value for one in calling.args if isinstance(one.value.shape, Closure)), None)
        if given is None:
            return _after(calling)
        inner = Connection(gives=held.gives)
        if name != "task":
            inner.start(calling.visit)
        handle = Value(shape=Thing(_CONNECTION, data=inner))
        if name == "transaction" and held.gives == _LIST:  # better-sqlite3 gives back a function that runs it
            return Value(shape=Thing("wrapped", data=(given.shape,)))
        return calling.follower.invoke(given, (Given(handle),), calling.visit, calling.spot)

    def _tagged(self, held: Connection, calling: Calling) -> Value | None:
        """sql`select ... ${id}`: every value is a parameter of its own."""
        parts = [one.value for one in calling.args]
        if not parts:
            return None
        text, holes = text_of(Value(shape=Items(tuple(parts))))
        if not read_statements(text):
            return Value(frozenset(s for one in parts for s in one.sources), Thing(SQL, data=tuple(parts)))
        return self._answer(held, run_sql(calling, text, holes, None, "sql", held=held), "query")

    def _run(self, held: Connection, name: str, calling: Calling) -> Value:
        asked, params = calling.arg(0), calling.arg(1)
        if asked is not None and isinstance(asked.shape, Record):  # { text, values }
            shape = asked.shape
            asked, params = shape.get("text") or shape.get("sql"), shape.get("values") or shape.get("args") or params
        if params is not None and isinstance(params.shape, Closure):
            params = None
        elif (
            params is not None
            and not isinstance(params.shape, (Items, Record))
            and name in ("get", "all", "run", "each")
        ):
            params = Value(
                params.sources, Items(tuple(one.value for one in calling.args[1:] if one.value.shape is None))
            )
        text, holes = text_of(asked or UNKNOWN)
        built(calling, asked)
        rows = run_sql(calling, text, holes, params, "sql", held=held)
        answer = self._answer(held, rows, name)
        back = next((one.value for one in reversed(calling.args) if isinstance(one.value.shape, Closure)), None)
        if back is not None:
            given = rows if held.gives != _ROWS else answer
            calling.follower.invoke(back, (Given(_no_error()), Given(given)), calling.visit, calling.spot)
        return answer

    def _prepared(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if name not in ("get", "all", "run", "iterate", "pluck", "bind", "raw"):
            return None
        if name in ("pluck", "bind", "raw"):
            return Value(shape=thing)
        asked, held = thing.data if isinstance(thing.data, tuple) else (UNKNOWN, Connection())
        text, holes = text_of(asked)
        plain = [one.value for one in calling.args]
        spread = next((one.value for one in calling.args if one.spread), None)
        first = plain[0] if plain else None
        params = spread or (first if first is not None and isinstance(first.shape, (Record, Items)) else None)
        params = params or Value(shape=Items(tuple(plain)))
        built(calling, asked)
        return self._answer(held, run_sql(calling, text, holes, params, "sql", held=held), name)

    def _answer(self, held: Connection, rows: Value, name: str) -> Value:
        each = element_of(rows)
        if name in _ONE:
            return replace(each, maybe=True)
        if name in _PROMISED or held.gives == _LIST:
            return rows
        if held.gives == _FIRST:
            return Value(rows.sources, Items((rows, UNKNOWN)))
        count = Value(rows.sources, if_true=truthy_facts(Value(rows.sources)))
        return Value(rows.sources, Record((("rows", rows), ("rowCount", count), ("rowsAffected", count)), open=True))


def _no_error() -> Value:
    return Value(shape=Literal(None), maybe=True)


def _after(calling: Calling) -> Value:
    """`begin(err => ...)`: what is handed over runs then."""
    for one in calling.args:
        if isinstance(one.value.shape, Closure):
            calling.follower.invoke(one.value, (Given(_no_error()),), calling.visit, calling.spot)
    return Value()


def _connection(gives: str) -> Value:
    return Value(shape=Thing(_CONNECTION, data=Connection(gives=gives)))
