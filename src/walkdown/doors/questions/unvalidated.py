"""Doors where what comes in reaches the data and nobody looked at it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.checked import chosen, values_of
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.input_texts import OPERATOR, UNVALIDATED
from walkdown.doors.questions.inputs import (
    At,
    Said,
    about,
    by_schema,
    is_asked,
    looked_at,
    only_input,
    operations,
    sureness,
    together,
)
from walkdown.doors.questions.tell import tell
from walkdown.doors.values import Source
from walkdown.doors.visits import Spot
from walkdown.model.door import WRITES, Checks, Operation
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Confidence, Severity

_SECRET = re.compile(r"token|otp|secret|password$|api_?key|pin$", re.IGNORECASE)
_CODE_OF = re.compile(r"otp|verif|reset|token|session|user|account|admin|invit|auth", re.IGNORECASE)
_OBJECTS = frozenset({"body", "query"})
_MATTERS = frozenset({*WRITES, Operation.HTTP, Operation.FILE})


def ask(found: Map) -> Iterator[Finding | Fact]:
    told: dict[Spot, Finding] = {}
    for one in found.doors:
        if one.door.validated in ("no", "partly") and is_asked(one):
            writes = [at for at in operations([one]) if at.did.operation in _MATTERS]
            bare = [(at, source) for at in writes if (source := _bare(at)) is not None]
            if bare:
                at, source = bare[0]
                medium = one.door.validated == "no" and at.did.operation in WRITES
                told.setdefault(
                    at.start,
                    tell(
                        UNVALIDATED, Severity.MEDIUM if medium and not at.guarded else Severity.LOW,
                        sureness(at), at.start, at.steps(f"uses {about(source)} as it came in"),
                    ),
                )  # fmt: skip
    yield from told.values()
    yield from together(said for at in operations(found.doors) if (said := _object(at)) is not None)


def _bare(at: At) -> Source | None:
    """A field of the request that no schema names and no code looked at. An id in the path is found or not found."""
    sources = sorted({one for value in values_of(at.did) for one in chosen(value)}, key=lambda one: one.path)
    return next(
        (
            one
            for one in sources
            if one.path[0] not in ("params", "url") and not by_schema(at.one, one) and not looked_at(at, one)
        ),
        None,
    )


def _object(at: At) -> Said | None:
    """`User.findOne({ resetToken: req.body.token })` with a body of JSON."""
    if at.did.library != "mongoose" or at.one.door.guard not in (None, Checks.LOGIN):
        return None
    for name, value in at.did.filters:
        for source in sorted(only_input(value), key=lambda one: one.path):
            checked = by_schema(at.one, source) or looked_at(at, source)
            if source.path[0] in _OBJECTS and len(source.path) > 1 and _is_secret(name, at) and not checked:
                last = f"looks for {at.did.table} by {about(source)}, which may be an object"
                return Said(at, OPERATOR, Severity.MEDIUM, Confidence.UNSURE, last)
    return None


def _is_secret(name: str, at: At) -> bool:
    """What lets somebody in who knows it; the code of a coupon does not."""
    code = name.lower().endswith("code") and _CODE_OF.search(at.did.table) is not None
    return code or _SECRET.search(name) is not None
