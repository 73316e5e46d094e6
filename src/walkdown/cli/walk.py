"""The walk in plain text: list the items, decide one, take a decision back."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping

import click
import msgspec

from walkdown.cli.scan import run_interruptible
from walkdown.model import Channel, Decision, Verdict
from walkdown.review import Review, actor_of, open_walk
from walkdown.review.walk import subject
from walkdown.safetext import for_terminal
from walkdown.scan.events import nobody
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
    with Review.open(path, lambda settings: with_offline(settings, offline)) as review, open_walk(review) as walk:
        evidence = walk.evidence(run_interruptible(review, nobody))
        decisions = walk.state().decisions
        for one in evidence:
            standing = decisions.get(subject(one.item.id))
            decided = standing.decision.verdict.value if standing else "undecided"
            stale = standing is not None and standing.decision.domain != one.domain
            said = one.standpoint.value + (f" {len(one.against)}" if one.against else "")
            again = "  (the evidence changed since)" if stale else ""
            click.echo(f"{decided:<12} {one.item.id:<24} {for_terminal(one.item.title)}  ·  {said}{again}")
    return 0


def decide_item(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, DecideFlags)
    actor = actor_of(flags.who)
    verdict = _VERDICTS.get(flags.verdict) or Verdict(flags.verdict)
    decision = Decision(subject(flags.item_id), verdict, flags.reason, flags.owner, flags.until, flags.note)
    adjust = functools.partial(with_offline, offline=flags.offline)
    with Review.open(flags.path, adjust) as review, open_walk(review) as walk:
        evidence = walk.evidence(run_interruptible(review, nobody))
        event = walk.decide(evidence, decision, actor, channel())
    click.echo(f"{event.seq}  {flags.item_id}: {verdict.value}, by {for_terminal(actor.name)}")
    return 0


def undo_last(path: str, who: str) -> int:
    actor = actor_of(who)
    with Review.open(path) as review, open_walk(review) as walk:
        event = walk.undo(actor, channel())
    click.echo(f"Taken back: decision {event.seq} of {event.time}.")
    return 0


def channel() -> Channel:
    """Whether a person sits there; the record says so."""
    return Channel.TERMINAL if sys.stdin.isatty() else Channel.SCRIPT


def with_offline(settings: Settings, offline: bool) -> Settings:
    return msgspec.structs.replace(settings, offline=settings.offline or offline)
