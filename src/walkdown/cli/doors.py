"""`walkdown doors`, `walkdown door show | decide`: every entrance, what stands there, and what people said of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

import click
import msgspec

from walkdown.cli.asked import asked
from walkdown.cli.doors_json import as_mounted, doors_json
from walkdown.cli.doors_text import door_text, doors_text
from walkdown.cli.exits import FINE, INCOMPLETE
from walkdown.cli.ids import resolve
from walkdown.cli.scan import interruptible, live
from walkdown.cli.walk import (
    DecideFlags,
    channel,
    decide,
    looked_at,
    open_session,
    print_json,
    verdict_named,
)
from walkdown.model.door import WRITES
from walkdown.record.report_csv import csv_line
from walkdown.review import Board, Session
from walkdown.review.doors import DoorRow
from walkdown.settings import Settings

MAP = "doors"
_LIST = "walkdown doors"
_HEAD = (
    "method", "path", "kind", "file", "line", "handler", "guard", "guards", "validated", "limiter", "writes", "reads",
    "findings", "decision", "by", "mail", "at", "reason", "open", "why", "hint", "uncertain", "id",
)  # fmt: skip


class DoorsFlags(msgspec.Struct, frozen=True):
    path: str
    form: str
    unguarded: bool
    text: str
    offline: bool


class DoorDecideFlags(DecideFlags, frozen=True, kw_only=True):
    door_ids: tuple[str, ...]
    verdict: str
    owner: str = ""
    until: str = ""


def list_doors(options: Mapping[str, object]) -> int:
    """3 where the map may lack a door; otherwise 0, as every list: `walkdown status` and `walkdown scan` judge."""
    flags = msgspec.convert(options, DoorsFlags)
    with _mapped(flags.path, offline=flags.offline) as session:
        rows = tuple(row for row in session.board.doors if _fits(row, flags))
        complete = is_complete(session.board)
        if flags.form == "json":
            print_json(doors_json(session, rows, complete=complete))
        elif flags.form == "csv":
            sys.stdout.writelines(doors_csv(session, rows))
        else:
            for line in doors_text(session, rows, complete=complete):
                click.echo(line)
        return FINE if complete else INCOMPLETE


def show_door(door_id: str, repo: str, who: str, *, offline: bool, form: str) -> int:
    with open_session(repo, offline=offline) as session:
        row = find_door(session.board, door_id)
        if form == "json":
            print_json(doors_json(session, (row,), complete=is_complete(session.board)))
            return FINE
        for line in door_text(session, row):
            click.echo(line)
        looked_at(session, row.subject, who)
    return FINE


def decide_doors(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, DoorDecideFlags)
    with open_session(flags.repo, offline=flags.offline) as session:
        found = dict.fromkeys(find_door(session.board, one).subject for one in flags.door_ids)
        return decide(flags, session, list(found), verdict_named(flags.verdict))


def find_door(board: Board, wanted: str) -> DoorRow:
    """By its id or the start of it, or as people call it where only one is called so: POST /orders."""
    called = [row for row in board.doors if row.door.title == wanted]
    if len(called) == 1:
        return called[0]
    rows = {row.id: row for row in board.doors}
    return rows[resolve(wanted, rows, "door", _LIST)]


def is_complete(board: Board) -> bool:
    """Whether the map was made, and nothing it is made from was missed and not let go."""
    looked = board.looked
    if looked is None or all(report.scanner != MAP for report in looked.result.reports):
        return False
    return all(board.waived(gap) for gap in looked.gaps if gap.scanner in ("", MAP))


def _mapped(path: str, *, offline: bool) -> Session:
    """The last scan where nothing changed since; else the map alone is made, which takes no other tool."""
    session = Session.open(path, channel(), asked(offline=offline))
    try:
        if session.recall():
            return session
    except BaseException:
        session.close()
        raise
    session.close()
    usual = asked(offline=offline)

    def only_the_map(settings: Settings) -> Settings:
        return msgspec.structs.replace(usual(settings), only=(MAP,))

    session = Session.open(path, channel(), only_the_map)
    try:
        with live() as listener:
            interruptible(lambda: session.scan(listener), session.review)
    except BaseException:
        session.close()
        raise
    return session


def _fits(row: DoorRow, flags: DoorsFlags) -> bool:
    if flags.unguarded and row.guard is not None:
        return False
    text = " ".join(_searched(row)).casefold()
    return all(word in text for word in flags.text.casefold().split())


def _searched(row: DoorRow) -> Iterator[str]:
    door = row.door
    yield from (door.id, door.kind.value, door.method, door.path, door.file, door.handler, door.framework)
    yield from (guard.name for guard in row.guards)
    yield row.guard.value if row.guard else "unguarded"
    yield from (reach.table for reach in door.reaches)
    yield row.verdict.value if row.verdict else "undecided"


# --- CSV -------------------------------------------------------------------------------------------------------------


def doors_csv(session: Session, rows: Sequence[DoorRow]) -> Iterator[str]:
    mask = session.review.masker.mask_text
    yield csv_line(_HEAD)
    for row in rows:
        yield csv_line([mask(cell) for cell in _cells(row)])


def _cells(row: DoorRow) -> tuple[str, ...]:
    door = row.door
    return (
        door.method, as_mounted(door.path), door.kind.value, door.file, str(door.line), door.handler,
        row.guard.value if row.guard else "",
        " ".join(f"{one.name}:{one.checks.value}" for one in row.guards),
        door.validated, door.limiter, _tables(row, writes=True), _tables(row, writes=False),
        " ".join(row.rests_on), *_said(row), "yes" if row.open else "", row.why, row.hint,
        "; ".join(door.uncertain), door.id,
    )  # fmt: skip


def _said(row: DoorRow) -> tuple[str, ...]:
    if row.said is None:
        return ("undecided", "", "", "", "")
    event, decision = row.said.event, row.said.decision
    return decision.verdict.value, event.actor.name, event.actor.mail, event.time, decision.reason


def _tables(row: DoorRow, *, writes: bool) -> str:
    found = (one.table for one in row.door.reaches if (one.operation in WRITES) is writes)
    return " ".join(dict.fromkeys(found))
