"""A decision as a record keeps it: every text masked, with who made it, when and through which channel."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from walkdown.model import Actor, Decision, Standing, Subject
from walkdown.record.statement import Said

Words = Callable[[str], str]


def said_line(standing: Standing | None, words: Words) -> Said | None:
    if standing is None:
        return None
    event = standing.event
    return Said(
        decision=_clean(standing.decision, words),
        by=actor_line(event.actor, words),
        at=event.time,
        channel=event.channel,
        origin=standing.origin,
        disputed=tuple(dict.fromkeys(actor_line(one.actor, words) for one in standing.disputed)),
    )


def actor_line(actor: Actor, words: Words) -> Actor:
    return Actor(words(actor.name), words(actor.mail))


def _clean(decision: Decision, words: Words) -> Decision:
    return msgspec.structs.replace(
        decision,
        subject=Subject(decision.subject.kind, words(decision.subject.id)),
        reason=words(decision.reason),
        owner=words(decision.owner),
        note=words(decision.note),
    )
