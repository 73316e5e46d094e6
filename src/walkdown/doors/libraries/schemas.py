"""What a schema lets through, whichever library it is written for: the fields it knows, and what becomes of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from walkdown.doors.looked import shaped
from walkdown.doors.values import (
    NOTHING,
    Fact,
    Items,
    Literal,
    Record,
    Source,
    Thing,
    Value,
    element_of,
    member_of,
    replace,
)
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Origin

SCHEMA = "schema"
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Schema:
    """`kind`: object, list, leaf, or any (it holds nothing against it). `known`: its fields are known. `open`: what it
    does not know comes through with the rest. `optional`: it may be missing."""

    library: str
    kind: str = "leaf"
    fields: Mapping[str, Value] = field(default_factory=dict)
    known: bool = True
    open: bool = False
    optional: bool = False
    each: Value | None = None
    words: tuple[str, ...] = ()
    asked: bool = False

    # words: the few it may be. asked: code of the project or a pattern looks at it, beyond its kind.


def thing(schema: Schema) -> Value:
    return Value(shape=Thing(SCHEMA, schema.library, schema))


def schema_of(value: Value | None) -> Schema | None:
    for shape in value.shapes() if value is not None else ():
        if isinstance(shape, Thing) and isinstance(shape.data, Schema):
            return shape.data
    return None


def fields_of(value: Value | None) -> dict[str, Value] | None:
    """The entries of an object of schemas; None where they are not known."""
    if value is None or not isinstance(value.shape, Record):
        return None
    return {name: one for name, one in value.shape.entries if name not in ("...", "*")}


def is_all(value: Value | None) -> bool:
    return value is not None and isinstance(value.shape, Record) and not value.shape.open


def object_of(library: str, given: Value | None, *, open_: bool = False) -> Schema:
    fields = fields_of(given)
    if fields is None:  # z.object(fields) with fields from elsewhere; Joi.object() without any lets all through
        return Schema(library, "object", known=given is None, open=given is None or open_)
    return Schema(library, "object", fields, is_all(given), open_)


def merged(left: Schema, right: Schema | None, *, either: bool = False) -> Schema:
    """Both must hold, or one of them: of what comes in, the fields of both are known."""
    if right is None or "object" not in (left.kind, right.kind):
        return replace(left, known=False) if right is None else left
    return replace(
        left, kind="object", fields={**left.fields, **right.fields}, known=left.known and right.known,
        open=left.open or right.open if either else left.open and right.open,
    )  # fmt: skip


def named_in(value: Value | None) -> set[str]:
    """`{ email: true }`, `["email"]`, `"email"`."""
    shape = value.shape if value is not None else None
    if isinstance(shape, Record):
        return {name for name, one in shape.entries if one.text != "false"}
    if isinstance(shape, Items):
        return {one.text for one in shape.known if one.text}
    return {shape.value} if isinstance(shape, Literal) and shape.value else set()


def check(schema: Schema | None, value: Value, visit: Visit, spot: Spot) -> Value:
    """Holds a value against a schema; gives what comes out of it."""
    result, sources = through(schema, value)
    if sources:
        visit.checked.append((Value(sources), spot))
        visit.hold(list(_one_of_few(schema, value)), spot)
    return result


def one_of_few(value: Value, words: Iterable[str]) -> Fact:
    """It is one of these words, or was refused."""
    return Fact("among", inputs(value), detail=", ".join(sorted(words)))


def _one_of_few(schema: Schema | None, value: Value, deep: int = 0) -> Iterator[Fact]:
    if schema is None or deep > _DEEPEST:
        return
    if schema.words and inputs(value):
        yield one_of_few(value, schema.words)
    if schema.asked:
        yield from shaped(value)
    if schema.kind == "object":
        for name, inner in schema.fields.items():
            yield from _one_of_few(schema_of(inner), _part(value, name), deep + 1)


def words_in(value: Value | None) -> tuple[str, ...]:
    """`["a", "b"]`, `{ A: "a", B: "b" }`, `"a"`; none where not all are known."""
    shape = value.shape if value is not None else None
    if isinstance(shape, Literal) and shape.value:
        return (shape.value,)
    if isinstance(shape, Record) and not shape.open:
        texts = [one.text for _, one in shape.entries]
    elif isinstance(shape, Items) and shape.each is None:
        texts = [one.text for one in shape.known]
    else:
        return ()
    return tuple(one for one in texts if one) if all(texts) else ()


def through(schema: Schema | None, value: Value, deep: int = 0) -> tuple[Value, frozenset[Source]]:
    """What comes out, and what of that which came in is sure to have been looked at."""
    if schema is None or schema.kind == "any" or deep > _DEEPEST:
        return value, frozenset()
    if schema.kind == "object" and schema.known:
        return _object(schema, value, deep)
    asked = inputs(value)
    if schema.kind == "list" and schema.each is not None:
        each, sources = through(schema_of(schema.each), element_of(value), deep + 1)
        return Value(value.sources, Items(each=each)), sources | asked
    return replace(value, if_true=(), if_false=(), maybe=schema.optional), asked


def _object(schema: Schema, value: Value, deep: int) -> tuple[Value, frozenset[Source]]:
    entries: list[tuple[str, Value]] = []
    checked: set[Source] = set()
    for name, inner in schema.fields.items():
        found = schema_of(inner)
        result, sources = through(found, _part(value, name), deep + 1)
        entries.append((name, replace(result, maybe=found.optional) if found is not None else result))
        checked |= sources
    if schema.open:
        entries.append(("...", value))
    whole = frozenset(source for _, one in entries for source in one.sources)
    return Value(whole, Record(tuple(entries), schema.open)), frozenset(checked)


def _part(value: Value, name: str) -> Value:
    if not isinstance(value.shape, Record):
        return member_of(value, name) if value.sources else NOTHING
    entry = value.shape.get(name)
    if entry is None and (spread := value.shape.get("...")) is not None:
        return member_of(spread, name)
    if entry is None and value.shape.open and any(source.origin is Origin.INPUT for source in value.sources):
        return member_of(value, name)  # a query of which some parts are known
    return entry or NOTHING


def inputs(value: Value) -> frozenset[Source]:
    found = {source for source in value.sources if source.origin is Origin.INPUT}
    if isinstance(value.shape, Record):
        found |= _within(one for _, one in value.shape.entries)
    return frozenset(found)


def _within(values: Iterable[Value]) -> set[Source]:
    return {source for one in values for source in one.sources if source.origin is Origin.INPUT}
