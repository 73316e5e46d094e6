"""pylock.toml, the lock format of PEP 751."""

from __future__ import annotations

import msgspec

from walkdown.model.dependency import Pin
from walkdown.target.manifests.lines import table_lines
from walkdown.target.manifests.locked import Locked, read_locked
from walkdown.target.manifests.reading import Reading, decode_toml
from walkdown.target.manifests.tree import Need


class _Directory(msgspec.Struct, frozen=True):
    path: str = "."


class _Edge(msgspec.Struct, frozen=True):
    name: str
    version: str = ""


class _Package(msgspec.Struct, frozen=True):
    name: str
    version: str = ""
    marker: str = ""
    directory: _Directory | None = None
    vcs: dict[str, object] | None = None
    archive: dict[str, object] | None = None
    sdist: dict[str, object] | None = None
    wheels: list[dict[str, object]] = []
    dependencies: list[_Edge] = []


class _Lock(msgspec.Struct, frozen=True):
    packages: list[_Package] = []


def read(path: str, data: bytes) -> Reading:
    lock, text = decode_toml(data, _Lock)
    lines = table_lines(text, "packages", [package.name for package in lock.packages])
    # Many tools leave out who needs whom; without it, what a group brings cannot be told from what production brings.
    group = None if any(package.dependencies for package in lock.packages) else ""
    locked = [
        Locked(
            name=package.name,
            version=package.version,
            line=line,
            pin=_pin(package),
            specifier=package.directory.path if package.directory else "",
            marker=package.marker,
            hashed=any("hashes" in file for file in (package.sdist or {}, *package.wheels)),
            group=group,
            needs=tuple(Need(edge.name, edge.version) for edge in package.dependencies),
        )
        for package, line in zip(lock.packages, lines, strict=True)
    ]
    return read_locked(path, "pylock", locked)


def _pin(package: _Package) -> Pin:
    if package.directory is not None:
        return Pin.LOCAL
    from_index = package.version and package.vcs is None and package.archive is None
    return Pin.EXACT if from_index else Pin.URL
