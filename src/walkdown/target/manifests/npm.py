"""package.json and the locks of npm, pnpm, yarn and bun. The locks are known by name and not read yet."""

from __future__ import annotations

import re

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.target.manifests.lines import Finder
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.reading import Reading, check_length, decode_json

_EXACT = re.compile(r"=?v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?)")
_LOCAL = ("workspace:", "file:", "link:", "portal:")
_REMOTE = re.compile(r"[a-z+]+:|[\w.-]+/[\w.-]+")


class _Package(msgspec.Struct, frozen=True, rename="camel"):
    dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}
    dev_dependencies: dict[str, str] = {}


def read(path: str, data: bytes) -> Reading:
    package, text = decode_json(data, _Package)
    finder = Finder(text)
    parts = (
        ("dependencies", "", package.dependencies),
        ("optionalDependencies", "optional", package.optional_dependencies),
        ("devDependencies", "dev", package.dev_dependencies),
    )
    dependencies: list[Dependency] = []
    check_length(sum(len(wanted) for _, _, wanted in parts))
    for key, group, wanted in parts:
        after = finder.key(key) if wanted else 0
        dependencies.extend(
            _dependency(name, specifier, path, finder.key(name, after - 1 if after else 0), group)
            for name, specifier in wanted.items()
        )
    return Reading(Manifest(path, "package-json", "npm", dependencies=tuple(dependencies)))


def unread_lock(path: str, kind: str) -> Manifest:
    return Manifest(path, kind, "npm", lock=True, covers=folder_of(path))


def _dependency(name: str, specifier: str, path: str, line: int, group: str) -> Dependency:
    exact = _EXACT.fullmatch(specifier)
    if exact:
        pin = Pin.EXACT
    elif specifier in ("", "*", "latest", "x"):
        pin = Pin.ANY
    elif specifier.startswith(_LOCAL):
        pin = Pin.LOCAL
    elif _REMOTE.match(specifier) and not specifier.startswith("npm:"):
        pin = Pin.URL
    else:
        pin = Pin.RANGE
    return Dependency(
        "npm", name, version=exact.group(1) if exact else "", pin=pin,
        specifier="" if pin is Pin.URL else specifier, path=path, line=line, group=group,
    )  # fmt: skip
