"""pnpm-lock.yaml of versions 5 to 9."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from walkdown.model.dependency import Pin
from walkdown.model.outcome import Skipped
from walkdown.target.manifests.block_lines import Line, block_lines
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.npm_graph import DEV, OPTIONAL, Entry, Graph, Root
from walkdown.target.manifests.npm_words import exact_version, local
from walkdown.target.manifests.reading import Unreadable, check_length, decode_text, gap

_LISTS = {"dependencies": "", "optionalDependencies": OPTIONAL, "devDependencies": DEV}
_OPAQUE = frozenset({
    (0, "settings"), (0, "time"), (2, "deprecated"), (2, "engines"), (2, "cpu"), (2, "os"), (2, "libc"),
    (2, "transitivePeerDependencies"), (2, "bundledDependencies"),
})  # fmt: skip

# `/name/1.0.0_peers` with version 5; `/name@1.0.0(peers)` with 6, no slash since 9; a host before them where the
# package comes from another registry.
_WITH_SLASH = re.compile(r"(?:[^/@]*)/((?:@[^/@]+/)?[^/@]+)/([^/_(]+)(?:_.*|\(.*)?", re.DOTALL)
_WITH_AT = re.compile(r"(?:[^/@]*/)?((?:@[^/@]+/)?[^/@]+)@([^(]+)(?:\(.*)?", re.DOTALL)
_FIELD = re.compile(r"\b(tarball|type|directory|integrity|repo|path):\s*(\"[^\"]*\"|'[^']*'|[^\s,}]+)")


class _Package(msgspec.Struct):
    """What stands below one key while it is being read."""

    line: int
    fields: dict[str, str] = {}
    needs: dict[str, str] = {}
    may_need: dict[str, str] = {}


class _Direct(msgspec.Struct):
    importer: str
    name: str
    group: str
    version: str = ""


class _Lock(msgspec.Struct):
    version: str = ""
    packages: dict[str, _Package] = {}
    snapshots: dict[str, _Package] = {}
    importers: dict[str, int] = {}
    direct: list[_Direct] = []
    twice: int = 0


def read(path: str, data: bytes) -> Graph:
    lock = _Lock()
    keys: list[str] = []
    for line in block_lines(decode_text(data), _OPAQUE):
        del keys[line.depth :]
        keys.append(line.key)
        _take(lock, keys, line)
    major = re.match(r"\d+", lock.version)
    if major is None:
        raise Unreadable("it does not say which version of pnpm's form it has")
    if not 5 <= int(major.group()[:4]) <= 9:
        raise Unreadable("it has a form that this program does not know")
    check_length(max(len(lock.packages), len(lock.snapshots)))
    return _graph(path, lock, _WITH_SLASH if major.group() == "5" else _WITH_AT)


def _take(lock: _Lock, keys: list[str], line: Line) -> None:
    section, depth = keys[0], line.depth
    if section == "lockfileVersion" and depth == 0:
        lock.version = line.value.strip("\"'")
    elif section in ("packages", "snapshots", "importers", *_LISTS) and depth == 0 and line.value not in ("", "{}"):
        raise Unreadable(f"line {line.number} is not of the form that its tool writes")
    elif section in _LISTS and depth > 0:
        _take_direct(lock, ".", section, keys[1:], line)
    elif section == "importers" and depth == 1:
        lock.importers.setdefault(line.key, line.number)
    elif section == "importers" and depth > 2 and keys[2] in _LISTS:
        _take_direct(lock, keys[1], keys[2], keys[3:], line)
    elif section in ("packages", "snapshots") and depth > 0:
        _take_package(lock, lock.packages if section == "packages" else lock.snapshots, keys[1:], line)


def _take_direct(lock: _Lock, importer: str, kind: str, keys: list[str], line: Line) -> None:
    """`name: 1.0.0` with version 5, below the name since 6."""
    if len(keys) == 1:
        lock.direct.append(_Direct(importer, keys[0], _LISTS[kind], line.value))
    elif keys[1] == "version":
        lock.direct[-1].version = line.value


def _take_package(lock: _Lock, packages: dict[str, _Package], keys: list[str], line: Line) -> None:
    if len(keys) == 1:
        lock.twice += keys[0] in packages
        packages[keys[0]] = _Package(line.number)
        if line.value not in ("", "{}"):
            packages[keys[0]].fields.update(_fields(line.value))
        return
    package = packages[keys[0]]
    if len(keys) == 2:
        package.fields[keys[1]] = line.value
        if keys[1] == "resolution":
            package.fields.update(_fields(line.value))
        elif keys[1] in _LISTS and line.value not in ("", "{}"):
            raise Unreadable(f"line {line.number} is not of the form that its tool writes")
    elif keys[1] == "resolution":
        package.fields[keys[2]] = line.value
    elif keys[1] == "dependencies":
        package.needs[keys[2]] = line.value
    elif keys[1] == "optionalDependencies":
        package.may_need[keys[2]] = line.value


def _fields(flow: str) -> Iterator[tuple[str, str]]:
    for match in _FIELD.finditer(flow):
        yield match.group(1), match.group(2).strip("\"'")


def _graph(path: str, lock: _Lock, form: re.Pattern[str]) -> Graph:
    """Since version 9 `packages` says what a package is and `snapshots` what it needs, once for each set of peers."""
    shapes = lock.snapshots if lock.snapshots else lock.packages
    described = {_without_peers(key) for key in shapes}
    keys = [*shapes, *(key for key in lock.packages if key not in shapes and key not in described)]
    places = {key: place for place, key in enumerate(keys)}
    roots: list[Root] = []
    aliases: dict[int, str] = {}
    for one in lock.direct:
        place = _find(one.name, one.version, places)
        if place is not None:
            roots.append(Root(place, one.group))
            aliases.setdefault(place, one.name)
    empty = _Package(0)
    entries = []
    for key, place in places.items():
        about = lock.packages.get(key) or lock.packages.get(_without_peers(key)) or empty
        entry = _entry(path, key, about, form, aliases.get(place, ""))
        shape = shapes.get(key, about)
        needs, may_need = _places(shape.needs, places), _places(shape.may_need, places)
        line = entry.line or shape.line
        entries.append(msgspec.structs.replace(entry, line=line, needs=needs, may_need=may_need))
    members = [_member(path, folder, line) for folder, line in lock.importers.items() if folder != "."]
    skipped: tuple[Skipped, ...] = ()
    if lock.twice:
        reason = "It has entries that stand twice; only the last of each was looked at."
        skipped = (gap(path, "duplicate-entry", reason),)
    return Graph(path, "pnpm-lock", (*entries, *members), tuple(roots), skipped=skipped)


def _member(path: str, folder: str, line: int) -> Entry:
    pin, inner = local(folder_of(path), folder)
    return Entry("", line=line, pin=pin, specifier=inner)


def _without_peers(key: str) -> str:
    return key.partition("(")[0]


def _entry(path: str, key: str, about: _Package, form: re.Pattern[str], asked_as: str) -> Entry:
    match = None if key.startswith("file:") else form.fullmatch(key)
    name, version = match.groups() if match else ("", "")
    name = about.fields.get("name", name)
    pin, folder = _pin(path, key, version, about)
    return Entry(
        name=name,
        version=version,
        line=about.line,
        pin=pin,
        specifier=folder,
        alias=asked_as if asked_as not in ("", name) else "",
        hashed="integrity" in about.fields,
        scripts=_builds(about),
        group=_group(about),
    )


def _pin(path: str, key: str, version: str, about: _Package) -> tuple[Pin, str]:
    if about.fields.get("type") == "directory" or version.startswith(("file:", "link:")) or key.startswith("file:"):
        folder = about.fields.get("directory") or (version or _without_peers(key)).partition(":")[2]
        return local(folder_of(path), folder)
    if exact_version(version) and about.fields.get("type") != "git":
        return Pin.EXACT, ""
    return Pin.URL, ""


def _group(about: _Package) -> str | None:
    """Up to version 8 each package says it; where both need it, it says nothing of `dev`."""
    if "dev" in about.fields or "resolution" not in about.fields:
        if about.fields.get("dev") == "true":
            return DEV
        if about.fields.get("dev") == "false":
            return OPTIONAL if about.fields.get("optional") == "true" else ""
    return None


def _builds(about: _Package) -> bool:
    """pnpm 5 to 8 writes it of every optional package that it did not fetch, only to be safe: there it says nothing."""
    return about.fields.get("requiresBuild") == "true" and about.fields.get("optional") != "true"


def _places(wanted: Mapping[str, str], places: Mapping[str, int]) -> tuple[int, ...]:
    found = (_find(name, version, places) for name, version in wanted.items())
    return tuple(place for place in found if place is not None)


def _find(name: str, version: str, places: Mapping[str, int]) -> int | None:
    """A reference is the version, or for another package under this name the whole key."""
    for key in (f"{name}@{version}", f"/{name}@{version}", f"/{name}/{version}", version):
        if key in places:
            return places[key]
    return None
