"""`walkdown undo` and `walkdown redo`: take back what you decided, or bring it back."""

from __future__ import annotations

from walkdown.cli.walk import channel, tell_written
from walkdown.model import Decided, Event
from walkdown.review import Session, actor_of


def undo(path: str, who: str, *, event: int | None, form: str) -> int:
    actor = actor_of(who)
    with Session.open(path, channel()) as session:
        events = session.undo(actor, event)
    tell_written("taken-back", events, form, lambda one: f"taken back ({_said(one)})")
    return 0


def redo(path: str, who: str, *, form: str) -> int:
    actor = actor_of(who)
    with Session.open(path, channel()) as session:
        events = session.redo(actor)
    tell_written("brought-back", events, form, lambda one: f"brought back ({_said(one)})")
    return 0


def _said(event: Event) -> str:
    what = event.act.decision.verdict.value if isinstance(event.act, Decided) else "a note"
    return f"{what} by {event.actor.name}, {event.time}"
