"""Every manifest and lock file of the target, read into types: no resolver, no build, nothing of the project is run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

import msgspec

from walkdown.errors import WalkdownError
from walkdown.model.dependency import Manifest
from walkdown.model.scanner import SourceFile
from walkdown.target.manifests import (
    bun_lock,
    npm,
    package_lock,
    pdm,
    pipfile,
    pnpm_lock,
    poetry,
    pylock,
    pyproject,
    requirements,
    setup,
    uv,
    yarn_lock,
)
from walkdown.target.manifests.constraints import apply_constraints
from walkdown.target.manifests.includes import Include, resolve
from walkdown.target.manifests.locks import answers, floating, nearest_lock
from walkdown.target.manifests.names import ecosystem_of, folder_of, kind_of
from walkdown.target.manifests.npm_graph import Graph, settle
from walkdown.target.manifests.reading import Reading, Unreadable, broken
from walkdown.target.manifests.sources import with_author
from walkdown.target.manifests.tree import Tree
from walkdown.target.manifests.ways import with_ways

__all__ = ["answers", "floating", "nearest_lock", "read_manifests"]

_MIB = 1024 * 1024
MOST_WRITTEN = 4 * _MIB  # by a person
MOST_LOCKED = 8 * _MIB  # by a tool

_Reader = Callable[[str, bytes], Reading]

_READERS: dict[str, _Reader] = {
    "requirements": requirements.read,
    "constraints": requirements.read_constraints,
    "pyproject": pyproject.read,
    "pipfile": pipfile.read,
    "pipfile-lock": pipfile.read_lock,
    "poetry-lock": poetry.read,
    "uv-lock": uv.read,
    "pdm-lock": pdm.read,
    "pylock": pylock.read,
    "setup-cfg": setup.read_cfg,
    "setup-py": setup.read_py,
    "package-json": npm.read,
}

_GRAPHS: dict[str, Callable[[str, bytes], Graph]] = {
    "package-lock": package_lock.read,
    "pnpm-lock": pnpm_lock.read,
    "yarn-lock": yarn_lock.read,
    "bun-lock": bun_lock.read,
}


# Scanners ask for the same lists at the same time, each in a thread of its own. msgspec works out a type when it meets
# it first, and two threads that do so at once end the whole program with a fault of memory.
_ONE_AT_A_TIME = threading.Lock()

# yarn alone leaves an empty lock where there is nothing to lock.
_NEVER_EMPTY = {kind for kind in (*_READERS, *_GRAPHS) if kind.endswith("lock")} - {"yarn-lock"}


def read_manifests(files: Sequence[SourceFile], read: Callable[[str], bytes]) -> tuple[Manifest, ...]:
    """All manifests among `files`, by path. What cannot be read is a Manifest with a gap in it, never an exception."""
    with _ONE_AT_A_TIME:
        return _read_all(files, read)


def _read_all(files: Sequence[SourceFile], read: Callable[[str], bytes]) -> tuple[Manifest, ...]:
    known = {file.path: file for file in files}
    waiting = [(path, kind) for path in sorted(known) if (kind := kind_of(path))]
    done: dict[str, Manifest] = {}
    includes: list[Include] = []
    graphs: list[Graph] = []
    trees: dict[str, Tree] = {}
    unmarked: list[str] = []
    while waiting:
        path, kind = waiting.pop()
        if path in done:
            continue
        reading = _read_one(known[path], kind, read, graphs)
        if reading.tree is not None:
            trees[path] = reading.tree
        if reading.unmarked:
            unmarked.append(path)
        found, gaps = resolve(path, reading.references, known)
        done[path] = msgspec.structs.replace(reading.manifest, skipped=reading.manifest.skipped + gaps)
        includes.extend(found)
        waiting.extend((include.path, include.kind) for include in found)
    done = apply_constraints(done, includes)
    for path, tree in trees.items():
        done[path] = with_ways(done[path], tree, [one for one in done.values() if answers(done[path], one)])
    done.update((path, with_author(done[path], done)) for path in unmarked)
    done.update((graph.path, _settled(graph, done)) for graph in graphs)
    return tuple(done[path] for path in sorted(done))


def _settled(graph: Graph, manifests: Mapping[str, Manifest]) -> Manifest:
    """An npm lock, once the package.json files are read too: some locks do not say what the project asks for."""
    lock = manifests[graph.path]
    locks = [one for one in manifests.values() if one.lock and one.ecosystem == lock.ecosystem]
    written = [one for one in manifests.values() if one.kind == "package-json" and nearest_lock(one, locks) is lock]
    try:
        settled = settle(graph, written)
    except Unreadable as error:
        return broken(graph.path, graph.kind, "broken-manifest", str(error)).manifest
    return msgspec.structs.replace(settled, covers=lock.covers)


def _read_one(file: SourceFile, kind: str, read: Callable[[str], bytes], graphs: list[Graph]) -> Reading:
    most = MOST_LOCKED if kind.endswith("lock") else MOST_WRITTEN
    if file.size > most:
        return broken(file.path, kind, "too-large", f"it is larger than {most // _MIB} MB")
    try:
        data = read(file.path)
    except (OSError, WalkdownError):
        return broken(file.path, kind, "unreadable", "it cannot be read")
    if kind in _NEVER_EMPTY and not data.strip():
        return broken(file.path, kind, "broken-manifest", "it is empty")
    try:
        if kind in _GRAPHS:
            graphs.append(_GRAPHS[kind](file.path, data))
            reading = Reading(Manifest(file.path, kind, ecosystem_of(kind), lock=True))
        else:
            reading = _READERS[kind](file.path, data)
    except Unreadable as error:
        return broken(file.path, kind, "broken-manifest", str(error))
    covers = reading.manifest.covers or folder_of(file.path)
    return msgspec.structs.replace(reading, manifest=msgspec.structs.replace(reading.manifest, covers=covers))
