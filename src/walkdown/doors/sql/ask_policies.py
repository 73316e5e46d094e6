"""Questions to single policies: does the condition say what it seems to say?"""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.sql import texts
from walkdown.doors.sql.answers import COMMANDS, Answers
from walkdown.doors.sql.expressions import TRUE, Call, Cmp, Col, Expr, Lit, inside
from walkdown.doors.sql.findings import finding, lower, step, sureness
from walkdown.doors.sql.state import PolicyState, Spot, Table
from walkdown.doors.sql.who import Flaw, Way, Who
from walkdown.model.finding import Finding, Rule, Step
from walkdown.model.severity import Confidence, Severity

_RULES: dict[Flaw, tuple[Rule, Severity, Confidence, str]] = {
    Flaw.FORGED: (
        texts.FORGED,
        Severity.HIGH,
        Confidence.SURE,
        "it reads the user metadata, which every user can write",
    ),
    Flaw.SAME: (texts.SAME, Severity.HIGH, Confidence.SURE, "both sides mean the column of the inner table"),
    Flaw.UNLINKED: (texts.UNLINKED, Severity.MEDIUM, Confidence.LIKELY, "it asks for any row of the caller's"),
    Flaw.WRONG_ID: (texts.WRONG_ID, Severity.MEDIUM, Confidence.LIKELY, "these two ids are never equal"),
    Flaw.LOOP: (texts.LOOP, Severity.MEDIUM, Confidence.LIKELY, "it reads the table it is a policy of"),
}


def ask(asked: Answers, table: Table) -> Iterator[Finding]:
    if table.row_security is None:
        return
    for one in table.policies:
        yield from _policy(asked, table, one)


def _policy(asked: Answers, table: Table, one: PolicyState) -> Iterator[Finding]:
    told: set[Flaw] = set()
    for command in COMMANDS:
        if one.policy.command not in (command, "all"):
            continue
        ways = asked.policy_ways(table, one, command, asked.granted(table, command))
        for flaw, (rule, severity, sure, text) in _RULES.items():
            found = [way for way in ways if flaw in way.flaws]
            if not found or flaw in told or not _counts(flaw, found, ways):
                continue
            told.add(flaw)
            widest = min(found, key=lambda way: way.who.rank)
            wide = widest.who in (Who.ANYONE, Who.LOGIN) or flaw in (Flaw.WRONG_ID, Flaw.LOOP)
            yield finding(
                rule, severity if wide else Severity.LOW, lower(sure, sureness(asked.database, table)), one.spot,
                table.short,
                step(table.spot, f"door: {command} on {table.short}"),
                step(table.row_security, "row security is on, so policies decide"),
                step(one.spot, f"the policy {one.policy.name!r}: {text}"),
                *_helpers(asked, widest),
                step(one.spot, f"so that it lets in: {widest.who.value}"),
            )  # fmt: skip
    yield from _handover(asked, table, one)


def _counts(flaw: Flaw, found: list[Way], ways: tuple[Way, ...]) -> bool:
    """A comparison that never holds beside others that do is no more than dead text."""
    if flaw is Flaw.WRONG_ID:
        return all(way.who is Who.NOBODY for way in ways)
    return bool(found)


def _helpers(asked: Answers, way: Way) -> list[Step | None]:
    out: list[Step | None] = []
    for name in way.via[:3]:
        found = next((one for one in asked.database.functions if one.short == name), None)
        if found is not None:
            out.append(step(found.spot, f"through the function {found.short}"))
    return out


def _handover(asked: Answers, table: Table, one: PolicyState) -> Iterator[Finding]:
    policy = one.policy
    if policy.command not in ("update", "all") or policy.check is None or policy.using is None:
        return
    if not always(policy.check) or not policy.permissive:
        return
    ways = asked.policy_ways(table, one, "update", asked.granted(table, "update"))
    if not ways or any(way.who in (Who.ANYONE, Who.LOGIN, Who.UNKNOWN) for way in ways):
        return
    if any(way.who is Who.OWNER for way in ways):
        yield finding(
            texts.HANDOVER, Severity.LOW, sureness(asked.database, table), one.spot, table.short,
            step(table.spot, f"door: update on {table.short}"),
            step(one.spot, f"the policy {policy.name!r} asks for the owner of the old row"),
            step(one.spot, "its check on the new row always holds"),
        )  # fmt: skip


def always(expr: Expr) -> bool:
    if expr == TRUE:
        return True
    return isinstance(expr, Cmp) and expr.op == "=" and isinstance(expr.left, Lit) and expr.left == expr.right


def mentions(expr: Expr | None, column: str) -> bool:
    return expr is not None and any(isinstance(one, Col) and one.parts[-1] == column for one in inside(expr))


def calls(expr: Expr | None, name: str) -> bool:
    return expr is not None and any(isinstance(one, Call) and one.name == name for one in inside(expr))


__all__ = ["Spot", "always", "ask", "calls", "mentions"]
