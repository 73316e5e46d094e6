"""Tells which frameworks of the target are not read yet: named in a manifest, and used by code that is deployed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

import msgspec

from walkdown.doors.outside_names import plain
from walkdown.doors.unread_names import PYTHON, SCRIPTS, Unread
from walkdown.errors import WalkdownError
from walkdown.model.dependency import Manifest
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.model.scanner import SourceFile
from walkdown.syntax.program import Program
from walkdown.target.sides import is_side

CODE = "framework-unread"
_PYTHON_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(?P<of>[A-Za-z_][\w.]*)[ \t]+import[ \t]+(?P<names>[^\n#;]{0,300})"
    rb"|import[ \t]+(?P<plain>[A-Za-z_][^\n#;]{0,300}))",
    re.MULTILINE,
)
# Lists of packages often lie in a folder of their own, beside the code they are for.
_LISTS = frozenset({"requirements", "requirement", "deps", "dependencies"})


class _Package(msgspec.Struct):
    dependencies: dict[str, object] = {}
    own: dict[str, object] = msgspec.field(default={}, name="devDependencies")


class Told(msgspec.Struct, frozen=True):
    """A manifest and all it names; `folder`: whose code it speaks for."""

    path: str
    folder: str
    names: frozenset[str]


def of_scripts(
    paths: Iterable[str], programs: Mapping[str, Program], read: Callable[[str], bytes]
) -> Iterator[Skipped]:
    told = [
        Told(path, posixpath.dirname(path), _names(read(path)))
        for path in sorted(paths)
        if posixpath.basename(path) == "package.json" and not is_side(path)
    ]
    code = [path for path in programs if not is_side(path)]
    yield from _gaps(SCRIPTS, told, code, lambda path: _modules(programs[path]))


def of_python(
    manifests: Sequence[Manifest], files: Sequence[SourceFile], read: Callable[[str], bytes]
) -> Iterator[Skipped]:
    told = [
        Told(one.path, _home(one), frozenset(dependency.name.lower() for dependency in one.dependencies))
        for one in sorted(manifests, key=lambda one: one.path)
        if one.ecosystem == "PyPI" and not one.lock and not is_side(one.path)
    ]
    if any(_declares(one, manifest) for one in PYTHON for manifest in told):
        code = [file.path for file in files if file.path.endswith(".py") and not is_side(file.path)]
        yield from _gaps(PYTHON, told, code, lambda path: _python_modules(path, read))


def _gaps(
    table: Iterable[Unread], told: Sequence[Told], code: Sequence[str], modules_of: Callable[[str], frozenset[str]]
) -> Iterator[Skipped]:
    """One for each framework and manifest: the nearest above the code that uses it. Files are read until it is seen."""
    modules = cache(modules_of)
    for one in table:
        declaring = {manifest.folder: manifest for manifest in reversed(told) if _declares(one, manifest)}
        found: dict[str, Told] = {}
        for path in code if declaring else ():
            nearest = _nearest(path, declaring)
            if nearest is not None and nearest.path not in found and _uses(one, path, modules, nearest):
                found[nearest.path] = nearest
            if len(found) == len(declaring):
                break
        for manifest in found.values():
            yield Skipped(manifest.path, SkipKind.GAP, CODE, f"{one.name} is used here: {one.says}")


def _declares(one: Unread, manifest: Told) -> bool:
    packages = {"/".join(name.split("/")[: 2 if name.startswith("@") else 1]) for name in one.packages}
    return bool(manifest.names & (packages | one.told)) and not manifest.names & one.read_by


def _uses(one: Unread, path: str, modules: Callable[[str], frozenset[str]], manifest: Told) -> bool:
    inner = path[len(manifest.folder) + 1 :] if manifest.folder else path
    return bool(one.files and re.fullmatch(one.files, inner)) or bool(modules(path) & one.packages)


def _nearest(path: str, by_folder: Mapping[str, Told]) -> Told | None:
    folder = posixpath.dirname(path)
    while folder not in by_folder:
        if not folder:
            return None
        folder = posixpath.dirname(folder)
    return by_folder[folder]


def _names(data: bytes) -> frozenset[str]:
    try:
        package = msgspec.json.decode(data, type=_Package)
    except msgspec.MsgspecError:
        return frozenset()
    return frozenset(package.dependencies) | frozenset(package.own)


def _modules(program: Program) -> frozenset[str]:
    """Each import under its own name, and under that of its package."""
    found: set[str] = set()
    for one in program.imports:
        name = plain(one.module)
        parts = name.split("/")
        found |= {name, "/".join(parts[: 2 if name.startswith("@") else 1])}
    return frozenset(found)


def _home(manifest: Manifest) -> str:
    folder = manifest.covers or posixpath.dirname(manifest.path)
    return posixpath.dirname(folder) if posixpath.basename(folder).lower() in _LISTS else folder


def _python_modules(path: str, read: Callable[[str], bytes]) -> frozenset[str]:
    try:
        data = read(path)
    except WalkdownError:
        return frozenset()  # gone since the inventory: the others speak for the framework
    found: set[str] = set()
    for line in _PYTHON_IMPORT.finditer(data):
        if line["of"]:
            of = line["of"].decode()
            names = re.findall(r"\w+", line["names"].decode("utf-8", "replace"))
            found |= {of, of.split(".")[0], *(f"{of}.{name}" for name in names)}
        else:
            for part in line["plain"].decode("utf-8", "replace").split(","):
                name = part.split()[0] if part.split() else ""
                found |= {name, name.split(".")[0], ".".join(name.split(".")[:2])}
    return frozenset(found)
