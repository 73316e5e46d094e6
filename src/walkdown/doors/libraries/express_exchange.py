"""One request of Express and its answer, as all that runs for a door sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from walkdown.doors import exact
from walkdown.doors.values import UNKNOWN, Record, Source, Thing, Value, member_of, of, replace
from walkdown.doors.visits import Visit
from walkdown.model.door import Origin

REQUEST, RESPONSE, NEXT, SESSION, LOCALS = (
    "express.request", "express.response", "express.next", "express.session", "express.locals",
)  # fmt: skip
_INPUT = frozenset({
    "body", "params", "query", "headers", "cookies", "files", "file", "signedCookies", "hostname", "url",
    "originalUrl", "ip", "ips", "protocol", "host", "path", "baseUrl", "rawBody", "rawHeaders", "token", "subdomains",
})  # fmt: skip
_WHO = frozenset({"user", "auth", "userId", "account", "currentUser", "uid", "claims", "admin", "oidc"})
# What says in a session who is logged in; what only says that somebody is about to be does not.
_IN_SESSION = re.compile(
    r"user|^uid$|account|admin|passport|logged_?in|^auth|authenticated|authorized|^email$|^role|member|customer|seller"
    r"|employee|profile|^token$|staff|tenant|^me$",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"pending|temp|challenge|return|redirect|oauth|verif|attempt|state|nonce|csrf|flash|otp|code", re.IGNORECASE
)


@dataclass(slots=True)
class Exchange:
    """`path` and `method`: of the door. `base`: where the router that runs is mounted. `kept`: what was put into the
    request; `local`: into `res.locals`. `fields`: what checks of fields look at before anyone asks for their result,
    as (part of the request, field). `app`: the application."""

    path: str = ""
    method: str = ""
    base: str = ""
    app: object = None
    kept: dict[str, Value] = field(default_factory=dict)
    local: dict[str, Value] = field(default_factory=dict)
    fields: list[tuple[str, str]] = field(default_factory=list)
    _status: tuple[int, tuple[int, ...]] = (0, ())

    def say(self, status: int, visit: Visit) -> None:
        self._status = (status, tuple(visit.branch))

    def said(self, visit: Visit) -> int:
        """The status that was set before in this branch, or in one around it."""
        status, branch = self._status
        self._status = (0, ())
        return status if tuple(visit.branch[: len(branch)]) == branch else 0


def keep(kept: dict[str, Value], name: str, value: Value) -> None:
    """A row that is made the user of a request is who asks."""
    if name in _WHO and value.has(Origin.ROW):
        sources = frozenset(
            replace(one, origin=Origin.IDENTITY) if one.origin is Origin.ROW and one.row >= 0 else one
            for one in value.sources
        )
        value = replace(value, sources=sources)
    kept[name] = value


def in_request(exchange: Exchange, name: str) -> Value:
    if name in exchange.kept:
        return exchange.kept[name]
    if name in ("path", "url", "originalUrl", "method", "baseUrl"):
        return _where(exchange, name)
    if name == "session":
        return Value(shape=Thing(SESSION, data=exchange))
    if name in _WHO:
        return Value(frozenset({Source(Origin.IDENTITY, (name,))}), maybe=True)
    return of(Origin.INPUT, name) if name in _INPUT else UNKNOWN


def _where(exchange: Exchange, name: str) -> Value:
    """Known to the letter, where the door has one method and a plain path."""
    if name == "method":
        return exact.exact(exchange.method) if exchange.method not in ("", "ANY") else of(Origin.INPUT, name)
    if not exchange.path or any(sign in exchange.path for sign in "*{("):
        return of(Origin.INPUT, name)
    if name == "baseUrl":
        return exact.exact(exchange.base)
    whole = exchange.path
    if name != "originalUrl" and exchange.base:
        whole = whole.removeprefix(exchange.base) or "/"
    return exact.exact(whole)


def in_session(exchange: Exchange, name: str) -> Value:
    """Who is asking is kept there; all else was put there by the server."""
    kept = exchange.kept.get(f"session.{name}")
    if kept is not None:
        return kept
    who = _IN_SESSION.search(name) is not None and _NOT_YET.search(name) is None
    return Value(frozenset({Source(Origin.IDENTITY if who else Origin.MADE, ("session", name))}), maybe=True)


def in_locals(exchange: Exchange, name: str) -> Value | None:
    if name in exchange.local:
        return exchange.local[name]
    whole = exchange.local.get("*")
    if whole is not None:
        entry = whole.shape.get(name) if isinstance(whole.shape, Record) else None
        return entry or member_of(whole, name)
    if name in _WHO:
        return Value(frozenset({Source(Origin.IDENTITY, (name,))}), maybe=True)
    return None
