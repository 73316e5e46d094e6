"""error.leaked: the browser itself reads whole rows, with secrets in them, of a table that is open to others."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.questions import secret_words
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.failure_texts import SECRETS_LEAKED, SOLD_LEAKED
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import step, tell
from walkdown.doors.sql.who import Who
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Operation
from walkdown.model.finding import Finding, Step
from walkdown.model.severity import Confidence, Severity

_OPEN = {Who.ANYONE: "anyone on the internet", Who.LOGIN: "anyone who has signed up"}


def ask(found: Map) -> Iterator[Finding]:
    told: Grouped[tuple[str, str]] = Grouped()
    for access in found.access:
        did = access.did
        if did.operation is not Operation.READ or did.library != "supabase" or did.why:
            continue
        secrets, goods = _held(found, did)
        if not secrets and not goods:
            continue
        said = found.policies.of(did.table, "select", did.spot.path)
        if said is None or said.answer.who not in _OPEN or said.answer.tied or (goods and said.answer.some):
            continue
        steps: list[Step] = [step(did.spot, f"the browser reads {did.table} with {', '.join((secrets or goods)[:3])}")]
        for reason in said.answer.reasons[:1]:
            at = Spot(reason.spot.path, reason.spot.line)
            steps.append(step(at, f"the policy lets {_OPEN[said.answer.who]} read the rows"))
        sure = Confidence.LIKELY if said.answer.unsure else Confidence.SURE
        rule = SECRETS_LEAKED if secrets else SOLD_LEAKED
        table = found.tables.find(did.table)
        grave = table is not None and secret_words.weighs(table, secrets)
        severity = Severity.HIGH if grave else Severity.MEDIUM
        if not secrets and said.answer.who is Who.LOGIN and sure is Confidence.SURE:
            sure = Confidence.LIKELY
        told.add((did.table, rule.id), tell(rule, severity, sure, did.spot, steps))
    return told.findings()


def _held(found: Map, did: Did) -> tuple[list[str], list[str]]:
    """What a query gets of secrets, and of what is sold."""
    table = found.tables.find(did.table)
    if table is None:
        return [], []
    named = secret_words.asked(did.columns)
    secrets = secret_words.secrets_of(table)
    goods = secret_words.sold(table)
    if named:
        return [name for name in secrets if name in named], []
    return secrets, goods
