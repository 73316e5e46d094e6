"""The entrances of tRPC: every procedure of every router that is mounted, with the steps before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from walkdown.doors import exact
from walkdown.doors.entrances import Before, Entrance
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.next_request import bag, request
from walkdown.doors.libraries.trpc import CONTEXT, ENDPOINT, Endpoint, Router, Trpc
from walkdown.doors.library import Given
from walkdown.doors.procedures import Going, Step, name_of, take
from walkdown.doors.project import Project
from walkdown.doors.values import Closure, Record, Thing, Value, of
from walkdown.doors.visits import Frame, Spot, Visit
from walkdown.model.door import DoorKind, Origin

_DEEPEST = 10
_MOST = 5_000
_METHODS = {"query": "GET", "mutation": "POST", "subscription": "GET"}
_HANDLERS = ("GET", "POST", "default", "handler")
_MAKES_CONTEXT = ("createTRPCContext", "createContext", "createTRPCContextInner")


class TrpcDoors:
    name = "trpc"

    def __init__(self) -> None:
        self.library = Trpc()

    def entrances(self, project: Project) -> list[Entrance]:
        follower = project.follower
        users = project.importing(self.library.packages)
        for path in users:
            follower.load(path)
        for path in users:
            if any("/adapters/" in one.module for one in project.programs[path].imports):
                _serve(follower, path)
        if not self.library.mounts:  # nobody here mounts them, or in a way not known
            _load_routers(project, users)
        contexts = [made for path in users for name in _MAKES_CONTEXT if (made := follower.exported(path, name))]
        found: list[Entrance] = []
        for router, context in _roots(self.library):
            walk = _Walk(follower, context or (contexts[0] if contexts else None))
            found.extend(walk.router(router, (), 0))
        return list({one.path: one for one in found}.values())[:_MOST]


def _serve(follower: Follower, path: str) -> None:
    """Follows the handler of the route they are mounted at, so that it says which router and context it takes."""
    for name in _HANDLERS:
        value = follower.exported(path, name)
        if value is not None and isinstance(value.shape, Closure):
            follower.call(value.shape, (Given(request()),), Visit(), Spot(path, 0))


def _load_routers(project: Project, users: list[str]) -> None:
    """Files that take the means to build routers from those that name tRPC."""
    known = set(users)
    for path, program in project.programs.items():
        if any(project.follower.modules.resolve(path, one.module) in known for one in program.imports):
            project.follower.load(path)


def _roots(library: Trpc) -> Iterator[tuple[Router, Value | None]]:
    mounted = [(_router_of(mount.router), mount) for mount in library.mounts]
    if any(router is not None for router, _ in mounted):
        for router, mount in mounted:
            if router is not None:
                yield router, mount.context
        return
    inner = {id(found) for one in library.routers for _, value in one.entries if (found := _router_of(value))}
    for one in library.routers:
        if id(one) not in inner:
            yield one, None


def _router_of(value: Value) -> Router | None:
    shape = value.shape
    return shape.data if isinstance(shape, Thing) and isinstance(shape.data, Router) else None


class _Walk:
    def __init__(self, follower: Follower, context: Value | None) -> None:
        self._follower = follower
        self._context = context

    def router(self, router: Router, names: tuple[str, ...], deep: int) -> Iterator[Entrance]:
        for name, value in router.entries:
            shape = value.shape
            inner = _router_of(value)
            if deep > _DEEPEST or name == "...":
                continue
            if inner is not None:
                yield from self.router(inner, (*names, name), deep + 1)
            elif isinstance(shape, Record):
                yield from self.router(Router(list(shape.entries)), (*names, name), deep + 1)
            elif isinstance(shape, Thing) and shape.kind == ENDPOINT and isinstance(shape.data, Endpoint):
                yield self._entrance(shape.data, (*names, name))

    def _entrance(self, endpoint: Endpoint, names: tuple[str, ...]) -> Entrance:
        run = _Run(self._follower, endpoint, self._context)
        steps = [step for step in endpoint.steps if step.what == "use"]
        before = [Before("createContext", endpoint.spot, run.begin)]
        before.extend(Before(name_of(step.given, self._follower), step.spot, run.step(step)) for step in steps)
        shape = endpoint.handler.value.shape
        spot = Spot(shape.unit, self._follower.function(shape).line) if isinstance(shape, Closure) else endpoint.spot
        spot = endpoint.spot if endpoint.spot.path == spot.path else spot
        path = "trpc/" + ".".join(names)
        return Entrance(
            DoorKind.ROUTE, _METHODS[endpoint.kind], path, spot, names[-1], "trpc", run.enter, before=tuple(before)
        )


class _Run:
    """One procedure, with the context its steps hand on."""

    def __init__(self, follower: Follower, endpoint: Endpoint, context: Value | None) -> None:
        self._follower = follower
        self._endpoint = endpoint
        self._context = context
        self._going = self._start()

    def _start(self) -> Going:
        return Going(Value(shape=Thing(CONTEXT)), of(Origin.INPUT, "body"), [])

    def begin(self, visit: Visit) -> None:
        self._going = self._start()
        if self._context is None:
            return
        visit.frames.append(Frame("createContext", self._endpoint.spot))
        asked = Record((("req", request()), ("headers", bag("headers")), ("resHeaders", Value())), open=True)
        made = self._follower.invoke(self._context, (Given(Value(shape=asked)),), visit, self._endpoint.spot)
        visit.frames.pop()
        if made.shapes():
            self._going.context = made

    def step(self, step: Step) -> Callable[[Visit], None]:
        def run(visit: Visit) -> None:
            take(step, self._going, self._follower, visit, (("type", exact.exact(self._endpoint.kind)),))

        return run

    def enter(self, visit: Visit) -> Value:
        for step in self._endpoint.steps:
            if step.what == "input":
                take(step, self._going, self._follower, visit)
        given = Record((("ctx", self._going.context), ("input", self._going.asked)), open=True)
        handler = self._endpoint.handler.value
        return self._follower.invoke(handler, (Given(Value(shape=given)),), visit, self._endpoint.spot)
