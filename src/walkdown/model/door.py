"""The map from every entrance of an application to the data it touches: what stands at the door, and what lies behind.

A door is an entrance. What could not be followed is said in `uncertain`; nothing here is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
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


# From the one that says most about who may to the one that says least.
STRENGTH = (Checks.OWNER, Checks.ROLE, Checks.LOGIN, Checks.SECRET)


PACKAGE = "npm:"


class Guard(msgspec.Struct, frozen=True, omit_defaults=True):
    """`detail`: which role it asks for, which field it compares. `why`: why it is uncertain, where it is. `home`: path
    and name of its own code as `auth/guards.ts#requireOwner`, or `npm:guards#requireOwner`, where that was found: the
    same wherever it is put."""

    name: str
    path: str
    line: int
    checks: Checks
    detail: str = ""
    why: str = ""
    home: str = ""

    @property
    def id(self) -> str:
        """What a person says about it is said about this, wherever it stands."""
        return self.home or f"{self.path}#{self.name}"

    @property
    def file(self) -> str:
        """Where its own code is; where it stands, as long as that is all that is known of this project."""
        home = self.home.rpartition("#")[0]
        return self.path if not home or home.startswith(PACKAGE) else home

    @property
    def file_line(self) -> int:
        """In that file; 0 where only the line is known in which it is put somewhere."""
        return self.line if self.file == self.path else 0

    @property
    def can_be_told(self) -> bool:
        """Whether a person can say what it means. A check without a name is a door's own; and what stands where it
        cannot hold, such as behind the handler, does not begin to hold because somebody knows what it asks."""
        return not self.name.startswith("(") and not (self.checks is Checks.NOTHING and self.why)


class Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    """`maybe`: the value may be missing, and then the filter is none."""

    field: str
    origin: Origin
    maybe: bool = False


class Reach(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operation on data behind a door. `way`: the calls that lead there, as (path, line, name), the door's own
    handler first. `sets`: the fields written, with where their values come from; `whole`: the row is taken from the
    input as it is. `bounded`: False where any number of rows may come back. `key`: with which power it asks (anon,
    user, service), empty where that is not known or makes no difference."""

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
    key: str = ""


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

    @property
    def title(self) -> str:
        """As people call it: `POST /orders/:id`, `job send-reminders`."""
        return " ".join(part for part in (self.method or self.kind.value, self.path or self.handler) if part)


def strongest(guards: Iterable[Guard]) -> Checks | None:
    """What holds where all of these do; None where none of them asks anything."""
    there = {guard.checks for guard in guards}
    return next((checks for checks in STRENGTH if checks in there), None)
