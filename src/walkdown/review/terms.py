"""The conditions of a decision, and which decisions are possible at all."""

from __future__ import annotations

from datetime import date

import msgspec

from walkdown.checklist import Standpoint
from walkdown.errors import UsageError
from walkdown.model import Channel, Kind, Subject, Verdict
from walkdown.model.gap import CLASS
from walkdown.model.item import Reach
from walkdown.review.board import Board
from walkdown.review.doors import MEANINGS

_OF_KIND = {
    Kind.ITEM: (Verdict.PASS, Verdict.NEEDS_WORK, Verdict.WAIVED, Verdict.NOT_APPLICABLE),
    Kind.FINDING: (Verdict.REAL, Verdict.FALSE_POSITIVE, Verdict.ACCEPTED),
    Kind.GAP: (Verdict.WAIVED,),
    Kind.DOOR: (Verdict.GUARDED, Verdict.PUBLIC, Verdict.NEEDS_WORK),
    Kind.GUARD: tuple(MEANINGS),
}
NEEDS_REASON = frozenset(
    {Verdict.WAIVED, Verdict.NOT_APPLICABLE, Verdict.FALSE_POSITIVE, Verdict.ACCEPTED, Verdict.PUBLIC}
)
NEEDS_OWNER = frozenset({Verdict.WAIVED, Verdict.ACCEPTED})


class Terms(msgspec.Struct, frozen=True):
    """`until`: the last day it holds, as 2026-12-31. `seconds`: how long the evidence was looked at."""

    reason: str = ""
    owner: str = ""
    until: str = ""
    note: str = ""
    seconds: int = 0


def check(subject: Subject, verdict: Verdict, terms: Terms, board: Board, channel: Channel) -> None:
    """Raises where this cannot be decided so, in words for the person who tried."""
    title = _title(subject, board)
    if verdict not in _OF_KIND[subject.kind]:
        ways = ", ".join(one.value for one in _OF_KIND[subject.kind])
        raise UsageError(f'"{title}" cannot be decided as {verdict.value}.', f"Possible: {ways}.")
    check_terms(verdict, terms, board.today, title)
    if verdict is Verdict.GUARDED:
        _check_guarded(subject, title, terms, board)
    if verdict is Verdict.PASS:
        _check_pass(subject, title, board, channel)


def _check_guarded(subject: Subject, title: str, terms: Terms, board: Board) -> None:
    row = board.door(subject.id)
    if row is not None and row.guard is None and not terms.reason.strip():
        what = f'The map sees nothing that guards "{title}".'
        raise UsageError(what, "Say what does: --reason TEXT. Or is it public on purpose?")


def check_terms(verdict: Verdict, terms: Terms, today: date, title: str) -> None:
    if verdict in NEEDS_REASON and not terms.reason.strip():
        raise UsageError(f'"{title}" needs a reason for {verdict.value}.', "Give one: --reason TEXT")
    if verdict not in NEEDS_OWNER:
        return
    if not terms.owner.strip() or not terms.until:
        raise UsageError("It needs an owner and an end.", "Give both: --owner NAME --until 2026-12-31")
    try:
        until = date.fromisoformat(terms.until)
    except ValueError as error:
        raise UsageError(f"{terms.until} is no date.", "Write it as 2026-12-31.") from error
    if until.isoformat() != terms.until:  # newer Pythons read forms that older ones could not read back
        raise UsageError(f"{terms.until} is not how a date is written here.", "Write it as 2026-12-31.")
    if until < today:
        raise UsageError(f"{terms.until} is over already.", "Name a day to come.")


def _title(subject: Subject, board: Board) -> str:
    if subject.kind is Kind.ITEM:
        if (view := board.item(subject.id)) is None:
            known = ", ".join(one.id for one in board.items)
            raise UsageError(f"There is no item {subject.id}.", f"There are: {known}.")
        return view.evidence.item.title
    if subject.kind is Kind.FINDING:
        if (finding := board.finding(subject.id)) is None:
            raise UsageError(f"There is no finding {subject.id}.", "See: walkdown finding list")
        return finding.rule.title
    if subject.kind is Kind.DOOR:
        if (row := board.door(subject.id)) is None:
            raise UsageError(f"There is no door {subject.id}.", "See: walkdown doors")
        return row.door.title
    if subject.kind is Kind.GUARD:
        if (guard := board.guard(subject.id)) is None:
            raise UsageError(f"There is no guard {subject.id}.", "See: walkdown guard list")
        return guard.guard.name
    if subject.id.startswith(CLASS):
        group = subject.id.removeprefix(CLASS)
        if group not in {gap.group for gap in board.gaps}:
            known = ", ".join(sorted({gap.group for gap in board.gaps})) or "none"
            raise UsageError(f"There is no class of gaps {group}.", f"There are: {known}.")
        return group
    if (gap := board.gap(subject.id)) is None:
        raise UsageError(f"There is no gap {subject.id}.", "See: walkdown gap list")
    return gap.path or gap.scanner or "the target"


def _check_pass(subject: Subject, title: str, board: Board, channel: Channel) -> None:
    view = board.item(subject.id)
    if view is None:
        return
    if board.looked is None:
        raise UsageError(f'"{title}" cannot be passed before the scan.', "Let it end first.")
    if channel is Channel.SCRIPT and view.evidence.item.reach is Reach.HUMAN:
        raise UsageError(f'Only a person can pass "{title}".', "Decide it at a terminal.")
    # A person in the app or at a terminal had on the screen what was set aside, and what no rule looks for. A script
    # has no eyes: somebody's have to have been there.
    blind = bool(view.evidence.dismissed) or view.evidence.standpoint is Standpoint.NOBODY_LOOKS
    if view.needs_opening or (channel is Channel.SCRIPT and blind and not view.opened):
        raise UsageError(f'Nobody opened the evidence of "{title}".', f"Look at it first: walkdown item show {view.id}")
