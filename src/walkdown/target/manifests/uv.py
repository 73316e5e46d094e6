"""uv.lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from walkdown.model.dependency import Pin
from walkdown.target.manifests.lines import table_lines
from walkdown.target.manifests.locked import Locked, read_locked
from walkdown.target.manifests.reading import Reading, decode_toml
from walkdown.target.manifests.tree import Need, Root


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
    version: str = ""


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
    locked = [
        Locked(
            name=package.name,
            version=package.version,
            line=line,
            pin=_pin(package.source),
            specifier=_folder(package.source),
            marker=" or ".join(package.resolution_markers),
            hashed=any("hash" in file for file in (package.sdist or {}, *package.wheels)),
            group=None,
            needs=tuple(Need(edge.name, edge.version) for edge in package.dependencies),
            may_need=tuple(Need(e.name, e.version) for edges in _extras(package) for e in edges),
        )
        for package, line in zip(lock.package, lines, strict=True)
    ]
    return read_locked(path, "uv-lock", locked, _roots(lock.package))


def _folder(source: _Source) -> str:
    return source.editable or source.virtual or source.directory


def _pin(source: _Source) -> Pin:
    if source.git or source.url or source.path:
        return Pin.URL
    return Pin.LOCAL if _folder(source) else Pin.EXACT


def _extras(package: _Package) -> Iterable[list[_Edge]]:
    return () if _folder(package.source) else package.optional_dependencies.values()


def _roots(packages: Sequence[_Package]) -> Iterator[Root]:
    """What the project's own packages ask for, each with its group or extra."""
    for package in packages:
        if _folder(package.source):
            for group, edges in (
                ("", package.dependencies),
                *package.optional_dependencies.items(),
                *package.dev_dependencies.items(),
            ):
                yield from (Root(Need(edge.name, edge.version), group) for edge in edges)
