"""The entrances of NestJS applications: what the controllers, gateways, resolvers, listeners and jobs of all modules
that the root module brings in can be asked for. A controller that no such module names is no entrance."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from walkdown.doors.entrances import Entrance
from walkdown.doors.libraries.nest import Nest
from walkdown.doors.libraries.nest_things import App
from walkdown.doors.library import Given
from walkdown.doors.nest_app import NestApp
from walkdown.doors.project import Project
from walkdown.doors.values import UNKNOWN, ClassRef, Closure, Value
from walkdown.doors.visits import Spot, Visit
from walkdown.syntax.program import Call, Name

_TESTS = re.compile(r"\.(?:spec|test|e2e-spec)\.[jt]sx?$|(?:^|/)(?:tests?|e2e|__tests__)/")
_CORE = frozenset({"@nestjs/core"})
_COMMON = frozenset({"@nestjs/common"})
_ALONE = "No file was found that starts the application; its root is taken by its name."


class NestDoors:
    name = "nest"

    def __init__(self) -> None:
        self.library = Nest()

    def entrances(self, project: Project) -> list[Entrance]:
        self._start(project)
        apps = self._apps(project)
        found: dict[tuple[str, str, str, int], Entrance] = {}
        for app, why in apps:
            for entrance in NestApp(project.follower, app, self.library, why).entrances():
                found.setdefault((entrance.method, entrance.path, entrance.spot.path, entrance.spot.line), entrance)
        return list(found.values())

    def _start(self, project: Project) -> None:
        """Runs what starts an application; a start that only another program calls is run as well."""
        follower = project.follower
        for path in project.importing(_CORE):
            program = project.programs[path]
            if _TESTS.search(path) or not any(one.name == "NestFactory" for one in program.imports):
                continue
            known = len(self.library.apps)
            scope = follower.load(path)
            if len(self.library.apps) > known:
                continue
            for at, function in enumerate(program.functions):
                if function.inside < 0 and function.owner < 0:
                    args = [Given(UNKNOWN) for _ in function.params]
                    follower.call(Closure(path, at, scope), args, Visit(), Spot(path, function.line))

    def _apps(self, project: Project) -> list[tuple[App, str]]:
        """One for each root module, that which listens first."""
        chosen: dict[tuple[str, int], App] = {}
        for app in sorted(self.library.apps, key=lambda one: (not one.listens, not _is_main(one.spot.path))):
            for shape in app.root.shapes():
                if isinstance(shape, ClassRef):
                    chosen.setdefault((shape.unit, shape.at), app)
        if chosen:
            return [(app, "") for app in {id(app): app for app in chosen.values()}.values()]
        return [(app, _ALONE) for app in self._by_name(project)]

    def _by_name(self, project: Project) -> Iterator[App]:
        """`class AppModule`, where nothing in the project creates an application of it."""
        for path in project.importing(_COMMON):
            if _TESTS.search(path):
                continue
            for at, declared in enumerate(project.programs[path].classes):
                marked = any(isinstance(m.value, Call) and m.value.callee == Name("Module") for m in declared.marks)
                if marked and declared.name in ("AppModule", "RootModule", "ApplicationModule", "MainModule"):
                    scope = project.follower.load(path)
                    yield App(Value(shape=ClassRef(path, at, scope)), Spot(path, declared.line))


def _is_main(path: str) -> bool:
    return posixpath.basename(path).partition(".")[0] in ("main", "index", "server", "app")
