"""A board in numbers: what was decided, by whom, what is excused, and whether an excuse has run out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from walkdown.checklist import ObstacleKind, is_over
from walkdown.model import Actor, Gap, Kind, Severity, Standing, Subject, Verdict, line_of, path_of
from walkdown.model.gap import CLASS
from walkdown.review.board import Board

_EXCUSES = frozenset({Verdict.WAIVED, Verdict.ACCEPTED})
_OF_OBSTACLE = {
    ObstacleKind.ITEM: Kind.ITEM,
    ObstacleKind.FINDING: Kind.FINDING,
    ObstacleKind.GAP: Kind.GAP,
    ObstacleKind.DOOR: Kind.DOOR,
    ObstacleKind.GUARD: Kind.GUARD,
}


class Excuse(msgspec.Struct, frozen=True):
    """Something that is let go for a time. `title` may hold what is untrusted."""

    subject: Subject
    title: str
    standing: Standing
    over: bool


class Summary(msgspec.Struct, frozen=True):
    """`items`, `findings`: how many of each verdict, None for undecided. `people`: how many standing decisions are
    whose. `expired`: excuses that ran out and so stand in the way again."""

    items: dict[Verdict | None, int]
    findings: dict[Verdict | None, int]
    severities: dict[Severity, int]
    gaps: int
    gaps_waived: int
    people: tuple[tuple[Actor, int], ...]
    excuses: tuple[Excuse, ...]
    expired: int


def summary_of(board: Board) -> Summary:
    decided = [(subject, one) for subject, one in board.state.decisions.items() if is_here(subject, board)]
    findings: dict[Verdict | None, int] = dict(
        Counter(one.decision.verdict for subject, one in decided if subject.kind is Kind.FINDING)
    )
    findings[None] = len(board.findings) - sum(findings.values())
    excuses = tuple(
        Excuse(subject, title_of(subject, board), one, is_over(one, board.today))
        for subject, one in decided
        if one.decision.verdict in _EXCUSES
    )
    return Summary(
        items=dict(Counter(view.verdict for view in board.items)),
        findings=findings,
        severities=dict(Counter(one.severity for one in board.findings)),
        gaps=len(board.gaps),
        gaps_waived=sum(board.waived(gap) is not None for gap in board.gaps),
        people=tuple(Counter(one.event.actor for _, one in decided).most_common()),
        excuses=excuses,
        expired=len(expired(board)),
    )


def is_here(subject: Subject, board: Board) -> bool:
    """Whether what was decided about is still part of the review; a flaw may be fixed, a gap may be closed."""
    if subject.kind is Kind.ITEM:
        return board.item(subject.id) is not None
    if subject.kind is Kind.FINDING:
        return board.finding(subject.id) is not None
    if subject.kind is Kind.DOOR:
        return board.door(subject.id) is not None
    if subject.kind is Kind.GUARD:
        return board.guard(subject.id) is not None
    if subject.id.startswith(CLASS):
        return any(gap.class_subject == subject for gap in board.gaps)
    return board.gap(subject.id) is not None


def title_of(subject: Subject, board: Board) -> str:
    """In words for people; its id where it is no longer there."""
    if subject.kind is Kind.ITEM:
        view = board.item(subject.id)
        return view.evidence.item.title if view else subject.id
    if subject.kind is Kind.FINDING:
        finding = board.finding(subject.id)
        if finding is None:
            return subject.id
        where, line = path_of(finding.place), line_of(finding.place)
        return f"{finding.rule.title} ({where}{f':{line}' if line else ''})" if where else finding.rule.title
    if subject.kind in (Kind.DOOR, Kind.GUARD):
        return _title_in_map(subject, board)
    if subject.id.startswith(CLASS):
        return f"all gaps of {subject.id.removeprefix(CLASS)}"
    gap = board.gap(subject.id)
    return title_of_gap(gap) if gap else subject.id


def _title_in_map(subject: Subject, board: Board) -> str:
    if subject.kind is Kind.DOOR:
        row = board.door(subject.id)
        return row.door.title if row else subject.id
    guard = board.guard(subject.id)
    return f"the guard {guard.guard.name}" if guard else subject.id


def title_of_gap(gap: Gap) -> str:
    """What was not looked at, in the fewest words; the place is what tells one gap of a class from another."""
    return gap.path or f"{gap.scanner or 'the target'}: {gap.code}"


def expired(board: Board) -> tuple[Subject, ...]:
    """What stands in the way because its waiver or acceptance ended."""
    return tuple(
        dict.fromkeys(
            one
            for one in _in_the_way(board)
            if (standing := board.standing(one))
            and standing.decision.verdict in _EXCUSES
            and is_over(standing, board.today)
        )
    )


def verdict_sentence(board: Board) -> str:
    many = len(board.obstacles)
    if not many:
        return "Ready to sign."
    return f"Not ready: {many} {'thing stands' if many == 1 else 'things stand'} in the way."


def _in_the_way(board: Board) -> Iterator[Subject]:
    """A gap is excused by itself or with its class."""
    gaps = {gap.id: gap for gap in board.gaps}
    for obstacle in board.obstacles:
        kind = _OF_OBSTACLE.get(obstacle.kind)
        if kind is not None:
            yield Subject(kind, obstacle.id)
        if kind is Kind.GAP and (gap := gaps.get(obstacle.id)):
            yield gap.class_subject
