"""Cloudflare D1: statements that are prepared, bound and asked, alone or several in one batch."""

from __future__ import annotations

import re

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.sql_run import built, run_sql, text_of
from walkdown.doors.library import Calling
from walkdown.doors.truth import truthy_facts
from walkdown.doors.values import UNKNOWN, Items, Record, Source, Thing, Value, element_of, of, replace
from walkdown.model.door import Origin

_DB, _STATEMENT = "d1.database", "d1.statement"
_NAMED = re.compile(r"(?:^|_)(?:DB|D1|DATABASE)(?:$|_|\d)", re.IGNORECASE)


def binding(name: str) -> Value:
    """What stands in the environment of a worker under a name: its database, by the names that people give it."""
    value = of(Origin.ENVIRONMENT, name)
    return replace(value, shape=Thing(_DB, name)) if _NAMED.search(name) and "URL" not in name.upper() else value


class D1(Base):
    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _DB:
            return self._on_database(thing, name, calling)
        if thing.kind != _STATEMENT or not isinstance(thing.data, tuple):
            return None
        if name == "bind":
            params = Value(shape=Items(tuple(one.value for one in calling.args)))
            spread = next((one.value for one in calling.args if one.spread), None)
            return Value(shape=Thing(_STATEMENT, data=(thing.data[0], spread or params)))
        return _asked(thing, name, calling) if name in ("first", "all", "run", "raw") else None

    def _on_database(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        first = calling.arg(0)
        if name in ("prepare", "exec") and first is not None:
            statement = Thing(_STATEMENT, data=(first, Value(shape=Items())))
            return Value(shape=statement) if name == "prepare" else _asked(statement, "run", calling)
        if name == "withSession":
            return Value(shape=thing)
        if name == "batch" and first is not None:
            shape = first.shape
            many = shape.known or ((shape.each,) if shape.each is not None else ()) if isinstance(shape, Items) else ()
            with calling.visit.in_transaction():
                results = [
                    _asked(one.shape, "all", calling)
                    for one in many
                    if isinstance(one.shape, Thing) and one.shape.kind == _STATEMENT
                ]
            return Value(shape=Items(tuple(results)))
        return None


def _asked(statement: Thing, name: str, calling: Calling) -> Value:
    asked, params = statement.data if isinstance(statement.data, tuple) else (UNKNOWN, None)
    text, holes = text_of(asked)
    built(calling, asked)
    rows = run_sql(calling, text, holes, params, "d1")
    if name == "first":
        column = calling.arg(0)
        row = replace(element_of(rows), maybe=True)
        return row if column is None else Value(row.sources, maybe=True)
    if name == "raw":
        return rows
    changed = Value(rows.sources | {Source(Origin.MADE)}, if_true=truthy_facts(Value(rows.sources)))
    meta = Value(shape=Record((("changes", changed), ("last_row_id", changed)), open=True))
    return Value(rows.sources, Record((("results", rows), ("meta", meta), ("success", Value())), open=True))
