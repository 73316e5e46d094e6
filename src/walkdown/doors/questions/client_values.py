"""Values that only the server may decide, and that are taken from the request: money, roles, owners, what is paid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from walkdown.doors.checked import chosen
from walkdown.doors.questions import field_words as words
from walkdown.doors.questions import input_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.inputs import (
    At,
    Said,
    about,
    is_default,
    looked_at,
    lower,
    may_be_guarded,
    only_input,
    operations,
    says_on_the_way,
    sureness,
    together,
    words_of,
)
from walkdown.doors.questions.reached import is_policed
from walkdown.doors.values import Items, Record, Source, Value
from walkdown.doors.visits import Did
from walkdown.model.door import WRITES, Checks, Operation, Origin
from walkdown.model.finding import Fact, Finding, Rule
from walkdown.model.severity import Confidence, Severity

_CHARGES = frozenset({"stripe", "razorpay", "paypal", "square"})
_AMOUNTS = frozenset({"amount", "unit_amount", "unit_amount_decimal", "amount_total", "total"})
_MADE = ("create", "update", "capture", "confirm")
_PAYS = re.compile(
    r"api\.stripe\.com/v1/(?:payment_intents|charges|checkout)|api\.razorpay\.com|api[-.]?m?\.?(?:sandbox\.)?paypal\.com|"
    r"api\.paystack\.co|flutterwave\.com|mercadopago\.com|asaas\.com|mollie\.com|adyen\.com|midtrans\.com|square(?:up)?\.com"
)
_DEEPEST = 6
_ASKS = re.compile(
    r"if\s*\([^{};]{0,120}\b(?:role|roles|permissions|isAdmin|is_admin)\b[^{};]{0,120}(?:&&|\|\|)[^{};]{0,120}"
    r"(?:admin|permission|\bcan[A-Z(]|owner)",
    re.IGNORECASE,
)


def ask(found: Map) -> Iterator[Finding | Fact]:
    told = [said for at in operations(found.doors) for said in _said(at) if not at.guarded]
    yield from together(_asked_elsewhere(said, found) for said in told)


def _asked_elsewhere(said: Said, found: Map) -> Said:
    """`if (body.role !== undefined && !isAdmin(user)) throw …`: who may is asked only where the field is sent."""
    if said.rule is not texts.POWER:
        return said
    if says_on_the_way(found, said.at, _ASKS):
        severity = max(said.severity, Severity.MEDIUM, key=lambda one: one.rank)
        return replace(said, severity=severity, confidence=Confidence.UNSURE)
    return said


def _said(at: At) -> Iterator[Said]:
    did = at.did
    if did.operation in WRITES:
        for name, value in did.sets:
            said = _field(at, name, value)
            if said is not None:
                yield said
    elif did.operation is Operation.HTTP and did.library in _CHARGES and did.table.rpartition(".")[2] in _MADE:
        yield from _charged(at, did)
    elif did.operation is Operation.HTTP and _PAYS.search(did.table):
        yield from _asked_to_pay(at, did)


def _field(at: At, name: str, value: Value) -> Said | None:
    for is_it, how in _HOW:
        if is_it(name):
            sources = frozenset[Source]() if value.asked or _is_object(value) else only_input(value)
            source = min(sources, key=lambda one: one.path) if sources else None
            return how(at, name, value, source) if source is not None else None
    return _in_list(at, value) if words.is_bought(at.did.table) else None


def _is_object(value: Value) -> bool:
    return any(isinstance(shape, Record) for shape in value.shapes())


def _in_list(at: At, value: Value) -> Said | None:
    """`items: { create: items.map(item => ({ price: item.price })) }`."""
    for name, inner in _inside(value):
        sources = only_input(inner)
        if sources and words.is_price(name):
            return _money(at, name, inner, min(sources, key=lambda one: one.path))
    return None


def _money(at: At, name: str, value: Value, source: Source) -> Said | None:
    table = at.did.table
    chosen = " ".join((table, at.one.door.path, at.one.door.handler))
    if not words.is_bought(table) or at.did.operation is Operation.DELETE or words.is_own_choice(chosen):
        return None
    if looked_at(at, source) and _is_compared(at, source):
        return None
    mild = words.is_recorded(table) or name.lower().endswith("discount")
    severity = Severity.MEDIUM if mild else Severity.HIGH
    return _made(at, texts.MONEY, severity, value, f"stores {about(source)} as `{name}` of {table}")


def _power(at: At, name: str, value: Value, source: Source) -> Said | None:
    table = at.did.table
    if not (words.is_users(table) or words.is_roles(table)):
        return None
    allowed = words_of(at.did.held, source)
    if allowed and not {word.lower() for word in allowed} & words.ADMINS:
        return None
    if _is_compared(at, source) and not allowed:
        return None
    if "member" in table.lower() and at.one.door.guard is Checks.OWNER:
        return None  # who owns the team says what its members may do
    severity = Severity.HIGH
    if at.one.door.guard is None and at.did.operation is Operation.INSERT and words.is_users(table) and not allowed:
        severity = Severity.CRITICAL
    if may_be_guarded(at):
        severity = Severity.MEDIUM
    return _made(at, texts.POWER, severity, value, f"stores {about(source)} as `{name}` of {table}")


def _owner(at: At, name: str, value: Value, source: Source) -> Said | None:
    table, guard = at.did.table, at.one.door.guard
    if at.did.operation not in (Operation.INSERT, Operation.UPSERT) or words.is_aimed_at(table):
        return None
    if words.is_users(table) or is_policed(at.did) or _is_compared(at, source):
        return None
    if guard is None and not _knows_users(at):
        return None  # nobody signs in there at all: that is another question
    severity = Severity.HIGH if guard in (Checks.LOGIN, Checks.OWNER) else Severity.MEDIUM
    return _made(at, texts.OWNER, severity, value, f"stores {about(source)} as `{name}` of {table}")


def _standing(at: At, name: str, value: Value, source: Source) -> Said | None:
    table = at.did.table
    if not (words.is_users(table) or words.is_bought(table)) or _is_compared(at, source):
        return None
    severity = Severity.HIGH if at.one.door.guard is not None or words.is_users(table) else Severity.MEDIUM
    return _made(at, texts.STANDING, severity, value, f"stores {about(source)} as `{name}` of {table}")


_HOW = (
    (words.is_power, _power), (words.is_owner, _owner), (words.is_standing, _standing), (words.is_price, _money),
)  # fmt: skip


def _made(at: At, rule: Rule, severity: Severity, value: Value, last: str) -> Said:
    confidence = sureness(at)
    if may_be_guarded(at):
        confidence = Confidence.UNSURE
    if is_default(value) and rule is texts.OWNER:
        confidence, severity = Confidence.UNSURE, lower(severity)
    return Said(at, rule, severity, confidence, last)


def _is_compared(at: At, source: Source) -> bool:
    """Held against what the server knows: who is asking, a row, one of a few words."""
    for held in at.did.held:
        fact = held.fact
        facts = [inner for way in fact.ways for inner in way] if fact.kind == "any" else [fact]
        for one in facts:
            if one.kind in ("equal", "among") and source in one.left | one.right:
                return True
            if one.kind == "shaped" and any(other.origin is not Origin.INPUT for other in one.left):
                return True
    return False


def _knows_users(at: At) -> bool:
    values = [value for did in at.one.visit.did for _, value in (*did.filters, *did.sets)]
    return any(value.has(Origin.IDENTITY) for value in values)


# -- what is charged --------------------------------------------------------------------------------------------------


def _charged(at: At, did: Did) -> Iterator[Said]:
    if words.is_own_choice(" ".join((at.one.door.path, at.one.door.handler, at.one.door.file))):
        return
    for name, value in did.sets:
        for inner_name, inner in _inside(value):
            sources = only_input(inner)
            if sources and inner_name in _AMOUNTS:
                source = min(sources, key=lambda one: one.path)
                if not _is_compared(at, source):
                    last = f"charges {about(source)} as `{inner_name}`"
                    yield _made(at, texts.MONEY, Severity.HIGH, inner, last)
                    return
        del name


def _asked_to_pay(at: At, did: Did) -> Iterator[Said]:
    """The payment service is called by its address: what is sent may be an object or a text made of one."""
    if words.is_own_choice(" ".join((at.one.door.path, at.one.door.handler, at.one.door.file))):
        return
    sent = [value for _, value in did.sets] + ([did.given] if did.given is not None else [])
    found = {one for value in sent for one in chosen(value) if one.path[-1] in _AMOUNTS}
    named = {one for value in sent for name, inner in _inside(value) if name in _AMOUNTS for one in only_input(inner)}
    for source in sorted(found | named, key=lambda one: one.path):
        if not _is_compared(at, source):
            yield _made(at, texts.MONEY, Severity.HIGH, Value(), f"charges {about(source)}")
            return


def _inside(value: Value) -> Iterator[tuple[str, Value]]:
    """All named values in an object, however deep."""
    waiting: list[tuple[Value, int]] = [(value, 0)]
    while waiting:
        one, deep = waiting.pop()
        for shape in one.shapes():
            if deep > _DEEPEST:
                continue
            if isinstance(shape, Record):
                yield from shape.entries
                waiting.extend((inner, deep + 1) for _, inner in shape.entries)
            elif isinstance(shape, Items):
                waiting.extend((inner, deep + 1) for inner in _elements(shape))


def _elements(shape: Items) -> Iterable[Value]:
    return (*shape.known[:20], *((shape.each,) if shape.each is not None else ()))
