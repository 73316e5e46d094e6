"""What people do, as it is written down: one event for each act, never changed afterwards."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

import msgspec


class Channel(Enum):
    APP = "app"
    TERMINAL = "terminal"
    SCRIPT = "script"


class Actor(msgspec.Struct, frozen=True):
    """Who, as they say themselves; only a signature proves it."""

    name: str
    mail: str = ""


class Kind(Enum):
    ITEM = "item"
    FINDING = "finding"
    GAP = "gap"
    DOOR = "door"
    GUARD = "guard"


class Subject(msgspec.Struct, frozen=True):
    kind: Kind
    id: str


class Verdict(Enum):
    PASS = "pass"
    NEEDS_WORK = "needs-work"
    WAIVED = "waived"
    NOT_APPLICABLE = "n-a"
    REAL = "real"
    FALSE_POSITIVE = "false-positive"
    ACCEPTED = "accepted"
    # Of a door: guarded as meant, or open to everybody on purpose. Of a guard: what it asks, as a person knows it.
    GUARDED = "guarded"
    PUBLIC = "public"
    OWNER_GUARD = "owner"
    ROLE_GUARD = "role"
    LOGIN_GUARD = "login"
    SECRET_GUARD = "secret"
    NO_GUARD = "nothing"


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """`rests_on`: ids of the findings that spoke against it before the person's eyes; `domain`: digest of what was
    looked at to get them, with facts, gaps and what was set aside. Both tell later whether the decision still stands.

    `over`: number of the event whose decision stood when the person decided, 0 for none. Where another stood by then,
    two people decided at once, and both are shown. `seconds`: how long the evidence was on the person's screen.
    `batch`: names what was decided with one key press, so that one undo takes all of it back."""

    subject: Subject
    verdict: Verdict
    reason: str = ""
    owner: str = ""
    until: str = ""
    note: str = ""
    rests_on: tuple[str, ...] = ()
    domain: str = ""
    over: int = 0
    seconds: int = 0
    batch: str = ""


class Decided(msgspec.Struct, frozen=True, tag_field="act", tag="decided"):
    decision: Decision


class Undone(msgspec.Struct, frozen=True, tag_field="act", tag="undone"):
    """Takes back the event with sequence number `seq`."""

    seq: int


class Redone(msgspec.Struct, frozen=True, tag_field="act", tag="redone"):
    seq: int


class Opened(msgspec.Struct, frozen=True, tag_field="act", tag="opened"):
    """A person looked at the evidence for something, as `domain` names it; other evidence was not looked at yet."""

    subject: Subject
    domain: str = ""


class Noted(msgspec.Struct, frozen=True, tag_field="act", tag="noted"):
    """A remark that stands beside whatever is decided; an empty one takes the last away."""

    subject: Subject
    text: str


class Signed(msgspec.Struct, frozen=True, tag_field="act", tag="signed"):
    """A record went out. Cannot be undone."""

    record: str
    sha256: str


Act: TypeAlias = Decided | Undone | Redone | Opened | Noted | Signed


class Event(msgspec.Struct, frozen=True):
    """`before` is the hash of the event ahead of it, so that a journal with a hole in it shows."""

    seq: int
    time: str
    actor: Actor
    channel: Channel
    before: str
    act: Act
