"""What a project says it needs: manifests and lock files read into types, without running a resolver or a build."""

from __future__ import annotations

from enum import Enum

import msgspec

from walkdown.model.outcome import Skipped


class Pin(Enum):
    EXACT = "exact"
    RANGE = "range"
    ANY = "any"
    URL = "url"
    LOCAL = "local"


class Dependency(msgspec.Struct, frozen=True, omit_defaults=True):
    ecosystem: str
    name: str
    version: str = ""
    pin: Pin = Pin.EXACT
    specifier: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    hashed: bool = False
    path: str = ""
    line: int = 0
    group: str = ""
    via: tuple[str, ...] = ()
    alias: str = ""
    scripts: bool = False
    perhaps: tuple[str, ...] = ()

    # name: normalised as its index does (PEP 503 for PyPI). version: only where pin is EXACT.
    # group: empty for what production needs, else the extra or dependency group that brings it.
    # via: the packages that bring it, from the one the project asks for down to its parent; empty where the project
    # asks for it itself or the lock does not say. alias: the name the code imports it by, where that is another one.
    # scripts: its lock says that the package runs a program of its own when it is installed. False also where the form
    # of the lock does not tell: yarn, bun, pnpm since 9, package-lock 1, and everything of PyPI.
    # perhaps: what it is probably called, of one that is named by its address alone. `name` is empty then, unless the
    # file at that address is called after its package and version. Not from an index, in either case.


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    path: str
    kind: str
    ecosystem: str
    lock: bool = False
    covers: str = ""
    dependencies: tuple[Dependency, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    by_hand: bool = False

    # kind: requirements, pyproject, pipfile-lock, poetry-lock, uv-lock, pdm-lock, pylock, package-lock, ...
    # covers: the folder this manifest speaks for, so that a lock can be held against the manifest beside it.
    # by_hand: a lock that a person wrote: what it names is also what the project asks for.
