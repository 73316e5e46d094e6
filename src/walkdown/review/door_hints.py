"""Which doors are often public on purpose, and why. A suggestion for a person, never a decision."""

from __future__ import annotations

import re
from collections.abc import Sequence

from walkdown.model.door import Checks, Door, DoorKind

_LOGIN = re.compile(
    r"(?:log|sign)[-_]?in|session|sessions|token|oauth2?|sso|callback|refresh|authenticate|\[+\.\.\.nextauth\]+"
)
_SIGNUP = re.compile(r"(?:sign[-_]?up|register|registration|join)")
_RESET = re.compile(
    r"(?:forgot|reset|recover)(?:[-_]?password)?|password[-_]?(?:reset|forgot|recovery)|(?:verify|confirm)(?:[-_]?e?mail)?"
)
_ENDINGS = (
    (_LOGIN, "a login: people come here before anybody knows them"),
    (_SIGNUP, "a signup: people come here before they have an account"),
    (_RESET, "for people who cannot log in: a reset or a confirmation"),
)
_HEALTH = re.compile(r"health(?:[-_]?check)?z?|livez?|liveness|readyz?|readiness|ping|heartbeat|version")
_STATIC = re.compile(r"static|assets|public|favicon\.ico|robots\.txt|sitemap\.xml|manifest\.json|\.well-known")
_UNNAMED = re.compile(r"[:{*\[(]")  # a segment that stands for any value


def hint_of(door: Door, guard: Checks | None) -> str:
    """Empty where nothing speaks for it. What is guarded needs no such reason, except by the signature of a caller who
    has no account."""
    if guard is Checks.SECRET and door.kind is DoorKind.WEBHOOK:
        return "a webhook: whoever calls it proves itself by a signature"
    if guard is not None or door.kind in (DoorKind.JOB, DoorKind.COMMAND):
        return ""
    segments = [one.lower() for one in door.path.split("/") if one]
    ends = (_last_named(segments), *segments[-1:])
    for pattern, hint in _ENDINGS:
        if any(map(pattern.fullmatch, ends)):
            return hint
    if door.writes:
        return ""
    if any(map(_HEALTH.fullmatch, ends)):
        return "a health check: machines ask it, without an account"
    static = door.method in ("GET", "HEAD", "") and any(map(_STATIC.fullmatch, segments))
    return "files that everybody gets" if static else ""


def _last_named(segments: Sequence[str]) -> str:
    return next((one for one in reversed(segments) if not _UNNAMED.search(one)), "")
