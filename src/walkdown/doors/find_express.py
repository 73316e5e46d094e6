"""The entrances of Express applications: every route of every router that is mounted, in the order of the code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from walkdown.doors.entrances import Before, Entrance, joined
from walkdown.doors.express_handlers import Handlers, Tried, answers_itself, is_guard_by_name
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.express import ENDPOINT, ROUTER, Entry, Express, Router, request, response
from walkdown.doors.libraries.express_exchange import NEXT, Exchange
from walkdown.doors.libraries.language import REQUIRED
from walkdown.doors.library import Given
from walkdown.doors.loading import load_around
from walkdown.doors.paths import covers, plain, same
from walkdown.doors.project import Project
from walkdown.doors.values import Instance, Thing, Value, of, replace
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Checks, DoorKind, Guard, Origin

_DEEPEST = 10
_MOST = 5_000
_SOME_FILE = "Which files are mounted here is decided while the program runs."
LATE = "It stands after every route it could guard, so it never runs for them."


@dataclass(frozen=True, slots=True)
class _Way:
    """What was mounted before. `base`: where its router is mounted. `method`: empty where it runs for all. `exactly`:
    only for that path, not for those below it."""

    path: str
    handler: Given
    spot: Spot
    base: str
    method: str = ""
    exactly: bool = False

    def runs_for(self, method: str, path: str) -> bool:
        if self.method and self.method not in ("ANY", method):
            return False
        return same(self.path, path) if self.exactly else covers(self.path, path)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line of a router comes to stand."""

    router: Router
    entry: Entry
    method: str
    at: str
    base: str


class ExpressDoors:
    """Walks the routers from those that nobody mounts."""

    name = "express"

    def __init__(self) -> None:
        self.library = Express()

    def entrances(self, project: Project) -> list[Entrance]:
        load_around(project, self.library.packages)
        return _Walk(project.follower).find(self.library.routers)


class _Walk:
    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._handlers = Handlers(follower)
        self._found: list[Entrance] = []
        self._app: Router | None = None
        self._first = 0
        self._answering: list[int] = []
        self._lost: list[Router] = []
        self._why = ""

    def find(self, routers: Sequence[Router]) -> list[Entrance]:
        mounted = {id(one) for router in routers for entry in router.entries for one in _routers_in(entry)}
        self._lost = [one for one in routers if id(one) not in mounted and not one.listens]
        for router in routers:
            if id(router) not in mounted and router.listens:
                self._app, self._first = router, len(self._found)
                self._walk(router, "", (), 0)
        return self._found

    def _walk(self, router: Router, prefix: str, before: tuple[_Way, ...], deep: int) -> None:
        if deep > _DEEPEST or len(self._found) > _MOST:
            return
        ways = list(before)
        start = len(self._found)
        base = joined(prefix) if prefix.strip("/") else ""
        for number, entry in enumerate(router.entries):
            at = joined(prefix, plain(entry.path))
            method = "ANY" if entry.method in ("", "all") else entry.method.upper()
            place = _Place(router, entry, method, at, base)
            if entry.method:
                self._route(place, ways)
                continue
            own: list[_Way] = []
            for handler in entry.handlers:
                inner = router_of(handler.value)
                if inner is not None and inner is not router:
                    self._walk(inner, at, (*ways, *own), deep + 1)
                elif isinstance(handler.value.shape, Thing) and handler.value.shape.kind == REQUIRED:
                    self._one_of_a_folder(handler.value.shape, at, (*ways, *own), deep)
                elif inner is None:
                    own.append(_Way(at, handler, entry.spot, base))
            self._answered_by_use(place, [*ways, *own])
            self._late(router, number, own, start)
            ways.extend(own)

    def _one_of_a_folder(self, folder: Thing, at: str, ways: tuple[_Way, ...], deep: int) -> None:
        """`app.use("/api", require(`./routes/${file}`))`: any router of that folder which nobody else mounts."""
        before, self._why = self._why, _SOME_FILE
        for router in self._lost:
            if router.file.startswith(f"{folder.name}/" if folder.name else ""):
                self._walk(router, at, ways, deep + 1)
        self._why = before

    def _answered_by_use(self, place: _Place, ways: Sequence[_Way]) -> None:
        """`app.use(path, handler)` that answers and lets nothing by is an entrance, too."""
        if not place.entry.handlers:
            return
        last = place.entry.handlers[-1]
        shape = last.value.shape
        there = isinstance(shape, Thing) and shape.kind in (ENDPOINT, "auth.handler")
        if there or (self._handlers.is_code(last.value) and answers_itself(self._try(last.value, place))):
            below = place.at if plain(place.entry.path).strip("/") else joined(place.at, "*")
            self._put(replace(place, at=below, entry=replace(place.entry, handlers=(last,))), ways[:-1])

    def _late(self, router: Router, number: int, own: Sequence[_Way], start: int) -> None:
        """A guard that is mounted after all that it could guard."""
        for way in own:
            covered = [at for at in range(start, len(self._found)) if covers(way.path, self._found[at].path)]
            if not covered or not is_guard_by_name(way.handler.written) or self._serves_later(router, number, way):
                continue
            guard = Guard(way.handler.written, way.spot.path, way.spot.line, Checks.NOTHING, why=LATE)
            for at in covered:
                self._found[at] = replace(self._found[at], guards=(*self._found[at].guards, guard))

    def _serves_later(self, router: Router, number: int, way: _Way) -> bool:
        later = router.entries[number + 1 :]
        return any(entry.method or any(True for _ in _routers_in(entry)) for entry in later) or way.method != ""

    def _route(self, place: _Place, ways: list[_Way]) -> None:
        if not place.entry.handlers:
            return
        last = place.entry.handlers[-1].value
        inner = router_of(last)
        if inner is not None:  # app.get("/x", router) sends on all that is below
            self._walk(inner, place.at, tuple(ways), _DEEPEST)
            return
        if place.method == "OPTIONS" and not self._handlers.is_code(last):
            return
        if self._handlers.may_go_on(last) or "*" in place.at:
            tried = self._try(last, place)
            if tried.only_goes_on and (place.method == "ANY" or self._goes_to(place.router, place.entry)):
                more = (_Way(place.at, one, place.entry.spot, place.base, place.method, exactly=True)
                        for one in place.entry.handlers)  # fmt: skip
                ways.extend(more)
                return
            if tried.only_refuses and (place.method == "ANY" or "*" in place.at):
                return
        self._put(place, ways)

    def _goes_to(self, router: Router, entry: Entry) -> bool:
        later = router.entries[router.entries.index(entry) + 1 :]
        return any(one.method in (entry.method, "all") and same(one.path or "/", entry.path or "/") for one in later)

    def _put(self, place: _Place, ways: Sequence[_Way]) -> None:
        entry, method, at = place.entry, place.method, place.at
        last = entry.handlers[-1]
        exchange = Exchange(at, method, place.base, self._app)
        code = self._handlers.code_of(last.value)

        def enter(visit: Visit) -> Value:
            exchange.base = place.base
            args = [Given(request(exchange)), Given(response(exchange)), Given(Value(shape=Thing(NEXT, data=[])))]
            if entry.method == "ws":
                args.insert(0, Given(of(Origin.UNKNOWN, "socket")))
            return self._follower.invoke(code, args, visit, entry.spot)

        spot = self._handlers.spot(last.value) or entry.spot
        why = [one for one in (entry.why, self._why) if one]
        if not self._handlers.is_code(last.value):
            why.append("Its handler is not in this project, or was not found.")
        why.extend(self._answered_before(method, at))
        if self._is_there(method, at, spot):
            return
        if not self._handlers.may_go_on(last.value):
            self._answering.append(len(self._found))
        kind = DoorKind.WEBHOOK if "webhook" in at.lower() else DoorKind.EVENT if method == "WS" else DoorKind.ROUTE
        name, before = self._handlers.name(last), self._before(place, ways, exchange)
        self._found.append(Entrance(kind, method, at, spot, name, "express", enter, before, uncertain=tuple(why)))

    def _before(self, place: _Place, ways: Sequence[_Way], exchange: Exchange) -> tuple[Before, ...]:
        entry, at = place.entry, place.at
        applies = [
            way for way in ways if way.runs_for(place.method, at) and not self._handlers.is_for_errors(way.handler)
        ]
        chain = [(way.handler, way.spot, way.base) for way in applies]
        chain += [(one, spot, place.base) for name, one, spot in place.router.params if self._has(at, name)]
        chain += [(one, entry.spot, place.base) for one in entry.handlers[:-1]]
        return tuple(
            Before(
                self._handlers.name(given),
                spot,
                self._handlers.runner(given, spot, exchange, under),
                self._handlers.home(given),
            )
            for given, spot, under in chain
        )

    def _is_there(self, method: str, at: str, spot: Spot) -> bool:
        """The same route again: which one runs depends on what was mounted first."""
        for number in range(self._first, len(self._found)):
            one = self._found[number]
            if one.path == at and one.method == method:
                if one.spot != spot:
                    why = f"It is set up again at {spot.path}:{spot.line}; the one that comes first answers."
                    self._found[number] = replace(one, uncertain=(*one.uncertain, why))
                return True
        return False

    def _answered_before(self, method: str, at: str) -> Iterator[str]:
        """A route that stands after one which answers for it never runs."""
        for number in self._answering:
            one = self._found[number]
            if number < self._first or one.method not in (method, "ANY") or one.path == at:
                continue
            if same(one.path, at) and not same(at, one.path):
                yield f"{one.method} {one.path} stands before it and answers first ({one.spot.path}:{one.spot.line})."

    def _has(self, at: str, name: str) -> bool:
        return any(part.strip("?+*") == f":{name}" for part in at.split("/"))

    def _try(self, value: Value, place: _Place) -> Tried:
        return self._handlers.tried(value, Exchange(place.at, place.method, "", self._app), place.entry.spot)


def router_of(value: Value) -> Router | None:
    for shape in value.shapes():
        if isinstance(shape, Thing) and shape.kind == ROUTER and isinstance(shape.data, Router):
            return shape.data
        if isinstance(shape, Instance):
            found = next((one for field in shape.fields.values() if (one := _router_in(field)) is not None), None)
            if found is not None:
                return found
    return None


def _router_in(value: Value) -> Router | None:
    shape = value.shape
    return shape.data if isinstance(shape, Thing) and shape.kind == ROUTER and isinstance(shape.data, Router) else None


def _routers_in(entry: Entry) -> Iterator[Router]:
    for handler in entry.handlers:
        router = router_of(handler.value)
        if router is not None:
            yield router
