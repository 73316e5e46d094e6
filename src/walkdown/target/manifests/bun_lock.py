"""bun.lock, the text form of bun's lock: JSON with commas that may be one too many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from walkdown.model.dependency import Pin
from walkdown.target.manifests.names import folder_of
from walkdown.target.manifests.npm_graph import DEV, OPTIONAL, PEER, Entry, Graph, Root
from walkdown.target.manifests.npm_words import exact_version, local, split_at
from walkdown.target.manifests.package_lock import twice
from walkdown.target.manifests.reading import Unreadable, check_length, decode_json, decode_text

_DEEPEST = 100
# Texts in quotes are kept as they are; comments and commas before a bracket go.
_SUPERFLUOUS = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*[\s\S]*?\*/|,(?=\s*[}\]])')
_KEY = re.compile(r'^[ \t]*"((?:[^"\\\n]|\\.)*)"[ \t]*:[ \t]*\[', re.MULTILINE)


class _Lists(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    dependencies: dict[str, str] = {}
    dev_dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}
    peer_dependencies: dict[str, str] = {}


class _Lock(msgspec.Struct, frozen=True, rename="camel"):
    lockfile_version: int
    workspaces: dict[str, _Lists]
    packages: dict[str, list[object]] = {}


def read(path: str, data: bytes) -> Graph:
    if data.startswith(b"#!/usr/bin/env bun") or b"\0" in data[:1000]:
        raise Unreadable("it has bun's older binary form (bun install --save-text-lockfile writes it as text)")
    text = decode_text(data)
    plain = _SUPERFLUOUS.sub(lambda match: match.group(1) or "", text)
    lock, _ = decode_json(plain.encode(), _Lock)
    # 3 differs from 2 only in overrides that are meant for one package alone; what came of them stands in the list.
    if not 0 <= lock.lockfile_version <= 3:
        raise Unreadable("it has a form that is newer than this program")
    check_length(len(lock.packages))
    places = {key: place for place, key in enumerate(lock.packages)}
    if any(key.count("/") > _DEEPEST for key in places):
        raise Unreadable("it has packages that are nested too deeply")
    lines = _lines(text)
    entries = [_entry(path, key, tuple(items), places, lines.get(key, 0)) for key, items in lock.packages.items()]
    members = [
        Entry("", pin=pin, specifier=inner)
        for folder in lock.workspaces
        if folder
        for pin, inner in [local(folder_of(path), folder)]
    ]
    roots = tuple(_roots(lock, places))
    return Graph(path, "bun-lock", (*entries, *members), roots, skipped=twice(path, plain))


def _roots(lock: _Lock, places: Mapping[str, int]) -> Iterator[Root]:
    for lists in lock.workspaces.values():
        for group, wanted in (
            ("", lists.dependencies),
            (OPTIONAL, lists.optional_dependencies),
            (PEER, lists.peer_dependencies),
            (DEV, lists.dev_dependencies),
        ):
            for name in wanted:
                # A workspace with another version than the rest has it below its own name.
                place = places.get(f"{lists.name}/{name}", places.get(name))
                if place is not None:
                    yield Root(place, group)


def _entry(path: str, key: str, items: tuple[object, ...], places: Mapping[str, int], line: int) -> Entry:
    """`[name@version, registry, {what it needs}, hash]`; from elsewhere than a registry its address is in the first."""
    first = items[0] if items and isinstance(items[0], str) else ""
    name, version = split_at(first)
    asked_as = _segments(key)[-1]
    pin, folder = Pin.EXACT, ""
    if version.startswith(("workspace:", "link:", "file:")):
        pin, folder = local(folder_of(path), version.partition(":")[2])
    elif not exact_version(version):
        pin = Pin.URL
    lists = _lists(items)
    return Entry(
        name=name,
        version=version,
        line=line,
        pin=pin,
        specifier=folder,
        alias=asked_as if asked_as != name else "",
        hashed=len(items) > 1 and isinstance(items[-1], str) and items[-1].startswith("sha"),
        needs=_places(key, (*lists.dependencies, *lists.peer_dependencies), places),
        may_need=_places(key, tuple(lists.optional_dependencies), places),
    )


def _lists(items: tuple[object, ...]) -> _Lists:
    table = next((item for item in items if isinstance(item, dict)), {})
    try:
        return msgspec.convert(table, _Lists, strict=False)
    except msgspec.ValidationError as error:
        raise Unreadable("it does not have the usual form") from error


def _places(key: str, names: tuple[str, ...], places: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(place for name in names if (place := _find(key, name, places)) is not None)


def _find(key: str, name: str, places: Mapping[str, int]) -> int | None:
    """`a/b` is the b that stands below a; what has no entry below its parent is the one at the top."""
    segments = _segments(key)
    while segments:
        place = places.get("/".join((*segments, name)))
        if place is not None:
            return place
        segments.pop()
    return places.get(name)


def _segments(key: str) -> list[str]:
    found: list[str] = []
    for part in key.split("/"):
        if found and found[-1].startswith("@") and "/" not in found[-1]:
            found[-1] += f"/{part}"
        else:
            found.append(part)
    return found


def _lines(text: str) -> dict[str, int]:
    lines: dict[str, int] = {}
    line, seen = 1, 0
    for match in _KEY.finditer(text):
        line += text.count("\n", seen, match.start(1))
        seen = match.start(1)
        lines.setdefault(match.group(1), line)
    return lines
