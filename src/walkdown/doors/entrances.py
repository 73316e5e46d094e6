"""An entrance before it is followed: what is called, with what, and what stands before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from walkdown.doors.follow import Follower
from walkdown.doors.values import Value
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Checks, DoorKind, Guard


@dataclass(frozen=True, slots=True)
class Before:
    """Something that runs before the handler. `name`: as it is written where it is put there. `run` gives what to
    think of it where it checks nothing that was seen, and nothing where it is no guard. `home`: its own code."""

    name: str
    spot: Spot
    run: Callable[[Visit], Checks | None]
    home: str = ""


@dataclass(frozen=True, slots=True)
class Entrance:
    """`enter` follows the handler. `guards`: what a library says stands there, without code to follow."""

    kind: DoorKind
    method: str
    path: str
    spot: Spot
    handler: str
    framework: str
    enter: Callable[[Visit], Value]
    before: tuple[Before, ...] = ()
    guards: tuple[Guard, ...] = ()
    limiter: str = ""
    uncertain: tuple[str, ...] = ()
    public: str = ""
    notes: tuple[str, ...] = field(default=())
    quiet: bool = False

    # quiet: it is no door where nothing is reached behind it (a page that only draws).


Finder = Callable[[Follower, Sequence[str]], Sequence[Entrance]]
"""Finds the entrances of one framework among the files (paths) of the project."""


def joined(*parts: str) -> str:
    """A path as it is mounted: one slash between parts, none at the end, parameters as `:name`."""
    whole = "/".join(part.strip("/") for part in parts if part.strip("/"))
    return f"/{whole}"
