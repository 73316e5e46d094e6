"""The entrances of Fastify applications: the routes of the application and of every plugin that is registered on it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from walkdown.doors.entrances import Before, Entrance, joined
from walkdown.doors.express_handlers import is_guard_by_name
from walkdown.doors.follow import Follower
from walkdown.doors.guards import checks_of
from walkdown.doors.homes import home_of
from walkdown.doors.libraries.express import request, response
from walkdown.doors.libraries.express_exchange import NEXT, Exchange
from walkdown.doors.libraries.fastify import PHASES, Fastify, Plugged, Route
from walkdown.doors.libraries.schemas import check, schema_of
from walkdown.doors.library import Calling, Given
from walkdown.doors.loading import load_around
from walkdown.doors.paths import plain
from walkdown.doors.project import Project
from walkdown.doors.values import Closure, Items, Record, Thing, Value, agreed
from walkdown.doors.visits import Frame, Held, Spot, Visit
from walkdown.model.door import Checks, DoorKind

_REFUSAL, _WITH_DONE = 400, 3
_PARTS = {"body": "body", "querystring": "query", "query": "query", "params": "params"}
_MOST = 5_000


class FastifyDoors:
    name = "fastify"

    def __init__(self) -> None:
        self.library = Fastify()

    def entrances(self, project: Project) -> list[Entrance]:
        load_around(project, self.library.packages)
        for app in list(self.library.apps):
            self._folders(project, app)
        routes = [route for app in self.library.apps for route in _routes(app)]
        return [_Made(project.follower, route).entrance() for route in routes[:_MOST]]

    def _folders(self, project: Project, app: Plugged) -> None:
        """`register(autoload, { dir })`: by custom `plugins` and `routes`, whose folders are part of the path."""
        for scope in _all(app):
            if not scope.folders:
                continue
            base = posixpath.dirname(scope.spot.path)
            for folder in ("plugins", "routes"):
                top = posixpath.join(base, folder)
                for path in sorted(one for one in project.programs if one.startswith(top + "/")):
                    plugin = project.follower.exported(path, "default")
                    if plugin is None:
                        continue
                    inner = posixpath.dirname(path)[len(top) :] if folder == "routes" else ""
                    parts = [part for part in inner.split("/") if part]
                    prefix = "".join(f"/:{part[1:]}" if part[:1] == "_" else f"/{part}" for part in parts)
                    below = Plugged(scope.spot, prefix, scope)
                    scope.children.append(below)
                    visit, spot = project.follower.loading, Spot(path, 1)
                    self.library.plug(below, plugin, None, Calling((), spot, visit, project.follower))


def _all(app: Plugged) -> Iterator[Plugged]:
    yield app
    for child in list(app.children):
        yield from _all(child)


def _routes(app: Plugged) -> Iterator[Route]:
    for scope in _all(app):
        yield from scope.routes


class _Made:
    def __init__(self, follower: Follower, route: Route) -> None:
        self._follower = follower
        self._route = route
        self._path = plain(joined(*(scope.prefix for scope in route.scope.chain()), route.path))
        self._exchange = Exchange(self._path, route.method)

    def entrance(self) -> Entrance:
        route = self._route
        shape = route.handler.value.shape
        spot, name = route.spot, route.handler.written
        if isinstance(shape, Closure):
            function = self._follower.function(shape)
            spot, name = Spot(shape.unit, function.line), name or function.name
        limiter = next((one.limiter for one in route.scope.chain() if one.limiter), "")
        why = ("A part of its path is not known.",) if ":unread" in self._path else ()
        return Entrance(
            DoorKind.ROUTE, route.method, self._path, spot, name, "fastify", self._enter, tuple(self._before()),
            limiter=self._limiter() or limiter, uncertain=why,
        )  # fmt: skip

    def _limiter(self) -> str:
        config = self._route.options.get("config") if self._route.options is not None else None
        shape = config.shape if config is not None else None
        has = isinstance(shape, Record) and (limit := shape.get("rateLimit")) is not None and limit.text != "false"
        return "rateLimit of the route" if has else ""

    def _before(self) -> Iterator[Before]:
        for phase in PHASES:
            for scope in self._route.scope.chain():
                for name, given, spot in scope.hooks:
                    if name == phase:
                        yield self._hook(given, spot)
            own = self._route.options.get(phase) if self._route.options is not None else None
            many = own.shape.known if own is not None and isinstance(own.shape, Items) else (own,)
            for value in many:
                if value is not None:
                    yield self._hook(Given(value), self._route.spot)

    def _hook(self, given: Given, spot: Spot) -> Before:
        shape = given.value.shape
        code = self._follower.function(shape) if isinstance(shape, Closure) else None
        named = getattr(shape, "name", "") if isinstance(shape, Thing) else ""
        name = given.written or (code.name if code is not None else named) or "hook"
        return Before(name, spot, self._runner(given.value, name, spot), home_of(given.value, name))

    def _runner(self, value: Value, name: str, spot: Spot) -> Callable[[Visit], Checks | None]:
        def run(visit: Visit) -> Checks | None:
            ways: list[tuple[Held, ...]] = []
            held, exits, answers = len(visit.held), len(visit.exits), len(visit.answers)
            args = (*self._both(), Given(Value(shape=Thing(NEXT, data=ways))))
            self._follower.invoke(value, args, visit, spot)
            left = visit.exits[exits:]
            fine = ways or [one for result, one in left if not self._refused(result, one, visit, answers)]
            after = list(visit.held[held:])
            del visit.held[held:]
            del visit.exits[exits:]
            visit.frames.append(Frame(name, spot))
            visit.hold(agreed([[one.fact for one in way] for way in fine]) or [one.fact for one in after], spot)
            visit.frames.pop()
            visit.answers[answers:] = [one for one in visit.answers[answers:] if one.status >= _REFUSAL]
            if any(checks_of(one.fact, visit.did) is not None for one in visit.held[held:]):
                return None
            if not is_guard_by_name(name):
                return None
            return Checks.NOTHING if isinstance(value.shape, Closure) else Checks.UNKNOWN

        return run

    def _refused(self, result: Value, held: tuple[Held, ...], visit: Visit, answers: int) -> bool:
        """Whether that way out of a hook is one on which the request was answered already."""
        if getattr(result.shape, "kind", "") == "refusal":
            return True
        return any(one.status >= _REFUSAL and one.held == held for one in visit.answers[answers:])

    def _both(self) -> tuple[Given, Given]:
        return Given(request(self._exchange)), Given(response(self._exchange))

    def _enter(self, visit: Visit) -> Value:
        self._held_to_schema(visit)
        return self._follower.invoke(self._route.handler.value, self._both(), visit, self._route.spot)

    def _held_to_schema(self, visit: Visit) -> None:
        schema = self._route.options.get("schema") if self._route.options is not None else None
        if schema is None or not isinstance(schema.shape, Record):
            return
        asked = request(self._exchange)
        for name, part in _PARTS.items():
            given = schema.shape.get(name)
            if given is None:
                continue
            value = self._follower.member(asked, part, visit, self._route.spot)
            known = schema_of(given)
            if known is None:  # a JSON schema: it says which fields there are, and need not forbid others
                visit.checked.append((value, self._route.spot))
            else:
                result = check(known, value, visit, self._route.spot)
                self._follower.assigned(asked, part, result, visit, self._route.spot)
