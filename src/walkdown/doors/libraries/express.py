"""Express: routers, what is mounted where and in which order, requests and answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from walkdown.doors.checked import TAKES
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.express_arguments import flat, paths_in, runs
from walkdown.doors.libraries.express_exchange import (
    LOCALS,
    NEXT,
    REQUEST,
    RESPONSE,
    SESSION,
    Exchange,
    in_locals,
    in_request,
    in_session,
    keep,
)
from walkdown.doors.libraries.session_marks import cookie_set
from walkdown.doors.libraries.web import status_of
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import NOTHING, Closure, Fact, Literal, Outside, Source, Thing, Value, of
from walkdown.doors.visits import Answer, Spot, Visit
from walkdown.model.door import Origin

ROUTER, ROUTE, MIDDLEWARE, ENDPOINT = "express.router", "express.route", "express.middleware", "express.endpoint"
METHODS = frozenset({"get", "post", "put", "patch", "delete", "all", "head", "options", "search", "propfind", "ws"})
_TAKEN = frozenset({"body", "params", "query", "file", "files"})
_ENDS = frozenset({"json", "send", "end", "render", "redirect", "sendStatus", "sendFile", "download", "jsonp"})
_SETTINGS = frozenset({"set", "enable", "disable", "listen", "engine", "locals", "on", "init"})
_MAKERS = frozenset({"express", "express-promise-router", "router", "@root/async-router"})
_WRAPPERS = frozenset({
    "express-async-handler", "express-async-errors", "express-wrap-async", "async-express-mw", "express-async-wrap",
    "@awaitjs/express", "express-asyncify", "middleware-async", "express-ws",
})  # fmt: skip
# Handlers that live in a package: what is mounted there can be asked, but its code is not here.
_ENDPOINTS = frozenset({
    "@apollo/server/express4", "@as-integrations/express5", "express-graphql", "graphql-http/lib/use/express",
    "@trpc/server/adapters/express", "inngest/express", "swagger-ui-express", "http-proxy-middleware",
    "express-http-proxy", "@uploadthing/express", "uploadthing/express", "graphql-yoga",
})  # fmt: skip
_CODES = frozenset({"http-status", "http-status-codes", "http-errors"})
_REFUSED = ("login", "signin", "sign-in", "sign_in", "unauthor", "forbidden", "denied", "/auth")


@dataclass(frozen=True, slots=True)
class Entry:
    """`method` is empty for `use`. `why`: why the path is uncertain."""

    method: str
    path: str
    handlers: tuple[Given, ...]
    spot: Spot
    why: str = ""


@dataclass(slots=True)
class Router:
    """`listens`: it is the application itself, not a part to be mounted. `params`: what runs where a path has that
    parameter. `settings`: what `app.set` keeps."""

    entries: list[Entry] = field(default_factory=list)
    listens: bool = False
    file: str = ""
    params: list[tuple[str, Given, Spot]] = field(default_factory=list)
    settings: dict[str, Value] = field(default_factory=dict)


class Express(Base):
    packages = _MAKERS | _WRAPPERS | _ENDPOINTS | _CODES | {"body-parser"}

    def __init__(self) -> None:
        self.routers: list[Router] = []

    def imported(self, outside: Outside) -> Value | None:
        if outside.package in _CODES and outside.chain:
            return _status_named(outside.chain[-1])
        return None

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        if outside.package in _WRAPPERS:
            return calling.arg(0)
        if outside.package in _CODES:
            return Value(shape=Thing("error"))
        if outside.package in _ENDPOINTS:
            return Value(shape=Thing(ENDPOINT, outside.package))
        if outside.package in _MAKERS and name in ("", "Router", "application", "default"):
            router = Router(listens=name != "Router" and outside.package == "express", file=calling.spot.path)
            self.routers.append(router)
            return Value(shape=Thing(ROUTER, data=router))
        keeps = outside.package in ("express", "body-parser") and _keeps_raw(calling)
        return Value(shape=Thing(MIDDLEWARE, "raw-body" if keeps or name == "raw" else name or outside.package))

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: PLR0911 - each thing has its own
        if thing.kind == ROUTER and name in ("router", "app"):
            return Value(shape=thing)
        if not isinstance(thing.data, Exchange):
            return None
        if thing.kind == REQUEST:
            if name == "app" and isinstance(thing.data.app, Router):
                return Value(shape=Thing(ROUTER, data=thing.data.app))
            if name in _TAKEN and (not visit.used or visit.used[-1][0] != TAKES):
                visit.used.append((TAKES, Spot("", 0)))
            return in_request(thing.data, name)
        if thing.kind == SESSION:
            return in_session(thing.data, name)
        if thing.kind == LOCALS:
            return in_locals(thing.data, name)
        if thing.kind == RESPONSE:
            return Value(shape=Thing(LOCALS, data=thing.data)) if name == "locals" else None
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911 - each shape has an answer of its own
        if thing.kind == ROUTER and isinstance(thing.data, Router):
            return self._mount(thing, thing.data, name, calling)
        if thing.kind == ROUTE and isinstance(thing.data, tuple):
            router, paths, why = thing.data
            if name in METHODS:
                handlers = flat(calling.args)
                router.entries.extend(Entry(name, path, handlers, calling.spot, why) for path in paths)
            return Value(shape=thing)
        if thing.kind == RESPONSE:
            return self._answer(thing, name, calling)
        if thing.kind == NEXT and name == "":
            return self._go_on(thing, calling)
        if thing.kind == MIDDLEWARE and name == "":
            calling.visit.used.append((f"middleware {thing.name}", calling.spot))
            if isinstance(thing.data, tuple):
                calling.visit.used.extend((one, thing.data[0]) for one in thing.data[1])
            proceed(calling)
            return Value()
        if thing.kind == SESSION:
            return _called_back(calling)
        if thing.kind == REQUEST and isinstance(thing.data, Exchange):
            return self._ask(thing.data, name, calling)
        return None

    def _ask(self, exchange: Exchange, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911 - each shape has an answer of its own
        """`req.get("authorization")`, `req.isAuthenticated()`."""
        if name in exchange.kept:
            return calling.follower.invoke(exchange.kept[name], calling.args, calling.visit, calling.spot)
        if name in ("get", "header"):
            asked = calling.arg(0)
            return of(Origin.INPUT, "headers", (asked.text if asked is not None else None) or "*")
        who = frozenset({Source(Origin.IDENTITY, ("user",))})
        login = (Fact("verified", who, detail="login"),)
        if name == "isAuthenticated":
            return Value(if_true=login)
        if name == "isUnauthenticated":
            return Value(if_false=login)
        if name in ("login", "logIn", "logout", "logOut"):
            calling.visit.used.append((name.lower(), calling.spot))
            return _called_back(calling)
        if name == "auth":
            return Value(who, maybe=True)
        return None

    def _mount(self, thing: Thing, router: Router, name: str, calling: Calling) -> Value | None:
        name = name.removesuffix("Async")
        args = list(flat(calling.args))
        if name in _SETTINGS or (name == "get" and len(args) < 2):
            return _setting(thing, router, name, calling)
        if name == "param" and len(args) > 1 and args[0].value.text:
            router.params.append((args[0].value.text, args[1], calling.spot))
        if name == "addAsync":
            return Value(shape=thing)
        if name not in METHODS and name not in ("use", "route"):
            return Value(shape=thing) if name == "param" else None
        paths: tuple[str, ...] = ("",)
        why = ""
        if calling.args and (name != "use" or not runs(calling.args[0].value)):
            paths, why = paths_in(calling.args[0].value)
            args = list(flat(calling.args[1:]))
        if name == "route":
            return Value(shape=Thing(ROUTE, data=(router, paths, why)))
        for path in paths:
            router.entries.append(Entry("" if name == "use" else name, path, tuple(args), calling.spot, why))
        return Value(shape=thing)

    def _answer(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        exchange = thing.data
        if not isinstance(exchange, Exchange):
            return None
        first = calling.arg(0)
        said = status_of(first)
        if name in ("status", "code", "writeHead"):
            exchange.say(said, calling.visit)
            return Value(shape=Thing(RESPONSE, str(said), exchange))
        if name == "cookie":
            calling.visit.used.append(("cookie", calling.spot))
            cookie_set(calling)
        if name not in _ENDS:
            return Value(shape=thing)
        said_before = exchange.said(calling.visit)
        status = int(thing.name) if thing.name.isdigit() else said_before
        kind = "body"
        if name == "sendStatus":
            status = said
        if name == "redirect":
            target = next((one.value.text for one in reversed(calling.args) if one.value.text), "") or ""
            kind = "refusal" if any(word in target.lower() for word in _REFUSED) else "redirect"
        value = calling.args[-1].value if calling.args else Value()
        calling.visit.answers.append(Answer(value, calling.spot, status, kind, tuple(calling.visit.held)))
        return Value(shape=Thing("refusal" if status >= 400 or kind == "refusal" else "answer"))

    def _go_on(self, thing: Thing, calling: Calling) -> Value:
        first = calling.arg(0)
        fine = first is None or first.text == "route" or first.shape == Literal(None)
        if fine and isinstance(thing.data, list):
            thing.data.append(tuple(calling.visit.held))
        return Value() if fine else Value(shape=Thing("refusal"))

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:
        exchange = thing.data
        if not isinstance(exchange, Exchange):
            return
        if thing.kind == REQUEST:
            keep(exchange.kept, name, value)
        elif thing.kind == SESSION:
            exchange.kept[f"session.{name}"] = value
            visit.used.append(("session", spot))
        elif thing.kind == LOCALS:
            keep(exchange.local, name, value)
        elif thing.kind == RESPONSE and name == "locals":
            exchange.local["*"] = value
        elif thing.kind == RESPONSE and name == "statusCode" and value.text and value.text.isdigit():
            exchange.say(int(value.text), visit)


def proceed(calling: Calling) -> None:
    """A middleware of a package that lets the request go on: calls the `next` it was given."""
    for one in calling.args:
        if isinstance(one.value.shape, Thing) and one.value.shape.kind == NEXT:
            calling.follower.invoke(one.value, (), calling.visit, calling.spot)


def exchange_of(calling: Calling) -> Exchange | None:
    """The request a middleware was called with."""
    for one in calling.args:
        shape = one.value.shape
        if isinstance(shape, Thing) and shape.kind == REQUEST and isinstance(shape.data, Exchange):
            return shape.data
    return None


def request(exchange: Exchange) -> Value:
    return Value(frozenset({Source(Origin.INPUT)}), Thing(REQUEST, data=exchange))


def response(exchange: Exchange) -> Value:
    return Value(shape=Thing(RESPONSE, data=exchange))


def _setting(thing: Thing, router: Router, name: str, calling: Calling) -> Value | None:
    key = calling.arg(0)
    value = calling.arg(1)
    if name == "get":
        return router.settings.get(key.text or "") if key is not None else None
    if name == "set" and key is not None and key.text and value is not None:
        router.settings[key.text] = value
    if name == "listen":
        _called_back(calling)
    return Value(shape=thing)


def _called_back(calling: Calling) -> Value:
    """`req.login(user, (error) => …)`: what it was given runs, and nothing failed."""
    for one in calling.args:
        if any(isinstance(shape, Closure) for shape in one.value.shapes()):
            calling.follower.invoke(one.value, (Given(NOTHING),), calling.visit, calling.spot)
    return Value()


def _keeps_raw(calling: Calling) -> bool:
    """`express.json({ verify: (req, res, raw) => … })` keeps what came, for a signature."""
    given = calling.arg(0)
    shape = given.shape if given is not None else None
    return shape is not None and any(key == "verify" for key, _ in getattr(shape, "entries", ()))


def _status_named(name: str) -> Value | None:
    """`httpStatus.NOT_FOUND`, `StatusCodes.UNAUTHORIZED`."""
    found = HTTPStatus.__members__.get(name.upper())
    if found is None:
        return None
    return Value(frozenset({Source(Origin.CONSTANT)}), Literal(str(found.value)))
