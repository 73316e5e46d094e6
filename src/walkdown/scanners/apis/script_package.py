"""One installed npm package: which files could be meant by `package` and `package/below`, by what it says itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from walkdown.scanners.apis.folders import Folder

_TYPES = (".d.ts", ".d.mts", ".d.cts")
_CODE = (".js", ".mjs", ".cjs")
_TS = (".ts", ".mts", ".cts", ".tsx", ".jsx")
_ENDS = re.compile(r"\.(?:[cm]?js|jsx)$")
_DEEPEST = 12
_MOST_TARGETS = 400


class _Json(msgspec.Struct, frozen=True, rename="camel"):
    version: Any = ""
    main: Any = ""
    module: Any = ""
    types: Any = ""
    typings: Any = ""
    types_versions: Any = None
    exports: Any = None
    browser: Any = None


class Package(msgspec.Struct, frozen=True, eq=False):
    """`path`: its folder within `folder`."""

    folder: Folder
    path: str
    name: str
    json: _Json

    @property
    def version(self) -> str:
        return self.json.version if isinstance(self.json.version, str) else ""

    def has_own_map(self) -> bool:
        """Whether it says itself which paths below it may be imported."""
        return self.json.exports is not None


def open_package(folder: Folder, path: str, name: str) -> Package | None:
    data = folder.read(f"{path}/package.json")
    if data is None:
        return None
    try:
        return Package(folder, path, name, msgspec.json.decode(data, type=_Json))
    except (msgspec.MsgspecError, RecursionError):
        return None


def entries(package: Package, below: str) -> tuple[list[str], list[str]]:
    """The declarations and the code that may be meant, by any way of resolving. `below` is empty for the package."""
    targets = list(_mapped(package.json.exports, f"./{below}" if below else "."))
    if below:
        targets.append(below)
    else:
        targets += [one for one in (package.json.types, package.json.typings) if isinstance(one, str)]
        targets += [one for one in (package.json.module, package.json.main) if isinstance(one, str)]
        targets.append("index")
    targets += list(_by_version(package.json.types_versions, [below, *targets]))
    types: dict[str, None] = {}
    code: dict[str, None] = {}
    for target in targets[:_MOST_TARGETS]:
        path = inside(package.path, target)
        if path is not None:
            types.update(dict.fromkeys(declarations(package.folder, path)))
            code.update(dict.fromkeys(sources(package.folder, path)))
    return list(types), list(code)


def is_there(package: Package, below: str) -> bool:
    """Whether anything at all could be meant by the path, by any way of resolving."""
    types, code = entries(package, below)
    if types or code or package.json.types_versions is not None or isinstance(package.json.browser, dict):
        return True
    if any(True for _ in _mapped(package.json.exports, f"./{below}")):
        return True
    path = inside(package.path, below)
    if path is None:
        return True
    parent, _, last = path.rpartition("/")
    beside = package.folder.entries(parent)
    # A link, another kind of file, a folder: whatever has that name may be it.
    return any(one == last or one.startswith(f"{last}.") for one in beside)


def inside(base: str, target: str) -> str | None:
    """A path below a folder; None where it leaves it."""
    path = posixpath.normpath(posixpath.join(base, target.removeprefix("./")))
    return path if path.startswith(f"{base}/") else (path if path == base else None)


def declarations(folder: Folder, path: str) -> Iterator[str]:
    """The declaration files that a path stands for, with or without an ending."""
    stem = _ENDS.sub("", path)
    ending = path[len(stem) :]
    usual = {".mjs": ".d.mts", ".cjs": ".d.cts"}.get(ending, ".d.ts")
    if path.endswith(_TYPES) or (path.endswith(_TS) and not path.endswith(_TYPES)):
        if folder.is_file(path):
            yield path
        return
    for one in (
        f"{stem}{usual}",
        f"{stem}.d.ts",
        f"{stem}.ts",
        f"{stem}.tsx",
        f"{path}.d.ts",
        f"{path}.d.mts",
        f"{path}.ts",
    ):
        if folder.is_file(one):
            yield one
    if folder.is_folder(path):
        yield from _of_folder(folder, path, _TYPES)


def sources(folder: Folder, path: str) -> Iterator[str]:
    for one in (path, f"{path}.js", f"{path}.mjs", f"{path}.cjs"):
        if one.endswith(_CODE) and folder.is_file(one):
            yield one
    if folder.is_folder(path):
        yield from _of_folder(folder, path, _CODE)


def _of_folder(folder: Folder, path: str, endings: tuple[str, ...]) -> Iterator[str]:
    inner = open_package(folder, path, "") if folder.is_file(f"{path}/package.json") else None
    if inner is not None:
        said = inner.json
        for target in (said.types, said.typings, said.module, said.main):
            goal = inside(path, target) if isinstance(target, str) else None
            if goal is not None and goal != path and not folder.is_folder(goal):
                yield from declarations(folder, goal) if endings is _TYPES else sources(folder, goal)
    for ending in endings:
        if folder.is_file(f"{path}/index{ending}"):
            yield f"{path}/index{ending}"


def _mapped(exports: Any, below: str) -> Iterator[str]:
    """Every target that a map of exports gives for a path, under any condition."""
    if isinstance(exports, dict) and any(isinstance(key, str) and key.startswith(".") for key in exports):
        for key, value in exports.items():
            if key == below:
                yield from _targets(value, "", 0)
            elif key.count("*") == 1:
                start, _, end = key.partition("*")
                if below.startswith(start) and below.endswith(end) and len(below) >= len(start) + len(end):
                    yield from _targets(value, below[len(start) : len(below) - len(end)], 0)
            elif key.endswith("/") and below.startswith(key):
                yield from (f"{one}{below[len(key) :]}" for one in _targets(value, "", 0))
    elif below == ".":
        yield from _targets(exports, "", 0)


def _targets(value: Any, star: str, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value.replace("*", star)
    elif depth < _DEEPEST and isinstance(value, dict):
        for inner in value.values():
            yield from _targets(inner, star, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for inner in value:
            yield from _targets(inner, star, depth + 1)


def _by_version(versions: Any, targets: list[str]) -> Iterator[str]:
    if not isinstance(versions, dict):
        return
    for compiler, paths in versions.items():
        if compiler.startswith("<") or not isinstance(paths, dict):
            continue  # what compilers of years ago are given is less, not more
        for key, goals in paths.items():
            start, star, end = key.partition("*")
            for target in (one.removeprefix("./") for one in targets):
                if (star and target.startswith(start) and target.endswith(end)) or target == key:
                    middle = target[len(start) : len(target) - len(end)] if star else ""
                    yield from (goal.replace("*", middle) for goal in goals if isinstance(goal, str))
        return  # the first that fits is the one that counts
