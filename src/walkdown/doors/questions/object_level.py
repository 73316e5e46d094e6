"""Rows that are found by what comes with the request, where nobody asks whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import access_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable, asked, is_known, is_privileged, is_unsure, own, sent
from walkdown.doors.questions.compared import Compared
from walkdown.doors.questions.owned import Owned, is_personal, is_private, is_shared, is_users
from walkdown.doors.questions.reached import (
    SCOPED,
    came_in,
    is_by_asker,
    is_by_secret,
    is_policed,
    only_counts,
    unknown_filter,
)
from walkdown.doors.questions.tell import tell, way
from walkdown.doors.questions.tenants import (
    Tied,
    contacts,
    has_plan,
    has_tenant,
    is_grave,
    is_intimate,
    is_list,
    is_tenant,
    is_tenant_table,
)
from walkdown.doors.questions.ties import Ties, ties_at
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Checks, Operation, Origin
from walkdown.model.finding import Fact, Finding, Rule
from walkdown.model.severity import Confidence, Severity

_CHANGES = frozenset({Operation.UPDATE, Operation.DELETE, Operation.UPSERT})
_ASKED = _CHANGES | {Operation.READ}
_SAVES = frozenset({"typeorm", "mongoose", "sequelize"})  # a row in hand is saved by itself, whichever it is
_KEYS = ("id", "uuid", "slug", "email", "username", "number", "code", "uid")


@dataclass(frozen=True, slots=True)
class Told:
    one: Followed
    did: Did
    rule: Rule
    severity: Severity
    confidence: Confidence
    last: str

    @property
    def rank(self) -> tuple[int, int]:
        return self.severity.rank, self.confidence.rank


def ask(found: Map) -> Iterator[Finding | Fact]:
    owned = Owned(found)
    tied = Tied(found)
    looked = _public(found)
    compared = Compared(found.programs)
    told: dict[tuple[Spot, str, Operation], list[Told]] = {}
    for one in found.doors:
        for each in _behind(one, owned, looked, tied):
            checked = compared.on_the_way(each.did)
            if checked and (each.did.operation is Operation.READ or each.rule is texts.ALL_CHANGED):
                continue
            one_told = _lowered(replace(each, confidence=Confidence.UNSURE)) if checked else each
            told.setdefault((each.did.spot, each.did.table, each.did.operation), []).append(one_told)
    for several in told.values():
        yield _finding(several)


def _finding(several: Sequence[Told]) -> Finding:
    """Several doors to one operation are one flaw: that of the worst."""
    worst = min(several, key=lambda one: one.rank)
    doors = [Spot(one.one.door.file, one.one.door.line) for one in several]
    steps = way(worst.one.door, worst.did, worst.last)
    return tell(worst.rule, worst.severity, worst.confidence, worst.did.spot, steps, further=doors)


def _public(found: Map) -> frozenset[str]:
    """Tables that strangers are shown."""
    seen: set[str] = set()
    for one in found.doors:
        if askable(one) and one.door.guard is None and not is_unsure(one.door):
            rows = {source.row for source in sent(one.visit) if source.origin is Origin.ROW}
            seen.update(did.table.lower() for number, did in own(one) if number in rows)
    return frozenset(seen)


def _behind(one: Followed, owned: Owned, looked: frozenset[str], tied: Tied) -> list[Told]:
    if not askable(one) or one.door.guard is Checks.SECRET:
        return []
    rows = {source.row for source in sent(one.visit) if source.origin is Origin.ROW}
    wanted = [(number, did) for number, did in own(one) if did.operation in _CHANGES or number in rows]
    dids = [(number, did) for number, did in wanted if _may_be_told(one, did)]
    if not dids:
        return []
    everywhere = tied.ties(one.visit)
    changed = [
        each
        for _, did in dids
        if did.operation in _CHANGES and (each := _changed(one, did, everywhere, owned)) is not None
    ]
    if any(each.rule is not texts.SHARED_CHANGED for each in changed):
        return changed
    reads = [(number, did) for number, did in dids if did.operation is Operation.READ]
    read: dict[tuple[str, str], Told] = {}  # a list and its count are one reading
    for number, did in reads:
        each = _read(one, did, owned, looked, tied) if number not in everywhere.rows else None
        if each is not None:
            read.setdefault((did.table, did.spot.path), each)
    return [*changed, *read.values()]


def _may_be_told(one: Followed, did: Did) -> bool:
    if did.operation not in _ASKED or did.why or is_policed(did) or is_by_secret(did) or is_by_asker(did):
        return False
    return is_known(one, did) and not is_privileged(one, did)


def _changed(one: Followed, did: Did, everywhere: Ties, owned: Owned) -> Told | None:
    ties = ties_at(one.visit, did)
    if ties.binds(did) or unknown_filter(did, owned.owners(did.table)) or only_counts(did):
        return None
    by = came_in(did, one.visit, ties)
    if not by:
        if (
            did.filters
            or (did.operation is Operation.UPDATE and did.library in _SAVES)
            or did.operation is Operation.UPSERT
            or not owned.is_owned(did.table)
            or _narrowed(one, did, ties)
        ):
            return None
        last = f"{_word(did)} all rows of {did.table}"
        return _lowered(Told(one, did, texts.ALL_CHANGED, Severity.HIGH, _sure(one, did, Confidence.LIKELY), last))
    severity, confidence = _weight(did, owned)
    if not came_in(did, one.visit, ties, 0) or everywhere.binds(did):
        confidence = Confidence.UNSURE  # a row that was read before may be checked in a way that was not seen
    rule = texts.OTHERS_CHANGED if _is_somebodys(did, owned) else texts.SHARED_CHANGED
    if rule is texts.SHARED_CHANGED and (did.key == SCOPED or is_unsure(one.door)):
        return None
    last = f"{_word(did)} {did.table} by {by[0]} as it came in, whoever is asking"
    return _lowered(Told(one, did, rule, severity, _sure(one, did, confidence), last))


def _narrowed(one: Followed, did: Did, ties: Ties) -> bool:
    """Beside it the same is done for who is asking only: which of the two runs depends on whether they are known. What
    hangs on a row and is written with it belongs to that row."""
    same = (did.table, did.operation)
    others = [other for other in one.visit.did if other is not did]
    return any(
        other.spot == did.spot or ((other.table, other.operation) == same and ties.binds(other)) for other in others
    )


def _is_somebodys(did: Did, owned: Owned) -> bool:
    return owned.is_owned(did.table) or owned.parent(did.table) != ""


def _weight(did: Did, owned: Owned) -> tuple[Severity, Confidence]:
    table = did.table
    if owned.is_kept(table) or is_users(table):
        return Severity.HIGH, Confidence.SURE
    if owned.is_owned(table) or owned.parent(table):
        wrote = owned.is_signed_only(table) and not owned.parent(table)
        return Severity.MEDIUM if wrote else Severity.HIGH, Confidence.LIKELY
    if table.lower() in owned.ruled:
        return Severity.MEDIUM, Confidence.LIKELY
    return (Severity.MEDIUM if owned.roles else Severity.LOW), Confidence.UNSURE


def _read(one: Followed, did: Did, owned: Owned, looked: frozenset[str], tied: Tied) -> Told | None:
    ties = tied.ties(one.visit)
    if ties.binds(did) or unknown_filter(did, owned.owners(did.table)) or did.table.lower() in looked:
        return None
    chosen = came_in(did, one.visit, ties)
    by = [name for name in chosen if _is_key(name) or is_tenant(name) or name in owned.owners(did.table)]
    if by:
        group = next((name for name in came_in(did, one.visit, ties, 0) if is_tenant(name)), "")
        weight = _of_group(did, owned, tied) if group and is_list(did) else _of_row(one, did, owned, tied)
        if weight is None:
            return None
        severity, confidence = weight
        last = f"reads {did.table} by {group or by[0]} as it came in and sends it, whoever is asking"
        return _lowered(Told(one, did, texts.OTHERS_READ, severity, _sure(one, did, confidence), last))
    kept = owned.is_kept(did.table) and is_personal(did.table)
    if did.bounded or not kept or _narrowed(one, did, ties):
        return None
    last = f"reads {did.table} without asking whose and sends it"
    return _lowered(Told(one, did, texts.ALL_READ, Severity.MEDIUM, _sure(one, did, Confidence.LIKELY), last))


def _of_group(did: Did, owned: Owned, tied: Tied) -> tuple[Severity, Confidence] | None:
    """All rows of an organisation, team or shop that the asker names."""
    if is_grave(did.table):
        whole = tied.groups and not did.bounded
        return Severity.CRITICAL if whole else Severity.HIGH, Confidence.LIKELY
    if is_personal(did.table) or is_private(did.table) or contacts(did, owned.table(did.table)):
        return Severity.HIGH, Confidence.LIKELY
    if not is_shared(did.table) and tied.groups:
        return Severity.HIGH, Confidence.LIKELY
    return Severity.MEDIUM, Confidence.LIKELY


def _of_row(one: Followed, did: Did, owned: Owned, tied: Tied) -> tuple[Severity, Confidence] | None:  # noqa: PLR0911
    kept, personal = owned.is_kept(did.table), is_personal(did.table)
    table = owned.table(did.table)
    if is_users(did.table):
        grave = is_intimate(table) and not did.columns and one.door.guard is not Checks.ROLE
        return Severity.HIGH if grave else Severity.MEDIUM, Confidence.LIKELY
    if kept and personal:
        return Severity.HIGH, Confidence.SURE
    if owned.is_owned(did.table) and personal and not owned.is_signed_only(did.table):
        return Severity.HIGH, Confidence.LIKELY
    private = personal or is_private(did.table) or contacts(did, table)
    if private and tied.elsewhere(did.table, one.door.id):
        staff = one.door.guard is Checks.ROLE  # they may well see what is not theirs
        return Severity.MEDIUM if staff else Severity.HIGH, Confidence.LIKELY
    if is_tenant_table(did.table) and tied.groups:
        return Severity.HIGH if has_plan(table) and not did.columns else Severity.MEDIUM, Confidence.LIKELY
    if has_tenant(table) and tied.groups and not is_shared(did.table):
        return Severity.HIGH, Confidence.LIKELY
    if kept or (owned.parent(did.table) and personal):
        return Severity.MEDIUM, Confidence.LIKELY
    return None


def _is_key(name: str) -> bool:
    return name.rpartition(".")[2].lower().replace("_", "").endswith(_KEYS)


def _word(did: Did) -> str:
    return {Operation.DELETE: "deletes from", Operation.UPSERT: "writes to"}.get(did.operation, "changes")


def _sure(one: Followed, did: Did, confidence: Confidence) -> Confidence:
    """What was not understood on the way may be the check that is missing."""
    unknown = any(_is_unknown(held.fact.left) for held in did.held if held.fact.kind == "there")
    if is_unsure(one.door) or unknown or did.key == SCOPED or _owner_on_a_way(one, did):
        return Confidence.UNSURE
    return Confidence.LIKELY if one.door.uncertain and confidence is Confidence.SURE else confidence


def _owner_on_a_way(one: Followed, did: Did) -> bool:
    """One of several ways to get by asks whose it is: what the others ask was not understood as far."""
    ways = [way for held in did.held if held.fact.kind == "any" for way in held.fact.ways]
    return any(Checks.OWNER in asked(way, one.visit.did) for way in ways)


def _is_unknown(sources: frozenset[object]) -> bool:
    return bool(sources) and all(getattr(one, "origin", None) is Origin.UNKNOWN for one in sources)


def _lowered(told: Told) -> Told:
    """One that may be wrong is no more than something to look at."""
    if told.confidence is not Confidence.UNSURE or told.severity.rank > Severity.HIGH.rank:
        return told
    return replace(told, severity=Severity.LOW if told.did.key == SCOPED else Severity.MEDIUM)
