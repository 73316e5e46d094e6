"""What Nest's decorators, applications and contexts are while they are followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from walkdown.doors.library import Given
from walkdown.doors.values import ClassRef, Items, Literal, Record, Source, Thing, Value
from walkdown.doors.visits import Spot
from walkdown.model.door import Origin

MARK, META, MARKS, PARAM, PARAM_USE, KEY, MAPPED = (
    "nest.mark", "nest.meta", "nest.marks", "nest.param", "nest.param.use", "nest.key", "nest.mapped",
)  # fmt: skip
APP, CONSUMER, PROXY, OBJECT, MODULE = "nest.app", "nest.consumer", "nest.proxy", "nest.object", "nest.module"
CONTEXT, TARGET, REFLECTOR, MODULES = "nest.context", "nest.target", "nest.reflector", "nest.modules"
PASSPORT, STRATEGY, THROTTLER = "nest.passport", "nest.strategy", "nest.throttler"
JWT, CONFIG, BUS, EMITTER, HTTP, LOGGER = "nest.jwt", "nest.config", "nest.bus", "nest.emitter", "nest.http", "nest.log"
CLIENT, CONFIGURABLE = "nest.client", "nest.configurable"


_LONGEST_PATH = 4


@dataclass(frozen=True, slots=True)
class MarkCall:
    """A decorator of a package, with what it was given."""

    package: str
    name: str
    args: tuple[Given, ...] = ()

    def arg(self, number: int) -> Value | None:
        return self.args[number].value if number < len(self.args) else None


@dataclass(frozen=True, slots=True)
class ParamUse:
    """A decorator of the project for a parameter: what makes the value, and what it was given."""

    factory: Value
    data: Value


@dataclass(slots=True)
class App:
    """An application that is created: from which module, and what was set on it."""

    root: Value
    spot: Spot
    micro: bool = False
    listens: bool = False
    prefix: str = ""
    excluded: list[Value] = field(default_factory=list)
    versions: Record | None = None
    guards: list[Given] = field(default_factory=list)
    pipes: list[Given] = field(default_factory=list)
    interceptors: list[Given] = field(default_factory=list)
    filters: list[Given] = field(default_factory=list)
    middleware: list[tuple[str, Given, Spot]] = field(default_factory=list)


@dataclass(slots=True)
class Applied:
    """Middleware of a module, and where it runs."""

    handlers: tuple[Given, ...]
    spot: Spot
    routes: tuple[Value, ...] = ()
    excluded: tuple[Value, ...] = ()


@dataclass(slots=True)
class Consumer:
    applied: list[Applied] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """An ExecutionContext: of which handler, with which request. `kind`: http, ws, rpc, graphql."""

    request: Value
    response: Value
    handler: Value
    of_class: Value
    kind: str = "http"
    args: tuple[Value, ...] = ()
    strategies: Mapping[str, Value] = field(default_factory=dict)


def token_of(value: Value | None) -> str:
    """What a provider is asked for by; empty where that is not known."""
    shape = value.shape if value is not None else None
    if isinstance(shape, ClassRef):
        return f"class {shape.unit} {shape.at}"
    if isinstance(shape, Literal) and shape.value is not None:
        return f"text {shape.value}"
    if shape is not None and hasattr(shape, "package") and hasattr(shape, "chain"):
        return f"outside {shape.package} {'.'.join(shape.chain)}"
    return ""


def entry(value: Value | None, name: str) -> Value | None:
    shape = value.shape if value is not None else None
    return shape.get(name) if isinstance(shape, Record) else None


def listed(value: Value | None) -> list[Value]:
    """Elements of a list of any depth; a value that is no list is the only one."""
    if value is None or value.shape == Literal(None):
        return []
    found: list[Value] = []
    lists = [shape for shape in value.shapes() if isinstance(shape, Items)]
    if not lists:
        return [value]
    for shape in lists:
        for one in shape.known if shape.each is None else (shape.each,):
            found.extend(listed(one))
    return found


def texts(value: Value | None) -> list[str]:
    return [text for one in listed(value) if (text := one.text) is not None]


def as_identity(value: Value, path: tuple[str, ...] = ("user",)) -> Value:
    """What a strategy says of somebody is who they are from then on."""
    if isinstance(value.shape, Literal) and not value.others:
        return value
    whole = frozenset({Source(Origin.IDENTITY, path)})
    records = [shape for shape in value.shapes() if isinstance(shape, Record)]
    if not records or len(path) > _LONGEST_PATH:
        return Value(whole)
    entries: dict[str, Value] = {}
    for record in records:
        for name, one in record.entries:
            entries[name] = as_identity(one, path if name == "..." else (*path, name))
    others = len(records) > 1 or any(shape for shape in value.shapes() if not isinstance(shape, Record))
    return Value(whole, Record(tuple(entries.items()), others or records[0].open))


def thing_of(value: Value | None, kind: str) -> Thing | None:
    shape = value.shape if value is not None else None
    return shape if isinstance(shape, Thing) and shape.kind == kind else None
