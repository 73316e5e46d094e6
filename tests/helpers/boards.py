"""Small checklists, findings and decisions for tests of the walk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from walkdown.checklist import Checklist
from walkdown.checklist.inherit import checklist_of
from walkdown.journal import fold
from walkdown.model import (
    Act,
    Actor,
    Channel,
    Confidence,
    Coverage,
    Decided,
    Decision,
    Event,
    FilePlace,
    Finding,
    Item,
    Kind,
    Looks,
    Ran,
    Reach,
    Report,
    Rule,
    ScanResult,
    Severity,
    SkipKind,
    Skipped,
    Source,
    State,
    Subject,
    TargetFacts,
    Verdict,
)

TODAY = date(2026, 11, 20)
ADA, BOB = Actor("Ada", "ada@example.org"), Actor("Bob", "bob@example.org")


def item(
    item_id: str, hazard: str = "", *, reach: Reach = Reach.INFORMS, blocking: bool = True, **more: object
) -> Item:
    words = {"title": item_id, "section": "Section", "why": "Why.", "do": "Do.", "look": "Look?"}
    return Item(id=item_id, reach=reach, blocking=blocking, hazards=(hazard,) if hazard else (), **(words | more))  # type: ignore[arg-type]


def checklist(*items: Item) -> Checklist:
    return checklist_of("test", "Test", "1", items)


def finding(
    finding_id: str, hazard: str = "input.sql-built", severity: Severity = Severity.HIGH, line: int = 1
) -> Finding:
    rule = Rule("semgrep", f"rule-{hazard}", f"Title of {hazard}", "Why it matters.", "What to do.", hazard=hazard)
    place = FilePlace("app.py", line, 1, line, 9)
    source = (Source("semgrep", rule.id),)
    return Finding(rule, severity, Confidence.LIKELY, place, finding_id, source, fingerprint=f"print-{finding_id}")


def result(findings: Sequence[Finding] = (), gaps: Sequence[Skipped] = (), **target: object) -> ScanResult:
    report = Report("semgrep", "1", Ran(), Coverage(3, 3 - len(gaps), tuple(gaps)))
    looks = (Looks("semgrep", ("input.sql-built", "types.any")),)
    return ScanResult(TargetFacts(**target), (report,), tuple(findings), looks=looks)  # type: ignore[arg-type]


def gap(path: str, code: str = "syntax-error", reason: str = "it cannot be parsed") -> Skipped:
    return Skipped(path, SkipKind.GAP, code, reason)


def decided(subject: Subject, verdict: Verdict, **more: object) -> Decided:
    return Decided(Decision(subject, verdict, **more))  # type: ignore[arg-type]


def events(*acts: Act | tuple[Act, Actor], time: str = "2026-11-20T10:00:00Z") -> tuple[Event, ...]:
    """Numbered from 1, by Ada where nobody else is named."""
    made = []
    for seq, one in enumerate(acts, 1):
        act, actor = one if isinstance(one, tuple) else (one, ADA)
        made.append(Event(seq, time, actor, Channel.APP, "", act))
    return tuple(made)


def state(*acts: Act | tuple[Act, Actor], time: str = "2026-11-20T10:00:00Z") -> State:
    return fold(events(*acts, time=time))


def of_item(item_id: str) -> Subject:
    return Subject(Kind.ITEM, item_id)


def of_finding(finding_id: str) -> Subject:
    return Subject(Kind.FINDING, finding_id)
