"""Mongoose and the MongoDB driver: models and collections, what is asked of them, documents that are saved."""

from __future__ import annotations

from walkdown.doors import calls
from walkdown.doors.libraries import mongo_words as words
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.mongo_models import (
    BAG,
    DB,
    MODEL,
    QUERY,
    ROW,
    SCHEMA,
    SESSION,
    Model,
    Schema,
    bound,
    collection,
    session_of,
)
from walkdown.doors.libraries.queries import Query, ask, query_in
from walkdown.doors.libraries.shared import UNKNOWN_TABLE, Handle, Row, changed, is_given, record_of, save, within
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import UNKNOWN, Closure, Outside, Source, Thing, Value, replace
from walkdown.doors.visits import Did, Spot, Visit
from walkdown.model.door import Operation, Origin
from walkdown.syntax.program import Call, Member, Name, Param, Text


class Mongoose(Base):
    packages = frozenset({"mongoose", "mongodb", "@typegoose/typegoose"})

    def __init__(self) -> None:
        self._models: dict[str, Model] = {}

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911
        last, first = (outside.chain[-1] if outside.chain else ""), calling.arg(0)
        if last == "Schema":
            return self._schema(calling)
        if last == "model":
            return self._model(calling)
        if last == "getModelForClass":
            named = calling.args[0].written if calling.args else ""
            return self._as_value(self._of_name(named))
        if last == "collection" and first is not None:
            return collection(first)
        if last == "startSession":
            return Value(shape=Thing(SESSION, data=Handle()))
        if last == "transaction":
            return self._in_session(calling)
        if last in ("createConnection", "MongoClient") or outside.chain[-2:] == ("MongoClient", "connect"):
            return Value(shape=Thing(DB))
        if last in ("ObjectId", "ObjectID", "isValidObjectId", "isValid"):
            return Value(first.sources if first is not None else frozenset({Source(Origin.MADE)}))
        return None

    def _schema(self, calling: Calling) -> Value:
        schema = Schema()
        options = record_of(calling.arg(1))
        for name, bag in (("statics", schema.statics), ("methods", schema.methods), ("query", schema.queries)):
            bag.update((key, one) for key, one in record_of(options.get(name)).entries)
        return Value(shape=Thing(SCHEMA, data=schema))

    def _model(self, calling: Calling) -> Value:
        named, schema = calling.arg(0), calling.arg(1)
        model = self._of_name((named.text if named is not None else None) or "")
        shape = next((one for one in schema.shapes() if isinstance(one, Thing)), None) if schema is not None else None
        if shape is not None and isinstance(shape.data, Schema):
            model.schema = shape.data
        return self._as_value(model)

    def _of_name(self, name: str) -> Model:
        if not name:
            return Model(UNKNOWN_TABLE, Schema())
        return self._models.setdefault(name, Model(name, Schema()))

    def _as_value(self, model: Model) -> Value:
        return Value(shape=Thing(MODEL, model.name, model))

    def injected(self, param: Param, scope: object, follower: object) -> Value | None:  # noqa: ARG002
        for mark in param.marks:
            call = mark.value
            if isinstance(call, Call) and isinstance(call.callee, Name) and call.callee.name == "InjectModel":
                given = call.args[0].value if call.args else None
                if isinstance(given, Text):
                    return self._as_value(self._of_name(given.value))
                if isinstance(given, Member) and given.name == "name" and isinstance(given.of, Name):
                    return self._as_value(self._of_name(given.of.name))
                if param.type is None or not param.type.name.endswith("Model") or not param.type.inner:
                    return None  # Sequelize has a decorator of that name too
                inner = param.type.inner[0].name
                return self._as_value(self._of_name(inner.removesuffix("Document")))
            if isinstance(call, Call) and isinstance(call.callee, Name) and call.callee.name == "InjectConnection":
                return Value(shape=Thing(DB))
        return None

    # -- things --------------------------------------------------------------------------------------------------------

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == SCHEMA and name in ("statics", "methods", "query"):
            return Value(shape=Thing(BAG, name, thing.data))
        if thing.kind == MODEL and isinstance(thing.data, Model) and name in thing.data.schema.statics:
            return bound(thing.data.schema.statics[name], Value(shape=thing))
        if thing.kind == MODEL and name in ("collection", "db", "base"):
            return Value(shape=thing if name == "collection" else Thing(DB))
        if thing.kind == ROW and isinstance(thing.data, Row):
            return thing.data.sets.get(name)
        return None

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:  # noqa: ARG002
        if thing.kind == BAG and isinstance(thing.data, Schema):
            {"statics": thing.data.statics, "methods": thing.data.methods, "query": thing.data.queries}[thing.name][
                name
            ] = value
        elif thing.kind == ROW and isinstance(thing.data, Row):
            thing.data.take(name, value)

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == SCHEMA and isinstance(thing.data, Schema):
            return self._on_schema(thing, thing.data, name, calling)
        if thing.kind == MODEL and isinstance(thing.data, Model):
            return self._on_model(thing, thing.data, name, calling)
        if thing.kind == ROW and isinstance(thing.data, Row):
            return self._on_row(thing, thing.data, name, calling)
        if thing.kind == SESSION and isinstance(thing.data, Handle):
            return self._on_session(thing, thing.data, name, calling)
        if thing.kind == DB:
            return self._on_db(thing, name, calling)
        query = query_in(thing, QUERY)
        return self._on_query(query, name, calling) if query is not None else None

    def _on_schema(self, thing: Thing, schema: Schema, name: str, calling: Calling) -> Value | None:
        first, second = calling.arg(0), calling.arg(1)
        if name in ("static", "method") and first is not None:
            bag = schema.statics if name == "static" else schema.methods
            if first.text and second is not None:
                bag[first.text] = second
            bag.update((key, one) for key, one in record_of(first).entries)
        if name == "plugin" and first is not None and isinstance(first.shape, Closure):
            calling.follower.invoke(first, (Given(Value(shape=thing)), *calling.args[1:]), calling.visit, calling.spot)
        return Value(shape=thing) if name in words.ON_SCHEMA else None

    def _on_db(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        first = calling.arg(0)
        if name == "collection" and first is not None:
            return collection(first)
        if name == "model":
            return self._model(calling)
        if name == "startSession":
            return Value(shape=Thing(SESSION, data=Handle()))
        if name == "transaction":
            return self._in_session(calling)
        return Value(shape=thing) if name in ("connect", "db", "useDb", "asPromise", "getClient") else None

    def _on_session(self, thing: Thing, session: Handle, name: str, calling: Calling) -> Value | None:
        if name == "startTransaction":
            session.start(calling.visit)
        elif name in ("commitTransaction", "endSession"):
            session.end(calling.visit)
        elif name == "withTransaction":
            session.start(calling.visit)
            given = (Given(Value(shape=thing)),)
            result = calling.follower.invoke(calling.arg(0) or UNKNOWN, given, calling.visit, calling.spot)
            session.end(calling.visit)
            return result
        return Value()

    def _in_session(self, calling: Calling) -> Value:
        session = Handle()
        session.start(calling.visit)
        handle = Value(shape=Thing(SESSION, data=session))
        return calling.follower.invoke(calling.arg(0) or UNKNOWN, (Given(handle),), calling.visit, calling.spot)

    # -- what is asked -------------------------------------------------------------------------------------------------

    def _on_model(self, thing: Thing, model: Model, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911
        own = model.schema.statics.get(name)
        if own is not None:
            return calling.follower.invoke(bound(own, Value(shape=thing)), calling.args, calling.visit, calling.spot)
        if name == "" and calling.new:
            row = Row(model.name, new=True, of=model)
            row.take("...", calling.arg(0) or Value())
            row.sources = (calling.arg(0) or Value()).sources
            return Value(row.sources, Thing(ROW, model.name, row))
        if name == "discriminator":
            return self._model(calling)
        if name == "startSession":
            return Value(shape=Thing(SESSION, data=Handle()))
        how = words.HOW.get(name)
        if name == "where":
            did = Did(model.name, Operation.READ, calling.spot, model.library, bounded=False)
            query = ask(calling, did, QUERY, many=True, row=(ROW, Row(model.name, of=model)))
            query.extra["model"] = model
            self._where(query, name, calling.arg(0), calling)
            return query.value()
        if how is None:
            return None
        did, many = words.did_of(model.name, name, how, calling, model.library)
        query = ask(
            calling, did, QUERY, many=many, row=(ROW, Row(model.name, of=model)), transaction=session_of(calling)
        )
        query.extra["model"] = model
        self._call_back(query, calling)
        return query.value(
            maybe=how.operation is not Operation.INSERT and name not in words.NUMBERS, plain=name in words.NUMBERS
        )

    def _call_back(self, query: Query, calling: Calling) -> None:
        """`find({}, (error, rows) => ...)`, as it was once written."""
        back = calling.args[-1].value if calling.args else None
        if back is not None and isinstance(back.shape, Closure):
            given = (Given(Value(maybe=True)), Given(query.value(plain=True)))
            calling.follower.invoke(back, given, calling.visit, calling.spot)

    def _on_query(self, query: Query, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911, PLR0912
        if name in ("find", "some", "sort", "map", "filter", "every", "forEach") and is_given(calling):
            return None  # a list of rows is meant
        first = calling.arg(0)
        model = query.extra.get("model")
        own = model.schema.queries.get(name) if isinstance(model, Model) else None
        if own is not None:
            return calling.follower.invoke(bound(own, query.value()), calling.args, calling.visit, calling.spot)
        if name in ("exec", "lean", "toArray", "orFail", "clone", "cursor", "stream", "toObject"):
            return query.value(maybe=name != "orFail")
        if name == "limit":
            query.change(bounded=True)
        elif name == "sort":
            query.change(ordered=True)
        elif name in ("select", "project") and first is not None:
            query.change(columns=words.columns_of(first))
        elif name in ("where", "find", "findOne", "and", "or", "nor", "match"):
            self._where(query, name, first, calling)
        elif name in words.COMPARES and first is not None:
            query.ask([(str(query.extra.get("field", "*")), first)])
        elif name in ("countDocuments", "count", "estimatedDocumentCount"):
            query.many = False
            query.change(bounded=True)
        elif (
            name == "session"
            and first is not None
            and isinstance(first.shape, Thing)
            and isinstance(first.shape.data, Handle)
        ):
            query.change(transaction=first.shape.data.transaction(calling.visit))
        elif name in words.HOW and words.HOW[name].operation is not Operation.READ:
            query.change(operation=words.HOW[name].operation)
            fields, given = words.changes_of(first)
            query.set(fields, given)
        elif name in ("then", "catch", "finally"):
            plain = query.value(plain=True)
            return calls.method(calling.follower, plain, name, calling.args, calling.visit, calling.spot)
        elif name not in words.ON_QUERY:
            if query.many or query.row is None:
                return None
            return self._on_row(Thing(ROW, query.row.table, query.row), query.row, name, calling)
        return query.value()

    def awaited(self, thing: Thing, calling: Calling) -> Value | None:  # noqa: ARG002
        query = query_in(thing, QUERY)
        return query.value(plain=True) if query is not None else None

    def _where(self, query: Query, name: str, first: Value | None, calling: Calling) -> None:
        if name == "findOne":
            query.many = False
            query.change(bounded=True)
        if first is None:
            return
        second = calling.arg(1)
        if first.text:
            query.extra["field"] = first.text
            if second is not None:
                query.ask([(first.text, second)])
        else:
            query.ask(words.filters_of(first))

    def _on_row(self, thing: Thing, row: Row, name: str, calling: Calling) -> Value | None:
        model = row.of if isinstance(row.of, Model) else None
        of = Value(row.sources, thing)
        own = model.schema.methods.get(name) if model is not None else None
        if own is not None:
            return calling.follower.invoke(bound(own, of), calling.args, calling.visit, calling.spot)
        number = row.transaction or session_of(calling)
        with within(calling.visit, number or calling.visit.transaction):
            if name == "save":
                save(row, calling, "mongoose", "_id")
                return of
            if name in ("remove", "deleteOne", "delete", "updateOne", "update", "replaceOne"):
                delete = name in ("remove", "deleteOne", "delete")
                fields, given = ((), None) if delete else words.changes_of(calling.arg(0))
                operation = Operation.DELETE if delete else Operation.UPDATE
                did = changed(row, operation, calling, "mongoose", "_id")
                calling.visit.do(replace(did, sets=fields, given=given))
                return of
        first, second = calling.arg(0), calling.arg(1)
        if name in ("set", "overwrite", "assign") and first is not None:
            row.take(first.text or "...", second if first.text and second is not None else first)
        return of if name in words.ON_ROW else None
