"""All the ways a project names packages, gathered: what it declares, imports and tells people to install."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from walkdown.advisories.imports import PYTHON, SCRIPT, Import, read_imports
from walkdown.advisories.module_names import is_elsewhere
from walkdown.advisories.names import normalise
from walkdown.advisories.script_blocks import BLOCKS
from walkdown.advisories.script_names import package_of
from walkdown.errors import WalkdownError
from walkdown.model.dependency import Dependency, Pin
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.model.scanner import SourceFile, Sources
from walkdown.scanners.packages import commands
from walkdown.scanners.packages.places import extension, is_fixture, tells_commands
from walkdown.scanners.packages.project import Project
from walkdown.scanners.packages.stated import reader_of, stated
from walkdown.target.sides import is_side

MOST_FILES = 50_000
_EDITION = 2  # of the readers: what an older one remembered of a file is not all there is
_ASSET = re.compile(r"\.(?:css|scss|sass|less|styl|svg|png|jpe?g|gif|webp|wasm|vue|graphql|gql|txt|html)$")


class Use(msgspec.Struct, frozen=True):
    """`module`: what the code says, where `name` is only the package it would be looked for under.
    `late`: imported inside a function, so it is missed only when that runs. `beside`: a command that may also mean a
    program of a package that is installed. `either`: perhaps of the other ecosystem."""

    ecosystem: str
    name: str
    path: str
    line: int
    module: str = ""
    late: bool = False
    beside: bool = False
    either: bool = False


class Code(msgspec.Struct, frozen=True):
    """`stated`: the packages it says it needs, in its header or in an install that it starts."""

    imports: tuple[Import, ...]
    stated: tuple[commands.Wanted, ...] = ()


class Memory(msgspec.Struct, frozen=True):
    """What files of this content import and state, from the last scan: the same content is not read twice."""

    code: Mapping[str, Code] = {}


class Read(msgspec.Struct):
    """`imported`: in code that is deployed. `side`: every other import. `looked`: every file that was read."""

    imported: list[Use]
    side: set[tuple[str, str]]
    installed_at: list[Use]
    other_index: list[Use]
    looked: set[str]
    skipped: list[Skipped]
    memory: dict[str, Code]


def read_uses(sources: Sources, project: Project, memory: Memory) -> Read:
    read = Read([], set(), [], [], set(), [], {})
    for file in sources.files[:MOST_FILES]:
        kind = extension(file.path)
        if kind in PYTHON or kind in SCRIPT or kind in BLOCKS:
            _read_code(sources, project, memory, read, file)
        elif tells_commands(file.path):
            _read_commands(sources, read, file, commands.wanted)
        elif _states(file.path):
            _read_commands(sources, read, file, stated)
    if len(sources.files) > MOST_FILES:
        reason = f"Only the first {MOST_FILES:,} files were read for names of packages."
        read.skipped.append(Skipped("", SkipKind.GAP, "too-many-files", reason))
    return read


def _read_code(sources: Sources, project: Project, memory: Memory, read: Read, file: SourceFile) -> None:
    if "node_modules/" in file.path or "site-packages/" in file.path:
        return
    kind = extension(file.path)
    key = f"{_EDITION} {posixpath.basename(file.path) if kind in PYTHON else kind} {file.content}"
    known = memory.code.get(key) or _code(sources, file, kind, read.skipped)
    if known is None:
        return
    read.memory[key] = known
    read.looked.add(file.path)
    found = known.imports
    if _states(file.path):
        _note(read, file, known.stated)
    side = is_side(file.path)
    for use in _uses(found, file.path, kind, project):
        if side:
            read.side.add((use.ecosystem, use.name))
        elif use.line:
            read.imported.append(use)
        else:
            read.side.add((use.ecosystem, use.name))


def _states(path: str) -> bool:
    folder = posixpath.dirname(path)
    return bool(reader_of(path)) and not is_fixture(path) and not is_side(f"{folder}/x" if folder else "x")


def _code(sources: Sources, file: SourceFile, kind: str, skipped: list[Skipped]) -> Code | None:
    try:
        data = sources.read(file.path)
    except (OSError, WalkdownError):
        skipped.append(Skipped(file.path, SkipKind.GAP, "unreadable", "It could not be read for what it imports."))
        return None
    found = read_imports(data, kind)
    if found is None:
        # Code that no parser takes is no code that runs; old Python 2 and templates look like this.
        skipped.append(Skipped(file.path, SkipKind.SCOPE, "syntax-error", "What it imports cannot be told."))
        return None
    return Code(found, stated(file.path, data))


def _uses(found: tuple[Import, ...], path: str, kind: str, project: Project) -> Iterator[Use]:
    """Line 0 where the code goes on without the package."""
    for one in found:
        line = 0 if one.optional else one.line
        if kind in PYTHON:
            top = one.name.partition(".")[0]
            if top and not is_elsewhere(top) and not _is_local(top, project):
                yield Use("PyPI", normalise("PyPI", top), path, line, one.name, one.late)
        elif (
            (name := package_of(one.name))
            and not _is_no_package(name)
            and not project.is_alias(one.name, path)
            and name not in project.own["npm"]
        ):
            yield Use("npm", name, path, line, name)


def _is_no_package(name: str) -> bool:
    """What a bundler or a framework puts in the place of such an import."""
    return name == "meteor" or bool(_ASSET.search(name))


def _is_local(top: str, project: Project) -> bool:
    """Any folder or module of that name in the project; code that a build makes is the project's own as well."""
    return top in project.modules or top.endswith(("_pb2", "_pb2_grpc")) or top.startswith("_")


def _read_commands(
    sources: Sources, read: Read, file: SourceFile, find: Callable[[str, bytes], tuple[commands.Wanted, ...]]
) -> None:
    if "node_modules/" in file.path or "site-packages/" in file.path:
        return
    try:
        data = sources.read(file.path)
    except (OSError, WalkdownError):
        read.skipped.append(
            Skipped(file.path, SkipKind.GAP, "unreadable", "It could not be read for install commands.")
        )
        return
    read.looked.add(file.path)
    _note(read, file, find(file.path, data))


def _note(read: Read, file: SourceFile, found: Iterable[commands.Wanted]) -> None:
    for one in found:
        use = Use(one.ecosystem, one.name, file.path, one.line, beside=one.beside, either=one.either)
        (read.other_index if one.other_index else read.installed_at).append(use)


def real_name(dependency: Dependency) -> str:
    """Empty for what no index is asked for."""
    if dependency.pin in (Pin.LOCAL, Pin.URL) or dependency.perhaps or dependency.specifier.startswith("jsr:"):
        return ""
    return dependency.name


def folders_above(path: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""
