"""The entrances of Hono applications: every route, with what was used before it, in the order of the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from walkdown.doors.entrances import Before, Entrance
from walkdown.doors.express_handlers import Handlers, is_guard_by_name
from walkdown.doors.follow import Follower
from walkdown.doors.guards import checks_of
from walkdown.doors.libraries.express_exchange import NEXT
from walkdown.doors.libraries.hono import MIDDLEWARE, Asked, Entry, Hono, context
from walkdown.doors.library import Given
from walkdown.doors.loading import load_around
from walkdown.doors.paths import covers, plain, same
from walkdown.doors.project import Project
from walkdown.doors.values import Closure, Thing, Value, agreed
from walkdown.doors.visits import Frame, Held, Spot, Visit
from walkdown.model.door import Checks, DoorKind

_REFUSAL, _TAKES_NEXT = 400, 2
_PACKAGES = ("hono", "@hono/", "npm:hono", "jsr:@hono")
_EDGE = "supabase/functions/"


class HonoDoors:
    name = "hono"

    def __init__(self) -> None:
        self.library = Hono()

    def entrances(self, project: Project) -> list[Entrance]:
        packages = {one.module for program in project.programs.values() for one in program.imports}
        load_around(project, {one for one in packages if one.startswith(_PACKAGES)})
        found: list[Entrance] = []
        for app in self.library.apps:
            if not app.inner:
                found.extend(_of_app(project.follower, app.entries, app.spot))
        return found


def _of_app(follower: Follower, entries: list[Entry], spot: Spot) -> Iterator[Entrance]:
    edge = _EDGE in spot.path
    around = {id(entry) for entry in entries if not entry.method or _goes_on(follower, entry)}
    for number, entry in enumerate(entries):
        if id(entry) not in around and entry.handlers:
            earlier = [one for one in entries[:number] if id(one) in around]
            yield _Made(follower, earlier, entry).entrance(edge)


def _goes_on(follower: Follower, entry: Entry) -> bool:
    """`app.put("/users/*", check)`: what stands there lets by to other routes."""
    shape = entry.handlers[-1].value.shape if entry.handlers else None
    if not isinstance(shape, Closure) or len(follower.function(shape).params) < _TAKES_NEXT:
        return False
    ways: list[tuple[Held, ...]] = []
    args = (Given(context(Asked())), Given(Value(shape=Thing(NEXT, data=ways))))
    follower.invoke(Value(shape=shape), args, Visit(), entry.spot)
    return bool(ways)


class _Made:
    def __init__(self, follower: Follower, earlier: list[Entry], entry: Entry) -> None:
        self._follower = follower
        self._entry = entry
        self._earlier = earlier
        self._handlers = Handlers(follower)
        self._asked = Asked()

    def entrance(self, edge: bool) -> Entrance:
        entry = self._entry
        path = plain(entry.path)
        *own, last = entry.handlers
        chain = [(one, before.spot) for before in self._earlier if self._applies(before) for one in before.handlers]
        chain += [(one, entry.spot) for one in own]
        before = tuple(
            Before(self._name(given), spot, self._runner(given, spot), self._handlers.home(given))
            for given, spot in chain
        )
        handler = self._handlers.code_of(last.value)
        spot = self._handlers.spot(handler) or entry.spot
        why = ("A part of its path is not known.",) if ":unread" in path else ()

        def enter(visit: Visit) -> Value:
            args = (Given(context(self._asked)), Given(Value(shape=Thing(NEXT, data=[]))))
            return self._follower.invoke(handler, args, visit, entry.spot)

        kind = DoorKind.EDGE if edge else DoorKind.ROUTE
        where = f"/functions/v1{path}" if edge else path
        return Entrance(kind, entry.method, where, spot, self._name(last), "hono", enter, before, uncertain=why)

    def _applies(self, before: Entry) -> bool:
        if before.method not in ("", "ANY", self._entry.method):
            return False
        if before.path.endswith("*"):
            return covers(before.path.removesuffix("*").rstrip("/") or "/", self._entry.path)
        return same(before.path, self._entry.path)

    def _name(self, given: Given) -> str:
        shape = self._handlers.code_of(given.value).shape
        named = self._follower.function(shape).name if isinstance(shape, Closure) else ""
        return given.written or named or (shape.name if isinstance(shape, Thing) else "") or "middleware"

    def _runner(self, given: Given, spot: Spot) -> Callable[[Visit], Checks | None]:
        value = self._handlers.code_of(given.value)
        name = self._name(given)

        def run(visit: Visit) -> Checks | None:
            ways: list[tuple[Held, ...]] = []
            held, answers = len(visit.held), len(visit.answers)
            visit.frames.append(Frame(name, spot))
            args = (Given(context(self._asked)), Given(Value(shape=Thing(NEXT, data=ways))))
            self._follower.invoke(value, args, visit, spot)
            del visit.held[held:]
            visit.hold(agreed([[one.fact for one in way] for way in ways]), spot)
            visit.frames.pop()
            visit.answers[answers:] = [one for one in visit.answers[answers:] if one.status >= _REFUSAL]
            if any(checks_of(one.fact, visit.did) is not None for one in visit.held[held:]):
                return None
            if not is_guard_by_name(name):
                return None
            known = isinstance(value.shape, Closure) or getattr(value.shape, "kind", "") == MIDDLEWARE
            return Checks.NOTHING if ways and known else Checks.UNKNOWN

        return run
