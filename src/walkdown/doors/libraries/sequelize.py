"""Sequelize: models made by `define` or as classes, what is asked of them, rows that are changed and saved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from walkdown.doors import calls
from walkdown.doors.follow import Follower
from walkdown.doors.libraries import sequelize_words as words
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.shared import (
    NO_TABLE,
    UNKNOWN_TABLE,
    Handle,
    Row,
    as_row,
    changed,
    record_of,
    save,
    text_in,
    within,
    written,
)
from walkdown.doors.libraries.sql_run import built, run_sql, text_of
from walkdown.doors.library import Calling, Given, Parent
from walkdown.doors.rows import row_of
from walkdown.doors.values import (
    UNKNOWN,
    ClassRef,
    Closure,
    Instance,
    Items,
    Outside,
    Record,
    Thing,
    Value,
    constant,
    member_of,
    replace,
)
from walkdown.doors.visits import Did, Spot, Visit
from walkdown.model.door import Operation
from walkdown.syntax.program import Call, Name, Param, Program

_DB, _MODELS, _MODEL, _ROW, _TRANSACTION = (
    "sequelize.db", "sequelize.models", "sequelize.model", "sequelize.row", "sequelize.transaction",
)  # fmt: skip
_RELATED = re.compile(r"(get|set|add|remove|create|count|has)([A-Z]\w*)$")
_RELATED_DO = {
    "get": Operation.READ, "count": Operation.READ, "has": Operation.READ, "create": Operation.INSERT,
    "add": Operation.UPDATE,
    "set": Operation.UPDATE, "remove": Operation.UPDATE,
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Model:
    """`of`: the class that it is, where it is one. `why`: why it is uncertain which it is."""

    name: str
    of: ClassRef | None = None
    why: str = ""


class Sequelize(Base):
    """Models are known by their names too, for code that looks them up in a bag of all models."""

    packages = words.PACKAGES

    def __init__(self, programs: Mapping[str, Program] | None = None) -> None:
        self._models: dict[str, Model] = {}
        self._classes = words.model_classes(programs or {})
        self._follower: Follower | None = None

    def imported(self, outside: Outside) -> Value | None:
        if outside.chain[:1] == ("Op",) and len(outside.chain) == 2:
            return constant(f"${outside.chain[1]}")
        if outside.chain[-2:-1] == ("Op",):
            return constant(f"${outside.chain[-1]}")
        return None

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        last = outside.chain[-1] if outside.chain else ""
        self._follower = calling.follower
        if calling.new and last in ("Sequelize", ""):
            return Value(shape=Thing(_DB))
        if last in ("literal", "where", "json", "cast", "col", "and", "or"):
            return Value(frozenset(s for one in calling.args for s in one.value.sources))
        return None

    def extended(self, of: ClassRef, parent: Parent, follower: Follower) -> Value | None:
        shape = parent.value.shape
        if not isinstance(shape, Outside) or not self.owns(shape) or shape.chain[-1:] != ("Model",):
            return None
        self._follower = follower
        name = follower.programs[of.unit].classes[of.at].name
        model = self._models.get(name)
        if model is None or model.of is None:
            model = self._models[name] = Model(name, of)
        return Value(shape=Thing(_MODEL, name, model))

    def made(self, of: Instance, parent: Parent, calling: Calling) -> Value | None:
        known = self.extended(of.of, parent, calling.follower)
        if known is None or not isinstance(known.shape, Thing):
            return None
        row = Row(known.shape.name, new=True, of=known.shape.data)
        row.take("...", calling.arg(0) or Value())
        return Value(shape=Thing(_ROW, row.table, row))

    def injected(self, param: Param, scope: object, follower: object) -> Value | None:  # noqa: ARG002
        for mark in param.marks:
            call = mark.value
            if isinstance(call, Call) and isinstance(call.callee, Name) and call.callee.name == "InjectModel":
                given = call.args[0].value if call.args else None
                name = getattr(scope, "find", lambda _: None)(given.name) if isinstance(given, Name) else None
                if isinstance(given, Name):
                    return (
                        name if isinstance(name, Value) else Value(shape=Thing(_MODEL, given.name, Model(given.name)))
                    )
        return Value(shape=Thing(_DB)) if param.type is not None and param.type.name == "Sequelize" else None

    # -- things --------------------------------------------------------------------------------------------------------

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _DB and name == "models":
            return Value(shape=Thing(_MODELS))
        if (
            thing.kind in (_DB, _MODELS)
            and (name[:1].isupper() or thing.kind == _MODELS)
            and name not in words.NO_MODELS
        ):
            return self._by_name(name)
        if thing.kind == _MODEL and name == "sequelize":
            return Value(shape=Thing(_DB))
        if thing.kind == _ROW and isinstance(thing.data, Row):
            if name == "dataValues":
                return Value(thing.data.sources)
            return thing.data.sets.get(name) or self._beside(thing.data, name)
        return None

    def _beside(self, row: Row, name: str) -> Value | None:
        """`library.folders`: rows that were loaded with this one, where a model has the name of the relation."""
        many = name.endswith("s") and self._known(name[:-1]) != ""
        table = self._known(name[:-1] if many else name)
        if not table:
            return None
        each = as_row(member_of(Value(row.sources), name), _ROW, Row(table))
        return Value(each.sources, Items(each=each)) if many else each

    def _by_name(self, name: str) -> Value:
        model = self._models.get(name) or self._models.get(name[:1].upper() + name[1:])
        if model is None:
            path, named = self._classes.get(name.lower(), ("", ""))
            known = (
                self._follower.name(named, self._follower.load(path)) if named and self._follower is not None else None
            )
            if known is not None and isinstance(known.shape, ClassRef):
                return known
            model = Model(named or name, why="" if named else "The model is looked up by its name when it runs.")
        if model.of is not None:
            return Value(shape=model.of)
        return Value(shape=Thing(_MODEL, model.name, model))

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:  # noqa: ARG002
        if thing.kind == _ROW and isinstance(thing.data, Row):
            thing.data.take(name, value)

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _DB:
            return self._on_db(thing, name, calling)
        if thing.kind == _TRANSACTION and isinstance(thing.data, Handle):
            if name == "commit":
                thing.data.end(calling.visit)
            return Value()
        if thing.kind == _MODEL and isinstance(thing.data, Model):
            with within(calling.visit, words.transaction_of(calling) or calling.visit.transaction):
                return self._on_model(thing, thing.data, name, calling)
        if thing.kind == _ROW and isinstance(thing.data, Row):
            with within(calling.visit, words.transaction_of(calling) or calling.visit.transaction):
                return self._on_row(thing, thing.data, name, calling)
        return None

    def _on_db(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        first = calling.arg(0)
        if name == "define" and first is not None:
            return self._defined(first.text or UNKNOWN_TABLE)
        if name == "model" and first is not None:
            return self._by_name(first.text or UNKNOWN_TABLE)
        if name == "transaction":
            given = next((one.value for one in calling.args if isinstance(one.value.shape, Closure)), None)
            begun = Handle()
            begun.start(calling.visit)
            handle = Value(shape=Thing(_TRANSACTION, data=begun))
            return (
                handle
                if given is None
                else calling.follower.invoke(given, (Given(handle),), calling.visit, calling.spot)
            )
        if name == "query":
            return self._sql(calling)
        return Value(shape=thing) if name in ("authenticate", "sync", "addModels", "close") else None

    def _defined(self, name: str) -> Value:
        model = self._models.setdefault(name, Model(name))
        return Value(shape=Thing(_MODEL, model.name, model))

    def _sql(self, calling: Calling) -> Value:
        options = record_of(calling.arg(1))
        params = options.get("replacements") or options.get("bind")
        text, holes = text_of(calling.arg(0) or UNKNOWN)
        built(calling, calling.arg(0))
        rows = run_sql(calling, text, holes, params, "sequelize", words.transaction_of(calling))
        return rows if options.get("type") is not None else Value(rows.sources, Items((rows, UNKNOWN)))

    # -- what is asked -------------------------------------------------------------------------------------------------

    def _on_model(self, thing: Thing, model: Model, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911
        if name == "init":
            given = text_in(record_of(calling.arg(1)), "modelName")
            if given:
                self._models.setdefault(given, model)
            return Value(shape=thing)
        if name in words.SAME:
            return Value(shape=thing)
        if (name == "" and calling.new) or name in ("build", "bulkBuild"):
            row = Row(model.name, new=True, of=model)
            row.take("...", calling.arg(0) or Value())
            row.sources = (calling.arg(0) or Value()).sources
            return Value(row.sources, Thing(_ROW, model.name, row))
        how = words.HOW.get(name)
        if how is None:
            return None
        did = words.did_of(model.name, name, how, calling)
        if model.why or model.name == UNKNOWN_TABLE:
            did = replace(did, why=model.why or NO_TABLE)
        value = row_of(calling.visit, did, many=how.many, maybe=how.operation is Operation.READ)
        rows = as_row(value, _ROW, Row(model.name, of=model)) if how.rows else value
        if name in ("findAndCountAll", "findAndCount"):
            return Value(rows.sources, Record((("rows", rows), ("count", Value(rows.sources)))))
        if name in ("findOrCreate", "findOrBuild", "upsert", "findCreateFind"):
            return Value(rows.sources, Items((rows, Value(rows.sources))))
        if name == "update":
            return Value(rows.sources, Items((Value(rows.sources), rows)))
        return rows

    def _on_row(self, thing: Thing, row: Row, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911
        of = Value(row.sources, thing)
        first, second = calling.arg(0), calling.arg(1)
        model = row.of.of if isinstance(row.of, Model) else None
        own = calls.method_of(calling.follower, model, name, of) if model is not None else None
        if own is not None and not calling.follower.is_running(own):
            return calling.follower.invoke(own, calling.args, calling.visit, calling.spot)
        if name == "save":
            save(row, calling, "sequelize")
            return of
        if name in words.ON_ROW:
            did = changed(row, words.ON_ROW[name], calling, "sequelize")
            fields, given = written(first) if did.operation is Operation.UPDATE else ((), None)
            if name in ("increment", "decrement") and first is not None and first.text:
                fields, given = ((first.text, UNKNOWN),), None
            calling.visit.do(replace(did, sets=fields, given=given))
            return of
        if name in ("set", "setAttributes") and first is not None:
            row.take(first.text or "...", second if first.text and second is not None else first)
            return of
        if name in ("get", "getDataValue"):
            return of if first is None or first.text is None else None
        if name in ("toJSON", "reload", "changed", "validate"):
            return of
        return self._related(row, name, calling)

    def _related(self, row: Row, name: str, calling: Calling) -> Value | None:
        """`user.getOrders()`: a relation is asked through the row."""
        found = _RELATED.match(name)
        if found is None:
            return None
        table = next((known for one in (found[2], found[2].removesuffix("s"), found[2].removesuffix("es")) if (
            known := self._known(one))), "")  # fmt: skip
        if not table:
            return None
        operation = _RELATED_DO[found[1]]
        fields, given = written(calling.arg(0)) if operation is Operation.INSERT else ((), None)
        why = "The table is known from the name of the relation."
        owner = row.table[:1].lower() + row.table[1:] + "Id"
        did = Did(table, operation, calling.spot, "sequelize", ((owner, Value(row.sources)),), fields, given, why=why)
        value = row_of(calling.visit, did, many=found[2] != table)
        return as_row(value, _ROW, Row(table))

    def _known(self, name: str) -> str:
        model = self._models.get(name) or self._models.get(name[:1].lower() + name[1:])
        return model.name if model is not None else self._classes.get(name.lower(), ("", ""))[1]
