"""The entrances of Supabase: each edge function with what it serves, by the methods it tells apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from walkdown.doors.entrances import Entrance
from walkdown.doors.exact import exact, wanted
from walkdown.doors.follow import is_bad
from walkdown.doors.libraries.runtime import Runtime, Served
from walkdown.doors.libraries.supabase import Supabase
from walkdown.doors.libraries.web import checked_headers, request
from walkdown.doors.library import Given, Library
from walkdown.doors.project import Project
from walkdown.doors.supabase_config import EdgeFunction, edge_functions
from walkdown.doors.values import ClassRef, Closure, Outside, Record, Thing, Value
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Checks, DoorKind, Guard

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_ANY_KEY = "any key of the project, the public one too"


class SupabaseDoors:
    """`runtime` is what notes the servers that are started while a file is loaded."""

    name = "supabase"

    def __init__(self, runtime: Runtime) -> None:
        self.supabase = Supabase()
        self._runtime = runtime

    @property
    def library(self) -> Library:
        return self.supabase

    def entrances(self, project: Project) -> list[Entrance]:
        found: list[Entrance] = []
        for function in edge_functions(project.paths, project.read):
            served = self._served(project, function.file)
            if served is None:
                why = "Its code could not be read." if function.file not in project.programs else ""
                found.append(_entrance(function, "ANY", Spot(function.file, 1), "", _nothing, why or _NO_HANDLER))
            elif not _is_routed(served.handler):
                found.extend(_by_method(project, function, served))
        return found

    def _served(self, project: Project, path: str) -> Served | None:
        """What is served while the file is loaded, wherever the call stands; else what the file exports for it."""
        if path not in project.programs:
            return None
        known = len(self._runtime.served)
        project.follower.load(path)
        new = self._runtime.served[known:] or [one for one in self._runtime.served if one.spot.path == path]
        if new:
            return new[-1]
        exported = project.follower.exported(path, "default")
        if exported is not None and isinstance(exported.shape, Record):
            exported = exported.shape.get("fetch")
        return Served(exported, Spot(path, 1)) if exported is not None else None


_NO_HANDLER = "No handler was found in it."


def _nothing(visit: Visit) -> Value:  # noqa: ARG001
    return Value()


def _is_routed(handler: Value) -> bool:
    """An application with routes of its own: its framework lists them."""
    return any(
        shape.kind.startswith(("hono", "oak"))
        if isinstance(shape, Thing)
        else isinstance(shape, Outside) and shape.package.startswith(("hono", "oak"))
        for shape in handler.shapes()
    )


def _by_method(project: Project, function: EdgeFunction, served: Served) -> list[Entrance]:
    """One entrance where it does not tell methods apart, or takes one only; else one for each."""
    follower = project.follower
    words: set[str] = set()

    def enter(method: Value) -> Callable[[Visit], Value]:
        def run(visit: Visit) -> Value:
            kept = {"method": method, "headers": checked_headers()} if function.verify else {"method": method}
            asked = Given(request(kept))
            return follower.invoke(served.handler, (asked, Given(Value())), visit, served.spot)

        return run

    shape = served.handler.shape
    followed = isinstance(shape, (Closure, ClassRef)) or (isinstance(shape, Thing) and shape.kind == "wrapped")
    if followed:
        enter(wanted(words))(Visit())
    methods = sorted(words & _METHODS)
    spot, name = served.spot, ""
    if isinstance(shape, Closure):
        code = follower.function(shape)
        spot, name = Spot(shape.unit, code.line), code.name
    why = "" if followed else "What it serves is made elsewhere and was not followed."
    if len(methods) < 2:
        # Telling one apart is not yet asking for it: another one has to be refused.
        method = methods[0] if methods and not _accepts(enter(exact("OTHER"))) else "ANY"
        return [_entrance(function, method, spot, name, enter(exact(methods[0] if methods else "POST")), why)]
    return [_entrance(function, one, spot, name, enter(exact(one)), why) for one in methods]


def _accepts(run: Callable[[Visit], Value]) -> bool:
    visit = Visit()
    value = run(visit)
    return any(one.status < 400 for one in visit.answers) if visit.answers else not is_bad(value)


def _entrance(  # noqa: PLR0917 - all that makes it up
    function: EdgeFunction, method: str, spot: Spot, handler: str, enter: Callable[[Visit], Value], why: str
) -> Entrance:
    guards: Sequence[Guard] = ()
    if function.verify:
        path, line = function.said
        guards = (Guard("verify_jwt", path if line else function.file, line or 1, Checks.NOTHING, _ANY_KEY),)
    return Entrance(
        DoorKind.EDGE, method, f"/functions/v1/{function.name}", spot, handler or function.name, "supabase", enter,
        guards=tuple(guards), uncertain=tuple(one for one in (why, function.unread) if one),
    )  # fmt: skip
