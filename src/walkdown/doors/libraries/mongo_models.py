"""Models of Mongoose as they are known: what a project adds to them, and the sessions they are asked in."""

from __future__ import annotations

from dataclasses import dataclass, field

from walkdown.doors.libraries.shared import UNKNOWN_TABLE, Handle
from walkdown.doors.library import Calling
from walkdown.doors.values import Closure, Record, Thing, Value, replace

MODEL, SCHEMA, BAG, QUERY, ROW, SESSION, DB = (
    "mongoose.model", "mongoose.schema", "mongoose.bag", "mongoose.query", "mongoose.row", "mongoose.session",
    "mongoose.db",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Schema:
    """`statics` and `methods`: the functions a project adds to its models and documents."""

    statics: dict[str, Value] = field(default_factory=dict)
    methods: dict[str, Value] = field(default_factory=dict)
    queries: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Model:
    name: str
    schema: Schema
    library: str = "mongoose"


def bound(function: Value, this: Value) -> Value:
    shape = function.shape
    return replace(function, shape=replace(shape, this=this)) if isinstance(shape, Closure) else function


def collection(named: Value) -> Value:
    name = named.text or UNKNOWN_TABLE
    return Value(shape=Thing(MODEL, name, Model(name, Schema(), "mongodb")))


def session_of(calling: Calling) -> int:
    """`{ session }` among the options."""
    for one in calling.args:
        given = one.value.shape.get("session") if isinstance(one.value.shape, Record) else None
        if given is not None and isinstance(given.shape, Thing) and isinstance(given.shape.data, Handle):
            return given.shape.data.transaction(calling.visit)
    return 0
