"""Whether a sign-off is enough for CI: a check of the record held against what a team asks of one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone

import msgspec

from walkdown.record.gate_shape import FAILED, PASSED, SKIPPED, Gate, Point
from walkdown.record.statement import ExceptionLine, Predicate
from walkdown.record.verification import (
    EXPIRED,
    INCOMPLETE,
    POLICY,
    RANK,
    STALE,
    TAMPERED,
    UNKNOWN_SIGNER,
    UNREADABLE,
    UNSIGNED,
    VALID,
    Verification,
    Vouched,
)

__all__ = ["Gate", "Point", "Policy", "judge"]

_SKEW = timedelta(minutes=5)  # clocks of two machines; a record from further ahead is from the future
_NAMED = 3
_TREE = "tree"

# The points that the check of the record answers, each with the codes that fail it and what to do then.
_CHECKS = (
    ("record", (UNREADABLE,), "Sign, with walkdown sign, and commit .walkdown/signoffs; or name another: --record."),
    ("integrity", (TAMPERED,), "Take the record from git again as it was signed, or sign anew: walkdown sign."),
    (
        "signature",
        (UNKNOWN_SIGNER, UNSIGNED),
        "Have somebody sign whom you trust, and say whom: --allowed-signers FILE or --trust-ref REF.",
    ),
    ("waivers", (EXPIRED,), "Decide again what ran out, then sign: walkdown sign."),
    ("tree", (STALE,), "Look again at what is reopened, then sign: walkdown open, walkdown sign."),
    ("complete", (INCOMPLETE,), "Waive with a reason what could not be looked at, or mend it; then sign again."),
)
# After these nothing that the record says of itself is worth judging.
_NOTHING_HOLDS = {UNREADABLE, TAMPERED, UNKNOWN_SIGNER, UNSIGNED}


class Policy(msgspec.Struct, frozen=True):
    """`max_age_days`: counted from when the record was made. `exceptions`: a sign-off over something open is enough.
    `machine`: machines count as signers, too."""

    max_age_days: float | None = None
    signers: int = 1
    exceptions: bool = False
    machine: bool = False


def judge(verification: Verification, policy: Policy, now: datetime) -> Gate:
    """Passes only where the record is valid and every point of the policy is met."""
    asked = tuple(_asked(verification, policy, now))
    points = (*_checked(verification), *asked)
    codes = {verification.code} | {POLICY for point in asked if point.state == FAILED}
    code = next(one for one in RANK if one in codes)
    return Gate(code == VALID, code, tuple(point.why for point in points if point.state == FAILED), points)


def _checked(verification: Verification) -> Iterator[Point]:
    """In the order of their rank. What comes after the code in question was not settled by it."""
    at = RANK.index(verification.code)
    for name, codes, do in _CHECKS:
        if verification.code in codes:
            yield Point(name, FAILED, f"{_sentence(verification.line)} {do}")
        elif min(RANK.index(code) for code in codes) < at:
            yield Point(name, PASSED)
        else:
            yield Point(name, SKIPPED, "The record was refused before this.")


def _asked(verification: Verification, policy: Policy, now: datetime) -> Iterator[Point]:
    statement = verification.statement
    if statement is None or verification.code in _NOTHING_HOLDS:
        names = ("person", "signers", "age", "exceptions", "committed")
        yield from (Point(name, SKIPPED, "Nothing in a refused record counts.") for name in names)
        return
    predicate = statement.predicate
    yield _person(verification, policy)
    yield _signers(verification, policy)
    yield _age(predicate, policy, now)
    yield _exceptions(_open(verification, predicate), policy)
    yield _committed(verification, predicate)


def _person(verification: Verification, policy: Policy) -> Point:
    if policy.machine or any(not one.by_machine for one in verification.trusted):
        return Point("person", PASSED)
    why = "Only machines signed this record. Have a person sign it, or take a machine's word with --allow-machine."
    return Point("person", FAILED, why)


def _signers(verification: Verification, policy: Policy) -> Point:
    counted = [one for one in verification.trusted if policy.machine or not one.by_machine]
    number = _distinct(counted)
    if number >= policy.signers:
        return Point("signers", PASSED)
    people = "signers" if policy.machine else "people"
    why = (
        f"{number} of the {policy.signers} {people} asked for signed it with a key you trust."
        " Have another person sign: walkdown countersign."
    )
    return Point("signers", FAILED, why)


def _distinct(signers: Sequence[Vouched]) -> int:
    """Who shares a mail address or a key with another is no second person."""
    known: list[set[str]] = []
    for one in signers:
        who = f"mail {one.mail.strip().casefold()}" if one.mail.strip() else f"name {one.name.strip().casefold()}"
        marks = {who, f"key {one.key}"} if one.key else {who}
        same = [group for group in known if group & marks]
        known = [group for group in known if not group & marks] + [marks.union(*same)]
    return len(known)


def _age(predicate: Predicate, policy: Policy, now: datetime) -> Point:
    try:
        made = datetime.fromisoformat(predicate.made.replace("Z", "+00:00"))
    except ValueError:
        return Point("age", FAILED, "The record does not say when it was made. Sign anew: walkdown sign.")
    age = now - (made if made.tzinfo else made.replace(tzinfo=timezone.utc))
    if age < -_SKEW:
        why = f"The record is from the future ({predicate.made}). Set the clocks right; if they are, sign anew."
        return Point("age", FAILED, why)
    most = policy.max_age_days
    if most is None or age <= timedelta(days=most):
        return Point("age", PASSED)
    why = f"The record is {_days(age / timedelta(days=1))} old and may be {_days(most)}. Sign anew: walkdown sign."
    return Point("age", FAILED, why)


def _days(number: float) -> str:
    """Rounded, but not so far that 30.01 days read as 30."""
    if number < 2:
        shown = f"{number * 24:.1f}".removesuffix(".0")
        return f"{shown} hour" if shown == "1" else f"{shown} hours"
    return f"{number:.1f}".removesuffix(".0") + " days"


def _open(verification: Verification, predicate: Predicate) -> tuple[ExceptionLine, ...]:
    """Files that were not committed then are no exception where exactly those lie here now."""
    exact = verification.code == VALID and not verification.changed
    return tuple(one for one in predicate.exceptions if not (exact and one.kind == _TREE))


def _exceptions(standing_open: Sequence[ExceptionLine], policy: Policy) -> Point:
    if not standing_open or policy.exceptions:
        return Point("exceptions", PASSED)
    named = _joined(one.title or one.id for one in standing_open)
    number = "1 thing" if len(standing_open) == 1 else f"{len(standing_open)} things"
    why = f"It was signed over {number} that stood open: {named}. Settle them and sign anew, or --allow-exceptions."
    return Point("exceptions", FAILED, why)


def _committed(verification: Verification, predicate: Predicate) -> Point:
    if not predicate.dirty or (verification.code == VALID and not verification.changed):
        return Point("committed", PASSED)
    why = "It was signed over changes that were not committed, and those do not lie here. Commit, then sign anew."
    return Point("committed", FAILED, why)


def _joined(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - _NAMED
    return ", ".join(every[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
