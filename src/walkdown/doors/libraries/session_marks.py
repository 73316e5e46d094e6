"""What is noted of sessions while code is followed: how long a token lives, with which protections a cookie is set."""

from __future__ import annotations

import re
from collections.abc import Sequence

from walkdown.doors.library import Calling
from walkdown.doors.values import Closure, Fact, Literal, Record, Value
from walkdown.doors.visits import Did
from walkdown.model.door import Origin

TOKEN, COOKIE, STORE = "token signed ", "cookie set ", "session store "
NO_END, BY_MODULE, IN_MEMORY, OTHER = "-1", "module", "memory", "other"
_NAMED = re.compile(
    r"token|sess|jwt|auth|(?:^|[._-])sid(?:$|[._-])|refresh|access|login|^user$|connect\.sid", re.IGNORECASE
)
_HARMLESS = re.compile(r"csrf|xsrf|state|verifier|nonce|redirect|theme|locale|sidebar|consent|flash", re.IGNORECASE)
_UNITS = {"s": 1 / 86400, "m": 1 / 1440, "h": 1 / 24, "d": 1.0, "w": 7.0, "y": 365.0, "M": 30.0}
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|[a-zA-Z]+)?\s*")


GIVEN, PROVED, BY_STATE = "session given out ", "proved", "by the state of the account"
RENEWED, RENEWED_ROLE = "token from a token", "token from a token, with its role"
_PROOF = re.compile(r"otp|code|token|pin$|pass|secret|hash|answer|nonce|signature|challenge", re.IGNORECASE)
_STATE = re.compile(r"verified|confirmed|active|activated|onboarded|registered|approved|status", re.IGNORECASE)
_SAYS_ROLE = re.compile(r"role|admin|permission|scope|staff|plan|tier", re.IGNORECASE)


def given_out(calling: Calling, payload: Value | None) -> None:
    """A token or a session cookie: whether what was sent was held against what is kept, or only how an account stands;
    and whether it is made of an older token."""
    visit = calling.visit
    facts = [held.fact for held in visit.held]
    if any(is_proof(fact, visit.did) for fact in facts):
        visit.used.append((GIVEN + PROVED, calling.spot))
    elif any(_is_state(fact) for fact in facts):
        visit.used.append((GIVEN + BY_STATE, calling.spot))
    entries = [shape for shape in payload.shapes() if isinstance(shape, Record)] if payload is not None else []
    told = [(name, value) for shape in entries for name, value in shape.entries]
    if told and not any(_is_kept(value) for _, value in told):
        from_token = [name for name, value in told if _is_of_token(value)]
        if from_token:
            role = any(_SAYS_ROLE.search(name) for name in from_token)
            visit.used.append((RENEWED_ROLE if role else RENEWED, calling.spot))


def _is_kept(value: Value) -> bool:
    return any(one.origin is Origin.ROW or one.row >= 0 for one in value.sources)


def _is_of_token(value: Value) -> bool:
    return any(
        (one.origin is Origin.MADE and one.path[:1] == ("token",) and len(one.path) > 1)
        or (one.origin is Origin.IDENTITY and one.row < 0 and one.path != ())
        for one in value.sources
    )


def is_proof(fact: Fact, did: Sequence[Did]) -> bool:
    """What came in was held against what is kept, or something was asked that was not understood."""
    if fact.kind in ("password", "verified", "any", "signed in"):
        return True
    if fact.kind in ("equal", "among"):
        both = fact.left | fact.right
        return any(one.origin is Origin.INPUT for one in both) and any(
            one.path and _PROOF.search(one.path[-1]) for one in both
        )
    if fact.kind != "there" or not fact.left:
        return False
    if all(one.origin in (Origin.UNKNOWN, Origin.MADE) for one in fact.left):
        return True
    return any(
        _PROOF.search(name) is not None and value.has(Origin.INPUT)
        for one in fact.left
        if 0 <= one.row < len(did)
        for name, value in did[one.row].filters
    )


def _is_state(fact: Fact) -> bool:
    sides = fact.left | fact.right
    rows = [one for one in sides if one.origin in (Origin.ROW, Origin.IDENTITY) and one.row >= 0]
    return fact.kind in ("there", "equal") and any(one.path and _STATE.search(one.path[-1]) for one in rows)


def token_signed(calling: Calling) -> None:
    """`jwt.sign(payload, secret, { expiresIn: "1h" })`."""
    given_out(calling, calling.arg(0))
    days = _days(calling)
    if days:
        calling.visit.used.append((TOKEN + days, calling.spot))


def signed_by_service(calling: Calling) -> None:
    """`jwtService.sign(payload)`: what is not said here the module says for all."""
    payload, options = calling.arg(0), calling.arg(1)
    given_out(calling, payload)
    if payload is not None and any(_entry(shape, "exp") is not None for shape in payload.shapes()):
        return
    told = _entry(options.shape, "expiresIn") if options is not None else None
    open_ended = options is not None and (not isinstance(options.shape, Record) or options.shape.open)
    days = length(told) if told is not None else "" if open_ended else BY_MODULE
    if days:
        calling.visit.used.append((TOKEN + days, calling.spot))


def _days(calling: Calling) -> str:
    """How many days it lives; empty where that is not known."""
    payload, options = calling.arg(0), calling.arg(2)
    if payload is not None and any(_entry(shape, "exp") is not None for shape in payload.shapes()):
        return ""
    if options is None or isinstance(options.shape, Closure) or options.shape == Literal(None):
        return NO_END
    record = options.shape
    if not isinstance(record, Record):
        return ""
    told = record.get("expiresIn")
    if told is None:
        return "" if record.open else NO_END
    return length(told)


def _entry(shape: object, name: str) -> Value | None:
    return shape.get(name) if isinstance(shape, Record) else None


def length(value: Value) -> str:
    found = _LENGTH.fullmatch(value.text or "")
    if found is None or value.others:
        return ""
    unit = found[2] or "s"
    each = _UNITS.get(unit if unit == "M" else unit[0].lower(), 0.0) if unit != "ms" else 1 / 86_400_000
    return str(round(float(found[1]) * each, 3))


def cookie_set(calling: Calling) -> None:
    """`res.cookie("token", token, { httpOnly: true })`, `cookies().set({ name, value, … })`."""
    first, second, third = calling.arg(0), calling.arg(1), calling.arg(2)
    name, value, options = first, second, third
    if first is not None and isinstance(first.shape, Record):
        name, value, options = first.shape.get("name"), first.shape.get("value"), first
    said = (name.text if name is not None else None) or ""
    if value is None or value.text is not None or not _NAMED.search(said) or _HARMLESS.search(said):
        return  # one that is cleared, or says nothing of who asks
    given_out(calling, None)
    told = flags(options)
    if told:
        calling.visit.used.append((f"{COOKIE}{said} {told}", calling.spot))


def flags(options: Value | None) -> str:
    """`httpOnly=yes secure=no sameSite=none`; empty where the options are not known."""
    if options is None or options.shape == Literal(None):
        return "httpOnly=no secure=no sameSite=no"
    record = options.shape
    if not isinstance(record, Record) or record.open:
        return ""
    said = (f"{name}={_flag(record.get(name))}" for name in ("httpOnly", "secure", "sameSite"))
    return " ".join(said)


def _flag(value: Value | None) -> str:
    if value is None:
        return "no"
    if value.text in ("true", "false"):
        return "yes" if value.text == "true" else "no"
    return (value.text or "yes").lower()


def session_kept(calling: Calling, package: str) -> tuple[str, ...]:
    """What there is to say of `session({ store, cookie })`."""
    options = calling.arg(0)
    record = options.shape if options is not None else None
    if not isinstance(record, Record) or record.open:
        return ()
    found: list[str] = []
    store = record.get("store")
    if package == "express-session":
        found.append(STORE + (IN_MEMORY if store is None or store.shape == Literal(None) else OTHER))
    cookie = record.get("cookie") if package == "express-session" else options
    told = flags(cookie) if cookie is not None else "secure=no sameSite=no"
    absent = not (isinstance(cookie.shape, Record) and cookie.shape.get("httpOnly") is not None) if cookie else True
    if told:
        found.append(f"{COOKIE}session {told.replace('httpOnly=no', 'httpOnly=yes') if absent else told}")
    return tuple(found)


__all__ = [
    "BY_MODULE",
    "BY_STATE",
    "COOKIE",
    "GIVEN",
    "IN_MEMORY",
    "NO_END",
    "OTHER",
    "PROVED",
    "RENEWED",
    "RENEWED_ROLE",
    "STORE",
    "TOKEN",
    "cookie_set",
    "is_proof",
    "session_kept",
    "signed_by_service",
    "token_signed",
]
