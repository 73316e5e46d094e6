"""`walkdown status`: whether a sign-off stands open, and what is in its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

import click

from walkdown.checklist import Obstacle, ObstacleKind
from walkdown.cli import walk_json
from walkdown.cli.exits import EXPIRED, FINDINGS, FINE, INCOMPLETE
from walkdown.cli.walk import labelled, open_session, print_json
from walkdown.model import Severity, Verdict
from walkdown.review import Board, Session
from walkdown.review.summary import Summary, expired, summary_of, verdict_sentence
from walkdown.safetext import for_terminal

_SHOWN = 20
_TITLES = {
    ObstacleKind.SCAN: "Scan",
    ObstacleKind.ITEM: "Items",
    ObstacleKind.FINDING: "Findings",
    ObstacleKind.GAP: "Gaps",
    ObstacleKind.DOOR: "Doors",
    ObstacleKind.GUARD: "Guards",
    ObstacleKind.TREE: "Files",
}
_MORE = {
    ObstacleKind.ITEM: "walkdown item list",
    ObstacleKind.FINDING: "walkdown finding list --state open",
    ObstacleKind.GAP: "walkdown gap list",
    ObstacleKind.DOOR: "walkdown doors --unguarded",
    ObstacleKind.GUARD: "walkdown guard list",
}
_NOT_LOOKED_AT = {ObstacleKind.GAP, ObstacleKind.SCAN}


def show_status(path: str, *, offline: bool, form: str) -> int:
    with open_session(path, offline=offline) as session:
        session.tell_since()
        if form == "json":
            print_json(walk_json.status(session))
        else:
            for line in _lines(session):
                click.echo(for_terminal(line))
            _tell_counts(session.board, summary_of(session.board))
        return status_code(session.board)


def status_code(board: Board) -> int:
    """8 before 1 before 3, as everywhere."""
    if board.ready:
        return FINE
    if expired(board):
        return EXPIRED
    return INCOMPLETE if {one.kind for one in board.obstacles} <= _NOT_LOOKED_AT else FINDINGS


def _lines(session: Session) -> Iterator[str]:
    board, mask = session.board, session.review.masker.mask_text
    facts = session.review.target.facts
    changed = "changed" if board.looked and board.looked.result.target.dirty else ""
    yield facts.name + "  " + " · ".join(filter(None, (mask(facts.branch), facts.head[:10], changed)))
    yield verdict_sentence(board)
    yield from (mask(line) for line in _since(board))
    for kind, group in groupby(board.obstacles, key=lambda one: one.kind):
        obstacles = list(group)
        yield f"{_TITLES[kind]} ({len(obstacles)})"
        for one in obstacles[:_SHOWN]:
            yield f"  {mask(_row(one))}"
        if len(obstacles) > _SHOWN:
            yield f"  and {len(obstacles) - _SHOWN} more: {_MORE.get(kind, 'walkdown status --format json')}"


def _since(board: Board) -> Iterator[str]:
    """What changed since the last sign-off that counts here."""
    since = board.since
    if since is None:
        return
    files = f"{since.changed} files changed, {since.added} added, {since.removed} removed"
    asked = f"; {len(since.reopened)} items asked again" if since.reopened else ""
    yield f"Since the sign-off {since.record} by {', '.join(since.by)}: {since.told or files}{asked}"
    for hunk in since.hunks[:_SHOWN]:
        yield f"  {hunk.what}  {hunk.path}:{hunk.line}  {hunk.why}"
    if len(since.hunks) > _SHOWN:
        yield f"  and {len(since.hunks) - _SHOWN} more: walkdown status --format json"


def _row(obstacle: Obstacle) -> str:
    return "  ".join(filter(None, (obstacle.id, obstacle.title, f"({obstacle.why})")))


def _tell_counts(board: Board, summary: Summary) -> None:
    labelled("Items", f"{len(board.items)}: {_counted(summary.items)}", indent="")
    severe = ", ".join(f"{summary.severities[one]} {one.value}" for one in Severity if summary.severities.get(one))
    found = f": {severe}; {_counted(summary.findings)}" if severe else ""
    labelled("Findings", f"{len(board.findings)}{found}", indent="")
    labelled("Gaps", f"{summary.gaps}, {summary.gaps_waived} waived", indent="")
    if board.doors:
        bare, decided = sum(row.guard is None for row in board.doors), sum(not row.open for row in board.doors)
        labelled("Doors", f"{len(board.doors)}, {bare} without a guard, {decided} decided", indent="")
    if summary.expired:
        labelled("Run out", f"{summary.expired} waivers or acceptances", indent="")
    people = ", ".join(f"{actor.name} {number}" for actor, number in summary.people)
    labelled("Decided", people or "nobody decided anything yet", indent="")


def _counted(tally: Mapping[Verdict | None, int]) -> str:
    verdicts: tuple[Verdict | None, ...] = (*Verdict, None)
    words = ((tally.get(one, 0), one.value if one else "undecided") for one in verdicts)
    return ", ".join(f"{number} {word}" for number, word in words if number) or "none"
