"""Names in lock files, held against the index: those that nobody publishes, and where they would come from."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from walkdown.errors import WalkdownError
from walkdown.model.dependency import Dependency, Manifest
from walkdown.model.scanner import Sources
from walkdown.scanners.packages.project import Project, is_public
from walkdown.scanners.packages.uses import real_name

_MOST_LINES = 400
_FROM = re.compile(r"(?:\bresolved\b|\burl\b|\bregistry\b|\btarball\b|\bindex\b)\"?\s*[:=]?\s*\"?([^\s\"',}]+)")
_INTEGRITY = re.compile(r"\b(sha1|sha256|sha384|sha512)-([A-Za-z0-9+/=]+)")
_BYTES = {"sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
_NEXT_ENTRY = {
    "package-lock": re.compile(r"\s*\},?\s*$"),
    "yarn-lock": re.compile(r"\s*$"),
    "pnpm-lock": re.compile(r"\s*$"),
    "bun-lock": re.compile(r""),
    "pipfile-lock": re.compile(r"\s*\},?\s*$"),
}
_NEXT_TABLE = re.compile(r"\s*\[\[package")


class Unknown(msgspec.Struct, frozen=True):
    """`hashed`: somebody once downloaded it, so it did exist, on the index or on one that ours does not know."""

    dependency: Dependency
    name: str
    private: bool
    hashed: bool


def unknown(
    locks: Sequence[Manifest], sources: Sources, project: Project, knows: Callable[[str, str], bool | None]
) -> Iterator[tuple[Manifest, tuple[Unknown, ...]]]:
    for lock in locks:
        found = [
            (one, name)
            for one in lock.dependencies
            if (name := real_name(one))
            and not project.is_own(one.ecosystem, name)
            and knows(one.ecosystem, name) is False
        ]
        if not found:
            continue
        lines = _lines(lock, sources)
        yield lock, tuple(_judged(lock, one, name, lines, project) for one, name in found)


def _judged(lock: Manifest, one: Dependency, name: str, lines: Sequence[str], project: Project) -> Unknown:
    entry = _entry(lock, lines, one.line)
    addresses = [address for address in _FROM.findall(entry) if "://" in address]
    private = project.is_private(one.ecosystem, name) or any(not is_public(address) for address in addresses)
    # What comes inside another package's archive has no hash of its own.
    return Unknown(one, name, private, (one.hashed and _may_be_hash(entry)) or "inBundle" in entry)


def _may_be_hash(entry: str) -> bool:
    """False where what stands for a hash can be none: whoever makes up a package makes up its hash too."""
    written = _INTEGRITY.findall(entry)
    return not written or any(_fits(kind, text) for kind, text in written)


def _fits(kind: str, text: str) -> bool:
    try:
        digest = base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return len(digest) == _BYTES[kind] and len(set(digest)) > len(digest) // 4


def _lines(lock: Manifest, sources: Sources) -> list[str]:
    try:
        return sources.read(lock.path).decode("utf-8", "replace").split("\n")
    except (OSError, WalkdownError):
        return []


def _entry(lock: Manifest, lines: Sequence[str], line: int) -> str:
    if not line:
        return ""
    ends = _NEXT_ENTRY.get(lock.kind, _NEXT_TABLE)
    taken = [lines[line - 1]] if line <= len(lines) else []
    for text in lines[line : line + _MOST_LINES]:
        if ends.match(text):
            break
        taken.append(text)
    return "\n".join(taken)
