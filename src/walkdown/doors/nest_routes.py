"""Where a handler of NestJS stands: global prefix, version, path of the module, of the controller and of the method."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.entrances import joined
from walkdown.doors.libraries.nest_things import App, MarkCall, entry, listed
from walkdown.doors.nest_marks import Said
from walkdown.doors.paths import plain, same
from walkdown.doors.values import Literal, Outside, Record, Value

METHODS = {
    "Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "All": "ANY", "Sse": "GET",
    "Head": "HEAD", "Options": "OPTIONS", "Search": "SEARCH",
}  # fmt: skip
UNREAD = ":unread"


@dataclass(frozen=True, slots=True)
class Place:
    """`path`: as it is asked for. `bare`: without the global prefix, as middleware and exceptions from it are told."""

    path: str
    bare: str


def places(app: App, module_path: str, controller: Said, method: Said, call: MarkCall) -> list[Place]:
    holder = controller.first("Controller")
    found: list[Place] = []
    for version in _versions(app, controller, method):
        for of_class in written(holder.arg(0) if holder is not None else None):
            for of_method in written(call.arg(0)):
                bare = plain(joined(version, module_path, of_class, of_method))
                prefix = "" if _is_excluded(app, bare, METHODS.get(call.name, "ANY")) else app.prefix
                found.append(Place(joined(prefix, bare), bare))
    return list(dict.fromkeys(found))


def written(value: Value | None) -> list[str]:
    """Paths as they are given: none, one, a list, or an object with `path`."""
    if value is None or value.shape == Literal(None):
        return [""]
    if isinstance(value.shape, Record):
        return written(value.shape.get("path"))
    return [one.text if one.text is not None else UNREAD for one in listed(value)] or [""]


def _versions(app: App, controller: Said, method: Said) -> list[str]:
    if app.versions is None or _kind(app.versions.get("type")) not in ("URI", ""):
        return [""]
    said = app.versions.get("prefix")
    sign = "v" if said is None or said.text is None else "" if said.text == "false" else said.text
    on_method, holder = method.first("Version"), controller.first("Controller")
    on_class = controller.first("Version")
    wanted = (
        (on_method.arg(0) if on_method is not None else None)
        or (on_class.arg(0) if on_class is not None else None)
        or entry(holder.arg(0) if holder is not None else None, "version")
        or app.versions.get("defaultVersion")
    )
    found = [f"{sign}{one.text}" if one.text else "" for one in listed(wanted)]
    return list(dict.fromkeys(found)) or [""]


def _kind(value: Value | None) -> str:
    shape = value.shape if value is not None else None
    return shape.chain[-1] if isinstance(shape, Outside) and shape.chain else ""


def _is_excluded(app: App, bare: str, method: str) -> bool:
    return any(same(path, bare) and asked in ("ALL", "", method) for path, asked in map(path_and_method, app.excluded))


def path_and_method(value: Value) -> tuple[str, str]:
    """`"health"`, or `{ path: "health", method: RequestMethod.GET }`."""
    if isinstance(value.shape, Record):
        path = value.shape.get("path")
        return (path.text if path is not None else None) or "", _kind(value.shape.get("method"))
    return value.text or "", ""
