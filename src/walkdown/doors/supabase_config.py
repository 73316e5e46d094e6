"""supabase/config.toml: what is said of each edge function before its own code runs."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass

import msgspec

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_SECTION = re.compile(r"\s*\[functions\.(?:\"([^\"]+)\"|([\w-]+))\s*\]")
_VERIFY = re.compile(r"\s*verify_jwt\s*=")
_INDEX = re.compile(r"(?P<root>(?:.*/)?supabase)/functions/(?P<name>[^/_.][^/]*)/index\.(?:ts|tsx|js|mjs|jsx)$")


@dataclass(frozen=True, slots=True)
class EdgeFunction:
    """`file`: where it begins. `verify`: a token of the project is asked for before its code runs; `said`: the place
    that says so, with line 0 where nothing does. `unread`: the configuration could not be read."""

    name: str
    file: str
    verify: bool
    said: tuple[str, int]
    unread: str = ""


class _One(msgspec.Struct):
    verify_jwt: bool = True
    entrypoint: str = ""
    enabled: bool = True


class _Config(msgspec.Struct):
    functions: dict[str, _One] = {}


def edge_functions(paths: Collection[str], read: Callable[[str], bytes]) -> list[EdgeFunction]:
    """All functions that are deployed: each folder with an index, and those the configuration points to."""
    by_root: dict[str, dict[str, str]] = {}
    for path in sorted(paths):
        found = _INDEX.match(path)
        if found is not None:
            by_root.setdefault(found["root"], {}).setdefault(found["name"], path)
        elif path.endswith("supabase/config.toml"):
            by_root.setdefault(posixpath.dirname(path), {})
    return [one for root, files in sorted(by_root.items()) for one in _of_root(root, files, frozenset(paths), read)]


def _of_root(
    root: str, files: dict[str, str], paths: frozenset[str], read: Callable[[str], bytes]
) -> list[EdgeFunction]:
    path = f"{root}/config.toml"
    config, lines, unread = _Config(), dict[str, int](), ""
    if path in paths:
        text = read(path).decode("utf-8", "replace")
        lines = _lines(text)
        try:
            config = msgspec.convert(tomllib.loads(text), _Config)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError):
            unread = f"{path} could not be read, so whether a token is asked for is not known."
    for name, one in config.functions.items():
        begins = posixpath.normpath(posixpath.join(root, one.entrypoint)) if one.entrypoint else ""
        if begins in paths:
            files[name] = begins
    found: list[EdgeFunction] = []
    for name, file in sorted(files.items()):
        said = config.functions.get(name, _One())
        if said.enabled:
            found.append(EdgeFunction(name, file, said.verify_jwt, (path, lines.get(name, 0)), unread))
    return found


def _lines(text: str) -> dict[str, int]:
    """Where each function's section says it."""
    found: dict[str, int] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        section = _SECTION.match(line)
        if section is not None:
            name = section[1] or section[2]
            found[name] = number
        elif line.lstrip().startswith("["):
            name = ""
        elif name and _VERIFY.match(line):
            found[name] = number
    return found
