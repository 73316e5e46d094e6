"""Who may come through a policy, a grant or a function: the answer, and what it rests on."""

from __future__ import annotations

from enum import Enum

import msgspec


class Who(str, Enum):
    """From everyone to no one. UNKNOWN: the condition was not understood; nothing is claimed. SERVICE: only who passes
    row security by, such as a server with the service key."""

    ANYONE = "anyone"
    LOGIN = "login"
    UNKNOWN = "unknown"
    OWNER = "owner"
    ROLE = "role"
    SERVICE = "service only"
    NOBODY = "nobody"

    @property
    def rank(self) -> int:
        return _ORDER[self]


_ORDER = {who: at for at, who in enumerate(Who)}


class Flaw(str, Enum):
    """What is wrong with a condition, whoever it lets in."""

    SAME = "same"  # a value is compared with itself
    WRONG_ID = "wrong-id"  # ids of different tables are compared
    FORGED = "forged"  # it rests on what the user can write into the own token
    UNLINKED = "unlinked"  # it asks for a row of the caller's, not for one that belongs to this row
    LOOP = "loop"  # a policy that asks its own table


class Way(msgspec.Struct, frozen=True):
    """One way to satisfy a condition. `tied`: the row and the caller belong together. `some`: only rows of a certain
    state. `via`: helper functions and tables it rests on."""

    who: Who
    tied: bool = False
    some: bool = False
    via: tuple[str, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    why: str = ""


def narrower(one: Way, two: Way) -> Way:
    """Both have to hold."""
    first, second = (one, two) if one.who.rank >= two.who.rank else (two, one)
    return Way(
        first.who, one.tied or two.tied, one.some or two.some, tuple(dict.fromkeys((*one.via, *two.via))),
        tuple(dict.fromkeys((*one.flaws, *two.flaws))), first.why or second.why,
    )  # fmt: skip
