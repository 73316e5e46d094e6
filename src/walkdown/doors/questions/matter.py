"""What an operation means to the people it is about: money moves, access is given, something changes its state."""

from __future__ import annotations

import re
from functools import lru_cache

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import behind
from walkdown.doors.questions.code import Code
from walkdown.doors.visits import Did
from walkdown.model.door import DoorKind, Operation, Origin

_ACCESS = re.compile(
    r"enrol|member|subscription|subscriber|entitle|licen[sc]e|(?:^|_)access|grant|user_?roles?$|registration|"
    r"permission|unlock|(?:^|_)user_?(?:courses?|products?|plans?|books?)$|pass(?:es)?$|participant|admission",
    re.IGNORECASE,
)
_GRANTS = re.compile(
    r"^(?:role|roles|is_?admin|plan|plan_?(?:id|type|name)|tier|subscription\w*|is_?(?:premium|pro|vip|paid|subscribed)|"
    r"has_?(?:access|paid)|access_?\w*|premium_?\w*)$",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"status$|state$|^stage$|^(?:is_?)?(?:used|paid|redeemed|claimed|approved|rejected|processed|confirmed|cancell?ed|"
    r"completed|accepted|consumed|refunded|released|credited|settled|fulfilled|available|reserved|sold)$|"
    r"(?:used|paid|redeemed|claimed|approved|processed|confirmed|cancell?ed|completed|accepted|consumed|refunded|"
    r"released|credited|settled|fulfilled|checked_?in)_?at$",
    re.IGNORECASE,
)
_ADDS = re.compile(
    r"^(?:increment|decrement|increase|decrease|add|deduct|subtract|credit|debit|transfer|adjust|consume|reserve|release|"
    r"restore|reduce|award|grant|spend|use|update|process|apply|complete|topup|top_up|refund|redeem)_?(?=\w)",
    re.IGNORECASE,
)
_OF_WORTH = re.compile(
    r"balance|stock|credit|point|wallet|inventor|quantity|seat|coin|token|payment|payout|order|access|commission|"
    r"earning|reward|budget|fund|capacity|coupon|usage|enrol|subscription|escrow|donation|deposit|withdraw|revenue|bonus|sale",
    re.IGNORECASE,
)
_WORTH = re.compile(
    r"payout|commission|earning|revenue|donation|(?:^|_)points|(?:^|_)coins|escrow|gift_?card|cash|withdraw|bonus",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"_(?:methods?|types?|settings?|config\w*|plans?|categor\w+|templates?|zones?|options?|limits?|rates?|fees?|reasons?)$|"
    r"^(?:support_)?tickets?$|^ticket_(?!sale|order|purchase)|(?:service|work|repair|job|purchase)_orders?|"
    r"journey|campaign|sequence|automation|workflow|funnel|newsletter|held_"
)
_HOOK = re.compile(r"webhook|(?:^|/)hooks?(?:/|$)|/ipn(?:/|$)|callback(?!s)|postback", re.IGNORECASE)
_ALONE = re.compile(
    r"cron|schedul|(?:^|[/_-])jobs?(?:$|[/_-])|daily|nightly|hourly|weekly|monthly|process-[\w-]+s(?:$|/)|expire|worker|queue|consumer|"
    r"reconcil|sync-",
    re.IGNORECASE,
)
_READS = re.compile(r"^(?:get|list|fetch|check|count|search|find|has|is|can|calculate|validate|verify)_", re.IGNORECASE)


@lru_cache(maxsize=10_000)
def is_access(table: str) -> bool:
    return _ACCESS.search(behind.snake(table)) is not None


@lru_cache(maxsize=10_000)
def is_worth(table: str) -> bool:
    """Rows of it stand for money, or for what money buys."""
    name = behind.snake(table)
    return (behind.is_money(table) or is_access(table) or _WORTH.search(name) is not None) and not (
        behind.is_draft(table) or is_listed(table)
    )


@lru_cache(maxsize=10_000)
def is_listed(table: str) -> bool:
    """What is set up by those who run the shop, or only a way to pay."""
    name = behind.snake(table)
    return _LISTED.search(name) is not None


def grants(did: Did) -> bool:
    """It gives somebody a right: a role, a plan, a time until which they may."""
    return did.operation is not Operation.DELETE and any(_GRANTS.search(behind.snake(name)) for name, _ in did.sets)


def states(did: Did) -> set[str]:
    """The fields of state that an update sets to something fixed, or to now."""
    if did.operation is not Operation.UPDATE:
        return set()
    plain = (Origin.CONSTANT, Origin.MADE, Origin.INPUT, Origin.UNKNOWN, Origin.IDENTITY)
    return {
        name for name, value in did.sets
        if is_state(name) and not (behind.is_amount(name) and value.has(Origin.ROW))
        and (not value.sources or any(one.origin in plain for one in value.sources))
    }  # fmt: skip


@lru_cache(maxsize=10_000)
def is_state(name: str) -> bool:
    return _STATE.search(behind.snake(name)) is not None


def adds_by_function(did: Did) -> bool:
    """`rpc("increment_balance", …)`: a function of the database that changes an amount, or gives what was paid for."""
    if did.operation is not Operation.RPC or not behind.is_known(did) or _READS.search(did.table):
        return False
    return _ADDS.search(did.table) is not None and _OF_WORTH.search(did.table) is not None


def moves(code: Code, did: Did) -> bool:
    """It takes from an amount or adds to it: stock, a balance, points."""
    if did.operation not in (Operation.UPDATE, Operation.UPSERT) or behind.is_draft(did.table):
        return False
    if not any(is_amount(did.table, name) for name, _ in did.sets):
        return False
    reckoned = code.sums(did.spot)
    known = any(
        source.origin in (Origin.ROW, Origin.IDENTITY)
        and source.path[-1:] == (name,)
        and is_amount(did.table, name)
        and name in reckoned
        and (len(value.sources) > 1 or code.adds_to(did.spot, name))
        for name, value in did.sets
        for source in value.sources
    )
    if known or code.steps(did.spot) or any(code.adds_to(did.spot, name) for name, _ in did.sets):
        return True
    changed = code.changed(did.spot)
    return any(name in changed and is_amount(did.table, name) for name, _ in did.sets)


def is_amount(table: str, field: str) -> bool:
    """An amount that somebody could be robbed of; of a table of money also what was paid or earned."""
    return behind.is_amount(field) or (_SUM.search(behind.snake(field)) is not None and is_worth(table))


_SUM = re.compile(
    r"(?:^|_)(?:amount|paid|earned|earnings|escrow|reserved|sold|redeemed|refunded)(?:_amount)?$", re.IGNORECASE
)


# -- who is there to see a failure ------------------------------------------------------------------------------------


def is_hook(one: Followed) -> bool:
    signed = any(what == "signature" for what, _ in one.visit.used)
    if one.door.kind is DoorKind.WEBHOOK or (signed and one.door.method in ("POST", "ANY", "")):
        return True
    return _HOOK.search(one.door.path) is not None and one.door.method in ("POST", "ANY", "")


def is_unattended(one: Followed) -> bool:
    """Nobody waits for its answer who could try again: a webhook, a job."""
    if is_hook(one) or one.door.kind in (DoorKind.JOB, DoorKind.EVENT):
        return True
    return one.door.kind is DoorKind.EDGE and _ALONE.search(one.door.path) is not None
