"""Schemas of Zod, Valibot, Joi and Yup: how they are put together, and what is held against them."""

from __future__ import annotations

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.schemas import (
    SCHEMA,
    Schema,
    check,
    fields_of,
    is_all,
    merged,
    named_in,
    object_of,
    schema_of,
    thing,
    words_in,
)
from walkdown.doors.library import Calling
from walkdown.doors.values import Items, Outside, Record, Source, Thing, Value, replace
from walkdown.doors.visits import Visit
from walkdown.model.door import Origin

_ZOD = frozenset({"zod", "zod/v4", "zod/v3", "zod/mini", "@hono/zod-openapi", "zod/lib"})
_JOI = frozenset({"joi", "@hapi/joi", "@hapi/joi-date"})
_YUP, _VALIBOT = frozenset({"yup"}), frozenset({"valibot"})
_TABLES = frozenset({"drizzle-zod", "drizzle-valibot", "drizzle-orm/zod"})
_OBJECTS = frozenset({"object", "strictObject", "looseObject", "interface", "objectAsync"})
_ANYTHING = frozenset({"any", "unknown", "mixed", "lazy"})
_LISTS = frozenset({"array", "set", "tuple"})
_SEVERAL = frozenset({"union", "discriminatedUnion", "intersection", "alternatives", "intersect", "variant", "xor"})
_AROUND = frozenset({"optional", "nullable", "nullish", "partial", "exactOptional"})
_ADDS = frozenset({"extend", "shape", "keys", "append", "safeExtend", "augment", "setKey"})
_CLOSES, _OPENS = (
    frozenset({"strict", "strip", "noUnknown", "stripUnknown"}),
    frozenset({"passthrough", "loose", "unknown", "catchall"}),
)
_GIVES = frozenset({"parse", "parseAsync", "validateSync", "validateAsync", "decode", "decodeAsync", "validateSyncAt"})
_TELLS = frozenset({"safeParse", "safeParseAsync", "spa", "safeDecode"})
_ASKS = frozenset({"isValid", "isValidSync", "is"})
_LOOKS = frozenset({"refine", "superRefine", "check", "regex", "startsWith", "custom", "test", "pattern", "matches"})
_WORDS = frozenset({"enum", "nativeEnum", "picklist", "literal", "enum_"})
_UNHELD = frozenset({"cast", "describe", "getFieldNames", "toJSONSchema", "isType"})
_MEANT = frozenset(
    {"valid", "oneOf", "equal", "allow", "string", "number", "email", "uuid", "int", "enum", "test", "custom"}
)


class Validators(Base):
    packages = _ZOD | _JOI | _YUP | _VALIBOT | _TABLES

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        if outside.package in _TABLES:
            return thing(Schema("drizzle", "object", known=False)) if name.startswith("create") else None
        library = next(one for names, one in _FAMILIES if outside.package in names)
        if library == "valibot" and name in _GIVES | _TELLS | _ASKS | {"assert"}:
            return _held(schema_of(calling.arg(0)), name, calling.arg(1), calling)
        if library == "joi" and name in ("attempt", "assert"):
            return _held(_plain(library, calling.arg(1)), "parse", calling.arg(0), calling)
        if name in ("extend", "defaults", "setLocale", "config", "setErrorMap", "addMethod"):
            return Value(shape=Outside(outside.package))
        if name == "ZodError" or name.endswith("Error"):
            return Value(shape=Thing("error"))
        return thing(_made(library, name, calling))

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind != SCHEMA or not isinstance(thing.data, Schema):
            return None
        if name in ("shape", "fields", "entries") and thing.data.known:
            return Value(shape=Record(tuple(thing.data.fields.items())))
        return thing.data.each if name == "element" else None

    def method(self, thing_: Thing, name: str, calling: Calling) -> Value | None:
        schema = thing_.data
        if thing_.kind != SCHEMA or not isinstance(schema, Schema):
            return None
        if name in _GIVES | _TELLS | _ASKS | {"validate"}:
            return _held(_with_options(schema, calling.arg(1)), name, calling.arg(0), calling)
        if name in _UNHELD:
            return calling.arg(0) or Value()
        return thing(_changed(schema, name, calling))


_FAMILIES = ((_ZOD, "zod"), (_JOI, "joi"), (_YUP, "yup"), (_VALIBOT, "valibot"))


def _plain(library: str, value: Value | None) -> Schema | None:
    """Joi takes plain objects for schemas."""
    found = schema_of(value)
    return found if found is not None or value is None else object_of(library, value)


def _made(library: str, name: str, calling: Calling) -> Schema:  # noqa: PLR0911 - each shape has an answer of its own
    first = calling.arg(0)
    if name in _OBJECTS:
        # Yup lets through what it does not know, Joi refuses it, the others leave it out.
        return object_of(library, first, open_=library == "yup" or name == "looseObject")
    if name in _ANYTHING:
        return Schema(library, "any")
    if name in _LISTS:
        return Schema(library, "list", each=first)
    if name in _SEVERAL:
        return _of_several(library, calling)
    if name in _AROUND | {"pipe", "compile", "readonly", "brand"} and (inner := _plain(library, first)) is not None:
        return replace(inner, optional=inner.optional or name in _AROUND)
    if name in ("pick", "omit") and (inner := schema_of(first)) is not None:
        return _picked(inner, name, named_in(calling.arg(1)))
    if name == "preprocess":
        return schema_of(calling.arg(1)) or Schema(library)
    return Schema(library, words=words_in(first) if name in _WORDS else ())


def _of_several(library: str, calling: Calling) -> Schema:
    options: list[Schema | None] = []
    for one in calling.args:
        shape = one.value.shape
        options.extend(schema_of(item) for item in shape.known) if isinstance(shape, Items) else options.append(
            schema_of(one.value)
        )
    there = [one for one in options if one is not None]
    if not there:
        return Schema(library)
    whole, *others = there
    for other in others:
        whole = merged(whole, other, either=True)
    return whole


def _picked(schema: Schema, name: str, named: set[str]) -> Schema:
    if name == "omit":
        return replace(schema, fields={key: one for key, one in schema.fields.items() if key not in named})
    if not schema.known:  # made from a table: what is picked of it is known again
        return replace(schema, fields={key: thing(Schema(schema.library)) for key in sorted(named)}, known=bool(named))
    return replace(schema, fields={key: one for key, one in schema.fields.items() if key in named})


def _changed(schema: Schema, name: str, calling: Calling) -> Schema:  # noqa: PLR0911 - each shape has an answer of its own
    """`schema.name(...)` that gives another schema."""
    first = calling.arg(0)
    if name in _ADDS:
        added = fields_of(first)
        known = (schema.known or name == "keys") and (first is None or is_all(first))
        return replace(
            schema, kind="object", fields={**schema.fields, **(added or {})}, known=known,
            open=schema.open and (schema.library == "yup" or bool(schema.fields)),
        )  # fmt: skip
    if name in ("merge", "concat", "and", "intersection", "or", "try"):
        return merged(schema, schema_of(first), either=name in ("or", "try"))
    if name in ("pick", "omit"):
        return _picked(schema, name, named_in(first))
    if name in _CLOSES:
        return replace(schema, open=False)
    if name in _OPENS and schema.kind == "object":
        return replace(schema, open=first is None or first.text != "false")
    if name in ("options", "prefs", "preferences"):
        return _with_options(schema, first)
    return _inner_changed(schema, name, first, calling)


def _inner_changed(schema: Schema, name: str, first: Value | None, calling: Calling) -> Schema:  # noqa: PLR0911 - each shape has an answer of its own
    if name == "array" and schema.library == "zod":
        return Schema(schema.library, "list", each=thing(schema))
    if name in ("items", "of"):
        return replace(schema, kind="list", each=first)
    if name in ("optional", "nullish", "notRequired", "exactOptional"):
        return replace(schema, optional=True)
    if name in ("required", "default", "prefault", "catch"):
        return replace(schema, optional=False)
    if name in ("partial", "deepPartial"):
        fields = {key: thing(replace(inner, optional=True)) if (inner := schema_of(one)) else one
                  for key, one in schema.fields.items()}  # fmt: skip
        return replace(schema, fields=fields)
    if name == "pipe":
        return schema_of(first) or schema
    if name in _LOOKS and schema.kind == "leaf":
        return replace(schema, asked=True)
    if name in ("valid", "oneOf", "equal") and schema.kind in ("leaf", "any"):
        texts = [word for one in calling.args for word in words_in(one.value)]
        return replace(schema, kind="leaf", words=tuple(texts))
    if schema.kind == "any" and name in _MEANT:
        return replace(schema, kind="leaf")
    return schema


def _with_options(schema: Schema, options: Value | None) -> Schema:
    """`validate(body, { allowUnknown: true, stripUnknown: true })`."""
    if options is None or not isinstance(options.shape, Record):
        return schema
    strips, allows = options.shape.get("stripUnknown"), options.shape.get("allowUnknown")
    if strips is not None and strips.text != "false":
        return replace(schema, open=False)
    return replace(schema, open=True) if allows is not None and allows.text == "true" else schema


def _held(schema: Schema | None, name: str, value: Value | None, calling: Calling) -> Value:
    if value is None:
        return Value()
    result = check(schema, value, calling.visit, calling.spot)
    sources = frozenset({Source(Origin.MADE, ("schema",))})
    if name in _ASKS or name == "assert":
        return Value(sources)
    error = Value(frozenset({Source(Origin.UNKNOWN, ("error",))}), maybe=True)
    if name in _TELLS:
        data = "output" if schema is not None and schema.library == "valibot" else "data"
        return Value(
            sources, Record((("success", Value(sources)), (data, result), ("error", error), ("issues", error)))
        )
    if name == "validate" and schema is not None and schema.library == "joi":
        return Value(sources, Record((("error", error), ("value", result))))
    return result
