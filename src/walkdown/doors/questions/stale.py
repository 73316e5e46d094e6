"""Roles that are read from a token and never looked up again, where tokens live for long."""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.assemble import Followed
from walkdown.doors.libraries.session_marks import RENEWED, RENEWED_ROLE
from walkdown.doors.questions import access_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable
from walkdown.doors.questions.purpose import handler_words, words
from walkdown.doors.questions.session import FOR_EVER, FOR_LONG, signed
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.visits import Held, Spot
from walkdown.model.door import Checks, Operation, Origin
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Confidence, Severity

_REFRESH = re.compile(r"(?:^|-)(?:refresh\w*|renew|rotate|extend|token|tokens)(?:-|$)")
_ROLES = ("role", "admin", "permission", "scope", "staff")


def ask(found: Map) -> Iterator[Finding | Fact]:
    yield from _refreshed(found)
    yield from _believed(found)


def _refreshed(found: Map) -> Iterator[Finding]:
    """A new token made of what the old one says."""
    told: set[Spot] = set()
    for one in found.doors:
        if (
            not askable(one)
            or not _REFRESH.search(f"{words(one.door)}-{handler_words(one.door)}")
            or _is_looked_up(one)
        ):
            continue
        for what, spot in one.visit.used:
            if what in (RENEWED, RENEWED_ROLE) and spot not in told:
                told.add(spot)
                steps = [
                    step(Spot(one.door.file, one.door.line), f"{named(one.door)} comes in"),
                    step(spot, "signs a new token with what the old one says, the account is not looked up"),
                ]
                severity = Severity.HIGH if what == RENEWED_ROLE else Severity.MEDIUM
                yield tell(texts.STALE_REFRESH, severity, Confidence.LIKELY, spot, steps)


def _is_looked_up(one: Followed) -> bool:
    known = (Origin.IDENTITY, Origin.MADE, Origin.INPUT, Origin.UNKNOWN)
    return any(
        did.operation is not Operation.HTTP and any(value.has(origin) for _, value in did.filters for origin in known)
        for did in one.visit.did
    )


def _believed(found: Map) -> Iterator[Finding]:
    """One finding for each check; the doors behind it are further places."""
    long = [(what, spot) for one in found.doors for what, spot in signed(one.visit) if what in (FOR_EVER, FOR_LONG)]
    if not long:
        return
    checks: dict[Spot, list[Followed]] = {}
    for one in found.doors:
        if askable(one) and one.door.guard in (Checks.ROLE, Checks.OWNER):
            for spot in dict.fromkeys(held.spot for held in one.visit.seen if _is_from_token(held)):
                if not _looks_up(one):
                    checks.setdefault(spot, []).append(one)
    for spot, doors in checks.items():
        first = doors[0].door
        steps = [
            step(long[0][1], "signs a token that lives for long"),
            step(Spot(first.file, first.line), f"{named(first)} comes in"),
            step(spot, "believes the role that the token says"),
        ]
        further = [Spot(one.door.file, one.door.line) for one in doors]
        yield tell(texts.STALE_ROLE, Severity.MEDIUM, Confidence.LIKELY, spot, steps, further=further)


def _is_from_token(held: Held) -> bool:
    fact = held.fact
    inner = [each for way in fact.ways for each in way] if fact.kind == "any" else [fact]
    return any(
        source.origin is Origin.IDENTITY
        and source.row < 0
        and source.path
        and any(word in source.path[-1].lower() for word in _ROLES)
        for each in inner
        if each.kind in ("equal", "among", "there")
        for source in each.left | each.right
    )


def _looks_up(one: Followed) -> bool:
    """The account is read before the handler runs, so that one that is gone is seen."""
    kept = {(reach.table, reach.operation, reach.path, reach.line) for reach in one.door.reaches}
    before = [
        did for did in one.visit.did
        if (did.table, did.operation, did.spot.path, did.spot.line) not in kept and did.operation is Operation.READ
    ]  # fmt: skip
    return any(value.has(Origin.IDENTITY) for did in before for _, value in did.filters)
