"""What is asked of a repository of TypeORM, and what it writes."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.follow import Follower
from walkdown.doors.libraries import typeorm_words as words
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.shared import NO_TABLE, UNKNOWN_TABLE, Handle, Row, as_row, changed, save, within, written
from walkdown.doors.libraries.sql_run import built, run_sql, text_of
from walkdown.doors.libraries.typeorm_builder import Builder
from walkdown.doors.library import Calling
from walkdown.doors.rows import row_of
from walkdown.doors.values import (
    UNKNOWN,
    ClassRef,
    Closure,
    Instance,
    Items,
    Record,
    Source,
    Thing,
    Value,
    element_of,
    replace,
)
from walkdown.doors.visits import Did
from walkdown.model.door import Operation, Origin

REPOSITORY, ROW = "typeorm.repository", "typeorm.row"


@dataclass(slots=True, eq=False)
class Repository:
    table: str
    entity: ClassRef | None
    handle: Handle


class RepositoryCalls(Base):
    def sql(self, handle: Handle, calling: Calling) -> Value:
        text, holes = text_of(calling.arg(0) or UNKNOWN)
        built(calling, calling.arg(0))
        return run_sql(calling, text, holes, calling.arg(1), "typeorm", held=handle)

    def on_repository(self, of: Repository, name: str, calling: Calling) -> Value | None:
        with within(calling.visit, of.handle.transaction(calling.visit) or calling.visit.transaction):
            return self._ask(of, name, calling)

    def _ask(self, of: Repository, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911
        first = calling.arg(0)
        if name == "create":
            return self._new(of, first)
        if name in words.SAVES and first is not None:
            return self._save(of, first, calling)
        if name in words.REMOVES and first is not None:
            return self._remove(of, first, calling)
        if name == "merge" and first is not None:
            for one in calling.args[1:]:
                calling.follower.assigned(first, "...", one.value, calling.visit, calling.spot)
            return first
        if name == "preload":
            return self._preload(of, first, calling)
        if name == "query":
            return self.sql(of.handle, calling)
        if name == "createQueryBuilder":
            alias = (first.text if first is not None else None) or ""
            return Builder.value(of.table, of.entity, of.handle, calling.visit, ROW, alias)
        if name == "extend":
            return self._extended(of, first)
        how = words.HOW.get(name)
        if how is None:
            return None
        did = words.did_of(of.table, name, how, [one.value for one in calling.args], calling, many=how.many)
        value = row_of(calling.visit, did, many=how.many, maybe=not how.sure)
        if how.rows:
            value = as_row(value, ROW, Row(of.table, of=of.entity))
        if name.startswith("findAndCount"):
            return Value(value.sources, Items((value, Value(value.sources))))
        return value

    def _extended(self, of: Repository, more: Value | None) -> Value:
        """`repository.extend({ findByName() {...} })`: functions whose `this` is the repository."""
        base = Value(shape=Thing(REPOSITORY, of.table, of))
        entries = more.shape.entries if more is not None and isinstance(more.shape, Record) else ()
        bound = tuple(
            (name, replace(one, shape=replace(one.shape, this=base)) if isinstance(one.shape, Closure) else one)
            for name, one in entries
        )
        return replace(base, others=(Record(bound, open=True),))

    def _new(self, of: Repository, given: Value | None) -> Value:
        if given is not None and isinstance(given.shape, Items):
            each = self._new(of, element_of(given))
            return Value(given.sources, Items(each=each))
        row = Row(of.table, new=True, of=of.entity)
        row.take("...", given or Value())
        return Value(given.sources if given is not None else frozenset(), Thing(ROW, of.table, row))

    def _preload(self, of: Repository, given: Value | None, calling: Calling) -> Value:
        fields, _ = written(given)
        did = Did(of.table, Operation.READ, calling.spot, "typeorm", tuple(one for one in fields if one[0] == "id"))
        row = Row(of.table, of=of.entity)
        value = as_row(row_of(calling.visit, did), ROW, row)
        row.take("...", given or UNKNOWN)
        return value

    def _save(self, of: Repository, given: Value, calling: Calling) -> Value:
        if isinstance(given.shape, Items):
            each = self._save(of, element_of(given), calling)
            return Value(given.sources | each.sources, Items(each=each))
        shape = next((one for one in given.shapes() if isinstance(one, (Thing, Instance, Record))), None)
        table = of.table if of.table != UNKNOWN_TABLE else table_in(given, calling.follower)
        if isinstance(shape, Thing) and isinstance(shape.data, Row):
            row = shape.data
            more, whole = written(calling.arg(1)) if of.entity is None and row.table == UNKNOWN_TABLE else ((), None)
            row.sets.update(more)
            row.given = row.given or whole
            new = row.new
            number = save(row, calling, "typeorm")
            return given if not new else _saved(given, number, table)
        fields, whole = written(given)
        names = {name for name, _ in fields}
        loaded = (whole is not None and whole.has(Origin.ROW)) or any(
            name == "id" and one.has(Origin.ROW) for name, one in fields
        )
        operation = (
            Operation.UPDATE if loaded else Operation.UPSERT if "id" in names or whole is not None else Operation.INSERT
        )
        if isinstance(shape, Instance) and "id" not in names:
            operation = Operation.INSERT
        filters = tuple(one for one in fields if one[0] == "id")
        why = NO_TABLE if table == UNKNOWN_TABLE else ""
        did = Did(table, operation, calling.spot, "typeorm", filters, fields, whole, why=why)
        value = row_of(calling.visit, did, maybe=False)
        return as_row(value, ROW, Row(table, of=of.entity))

    def _remove(self, of: Repository, given: Value, calling: Calling) -> Value:
        one = element_of(given) if isinstance(given.shape, Items) else given
        table = of.table if of.table != UNKNOWN_TABLE else table_in(one, calling.follower)
        row = (
            one.shape.data
            if isinstance(one.shape, Thing) and isinstance(one.shape.data, Row)
            else Row(table, sources=one.sources)
        )
        did = replace(
            changed(row, Operation.DELETE, calling, "typeorm"),
            table=table,
            why=NO_TABLE if table == UNKNOWN_TABLE else "",
        )
        calling.visit.do(did)
        return given


def _saved(given: Value, number: int, table: str) -> Value:
    sources = given.sources | {Source(Origin.ROW, (table,), number)}
    if isinstance(given.shape, Thing) and isinstance(given.shape.data, Row):
        given.shape.data.sources = frozenset({Source(Origin.ROW, (table,), number)})
    return replace(given, sources=sources)


def table_in(value: Value, follower: Follower) -> str:
    """The table of a row, or of an object of an entity."""
    one = element_of(value) if isinstance(value.shape, Items) else value
    if isinstance(one.shape, Thing) and isinstance(one.shape.data, Row):
        return one.shape.data.table
    if isinstance(one.shape, Instance):
        return words.table_of(Value(shape=one.shape.of), follower)
    return UNKNOWN_TABLE
