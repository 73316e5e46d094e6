"""pdm.lock."""

from __future__ import annotations

import re

import msgspec

from walkdown.model.dependency import Pin
from walkdown.target.manifests.lines import table_lines
from walkdown.target.manifests.locked import Locked, read_locked
from walkdown.target.manifests.names import by_weight
from walkdown.target.manifests.reading import Reading, decode_toml
from walkdown.target.manifests.tree import Need

_NAME = re.compile(r"[ \t]*([A-Za-z0-9][A-Za-z0-9._-]{0,200})")


class _Package(msgspec.Struct, frozen=True):
    name: str
    version: str = ""
    groups: list[str] = []
    marker: str = ""
    git: str = ""
    url: str = ""
    path: str = ""
    files: list[dict[str, str]] = []
    dependencies: list[str] = []


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
            pin=_pin(package),
            specifier=package.path,
            marker=package.marker,
            hashed=bool(package.files),
            group="" if not package.groups or "default" in package.groups else min(package.groups, key=by_weight),
            needs=tuple(Need(match.group(1)) for text in package.dependencies if (match := _NAME.match(text))),
        )
        for package, line in zip(lock.package, lines, strict=True)
    ]
    return read_locked(path, "pdm-lock", locked)


def _pin(package: _Package) -> Pin:
    if package.git or package.url:
        return Pin.URL
    return Pin.LOCAL if package.path else Pin.EXACT
