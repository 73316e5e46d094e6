"""What the browser writes itself though only a server could know it: what is to be paid, and that it is paid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from walkdown.doors.questions import field_words as words
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.input_texts import MONEY, STANDING
from walkdown.doors.questions.tell import step, tell
from walkdown.doors.sql.state import Database
from walkdown.doors.supabase_access import Access
from walkdown.doors.values import Value
from walkdown.model.door import WRITES, Operation, Origin
from walkdown.model.finding import Fact, Finding, Rule
from walkdown.model.severity import Confidence, Severity

_BUYS = re.compile(
    r"check_?out|cart|basket|store_?front|(?:^|/)shop/|buy_?now|place_?order|pay_?now|/booking", re.IGNORECASE
)
_STAFF = re.compile(
    r"admin|staff|dashboard|manage|back_?office|seller|vendor|merchant|driver|pos[/_-]|point_?of_?sale|crm|erp|import|"
    r"invoice|account(?:ing|s)|inventory|waiter|kitchen|cashier|reception",
    re.IGNORECASE,
)
_PAID = frozenset({"paid", "completed", "succeeded", "success", "confirmed", "captured", "active"})
_SAYS_PAID = re.compile(r"payment_?status|is_?paid|^paid$|subscription_?(?:status|tier)|is_?premium", re.IGNORECASE)


def ask(found: Map) -> Iterator[Finding | Fact]:
    """One for each file and kind, at the first place."""
    told: dict[tuple[str, str], list[tuple[Access, Rule, str]]] = {}
    reckoned = _reckoned(found.databases)
    for one in found.access:
        if one.did.operation in WRITES and one.did.table.lower() not in reckoned:
            for rule, field in _fields(one):
                told.setdefault((one.did.spot.path, rule.id), []).append((one, rule, field))
    for several in told.values():
        yield _told(several)


def _fields(one: Access) -> Iterator[tuple[Rule, str]]:
    did = one.did
    if not words.is_bought(did.table) or words.is_own_choice(did.table):
        return
    for name, value in did.sets:
        if _SAYS_PAID.search(name) and _says_yes(value):
            yield STANDING, name
        if did.operation is Operation.INSERT and words.is_price(name) and not _is_fixed(value):
            yield MONEY, name


def _says_yes(value: Value) -> bool:
    return value.text is not None and (value.text.lower() in _PAID or value.text == "true")


def _is_fixed(value: Value) -> bool:
    return all(source.origin is Origin.CONSTANT for source in value.sources)


def _told(several: Sequence[tuple[Access, Rule, str]]) -> Finding:
    one, rule, field = several[0]
    where = f"{one.did.spot.path} {one.within}"
    recorded = all(words.is_recorded(each.did.table) for each, _, _ in several)
    severity = Severity.HIGH if _BUYS.search(where) and not recorded else Severity.MEDIUM
    if _STAFF.search(where) or (recorded and rule is MONEY):
        severity = Severity.LOW
    start = one.did.way[0].spot if one.did.way else one.did.spot
    steps = [
        step(start, f"{one.within or 'a screen'} runs in the browser"),
        step(one.did.spot, f"writes `{field}` to {one.did.table} as the browser says"),
    ]
    others = [each.did.spot for each, _, _ in several]
    return tell(rule, severity, Confidence.LIKELY, one.did.spot, steps, further=others)


def _reckoned(databases: Sequence[Database]) -> frozenset[str]:
    """Tables with a trigger that runs before a row is written: it may work out what counts."""
    return frozenset(
        table.short.lower()
        for database in databases
        for table in database.tables
        if any(
            one.trigger.before and "insert" in one.trigger.events and "updated" not in one.function
            for one in table.triggers
        )
    )
