"""Doors that do something with data of others, or spend money, and ask nobody who they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import access_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import (
    askable,
    asked,
    asks_who,
    facts_at,
    is_for_code,
    is_unsure,
    knows_asker,
    own,
    refuses_for_more,
    sent,
    state_of,
)
from walkdown.doors.questions.behind import is_beside
from walkdown.doors.questions.effects import effects, shown_by_model
from walkdown.doors.questions.jobs import job
from walkdown.doors.questions.models import is_far, is_model
from walkdown.doors.questions.open_hooks import hook, timed
from walkdown.doors.questions.opened import Open
from walkdown.doors.questions.owned import Owned, is_money, is_personal, is_private, is_shared, is_users
from walkdown.doors.questions.passing import late_guards, passing
from walkdown.doors.questions.purpose import is_entry, is_entry_word, is_form, is_hook, is_public, is_timed
from walkdown.doors.questions.reached import (
    SERVICE,
    came_in,
    is_asked_for,
    is_by_secret,
    is_policed,
    is_session_like,
    makes_account,
    only_counts,
    only_worked_out,
)
from walkdown.doors.questions.short_codes import tried
from walkdown.doors.questions.skipped import Skipped
from walkdown.doors.questions.tell import tell, way
from walkdown.doors.questions.tenants import contacts, is_grave, is_list, is_people, is_tenant
from walkdown.doors.questions.ties import Ties, ties_of
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import WRITES, Checks, DoorKind, Operation, Origin
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Confidence, Severity

_CHANGES = WRITES - {Operation.INSERT}
_GUARDS = frozenset({Checks.LOGIN, Checks.ROLE, Checks.OWNER})


class _App:
    """What the rest of the application shows: whether it asks people who they are at all, and at which tables."""

    def __init__(self, found: Map) -> None:
        self.owned = Owned(found)
        self.asks = False
        self.guarded: set[str] = set()
        self.ruled: set[str] = set()
        for one in found.doors:
            if not askable(one) or one.door.guard not in _GUARDS:
                continue
            self.asks = True
            for _, did in own(one):
                if did.operation in WRITES:
                    self.guarded.add(did.table.lower())
                elif did.operation is Operation.READ:
                    self.ruled.add(did.table.lower())


def ask(found: Map) -> Iterator[Finding | Fact]:
    app = _App(found)
    skipped = Skipped(found.programs)
    passed = {one.door.id for several in passing(found).values() for one, _ in several}  # told of at the guard
    for one in found.doors:
        if one.door.id in passed or late_guards(one) or is_for_code(one.door, found.programs):
            continue
        worst = min(_behind(one, app), key=lambda each: each.rank, default=None)
        if worst is not None and skipped.of(one) is None:  # else it is told of there
            at = Spot(one.door.file, one.door.line)
            yield tell(worst.rule, worst.severity, worst.confidence, at, way(one.door, worst.did, worst.last))


def is_open(one: Followed) -> bool:
    """Nothing that was understood, or not understood, stands there."""
    return askable(one) and one.door.guard is None and not one.entrance.public and not is_unsure(one.door)


def _behind(one: Followed, app: _App) -> list[Open]:
    if not is_open(one):
        return []
    dids = [
        (number, did)
        for number, did in own(one)
        if not did.why and not is_policed(did) and not asked(facts_at(did), one.visit.did)
    ]
    if is_hook(one.door):
        return hook(one, [did for _, did in dids])
    if is_timed(one.door):
        return timed(one, [did for _, did in dids])
    if is_entry(one.door):
        return []
    ties = ties_of(one.visit)
    found = [each for _, did in dids if (each := _write(one, did, ties, app)) is not None]
    found += _cost(one, [did for _, did in dids])
    found += _effects(one, [did for _, did in dids], app)
    found += _job(one, [did for _, did in dids])
    rows = {source.row for source in sent(one.visit) if source.origin is Origin.ROW}
    rows |= shown_by_model(one.visit, dids)
    if tried(one, [did for _, did in dids]) is not None:
        rows = set()  # it is asked for by a code
    for number, did in dids:
        if number in rows and (each := _read(one, did, ties, app)) is not None:
            found.append(each)
    return [_settled(one, each) for each in found]


def _settled(one: Followed, told: Open) -> Open:
    """Where somebody is known or refused after all, the check may be one that was not understood."""
    known = knows_asker(one) and (told.did.key != SERVICE or asks_who(one.visit))
    if known or refuses_for_more(one.visit) or _asks_back(one, told.did):
        severity = max(told.severity, Severity.MEDIUM, key=lambda each: each.rank)
        return replace(told, severity=severity, confidence=Confidence.UNSURE)
    if one.door.kind is DoorKind.PAGE and told.severity.rank < Severity.MEDIUM.rank:
        told = replace(told, severity=Severity.MEDIUM)
    if told.severity is Severity.CRITICAL and (one.door.uncertain or told.confidence is not Confidence.SURE):
        told = replace(told, severity=Severity.HIGH)
    if told.confidence is Confidence.SURE and one.door.uncertain:
        return replace(told, confidence=Confidence.LIKELY)
    return told


def _asks_back(one: Followed, did: Did) -> bool:
    """`verify-payment`: what it is told it asks the service about before it writes."""
    return (
        is_entry_word(one.door)
        and did in one.visit.did
        and any(other.operation is Operation.HTTP for other in one.visit.did[: one.visit.did.index(did)])
    )


# -- writes -----------------------------------------------------------------------------------------------------------


def _write(one: Followed, did: Did, ties: Ties, app: _App) -> Open | None:  # noqa: PLR0911 - each kind has an answer of its own
    if did.operation is Operation.FILE:
        return _file(did)
    if did.operation not in WRITES or only_counts(did) or is_by_secret(did):
        return None
    if did.operation is Operation.INSERT:
        return _insert(one, did, app)
    by = came_in(did, one.visit, ties)
    if not by and did.filters:
        return None
    if is_public(one.door) and not is_users(did.table):
        return None
    last = (
        f"{state_of(did)} {did.table}" + (f" by {by[0]} as it came in" if by else "") + ", nobody is asked who they are"
    )
    known = Confidence.SURE if app.asks else Confidence.LIKELY
    if is_session_like(did.table) or is_beside(did.table) or only_worked_out(did):
        return Open(did, texts.OPEN_WRITE, Severity.MEDIUM, Confidence.LIKELY, last)
    grave = app.asks and (is_users(did.table) or is_money(did.table)) and did.operation is not Operation.UPSERT
    return Open(did, texts.OPEN_WRITE, Severity.CRITICAL if grave else Severity.HIGH, known, last)


def _insert(one: Followed, did: Did, app: _App) -> Open | None:  # noqa: PLR0911 - each kind has an answer of its own
    if is_public(one.door) or is_beside(did.table) or is_session_like(did.table):
        return None
    if makes_account(did):
        return None
    if not is_asked_for(did):
        if one.door.method.upper() in ("GET", "HEAD") or app.owned.is_kept(did.table):
            return None
        last = f"writes to {did.table} whoever calls"
        return Open(did, texts.OPEN_JOB, Severity.MEDIUM, Confidence.LIKELY, last)
    low = did.table.lower()
    last = f"writes a new row to {did.table}, nobody is asked who they are"
    if is_form(one.door):
        if low not in app.guarded or not app.owned.is_kept(low):
            return None
        return Open(did, texts.OPEN_WRITE, Severity.MEDIUM, Confidence.UNSURE, last)
    if low in app.guarded:
        return Open(did, texts.OPEN_WRITE, Severity.HIGH, Confidence.SURE, last)
    return Open(did, texts.OPEN_WRITE, Severity.MEDIUM if app.asks else Severity.HIGH, Confidence.LIKELY, last)


def _file(did: Did) -> Open | None:
    chosen = any(source.origin is Origin.INPUT for _, value in did.filters for source in value.sources)
    if did.key == "delete" and chosen:
        last = "deletes a file by a name that came in, nobody is asked who they are"
        return Open(did, texts.OPEN_WRITE, Severity.HIGH, Confidence.SURE, last)
    if did.key == "upload" or (did.key == "write" and chosen):
        last = "stores a file, nobody is asked who they are"
        return Open(did, texts.OPEN_WRITE, Severity.MEDIUM, Confidence.LIKELY, last)
    return None


def _cost(one: Followed, dids: Sequence[Did]) -> list[Open]:
    asked = [] if one.door.limiter else [did for did in dids if is_model(did)]
    if not asked:
        return []
    near = next((did for did in asked if not is_far(did)), None)
    did = near if near is not None else asked[0]
    severity = Severity.MEDIUM if near is None else Severity.HIGH
    last = f"calls {did.table}, nobody is asked who they are"
    return [Open(did, texts.OPEN_COST, severity, Confidence.LIKELY, last)]


def _effects(one: Followed, dids: Sequence[Did], app: _App) -> list[Open]:
    if is_public(one.door) or (one.door.kind is DoorKind.ACTION and not app.asks):
        return []
    return [
        Open(
            each.did, texts.OPEN_EFFECT, each.severity if app.asks else max(each.severity, Severity.MEDIUM, key=_rank),
            Confidence.LIKELY, each.last,
        )
        for each in effects(one.visit, dids)
        if each.severity is Severity.HIGH or not is_form(one.door)
    ]  # fmt: skip


def _rank(severity: Severity) -> int:
    return severity.rank


def _job(one: Followed, dids: Sequence[Did]) -> list[Open]:
    told = job(one, dids)
    if told is None:
        return []
    did, severity, last = told
    return [Open(did, texts.OPEN_JOB, severity, Confidence.SURE, last)]


# -- reads ------------------------------------------------------------------------------------------------------------


def _read(one: Followed, did: Did, ties: Ties, app: _App) -> Open | None:  # noqa: PLR0911 - each kind has an answer of its own
    if did.operation is not Operation.READ or is_public(one.door) or is_by_secret(did) or is_session_like(did.table):
        return None
    by = came_in(did, one.visit, ties, 0)
    if not by and did.filters and did.bounded:
        return None
    if not by and any(value.has(Origin.ROW) for _, value in did.filters):
        return None  # what hangs on another row: that one is asked about
    last = (
        f"reads {did.table}"
        + (f" by {by[0]} as it came in" if by else "")
        + " and sends it, nobody is asked who they are"
    )
    low = did.table.lower()
    apart = low in app.guarded or low in app.ruled
    people = contacts(did, app.owned.table(did.table), _columns(one, did))
    group = any(is_tenant(name) for name in by) and is_list(did)
    if is_users(did.table):
        whole = not did.columns and not by and not did.bounded
        served = did.key == SERVICE and people and app.asks
        severity = Severity.HIGH if whole or served or (group and people) else Severity.MEDIUM
        return Open(did, texts.OPEN_READ, severity, Confidence.LIKELY, last)
    if is_private(did.table):
        sure = Confidence.SURE if app.owned.is_kept(low) else Confidence.LIKELY
        return Open(did, texts.OPEN_READ, Severity.HIGH, sure, last)
    if people and (did.key == SERVICE or apart or is_people(did.table)) and not is_shared(did.table):
        severity = Severity.HIGH if did.key == SERVICE or is_list(did) else Severity.MEDIUM
        return Open(did, texts.OPEN_READ, severity, Confidence.LIKELY, last)
    if group and app.asks and (is_grave(did.table) or (apart and not is_shared(did.table))):
        return Open(did, texts.OPEN_READ, Severity.HIGH, Confidence.LIKELY, last)
    if is_personal(did.table) and apart and app.owned.is_kept(low):
        return Open(did, texts.OPEN_READ, Severity.MEDIUM, Confidence.LIKELY, last)
    return None


def _columns(one: Followed, did: Did) -> frozenset[str] | None:
    """Which columns of the row go out; nothing where all do."""
    number = one.visit.did.index(did)
    paths = [source.path for source in sent(one.visit) if source.origin is Origin.ROW and source.row == number]
    names = {part for path in paths for part in path[1:] if part != "*"}
    return frozenset(names) if all(any(part != "*" for part in path[1:]) for path in paths) and names else None
