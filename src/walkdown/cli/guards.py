"""`walkdown guard list | means`: what stands at the doors, and saying once what it asks."""

from __future__ import annotations

from collections.abc import Mapping

import click
import msgspec

from walkdown.cli.doors_json import guards_json
from walkdown.cli.ids import resolve
from walkdown.cli.walk import DecideFlags, decide, decision_text, labelled, open_session, print_json
from walkdown.model import Verdict
from walkdown.review import Board, Session
from walkdown.review.doors import GuardRow
from walkdown.safetext import for_terminal

_LIST = "walkdown guard list"


class MeansFlags(DecideFlags, frozen=True, kw_only=True):
    guard_id: str
    means: str
    owner: str = ""
    until: str = ""


def list_guards(path: str, *, offline: bool, form: str) -> int:
    with open_session(path, offline=offline) as session:
        if form == "json":
            print_json(guards_json(session))
            return 0
        for one in sorted(session.board.guards, key=lambda row: -len(row.doors)):
            _tell(session, one)
        said = sum(not one.open for one in session.board.guards)
        click.echo(f"{len(session.board.guards)} in all; of {said} somebody said what it asks.")
    return 0


def say_what_it_means(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, MeansFlags)
    with open_session(flags.repo, offline=flags.offline) as session:
        guard = find_guard(session.board, flags.guard_id)
        return decide(flags, session, [guard.subject], Verdict(flags.means))


def find_guard(board: Board, wanted: str) -> GuardRow:
    """By its id, or by its name where only one goes by it."""
    named = [one for one in board.guards if one.guard.name == wanted]
    if len(named) == 1:
        return named[0]
    guards = {one.id: one for one in board.guards}
    return guards[resolve(wanted, guards, "guard", _LIST)]


def _tell(session: Session, one: GuardRow) -> None:
    mask = session.review.masker.mask_text
    doors = f"{len(one.doors)} {'door' if len(one.doors) == 1 else 'doors'}"
    read = "" if one.open or one.means is one.guard.checks else f", read as {one.guard.checks.value}"
    click.echo(for_terminal(mask(f"{one.means.value:<8} {one.id}  {doors}{read}")))
    if one.said:
        labelled("Said", mask(decision_text(one.said)))
        labelled("Open", one.why)
