"""tRPC: procedures built step by step, routers of them, and where they are mounted."""

from __future__ import annotations

from dataclasses import dataclass, field

from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling, Given
from walkdown.doors.procedures import Step, on_next
from walkdown.doors.values import Outside, Record, Source, Thing, Value
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Origin

ROUTER, ENDPOINT, CONTEXT = "trpc.router", "trpc.endpoint", "trpc.context"
_ROOT, _PROCEDURE, _MAKES_ROUTER, _MERGES, _PASSES = (
    "trpc", "trpc.procedure", "trpc.routers", "trpc.merge", "trpc.passes",
)  # fmt: skip
_KINDS = frozenset({"query", "mutation", "subscription"})
_MOUNTS = frozenset({"fetchRequestHandler", "createNextApiHandler", "createExpressMiddleware", "createHTTPServer"})
_WHO = frozenset({"session", "user", "userId", "auth", "currentUser"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    kind: str
    steps: tuple[Step, ...]
    handler: Given
    spot: Spot


@dataclass(frozen=True, slots=True)
class Mount:
    router: Value
    context: Value | None


@dataclass(slots=True)
class Router:
    entries: list[tuple[str, Value]] = field(default_factory=list)


class Trpc(Base):
    packages = frozenset({
        "@trpc/server", "@trpc/server/adapters/fetch", "@trpc/server/adapters/next", "@trpc/server/adapters/express",
        "@trpc/server/adapters/standalone", "@trpc/server/adapters/next-app-dir",
    })  # fmt: skip

    def __init__(self) -> None:
        self.routers: list[Router] = []
        self.mounts: list[Mount] = []

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        if outside.chain[:1] == ("initTRPC",):
            same = Outside("@trpc/server", ("initTRPC",))
            return Value(shape=Thing(_ROOT) if name == "create" else same)
        if name in _MOUNTS:
            options = calling.arg(0)
            shape = options.shape if options is not None and isinstance(options.shape, Record) else Record(())
            router = shape.get("router")
            if router is not None:
                self.mounts.append(Mount(router, shape.get("createContext")))
            return Value(shape=Thing("answer"))
        return Value(shape=Thing("error")) if name == "TRPCError" else None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _ROOT:
            made = {
                "procedure": Thing(_PROCEDURE, data=()), "router": Thing(_MAKES_ROUTER), "middleware": Thing(_PASSES),
                "mergeRouters": Thing(_MERGES), "createCallerFactory": Thing("trpc.caller"),
            }.get(name)  # fmt: skip
            return Value(shape=made) if made is not None else None
        if thing.kind == CONTEXT and name in _WHO:
            return Value(frozenset({Source(Origin.IDENTITY, (name,) if name == "userId" else ())}), maybe=True)
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _ROOT and name:
            inner = self.member(thing, name, calling.visit)
            shape = inner.shape if inner is not None else None
            return self.method(shape, "", calling) if isinstance(shape, Thing) else None
        if thing.kind == _PROCEDURE and isinstance(thing.data, tuple):
            return _built(thing.data, name, calling)
        if thing.kind in (_MAKES_ROUTER, _MERGES) and not name:
            return self._router(calling)
        if thing.kind == _PASSES and not name:
            return calling.arg(0)
        return on_next(thing, name, calling)

    def _router(self, calling: Calling) -> Value:
        router = Router()
        for one in calling.args:
            shape = one.value.shape
            if isinstance(shape, Record):
                router.entries.extend(shape.entries)
            elif isinstance(shape, Thing) and isinstance(shape.data, Router):
                router.entries.extend(shape.data.entries)
        self.routers.append(router)
        return Value(shape=Thing(ROUTER, data=router))


def _built(steps: tuple[Step, ...], name: str, calling: Calling) -> Value | None:
    first = calling.args[0] if calling.args else None
    if first is None or name in ("output", "meta"):
        return Value(shape=Thing(_PROCEDURE, data=steps))
    if name in ("use", "input"):
        return Value(shape=Thing(_PROCEDURE, data=(*steps, Step(name, first, calling.spot))))
    if name in ("concat", "unstable_concat"):
        shape = first.value.shape
        more = shape.data if isinstance(shape, Thing) and isinstance(shape.data, tuple) else ()
        return Value(shape=Thing(_PROCEDURE, data=(*steps, *more)))
    if name in _KINDS:
        return Value(shape=Thing(ENDPOINT, name, Endpoint(name, steps, first, calling.spot)))
    return None
