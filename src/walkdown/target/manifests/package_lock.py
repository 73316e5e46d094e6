"""package-lock.json and npm-shrinkwrap.json: version 1 as a tree of packages, versions 2 and 3 as a list of folders."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import msgspec

from walkdown.model.dependency import Pin
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.npm_graph import DEV, OPTIONAL, PEER, Entry, Graph, Root
from walkdown.target.manifests.npm_words import exact_version, from_registry, local, split_at
from walkdown.target.manifests.reading import Unreadable, check_length, decode_json, gap

_MODULES = "node_modules/"
_DEEPEST = 200
_OBJECT = re.compile(r'"((?:[^"\\\n]|\\.)*)"\s*:\s*\{')


class _Package(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    version: str = ""
    resolved: str | bool = ""
    integrity: str | bool = ""
    link: bool = False
    dev: bool = False
    optional: bool = False
    dev_optional: bool = False
    peer: bool = False
    has_install_script: bool = False
    dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}
    peer_dependencies: dict[str, str] = {}
    dev_dependencies: dict[str, str] = {}


class _Node(msgspec.Struct, frozen=True):
    """Version 1. `requires` is `true` at the top."""

    version: str = ""
    resolved: str | bool = ""
    integrity: str | bool = ""
    dev: bool = False
    optional: bool = False
    requires: bool | dict[str, str] = False
    dependencies: dict[str, _Node] = {}


class _Lock(msgspec.Struct, frozen=True, rename="camel"):
    lockfile_version: int
    packages: dict[str, _Package] | None = None
    dependencies: dict[str, object] = {}


class _Old(msgspec.Struct, frozen=True):
    dependencies: dict[str, _Node] = {}


def read(path: str, data: bytes) -> Graph:
    lock, text = decode_json(data, _Lock)
    if not 1 <= lock.lockfile_version <= 3:
        raise Unreadable("it has a form that is newer than this program")
    skipped = twice(path, text)
    if lock.packages is None:
        tree, _ = decode_json(data, _Old)
        return _old(path, tree.dependencies, text, skipped)
    check_length(len(lock.packages))
    return _listed(path, lock.packages, text, skipped)


def twice(path: str, text: str) -> tuple[Skipped, ...]:
    """A key that stands twice in one object is not npm's work; only the last one counts, which few readers see."""
    found: list[str] = []

    def look(pairs: list[tuple[str, object]]) -> None:
        if len({name for name, _ in pairs}) < len(pairs):
            found.append("")

    try:
        json.loads(text, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return ()  # an error of its own, told by the typed reading
    if not found:
        return ()
    return (gap(path, "duplicate-entry", "It has entries that stand twice; only the last of each was looked at."),)


def _listed(path: str, packages: Mapping[str, _Package], text: str, skipped: tuple[Skipped, ...]) -> Graph:
    lines = _lines(text)
    absent = frozenset(key for key, package in packages.items() if _MODULES in key and _is_absent(package))
    if absent:
        skipped = (*skipped, _not_there(path, sorted(lines.get(key, 0) for key in absent)))
    keys = [key for key in packages if _MODULES in key and key not in absent]
    places = {key: place for place, key in enumerate(keys)}
    if any(key.count("/") > _DEEPEST for key in packages):
        raise Unreadable("it has folders that are nested too deeply")
    entries = [_entry(path, key, packages, places, lines.get(key, 0)) for key in places]
    roots = [
        Root(place, group)
        for key, package in packages.items()
        if _MODULES not in key
        for group, wanted in _groups(package)
        for name in wanted
        if (place := _find(key, name, places)) is not None
    ]
    return Graph(path, "package-lock", tuple(entries), tuple(roots), skipped=skipped)


def _is_absent(package: _Package) -> bool:
    """npm keeps an empty place for an optional package that it could not get. Nothing is installed from it."""
    optional = package.optional or package.dev_optional
    return optional and not (package.version or package.resolved or package.integrity or package.link)


def _not_there(path: str, lines: list[int]) -> Skipped:
    shown = ", ".join(str(line) for line in lines[:8])
    what = f"{len(lines)} optional packages have" if len(lines) > 1 else "An optional package has"
    where = f"lines {shown}" if len(lines) > 1 else f"line {shown}"
    reason = f"{what} no version in it ({where}), because npm could not get hold of one when it wrote the lock."
    return Skipped(path, SkipKind.LIMIT, "unpinned", reason)


def _groups(package: _Package) -> Iterator[tuple[str, dict[str, str]]]:
    yield "", package.dependencies
    yield OPTIONAL, package.optional_dependencies
    yield PEER, package.peer_dependencies
    yield DEV, package.dev_dependencies


def _entry(path: str, key: str, packages: Mapping[str, _Package], places: Mapping[str, int], line: int) -> Entry:
    package = packages[key]
    folder_name = key.rpartition(_MODULES)[2]
    name = package.name or folder_name
    resolved = package.resolved if isinstance(package.resolved, str) else ""
    pin, folder = _pin(path, package.link, resolved, name)
    firm = _places(key, (*package.dependencies, *package.peer_dependencies), places)
    return Entry(
        name=name,
        version=package.version,
        line=line,
        pin=pin,
        specifier=folder,
        alias=folder_name if folder_name != name else "",
        hashed=bool(package.integrity),
        scripts=package.has_install_script,
        group=_group(package),
        needs=firm,
        may_need=_places(key, package.optional_dependencies, places),
    )


def _pin(path: str, link: bool, resolved: str, name: str) -> tuple[Pin, str]:
    if link:
        return local(folder_of(path), resolved)
    if resolved.startswith("file:"):
        return local(folder_of(path), resolved.removeprefix("file:"))
    return (Pin.EXACT, "") if from_registry(resolved, name) else (Pin.URL, "")


def _group(package: _Package) -> str | None:
    """npm says it of each package; where it says nothing, production needs it."""
    if package.link:
        return None
    if package.dev:
        return DEV
    if package.optional or package.dev_optional:
        return OPTIONAL
    return PEER if package.peer else ""


def _places(key: str, names: tuple[str, ...] | dict[str, str], places: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(place for name in names if (place := _find(key, name, places)) is not None)


def _find(folder: str, name: str, places: Mapping[str, int]) -> int | None:
    """As Node looks for a package: in the folder's own node_modules, then in those of the folders above."""
    while True:
        place = places.get(f"{folder}/{_MODULES}{name}" if folder else f"{_MODULES}{name}")
        if place is not None or not folder:
            return place
        folder = folder.rpartition("/")[0]
        if folder.endswith("node_modules"):
            folder = folder.rpartition("/")[0]


def _lines(text: str) -> dict[str, int]:
    """The line of each key that holds an object; of one that stands several times, the first."""
    lines: dict[str, int] = {}
    line, seen = 1, 0
    for match in _OBJECT.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        lines.setdefault(match.group(1), line)
    return lines


def _old(path: str, tree: Mapping[str, _Node], text: str, skipped: tuple[Skipped, ...]) -> Graph:
    """Version 1 nests what would stand in a node_modules of its own. What the project itself asks for it leaves out."""
    places: dict[str, int] = {}
    nodes: list[tuple[str, _Node]] = []
    # In the order of the text, so that lines can be found by going forward.
    waiting = [(f"{_MODULES}{name}", node) for name, node in reversed(list(tree.items()))]
    while waiting:
        key, node = waiting.pop()
        if key.count(f"/{_MODULES}") > _DEEPEST:
            raise Unreadable("it has packages that are nested too deeply")
        places[key] = len(nodes)
        nodes.append((key, node))
        check_length(len(nodes))
        waiting.extend((f"{key}/{_MODULES}{name}", child) for name, child in reversed(list(node.dependencies.items())))
    lines = _forward(text, [key.rpartition(_MODULES)[2] for key, _ in nodes])
    entries = [_old_entry(path, key, node, places, line) for (key, node), line in zip(nodes, lines, strict=True)]
    requests = {key.removeprefix(_MODULES): place for key, place in places.items() if key.count(_MODULES) == 1}
    return Graph(path, "package-lock", tuple(entries), requests=requests, listed=False, skipped=skipped)


def _old_entry(path: str, key: str, node: _Node, places: Mapping[str, int], line: int) -> Entry:
    folder_name = key.rpartition(_MODULES)[2]
    name, version = folder_name, node.version
    if version.startswith("npm:"):
        name, version = split_at(version[4:])
    resolved = node.resolved if isinstance(node.resolved, str) else ""
    if version.startswith("file:"):
        pin, folder = local(folder_of(path), version.removeprefix("file:"))
    elif exact_version(version):
        pin, folder = _pin(path, False, resolved, name)
    else:
        pin, folder = Pin.URL, ""
    return Entry(
        name=name,
        version=version,
        line=line,
        pin=pin,
        specifier=folder,
        alias=folder_name if folder_name != name else "",
        hashed=bool(node.integrity),
        group=DEV if node.dev else OPTIONAL if node.optional else "",
        needs=_places(key, node.requires, places) if isinstance(node.requires, dict) else (),
    )


def _forward(text: str, names: list[str]) -> Iterator[int]:
    """Lines of the keys that hold objects, for names that come in the order of the text."""
    matches = _OBJECT.finditer(text)
    line, seen = 1, 0
    for name in names:
        for match in matches:
            line += text.count("\n", seen, match.start())
            seen = match.start()
            if match.group(1) == name:
                break
        yield line
