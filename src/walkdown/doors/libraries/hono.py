"""Hono: applications, what is routed and used on them, the context of a request, and its own middleware."""

from __future__ import annotations

from dataclasses import dataclass, field

from walkdown.doors.entrances import joined
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.d1 import binding
from walkdown.doors.libraries.express_exchange import NEXT
from walkdown.doors.libraries.project_keys import said_by_token, signs_the_public_key
from walkdown.doors.libraries.schemas import check, schema_of
from walkdown.doors.libraries.web import answered, request, status_of
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import UNKNOWN, Closure, Fact, Items, Outside, Record, Source, Thing, Value, of, replace
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Origin

APP, CONTEXT, REQUEST, KEPT, ENV = "hono.app", "hono.context", "hono.request", "hono.kept", "hono.env"
MIDDLEWARE, FACTORY, ROUTE = "hono.middleware", "hono.factory", "hono.route"
METHODS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "options": "OPTIONS",
           "head": "HEAD", "all": "ANY"}  # fmt: skip
_SETTINGS = frozenset({"onError", "notFound", "doc", "doc31", "getOpenAPIDocument", "use_", "mount", "openAPIRegistry"})
_PARTS = {"json": "body", "form": "body", "query": "query", "param": "params", "header": "headers", "cookie": "cookies"}
_DESCRIBED = {"params": "param", "body": "json", "headers": "header", "cookies": "cookie"}
_LOGINS = frozenset({"jwt", "bearerAuth", "basicAuth", "jwk", "verifyRsaJwt"})
_WHO = frozenset({
    "user", "userId", "jwtPayload", "session", "account", "auth", "currentUser", "uid", "claims", "userID",
})  # fmt: skip
_CREDENTIALS = frozenset({Source(Origin.INPUT, ("headers", "authorization"))})


@dataclass(frozen=True, slots=True)
class Entry:
    """`method` is empty for what is used."""

    method: str
    path: str
    handlers: tuple[Given, ...]
    spot: Spot
    why: str = ""


@dataclass(slots=True, eq=False)
class Application:
    """`inner`: it was routed into another one."""

    spot: Spot
    base: str = ""
    entries: list[Entry] = field(default_factory=list)
    inner: bool = False


@dataclass(slots=True, eq=False)
class Asked:
    """A request while it is followed. `kept`: what was `set`; `held`: parts that a schema has looked at."""

    kept: dict[str, Value] = field(default_factory=dict)
    held: dict[str, Value] = field(default_factory=dict)


class Hono(Base):
    def __init__(self) -> None:
        self.apps: list[Application] = []

    def owns(self, outside: Outside) -> bool:
        return outside.package == "hono" or outside.package.startswith(("hono/", "@hono/", "hono-openapi"))

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911 - one line for each thing
        name = outside.chain[-1] if outside.chain else ""
        if name in ("Hono", "OpenAPIHono") and calling.new:
            return self._app(calling.spot)
        if name == "createMiddleware":
            return calling.arg(0)
        if name == "createFactory":
            return Value(shape=Thing(FACTORY))
        if name == "createRoute":
            return Value(shape=Thing(ROUTE, data=calling.arg(0)))
        if name in ("zValidator", "validator", "vValidator", "sValidator"):
            return Value(shape=Thing(MIDDLEWARE, "validator", calling.args))
        if name in _LOGINS:
            return Value(shape=Thing(MIDDLEWARE, name, calling.args))
        if name in ("getCookie", "getSignedCookie"):
            return of(Origin.INPUT, "cookies", _text(calling.arg(1)) or "*")
        if name in ("verify", "verifyWithJwks") and outside.package == "hono/jwt":
            if signs_the_public_key(calling.arg(1)):
                return said_by_token()
            token = calling.arg(0)
            sources = token.sources if token is not None else _CREDENTIALS
            calling.visit.hold((Fact("verified", sources, detail="login"),), calling.spot)
            return of(Origin.IDENTITY, "token")
        if name in ("sign",):
            return Value(frozenset({Source(Origin.MADE)}))
        return Value(shape=Thing("error", name)) if name == "HTTPException" else None

    def _app(self, spot: Spot) -> Value:
        app = Application(spot)
        self.apps.append(app)
        return Value(shape=Thing(APP, data=app))

    def member(  # noqa: PLR0911 - one line for each thing
        self,
        thing: Thing,
        name: str,
        visit: Visit,  # noqa: ARG002
    ) -> Value | None:
        asked = thing.data
        if thing.kind == APP and name in ("fetch", "request"):
            return Value(shape=thing)  # what serves it: `Deno.serve(app.fetch)`
        if thing.kind == ENV:
            return binding(name)
        if not isinstance(asked, Asked):
            return None
        if thing.kind == KEPT:
            return _kept(asked, name)
        if thing.kind == CONTEXT:
            known = {"req": REQUEST, "env": ENV, "var": KEPT}.get(name)
            return Value(shape=Thing(known, data=asked)) if known is not None else None
        if thing.kind == REQUEST:
            return request({}) if name == "raw" else of(Origin.INPUT, name)
        return None

    def method(  # noqa: PLR0911 - one line for each thing
        self, thing: Thing, name: str, calling: Calling
    ) -> Value | None:
        data = thing.data
        if thing.kind == APP and isinstance(data, Application):
            return self._on_app(thing, data, name, calling)
        if thing.kind == FACTORY:
            if name == "createApp":
                return self._app(calling.spot)
            known = Value(shape=Items(tuple(one.value for one in calling.args)))
            return known if name == "createHandlers" else calling.arg(0)
        if thing.kind == MIDDLEWARE and name == "":
            return _runs(thing, calling)
        if isinstance(data, Asked) and thing.kind == CONTEXT:
            return _on_context(data, name, calling)
        if isinstance(data, Asked) and thing.kind == REQUEST:
            return _on_request(data, name, calling)
        return None

    def _on_app(self, thing: Thing, app: Application, name: str, calling: Calling) -> Value | None:
        args = list(calling.args)
        if name in METHODS or name == "use":
            path = "*" if name == "use" else ""
            if args and args[0].value.text is not None:
                path = args.pop(0).value.text or ""
            elif name != "use" and args and not _runnable(args[0].value):
                args.pop(0)
                path = ":unread"
            self._add(app, METHODS.get(name, ""), path, args, calling)
        elif name == "on" and len(args) > 1:
            for method in _texts(args[0].value):
                for path in _texts(args[1].value):
                    self._add(app, "ANY" if method == "ALL" else method.upper(), path, args[2:], calling)
        elif name == "openapi" and args:
            self._described(app, args, calling)
        elif name == "route" and len(args) > 1:
            self._routed(app, args[0].value.text or "", args[1].value)
        elif name == "basePath":
            below = Application(app.spot, joined(app.base, _text(calling.arg(0))), app.entries)
            return Value(shape=Thing(APP, data=below))
        elif name not in _SETTINGS:
            return None
        return Value(shape=thing)

    def _add(self, app: Application, method: str, path: str, args: list[Given], calling: Calling) -> None:
        flat = tuple(Given(value, written=one.written) for one in args for value in _flat(one.value))
        app.entries.append(Entry(method, joined(app.base, path), flat, calling.spot))

    def _described(self, app: Application, args: list[Given], calling: Calling) -> None:
        """`app.openapi(createRoute({ method, path, request }), handler)`."""
        shape = args[0].value.shape
        told = shape.data.shape if isinstance(shape, Thing) and isinstance(shape.data, Value) else None
        if not isinstance(told, Record):
            return
        method, path = _text(told.get("method")).upper() or "ANY", _text(told.get("path"))
        path = path.replace("{", ":").replace("}", "")
        before = [Given(one) for one in _flat(told.get("middleware") or Value()) if one.shape is not None]
        asked = told.get("request")
        if asked is not None:
            before.append(Given(Value(shape=Thing(MIDDLEWARE, "described", asked))))
        self._add(app, method, path, [*before, *args[1:2]], calling)

    def _routed(self, app: Application, path: str, value: Value) -> None:
        for shape in value.shapes():
            if isinstance(shape, Thing) and isinstance(shape.data, Application):
                inner = shape.data
                inner.inner = True
                for other in self.apps:
                    other.inner = other.inner or other.entries is inner.entries
                prefix = joined(app.base, path)
                app.entries.extend(replace(one, path=joined(prefix, one.path)) for one in inner.entries)


def context(asked: Asked) -> Value:
    return Value(shape=Thing(CONTEXT, data=asked))


def _kept(asked: Asked, name: str) -> Value:
    if name in asked.kept:
        return asked.kept[name]
    if name in _WHO:
        return Value(frozenset({Source(Origin.IDENTITY, (name,))}), maybe=True)
    return UNKNOWN


def _on_context(asked: Asked, name: str, calling: Calling) -> Value | None:
    first, second = calling.arg(0), calling.arg(1)
    if name == "set" and first is not None:
        asked.kept[first.text or "*"] = second or UNKNOWN
        return Value()
    if name == "get":
        return _kept(asked, _text(first))
    if name in ("json", "text", "html", "body", "newResponse"):
        return answered(calling, first or Value(), status_of(second))
    if name == "redirect":
        return answered(calling, first or Value(), 302, "redirect")
    if name == "notFound":
        return answered(calling, Value(), 404)
    return Value() if name in ("status", "header", "render") else None


def _on_request(asked: Asked, name: str, calling: Calling) -> Value | None:
    first = _text(calling.arg(0))
    if name == "valid":
        part = _PARTS.get(first, "body")
        return asked.held.get(part) or of(Origin.INPUT, part)
    if name in ("param", "query", "header", "queries"):
        part = _PARTS.get(name, "query")
        first = first.lower() if part == "headers" else first
        value = of(Origin.INPUT, part, first) if first else of(Origin.INPUT, part)
        return replace(value, maybe=bool(first) and name != "param")
    if name in ("json", "formData", "parseBody", "text", "arrayBuffer", "blob"):
        return of(Origin.INPUT, "body")
    return None


def _runs(thing: Thing, calling: Calling) -> Value | None:
    """Middleware of Hono itself, run as the project's own is."""
    first, after = calling.arg(0), calling.arg(1)
    asked = first.shape.data if first is not None and isinstance(first.shape, Thing) else None
    if not isinstance(asked, Asked):
        return None
    if thing.name in _LOGINS:
        if not _is_for_all(thing):
            calling.visit.hold((Fact("verified", _CREDENTIALS, detail="login"),), calling.spot)
        asked.kept.setdefault("jwtPayload", of(Origin.IDENTITY, "token"))
    elif thing.name == "validator" and isinstance(thing.data, tuple):
        _looked_at(asked, _text(thing.data[0].value), thing.data[1].value if len(thing.data) > 1 else None, calling)
    elif thing.name == "described" and isinstance(thing.data, Value) and isinstance(thing.data.shape, Record):
        for name, value in thing.data.shape.entries:
            _looked_at(asked, _DESCRIBED.get(name, name), _in_body(value), calling)
    if after is not None and isinstance(after.shape, Thing) and after.shape.kind == NEXT:
        calling.follower.invoke(after, (), calling.visit, calling.spot)
    return Value()


def _is_for_all(thing: Thing) -> bool:
    """`jwt({ secret })` with the secret that the public key is signed with."""
    options = thing.data[0].value.shape if isinstance(thing.data, tuple) and thing.data else None
    return isinstance(options, Record) and signs_the_public_key(options.get("secret"))


def _in_body(value: Value) -> Value:
    """`body: { content: { "application/json": { schema } } }`."""
    for name in ("content", "*", "schema"):
        shape = value.shape
        if isinstance(shape, Record):
            value = (shape.entries[0][1] if shape.entries else value) if name == "*" else shape.get(name) or value
    return value


def _looked_at(asked: Asked, target: str, schema: Value | None, calling: Calling) -> None:
    part = _PARTS.get(target, "body")
    value = of(Origin.INPUT, part)
    known = schema_of(schema)
    if known is not None:
        value = check(known, value, calling.visit, calling.spot)
    else:
        calling.visit.checked.append((value, calling.spot))
    asked.held[part] = value


def _runnable(value: Value) -> bool:
    return any(isinstance(shape, (Closure, Thing, Items)) for shape in value.shapes())


def _flat(value: Value) -> list[Value]:
    return list(value.shape.known) if isinstance(value.shape, Items) and value.shape.known else [value]


def _text(value: Value | None) -> str:
    return (value.text if value is not None else None) or ""


def _texts(value: Value) -> list[str]:
    return [_text(one) or ":unread" for one in _flat(value)]
