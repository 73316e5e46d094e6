"""What stands between a review and its sign-off, as a list one can walk along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import Enum

import msgspec

from walkdown.checklist.evidence import Evidence
from walkdown.model import Decided, Decision, Finding, Gap, Kind, Reach, Severity, Standing, State, Subject, Verdict

_UNDECIDED = {severity: f"{severity.value}, undecided" for severity in Severity}
_SETTLED = {Verdict.PASS, Verdict.WAIVED, Verdict.NOT_APPLICABLE}
_SET_ASIDE = {Verdict.FALSE_POSITIVE, Verdict.ACCEPTED}
_DONE = {Verdict.FALSE_POSITIVE: "called a false positive", Verdict.ACCEPTED: "accepted"}
_SEVERITIES = {severity.value: severity for severity in Severity}


class ObstacleKind(Enum):
    SCAN = "scan"
    ITEM = "item"
    FINDING = "finding"
    GAP = "gap"
    DOOR = "door"
    GUARD = "guard"
    TREE = "tree"


class Obstacle(msgspec.Struct, frozen=True, gc=False):
    """`id`: of the item, finding, gap, door or guard, so that a screen can jump there; `why` in a few words."""

    kind: ObstacleKind
    id: str
    title: str
    why: str


def readiness(
    evidence: Sequence[Evidence],
    serious: Sequence[Finding],
    gaps: Sequence[Gap],
    state: State,
    *,
    dirty: bool,
    today: date,
) -> tuple[Obstacle, ...]:
    """`serious`: the findings at or over the threshold. Empty where nothing stands in the way."""
    return (
        *_items(evidence, state, today),
        *_findings(serious, state, today),
        *_gaps(gaps, state, today),
        *(
            [Obstacle(ObstacleKind.TREE, "", "Uncommitted changes", "the tree is not what a commit says")]
            if dirty
            else ()
        ),
    )


def is_over(standing: Standing, today: date) -> bool:
    """A waiver or an acceptance whose last day has gone by, or whose end nobody can read: a session from elsewhere may
    say anything."""
    until = standing.decision.until
    try:
        return bool(until) and date.fromisoformat(until) < today
    except ValueError:
        return True


def dismissed(state: State, today: date) -> frozenset[str]:
    """Findings that a person set aside, for as long as that holds."""
    return frozenset(
        subject.id
        for subject, standing in state.decisions.items()
        if subject.kind is Kind.FINDING
        and standing.decision.verdict in _SET_ASIDE
        and not (standing.disputed and _is_torn(standing))
        and not is_over(standing, today)
    )


def _is_torn(standing: Standing) -> bool:
    """Somebody says at the same time that it is a flaw."""
    acts = (event.act for event in standing.disputed)
    return any(isinstance(act, Decided) and act.decision.verdict not in _SET_ASIDE for act in acts)


def waived(gap: Gap, state: State, today: date) -> Standing | None:
    """What excuses this gap today: its own waiver, or one for its class."""
    for subject in (gap.subject, gap.class_subject):
        standing = state.decisions.get(subject)
        if standing is None or standing.decision.verdict is not Verdict.WAIVED or is_over(standing, today):
            continue
        if subject == gap.class_subject or not is_other_content(gap, standing.decision):
            return standing
    return None


def is_other_content(gap: Gap, decision: Decision) -> bool:
    """The file that nobody could look at is another one now than when a person let that one go."""
    return bool(gap.content and decision.domain) and gap.content != decision.domain


def is_stale(evidence: Evidence, standing: Standing) -> bool:
    """Decided on other evidence than today's, or when what speaks against it now was set aside."""
    if standing.decision.domain != evidence.domain:
        return True
    if not evidence.dismissed and not evidence.against:
        return False
    return not {one.id for one in evidence.against} <= set(standing.decision.rests_on)


def is_too_old(evidence: Evidence, standing: Standing, today: date) -> bool:
    """Only a person can answer it, and the last answer is too long ago; or nobody knows how long, because a clock was
    wrong then: that must not make it hold for years."""
    age = evidence.item.max_age_days
    return age is not None and not 0 <= _days_since(standing, today) <= age


def _days_since(standing: Standing, today: date) -> int:
    """Below zero for a day to come, or for one that nobody can read."""
    try:
        decided = datetime.fromisoformat(standing.event.time.replace("Z", "+00:00")).date()
    except ValueError:
        return -1
    days = (today - decided).days
    return 0 if days == -1 else days  # just past midnight on another clock


def why_open(evidence: Evidence, standing: Standing | None, today: date) -> str:
    """In a few words why this item does not count as settled; empty where it does."""
    if standing is None:
        return _undecided(evidence) if evidence.item.blocking else ""
    if standing.disputed:
        names = ", ".join(event.actor.name for event in standing.disputed)
        return f"{standing.event.actor.name} and {names} decided differently"
    if standing.decision.verdict not in _SETTLED:
        return "needs work" if evidence.item.blocking else ""
    if is_over(standing, today):
        return f"the waiver ended on {standing.decision.until}"
    if is_too_old(evidence, standing, today):
        ago = f"more than {evidence.item.max_age_days} days ago"
        return f"decided {ago if _days_since(standing, today) > 0 else 'on a day that cannot be: a clock was wrong'}"
    return "the evidence changed since it was decided" if is_stale(evidence, standing) else ""


def _must_be_closed(evidence: Evidence, standing: Standing | None, today: date) -> bool:
    """What need not be answered at all need not be answered anew either; but a quarrel about it, or a waiver that ran
    out, is told on the first page."""
    return evidence.item.blocking or (standing is not None and (bool(standing.disputed) or is_over(standing, today)))


def severity_then(decision: Decision) -> Severity | None:
    """How severe a finding was when it was decided; None where the decision is older than the keeping of that."""
    return _SEVERITIES.get(decision.domain.rpartition(":")[2]) if ":" in decision.domain else None


def print_then(decision: Decision) -> str:
    """The fingerprint of a finding when it was decided."""
    return decision.domain.rpartition(":")[0] if severity_then(decision) else decision.domain


def is_worse(finding: Finding, decision: Decision) -> bool:
    """It is more severe now than it was when somebody set it aside."""
    then = severity_then(decision)
    return then is not None and finding.severity.rank < then.rank


def _undecided(evidence: Evidence) -> str:
    """What the machine may say by itself where it decides: that it does not hold. Never that it does."""
    if evidence.item.reach is Reach.DECIDES and evidence.against:
        return f"needs work: {len(evidence.against)} findings" if len(evidence.against) > 1 else "needs work: 1 finding"
    return "undecided"


def _items(evidence: Iterable[Evidence], state: State, today: date) -> Iterator[Obstacle]:
    for one in evidence:
        standing = state.decisions.get(Subject(Kind.ITEM, one.item.id))
        if _must_be_closed(one, standing, today) and (why := why_open(one, standing, today)):
            yield Obstacle(ObstacleKind.ITEM, one.item.id, one.item.title, why)


def _findings(serious: Iterable[Finding], state: State, today: date) -> Iterator[Obstacle]:
    # There may be tens of thousands of them, and the list is made anew after every decision.
    decided = {subject.id: one for subject, one in state.decisions.items() if subject.kind is Kind.FINDING}
    for finding in serious:
        standing = decided.get(finding.id)
        if standing is None:
            why = _UNDECIDED[finding.severity]
        elif standing.disputed:
            why = f"{finding.severity.value}, decided differently by two people"
        elif standing.decision.verdict not in _SET_ASIDE:
            why = f"{finding.severity.value}, real and not fixed"
        elif is_over(standing, today):
            why = f"{finding.severity.value}, accepted until {standing.decision.until}"
        elif is_worse(finding, standing.decision):
            why = f"became {finding.severity.value} since it was {_DONE[standing.decision.verdict]}"
        else:
            continue
        yield Obstacle(ObstacleKind.FINDING, finding.id, finding.rule.title, why)


def _gaps(gaps: Iterable[Gap], state: State, today: date) -> Iterator[Obstacle]:
    for gap in gaps:
        if waived(gap, state, today) is None:
            yield Obstacle(ObstacleKind.GAP, gap.id, gap.path or gap.scanner or "the target", _why_not(gap, state))


def _why_not(gap: Gap, state: State) -> str:
    standing = state.decisions.get(gap.subject)
    changed = standing is not None and is_other_content(gap, standing.decision)
    return f"it changed since it was waived: {gap.reason}" if changed else gap.reason
