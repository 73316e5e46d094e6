"""Doors that change data for whoever a cookie says is asking, where other sites can make a browser call them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.assemble import Followed
from walkdown.doors.libraries.session_marks import COOKIE
from walkdown.doors.questions import access_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable, own, state_of
from walkdown.doors.questions.behind import is_beside
from walkdown.doors.questions.purpose import is_entry
from walkdown.doors.questions.reached import only_counts
from walkdown.doors.questions.tell import named, step, tell, way
from walkdown.doors.values import Source
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import WRITES, Checks, DoorKind, Operation, Origin
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Confidence, Severity

_CSRF = re.compile(r"csrf|csurf|xsrf|lusca", re.IGNORECASE)
_KNOWN = frozenset({Checks.LOGIN, Checks.ROLE, Checks.OWNER})
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def ask(found: Map) -> Iterator[Finding | Fact]:
    doors = [
        one
        for one in found.doors
        if askable(one) and one.door.guard in _KNOWN and _by_cookie(one) and not _has_token(one)
    ]
    if not doors:
        return
    yield from _across_sites(found, [one for one in doors if one.door.method.upper() in _CHANGING and _writes(one)])
    seen: set[tuple[Spot, str]] = set()
    for one in doors:
        did = next((did for _, did in own(one) if _counts(did)), None)
        if (
            did is not None
            and one.door.method.upper() == "GET"
            and one.door.kind is DoorKind.ROUTE
            and not is_entry(one.door)
        ):
            if (did.spot, did.table) in seen:
                continue
            seen.add((did.spot, did.table))
            spot = Spot(one.door.file, one.door.line)
            yield tell(
                texts.CSRF_GET,
                Severity.LOW,
                Confidence.LIKELY,
                spot,
                way(one.door, did, f"{state_of(did)} {did.table}"),
            )


def _counts(did: Did) -> bool:
    return did.operation in (Operation.DELETE, Operation.UPDATE) and not only_counts(did) and not is_beside(did.table)


def _across_sites(found: Map, doors: list[Followed]) -> Iterator[Finding]:
    """One finding for each cookie that is sent along from other sites."""
    if not doors:
        return
    told: set[Spot] = set()
    for one in found.doors:
        for what, spot in one.visit.used:
            if what.startswith(COOKIE) and what.endswith("sameSite=none") and spot not in told:
                told.add(spot)
                first = doors[0].door
                steps = [
                    step(spot, "sets a cookie that other sites may send"),
                    step(Spot(first.file, first.line), f"{named(first)} believes it and asks for nothing else"),
                ]
                further = [Spot(other.door.file, other.door.line) for other in doors]
                yield tell(texts.CSRF, Severity.MEDIUM, Confidence.LIKELY, spot, steps, further=further)


def _writes(one: Followed) -> bool:
    return any(did.operation in WRITES for _, did in own(one))


def _by_cookie(one: Followed) -> bool:
    """Who asks is told by a cookie or a session, and by no header that only scripts of one's own can set."""
    sources = [source for held in one.visit.held for source in held.fact.left | held.fact.right]
    if any(
        source.origin is Origin.INPUT and source.path[:1] == ("headers",) and source.path[1:2] != ("cookie",)
        for source in sources
    ):
        return False
    return any(_is_cookie(source) for source in sources) or any(
        what == "middleware session" for what, _ in one.visit.used
    )


def _is_cookie(source: Source) -> bool:
    if source.origin is Origin.INPUT:
        return source.path[:1] in (("cookies",), ("signedCookies",)) or source.path[:2] == ("headers", "cookie")
    return source.origin is Origin.IDENTITY and source.path[:1] == ("session",)


def _has_token(one: Followed) -> bool:
    names = [what for what, _ in one.visit.used] + [before.name for before in one.entrance.before]
    return any(_CSRF.search(name) for name in names)
