"""`walkdown finding list | show | decide`: what the scanners found, in plain text."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

import click
import msgspec

from walkdown.checklist import is_over
from walkdown.cli import walk_json
from walkdown.cli.ids import resolve
from walkdown.cli.walk import (
    DecideFlags,
    code_lines,
    decide,
    decision_text,
    labelled,
    looked_at,
    open_session,
    print_json,
    verdict_named,
)
from walkdown.model import (
    CommitPlace,
    Finding,
    Kind,
    PackagePlace,
    Place,
    RepoPlace,
    Severity,
    Subject,
    line_of,
    path_of,
)
from walkdown.review import Board, Session
from walkdown.safetext import for_terminal

_LIST = "walkdown finding list"
_CONTEXT = 4


class ListFlags(msgspec.Struct, frozen=True):
    repo: str
    severity: Severity | None
    within: str
    state: str | None
    hazard: str
    tool: str
    offline: bool
    form: str


class FindingDecideFlags(DecideFlags, frozen=True, kw_only=True):
    finding_ids: tuple[str, ...]
    verdict: str


def list_findings(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, ListFlags)
    with open_session(flags.repo, offline=flags.offline) as session:
        board = session.board
        found = tuple(one for one in board.findings if _fits(one, flags, board))
        found = tuple(sorted(found, key=lambda one: (one.severity.rank, path_of(one.place), line_of(one.place))))
        if flags.form == "json":
            print_json(walk_json.finding_list(session, found))
            return 0
        mask = session.review.masker.mask_text
        for one in found:
            state = walk_json.state_of(one, board)
            row = f"{one.severity.value:<8} {state:<14} {one.id}  {where(one.place)}  {mask(one.rule.title)}"
            click.echo(for_terminal(row))
        undecided = sum(walk_json.state_of(one, board) == walk_json.OPEN for one in found)
        click.echo(f"{len(found)} of {len(board.findings)} findings, {undecided} undecided.")
    return 0


def show_finding(finding_id: str, repo: str, who: str, *, offline: bool, form: str) -> int:
    with open_session(repo, offline=offline) as session:
        finding = _find(session, finding_id)
        if form == "json":
            print_json(walk_json.finding_view(session, finding))
            return 0
        _tell(session, finding)
        looked_at(session, Subject(Kind.FINDING, finding.id), who)
    return 0


def decide_findings(options: Mapping[str, object]) -> int:
    """All of them or none: they can be taken back together, too."""
    flags = msgspec.convert(options, FindingDecideFlags)
    with open_session(flags.repo, offline=flags.offline) as session:
        found = dict.fromkeys(_find(session, one).id for one in flags.finding_ids)
        subjects = [Subject(Kind.FINDING, one) for one in found]
        return decide(flags, session, subjects, verdict_named(flags.verdict))


def where(place: Place) -> str:
    """A place for people: untrusted."""
    if isinstance(place, RepoPlace):
        return place.about or "the repository"
    if isinstance(place, PackagePlace):
        return f"{place.name} {place.version}".strip() + (f" ({place.path})" if place.path else "")
    shown = place.path + (f":{place.line}" if place.line else "")
    return f"{shown} @ {place.commit[:10]}" if isinstance(place, CommitPlace) else shown


def _find(session: Session, finding_id: str) -> Finding:
    looked = session.board.looked
    known = looked.by_id if looked else {}
    return known[resolve(finding_id, known, "finding", _LIST)]


def _fits(finding: Finding, flags: ListFlags, board: Board) -> bool:
    rule = finding.rule
    tools = {source.tool for source in finding.sources} | {rule.tool}
    return (
        (flags.severity is None or finding.severity.at_least(flags.severity))
        and (not flags.within or _is_within(path_of(finding.place), flags.within))
        and (not flags.hazard or rule.hazard == flags.hazard or rule.hazard.startswith(flags.hazard + "."))
        and (not flags.tool or flags.tool in tools)
        and (flags.state is None or walk_json.state_of(finding, board) == flags.state)
    )


def _is_within(path: str, wanted: str) -> bool:
    """A pattern, a file, or a folder with all below it."""
    folder = wanted.removeprefix("./").rstrip("/")
    return fnmatchcase(path, wanted) or path == folder or path.startswith(folder + "/")


def _tell(session: Session, finding: Finding) -> None:
    rule, mask, board = finding.rule, session.review.masker.mask_text, session.board
    click.echo(for_terminal(f"{mask(rule.title)}  ({finding.id}, {finding.severity.value})"))
    labelled("Where", where(finding.place))
    sources = " + ".join(f"{one.tool} {one.rule}" for one in finding.sources) or f"{rule.tool} {rule.id}"
    cwe = " ".join(f"CWE-{number}" for number in rule.cwe)
    labelled("Seen by", " · ".join(filter(None, (sources, finding.confidence.value, cwe, rule.hazard))))
    for code in code_lines(session, finding, around=_CONTEXT, indent=" " * 4):
        click.echo(code)
    labelled("Why", mask(rule.message))
    labelled("Fix", mask(rule.fix))
    for step in finding.steps:
        labelled("Way", f"{where(step.place)}  {mask(step.role)}")
    for place in finding.places:
        labelled("Also", where(place))
    if finding.silenced:
        by = f" by {finding.silenced.who}, {finding.silenced.when}" if finding.silenced.who else ""
        labelled("Silenced", mask(f"{finding.silenced.how} in line {finding.silenced.line}{by}; shown all the same"))
    subject = Subject(Kind.FINDING, finding.id)
    if note := board.state.notes.get(subject):
        labelled("Note", f"{note.text} ({note.event.actor.name})")
    standing = board.standing(subject)
    labelled("Set aside", mask(walk_json.aside_of(finding, board)) if standing is None else "")
    labelled("Decision", decision_text(standing, over=standing is not None and is_over(standing, board.today)))
