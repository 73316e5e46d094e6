"""package.json."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.outcome import Skipped
from walkdown.target.manifests.lines import Finder
from walkdown.target.manifests.npm_graph import DEV, NPM, OPTIONAL, OVERRIDES, PEER
from walkdown.target.manifests.npm_words import package_name, wanted
from walkdown.target.manifests.reading import Reading, check_length, decode_json, gap

_DEEPEST = 20
_LONGEST_KEY = 500
_OVERRIDDEN = re.compile(r"(?:.*/\*\*/|(?!@)[^@]*/|@[^/@]+/[^/@]+/)?((?:@[^/@]+/)?[^/@]+)(?:@.*)?")


class _Pnpm(msgspec.Struct, frozen=True):
    overrides: dict[str, object] = {}


class _Package(msgspec.Struct, frozen=True, rename="camel"):
    dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}
    peer_dependencies: dict[str, str] = {}
    dev_dependencies: dict[str, str] = {}
    overrides: dict[str, object] = {}
    resolutions: dict[str, object] = {}
    pnpm: _Pnpm = _Pnpm()


def read(path: str, data: bytes) -> Reading:
    package, text = decode_json(data, _Package)
    finder = Finder(text)
    dependencies: list[Dependency] = []
    parts = _parts(package)
    check_length(sum(len(pairs) for _, _, pairs in parts))
    for key, group, pairs in parts:
        after = finder.key(key) if pairs else 0
        dependencies.extend(
            _dependency(name, specifier, path, finder.key(written, after - 1 if after else 0), group)
            for written, name, specifier in pairs
        )
    unclear = [str(one.line) for one in dependencies if not package_name(one.name)]
    skipped: tuple[Skipped, ...] = ()
    if unclear:
        reason = f"Lines with a name that no package can have: {', '.join(unclear[:8])}."
        skipped = (gap(path, "unclear-line", reason),)
    named = tuple(one for one in dependencies if package_name(one.name))
    return Reading(Manifest(path, "package-json", NPM, dependencies=named, skipped=skipped))


def _parts(package: _Package) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Each list with its key and group, and in it what is written, the name that is meant, and the version."""
    lists = [
        ("dependencies", "", package.dependencies),
        ("optionalDependencies", OPTIONAL, package.optional_dependencies),
        ("peerDependencies", PEER, package.peer_dependencies),
        ("devDependencies", DEV, package.dev_dependencies),
    ]
    forced = [
        ("overrides", package.overrides), ("resolutions", package.resolutions), ("overrides", package.pnpm.overrides),
    ]  # fmt: skip
    return [
        *((key, group, [(name, name, text) for name, text in wanted.items()]) for key, group, wanted in lists),
        *((key, OVERRIDES, list(_overrides(table))) for key, table in forced),
    ]


def _overrides(table: Mapping[str, object], above: str = "", depth: int = 0) -> Iterator[tuple[str, str, str]]:
    """Versions that the project forces on packages it does not ask for itself, however deep: `a > b`, `a/**/b`, or one
    table in another. `$name` repeats what is asked for, and is left out."""
    for key, value in table.items():
        name = above if key == "." else _last(key)
        if isinstance(value, str) and name and not value.startswith("$") and value != "-":
            yield key, name, value
        elif isinstance(value, dict) and depth < _DEEPEST:
            yield from _overrides(value, name, depth + 1)


def _last(key: str) -> str:
    """The package at the end of `a>b@^1`, `a/**/@scope/b`, `a/b` or `@scope/b@npm:^1`; empty where there is none."""
    match = _OVERRIDDEN.fullmatch(re.split(r">(?=[@A-Za-z])", key[:_LONGEST_KEY])[-1])
    return match.group(1) if match else ""


def _dependency(name: str, specifier: str, path: str, line: int, group: str) -> Dependency:
    meant = wanted(name, specifier)
    kept = "" if meant.pin is Pin.URL else meant.specifier
    return Dependency(
        NPM, meant.name, version=meant.version, pin=meant.pin, specifier=kept, path=path, line=line, group=group,
        alias=meant.alias,
    )  # fmt: skip
