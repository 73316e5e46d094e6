"""Checks that stand before a handler as middlewares or classes: express-validator, celebrate, Ajv, class-validator."""

from __future__ import annotations

from walkdown.doors.calls import lineage
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.express import exchange_of, proceed
from walkdown.doors.libraries.express_exchange import Exchange, in_request
from walkdown.doors.libraries.schemas import Schema, check, object_of, schema_of, thing
from walkdown.doors.library import Calling
from walkdown.doors.values import ClassRef, Items, Literal, Outside, Record, Source, Thing, Value, member_of, of
from walkdown.doors.visits import Visit
from walkdown.model.door import Origin

_CHAIN, _RESULT, _PARTS, _AJV, _AJV_CHECK, _DTO = (
    "checks.chain", "checks.result", "checks.parts", "ajv", "ajv.check", "checks.class",
)  # fmt: skip
_FIELDS = {"body": ("body",), "query": ("query",), "param": ("params",), "cookie": ("cookies",), "header": ("headers",),
           "check": ("body", "query", "params")}  # fmt: skip
_SEGMENTS = {"BODY": "body", "QUERY": "query", "PARAMS": "params", "HEADERS": "headers", "COOKIES": "cookies"}
_PACKS = frozenset({"express-validator", "express-validator/check", "express-validator/lib"})
_BY_PARTS = frozenset({"celebrate", "zod-express-middleware", "express-validation", "express-zod-safe", "zod-express"})
_AJVS, _HELPS_AJV = (
    frozenset({"ajv", "ajv/dist/2020", "ajv/dist/jtd"}),
    frozenset({"ajv-formats", "ajv-errors", "ajv-keywords"}),
)
_JSON_SCHEMA = frozenset({"jsonschema", "is-my-json-valid", "@cfworker/json-schema"})
_CLASSES = frozenset({"class-validator", "class-transformer", "class-transformer-validator"})


class RequestChecks(Base):
    packages = _PACKS | _BY_PARTS | _AJVS | _HELPS_AJV | _CLASSES | _JSON_SCHEMA | {"validator"}

    def imported(self, outside: Outside) -> Value | None:
        if outside.package == "celebrate" and outside.chain == ("Joi",):
            return Value(shape=Outside("joi"))
        if outside.package == "celebrate" and outside.chain[:1] == ("Segments",) and len(outside.chain) > 1:
            part = _SEGMENTS.get(outside.chain[1])
            return Value(frozenset({Source(Origin.CONSTANT)}), Literal(part)) if part else None
        return None

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911 - one line for each thing
        name = outside.chain[-1] if outside.chain else ""
        if outside.package in _PACKS:
            return _express_validator(name, calling)
        if outside.package in _BY_PARTS and name not in ("errors", "isCelebrateError"):
            return Value(shape=Thing(_PARTS, data=calling.arg(0)))
        if outside.package == "validator":
            return _plain_check(name, calling)
        if outside.package in _HELPS_AJV:
            return calling.arg(0)
        if outside.package in _JSON_SCHEMA and name == "validate":
            return _by_json_schema(calling)
        if outside.package in _AJVS or outside.package in _JSON_SCHEMA:
            return Value(shape=Thing(_AJV))
        return _of_class(name, calling) if outside.package in _CLASSES else None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _DTO and isinstance(thing.data, tuple):
            return member_of(thing.data[1], name)
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _CHAIN and isinstance(thing.data, tuple):
            return _on_chain(thing, thing.data, name, calling)
        if thing.kind == _RESULT:
            return Value(frozenset({Source(Origin.MADE, ("schema",))}))
        if thing.kind == _PARTS and name == "" and isinstance(thing.data, Value):
            return _parts(thing.data, calling)
        if thing.kind == _AJV:
            return _ajv(thing, name, calling)
        if thing.kind == _AJV_CHECK and name == "":
            given = calling.arg(0)
            if given is not None:
                check(
                    schema_of(thing.data if isinstance(thing.data, Value) else None), given, calling.visit, calling.spot
                )
            return Value(frozenset({Source(Origin.MADE, ("schema",))}))
        return None


def _plain_check(name: str, calling: Calling) -> Value | None:
    """`validator.isEmail(email)`."""
    given = calling.arg(0)
    if given is None:
        return None
    if not name.startswith(("is", "matches", "equals")):
        return Value(given.sources)
    asked = frozenset(source for source in given.sources if source.origin is Origin.INPUT)
    if asked:
        calling.visit.checked.append((Value(asked), calling.spot))
    return Value(frozenset({Source(Origin.MADE, ("schema",))}))


# -- express-validator ------------------------------------------------------------------------------------------------


def _express_validator(name: str, calling: Calling) -> Value | None:
    if name in _FIELDS:
        return Value(shape=Thing(_CHAIN, data=tuple(_named(name, calling.arg(0)))))
    if name in ("oneOf", "checkExact"):
        given = calling.arg(0)
        items = given.shape.known if given is not None and isinstance(given.shape, Items) else ()
        inner = [one.shape.data for one in items if isinstance(one.shape, Thing) and isinstance(one.shape.data, tuple)]
        return Value(shape=Thing(_CHAIN, data=tuple(pair for pairs in inner for pair in pairs)))
    if name == "checkSchema":
        return Value(shape=Thing(_CHAIN, data=tuple(_of_schema(calling))))
    exchange = exchange_of(calling)
    if name == "validationResult":
        if exchange is not None and exchange.fields:
            sources = frozenset(_source(part, field) for part, field in exchange.fields)
            calling.visit.checked.append((Value(sources), calling.spot))
        return Value(shape=Thing(_RESULT))
    if name == "matchedData" and exchange is not None:
        entries = tuple((field, Value(frozenset({_source(part, field)}))) for part, field in exchange.fields)
        return Value(frozenset(source for _, one in entries for source in one.sources), Record(entries))
    return None


def _named(name: str, given: Value | None) -> list[tuple[str, str]]:
    if given is None:
        return [(part, "") for part in _FIELDS[name]]
    items = given.shape.known if isinstance(given.shape, Items) else (given,)
    return [(part, one.text) for one in items if one.text for part in _FIELDS[name]]


def _of_schema(calling: Calling) -> list[tuple[str, str]]:
    given, where = calling.arg(0), calling.arg(1)
    shape = given.shape if given is not None else None
    if not isinstance(shape, Record):
        return []
    places = () if where is None else where.shape.known if isinstance(where.shape, Items) else (where,)
    usual = [one.text for one in places if one.text] or ["body", "query", "params"]
    found: list[tuple[str, str]] = []
    for name, options in shape.entries:
        said = options.shape.get("in") if isinstance(options.shape, Record) else None
        items = (said.shape.known if isinstance(said.shape, Items) else (said,)) if said is not None else ()
        found.extend((part, name) for part in ([one.text for one in items if one.text] or usual))
    return found


def _source(part: str, field: str) -> Source:
    return Source(Origin.INPUT, (part, *(one for one in field.split(".") if one)))


def _on_chain(thing: Thing, fields: tuple[tuple[str, str], ...], name: str, calling: Calling) -> Value:
    exchange = exchange_of(calling)
    if name in ("", "run") and exchange is not None:
        exchange.fields.extend(fields)
        if name == "":
            proceed(calling)
        return Value(shape=Thing(_RESULT))
    return Value(shape=thing)


# -- parts of a request, JSON schemas, classes ------------------------------------------------------------------------


def _parts(parts: Value, calling: Calling) -> Value:
    exchange = exchange_of(calling)
    if exchange is not None and isinstance(parts.shape, Record):
        for part, given in parts.shape.entries:
            _one_part(exchange, part, given, calling)
    proceed(calling)
    return Value()


def _one_part(exchange: Exchange, part: str, given: Value, calling: Calling) -> None:
    asked = in_request(exchange, part)
    schema = schema_of(given) or (object_of("joi", given) if isinstance(given.shape, Record) else None)
    exchange.kept[part] = check(schema, asked, calling.visit, calling.spot)


def _ajv(thing_: Thing, name: str, calling: Calling) -> Value | None:
    given, value = calling.arg(0), calling.arg(1)
    if name == "compile":
        return Value(shape=Thing(_AJV_CHECK, data=thing(_of_json(given))))
    if name == "validate" and value is not None:
        check(_of_json(given), value, calling.visit, calling.spot)
        return Value(frozenset({Source(Origin.MADE, ("schema",))}))
    return Value(shape=thing_) if name.startswith(("add", "remove")) else None


def _by_json_schema(calling: Calling) -> Value:
    """`validate(value, schema)`: an answer with `valid` and `errors`."""
    given, schema = calling.arg(0), calling.arg(1)
    if given is not None:
        asked = Value(given.sources) if given.sources else given
        check(_of_json(schema), asked, calling.visit, calling.spot)
    sources = frozenset({Source(Origin.MADE, ("schema",))})
    return Value(sources, Record((("valid", Value(sources)), ("errors", Value(sources))), open=True))


def _of_json(given: Value | None, deep: int = 0) -> Schema:
    shape = given.shape if given is not None else None
    properties = shape.get("properties") if isinstance(shape, Record) else None
    if not isinstance(shape, Record) or deep > 6:
        return Schema("ajv", "object", known=False)
    if properties is None or not isinstance(properties.shape, Record):
        return Schema("ajv")
    fields = {name: thing(_of_json(one, deep + 1)) for name, one in properties.shape.entries}
    others = shape.get("additionalProperties")
    return Schema("ajv", "object", fields, not properties.shape.open, others is None or others.text != "false")


def _of_class(name: str, calling: Calling) -> Value | None:
    first, second = calling.arg(0), calling.arg(1)
    if name in ("plainToInstance", "plainToClass", "transformAndValidate") and first is not None and second is not None:
        made = Value(second.sources, Thing(_DTO, data=(first, second)))
        if name == "transformAndValidate":
            _held(made, calling)
        return made
    if name in ("validate", "validateOrReject", "validateSync") and first is not None:
        _held(first, calling)
        if any(_drops(one.value) for one in calling.args[1:]) and first.sources:
            calling.visit.checked.append((Value(first.sources), calling.spot))
        return Value(frozenset({Source(Origin.UNKNOWN, ("error",))}), maybe=True)
    return None


def _drops(options: Value) -> bool:
    """`{ whitelist: true }`: what the class does not name is taken away."""
    shape = options.shape
    said = [shape.get(name) for name in ("whitelist", "forbidNonWhitelisted")] if isinstance(shape, Record) else []
    return any(one is not None and one.text != "false" for one in said)


def _held(value: Value, calling: Calling) -> None:
    """What its class has rules for was looked at."""
    shape = value.shape
    if not isinstance(shape, Thing) or shape.kind != _DTO or not isinstance(shape.data, tuple):
        return
    of_class, given = shape.data
    ref = of_class.shape
    if isinstance(ref, ClassRef):
        names = {
            field.name: thing(Schema("class-validator"))
            for one in lineage(calling.follower, ref)
            for field in calling.follower.programs[one.unit].classes[one.at].fields
            if field.marks
        }
        check(Schema("class-validator", "object", names), given, calling.visit, calling.spot)
    else:
        calling.visit.checked.append((Value(given.sources or of(Origin.INPUT, "body").sources), calling.spot))
