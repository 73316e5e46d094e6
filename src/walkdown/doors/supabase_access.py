"""What the browser itself does with the data, with the public key: no door of ours stands before it, so that the
table's own policies are the guard."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from walkdown.doors.assemble import reach_of
from walkdown.doors.libraries.supabase_client import CLIENT, ERROR_READ, SERVICE, Client
from walkdown.doors.library import Given
from walkdown.doors.project import Project
from walkdown.doors.scopes import Scope
from walkdown.doors.values import UNKNOWN, ClassRef, Closure, Instance, Thing, Value
from walkdown.doors.visits import Did, Spot, Visit
from walkdown.doors.waiting import awaited
from walkdown.model.door import Reach
from walkdown.syntax.program import Function, Markup, Member, Param, Program

_PACKAGE = re.compile(r"@supabase/(?:supabase-js|ssr|auth-helpers-[\w-]+|auth-ui-[\w-]+)")
_APP = re.compile(
    r"(?:.*/)?(?:vite\.config\.\w+|next\.config\.\w+|index\.html|app\.json|app\.config\.\w+|angular\.json|"
    r"svelte\.config\.\w+|nuxt\.config\.\w+|astro\.config\.\w+|remix\.config\.\w+|craco\.config\.\w+)"
)
_SERVER = re.compile(
    r"(?:^|/)(?:supabase|server|scripts?|netlify|workers?|cron|e2e|tests?|__tests__|cypress|playwright|migrations)/|"
    r"(?:^|/)(?:pages/)?api/|\.(?:test|spec|stories|config)\.|\.server\.|(?:^|/)middleware\.|(?:^|/)route\.[tj]sx?$"
)
_SERVER_PACKAGES = frozenset(
    {"express", "fastify", "koa", "@nestjs/common", "next/headers", "next/server", "server-only"}
)
_MOST_FILES = 2_000
_MOST_INNER = 400


@dataclass(frozen=True, slots=True)
class Access:
    """One operation that runs in the browser. `within`: the function it stands in. `key`: anon, user, service. A
    service key there is in everybody's hands. `error_read`: somebody looks at the error that may come back."""

    reach: Reach
    did: Did
    within: str
    key: str
    error_read: bool

    @property
    def exposed(self) -> bool:
        return self.key == SERVICE


def browser_access(project: Project) -> list[Access]:
    """Each place once, in the order of the files."""
    found: dict[tuple[object, ...], Access] = {}
    makers = _makers(project)
    for path in browser_files(project, makers)[:_MOST_FILES]:
        for visit in _visits(project, path, makers | {path}):
            read = {spot for what, spot in visit.used if what == ERROR_READ}
            for did in visit.did:
                if did.library == "supabase":
                    one = Access(reach_of(did), did, _within(did), did.key, did.spot in read)
                    found.setdefault((did.spot.path, did.spot.line, did.table, did.operation), one)
    return sorted(found.values(), key=lambda one: (one.did.spot.path, one.did.spot.line))


def _within(did: Did) -> str:
    named = [frame.name for frame in did.way if frame.name != "(function)"]
    return named[-1] if named else ""


# -- files ------------------------------------------------------------------------------------------------------------


def browser_files(project: Project, makers: frozenset[str]) -> list[str]:
    """Files that hold or use a client and are sent to the browser."""
    apps = _apps(project.paths)
    using = _using(project, makers)
    by_next = _from_client_files(project) if any(kind == "next" for kind in apps.values()) else frozenset[str]()
    found: list[str] = []
    for path in sorted(using):
        kind = _app_of(path, apps)
        if not kind or _SERVER.search(path) or _is_server(project.programs[path]):
            continue
        if kind != "next" or path in by_next:
            found.append(path)
    return found


def _apps(paths: Iterable[str]) -> dict[str, str]:
    """Folder of each application that runs in a browser or on a phone."""
    found: dict[str, str] = {}
    for path in paths:
        if _APP.fullmatch(path):
            folder = posixpath.dirname(path)
            kind = "next" if posixpath.basename(path).startswith("next.") else "other"
            found[folder] = "next" if "next" in (kind, found.get(folder)) else kind
    return found


def _app_of(path: str, apps: dict[str, str]) -> str:
    folder = posixpath.dirname(path)
    while True:
        if folder in apps:
            return apps[folder]
        if not folder:
            return ""
        folder = posixpath.dirname(folder)


def _makers(project: Project) -> frozenset[str]:
    """Files that import the library, and those that pass on what such a file makes."""
    first = {
        path for path, program in project.programs.items() if any(_PACKAGE.match(one.module) for one in program.imports)
    }
    resolve = project.follower.modules.resolve
    passing = {
        path
        for path, program in project.programs.items()
        if any(one.module and resolve(path, one.module) in first for one in program.exports)
    }
    return frozenset(first | passing)


def _using(project: Project, makers: frozenset[str]) -> frozenset[str]:
    resolve = project.follower.modules.resolve
    users = {
        path
        for path, program in project.programs.items()
        if any(not one.types and resolve(path, one.module) in makers for one in program.imports)
    }
    return makers | users


def _from_client_files(project: Project) -> frozenset[str]:
    """What Next sends to the browser: files that say "use client", those of the pages folder, and all they import."""
    waiting = [
        path
        for path, program in project.programs.items()
        if "use client" in program.says or (re.search(r"(?:^|/)pages/", path) and not re.search(r"/pages/api/", path))
    ]
    found = set(waiting)
    while waiting:
        path = waiting.pop()
        for one in project.programs[path].imports:
            other = project.follower.modules.resolve(path, one.module) if not one.types else ""
            if other in project.programs and other not in found and "use server" not in project.programs[other].says:
                found.add(other)
                waiting.append(other)
    return frozenset(found)


def _is_server(program: Program) -> bool:
    return "use server" in program.says or any(one.module in _SERVER_PACKAGES for one in program.imports)


# -- following --------------------------------------------------------------------------------------------------------


def _visits(project: Project, path: str, within: frozenset[str]) -> Iterator[Visit]:
    """Each function at the top of the file that asks, or holds one that waits for a click or an answer. Other files are
    looked at by themselves; only what makes clients is followed there."""
    program = project.programs[path]
    asking = _asking(program)
    scope = project.follower.load(path)
    for at in sorted(asking):
        function = program.functions[at]
        if function.inside >= 0 or function.kind == "constructor" or "use server" in function.says:
            continue
        this = Value(shape=Instance(ClassRef(path, function.owner, scope))) if function.owner >= 0 else None
        visit = Visit(within=within, scopes={})
        _call(project, Closure(path, at, scope, this), visit)
        for inner in sorted(asking)[:_MOST_INNER]:
            if _top(program, inner) == at and (path, inner) not in (visit.scopes or {}):
                _call(project, Closure(path, inner, _seen_by(program, inner, path, visit) or scope, this), visit)
        yield visit


def _asking(program: Program) -> set[int]:
    """The functions that seem to ask for something, and those around them."""
    found: set[int] = set()
    for at, function in enumerate(program.functions):
        around = at if at not in found and _asks(function.body) else -1
        while around >= 0:
            found.add(around)
            around = program.functions[around].inside
    return found


_ASKED_OF = frozenset({"from", "rpc", "storage", "functions", "auth", "channel", "schema"})


def _asks(body: object) -> bool:
    """Looks through code that is not followed; markup holds none of its own."""
    waiting = [body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting.extend(one)
        elif isinstance(one, Member) and one.name in _ASKED_OF:
            return True
        elif isinstance(one, msgspec.Struct) and not isinstance(one, Markup):
            waiting.extend(getattr(one, name) for name in one.__struct_fields__)
    return False


def _top(program: Program, at: int) -> int:
    while program.functions[at].inside >= 0:
        at = program.functions[at].inside
    return at


def _seen_by(program: Program, at: int, path: str, visit: Visit) -> Scope | None:
    """The names of the nearest function around it that was followed."""
    while visit.scopes and (at := program.functions[at].inside) >= 0:
        if (path, at) in visit.scopes:
            return visit.scopes[path, at]
    return None


def _call(project: Project, closure: Closure, visit: Visit) -> None:
    function = project.follower.function(closure)
    held = len(visit.held)
    spot = Spot(closure.unit, function.line)
    # `() => supabase.from("orders").select()` gives back a query, which whoever called waits for
    awaited(project.follower, project.follower.call(closure, _args(function), visit, spot), visit, spot)
    del visit.held[held:]


def _args(function: Function) -> Sequence[Given]:
    return [Given(_given(param)) for param in function.params]


def _given(param: Param) -> Value:
    """Nothing is known of what a component gets, but a client is one by its type."""
    if param.type is not None and param.type.name.endswith("SupabaseClient"):
        return Value(shape=Thing(CLIENT, data=Client("")))
    return UNKNOWN
