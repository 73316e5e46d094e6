"""Doors where tries, accounts, mails or money can be had without end: nothing counts who calls how often."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from walkdown.doors.assemble import Followed
from walkdown.doors.questions import access_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable, is_for_code, is_unsure, own, refuses
from walkdown.doors.questions.models import is_far, is_message, is_model
from walkdown.doors.questions.owned import is_users
from walkdown.doors.questions.purpose import handler_words, is_hook, words
from walkdown.doors.questions.short_codes import tried
from walkdown.doors.questions.skipped import called
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import WRITES, Checks, Door, DoorKind, Operation, Origin
from walkdown.model.finding import Fact, Finding, Rule
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import Program

_LOGIN = re.compile(
    r"(?:^|-)(?:login|log-in|signin|sign-in|authenticate|authentication|credentials)(?:-|$)|(?:^|-)token$|auth$"
)
_CODE = re.compile(
    r"(?:^|-)(?:otp|2fa|mfa|totp|pin|passcode|verify-(?:code|otp|email|phone|token)|verification|validate-(?:code|otp)|"
    r"confirm-(?:code|otp)|reset-password|password-reset|redeem)(?:-|$)"
)
_SENDS = re.compile(
    r"(?:^|-)(?:forgot|forget|forgot-password|reset|reset-password|password-reset|recover|resend|send-(?:otp|code|verification|email|sms)|"
    r"request-(?:otp|code|reset)|magic|magic-link|signup|sign-up|register|registration|invite|contact|newsletter|subscribe)(?:-|$)"
)
_ATTEMPTS = re.compile(
    r"attempt|tries|lock|failed|blocked_?until|retry|cool_?down|last_?sent|resend|rate_?(?:limit|count)|usage_?(?:count|limit)|daily_?(?:count|limit|usage)",
    re.IGNORECASE,
)
_SECRET = re.compile(r"otp|code|pin|token", re.IGNORECASE)
_LIMITS = re.compile(
    r"rate_?limit|throttl|limiter|too_?many|check_?limit|quota|check_?usage|credits?$|enforce_?limit", re.IGNORECASE
)
_TOO_MANY = 429
_BELOW = 6  # lines: what is handed to a builder of actions begins below it
_STATE_CHANGING = frozenset({"POST", "PUT", "PATCH", "ANY", "DELETE", ""})


def ask(found: Map) -> Iterator[Finding | Fact]:
    weak: dict[Spot, list[Door]] = {}
    for one in found.doors:
        if not askable(one) or one.door.kind is DoorKind.PAGE or is_for_code(one.door, found.programs):
            continue
        told = _wants_limit(one)
        if told is None:
            continue
        rule, last, at = told
        if not one.door.limiter and not _counts(one):
            if rule is texts.NO_LIMIT_MODEL and _refuses_many(one, at):
                continue
            if not _asks_by_name(one, found.programs):
                yield _missing(one, rule, last, at)
        elif "in memory" in one.door.limiter:
            weak.setdefault(_limiter_spot(one), []).append(one.door)
    for spot, doors in weak.items():
        steps = [
            step(Spot(doors[0].file, doors[0].line), f"{named(doors[0])} comes in"),
            step(spot, "is counted in the memory of this process"),
        ]
        further = [Spot(door.file, door.line) for door in doors]
        yield tell(texts.LIMIT_IN_MEMORY, Severity.LOW, Confidence.SURE, spot, steps, further=further)


def _missing(one: Followed, rule: Rule, last: str, at: Spot) -> Finding:
    door = Spot(one.door.file, one.door.line)
    confidence = Confidence.UNSURE if one.door.uncertain else Confidence.LIKELY
    severity = _severity(one, rule)
    steps = [
        step(door, f"{named(one.door)} comes in"),
        step(at, last),
        step(door, "no limiter was seen on the way here"),
    ]
    return tell(rule, severity, confidence, door, [steps[0], steps[1]] if at != door else [steps[2]])


def _severity(one: Followed, rule: Rule) -> Severity:
    if rule is texts.NO_LIMIT_SENDS:
        return Severity.LOW if one.door.guard is not None else Severity.MEDIUM
    if rule is texts.NO_LIMIT_MODEL:
        stranger = (
            one.door.guard is None and not is_unsure(one.door) and not is_hook(one.door) and not refuses(one.visit)
        )
        return Severity.HIGH if stranger else Severity.MEDIUM
    if rule is texts.NO_LIMIT_CODE:
        code = tried(one, [did for _, did in own(one)])
        grave = code is not None and code.short and (one.door.guard is None or code.higher)
        return Severity.HIGH if grave and not is_unsure(one.door) else Severity.MEDIUM
    return Severity.MEDIUM


def _refuses_many(one: Followed, at: Spot) -> bool:
    """Too many calls are refused before the model is asked; that the model itself refuses comes after it."""
    return any(
        answer.status == _TOO_MANY and answer.spot.path == at.path and answer.spot.line < at.line
        for answer in one.visit.answers
    )


def _asks_by_name(one: Followed, programs: Mapping[str, Program]) -> bool:
    """A function that is called there, or was followed, is named as one that counts."""
    if any(_LIMITS.search(frame.name) for _, did in own(one) for frame in did.way):
        return True
    if any(_LIMITS.search(guard.name) for guard in one.door.guards) or any(
        _LIMITS.search(held.within) for held in one.visit.seen
    ):
        return True
    program, line = programs.get(one.door.file), one.door.line
    functions = program.functions if program is not None else ()
    around = [each for each in functions if each.line <= line <= each.end_line or line < each.line <= line + _BELOW]
    return any(_LIMITS.search(name) for each in around for name in called(each.body))


def _limiter_spot(one: Followed) -> Spot:
    said = [spot for what, spot in one.visit.used if what.startswith("limiter ")]
    return said[-1] if said else Spot(one.door.file, one.door.line)


def _wants_limit(one: Followed) -> tuple[Rule, str, Spot] | None:  # noqa: PLR0911 - each kind has an answer of its own
    door, dids = one.door, [did for _, did in own(one)]
    at = Spot(door.file, door.line)
    model = next((did for did in dids if is_model(did) and not is_far(did)), None)
    if model is not None:
        return texts.NO_LIMIT_MODEL, f"calls {model.table}, which is paid by use", model.spot
    if door.method.upper() not in _STATE_CHANGING and door.kind is not DoorKind.ACTION:
        return None
    said = f"{words(door)}-{handler_words(door)}"
    if door.guard in (Checks.ROLE, Checks.OWNER):
        higher = tried(one, dids)
        compared = higher is not None and higher.short and higher.higher and higher.what.endswith("came in")
        return (texts.NO_LIMIT_CODE, higher.what, higher.spot) if higher is not None and compared else None
    if _tries_password(one, dids, said):
        return texts.NO_LIMIT_LOGIN, "a password is tried", at
    short = tried(one, dids)
    if short is not None and not _takes_it_along(short.spot, dids):
        return texts.NO_LIMIT_CODE, short.what, short.spot
    code = next((did for did in dids if _by_code(did)), None)
    if code is not None and _CODE.search(said):
        return texts.NO_LIMIT_LOGIN, f"a code is looked up in {code.table}", code.spot
    sends = next((did for did in dids if is_message(did)), None)
    if sends is not None and door.guard is not Checks.LOGIN and (_SENDS.search(said) or _LOGIN.search(said)):
        return texts.NO_LIMIT_SENDS, "a mail or message is sent", sends.spot
    makes = next((did for did in dids if did.operation is Operation.INSERT and is_users(did.table)), None)
    if makes is not None and door.guard is None and _SENDS.search(said) and makes.library != "supabase":
        return texts.NO_LIMIT_SENDS, f"an account is made in {makes.table}", makes.spot
    return None


def _tries_password(one: Followed, dids: list[Did], said: str) -> bool:
    """A user is looked up by what came in, at a door that is for signing in, and no service of its own takes the
    tries."""
    if not _LOGIN.search(said) or one.door.guard is Checks.LOGIN:
        return False
    if any(what in ("sign-in", "sign-up") for what, _ in one.visit.used):
        return False  # the service that keeps the accounts counts
    return any(
        did.operation is Operation.READ
        and any(source.origin is Origin.INPUT for _, value in did.filters for source in value.sources)
        for did in dids
    )


def _takes_it_along(spot: Spot, dids: list[Did]) -> bool:
    """A code that is only looked up before a row of the same table is made or changed: whether it is taken already."""
    at = next((did for did in dids if did.spot == spot), None)
    if at is None:
        return False
    fields = {name.rpartition(".")[2] for name, _ in at.filters}
    return any(
        did.operation in (Operation.INSERT, Operation.UPSERT, Operation.UPDATE)
        and did.table == at.table
        and any(name in fields and value.has(Origin.INPUT) for name, value in did.sets)
        for did in dids
    )


def _by_code(did: Did) -> bool:
    if did.operation not in WRITES | {Operation.READ}:
        return False
    return any(_SECRET.search(name.rpartition(".")[2]) and value.has(Origin.INPUT) for name, value in did.filters)


def _counts(one: Followed) -> bool:
    """It counts the tries itself, in a table, or refuses too many of them."""
    if any(answer.status == _TOO_MANY for answer in one.visit.answers) and not any(
        is_model(did) for _, did in own(one)
    ):
        return True
    dids = [did for _, did in own(one) if did.operation is not Operation.HTTP]
    fields = [name for did in dids for name, _ in (*did.filters, *did.sets)]
    return any(_ATTEMPTS.search(name) for name in fields) or any(_ATTEMPTS.search(did.table) for did in dids)
