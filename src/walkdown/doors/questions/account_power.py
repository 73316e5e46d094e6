"""Doors that change other people's accounts with the service key of Supabase, for whoever calls them: the public key
passes the gateway, and no code of theirs asks who is calling, or for what was sent to the account's owner."""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.assemble import Followed
from walkdown.doors.guards import checks_of
from walkdown.doors.libraries.supabase_client import SERVICE
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable, is_unsure, knows_asker, refuses
from walkdown.doors.questions.endpoint_open import ask as asked_of_doors
from walkdown.doors.questions.rls_texts import ACCOUNTS
from walkdown.doors.questions.tell import tell, way
from walkdown.doors.sql import words
from walkdown.doors.values import Fact as Known
from walkdown.doors.values import Source, Value
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Checks, Operation, Origin
from walkdown.model.finding import Fact, Finding
from walkdown.model.place import FilePlace
from walkdown.model.severity import Confidence, Severity

_ACCOUNTS = "auth.users"
_TAKES_OVER = re.compile(r"password|e?mail|phone|role|metadata|ban", re.IGNORECASE)
_PEOPLE = re.compile(r"^(?:user|profile|account|usuario|perfi)(?:s|l)?$", re.IGNORECASE)
_MEANT = re.compile(r"^(?:e?_?mail|(?:user_?)?id|uid|user_?name|phone|name|status|role|type)$", re.IGNORECASE)
_PROOF = re.compile(r"token|code|otp|secret|nonce|challenge|signature|invite", re.IGNORECASE)


def ask(found: Map) -> Iterator[Finding | Fact]:
    """What other questions say of the same doors already is not said again."""
    worst = {id(one): each for one in found.doors if _is_open(one) and (each := _worst(one)) is not None}
    if not worst:
        return
    told = {
        (one.place.path, one.place.line)
        for one in asked_of_doors(found)
        if isinstance(one, Finding) and isinstance(one.place, FilePlace)
    }
    for one in found.doors:
        each = worst.get(id(one))
        if each is not None and (one.door.file, one.door.line) not in told:
            did, severity, last = each
            sure = Confidence.LIKELY
            if one.door.uncertain or refuses(one.visit) or knows_asker(one):
                severity, sure = Severity.MEDIUM, Confidence.UNSURE
            yield tell(
                ACCOUNTS, severity, sure, Spot(one.door.file, one.door.line), way(one.door, did, last)
            )  # fmt: skip


def _is_open(one: Followed) -> bool:
    return askable(one) and one.door.guard is None and not is_unsure(one.door) and not _is_proved(one)


def _is_proved(one: Followed) -> bool:
    """A code that was mailed, a signature, a secret: whoever has it may."""
    visit = one.visit
    held = [*visit.held, *visit.seen, *(each for did in visit.did for each in did.held)]
    if any(checks_of(each.fact, visit.did) in (Checks.SECRET, Checks.OWNER, Checks.ROLE) for each in held):
        return True
    if any(_is_known_to_few(each.fact) for each in held):
        return True
    if any(what in ("code check", "sign-in", "signature") for what, _ in visit.used):
        return True
    return any(_PROOF.search(name) and _comes_in(value) for did in visit.did for name, value in did.filters)


def _is_known_to_few(fact: Known) -> bool:
    """What came in was held against what is kept: a code, an answer, the old password."""
    if fact.kind == "password":
        return True
    sides = (fact.left, fact.right)
    kept = [[one for one in side if one.origin is Origin.ROW and not _names_row(one)] for side in sides]
    given = [any(one.origin is Origin.INPUT for one in side) for side in sides]
    return fact.kind in ("equal", "among") and bool((kept[0] and given[1]) or (kept[1] and given[0]))


def _names_row(source: Source) -> bool:
    """Which account is meant is no secret."""
    return not source.path or _MEANT.search(source.path[-1]) is not None


def _worst(one: Followed) -> tuple[Did, Severity, str] | None:
    found = [told for did in one.visit.did if (told := _told(one, did)) is not None]
    return min(found, key=lambda each: each[1].rank, default=None)


def _told(one: Followed, did: Did) -> tuple[Did, Severity, str] | None:
    if did.table != _ACCOUNTS or did.key != SERVICE or did.why:
        return None
    if did.operation is Operation.UPDATE and _is_another(one, did) and _takes_over(did):
        return did, Severity.CRITICAL, "changes the account that was asked for, and nobody is asked who they are"
    if did.operation is Operation.DELETE and any(_comes_in(value) for _, value in did.filters):
        return did, Severity.CRITICAL, "deletes the account that was asked for, and nobody is asked who they are"
    if did.operation is Operation.INSERT and (right := _right(one)) is not None:
        return (
            right,
            Severity.HIGH,
            f"gives a new account its rights in {right.table}, and nobody is asked who they are",
        )
    return None


def _is_another(one: Followed, did: Did) -> bool:
    """Which account it is comes in, or was found by what came in."""
    for _, value in did.filters:
        if _comes_in(value):
            return True
        rows = [source.row for source in value.sources if source.origin is Origin.ROW]
        read = [one.visit.did[row] for row in rows if 0 <= row < len(one.visit.did)]
        if any(_comes_in(asked) for each in read for _, asked in each.filters):
            return True
    return False


def _takes_over(did: Did) -> bool:
    return any(_TAKES_OVER.search(name) and _comes_in(value) for name, value in did.sets) or (
        did.given is not None and did.given.has(Origin.INPUT)
    )


def _right(one: Followed) -> Did | None:
    """A row that says what somebody may, with what the caller chose in it."""
    return next(
        (
            did for did in one.visit.did
            if did.operation in (Operation.INSERT, Operation.UPSERT)
            and (words.RIGHTS.search(did.table) or _PEOPLE.search(did.table))
            and any("role" in name or "permission" in name for name, value in did.sets if _comes_in(value))
        ),
        None,
    )  # fmt: skip


def _comes_in(value: Value) -> bool:
    return value.has(Origin.INPUT) and not value.has(Origin.IDENTITY)
