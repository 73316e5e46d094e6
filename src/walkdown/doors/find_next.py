"""The entrances of Next applications: route handlers, pages that load data, server actions, and the pages router."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from walkdown.doors.entrances import Entrance
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.next import Next
from walkdown.doors.libraries.next_request import Asked, request
from walkdown.doors.library import Given
from walkdown.doors.next_actions import actions
from walkdown.doors.next_gate import Gate, gate_of, layout_guard
from walkdown.doors.next_pages import page_doors
from walkdown.doors.next_places import App, apps, files_named, is_aside, mounted, name_of, not_seen, public_of, spot_of
from walkdown.doors.project import Project
from walkdown.doors.values import Literal, Record, Value, of
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import DoorKind, Guard, Origin

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_FRAMEWORK = "next"
_SERVES = ("@trpc/server/adapters/", "hono/vercel")


class NextDoors:
    name = _FRAMEWORK

    def __init__(self) -> None:
        self.library = Next()

    def entrances(self, project: Project) -> list[Entrance]:
        found: list[Entrance] = []
        for app in apps(project.paths, project.programs, project.read):
            gate = gate_of(app, project.follower)
            reader = _AppRouter(project.follower, app, gate)
            found.extend(reader.routes())
            found.extend(reader.pages())
            found.extend(page_doors(project.follower, app, gate))
            found.extend(actions(project.follower, app))
        return found


class _AppRouter:
    def __init__(self, follower: Follower, app: App, gate: Gate | None) -> None:
        self._follower = follower
        self._app = app
        self._gate = gate
        self._layouts = list(files_named(app, follower.programs, "layout"))
        self._laid: dict[str, Guard | None] = {}

    def routes(self) -> Iterator[Entrance]:
        for path, inner in files_named(self._app, self._follower.programs, "route"):
            if _hands_on(self._follower, path):
                continue  # the doors are those of the router that it serves
            at = mounted(self._app, inner)
            for method in METHODS:
                value = self._follower.exported(path, method)
                if value is None or (value.shape is None and not value.others and not value.sources):
                    continue
                yield self._entrance(path, method, at, value, DoorKind.ROUTE, self._handling(value, path, method))

    def _handling(self, value: Value, path: str, method: str) -> Callable[[Visit], Value]:
        def enter(visit: Visit) -> Value:
            context = Value(shape=Record((("params", of(Origin.INPUT, "params")),), open=True))
            asked = Asked(method=Value(shape=Literal(method)))
            args = (Given(request(asked)), Given(context))
            return self._follower.invoke(value, args, visit, Spot(path, 0))

        return enter

    def pages(self) -> Iterator[Entrance]:
        """Pages drawn on the server; they are doors only where they reach data."""
        for path, inner in files_named(self._app, self._follower.programs, "page"):
            program = self._follower.programs[path]
            if "use client" in program.says or is_aside(inner) or self._is_static(path):
                continue
            value = self._follower.exported(path, "default")
            if value is None or not value.shapes():
                continue
            at = mounted(self._app, inner)
            enter = self._drawing(value, path)
            yield self._entrance(path, "GET", at, value, DoorKind.PAGE, enter, self._layout_guards(inner))

    def _is_static(self, path: str) -> bool:
        """Made when the application is built: nobody asks for it."""
        dynamic = self._follower.exported(path, "dynamic")
        said = dynamic.text if dynamic is not None else None
        made = any(export.name == "generateStaticParams" for export in self._follower.programs[path].exports)
        return said == "force-static" or (made and said != "force-dynamic")

    def _drawing(self, value: Value, path: str) -> Callable[[Visit], Value]:
        def enter(visit: Visit) -> Value:
            asked = (("params", of(Origin.INPUT, "params")), ("searchParams", of(Origin.INPUT, "query")))
            props = Value(shape=Record(asked, open=True))
            return self._follower.invoke(value, (Given(props),), visit, Spot(path, 0))

        return enter

    def _layout_guards(self, inner: str) -> tuple[Guard, ...]:
        found: list[Guard] = []
        for path, folder in self._layouts:
            if not folder or inner == folder or inner.startswith(folder + "/"):
                if path not in self._laid:
                    self._laid[path] = layout_guard(self._follower, path)
                guard = self._laid[path]
                found.extend((guard,) if guard is not None else ())
        return tuple(found)

    def _entrance(  # noqa: PLR0917 - what a door is
        self, path: str, method: str, at: str, value: Value, kind: DoorKind, enter: Callable[[Visit], Value],
        more: Sequence[Guard] = (),
    ) -> Entrance:  # fmt: skip
        gate = self._gate
        return Entrance(
            kind, method, at, spot_of(self._follower, value, path, method if kind is DoorKind.ROUTE else "default"),
            name_of(self._follower, value) or method, _FRAMEWORK, enter,
            before=gate.before(at) if gate else (), guards=(*(gate.guards(at) if gate else ()), *more),
            uncertain=(*(gate.uncertain(at) if gate else ()), *not_seen(value)), public=public_of(value),
            quiet=kind is DoorKind.PAGE,
        )  # fmt: skip


def _hands_on(follower: Follower, path: str) -> bool:
    """Only passes requests to a router of another framework, whose doors are found there."""
    return any(one.module.startswith(_SERVES) for one in follower.programs[path].imports)
