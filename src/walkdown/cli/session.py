"""`walkdown session`: the reviews on this machine, and one of them on its way to another."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from walkdown.cli.exits import FINE
from walkdown.cli.scan import run_interruptible
from walkdown.errors import UsageError
from walkdown.record.plain import json_bytes
from walkdown.review import sessions
from walkdown.review.review import Review
from walkdown.review.sessions import Incoming, Summary
from walkdown.safetext import for_terminal
from walkdown.scan.events import nobody
from walkdown.settings import Folders, Settings


class _Listed(msgspec.Struct, frozen=True):
    schema: str
    sessions: tuple[Summary, ...]
    dropped: tuple[str, ...]


def list_sessions(form: str) -> int:
    state = Folders.of_user().state
    found, away = sessions.sessions(state), sessions.dropped(state)
    if form == "json":
        click.echo(msgspec.json.format(json_bytes(_Listed("walkdown.sessions/1", found, away)), indent=2).decode())
        return FINE
    if not found:
        click.echo("Nothing was decided on this machine yet.")
    for one in found:
        click.echo("\n".join(map(for_terminal, _lines(one))))
    for name in away:
        click.echo(f"dropped  {name}  (bring it back: walkdown session restore {name})")
    return FINE


def drop_session(start: str, *, yes: bool) -> int:
    state = Folders.of_user().state
    session = sessions.find(state, start)
    if not yes:
        if not _at_terminal():
            raise UsageError("Only a person drops a session.", "At a terminal, or with --yes.")
        click.echo("\n".join(map(for_terminal, _lines(session))))
        if click.prompt(f'Type "{session.id[:8]}" to put it away', default="", show_default=False) != session.id[:8]:
            click.echo("Nothing was dropped.")
            return FINE
    name = sessions.drop(state, session.id)
    click.echo(f"Put away, not deleted. Bring it back: walkdown session restore {name}")
    return FINE


def restore_session(name: str) -> int:
    click.echo(f"Session {sessions.restore(Folders.of_user().state, name)} is back.")
    return FINE


def export_session(file: str, path: str) -> int:
    target = None if file == "-" else Path(file)
    if target is not None and target.exists():
        raise UsageError(f"{file} is there already.", "Name another file, or move that one away.")
    with Review.open(path) as review:
        data = sessions.export(review)
    if target is None:
        sys.stdout.buffer.write(data)
        return FINE
    sessions.write_private(target, data)
    count = len(sessions.read_session(data, file).events)
    click.echo(f"{_events(count)} in {for_terminal(file)}, for your eyes only (mode 600).")
    click.echo("It holds what people decided and wrote, their names and mails, and where findings are; no code.")
    return FINE


def import_session(file: str, path: str, *, same_project: bool, offline: bool) -> int:
    incoming = _read(file)

    def adjust(settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, offline=settings.offline or offline)

    with Review.open(path, adjust) as review:
        sessions.check_fits(review, incoming, same_project=same_project)
        if incoming.needs_scan:
            click.echo("Looking at the files here, so that findings keep their names ...", err=True)
            run_interruptible(review, nobody)
        taken = sessions.take_over(review, incoming)
        sessions.remember(review)
    people = ", ".join(dict.fromkeys(for_terminal(event.actor.name) for event in incoming.events))
    if taken.events:
        click.echo(f"{_events(taken.events)} taken over, by {people}. Who they are is as the file claims.")
    else:
        click.echo("Everything in it was here already.")
    if taken.nameless:
        click.echo(f"{taken.nameless} findings could not be told for sure and get new names: decide those again.")
    return FINE


def _read(file: str) -> Incoming:
    most = sessions.MOST_BYTES + 1
    if file == "-":
        return sessions.read_session(sys.stdin.buffer.read(most), "standard input")
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(most)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "Name a file of `session export`.") from error
    return sessions.read_session(data, file)


def _lines(one: Summary) -> tuple[str, ...]:
    if one.trouble:
        return (f"{one.id}  {one.about.name or '?'}  cannot be read", f"    {one.trouble}")
    last = f"last {one.last} by {one.by}" if one.last else "nothing yet"
    size = f"{max(1, one.bytes // 1024)} KB"
    where = "  ".join(filter(None, (one.about.remote, one.about.root)))
    decisions = "1 decision" if one.decisions == 1 else f"{one.decisions} decisions"
    head = f"{one.id}  {one.about.name or '?'}  ·  {decisions}  ·  {last}  ·  {size}"
    return (head, f"    {where}") if where else (head,)


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count} events"


def _at_terminal() -> bool:
    return sys.stdin.isatty()
