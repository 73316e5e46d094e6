"""The words of TypeORM: what each method of a repository does, how conditions are given, what a table is called."""

from __future__ import annotations

import re
from dataclasses import dataclass

from walkdown.doors.follow import Follower
from walkdown.doors.libraries.shared import NO_TABLE, UNKNOWN_TABLE, Fields, asked, has, names_in, record_of, written
from walkdown.doors.library import Calling
from walkdown.doors.values import UNKNOWN, ClassRef, Items, Literal, Record, Thing, Value, replace
from walkdown.doors.visits import Did
from walkdown.model.door import Operation
from walkdown.syntax.program import Call, Class, Name, Obj, Text

NOT = "typeorm.not"


@dataclass(frozen=True, slots=True)
class How:
    """`by`: how conditions are given: in options, as they are, or not at all. `writes`: number of the argument that is
    written, -1 for none. `rows`: rows of the table come back."""

    operation: Operation
    by: str = "options"
    many: bool = False
    writes: int = -1
    rows: bool = True
    sure: bool = False


_READ, _UPDATE, _DELETE = Operation.READ, Operation.UPDATE, Operation.DELETE
HOW = {
    "find": How(_READ, many=True), "findBy": How(_READ, "where", many=True), "findAndCount": How(_READ, many=True),
    "findAndCountBy": How(_READ, "where", many=True), "findOne": How(_READ), "findOneBy": How(_READ, "where"),
    "findOneOrFail": How(_READ, sure=True), "findOneByOrFail": How(_READ, "where", sure=True),
    "findOneById": How(_READ, "where"),
    "findByIds": How(_READ, "where", many=True), "findById": How(_READ, "where"), "count": How(_READ, rows=False),
    "countBy": How(_READ, "where", rows=False), "exist": How(_READ, rows=False), "exists": How(_READ, rows=False),
    "existsBy": How(_READ, "where", rows=False), "existBy": How(_READ, "where", rows=False),
    "sum": How(_READ, "second", rows=False), "average": How(_READ, "second", rows=False),
    "minimum": How(_READ, "second", rows=False), "maximum": How(_READ, "second", rows=False),
    "findTrees": How(_READ, "none", many=True), "findRoots": How(_READ, "none", many=True),
    "insert": How(Operation.INSERT, "none", writes=0, rows=False), "update": How(_UPDATE,
    "where", writes=1, rows=False),
    "updateAll": How(_UPDATE, "none", writes=0, rows=False), "upsert": How(Operation.UPSERT,
    "none", writes=0, rows=False),
    "delete": How(_DELETE, "where", rows=False), "softDelete": How(_DELETE, "where", rows=False),
    "restore": How(_UPDATE, "where", rows=False), "increment": How(_UPDATE, "where", rows=False),
    "decrement": How(_UPDATE, "where", rows=False), "clear": How(_DELETE, "none", rows=False),
    "deleteAll": How(_DELETE, "none", rows=False),
}  # fmt: skip
# All save what they are given, as it is.
SAVES = frozenset({"save", "recover"})
REMOVES = frozenset({"remove", "softRemove"})
_OPTIONS = frozenset({
    "where", "relations", "select", "order", "take", "skip", "cache", "lock", "withDeleted", "loadEagerRelations",
    "join",
    "relationLoadStrategy", "loadRelationIds", "comment", "transaction",
})  # fmt: skip


def table_of(entity: Value | None, follower: Follower) -> str:
    """The name an entity gives its table, or the one that TypeORM makes of the name of the class."""
    shape = entity.shape if entity is not None else None
    if isinstance(shape, ClassRef):
        return table_named(follower.programs[shape.unit].classes[shape.at])
    if isinstance(shape, Literal) and shape.value:
        return shape.value
    return UNKNOWN_TABLE


def table_named(declared: Class) -> str:
    for mark in declared.marks:
        call = mark.value
        if not (
            isinstance(call, Call)
            and isinstance(call.callee, Name)
            and call.callee.name in ("Entity", "ViewEntity", "ChildEntity")
        ):
            continue
        for arg in call.args:
            if isinstance(arg.value, Text):
                return arg.value.value
            if isinstance(arg.value, Obj):
                named = next((one.value for one in arg.value.entries if one.key == "name"), None)
                if isinstance(named, Text):
                    return named.value
    return snake(declared.name)


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])", lambda found: "_" + found.group(), name).lower()


def conditions_of(where: Value | None) -> Fields:
    """A record of columns, several of them, or an id."""
    if where is None or where.shape == Literal(None):
        return ()
    shape = next((one for one in where.shapes() if isinstance(one, (Record, Items))), None)
    of_ids = isinstance(shape, Items) and not any(isinstance(one.shape, Record) for one in shape.known)
    if shape is None or of_ids:
        return (("id", where if where.sources or where.shape is not None else UNKNOWN),)
    found = asked(where, frozenset(), frozenset())
    return tuple(
        (f"not {name}" if isinstance(one.shape, Thing) and one.shape.kind == NOT else name, one) for name, one in found
    )


def did_of(table: str, name: str, how: How, args: list[Value], calling: Calling, *, many: bool) -> Did:
    first, second = (args[0] if args else None), (args[1] if len(args) > 1 else None)
    options = record_of(first) if how.by == "options" else Record(())
    fields: Fields = ()
    given: Value | None = None
    if how.by == "options":
        plain = first is not None and not isinstance(first.shape, Record)
        direct = bool(options.entries) and not any(key in _OPTIONS for key, _ in options.entries)
        filters = conditions_of(first if direct or (plain and not many) else options.get("where"))
        if plain and second is not None:
            options = record_of(second)
    else:
        filters = {"where": conditions_of(first), "second": conditions_of(second)}.get(how.by, ())
    if how.writes >= 0 and len(args) > how.writes:
        fields, given = written(args[how.writes])
    if name in ("increment", "decrement") and second is not None and second.text:
        fields = ((second.text, args[2] if len(args) > 2 else UNKNOWN),)
    did = Did(
        table, how.operation, calling.spot, "typeorm", filters, fields, given,
        bounded=not how.many or has(options, "take"),
        ordered=has(options, "order"), columns=names_in(options.get("select")),
    )  # fmt: skip
    return replace(did, why=NO_TABLE) if table == UNKNOWN_TABLE else did
