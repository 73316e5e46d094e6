"""The map from every entrance of an application to the data it touches: what stands at the door, and what lies behind.

A door is an entrance. What could not be followed is said in `uncertain`; nothing here is guessed.
"""

from __future__ import annotations

from enum import Enum

import msgspec


class DoorKind(str, Enum):
    ROUTE = "route"
    PAGE = "page"
    ACTION = "action"
    EDGE = "edge"
    WEBHOOK = "webhook"
    JOB = "job"
    EVENT = "event"
    RPC = "rpc"
    COMMAND = "command"


class Checks(str, Enum):
    """What a guard asks before it lets anyone by. NOTHING: it only looks on, or can never refuse. UNKNOWN: its code is
    not here, or was not understood."""

    LOGIN = "login"
    ROLE = "role"
    OWNER = "owner"
    SECRET = "secret"  # noqa: S105 - the name of a check
    NOTHING = "nothing"
    UNKNOWN = "unknown"


class Origin(str, Enum):
    """Where a value comes from. ROW: an earlier read from the data. MADE: drawn or computed by the server."""

    IDENTITY = "identity"
    INPUT = "input"
    CONSTANT = "constant"
    ROW = "row"
    ENVIRONMENT = "environment"
    MADE = "made"
    UNKNOWN = "unknown"


class Operation(str, Enum):
    READ = "read"
    INSERT = "insert"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"
    RPC = "rpc"
    FILE = "file"
    HTTP = "http"


WRITES = frozenset({Operation.INSERT, Operation.UPDATE, Operation.UPSERT, Operation.DELETE})


class Guard(msgspec.Struct, frozen=True, omit_defaults=True):
    """`detail`: which role it asks for, which field it compares. `why`: why it is uncertain, where it is."""

    name: str
    path: str
    line: int
    checks: Checks
    detail: str = ""
    why: str = ""


class Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    """`maybe`: the value may be missing, and then the filter is none."""

    field: str
    origin: Origin
    maybe: bool = False


class Reach(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operation on data behind a door. `way`: the calls that lead there, as (path, line, name), the door's own
    handler first. `sets`: the fields written, with where their values come from; `whole`: the row is taken from the
    input as it is. `bounded`: False where any number of rows may come back."""

    table: str
    operation: Operation
    path: str
    line: int
    filters: tuple[Filter, ...] = ()
    sets: tuple[Filter, ...] = ()
    whole: bool = False
    transaction: bool = False
    loop: bool = False
    bounded: bool = True
    library: str = ""
    way: tuple[tuple[str, int, str], ...] = ()
    why: str = ""


class Door(msgspec.Struct, frozen=True, omit_defaults=True):
    """`validated`: yes, partly, no, or none where it takes no input. `limiter`: its name, empty where there is none."""

    id: str
    kind: DoorKind
    method: str
    path: str
    file: str
    line: int
    handler: str
    framework: str = ""
    guards: tuple[Guard, ...] = ()
    guard: Checks | None = None
    validated: str = "none"
    limiter: str = ""
    reaches: tuple[Reach, ...] = ()
    uncertain: tuple[str, ...] = ()

    # guard: what holds in effect before data is touched; None where nothing does.

    @property
    def writes(self) -> bool:
        return any(reach.operation in WRITES for reach in self.reaches)
