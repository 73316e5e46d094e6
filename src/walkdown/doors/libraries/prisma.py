"""Prisma: which model each call of the client reaches, by what it asks, and what it writes."""

from __future__ import annotations

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.shared import (
    NOT_ALL,
    OPENED,
    Fields,
    asked,
    begin,
    has,
    names_in,
    record_of,
    together,
    within,
    written,
)
from walkdown.doors.libraries.sql_run import built, run_sql, text_of
from walkdown.doors.library import Calling, Given, Parent
from walkdown.doors.rows import row_of
from walkdown.doors.tables import Table, Tables
from walkdown.doors.truth import truthy_facts
from walkdown.doors.values import UNKNOWN, Instance, Items, Literal, Outside, Record, Thing, Value, element_of, replace
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Operation
from walkdown.syntax.program import Param

_CLIENT, _MODEL, _STATEMENT = "prisma.client", "prisma.model", "prisma.statement"
_READS = {
    "findUnique": False, "findUniqueOrThrow": False, "findFirst": False, "findFirstOrThrow": False, "findMany": True,
    "count": False, "aggregate": False, "groupBy": True,
}  # fmt: skip
_SUMS = frozenset({"count", "aggregate"})
_WRITES = {
    "create": Operation.INSERT, "createMany": Operation.INSERT, "createManyAndReturn": Operation.INSERT,
    "update": Operation.UPDATE, "updateMany": Operation.UPDATE, "updateManyAndReturn": Operation.UPDATE,
    "upsert": Operation.UPSERT, "delete": Operation.DELETE, "deleteMany": Operation.DELETE,
}  # fmt: skip
_RAW = frozenset({"$queryRaw", "$executeRaw", "$queryRawUnsafe", "$executeRawUnsafe", "$queryRawTyped"})
_GROUPS = frozenset({"AND", "OR", "NOT", "is", "isNot", "some", "every", "none"})
_OPERATORS = frozenset({
    "equals", "in", "notIn", "lt", "lte", "gt", "gte", "contains", "startsWith", "endsWith", "not", "mode", "has",
    "hasSome",
    "hasEvery", "search", "isEmpty", "path", "string_contains", "array_contains",
})  # fmt: skip
_NESTED = {
    "create": Operation.INSERT, "createMany": Operation.INSERT, "connectOrCreate": Operation.UPSERT,
    "upsert": Operation.UPSERT,
    "update": Operation.UPDATE, "updateMany": Operation.UPDATE, "delete": Operation.DELETE,
    "deleteMany": Operation.DELETE,
}  # fmt: skip
_LINKS = frozenset({"connect", "disconnect", "set"})
_IN_PLACE = frozenset({"set", "increment", "decrement", "multiply", "divide", "push", "unset"})
_DEEPEST = 4


class Prisma(Base):
    packages = frozenset({"@prisma/client", "@prisma/client/edge", "@prisma/client/extension"})

    def __init__(self, tables: Tables | None = None) -> None:
        self._models = {one.name[:1].lower() + one.name[1:]: one for one in (tables or Tables()).all}
        self._by_name = {one.name: one for one in (tables or Tables()).all}
        self._scoped = False  # an extension may add filters to every query

    def owns(self, outside: Outside) -> bool:
        """The client may be generated into the project, where it is no file yet."""
        return outside.package in self.packages or outside.chain[:1] == ("PrismaClient",)

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        if outside.chain == ("PrismaClient",):
            calling.visit.used.append((OPENED, calling.spot))
            return Value(shape=Thing(_CLIENT))
        if outside.chain in (("Prisma", "sql"), ("Prisma", "raw"), ("Prisma", "join")):
            return Value(
                frozenset(s for one in calling.args for s in one.value.sources),
                Thing("sql.text", data=tuple(one.value for one in calling.args)),
            )
        if outside.chain == ("Prisma", "validator") or outside.chain[:2] == ("Prisma", "defineExtension"):
            return Value(shape=outside)
        return None

    def imported(self, outside: Outside) -> Value | None:
        if outside.chain in (("Prisma", "empty"), ("Prisma", "JsonNull"), ("Prisma", "DbNull")):
            return Value(shape=Literal(""))
        if (
            len(outside.chain) == 1
            and outside.chain[0] not in ("PrismaClient", "Prisma")
            and "Prisma" not in outside.chain[0]
        ):
            return Value(shape=None, sources=frozenset())  # an enum of the schema
        return None

    def made(self, of: Instance, parent: Parent, calling: Calling) -> Value | None:  # noqa: ARG002
        shape = parent.value.shape
        return _client() if isinstance(shape, Outside) and shape.chain == ("PrismaClient",) else None

    def injected(self, param: Param, scope: object, follower: object) -> Value | None:  # noqa: ARG002
        return (
            _client()
            if param.type is not None and param.type.name in ("PrismaClient", "Prisma.TransactionClient")
            else None
        )

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _CLIENT and name in _RAW:
            return Value(shape=Thing(_STATEMENT, name, thing.data))  # a tag: prisma.$queryRaw`...`
        if thing.kind == _CLIENT and not name.startswith(("$", "_")):
            return Value(shape=Thing(_MODEL, self._name(name), thing.data))
        return None

    def _name(self, name: str) -> str:
        known = self._models.get(name)
        return known.name if known is not None else name[:1].upper() + name[1:]

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _CLIENT:
            return self._on_client(thing, name, calling)
        if thing.kind == _STATEMENT and name == "":
            return self._raw(thing, thing.name, calling)
        if thing.kind != _MODEL:
            return None
        number = thing.data if isinstance(thing.data, int) else 0
        with within(calling.visit, number or calling.visit.transaction):
            if name in _READS:
                return self._read(thing.name, name, record_of(calling.arg(0)), calling)
            if name in _WRITES:
                return self._write(thing.name, name, record_of(calling.arg(0)), calling)
        return None

    def _on_client(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        given = calling.arg(0)
        if name == "$transaction" and given is not None:
            if isinstance(given.shape, Items):
                together(calling.visit, given)
                return given
            handle = Value(shape=Thing(_CLIENT, data=begin(calling.visit)))
            return calling.follower.invoke(given, (Given(handle),), calling.visit, calling.spot)
        if name in ("$extends", "$use"):
            self._scoped = self._scoped or name == "$use" or has(record_of(given), "query")
            return Value(shape=thing)
        if name in _RAW:
            return self._raw(thing, name, calling)
        return Value() if name in ("$connect", "$disconnect", "$on") else None

    def _raw(self, thing: Thing, name: str, calling: Calling) -> Value:
        values = [one.value for one in calling.args]
        number = thing.data if isinstance(thing.data, int) else 0
        if name.endswith("Unsafe"):
            text, holes = text_of(values[0] if values else UNKNOWN)
            built(calling, values[0] if values else None)
            return run_sql(calling, text, holes, Value(shape=Items(tuple(values[1:]))), "prisma", number)
        text, holes = text_of(Value(shape=Items(tuple(values))) if len(values) != 1 else values[0])
        return run_sql(calling, text, holes, None, "prisma", number)

    def _read(self, table: str, name: str, wanted: Record, calling: Calling) -> Value:
        many = _READS[name]
        did = Did(
            table, Operation.READ, calling.spot, "prisma",
            filters=self._filters(wanted.get("where")), bounded=not many or has(wanted, "take"),
            ordered=has(wanted, "orderBy"),
            columns=(*names_in(wanted.get("select")), *(f"-{one}" for one in names_in(wanted.get("omit")))),
            key="scoped" if self._scoped else "", why=NOT_ALL if wanted.open else "",
        )  # fmt: skip
        value = row_of(calling.visit, did, many=many, maybe=not name.endswith("OrThrow"))
        if name.endswith("OrThrow"):
            calling.visit.hold(truthy_facts(value), calling.spot)
        return replace(value, maybe=False) if name in _SUMS else value

    def _filters(self, where: Value | None) -> Fields:
        """A compound key (`where: { userId_postId: { userId, postId } }`) asks by its parts."""
        found = asked(where, _OPERATORS, _GROUPS)
        return tuple((name.split(".", 1)[1] if _is_compound(name) else name, value) for name, value in found)

    def _write(self, table: str, name: str, wanted: Record, calling: Calling) -> Value:
        operation = _WRITES[name]
        data = wanted.get("data")
        sets, given = self._sets(data)
        if operation is Operation.UPSERT:
            for part in ("update", "create"):
                more, other = self._sets(wanted.get(part))
                sets, given = (*sets, *(one for one in more if one not in sets)), given or other
        did = Did(
            table, operation, calling.spot, "prisma", filters=self._filters(wanted.get("where")), sets=sets,
            given=given, key="scoped" if self._scoped else "many" if name.endswith("Many") else "",
            why=NOT_ALL if wanted.open else "",
        )  # fmt: skip
        result = row_of(calling.visit, did, maybe=False)
        for given_part in (data, wanted.get("create"), wanted.get("update")):
            self._nested(table, given_part, calling, 0)
        return result

    def _sets(self, data: Value | None) -> tuple[Fields, Value | None]:
        """`author: { connect: { id } }` sets the author to what `id` is; `count: { increment: 1 }` sets the count."""
        fields, given = written(data)
        found: list[tuple[str, Value]] = []
        for name, value in fields:
            shape = value.shape
            if not isinstance(shape, Record) or not shape.entries:
                found.append((name, value))
                continue
            words = {key for key, _ in shape.entries}
            if words & _LINKS or words <= _IN_PLACE:
                inner = [one for key, one in shape.entries if key in _LINKS | _IN_PLACE]
                parts = [one for each in inner for _, one in asked(each, frozenset(), frozenset())]
                found.append(
                    (name, replace(value, sources=frozenset(s for one in parts for s in one.sources), shape=None))
                )
            elif not words & _NESTED.keys():
                found.append((name, value))
        return tuple(found), given

    def _nested(self, table: str, data: Value | None, calling: Calling, deep: int) -> None:
        """`data: { lines: { create: [...] } }` writes another table in the same statement."""
        if data is None or deep > _DEEPEST:
            return
        if isinstance(data.shape, Items):
            for one in data.shape.known[:1] or ((data.shape.each,) if data.shape.each is not None else ()):
                self._nested(table, one, calling, deep)
        for name, value in data.shape.entries if isinstance(data.shape, Record) else ():
            if not isinstance(value.shape, Record):
                continue
            model = self._related(table, name)
            for word, what in value.shape.entries:
                if word not in _NESTED or (model is None and not isinstance(what.shape, (Record, Items))):
                    continue
                self._one_nested(model.name if model is not None else name, _NESTED[word], word, what, calling, deep)

    def _one_nested(  # noqa: PLR0917
        self, table: str, operation: Operation, word: str, what: Value, calling: Calling, deep: int
    ) -> None:
        what = element_of(what) if isinstance(what.shape, Items) else what
        inner = record_of(what)
        data = (
            inner.get("data")
            or inner.get("create")
            or inner.get("update")
            or (None if word.startswith("delete") else what)
        )
        sets, given = self._sets(data)
        where = inner.get("where") or (what if word.startswith("delete") else None)
        why = "" if table in self._by_name or not self._by_name else "The relation is not in the schema that was read."
        did = Did(
            table,
            operation,
            calling.spot,
            "prisma",
            filters=self._filters(where),
            sets=sets,
            given=given,
            key="scoped" if self._scoped else "",
            why=why,
        )
        calling.visit.do(did)
        self._nested(table, data, calling, deep + 1)

    def _related(self, table: str, relation: str) -> Table | None:
        model = self._by_name.get(table)
        column = model.column(relation) if model is not None else None
        return self._by_name.get(column.refers) if column is not None else None


def _is_compound(name: str) -> bool:
    first, _, rest = name.partition(".")
    return bool(rest) and "_" in first and rest.split(".")[0] in first.split("_")


def _client() -> Value:
    return Value(shape=Thing(_CLIENT))


def sets_of(data: Value | None) -> tuple[Fields, Value | None]:
    """The fields that are written, and what is written as a whole."""
    return written(data)


def filters_of(where: Value | None) -> Fields:
    return asked(where, _OPERATORS, _GROUPS)
