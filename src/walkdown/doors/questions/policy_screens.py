"""Policies that are wider than the screens: the screen asks for a role, or for the own rows; the policy does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.rls_texts import OWN_ROWS, SCREEN_ONLY
from walkdown.doors.questions.screens import Check, Screens
from walkdown.doors.questions.tell import step
from walkdown.doors.sql import words
from walkdown.doors.sql.answers import Answer, Reason
from walkdown.doors.sql.findings import finding, lower, place, sureness
from walkdown.doors.sql.state import Spot as SqlSpot
from walkdown.doors.sql.who import Way, Who
from walkdown.doors.supabase_access import Access
from walkdown.doors.supabase_policies import STORAGE, Policies, Told, commands_of
from walkdown.doors.visits import Did
from walkdown.model.door import Origin
from walkdown.model.finding import Finding, Step
from walkdown.model.severity import Confidence, Severity

_DONE = {"select": "reads", "insert": "adds rows to", "update": "changes", "delete": "deletes from"}
_MAY = {"select": "read", "insert": "add rows to", "update": "change", "delete": "delete from"}
_WIDE = (Who.LOGIN, Who.ANYONE)
_VIEWER = ("user", "session", "profile", "auth", "userId", "user_id", "uid", "currentUser", "me")


class Uses:
    """What the browser does, by table."""

    def __init__(self, found: Map) -> None:
        self._by: dict[str, list[Access]] = {}
        for one in found.access:
            if not one.exposed:
                self._by.setdefault(one.did.table, []).append(one)

    def of(self, table: str) -> Sequence[Access]:
        return self._by.get(table, ())

    def commands(self) -> Iterator[tuple[str, str, list[Access]]]:
        """Every table and command, with all places that do it."""
        for table, held in sorted(self._by.items()):
            if table.startswith((STORAGE, "auth.", "*")):
                continue
            for command in _DONE:
                doing = [one for one in held if command in commands_of(one.did.operation, one.did.columns)]
                if doing:
                    yield table, command, doing


# -- roles ------------------------------------------------------------------------------------------------------------


def of_screens(screens: Screens, policies: Policies, uses: Uses) -> Iterator[Finding]:
    """Only where every place of the browser that does this asks for a role, so that it is meant for one."""
    told: dict[tuple[str, str, int], Finding] = {}
    for table, command, doing in uses.commands():
        answered = policies.of(table, command, doing[0].did.spot.path)
        if answered is None or not _is_wide(answered.answer) or not _matters(answered, command):
            continue
        first = screens.of_all(one.did.spot for one in doing)
        if first is None:
            continue
        made = _screen(answered, command, doing, first)
        if made is not None:
            key = (table, getattr(made.place, "path", ""), getattr(made.place, "line", 0))
            before = told.get(key)
            told[key] = made if before is None or made.severity.rank < before.severity.rank else before
    yield from told.values()


def _is_wide(answer: Answer) -> bool:
    """Every signed-in user may; what strangers may is told of the policy itself, whatever a screen asks."""
    return answer.who is Who.LOGIN and not answer.tied and not answer.unsure and bool(_reasons(answer))


def _reasons(answer: Answer) -> list[Reason]:
    return [one for one in answer.reasons if one.spot.path and any(_is_whole(way) for way in one.ways)]


def _is_whole(way: Way) -> bool:
    """All rows; what a flawed condition lets in is told by itself."""
    return way.who in _WIDE and not way.tied and not way.some and not way.flaws


def _matters(told: Told, command: str) -> bool:
    """Catalogues are read by all, and everybody leaves traces in logs."""
    if told.table is None or told.table.kind != "table":
        return False
    short, columns = told.table.short, [one.name for one in told.table.columns]
    if command == "insert":
        return not words.LOG.search(short) and not words.FORM.search(short)
    if command == "select":
        held = words.secret(columns) or words.matching(columns, words.PERSONAL) or words.MONEY.search(short)
        return bool(held) and not words.RIGHTS.search(short) and not words.CONTENT.search(short)
    return True


def _screen(told: Told, command: str, doing: list[Access], check: Check) -> Finding | None:
    table, reasons = told.table, _reasons(told.answer)
    if table is None or not reasons:
        return None
    reason, use = reasons[0], doing[0].did
    severity = Severity.MEDIUM if command == "select" else Severity.HIGH
    return finding(
        SCREEN_ONLY, severity, lower(Confidence.LIKELY, sureness(told.database, table)), reason.spot, table.short,
        step(check.spot, f"the screen asks for a role: {check.words}"),
        step(use.spot, f"behind it the browser {_DONE[command]} {table.short}"),
        _step(reason, f"the policy {reason.name!r} lets every signed-in user {_MAY[command]} it"),
        _step(reason, "so that the same request works without the screen"),
        further=(*(one.spot for one in reasons[1:]), SqlSpot(use.spot.path, use.spot.line)),
    )  # fmt: skip


def _step(reason: Reason, text: str) -> Step:
    return Step(place(reason.spot), text[:200])


# -- owners -----------------------------------------------------------------------------------------------------------


def of_owners(policies: Policies, uses: Uses) -> Iterator[Finding]:
    """Every place of the browser reads only the own rows, so that they are meant to be seen by nobody else."""
    for table, command, doing in uses.commands():
        if command != "select":
            continue
        told = policies.of(table, command, doing[0].did.spot.path)
        if told is None or told.table is None or told.answer.who not in _WIDE or told.answer.tied or told.answer.some:
            continue
        owned = [_owner_filter(one.did, told) for one in doing]
        reasons = _reasons(told.answer)
        if not reasons or not all(owned) or told.answer.unsure:
            continue
        everyone = told.answer.who is Who.ANYONE
        short, reason, use = told.table.short, reasons[0], doing[0].did
        caller = "everyone, signed in or not," if everyone else "every signed-in user"
        yield finding(
            OWN_ROWS, Severity.MEDIUM, lower(Confidence.LIKELY, sureness(told.database, told.table)), reason.spot,
            short,
            step(use.spot, f"the browser reads {short} here, only where {owned[0]} is who is signed in"),
            _step(reason, f"the policy {reason.name!r} gives {caller} the rows of all"),
            further=tuple(one.spot for one in reasons[1:]),
        )  # fmt: skip


def _owner_filter(did: Did, told: Told) -> str:
    """The column of the owner, compared with who is signed in."""
    for name, value in did.filters:
        if not words.OWNER.search(name) or told.table is None or told.table.column(name) is None:
            continue
        for source in value.sources:
            known = source.origin is Origin.IDENTITY
            if known or (source.origin is Origin.UNKNOWN and source.path and source.path[0] in _VIEWER):
                return name
    return ""
