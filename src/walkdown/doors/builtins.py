"""What the language itself brings along: lists, texts, promises, conversions."""

from __future__ import annotations

from collections.abc import Sequence

from walkdown.doors import exact, truth
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import (
    UNKNOWN,
    Closure,
    Instance,
    Items,
    Literal,
    Record,
    Source,
    Thing,
    Value,
    bounded,
    constant,
    either,
    element_of,
    of,
    replace,
)
from walkdown.doors.visits import Caught, Spot, Visit
from walkdown.doors.waiting import all_awaited
from walkdown.model.door import Origin

# Functions that give back what they got, in another form.
CONVERSIONS = frozenset({
    "String", "Number", "parseInt", "parseFloat", "BigInt", "Boolean", "Date", "decodeURIComponent",
    "encodeURIComponent",
    "structuredClone", "URL", "URLSearchParams", "Object", "Array", "Set", "Map", "Buffer", "Symbol",
})  # fmt: skip
_SAME = frozenset({
    "trim", "toString", "toLowerCase", "toUpperCase", "slice", "substring", "substr", "replace", "replaceAll", "split",
    "padStart", "padEnd", "normalize", "concat", "join", "at", "valueOf", "toFixed", "toISOString", "getTime", "flat",
    "reverse", "sort", "keys", "values", "entries", "toJSON", "charAt", "repeat", "toSorted", "trimStart", "trimEnd",
})  # fmt: skip
_EACH = frozenset({"map", "forEach", "filter", "flatMap", "find", "findIndex", "some", "every", "reduce", "findLast"})
_MOST_ASKED = 40
_NOT_LISTS = frozenset({"find", "filter", "map"})
_MOST_LINES = 60
_CONSOLE = frozenset({"log", "error", "warn", "info", "debug", "trace"})
_MADE = frozenset({"randomUUID", "randomBytes", "now", "random", "nanoid", "uuid", "v4", "getRandomValues"})


def method(value: Value, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911 - each shape has an answer of its own
    """A method that lists, texts and promises have; None where `value` may have one of its own of that name."""
    shape = value.shape
    if exact.is_missing(value):  # `missing?.name()`
        return value
    known = exact.method(value, name, [one.value for one in calling.args])
    if known is not None:
        return known
    if isinstance(shape, Thing) and shape.kind == "wrapped" and name in ("then", "catch", "finally"):
        return value
    if name in ("then", "catch", "finally"):
        return _promised(value, name, calling)
    if isinstance(shape, Closure) and name in ("bind", "call", "apply"):
        if name == "bind":
            return value
        args = calling.args[1:] if name == "call" else (Given(calling.arg(1) or UNKNOWN, spread=True),)
        return calling.follower.invoke(value, args, calling.visit, calling.spot)
    if name in _EACH and calling.args and _is_plain(value):
        return _each(value, name, calling)
    if name in ("push", "unshift", "add") and isinstance(shape, Items):
        return Value(value.sources)
    if name in ("includes", "has", "indexOf") and _is_plain(value) and calling.args:
        return truth.among(calling.args[0].value, value)
    if name == "split" and _is_plain(value):
        return Value(value.sources, Items(each=Value(value.sources)))
    if name in _SAME and _is_plain(value):
        return replace(value, if_true=(), if_false=(), maybe=False)
    return None


def _is_plain(value: Value) -> bool:
    return value.shape is None or isinstance(value.shape, (Items, Literal))


def _promised(value: Value, name: str, calling: Calling) -> Value:
    """`promise.then(f)` goes on with what it gives; a failure that `catch` takes ends there unless it throws."""
    follower, visit = calling.follower, calling.visit
    if name == "finally" or not calling.args:
        for one in calling.args:
            follower.invoke(one.value, (), visit, calling.spot)
        return value
    if name == "then":
        given = replace(value, maybe=False) if value.maybe else value
        return follower.invoke(calling.args[0].value, (Given(given),), visit, calling.spot)
    answers = len(visit.answers)
    caught = follower.invoke(calling.args[0].value, (Given(of(Origin.UNKNOWN, "error")),), visit, calling.spot)
    last = len(visit.did) - 1
    around = (last,) if last >= 0 else ()
    visit.caught.append(Caught(calling.spot, around, False, len(visit.answers) > answers, False))
    return either([value, replace(caught, maybe=True)])


def _each(value: Value, name: str, calling: Calling) -> Value:  # noqa: PLR0911 - each shape has an answer of its own
    if name in ("forEach", "map") and calling.visit is calling.follower.loading and (each := one_by_one(value)):
        made = [
            calling.follower.invoke(calling.args[0].value, (Given(one),), calling.visit, calling.spot) for one in each
        ]
        return Value(value.sources, Items(tuple(made)))
    if name == "reduce" and (each := one_by_one(value)) and len(each) <= _MOST_ASKED:
        result = calling.arg(1) or UNKNOWN
        for one in each:
            args = (Given(result), Given(one))
            result = calling.follower.invoke(calling.args[0].value, args, calling.visit, calling.spot)
        return result
    element = element_of(value)
    with calling.visit.looping():
        first = (Given(calling.arg(1) or UNKNOWN), Given(element)) if name == "reduce" else (Given(element),)
        result = calling.follower.invoke(calling.args[0].value, first, calling.visit, calling.spot)
    if name in ("map", "flatMap"):
        return Value(bounded(value.sources | result.sources), Items(each=result))
    if name == "reduce":
        return Value(
            bounded(value.sources | result.sources), result.shape if isinstance(result.shape, Record) else None
        )
    if name == "filter":
        return Value(value.sources, Items(each=replace(element, if_true=result.if_true)))
    if name in ("find", "findLast"):
        return replace(element, maybe=True, if_true=(*element.if_true, *truth.truthy_facts(result)))
    if name in ("some", "every") and (said := _decided_each(value, name, result, calling)) is not None:
        return said
    if name == "some" or (name == "every" and (exact.is_told(value) or _is_not_empty(value))):
        no = truth.falsy_facts(result) if name == "every" else ()
        return Value(value.sources, if_true=truth.truthy_facts(result), if_false=no)
    if name == "every":  # of none it holds as well; where it does not, there is one that is otherwise
        return Value(value.sources, if_false=truth.falsy_facts(result))
    return Value(bounded(value.sources | result.sources))


def _is_not_empty(value: Value) -> bool:
    return isinstance(value.shape, Items) and bool(value.shape.known) and not value.others


def one_by_one(value: Value) -> tuple[Value, ...]:
    """The elements, where all are known and they are few: what is made from a table when a file is loaded (routes)
    is made for each of its lines."""
    shape = value.shape
    known = shape.known if isinstance(shape, Items) and shape.each is None and not value.others else ()
    return known if 1 < len(known) <= _MOST_LINES else ()


def _decided_each(value: Value, name: str, first: Value, calling: Calling) -> Value | None:
    """A question about each of a few known elements, where it can be decided for every one."""
    shape = value.shape
    if not isinstance(shape, Items) or shape.each is not None or not 0 < len(shape.known) <= _MOST_ASKED:
        return None
    if len(shape.known) > 1:
        first = calling.follower.invoke(calling.args[0].value, (Given(shape.known[0]),), calling.visit, calling.spot)
    if exact.decided(first) is None:
        return None
    rest = [
        calling.follower.invoke(calling.args[0].value, (Given(one),), calling.visit, calling.spot)
        for one in shape.known[1:]
    ]
    return exact.any_or_all(name, [first, *rest])


def call(name: str, args: Sequence[Given], visit: Visit, spot: Spot, calling: Calling) -> Value | None:
    """A function that is there without being imported."""
    values = [one.value for one in args]
    if name in CONVERSIONS:
        if not values:
            return Value(frozenset({Source(Origin.MADE)}))
        if name == "Boolean":
            return Value(values[0].sources, if_true=truth.truthy_facts(values[0]), if_false=values[0].if_false)
        kept = (Literal, Items, Thing) if name in ("URL", "URLSearchParams") else (Literal, Items)
        return Value(values[0].sources, values[0].shape if isinstance(values[0].shape, kept) else None)
    if name in ("Error", "TypeError", "RangeError"):
        return Value(bounded(frozenset(s for one in values for s in one.sources)), Thing("error"))
    own_job = name == "setInterval" and calling.visit is calling.follower.loading
    if name in ("setTimeout", "setInterval", "setImmediate", "queueMicrotask") and values and not own_job:
        calling.follower.invoke(values[0], (), visit, spot)
        return Value()
    return None


def global_method(name: str, attribute: str, calling: Calling) -> Value | None:  # noqa: PLR0911 - each shape has an answer of its own
    """`Promise.all`, `Object.assign`, `JSON.parse` and their like."""
    values = [one.value for one in calling.args]
    if name == "Promise" and values:
        return all_awaited(calling.follower, values[0], calling.visit, calling.spot)
    if name == "Object" and values:
        if attribute == "assign" and isinstance(values[0].shape, (Thing, Instance)):
            return _assigned(values[0], values[1:], calling)
        if attribute in ("entries", "values", "keys") and isinstance(values[0].shape, Record):
            return _listed(values[0].shape, attribute, values[0])
        if attribute in ("assign", "fromEntries"):
            return merged(values)
        return Value(values[0].sources, Items(each=values[0]))
    if name == "Array" and values:
        if attribute == "isArray":
            return exact.verdict(True) if exact.is_told(values[0]) else Value(values[0].sources)
        return values[0]
    if name == "JSON" and values:
        return Value(values[0].sources, values[0].shape if isinstance(values[0].shape, Record) else None)
    if name in ("Math", "Date", "crypto") and attribute in _MADE:
        return Value(frozenset({Source(Origin.MADE)}))
    if name in ("Math", "Number"):
        return Value(bounded(frozenset(s for one in values for s in one.sources)))
    if name == "console" and attribute in _CONSOLE:
        calling.visit.used.append(("log", calling.spot))
        return Value()
    if name == "Buffer" and values:
        return Value(values[0].sources)
    return None


def _listed(record: Record, what: str, whole: Value) -> Value:
    """`Object.entries(record)`."""
    pairs = [(constant(name), value) for name, value in record.entries if name != "..."]
    parts = {"keys": [key for key, _ in pairs], "values": [value for _, value in pairs]}.get(what)
    items = tuple(parts if parts is not None else (Value(value.sources, Items((key, value))) for key, value in pairs))
    return Value(whole.sources, Items(items) if not record.open else Items(each=either(items) if items else whole))


def _assigned(into: Value, values: Sequence[Value], calling: Calling) -> Value:
    """`Object.assign(row, changes)`: each entry is set as if it were written out."""
    for value in values:
        entries = value.shape.entries if isinstance(value.shape, Record) else (("...", value),)
        for name, entry in entries:
            if isinstance(into.shape, Instance):
                calling.follower.put(into.shape, name, entry, calling.visit)
            else:
                calling.follower.assigned(into, name, entry, calling.visit, calling.spot)
    return into


def merged(values: Sequence[Value]) -> Value:
    entries: list[tuple[str, Value]] = []
    for value in values:
        if isinstance(value.shape, Record):
            entries.extend(value.shape.entries)
        else:
            entries.append(("...", value))
    return Value(bounded(frozenset(s for one in values for s in one.sources)), Record(tuple(entries), open=True))
