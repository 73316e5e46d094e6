"""yarn.lock, in the form of yarn 1 (its own) and of yarn 2 and later (YAML)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import msgspec

from walkdown.model.dependency import Pin
from walkdown.model.outcome import Skipped
from walkdown.target.manifests.block_lines import block_lines, unquoted
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.npm_graph import Entry, Graph
from walkdown.target.manifests.npm_words import exact_version, from_registry, local, split_at
from walkdown.target.manifests.reading import Unreadable, check_length, decode_text, gap

_BERRY = re.compile(r"^__metadata:", re.MULTILINE)
_OPAQUE = frozenset({(1, "bin"), (1, "conditions"), (1, "peerDependencies"), (1, "peerDependenciesMeta")})
_PATTERN = re.compile(r'"((?:[^"\\]|\\.)*)"|([^",\s][^,]*)')
_PAIR = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^\s":]+))(?: (.*)|(:))')


class _Package(msgspec.Struct):
    patterns: tuple[str, ...]
    line: int
    fields: dict[str, str] = {}
    needs: dict[str, str] = {}
    may_need: dict[str, str] = {}


def read(path: str, data: bytes) -> Graph:
    text = decode_text(data)
    if "<<<<<<<" in text:
        raise Unreadable("it holds both sides of a merge that was not finished")
    berry = bool(_BERRY.search(text))
    packages = list(_berry(text) if berry else _classic(text))
    check_length(len(packages))
    places = {pattern: place for place, one in enumerate(packages) for pattern in one.patterns}
    skipped: tuple[Skipped, ...] = ()
    if len(places) < sum(len(one.patterns) for one in packages):
        skipped = (gap(path, "duplicate-entry", "It has entries that stand twice; which of them counts is not clear."),)
    if berry:
        # A patch names what it is put on as it was asked for, or as it was found.
        for place, one in enumerate(packages):
            places.setdefault(one.fields.get("resolution", ""), place)
    entries = [_berry_entry(path, one, places) if berry else _classic_entry(path, one, places) for one in packages]
    return Graph(path, "yarn-lock", tuple(entries), requests=places, listed=False, skipped=skipped)


def _classic(text: str) -> Iterator[_Package]:
    """Keys at the left, their fields two blanks in, what they need four."""
    package: _Package | None = None
    below = ""
    for number, row in enumerate(text.split("\n"), 1):
        bare = row.strip(" \r")
        if not bare or bare[0] == "#":
            continue
        indent = len(row) - len(row.lstrip(" "))
        if indent == 0:
            if not bare.endswith(":"):
                raise _unusual(number)
            if package:
                yield package
            package, below = _Package(_patterns(bare[:-1]), number), ""
            continue
        match = _PAIR.fullmatch(bare)
        if package is None or match is None:
            raise _unusual(number)
        quoted, plain, value, opens = match.groups()
        key, value = quoted if quoted is not None else plain, unquoted((value or "").strip())
        if indent <= 2:
            below = key if opens else ""
            package.fields[key] = value
        elif below == "dependencies":
            package.needs[key] = value
        elif below == "optionalDependencies":
            package.may_need[key] = value
    if package:
        yield package


def _patterns(header: str) -> tuple[str, ...]:
    found = (match.groups() for match in _PATTERN.finditer(header))
    return tuple(quoted if plain is None else plain.strip() for quoted, plain in found)


def _classic_entry(path: str, one: _Package, places: Mapping[str, int]) -> Entry:
    asked_as, wanted = split_at(one.patterns[0]) if one.patterns else ("", "")
    name, version = asked_as, one.fields.get("version", "")
    if wanted.startswith("npm:"):
        name = split_at(wanted[4:])[0]
    resolved = one.fields.get("resolved", "")
    if wanted.startswith(("file:", "link:", "portal:")):
        pin, folder = local(folder_of(path), wanted.partition(":")[2])
    elif exact_version(version) and from_registry(resolved.partition("#")[0], name):
        pin, folder = Pin.EXACT, ""
    else:
        pin, folder = Pin.URL, ""
    return Entry(
        name=name,
        version=version,
        line=one.line,
        pin=pin,
        specifier=folder,
        alias=asked_as if asked_as != name else "",
        hashed=bool(one.fields.get("integrity") or "#" in resolved),
        needs=_places(one.needs, places),
        may_need=_places(one.may_need, places),
    )


def _berry(text: str) -> Iterator[_Package]:
    package: _Package | None = None
    keys: list[str] = []
    optional: set[str] = set()
    for line in block_lines(text, _OPAQUE):
        del keys[line.depth :]
        keys.append(line.key)
        if line.depth == 0:
            if package:
                yield _with_optional(package, optional)
            if line.value:
                raise _unusual(line.number)
            patterns = tuple(line.key.split(", "))
            package, optional = None if patterns == ("__metadata",) else _Package(patterns, line.number), set()
        elif package and line.depth == 1:
            package.fields[line.key] = line.value
            if line.value and line.key.startswith("dependencies"):
                raise _unusual(line.number)
        elif package and line.depth == 2 and keys[1] == "dependencies":
            package.needs[line.key] = line.value
        elif package and line.depth == 3 and keys[1] == "dependenciesMeta" and line.key == "optional":
            optional.add(keys[2])
    if package:
        yield _with_optional(package, optional)


def _with_optional(package: _Package, optional: set[str]) -> _Package:
    package.may_need = {name: package.needs.pop(name) for name in optional & package.needs.keys()}
    return package


def _berry_entry(path: str, one: _Package, places: Mapping[str, int]) -> Entry:
    """`resolution` says what was found: `name@npm:1.0.0`, `name@workspace:folder`, `name@patch:...`."""
    name, where = split_at(one.fields.get("resolution", ""))
    protocol, _, rest = where.partition(":")
    rest = rest.partition("::")[0]
    version, pin, folder = "", Pin.URL, ""
    needs = _places(one.needs, places)
    if protocol == "npm":
        version, pin = rest, Pin.EXACT
    elif protocol == "patch":
        # The package itself has an entry of its own, with its version.
        pin = Pin.LOCAL
        base = places.get(unquote(rest.partition("#")[0]))
        needs = (*needs, base) if base is not None else needs
    elif protocol in ("workspace", "file", "link", "portal"):
        pin, folder = local(folder_of(path), rest.partition("#")[0])
    asked_as = split_at(one.patterns[0])[0]
    return Entry(
        name=name,
        version=version,
        line=one.line,
        pin=pin,
        specifier=folder,
        alias=asked_as if asked_as != name else "",
        hashed="checksum" in one.fields,
        # A workspace's list holds what only its developers need as well; package.json tells them apart.
        needs=() if protocol == "workspace" else needs,
        may_need=() if protocol == "workspace" else _places(one.may_need, places),
    )


def _places(wanted: Mapping[str, str], places: Mapping[str, int]) -> tuple[int, ...]:
    found = (places.get(f"{name}@{text}", places.get(f"{name}@npm:{text}")) for name, text in wanted.items())
    return tuple(place for place in found if place is not None)


def _unusual(number: int) -> Unreadable:
    return Unreadable(f"line {number} is not of the form that its tool writes")
