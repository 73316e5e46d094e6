"""How package.json and the npm locks write a version, a range, another package's name, or a place to get it from."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from walkdown.model.dependency import Pin
from walkdown.target.manifests.includes import inside

_NUMBER = r"(?:0|[1-9][0-9]{0,15})"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-[0-9A-Za-z.-]{{1,100}})?(?:\+[0-9A-Za-z.-]{{1,100}})?")
_NAME = re.compile(r"(?:@[\w.~!'()*-]{1,213}/)?[\w.~!'()*-]{1,213}", re.ASCII)
_REMOTE = re.compile(r"[a-z+]+:|[\w.-]+/[\w.-]+|git@")
_LOCAL = ("workspace:", "file:", "link:", "portal:", "patch:")
_ANY = ("", "*", "latest", "x", "X")


class Wanted(msgspec.Struct, frozen=True):
    """What stands behind a name in package.json. `name`: the package that is really meant."""

    name: str
    pin: Pin
    version: str = ""
    specifier: str = ""
    alias: str = ""


def exact_version(text: str) -> str:
    """The version as the registry knows it; empty where it is none."""
    bare = text.strip().removeprefix("=").strip().removeprefix("v")
    return bare if _VERSION.fullmatch(bare) else ""


def package_name(text: str) -> str:
    """Empty where it cannot be a package's name. It keeps its large letters: old names on the registry have some."""
    return text if _NAME.fullmatch(text) and text not in (".", "..") else ""


def split_at(text: str) -> tuple[str, str]:
    """`@scope/name@rest` as name and rest."""
    name, at, rest = text[1:].partition("@")
    return (text[:1] + name, rest) if at else (text, "")


def wanted(name: str, specifier: str) -> Wanted:
    """The specifier of an address is dropped: it may hold a password."""
    alias = ""
    if specifier.startswith("npm:"):
        # `npm:other@^1` is another package under this name; yarn also writes `npm:^1`.
        other, rest = split_at(specifier[4:])
        if package_name(other) and not exact_version(other) and (rest or not _looks_like_range(other)):
            alias, name, specifier = ("" if other == name else name), other, rest
        else:
            specifier = specifier[4:]
    version = exact_version(specifier)
    if version:
        return Wanted(name, Pin.EXACT, version, specifier, alias)
    if specifier.strip() in _ANY:
        return Wanted(name, Pin.ANY, "", specifier, alias)
    if specifier.startswith(_LOCAL):
        return Wanted(name, Pin.LOCAL, "", specifier, alias)
    if _REMOTE.match(specifier) and not specifier.startswith("catalog:"):
        return Wanted(name, Pin.URL, "", "", alias)
    return Wanted(name, Pin.RANGE, "", specifier, alias)


def _looks_like_range(text: str) -> bool:
    return text[:1] in "^~<>=*" or text[:1].isdigit() or text in ("x", "X")


def local(folder: str, target: str) -> tuple[Pin, str]:
    """Code of this project, or, where the way leads out of it, somebody's that nothing here looks at."""
    found = inside(folder, target or ".")
    return (Pin.URL, "") if found is None else (Pin.LOCAL, found)


def from_registry(address: str, name: str) -> bool:
    """Whether an address is the one a registry gives out for this package, on whichever host: anything else may hold
    other code than the registry has under this name and version."""
    if not address:
        return True
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return False
    path = parts.path.lower().replace("%2f", "/")
    small = name.lower()
    return f"/{small}/-/" in path or f"/{small}/_attachments/" in path or f"/download/{small}/" in path
