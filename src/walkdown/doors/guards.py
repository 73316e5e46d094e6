"""What the facts that hold at an operation amount to: any login, a role, the owner of the row, a secret, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from walkdown.doors.rows import CREDENTIALS
from walkdown.doors.values import Fact, Source
from walkdown.doors.visits import Did, Held
from walkdown.model.door import Checks, Guard, Origin

# Members of an identity that say who it is; all others that are compared with a constant say what it may.
_WHO = frozenset({"id", "sub", "uid", "userid", "user_id", "email", "_id", "username", "uuid"})
_HOW_MANY = frozenset({"length", "size", "count"})
_ROLES = ("role", "admin", "permission", "scope", "type", "level", "staff", "plan", "status", "group", "is_", "can")
_GRANTS = ("admin", "permission", "staff", "is_", "can")  # their being there is what is asked; a role has everyone
_KNOWS = re.compile(
    r"pass|hash|otp|pin$|code|secret|salt|expires|expiry|^exp$|created|updated|"
    r"^(?:account_?)?(?:status|state)$|active$|blocked|banned|suspended|deleted|verified|confirmed",
    re.IGNORECASE,
)  # what the asker knows, or how an account stands: neither says what it may
_OF_TOKENS = frozenset({"type", "purpose", "kind", "use", "token_type", "tokentype", "token_use", "aud", "iss"})
_ORDER = (Checks.OWNER, Checks.ROLE, Checks.LOGIN, Checks.SECRET)
# Anybody can sign up; a secret only some were given.
_EASIEST = (Checks.LOGIN, Checks.SECRET, Checks.OWNER, Checks.ROLE)


def checks_of(fact: Fact, did: Sequence[Did]) -> Checks | None:
    """None where it has nothing to do with who is asking."""
    if fact.kind == "verified":
        return Checks.LOGIN if fact.detail == "login" else Checks.SECRET
    if fact.kind == "role":
        return Checks.ROLE
    if fact.kind == "there":
        return _there(fact, did)
    if fact.kind in ("equal", "among"):
        return _compared(fact, did)
    if fact.kind == "any":
        return _weakest(fact.ways, did)
    return None


def _weakest(ways: Sequence[Sequence[Fact]], did: Sequence[Did]) -> Checks | None:
    """One of the ways was taken: as much was asked as on the easiest."""
    asked: list[Checks] = []
    for way in ways:
        found = {checks_of(fact, did) for fact in way}
        best = next((checks for checks in _ORDER if checks in found), None)
        if best is None:
            return None
        asked.append(best)
    return next((checks for checks in _EASIEST if checks in asked), None)


def _there(fact: Fact, did: Sequence[Did]) -> Checks | None:
    # That a token could be read says nothing: the key that everybody has is a token too.
    who = [source for source in fact.left if source.origin is Origin.IDENTITY and source.path != ("token",)]
    if who:
        return Checks.ROLE if all(_says_role(source, _GRANTS) for source in who) else Checks.LOGIN
    rows = [source for source in fact.left if source.origin is Origin.ROW and 0 <= source.row < len(did)]
    if rows and all(len(source.path) == 1 and _is_ones_own(did[source.row]) for source in rows):
        # A row of the asker's own was found by more than who is asking: it belongs to them.
        other = any(
            _is_foreign([one for one in value.sources if not _is_shown(one)], did)
            for source in rows
            for _, value in did[source.row].filters
        )
        if other:
            return Checks.OWNER
        return Checks.ROLE if all(_asks_for_role(did[source.row]) for source in rows) else Checks.LOGIN
    if rows and all(_says_role(source) and _is_ones_own(did[source.row]) for source in rows):
        return Checks.ROLE
    return None


def _compared(fact: Fact, did: Sequence[Did]) -> Checks | None:  # noqa: PLR0911 - each shape has an answer of its own
    if any(source.path and source.path[-1] in _HOW_MANY for source in fact.left):
        return None
    for one, other in ((fact.left, fact.right), (fact.right, fact.left)):
        who = [source for source in one if source.origin is Origin.IDENTITY]
        if who and all(source.path and _KNOWS.search(source.path[-1]) for source in who):
            return None  # a password or code that the asker must know: not whose the row is
        if who and all(source.path[:1] == ("token",) and source.path[-1].lower() in _OF_TOKENS for source in who):
            return None  # which kind of token it is
        if who:
            if any(source.origin in (Origin.ROW, Origin.INPUT) for source in other):
                return Checks.OWNER
            if any(source.path and source.path[-1].lower() in _WHO for source in who):
                return Checks.ROLE if fact.kind == "among" or fact.detail else None  # the one address that may
            return Checks.ROLE
        own = [s for s in one if s.origin is Origin.ROW and 0 <= s.row < len(did) and _is_ones_own(did[s.row])]
        if own and not all(source.path and _KNOWS.search(source.path[-1]) for source in own):
            if _is_foreign(other, did):
                return Checks.OWNER  # the team of the asker is the team that was asked for
            if not any(source.origin is Origin.ROW for source in other):
                return Checks.ROLE
        if _is_secret(one) and any(source.origin is Origin.ENVIRONMENT for source in other):
            return Checks.SECRET
    return None


def _is_shown(source: Source) -> bool:
    """Which of one's own teams is meant may stand in a header: that is no record that was asked for."""
    return source.origin is Origin.INPUT and source.path[:1] != () and source.path[0] in CREDENTIALS


def _is_foreign(sources: Iterable[Source], did: Sequence[Did]) -> bool:
    """What was asked for: taken from the request, or a row that was not looked up by who is asking."""
    return any(
        source.origin is Origin.INPUT
        or (source.origin is Origin.ROW and 0 <= source.row < len(did) and not _is_ones_own(did[source.row]))
        for source in sources
    )


def _is_secret(sources: Iterable[Source]) -> bool:
    return any(source.origin is Origin.INPUT for source in sources)


def _says_role(source: Source, words: Sequence[str] = _ROLES) -> bool:
    last = source.path[-1].lower() if source.path else ""
    return last not in _WHO and not _KNOWS.search(last) and any(word in last for word in words)


_ROLE_TABLE = re.compile(r"admin|moderator|superuser|staff|(?:^|_)(?:is|has|can)_", re.IGNORECASE)


def _asks_for_role(did: Did) -> bool:
    """`user_roles` of the asker where the role is `admin`; a table that holds admins only; `has_role("admin")`."""
    if _ROLE_TABLE.search(did.table):
        return True
    return any(
        any(word in name.lower() for word in _ROLES[:4]) and all(s.origin is Origin.CONSTANT for s in value.sources)
        for name, value in did.filters
        if value.sources
    )


def _is_ones_own(did: Did) -> bool:
    """Read by who is asking."""
    return any(source.origin is Origin.IDENTITY for _, value in did.filters for source in value.sources)


def guard_of(held: Held, did: Sequence[Did]) -> Guard | None:
    checks = checks_of(held.fact, did)
    if checks is None:
        return None
    return Guard(held.within or "(in the handler)", held.spot.path, held.spot.line, checks, held.fact.detail)


def strongest(guards: Iterable[Guard]) -> Checks | None:
    there = {guard.checks for guard in guards}
    return next((checks for checks in _ORDER if checks in there), None)
