"""Jobs that stand behind an open door: whoever calls starts them, and they move money or delete."""

from __future__ import annotations

import re
from collections.abc import Sequence

from walkdown.doors.assemble import Followed
from walkdown.doors.questions.asker import asked, facts_of
from walkdown.doors.questions.behind import is_beside
from walkdown.doors.questions.purpose import is_public, is_timed
from walkdown.doors.visits import Did
from walkdown.model.door import Checks, DoorKind, Operation, Origin
from walkdown.model.severity import Severity

_PAYS = re.compile(
    r"payout|withdraw|transfer|disburse|remittance|settle(?:ment)?|refund|wallet|balance|ledger|commission|earning|"
    r"affiliate_?pay|saque|repasse|bonus|reward",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"order|payment|invoice|subscription|transaction|booking|credit|loan|auction|bid|escrow|stock|pagamento|pedido|fatura|"
    r"assinatura|cobranca",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"status|state|amount|total|paid|balance|price|points|credit|quantity|stock|plan|valor", re.IGNORECASE
)
_LOOKS = frozenset({"retrieve", "list", "search", "get"})
_SERVICES = re.compile(r"stripe|paypal|wise|razorpay|paystack", re.IGNORECASE)
_CHANGES = frozenset({Operation.UPDATE, Operation.UPSERT, Operation.DELETE})
Grave = tuple[Did, Severity, str]


def job(one: Followed, dids: Sequence[Did]) -> Grave | None:
    """What it does to which rows is settled by the server alone, so that a timer is meant to start it."""
    timed = is_timed(one.door)
    if Checks.SECRET in asked(facts_of(one.visit), one.visit.did) or any(
        what == "signature" for what, _ in one.visit.used
    ):
        return None  # it is asked for, on some ways at least
    if not timed and (one.door.kind is not DoorKind.EDGE or is_public(one.door) or _is_told_what(dids)):
        return None
    found = [told for did in dids if (told := _grave(did)) is not None]
    return min(found, key=lambda each: each[1].rank, default=None)


def _is_told_what(dids: Sequence[Did]) -> bool:
    return any(value.has(Origin.INPUT) for did in dids for _, value in did.filters)


def _grave(did: Did) -> Grave | None:
    if did.operation is Operation.HTTP:
        return _by_service(did)
    if did.operation not in _CHANGES or (is_beside(did.table) and not _PAYS.search(did.table)):
        return None
    return _deleted(did) if did.operation is Operation.DELETE else _changed(did)


def _by_service(did: Did) -> Grave | None:
    if did.table.rpartition(".")[2] in _LOOKS or not (_PAYS.search(did.table) and _SERVICES.search(did.table)):
        return None
    return did, Severity.CRITICAL, f"moves money by {did.table[:60]}, whoever calls"


def _deleted(did: Did) -> Grave | None:
    if did.filters and not any(value.has(Origin.ROW) or value.has(Origin.UNKNOWN) for _, value in did.filters):
        return None  # what is old enough, or marked to go
    severity = Severity.HIGH if did.filters else Severity.CRITICAL
    return did, severity, f"deletes from {did.table}, whoever calls"


def _changed(did: Did) -> Grave | None:
    if did.given is None and not any(_STATE.search(name) for name, _ in did.sets):
        return None  # that somebody was reminded, when it was last looked at
    pays = _PAYS.search(did.table) is not None
    if not pays and not _MONEY.search(did.table):
        return None
    return did, Severity.CRITICAL if pays else Severity.HIGH, f"changes {did.table}, whoever calls"
