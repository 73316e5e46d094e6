"""data.idempotency: payments without a key, and webhooks that do their work again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import behind, locks, matter, provider
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, code_of
from walkdown.doors.questions.data_texts import EVENT_TWICE, PAID_TWICE
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import tell, way
from walkdown.doors.values import Source
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Operation, Origin
from walkdown.model.finding import Finding
from walkdown.model.severity import Severity

# A draft that the customer pays later, or not at all.
_NO_MONEY_YET = re.compile(
    r"^stripe\.(?:orders|invoices|invoiceItems|subscriptions)\b|(?:razorpay|paypal).*orders", re.IGNORECASE
)
_IDS = re.compile(
    r"^_?id$|_id$|(?-i:Id$)|reference|receipt|session|intent|transaction|event|invoice|charge|checkout|number|external",
    re.IGNORECASE,
)


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[Spot] = Grouped()
    for one in behind.doors(found):
        own = behind.own(one)
        for number, did in own:
            kind = provider.pays(code, did)
            if (
                not kind
                or one.door.method == "GET"
                or provider.is_keyed(code, did)
                or _is_noted(code, own, number, did)
            ):
                continue
            if kind == provider.INTENT and _NO_MONEY_YET.search(did.table):
                continue
            steps = way(one.door, did, f"makes a {_WORD[kind]} without a key that says that it is one payment")
            told.add(did.spot, tell(PAID_TWICE, _AS_GRAVE[kind], behind.confidence(one, did), did.spot, steps))
        if matter.is_hook(one) and not _remembers(found, one):
            _events(code, one, told)
    return told.findings()


_AS_GRAVE = {
    provider.PAYOUT: Severity.HIGH, provider.CHARGE: Severity.HIGH, provider.INTENT: Severity.MEDIUM,
    provider.REFUND: Severity.LOW,  # more than was paid is never paid back
}  # fmt: skip
_WORD = {provider.PAYOUT: "payout", provider.CHARGE: "charge", provider.INTENT: "payment", provider.REFUND: "refund"}


def _is_noted(code: Code, own: Sequence[tuple[int, Did]], number: int, did: Did) -> bool:
    """A row of its own was made before, under a key that allows it once, or a state was taken that is asked for."""
    for at, other in own:
        if at >= number or not code.both(other, did):
            continue
        if other.operation in (Operation.INSERT, Operation.UPSERT) and locks.knows_doubles(code, other):
            return True
        if other.operation is Operation.UPDATE and matter.states(other) & {name for name, _ in other.filters}:
            return True
    return False


def _remembers(found: Map, one: Followed) -> bool:
    """Something is looked up by, or kept under, an id of what came: whoever does that can tell what came before."""
    for _, did in behind.own(one):
        if did.operation is Operation.READ and any(_is_of_event(source) for source in behind.sources_of(did)):
            return True
        table = found.tables.find(did.table)
        for name, value in did.sets if did.operation in (Operation.INSERT, Operation.UPSERT) else ():
            if any(_is_of_event(source) for source in value.sources):
                column = table.column(name) if table is not None else None
                keys = table.keys if table is not None else ()
                if column is None or column.unique or (name,) in keys:
                    return True
    return False


def _is_of_event(source: Source) -> bool:
    came = source.origin is Origin.INPUT or (source.origin is Origin.MADE and source.path[:1] == ("webhook",))
    return came and len(source.path) > 1 and _IDS.search(source.path[-1]) is not None


def _events(code: Code, one: Followed, told: Grouped[Spot]) -> None:
    """The one thing it does that weighs most."""
    found: list[tuple[int, Did]] = []
    for _, did in behind.own(one):
        if matter.adds_by_function(did):
            found.append((2, did))
    for _, did in behind.writes(behind.own(one)):
        if did.operation is Operation.UPDATE and (code.steps(did.spot) or _is_worked_out(did)):
            found.append((2, did))
        elif did.operation is Operation.INSERT and not behind.is_beside(did.table):
            found.append((1 if behind.is_money(did.table) else 0, did))
    if not found:
        return
    weight, did = max(found, key=lambda pair: pair[0])
    steps = way(one.door, did, f"{behind.on(did)} each time the event comes")
    severity = Severity.MEDIUM if weight else Severity.LOW
    told.add(did.spot, tell(EVENT_TWICE, severity, behind.confidence(one, did), did.spot, steps))


def _is_worked_out(did: Did) -> bool:
    return any(
        behind.is_amount(name)
        and any(source.origin is Origin.ROW and source.path[-1:] == (name,) for source in value.sources)
        and len(value.sources) > 1
        for name, value in did.sets
    )
