"""Fastify: applications and their plugins, hooks, decorators, routes; what a request can prove."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.express_exchange import REQUEST
from walkdown.doors.libraries.session_marks import given_out
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import (
    UNKNOWN,
    ClassRef,
    Closure,
    Fact,
    Items,
    Namespace,
    Outside,
    Record,
    Source,
    Thing,
    Value,
    of,
)
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Origin

APP, PLUGIN, LATER, JWT = "fastify.app", "fastify.plugin", "fastify.later", "fastify.jwt"
METHODS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "head": "HEAD",
           "options": "OPTIONS", "all": "ANY"}  # fmt: skip
PHASES = ("onRequest", "preParsing", "preValidation", "preHandler")
_SAME = frozenset({
    "withTypeProvider", "setErrorHandler", "setNotFoundHandler", "setValidatorCompiler", "setSerializerCompiler",
    "after", "ready", "addSchema", "addContentTypeParser", "setReplySerializer", "setSchemaErrorFormatter",
    "decorateRequest", "decorateReply", "listen",
})  # fmt: skip
_CREDENTIALS = frozenset({Source(Origin.INPUT, ("headers", "authorization"))})


@dataclass(frozen=True, slots=True)
class Route:
    """`options`: hooks, schema and settings of this route alone."""

    method: str
    path: str
    handler: Given
    spot: Spot
    options: Record | None
    scope: Plugged


@dataclass(slots=True, eq=False)
class Plugged:
    """An application, or the part of it that a plugin sees. What is put there holds for it and all below."""

    spot: Spot
    prefix: str = ""
    parent: Plugged | None = None
    hooks: list[tuple[str, Given, Spot]] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    kept: dict[str, Value] = field(default_factory=dict)
    children: list[Plugged] = field(default_factory=list)
    limiter: str = ""
    folders: bool = False

    def chain(self) -> Iterator[Plugged]:
        """From the application down to itself."""
        if self.parent is not None:
            yield from self.parent.chain()
        yield self

    def find(self, name: str) -> Value | None:
        for one in reversed(list(self.chain())):
            if name in one.kept:
                return one.kept[name]
        return None


class Fastify(Base):
    packages = frozenset({"fastify", "fastify-plugin", "@fastify/autoload", "fastify-autoload"})

    def __init__(self) -> None:
        self.apps: list[Plugged] = []

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        if outside.package == "fastify-plugin":
            return Value(shape=Thing(PLUGIN, data=calling.arg(0)))
        if outside.package == "fastify" and outside.chain in ((), ("fastify",), ("default",)):
            app = Plugged(calling.spot)
            self.apps.append(app)
            return Value(shape=Thing(APP, data=app))
        return None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if not isinstance(thing.data, Plugged) or thing.kind != APP:
            return None
        if name == "jwt":
            return Value(shape=Thing(JWT))
        if name in METHODS or name in _SAME or name in ("register", "route", "addHook", "decorate", "log", "server"):
            return None
        return thing.data.find(name) or Value(shape=Thing(LATER, name, thing.data))

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == REQUEST and name in ("jwtVerify", "jwtDecode"):
            return _verified(thing, name, calling)
        if thing.kind == JWT and name in ("verify", "sign", "decode"):
            return _token(name, calling)
        if thing.kind == LATER and isinstance(thing.data, Plugged):
            return self._later(thing, thing.data, name, calling)
        if thing.kind == APP and isinstance(thing.data, Plugged):
            return self._on_app(thing, thing.data, name, calling)
        return None

    def _later(self, thing: Thing, scope: Plugged, name: str, calling: Calling) -> Value | None:
        """Something that was put on the application after it was asked for."""
        value = scope.find(thing.name)
        if value is None:
            return None
        if name:
            value = calling.follower.member(value, name, calling.visit, calling.spot)
        return calling.follower.invoke(value, calling.args, calling.visit, calling.spot)

    def _on_app(self, thing: Thing, app: Plugged, name: str, calling: Calling) -> Value | None:
        first, second = calling.arg(0), calling.arg(1)
        if name in METHODS and first is not None:
            _add_route(app, METHODS[name], first, calling)
        elif name == "route" and first is not None and isinstance(first.shape, Record):
            _add_whole(app, first.shape, calling)
        elif name == "addHook" and first is not None and second is not None:
            app.hooks.append((first.text or "", calling.args[1], calling.spot))
        elif name == "decorate" and first is not None and first.text:
            app.kept[first.text] = second if second is not None else UNKNOWN
        elif name == "register" and first is not None:
            self.plug(app, first, second, calling)
        elif name in ("auth", "verifyBearerAuth"):
            return first
        elif name not in _SAME:
            kept = app.find(name)
            if kept is None:
                return None
            return calling.follower.invoke(kept, calling.args, calling.visit, calling.spot)
        return Value(shape=thing)

    def plug(self, app: Plugged, plugin: Value, options: Value | None, calling: Calling) -> None:
        shape = options.shape if options is not None else None
        given = shape.get("prefix") if isinstance(shape, Record) else None
        prefix = (given.text if given is not None else None) or ""
        for one in plugin.shapes():
            if isinstance(one, Namespace):
                value = calling.follower.exported(one.unit, "default")
                if value is not None:
                    self.plug(app, value, options, calling)
            elif isinstance(one, Thing) and one.kind == PLUGIN and isinstance(one.data, Value):
                args = (Given(Value(shape=Thing(APP, data=app))), Given(options or Value()))
                calling.follower.invoke(one.data, args, calling.visit, calling.spot)
            elif isinstance(one, (Closure, ClassRef)) or (isinstance(one, Thing) and one.kind == "wrapped"):
                inner = Plugged(calling.spot, prefix, app)
                app.children.append(inner)
                args = (Given(Value(shape=Thing(APP, data=inner))), Given(options or Value()))
                calling.follower.invoke(Value(shape=one), args, calling.visit, calling.spot)
            elif isinstance(one, Outside):
                _package(app, one, shape)


def _package(app: Plugged, outside: Outside, options: object) -> None:
    if outside.package in ("@fastify/rate-limit", "fastify-rate-limit"):
        everywhere = options.get("global") if isinstance(options, Record) else None
        if everywhere is None or everywhere.text != "false":
            app.limiter = outside.package
    if outside.package.endswith("autoload"):
        app.folders = True


def _add_route(app: Plugged, method: str, path: Value, calling: Calling) -> None:
    options = calling.arg(1).shape if calling.arg(1) is not None else None  # type: ignore[union-attr]
    handler = calling.args[-1]
    record = options if isinstance(options, Record) else None
    if len(calling.args) == 2 and record is not None:
        inner = record.get("handler")
        handler = Given(inner) if inner is not None else handler
    app.routes.append(Route(method, path.text or ":unread", handler, calling.spot, record, app))


def _add_whole(app: Plugged, options: Record, calling: Calling) -> None:
    path, handler = options.get("url") or options.get("path"), options.get("handler")
    said = options.get("method")
    shape = said.shape if said is not None else None
    methods = [one.text for one in shape.known] if isinstance(shape, Items) else [said.text if said else None]
    for method in methods:
        text = (path.text if path is not None else None) or ":unread"
        app.routes.append(Route((method or "ANY").upper(), text, Given(handler or UNKNOWN), calling.spot, options, app))


def _verified(thing: Thing, name: str, calling: Calling) -> Value:
    if name == "jwtDecode":
        return of(Origin.INPUT, "headers", "authorization")
    calling.visit.hold((Fact("verified", _CREDENTIALS, detail="login"),), calling.spot)
    user = of(Origin.IDENTITY, "user")
    calling.follower.assigned(Value(shape=thing), "user", user, calling.visit, calling.spot)
    return user


def _token(name: str, calling: Calling) -> Value:
    token = calling.arg(0)
    sources = token.sources if token is not None else frozenset()
    if name == "verify":
        calling.visit.hold((Fact("verified", sources or _CREDENTIALS, detail="login"),), calling.spot)
        return of(Origin.IDENTITY, "token")
    if name == "sign":
        given_out(calling, token)
    return Value(sources if name == "decode" else frozenset({Source(Origin.MADE)}))
