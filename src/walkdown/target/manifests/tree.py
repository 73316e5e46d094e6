"""Who needs whom in a Python lock, and what the project asks for itself, as far as the lock says it."""

from __future__ import annotations

import msgspec

from walkdown.model.dependency import Pin


class Need(msgspec.Struct, frozen=True):
    """A package that another one asks for. `version`: where the lock holds several and says which."""

    name: str
    version: str = ""


class Root(msgspec.Struct, frozen=True):
    """A package that the project itself asks for."""

    need: Need
    group: str = ""


class Node(msgspec.Struct, frozen=True):
    """An entry of a lock, with its name as the index has it. `written` is its version as others refer to it.
    `grouped`: the lock itself says its group. `may_need`: what comes along only with an extra."""

    name: str
    version: str
    pin: Pin
    written: str = ""
    grouped: bool = True
    needs: tuple[Need, ...] = ()
    may_need: tuple[Need, ...] = ()


class Tree(msgspec.Struct, frozen=True):
    """`roots`: None where the lock does not repeat what the project asks for, and only its pyproject.toml says it."""

    nodes: tuple[Node, ...] = ()
    roots: tuple[Root, ...] | None = None
