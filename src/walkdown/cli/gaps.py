"""`walkdown gap list | waive`: what nobody looked at, and letting it go for a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
import msgspec

from walkdown.checklist import is_over
from walkdown.cli import walk_json
from walkdown.cli.ids import resolve
from walkdown.cli.walk import DecideFlags, decide, labelled, open_session, print_json
from walkdown.errors import UsageError
from walkdown.model import Gap, Kind, Subject, Verdict
from walkdown.model.gap import CLASS
from walkdown.review import Session
from walkdown.review.gap_words import words_of
from walkdown.safetext import for_terminal

_LIST = "walkdown gap list"
_SHOWN = 20  # of a class, of limits and of scope; --all lists every one


class WaiveFlags(DecideFlags, frozen=True, kw_only=True):
    gap_ids: tuple[str, ...]
    classes: tuple[str, ...]


def list_gaps(path: str, *, offline: bool, form: str, everything: bool) -> int:
    with open_session(path, offline=offline) as session:
        if form == "json":
            print_json(walk_json.gap_list(session))
            return 0
        _tell(session, len(session.board.gaps) if everything else _SHOWN, everything=everything)
    return 0


def waive_gaps(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, WaiveFlags)
    if not flags.gap_ids and not flags.classes:
        raise UsageError("Waive what?", f"Name gaps by id, or a class with --class. All of them: {_LIST}")
    with open_session(flags.repo, offline=flags.offline) as session:
        gaps = {gap.id for gap in session.board.gaps}
        groups = {gap.group for gap in session.board.gaps}
        wanted = [resolve(one, gaps, "gap", _LIST) for one in flags.gap_ids]
        wanted += [CLASS + resolve(one, groups, "class of gaps", _LIST) for one in flags.classes]
        subjects = [Subject(Kind.GAP, one) for one in dict.fromkeys(wanted)]
        return decide(flags, session, subjects, Verdict.WAIVED)


def by_class(gaps: Sequence[Gap]) -> dict[str, list[Gap]]:
    groups: dict[str, list[Gap]] = {}
    for gap in gaps:
        groups.setdefault(gap.group, []).append(gap)
    return groups


def _tell(session: Session, most: int, *, everything: bool) -> None:
    board = session.board
    looked = board.looked
    if not board.gaps:
        click.echo("Nothing was missed.")
    for group, gaps in by_class(board.gaps).items():
        open_ones = sum(board.waived(gap) is None for gap in gaps)
        state = f"{open_ones} open" if open_ones else "all waived"
        click.echo(for_terminal(f"{group}  ({len(gaps)}, {state})"))
        words = words_of(gaps[0])
        labelled("Means", words.means)
        labelled("Do", words.do)
        for gap in gaps[:most]:
            _tell_gap(session, gap)
        if len(gaps) > most:
            click.echo(f"    and {len(gaps) - most} more: {_LIST} --all")
    if looked is None:
        return
    for name, quiet in (("Limits", looked.limits), ("Scope", looked.scope)):
        if quiet:
            click.echo(f"{name} ({len(quiet)}), nothing to decide" + ("" if everything else f"; {_LIST} --all"))
            for gap in quiet if everything else ():
                labelled(gap.path or gap.scanner or "target", _masked(session, gap.reason), indent="    ")


def _tell_gap(session: Session, gap: Gap) -> None:
    standing = walk_json.waiver_of(gap, session.board)
    state = "open"
    if standing is not None:
        decision = standing.decision
        over = is_over(standing, session.board.today)
        state = f"{'waiver over since' if over else 'waived until'} {decision.until} ({decision.owner})"
    what = gap.path or gap.scanner or "the target"
    click.echo("    " + for_terminal(f"{gap.id}  {what}  {_masked(session, gap.reason)}  ·  {state}"))


def _masked(session: Session, text: str) -> str:
    """A scanner's last words may quote what it choked on."""
    return session.review.masker.mask_text(text)
