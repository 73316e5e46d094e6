"""TypeORM's query builder: a statement that is put together by calls, and run by the last of them."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.libraries.shared import (
    NO_TABLE,
    UNKNOWN_TABLE,
    Fields,
    Handle,
    Row,
    as_row,
    names_in,
    record_of,
    within,
    written,
)
from walkdown.doors.libraries.sql_text import read_statements
from walkdown.doors.libraries.sql_words import HOLE
from walkdown.doors.libraries.typeorm_words import conditions_of, table_of
from walkdown.doors.library import Calling, Given
from walkdown.doors.rows import row_of
from walkdown.doors.values import UNKNOWN, Closure, Items, Record, Shape, Thing, Value, constant, replace
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Operation

BUILDER = "typeorm.builder"
_ONE = frozenset({"getOne", "getOneOrFail", "getRawOne", "getCount", "getExists"})
_MANY = frozenset({"getMany", "getRawMany", "getManyAndCount", "getRawAndEntities", "stream"})
_WHERE = frozenset({"where", "andWhere", "orWhere", "having", "andHaving", "whereInIds", "andWhereInIds"})
_KINDS = {
    "update": Operation.UPDATE, "delete": Operation.DELETE, "insert": Operation.INSERT, "softDelete": Operation.DELETE,
    "restore": Operation.UPDATE,
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Builder:
    """`branches`: how many led to where it was begun; a filter that is added in a further one may be missing."""

    table: str
    entity: Shape | None
    handle: Handle
    branches: int
    row_kind: str
    operation: Operation = Operation.READ
    filters: Fields = ()
    sets: Fields = ()
    given: Value | None = None
    bounded: bool = False
    ordered: bool = False
    columns: tuple[str, ...] = ()
    named: tuple[tuple[str, Value], ...] = ()
    alias: str = ""

    @classmethod
    def value(  # noqa: PLR0917
        cls, table: str, entity: Shape | None, handle: Handle, visit: Visit, row_kind: str, alias: str = ""
    ) -> Value:
        made = cls(table, entity, handle, visit.branches, row_kind, alias=alias)
        return Value(shape=Thing(BUILDER, table, made))

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: PLR0912
        first = calling.arg(0)
        if name in _ONE | _MANY or name == "execute":
            return self._end(name, calling)
        if name in _WHERE:
            self._where(name, first, calling)
        elif name in _KINDS:
            self.operation = _KINDS[name]
            self._take_table(first, calling)
        elif name in ("from", "into"):
            self._take_table(first, calling)
            named = calling.arg(1)
            self.alias = (named.text if named is not None else None) or self.alias
        elif name in ("set", "values"):
            fields, whole = written(first)
            self.sets, self.given = (*self.sets, *fields), self.given or whole
        elif name in ("orUpdate", "onConflict"):
            self.operation = Operation.UPSERT
        elif name in ("take", "limit"):
            self.bounded = True
        elif name in ("orderBy", "addOrderBy"):
            self.ordered = True
        elif name == "select" and first is not None:
            self.columns = tuple(
                one.rsplit(".", 1)[-1] for one in names_in(first) if "." in one or isinstance(first.shape, Items)
            )
        elif name in ("setParameter", "setParameters"):
            self._parameters(first, calling)
        elif name == "clone":
            return Value(shape=Thing(BUILDER, thing.name, replace(self)))
        elif name in ("subQuery", "createQueryBuilder"):
            return Builder.value(UNKNOWN_TABLE, None, self.handle, calling.visit, self.row_kind)
        elif name in ("getQuery", "getSql", "getParameters"):
            return Value(frozenset(source for _, value in self.filters for source in value.sources))
        return Value(shape=thing)

    def _take_table(self, entity: Value | None, calling: Calling) -> None:
        if entity is not None and not isinstance(entity.shape, Record):
            table = table_of(entity, calling.follower)
            if table != UNKNOWN_TABLE:
                self.table, self.entity = table, entity.shape
        elif entity is not None:
            fields, whole = written(entity)  # `.update({ name })`
            self.sets, self.given = (*self.sets, *fields), self.given or whole

    def _where(self, name: str, first: Value | None, calling: Calling) -> None:
        if first is None:
            return
        if name == "where" and calling.visit.branches <= self.branches:
            self.filters = ()  # it begins anew
        if isinstance(first.shape, Closure):  # brackets
            inner = replace(self, filters=())
            given = (Given(Value(shape=Thing(BUILDER, self.table, inner))),)
            calling.follower.invoke(first, given, calling.visit, calling.spot)
            self._ask(calling.visit, inner.filters)
            return
        if name in ("whereInIds", "andWhereInIds"):
            self._ask(calling.visit, (("id", first),))
            return
        text, holes = _condition_text(first)
        if text is None:
            self._ask(calling.visit, conditions_of(first))
            return
        params = record_of(calling.arg(1))
        found: list[tuple[str, Value]] = []
        for said in read_statements(f"select * from t {self.alias} where {text}")[:1]:  # noqa: S608
            for column, ref in said.filters:
                value = constant(ref.value)
                if ref.kind == "hole":
                    value = holes[int(ref.value)] if int(ref.value) < len(holes) else UNKNOWN
                elif ref.kind == "param":
                    value = params.get(ref.value) or dict(self.named).get(ref.value) or UNKNOWN
                    value = replace(value, shape=Thing("typeorm.parameter", ref.value)) if value is UNKNOWN else value
                found.append((column, value))
        self._ask(calling.visit, tuple(found) or (("*", UNKNOWN),))

    def _ask(self, visit: Visit, fields: Fields) -> None:
        if visit.branches > self.branches:
            fields = tuple((name, replace(value, maybe=True)) for name, value in fields)
        self.filters = tuple(dict.fromkeys((*self.filters, *fields)))

    def _parameters(self, first: Value | None, calling: Calling) -> None:
        """Parameters may be named before or after the condition that asks for them."""
        second = calling.arg(1)
        more = (
            ((first.text, second),)
            if first is not None and first.text and second is not None
            else record_of(first).entries
        )
        self.named = (*self.named, *more)
        known = dict(more)
        self.filters = tuple(
            (name, known.get(value.shape.name, value) if isinstance(value.shape, Thing) else value)
            for name, value in self.filters
        )

    def _end(self, name: str, calling: Calling) -> Value:
        many = name in _MANY
        value = self.run(calling, many=many, bounded=self.bounded or not many)
        if name == "getManyAndCount":
            return Value(value.sources, Items((value, Value(value.sources))))
        return replace(value, maybe=False) if name in ("getOneOrFail", "getCount") else value

    def run(self, calling: Calling, *, many: bool, bounded: bool) -> Value:
        did = Did(
            self.table, self.operation, calling.spot, "typeorm", self.filters, self.sets, self.given, bounded,
            self.ordered,
            self.columns, why=NO_TABLE if self.table == UNKNOWN_TABLE else "",
        )  # fmt: skip
        with within(calling.visit, self.handle.transaction(calling.visit) or calling.visit.transaction):
            value = row_of(calling.visit, did, many=many)
        return as_row(value, self.row_kind, Row(self.table, of=self.entity))


def _condition_text(value: Value) -> tuple[str | None, tuple[Value, ...]]:
    """`"o.id = :id"`; with what is put into it, where it is a template."""
    if value.text is not None:
        return value.text, ()
    if isinstance(value.shape, Items) and any(one.text is not None for one in value.shape.known):
        holes = [one for one in value.shape.known if one.text is None]
        pieces = [one.text if one.text is not None else f"{HOLE}{holes.index(one)}{HOLE}" for one in value.shape.known]
        return "".join(pieces), tuple(holes)
    return None, ()
