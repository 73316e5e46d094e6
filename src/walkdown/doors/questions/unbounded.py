"""perf.unbounded: many rows of a table that grows, read with no limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.questions import behind
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import code_of
from walkdown.doors.questions.grouped import Grouped
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.questions.time_texts import UNBOUNDED
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Checks, DoorKind, Operation, Origin
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity

# Tables that people fill by hand and that stay small.
_SMALL = re.compile(
    r"categor|role|permission|setting|config|countr|currenc|language|locale|plan(?:s|_|$)|tier|status|type(?:s|_|$)|"
    r"tag(?:s|_|$)|template|feature|flag|department|branch|faq|banner|slide|menu|option|unit(?:s|$)|brand|color|size|"
    r"zone|region|cit(?:y|ies)|state(?:s|$)|level|badge|preference|stage|pipeline|team|admin|provider|package|theme|"
    r"field|rule|reward|section|page(?:s|$)|migration|schema|slot|skill|interest|method|tenant$|workspace|hours?$|day(?:s|_|$)",
    re.IGNORECASE,
)
_ASKED = frozenset({DoorKind.ROUTE, DoorKind.PAGE, DoorKind.ACTION, DoorKind.EDGE, DoorKind.RPC})
_NARROW = frozenset({Origin.IDENTITY, Origin.ROW, Origin.INPUT, Origin.UNKNOWN, Origin.MADE, Origin.ENVIRONMENT})


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[Spot] = Grouped()
    for one in behind.doors(found):
        if one.door.kind not in _ASKED:
            continue
        for _, did in behind.own(one):
            if _is_whole(did) and not code.counts(did.spot):
                few = one.door.guard in (Checks.ROLE, Checks.SECRET) or did.loop
                severity = Severity.LOW if few else Severity.MEDIUM
                lead = way(one.door, did, f"reads all of {did.table}")
                told.add(did.spot, tell(UNBOUNDED, severity, behind.confidence(one, did), did.spot, lead))
    for access in found.access:
        if _is_whole(access.did):
            lead = (step(access.did.spot, f"reads all of {access.did.table} into the browser"),)
            told.add(access.did.spot, tell(UNBOUNDED, Severity.LOW, Confidence.LIKELY, access.did.spot, lead))
    return told.findings()


def _is_whole(did: Did) -> bool:
    """Nothing narrows it down but fixed words: what is asked for by an owner or an id stays small."""
    if did.operation is not Operation.READ or did.bounded or not behind.is_known(did):
        return False
    if _SMALL.search(behind.snake(did.table)) and not behind.is_money(did.table):
        return False
    return not any(
        source.origin in _NARROW and not (value.maybe and source.origin is Origin.INPUT)
        for name, value in did.filters
        if not name.startswith("not ")
        for source in value.sources
    )
