"""uv.lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from walkdown.model.dependency import Pin
from walkdown.target.manifests.lines import table_lines
from walkdown.target.manifests.locked import Locked, lock_manifest
from walkdown.target.manifests.reading import Reading, decode_toml


class _Source(msgspec.Struct, frozen=True):
    registry: str = ""
    git: str = ""
    url: str = ""
    path: str = ""
    directory: str = ""
    editable: str = ""
    virtual: str = ""


class _Edge(msgspec.Struct, frozen=True):
    name: str


class _Package(msgspec.Struct, frozen=True, rename="kebab"):
    name: str
    version: str = ""
    source: _Source = _Source()
    dependencies: list[_Edge] = []
    optional_dependencies: dict[str, list[_Edge]] = {}
    dev_dependencies: dict[str, list[_Edge]] = {}
    resolution_markers: list[str] = []
    wheels: list[dict[str, object]] = []
    sdist: dict[str, object] | None = None


class _Lock(msgspec.Struct, frozen=True):
    package: list[_Package] = []


def read(path: str, data: bytes) -> Reading:
    lock, text = decode_toml(data, _Lock)
    lines = table_lines(text, "package", [package.name for package in lock.package])
    groups = _groups(lock.package)
    locked = [
        Locked(
            name=package.name,
            version=package.version,
            line=line,
            pin=_pin(package.source),
            specifier=_folder(package.source),
            marker=" or ".join(package.resolution_markers),
            hashed=any("hash" in file for file in (package.sdist or {}, *package.wheels)),
            group=groups.get(package.name, ""),
        )
        for package, line in zip(lock.package, lines, strict=True)
    ]
    return Reading(lock_manifest(path, "uv-lock", locked))


def _folder(source: _Source) -> str:
    return source.editable or source.virtual or source.directory


def _pin(source: _Source) -> Pin:
    if source.git or source.url or source.path:
        return Pin.URL
    return Pin.LOCAL if _folder(source) else Pin.EXACT


def _groups(packages: Sequence[_Package]) -> dict[str, str]:
    """Which development group or extra alone brings a package. uv does not write it down, but it writes who needs whom:
    what the project's own packages reach without a group is production, also where a group needs it too."""
    needs: dict[str, set[str]] = defaultdict(set)
    starts: list[tuple[str, list[_Edge]]] = []
    for package in packages:
        needs[package.name].update(edge.name for edge in package.dependencies)
        if not _folder(package.source):
            # An extra of somebody else's package comes along wherever it was asked for; we count it as always.
            needs[package.name].update(e.name for edges in package.optional_dependencies.values() for e in edges)
            continue
        starts.append(("", package.dependencies))
        starts.extend(package.optional_dependencies.items())
        starts.extend(package.dev_dependencies.items())
    found: dict[str, str] = {}
    for group, edges in sorted(starts, key=lambda start: start[0]):
        _mark(group, [edge.name for edge in edges], needs, found)
    return found


def _mark(group: str, waiting: list[str], needs: Mapping[str, set[str]], found: dict[str, str]) -> None:
    """Gives the group to all that is reached and has none yet; behind what has one, all else has one too."""
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = group
            waiting.extend(needs.get(name, ()))
