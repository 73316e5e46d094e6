"""The published shape of the map, `walkdown.doors/1`: what `walkdown doors --format json` prints; and of its guards.

As with the scan's shape: fields may be added, none is renamed, removed or given another meaning under the same name.
"""

from __future__ import annotations

import msgspec

from walkdown.model.door import Checks, DoorKind, Operation, Origin
from walkdown.record.wire_walk import WireDecision

DOORS, GUARDS = "walkdown.doors/1", "walkdown.guard-list/1"


class WireGuard(msgspec.Struct, frozen=True):
    """`checks`: what it asks, as it was read, or as a person said it. `read`: as it was read. `id`: by which `walkdown
    guard means` knows it, empty where nobody can say what it means. `why`: why it is uncertain."""

    name: str
    file: str
    line: int
    checks: Checks
    id: str
    read: Checks
    detail: str
    why: str


class WireFilter(msgspec.Struct, frozen=True, rename={"origin": "from"}):
    """`maybe`: the value may be missing, and then the filter is none."""

    field: str
    origin: Origin
    maybe: bool


class WireReach(msgspec.Struct, frozen=True):
    """One operation on data. `bounded` is false where any number of rows may come back. `why`: why it is uncertain."""

    table: str
    operation: Operation
    file: str
    line: int
    filters: tuple[WireFilter, ...]
    transaction: bool
    bounded: bool
    loop: bool
    sets: tuple[WireFilter, ...]
    whole: bool
    library: str
    why: str


class WireDoor(msgspec.Struct, frozen=True):
    """`path`: as mounted, without a trailing slash. `validated`: yes, partly, no, or none where it takes no input.
    `limiter`: its name, empty where there is none. `writes`: whether anything behind it writes.

    `guard`: what holds in effect before data is touched, null where nothing does. `findings`: ids of those about it.
    `said`: the decision about it, `open` where none stands any more, and `why` then. `hint`: why it may be public on
    purpose."""

    method: str
    path: str
    kind: DoorKind
    file: str
    line: int
    handler: str
    guards: tuple[WireGuard, ...]
    validated: str
    limiter: str
    reaches: tuple[WireReach, ...]
    writes: bool
    uncertain: tuple[str, ...]
    id: str
    framework: str
    guard: Checks | None
    findings: tuple[str, ...]
    said: WireDecision | None
    open: bool
    why: str
    hint: str


class WireDoors(msgspec.Struct, frozen=True):
    """`total`: how many there are without the filters. `complete` is false where the map may lack a door."""

    schema: str
    doors: tuple[WireDoor, ...]
    total: int
    complete: bool


class WireGuardLine(msgspec.Struct, frozen=True):
    """A guard that a person can speak of. `checks`: what it asks, as it was read or as somebody said; `doors`: ids of
    those it stands before. `open`: nobody said, or what was said no longer holds, for which `why` gives the reason."""

    id: str
    name: str
    file: str
    line: int
    read: Checks
    checks: Checks
    doors: tuple[str, ...]
    said: WireDecision | None
    open: bool
    why: str


class WireGuards(msgspec.Struct, frozen=True):
    schema: str
    guards: tuple[WireGuardLine, ...]
