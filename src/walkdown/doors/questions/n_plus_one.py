"""perf.n-plus-one and perf.sequential: a query or a write for each element of a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from walkdown.doors.questions import behind
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.questions.time_texts import N_PLUS_ONE, ONE_BY_ONE
from walkdown.doors.values import Source
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Operation, Origin
from walkdown.model.finding import Finding, Rule
from walkdown.model.severity import Confidence, Severity

_ROWS, _LIST = 2, 1


def ask(found: Map) -> Iterator[Finding]:
    told: Grouped[Spot] = Grouped()
    for one in behind.doors(found):
        for _, did in behind.own(one):
            if did.loop and behind.is_known(did) and (over := _over(did, one.visit.did)):
                rule = _rule(did)
                if rule is not None:
                    lead = way(one.door, did, f"{behind.on(did)} once for each of them")
                    told.add(did.spot, tell(rule, _weight(rule, over), behind.confidence(one, did), did.spot, lead))
    for access in found.access:
        did = access.did
        if did.loop and behind.is_known(did) and (over := _over(did, ())):
            rule = _rule(did)
            if rule is not None:
                lead = (step(did.spot, f"{behind.on(did)} once for each of them, from the browser"),)
                told.add(did.spot, tell(rule, _weight(rule, over), Confidence.LIKELY, did.spot, lead))
    return told.findings()


def _rule(did: Did) -> Rule | None:
    if did.operation is Operation.READ:
        return N_PLUS_ONE
    return ONE_BY_ONE if did.operation is Operation.INSERT else None


def _weight(rule: Rule, over: int) -> Severity:
    return Severity.MEDIUM if rule is N_PLUS_ONE and over == _ROWS else Severity.LOW


def _over(did: Did, dids: Sequence[Did]) -> int:
    """What the loop runs over, as far as the operation itself takes something from each element; 0 for neither."""
    values = did.filters if did.operation is Operation.READ else did.sets
    sources = [source for _, value in values for source in value.sources]
    if did.given is not None and did.operation is not Operation.READ:
        sources += did.given.sources
    return max((_kind(source, dids) for source in sources), default=0)


def _kind(source: Source, dids: Sequence[Did]) -> int:
    if source.origin is Origin.ROW:
        if "*" in source.path or (0 <= source.row < len(dids) and _is_many(dids[source.row])):
            return _ROWS
        return 0
    return _LIST if source.origin is Origin.INPUT and "*" in source.path else 0


def _is_many(did: Did) -> bool:
    return did.operation is Operation.READ and (not did.bounded or did.ordered) and not did.loop
