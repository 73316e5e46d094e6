"""The words of MongoDB: what each method does, filters and changes with their `$` operators, pipelines."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.libraries.shared import NO_TABLE, UNKNOWN_TABLE, Fields, asked, has, names_in, record_of, written
from walkdown.doors.library import Calling
from walkdown.doors.values import Closure, Items, Record, Value
from walkdown.doors.visits import Did
from walkdown.model.door import Operation


@dataclass(frozen=True, slots=True)
class How:
    """`by`: what the first argument is: a filter, an id, rows, a pipeline, or a list of operations. `changes`: number
    of the argument that says what is written, -1 for none."""

    operation: Operation
    by: str = "filter"
    many: bool = False
    changes: int = -1


_READ, _UPDATE, _DELETE, _INSERT = Operation.READ, Operation.UPDATE, Operation.DELETE, Operation.INSERT
HOW = {
    "find": How(_READ, many=True), "findOne": How(_READ), "findById": How(_READ, "id"), "exists": How(_READ),
    "countDocuments": How(_READ), "count": How(_READ), "estimatedDocumentCount": How(_READ, "none"),
    "distinct": How(_READ, "second", many=True), "aggregate": How(_READ, "pipeline", many=True),
    "create": How(_INSERT, "rows", changes=0), "insertMany": How(_INSERT, "rows", changes=0),
    "insertOne": How(_INSERT, "rows", changes=0), "bulkWrite": How(_UPDATE, "operations"), "bulkSave": How(_UPDATE,
    "operations"),
    "updateOne": How(_UPDATE, changes=1), "updateMany": How(_UPDATE, changes=1), "update": How(_UPDATE, changes=1),
    "replaceOne": How(_UPDATE, changes=1), "findOneAndUpdate": How(_UPDATE, changes=1),
    "findOneAndReplace": How(_UPDATE, changes=1), "findByIdAndUpdate": How(_UPDATE, "id", changes=1),
    "deleteOne": How(_DELETE), "deleteMany": How(_DELETE), "remove": How(_DELETE), "findOneAndDelete": How(_DELETE),
    "findOneAndRemove": How(_DELETE), "findByIdAndDelete": How(_DELETE, "id"), "findByIdAndRemove": How(_DELETE, "id"),
}  # fmt: skip
NUMBERS = frozenset({
    "countDocuments", "count", "estimatedDocumentCount", "exists", "updateOne", "updateMany", "deleteMany",
    "deleteOne",
    "bulkWrite", "insertOne", "replaceOne",
})  # fmt: skip
COMPARES = frozenset({"equals", "gt", "gte", "lt", "lte", "in", "ne", "nin", "regex"})
ON_QUERY = frozenset({
    "populate", "skip", "hint", "collation", "maxTimeMS", "setOptions", "read", "batchSize", "allowDiskUse",
    "option", "slice",
    "group", "unwind", "lookup", "addFields", "facet", "comment", "returnOriginal", "tailable", "distinct",
    "transform",
})  # fmt: skip
ON_ROW = frozenset({
    "toObject", "toJSON", "populate", "set", "overwrite", "assign", "validate", "execPopulate", "markModified",
    "$set", "lean",
    "depopulate", "$session", "exec", "hydrate", "increment",
})  # fmt: skip
ON_SCHEMA = frozenset({
    "static", "method", "plugin", "pre", "post", "index", "virtual", "set", "add", "loadClass", "get", "path", "query",
})  # fmt: skip
_GROUPS = frozenset({"$and", "$or", "$nor", "$not", "$elemMatch", "$expr"})
_OPERATORS = frozenset({
    "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$regex", "$options", "$exists", "$all", "$size",
    "$type", "$near",
    "$geoWithin", "$text", "$search", "$mod",
})  # fmt: skip


def filters_of(where: Value | None) -> Fields:
    return asked(where, _OPERATORS, _GROUPS)


def changes_of(change: Value | None) -> tuple[Fields, Value | None]:
    """`{ $set: { a }, $push: { b } }` writes a and b."""
    fields, given = written(change)
    found: list[tuple[str, Value]] = []
    for name, value in fields:
        if name.startswith("$"):
            inner, whole = written(value)
            found.extend(inner)
            given = given or whole
        else:
            found.append((name, value))
    return tuple(found), given


def columns_of(value: Value) -> tuple[str, ...]:
    return names_in(value)


def did_of(table: str, name: str, how: How, calling: Calling, library: str) -> tuple[Did, bool]:
    """The operation that a call makes, and whether many rows come back."""
    args = [one.value for one in calling.args if not isinstance(one.value.shape, Closure)]
    first = args[0] if args else None
    changes = args[how.changes] if 0 <= how.changes < len(args) else None
    options = record_of(args[how.changes + 1] if how.changes >= 0 and len(args) > how.changes + 1 else None)
    filters = _asked(how, first, args)
    fields, given = changes_of(changes)
    if how.by == "rows" and changes is not None and isinstance(changes.shape, Items) and changes.shape.known:
        fields, given = written(changes.shape.known[0])
    operation = Operation.UPSERT if has(options, "upsert") else how.operation
    columns: tuple[str, ...] = ()
    bounded = not how.many
    if name in ("find", "findOne", "findById") and len(args) > 1:
        more = record_of(args[2] if len(args) > 2 else args[1] if library == "mongodb" else None)
        columns = columns_of(args[1]) if library == "mongoose" else names_in(more.get("projection"))
        bounded = bounded or has(more, "limit")
    if how.by == "pipeline":
        bounded = any(has(record_of(one), "$limit", "$count") for one in _stages(first))
    why = NO_TABLE if table == UNKNOWN_TABLE else ""
    return Did(
        table, operation, calling.spot, library, filters, fields, given, bounded=bounded, columns=columns, why=why
    ), how.many  # fmt: skip


def _asked(how: How, first: Value | None, args: list[Value]) -> Fields:
    if how.by == "id" and first is not None:
        return (("_id", first),)
    if how.by == "filter":
        return filters_of(first)
    if how.by == "second":
        return filters_of(args[1] if len(args) > 1 else None)
    if how.by == "pipeline":
        return tuple(one for stage in _stages(first) for one in filters_of(record_of(stage).get("$match")))
    if how.by == "operations":
        return tuple(one for stage in _stages(first) for one in _of_operation(stage))
    return ()


def _of_operation(stage: Value) -> Fields:
    entries = stage.shape.entries if isinstance(stage.shape, Record) else ()
    return tuple(one for _, value in entries for one in filters_of(record_of(value).get("filter")))


def _stages(pipeline: Value | None) -> tuple[Value, ...]:
    shape = pipeline.shape if pipeline is not None else None
    if not isinstance(shape, Items):
        return ()
    return shape.known or ((shape.each,) if shape.each is not None else ())
