"""The words of Sequelize: what each method does, and how its options say what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from walkdown.doors.libraries.shared import NOT_ALL, Fields, Handle, asked, has, names_in, record_of, written
from walkdown.doors.library import Calling
from walkdown.doors.values import Record, Thing, Value
from walkdown.doors.visits import Did
from walkdown.model.door import Operation
from walkdown.syntax.program import Name, Program


@dataclass(frozen=True, slots=True)
class How:
    """`options`, `writes`: numbers of the arguments; -1 for none. `rows`: what comes back are rows of the model."""

    operation: Operation
    options: int = 0
    many: bool = False
    writes: int = -1
    rows: bool = True


PACKAGES = frozenset({"sequelize", "sequelize-typescript", "@sequelize/core"})
_READ, _INSERT, _UPDATE = Operation.READ, Operation.INSERT, Operation.UPDATE
HOW = {
    "findAll": How(_READ, many=True), "findAndCountAll": How(_READ, many=True), "findAndCount": How(_READ, many=True),
    "findOne": How(_READ), "findByPk": How(_READ, 1), "findById": How(_READ, 1), "find": How(_READ),
    "count": How(_READ, rows=False),
    "sum": How(_READ, 1, rows=False), "max": How(_READ, 1, rows=False), "min": How(_READ, 1, rows=False),
    "aggregate": How(_READ, 2, rows=False), "findOrCreate": How(Operation.UPSERT), "findOrBuild": How(_READ),
    "findCreateFind": How(Operation.UPSERT), "create": How(_INSERT, -1, writes=0),
    "bulkCreate": How(_INSERT, 1, writes=0, many=True),
    "upsert": How(Operation.UPSERT, -1, writes=0), "update": How(_UPDATE, 1, writes=0),
    "destroy": How(Operation.DELETE, rows=False),
    "truncate": How(Operation.DELETE, -1, rows=False), "increment": How(_UPDATE, 1, writes=0, rows=False),
    "decrement": How(_UPDATE, 1, writes=0, rows=False), "restore": How(_UPDATE, rows=False),
}  # fmt: skip
ON_ROW = {
    "update": _UPDATE, "destroy": Operation.DELETE, "increment": _UPDATE, "decrement": _UPDATE, "restore": _UPDATE,
}  # fmt: skip
SAME = frozenset({
    "scope", "unscoped", "schema", "sync", "addHook", "belongsTo", "hasMany", "hasOne", "belongsToMany", "addScope",
    "associate",
    "withScope", "beforeCreate", "afterCreate", "beforeUpdate", "beforeSave", "initialize", "removeAttribute",
})  # fmt: skip
NO_MODELS = frozenset({"Sequelize", "Op", "DataTypes", "QueryTypes", "Transaction"})
_OPERATORS = frozenset({
    f"${one}" for one in (
        "eq", "ne", "gt", "gte", "lt", "lte", "in", "notIn", "like", "iLike", "notLike", "between", "notBetween",
        "startsWith",
        "endsWith", "substring", "is", "contains", "overlap", "contained", "any", "all", "regexp", "iRegexp", "col",
        "match",
    )
})  # fmt: skip
_GROUPS = frozenset({"$and", "$or", "$not"})


def filters_of(where: Value | None) -> Fields:
    return tuple((name.replace("$", ""), value) for name, value in asked(where, _OPERATORS, _GROUPS))


def did_of(table: str, name: str, how: How, calling: Calling) -> Did:
    options = record_of(calling.arg(how.options) if how.options >= 0 else None)
    filters = filters_of(options.get("where"))
    first = calling.arg(0)
    if name in ("findByPk", "findById") and first is not None:
        filters = (("id", first), *filters)
    fields, given = written(calling.arg(how.writes)) if how.writes >= 0 else ((), None)
    if name in ("increment", "decrement") and first is not None and first.text:
        fields, given = ((first.text, Value()),), None
    if name in ("findOrCreate", "findCreateFind"):
        fields, given = written(options.get("defaults"))
    operation = (
        Operation.UPSERT if has(options, "updateOnDuplicate", "ignoreDuplicates") and how.many else how.operation
    )
    return Did(
        table, operation, calling.spot, "sequelize", filters, fields, given,
        bounded=not how.many or how.operation is not Operation.READ or has(options, "limit"),
        ordered=has(options, "order"),
        columns=_columns(options.get("attributes")), why=NOT_ALL if options.open else "",
    )  # fmt: skip


def _columns(attributes: Value | None) -> tuple[str, ...]:
    without = record_of(attributes).get("exclude")
    return tuple(f"-{one}" for one in names_in(without)) if without is not None else names_in(attributes)


def model_classes(programs: Mapping[str, Program]) -> dict[str, tuple[str, str]]:
    """Models by name in lower case, and where they are, for bags that are filled when the program starts."""
    found: dict[str, tuple[str, str]] = {}
    for path, program in programs.items():
        if not any(one.module in PACKAGES for one in program.imports):
            continue
        for one in program.classes:
            if any(isinstance(base, Name) and base.name == "Model" for base in one.bases):
                found.setdefault(one.name.lower(), (path, one.name))
    return found


def transaction_of(calling: Calling) -> int:
    """`{ transaction: t }` among the options."""
    for one in calling.args:
        given = one.value.shape.get("transaction") if isinstance(one.value.shape, Record) else None
        if given is not None and isinstance(given.shape, Thing) and isinstance(given.shape.data, Handle):
            return given.shape.data.transaction(calling.visit)
    return 0
