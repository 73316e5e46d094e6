"""What is done behind a door, as several questions see it: its own operations, and which tables matter how much."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from walkdown.doors.assemble import Followed
from walkdown.doors.questions.asked import Map
from walkdown.doors.values import Source, Value
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import WRITES, DoorKind, Operation, Origin
from walkdown.model.severity import Confidence

_DATA = frozenset({"supabase", "postgres"})
# What is kept beside the real thing: that a line of it is missing or doubled hurts nobody.
_BESIDE = re.compile(
    r"log(?:s|ged|in|ins)?(?:_|$)|log$|audit|analytic|(?:^|_)event|notif|activit|histor|notifica|metric|session|token|otp|"
    r"visit|(?:page|profile|post|video)_?view|track|telemetry|queue|outbox|rate_?limit|cache|attempt|device|presence|"
    r"read_?receipt|last_?seen|feed|search|verification|password_?reset|recent|stat(?:s|istic)?s?$|heartbeat|click",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"order|payment|invoice|transaction|wallet|balance|stock|inventor|ledger|payout|refund|booking|reservation|"
    r"credit|(?:^|_)sales?(?:_|$)|purchase|withdraw|deposit|transfer|coupon|voucher|ticket|redeem|redemption|subscription|charge|loan",
    re.IGNORECASE,
)
_ENDS_BESIDE = re.compile(
    r"(?:logs?|events?|histor(?:y|ies)|notifications?|audits?|activit(?:y|ies)|reminders?|messages?)$", re.IGNORECASE
)
_AMOUNT = re.compile(
    r"balance|stock|quantity|(?:^|_)qty|credit|points?(?:_|$)|wallet|inventory|available|seats?(?:_|$)|"
    r"remaining|on_?hand|uses?(?:_count)?$|used(?:_count|_amount|Count)|spent|budget|funds|coins?$|(?:^|_)tokens$",
    re.IGNORECASE,
)  # fmt: skip


@lru_cache(maxsize=10_000)
def is_beside(table: str) -> bool:
    name = snake(table)
    if _ENDS_BESIDE.search(name):
        return True
    return _BESIDE.search(name) is not None and _MONEY.search(name) is None


@lru_cache(maxsize=10_000)
def is_money(table: str) -> bool:
    return _MONEY.search(snake(table)) is not None


@lru_cache(maxsize=10_000)
def is_draft(table: str) -> bool:
    """What somebody only puts together for themselves."""
    return re.search(r"cart|basket|wish|draft|favou?rite|bookmark", snake(table)) is not None


@lru_cache(maxsize=10_000)
def is_ledger(table: str) -> bool:
    return re.search(r"histor|transaction|ledger|movement|usage|redemption", snake(table)) is not None


@lru_cache(maxsize=10_000)
def is_amount(field: str) -> bool:
    return _AMOUNT.search(snake(field)) is not None


@lru_cache(maxsize=10_000)
def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def doors(found: Map) -> Iterator[Followed]:
    """Doors of the application's own code; what the browser does with the data itself is asked of `access`."""
    return (one for one in found.doors if one.door.framework not in _DATA or one.door.kind is DoorKind.EDGE)


def own(one: Followed) -> list[tuple[int, Did]]:
    """What is done behind the door itself, not by what stands before it; with its number."""
    kept = {(reach.table, reach.operation, reach.path, reach.line) for reach in one.door.reaches}
    return [
        (number, did)
        for number, did in enumerate(one.visit.did)
        if (did.table, did.operation, did.spot.path, did.spot.line) in kept
    ]


def writes(dids: Iterable[tuple[int, Did]]) -> list[tuple[int, Did]]:
    return [(number, did) for number, did in dids if did.operation in WRITES and is_known(did)]


def is_known(did: Did) -> bool:
    return did.table not in ("", "*", "?") and not did.why and not did.table.startswith("auth.")


def confidence(one: Followed, *dids: Did) -> Confidence:
    if any(did.why for did in dids):
        return Confidence.UNSURE
    return Confidence.LIKELY if one.door.uncertain else Confidence.SURE


def sources_of(did: Did) -> frozenset[Source]:
    """All that an operation takes from elsewhere."""
    values = [value for _, value in (*did.filters, *did.sets)] + ([did.given] if did.given is not None else [])
    return frozenset(source for value in values for source in value.sources)


def rows_in(value: Value) -> set[int]:
    return {one.row for one in value.sources if one.origin in (Origin.ROW, Origin.IDENTITY) and one.row >= 0}


def chosen(value: Value) -> frozenset[Source]:
    """The parts of it that tell one row from another."""
    plain = (Origin.CONSTANT, Origin.UNKNOWN, Origin.ENVIRONMENT, Origin.MADE)
    return frozenset(one for one in value.sources if one.origin not in plain)


def is_read(did: Did) -> bool:
    return did.operation is Operation.READ


def spots(dids: Sequence[Did]) -> tuple[Spot, ...]:
    return tuple(dict.fromkeys(did.spot for did in dids))


def on(did: Did) -> str:
    """`insert into orders`, for a step."""
    word = {
        Operation.INSERT: "writes a new row to", Operation.UPDATE: "changes", Operation.UPSERT: "writes to",
        Operation.DELETE: "deletes from", Operation.READ: "reads", Operation.HTTP: "calls",
    }.get(did.operation, "reaches")  # fmt: skip
    return f"{word} {did.table}"
