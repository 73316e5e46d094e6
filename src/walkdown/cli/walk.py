"""The walk in plain text: list the items, decide one, take a decision back."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click
import msgspec

from walkdown.cli.scan import interruptible
from walkdown.model import Channel, Kind, Subject, Verdict
from walkdown.review import Session, Terms, actor_of
from walkdown.safetext import for_terminal
from walkdown.settings import Settings


class DecideFlags(msgspec.Struct, frozen=True):
    item_id: str
    verdict: str
    path: str
    reason: str
    owner: str
    until: str
    note: str
    who: str
    offline: bool


_VERDICTS = {"waive": Verdict.WAIVED}


def list_items(path: str, *, offline: bool) -> int:
    with open_session(path, offline=offline) as session:
        for view in session.board.items:
            decided = view.verdict.value if view.verdict else "undecided"
            evidence = view.evidence
            said = evidence.standpoint.value + (f" {len(evidence.against)}" if evidence.against else "")
            again = f"  ({view.why})" if view.standing and view.why else ""
            click.echo(f"{decided:<12} {view.id:<24} {for_terminal(evidence.item.title)}  ·  {said}{again}")
    return 0


def decide_item(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, DecideFlags)
    actor = actor_of(flags.who)
    verdict = _VERDICTS.get(flags.verdict) or Verdict(flags.verdict)
    terms = Terms(flags.reason, flags.owner, flags.until, flags.note)
    with open_session(flags.path, offline=flags.offline) as session:
        (event,) = session.decide([Subject(Kind.ITEM, flags.item_id)], verdict, terms, actor)
    click.echo(f"{event.seq}  {flags.item_id}: {verdict.value}, by {for_terminal(actor.name)}")
    return 0


def undo_last(path: str, who: str) -> int:
    actor = actor_of(who)
    with Session.open(path, channel()) as session:
        events = session.undo(actor)
    for event in events:
        click.echo(f"Taken back: decision {event.seq} of {event.time}.")
    return 0


def open_session(path: str, *, offline: bool) -> Session:
    """A session with a scan of the content as it is now: the last one where nothing changed since, else a new one."""
    session = Session.open(path, channel(), lambda settings: with_offline(settings, offline))
    try:
        if not session.recall():
            interruptible(session.scan, session.review)
    except BaseException:
        session.close()
        raise
    return session


def channel() -> Channel:
    """Whether a person sits there; the record says so."""
    return Channel.TERMINAL if sys.stdin.isatty() else Channel.SCRIPT


def with_offline(settings: Settings, offline: bool) -> Settings:
    return msgspec.structs.replace(settings, offline=settings.offline or offline)
