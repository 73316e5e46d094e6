"""Where a Next application keeps its entrances: which files are routes and pages, and at which path each is mounted."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from walkdown.doors.entrances import joined
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.next_auth import HANDLER
from walkdown.doors.values import Closure, Thing, Value
from walkdown.doors.visits import Spot
from walkdown.syntax.program import Entry, Obj, Program, Text

CODE = (".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs")
_CONFIG = re.compile(r"(?:.*/)?next\.config\.(?:js|mjs|cjs|ts|mts)")
_ASIDE = re.compile(r"\(\.{1,3}\)(?:\(\.{1,3}\))*")
_MOST_DEEP = 40
# Folders that are no application even where they look like one.
_NO_APP = frozenset({"node_modules", ".next", "dist", "build", "__tests__", "templates"})


class _Package(msgspec.Struct):
    dependencies: dict[str, object] = {}
    own: dict[str, object] = msgspec.field(default={}, name="devDependencies")


@dataclass(frozen=True, slots=True)
class App:
    """One Next application of the repository. `base`: its basePath."""

    folder: str
    base: str = ""

    def inside(self, *names: str) -> tuple[str, ...]:
        """`app` and `src/app` of this application."""
        found: list[str] = []
        for name in names:
            found.extend(posixpath.join(self.folder, part, name) for part in ("", "src"))
        return tuple(found)


def apps(paths: Sequence[str], programs: Mapping[str, Program], read: Callable[[str], bytes]) -> list[App]:
    folders = {posixpath.dirname(path): path for path in sorted(paths) if _CONFIG.fullmatch(path)}
    for path in paths:
        if posixpath.basename(path) == "package.json" and posixpath.dirname(path) not in folders:
            package = _package(read(path))
            if "next" in package.dependencies or "next" in package.own:
                folders[posixpath.dirname(path)] = ""
    found = [App(folder, _base(programs.get(config))) for folder, config in sorted(folders.items())]
    return [app for app in found if not set(app.folder.split("/")) & _NO_APP]


def _package(data: bytes) -> _Package:
    try:
        return msgspec.json.decode(data, type=_Package)
    except msgspec.MsgspecError:
        return _Package()


def _base(config: Program | None) -> str:
    if config is None:
        return ""
    for entry in _entries(config):
        if entry.key == "basePath" and isinstance(entry.value, Text):
            return joined(entry.value.value) if entry.value.value.strip("/") else ""
    return ""


def _entries(program: Program) -> Iterator[Entry]:
    """All entries of objects that stand anywhere in a file."""
    waiting: list[tuple[object, int]] = [(program, 0)]
    while waiting:
        node, deep = waiting.pop()
        if isinstance(node, Obj):
            yield from node.entries
        if deep < _MOST_DEEP:
            inner: Iterable[object] = ()
            if isinstance(node, tuple):
                inner = node
            elif isinstance(node, msgspec.Struct):
                inner = (getattr(node, name) for name in node.__struct_fields__)
            waiting.extend((one, deep + 1) for one in inner if isinstance(one, (tuple, msgspec.Struct)))


def files_named(app: App, programs: Iterable[str], *stems: str) -> Iterator[tuple[str, str]]:
    """Files of the app router with one of the names (`route`, `page`), and the folder below `app` they lie in."""
    for root in app.inside("app"):
        for path in programs:
            folder, name = posixpath.split(path)
            stem, ending = posixpath.splitext(name)
            if stem in stems and ending in CODE and (folder == root or folder.startswith(root + "/")):
                inner = folder[len(root) :].strip("/")
                if not any(part.startswith("_") or part in _NO_APP for part in inner.split("/")):
                    yield path, inner


def mounted(app: App, inner: str) -> str:
    """`(shop)/@side/orders/[id]` is mounted at `/orders/:id`."""
    parts = [_ASIDE.sub("", part) for part in inner.split("/") if not part.startswith("@") and not _is_group(part)]
    return joined(app.base, *(_parameter(part) for part in parts))


def _is_group(part: str) -> bool:
    return part.startswith("(") and part.endswith(")")


def is_aside(inner: str) -> bool:
    """A page that is drawn over another one, which has the path itself."""
    return any(_ASIDE.match(part) for part in inner.split("/"))


def _parameter(part: str) -> str:
    found = re.fullmatch(r"\[\[?(\.\.\.)?([^\[\]]+)\]?\]", part)
    if found is None:
        return part.replace("%5F", "_")
    return f":{found[2]}{'*' if found[1] else ''}"


def parameters(path: str) -> frozenset[str]:
    return frozenset(re.findall(r":([\w-]+)", path))


def pages_in(app: App, programs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Files of the pages router, and the path each is mounted at."""
    for root in app.inside("pages"):
        for path in programs:
            stem, ending = posixpath.splitext(path)
            if not path.startswith(root + "/") or ending not in CODE or path.endswith(".d.ts"):
                continue
            inner = stem[len(root) + 1 :]
            parts = inner.split("/")
            if parts[-1].startswith("_") or parts[-1].endswith((".test", ".spec", ".stories")) or set(parts) & _NO_APP:
                continue
            parts = parts[:-1] if parts[-1] == "index" else parts
            yield path, joined(app.base, *(_parameter(part) for part in parts))


def spot_of(follower: Follower, value: Value, path: str, name: str) -> Spot:
    """The function where it stands at the top of the file itself, else the line that exports it."""
    shape = value.shape
    if isinstance(shape, Closure) and shape.unit == path and shape.scope.parent is None:
        return Spot(path, follower.function(shape).line)
    return Spot(path, next((export.line for export in follower.programs[path].exports if export.name == name), 1))


def name_of(follower: Follower, value: Value) -> str:
    return follower.function(value.shape).name if isinstance(value.shape, Closure) else ""


def public_of(value: Value) -> str:
    shape = value.shape
    return "login" if isinstance(shape, Thing) and shape.kind in (HANDLER, "authjs") else ""


def not_seen(value: Value) -> tuple[str, ...]:
    """Why it is uncertain what a handler does that is no function of the project."""
    if any(isinstance(one, (Closure, Thing)) for one in value.shapes()):
        return ()
    return ("What stands behind it is not in the code of this project, or was not understood.",)
