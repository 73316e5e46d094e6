"""`walkdown item list | show | decide`: the checklist in plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

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
from walkdown.errors import UsageError
from walkdown.model import Finding, Reach, Severity, Verdict, line_of, path_of
from walkdown.review import ItemView, Session
from walkdown.safetext import for_terminal

_LIST = "walkdown item list"
_MOST_CODE = 40  # findings shown with their code; a list longer than that is read by file anyway
_REACH = {
    Reach.DECIDES: "the machine can see what is wrong here; a person passes it",
    Reach.INFORMS: "the machine gathers what it can; a person judges",
    Reach.HUMAN: "only a person can answer this",
}


class AcceptFlags(DecideFlags, frozen=True, kw_only=True):
    owner: str = ""
    until: str = ""


class ItemDecideFlags(DecideFlags, frozen=True, kw_only=True):
    item_id: str
    verdict: str


def list_items(path: str, *, offline: bool, form: str) -> int:
    with open_session(path, offline=offline) as session:
        if form == "json":
            print_json(walk_json.item_list(session))
            return 0
        section = ""
        for view in session.board.items:
            if view.evidence.item.section != section:
                section = view.evidence.item.section
                click.echo(for_terminal(section))
            click.echo("  " + for_terminal(_row(view)))
        decided = sum(not view.why and view.standing is not None for view in session.board.items)
        click.echo(f"{decided} of {len(session.board.items)} settled.")
    return 0


def show_item(item_id: str, repo: str, who: str, *, offline: bool, form: str) -> int:
    with open_session(repo, offline=offline) as session:
        view = _find(session, item_id)
        if form == "json":
            print_json(walk_json.item_view(session, view))
            return 0
        _tell(session, view)
        looked_at(session, view.subject, who)
    return 0


def decide_item(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, ItemDecideFlags)
    with open_session(flags.repo, offline=flags.offline) as session:
        view = _find(session, flags.item_id)
        return decide(flags, session, [view.subject], verdict_named(flags.verdict))


def accept_not_applicable(options: Mapping[str, object]) -> int:
    """All that the scan would call so: one decision, with one reason."""
    flags = msgspec.convert(options, AcceptFlags)
    with open_session(flags.repo, offline=flags.offline) as session:
        views = [one for one in session.board.items if _is_proposed(one)]
        if not views:
            raise UsageError("There is no undecided item that is said not to apply.", f"All of them: {_LIST}")
        return decide(flags, session, [view.subject for view in views], Verdict.NOT_APPLICABLE)


def _is_proposed(view: ItemView) -> bool:
    return view.proposal is Verdict.NOT_APPLICABLE and view.standing is None


def _find(session: Session, item_id: str) -> ItemView:
    views = {view.id: view for view in session.board.items}
    return views[resolve(item_id, views, "item", _LIST)]


def _row(view: ItemView) -> str:
    decided = view.verdict.value if view.verdict else "n-a?" if _is_proposed(view) else "undecided"
    evidence = view.evidence
    said = evidence.standpoint.value + (f" {len(evidence.against)}" if evidence.against else "")
    again = f"  ({view.why})" if view.standing and view.why else ""
    return f"{decided:<12} {view.id:<24} {evidence.item.title}  ·  {said}{again}"


def _tell(session: Session, view: ItemView) -> None:
    item, evidence, board = view.evidence.item, view.evidence, session.board
    click.echo(for_terminal(f"{item.title}  ({item.id}, {item.section})"))
    labelled("Why", item.why)
    labelled("Reach", _REACH[item.reach] + ("" if item.blocking else "; it does not block the sign-off"))
    labelled("Machine", _machine(view, session))
    if evidence.against:
        files = len({path_of(one.place) for one in evidence.against})
        labelled("Against", f"{len(evidence.against)} findings in {files} {'file' if files == 1 else 'files'}")
        _tell_findings(session, evidence.against)
    if evidence.dismissed:
        labelled("Set aside", f"{len(evidence.dismissed)}: " + ", ".join(one.id for one in evidence.dismissed[:20]))
    words = session.review.masker.mask_text
    for fact in evidence.facts:
        line = line_of(fact.place)
        labelled("For", words(fact.rule.title) + f" ({path_of(fact.place)}{f':{line}' if line else ''})")
    labelled("Do", item.do)
    labelled("Look", item.look)
    for reference in item.references:
        labelled("See", reference)
    if view.note:
        labelled("Note", f"{view.note.text} ({view.note.event.actor.name})")
    over = view.standing is not None and is_over(view.standing, board.today)
    labelled("Decision", decision_text(view.standing, over=over))
    if view.standing and view.why:
        labelled("Open", view.why)


def _machine(view: ItemView, session: Session) -> str:
    """What the scan says, clearly apart from any decision."""
    evidence = view.evidence
    count = Counter(one.severity for one in evidence.against)
    severities = ", ".join(f"{count[level]} {level.value}" for level in Severity if count[level])
    proposal = f"; it would say: {view.proposal.value}" if view.proposal else ""
    looked = session.board.looked
    seen = f"; {len(looked.gaps)} gaps: not everything was looked at" if looked and looked.gaps else ""
    return evidence.standpoint.value + (f": {severities}" if severities else "") + proposal + seen


def _tell_findings(session: Session, against: Sequence[Finding]) -> None:
    for at, finding in enumerate(sorted(against, key=lambda one: one.severity.rank)):
        where, line = path_of(finding.place) or "the repository", line_of(finding.place)
        title = session.review.masker.mask_text(finding.rule.title)
        place = f"{where}:{line}" if line else where
        click.echo("    " + for_terminal(f"{finding.severity.value:<8} {finding.id}  {place}  {title}"))
        if at < _MOST_CODE:
            for code in code_lines(session, finding):
                click.echo(code)
