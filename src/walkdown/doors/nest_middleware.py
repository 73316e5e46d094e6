"""Middleware of NestJS: what modules apply to routes in `configure`, and what the application uses for all."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.entrances import Before
from walkdown.doors.express_handlers import Handlers
from walkdown.doors.follow import Follower
from walkdown.doors.homes import home_of
from walkdown.doors.libraries.express_exchange import Exchange
from walkdown.doors.libraries.nest_things import CONSUMER, App, Applied, Consumer
from walkdown.doors.library import Given
from walkdown.doors.nest_container import Container
from walkdown.doors.nest_modules import Module, Modules
from walkdown.doors.nest_routes import Place, path_and_method
from walkdown.doors.paths import covers, same
from walkdown.doors.values import ClassRef, Closure, Instance, Record, Thing, Value
from walkdown.doors.visits import Spot, Visit

_PARTS = frozenset({"body", "query", "params"})
_ANY = frozenset({"", "ALL", "ANY"})


class Middlewares:
    def __init__(self, follower: Follower, container: Container, app: App, modules: Modules) -> None:
        self._follower = follower
        self._container = container
        self._app = app
        self._handlers = Handlers(follower)
        self._dull: dict[tuple[str, int], bool] = {}
        self._applied = [(module, one) for module in modules.all for one in self._configured(module)]

    def _configured(self, module: Module) -> list[Applied]:
        program = self._follower.programs[module.of.unit]
        named = {program.functions[at].name for at in program.classes[module.of.at].methods}
        if "configure" not in named:
            return []
        consumer = Consumer()
        this = self._container.instance(module.of, module)
        configure = self._follower.member(this, "configure", Visit(), Spot(module.of.unit, 0))
        given = (Given(Value(shape=Thing(CONSUMER, data=consumer))),)
        self._follower.invoke(configure, given, Visit(), Spot(module.of.unit, 0))
        return consumer.applied

    def before(self, place: Place, method: str, of: ClassRef, exchange: Exchange) -> Iterator[Before]:
        for path, given, spot in self._app.middleware:
            if covers(path, place.path) and self._runs(given.value):
                yield from self._one(given, spot, exchange, None)
        for module, applied in self._applied:
            if not any(_is_for(route, place, method, of) for route in applied.routes):
                continue
            if any(_is_out(route, place, method) for route in applied.excluded):
                continue
            for given in applied.handlers:
                yield from self._one(given, applied.spot, exchange, module)

    def _runs(self, value: Value) -> bool:
        return any(isinstance(shape, (Closure, Instance)) for shape in value.shapes())

    def _one(self, given: Given, spot: Spot, exchange: Exchange, module: Module | None) -> Iterator[Before]:
        value = given.value
        if isinstance(value.shape, ClassRef):
            value = self._container.resolve(value, module)
        if isinstance(value.shape, Instance):
            value = self._follower.member(value, "use", Visit(), spot)
        name = given.written or "middleware"
        named = Given(value, written=name)
        if not self._is_dull(named, spot):
            home = home_of(given.value, name)
            yield Before(name, spot, self._handlers.runner(named, spot, exchange, ""), home)

    def _is_dull(self, given: Given, spot: Spot) -> bool:
        """Whether it does nothing that matters, whichever path is asked for: then it is not followed at each door."""
        shape = given.value.shape
        if not isinstance(shape, Closure):
            return False
        key = (shape.unit, shape.at)
        if key not in self._dull:
            visit, exchange = Visit(), Exchange()
            self._handlers.runner(given, spot, exchange, "")(visit)
            does = (visit.held, visit.did, visit.answers, visit.used, visit.notes, exchange.local)
            self._dull[key] = not any(does) and not visit.throws and exchange.kept.keys() <= _PARTS
        return self._dull[key]


def _is_for(route: Value, place: Place, method: str, of: ClassRef) -> bool:
    if isinstance(route.shape, ClassRef):
        return (route.shape.unit, route.shape.at) == (of.unit, of.at)
    path, asked = path_and_method(route)
    if asked not in _ANY and method not in (asked, "ANY"):
        return False
    if not isinstance(route.shape, Record):
        return covers(path, place.bare)
    return path.strip("/") in ("", "*") or same(path, place.bare) or same(path, place.path)


def _is_out(route: Value, place: Place, method: str) -> bool:
    path, asked = path_and_method(route)
    return asked in (*_ANY, method) and bool(path) and (same(path, place.bare) or same(path, place.path))
