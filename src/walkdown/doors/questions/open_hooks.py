"""Open doors that another service or a timer is meant to knock at: what they do on the word of whoever calls."""

from __future__ import annotations

from collections.abc import Sequence

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import access_texts as texts
from walkdown.doors.questions.asker import refuses, state_of
from walkdown.doors.questions.behind import is_beside
from walkdown.doors.questions.effects import forwards, is_sending, only_looks
from walkdown.doors.questions.jobs import job
from walkdown.doors.questions.opened import Open
from walkdown.doors.questions.purpose import is_entry, is_seed
from walkdown.doors.visits import Did
from walkdown.model.door import WRITES, Operation
from walkdown.model.severity import Confidence, Severity


def hook(one: Followed, dids: Sequence[Did]) -> list[Open]:
    writes = [did for did in dids if did.operation in WRITES]
    if is_seed(one.door):
        return []
    first = next((did for did in writes if not is_beside(did.table)), None)
    if first is None and not writes:
        return _forwards(one, dids)
    if first is None:
        return []
    if any(what == "signature" for what, _ in one.visit.used) or refuses(one.visit):
        last = f"{state_of(first)} {first.table} on a way where no signature was checked"
        return [Open(first, texts.SIGNATURE_OPTIONAL, Severity.MEDIUM, Confidence.LIKELY, last)]
    last = f"{state_of(first)} {first.table} because the message says so"
    at = one.visit.did.index(first)
    asks_back = any(did.operation is Operation.HTTP for did in one.visit.did[:at])
    severity = Severity.MEDIUM if asks_back else Severity.HIGH
    sure = Confidence.UNSURE if asks_back else Confidence.LIKELY if one.door.uncertain else Confidence.SURE
    return [Open(first, texts.OPEN_HOOK, severity, sure, last)]


def _forwards(one: Followed, dids: Sequence[Did]) -> list[Open]:
    """It keeps nothing itself, and hands on what the message says."""
    first = forwards(dids)
    if one.door.method.upper() == "GET" or is_entry(one.door):
        return []  # whoever comes back from signing in elsewhere
    if first is None or any(what == "signature" for what, _ in one.visit.used) or refuses(one.visit):
        return []
    sure = Confidence.UNSURE if one.door.uncertain else Confidence.LIKELY
    severity = Severity.MEDIUM if sure is Confidence.UNSURE or is_sending(first) or only_looks(first) else Severity.HIGH
    return [Open(first, texts.OPEN_HOOK, severity, sure, f"passes the message on to {first.table[:60]}")]


def timed(one: Followed, dids: Sequence[Did]) -> list[Open]:
    does = [did for did in dids if did.operation in WRITES or did.operation is Operation.HTTP]
    if not does:
        return []
    if refuses(one.visit):
        last = f"{state_of(does[0])} {does[0].table} on a way where no secret was checked"
        return [Open(does[0], texts.SIGNATURE_OPTIONAL, Severity.MEDIUM, Confidence.UNSURE, last)]
    grave = job(one, dids)
    if grave is not None:
        return [Open(grave[0], texts.OPEN_JOB, grave[1], Confidence.LIKELY, grave[2])]
    last = f"{state_of(does[0])} {does[0].table} whoever calls"
    return [Open(does[0], texts.OPEN_JOB, Severity.MEDIUM, Confidence.LIKELY, last)]
