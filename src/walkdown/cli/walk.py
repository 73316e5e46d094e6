"""What the commands of the walk share: an open session, who sits there, and what they print of a decision."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from textwrap import wrap

import click
import msgspec

from walkdown.cli.asked import asked
from walkdown.cli.scan import interruptible, live
from walkdown.errors import UsageError
from walkdown.model import Channel, Decided, Event, Finding, Noted, Standing, Subject, Verdict, line_of
from walkdown.record.plain import json_bytes
from walkdown.record.wire_walk import WRITTEN, WireWrite, WireWritten
from walkdown.review import Session, Terms, actor_of
from walkdown.safetext import for_terminal

_WIDTH = 88
Say = Callable[[Event], str]
_VERDICTS = {"waive": Verdict.WAIVED, "accept": Verdict.ACCEPTED, "flaw": Verdict.NEEDS_WORK}


class DecideFlags(msgspec.Struct, frozen=True):
    """What every decision takes; `form` is text or json."""

    reason: str
    owner: str
    until: str
    repo: str
    who: str
    offline: bool
    form: str
    note: str = ""

    @property
    def terms(self) -> Terms:
        return Terms(self.reason, self.owner, self.until, self.note)


def open_session(path: str, *, offline: bool) -> Session:
    """A session with a scan of the content as it is now: the last one where nothing changed since, else a new one."""
    session = Session.open(path, channel(), asked(offline=offline))
    try:
        if not session.recall():
            with live() as listener:
                interruptible(lambda: session.scan(listener), session.review)
    except BaseException:
        session.close()
        raise
    return session


def channel() -> Channel:
    """Whether a person sits there; the record says so."""
    return Channel.TERMINAL if sys.stdin.isatty() else Channel.SCRIPT


def verdict_named(name: str) -> Verdict:
    """Commands say what one does, the journal what came of it."""
    return _VERDICTS.get(name) or Verdict(name)


def decide(flags: DecideFlags, session: Session, subjects: Sequence[Subject], verdict: Verdict) -> int:
    actor = actor_of(flags.who)
    events = session.decide(subjects, verdict, flags.terms, actor)
    until = f" until {flags.until}" if flags.until and verdict in (Verdict.WAIVED, Verdict.ACCEPTED) else ""
    tell_written("decided", events, flags.form, lambda _: f"{verdict.value}{until}, by {actor.name}")
    return 0


def tell_written(did: str, events: Sequence[Event], form: str, said: Say) -> None:
    """One line for each event, its number first: `undo --event` takes it."""
    if form == "json":
        print_json(WireWritten(WRITTEN, did, tuple(map(_written, events))))
        return
    for event in events:
        click.echo(f"{event.seq}  {for_terminal(f'{_written(event).id}: {said(event)}')}")


def looked_at(session: Session, subject: Subject, who: str) -> None:
    """Somebody who reads this at a terminal has seen the evidence. A script has not, and neither has a file."""
    if channel() is not Channel.TERMINAL or not sys.stdout.isatty():
        return
    try:
        actor = actor_of(who)
    except UsageError:
        click.echo('Nobody knows who looked, so it does not count: --as "Name <mail>"', err=True)
        return
    session.opened(subject, actor)


def print_json(value: msgspec.Struct) -> None:
    sys.stdout.write(json_bytes(value).decode() + "\n")


def labelled(label: str, text: str, *, indent: str = "  ") -> None:
    """A label and its text, folded; nothing where there is no text. Untrusted text must have been masked."""
    shown = for_terminal(text).strip()
    if not shown:
        return
    first = f"{indent}{label:<10} "
    for line in wrap(shown, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first)):
        click.echo(line)


def decision_text(standing: Standing | None, *, over: bool = False) -> str:
    """A decision in one line: what, by whom, when, why, for how long."""
    if standing is None:
        return "none yet"
    decision, event = standing.decision, standing.event
    who = f"{decision.verdict.value} by {event.actor.name} ({event.channel.value}, {event.time})"
    if standing.origin:
        who += f", carried from the sign-off {standing.origin}"
    until = f", {decision.owner} answers for it until {decision.until}" if decision.until else ""
    ended = ", which is over" if over else ""
    reason = f": {decision.reason}" if decision.reason else ""
    others = "; ".join(
        f"{one.actor.name} decided {one.act.decision.verdict.value} at the same time (event {one.seq})"
        for one in standing.disputed
        if isinstance(one.act, Decided)
    )
    return f"{who}{until}{ended}{reason}" + (f". But {others}" if others else "")


def code_lines(session: Session, finding: Finding, *, around: int = 0, indent: str = " " * 12) -> Iterable[str]:
    """The flagged lines, secrets masked; none where the files are no longer those that were scanned."""
    looked = session.board.looked
    if looked is None or not looked.fresh:
        return
    flagged = line_of(finding.place)
    if around:
        first, text = session.review.code_around(finding, around, around)
    else:
        first, text = flagged, session.review.code_of(finding)
    for number, line in enumerate(text.split("\n") if text else [], first):
        mark = ">" if number == flagged and around else " "
        yield f"{indent}{mark}{number:>5} | {for_terminal(line, width=_WIDTH + 20)}"


def _written(event: Event) -> WireWrite:
    match event.act:
        case Decided(decision):
            return _write(event, decision.subject, decision.verdict)
        case Noted(subject):
            return _write(event, subject, None)
        case other:
            raise TypeError(f"a {type(other).__name__} is nothing that is decided or taken back")


def _write(event: Event, subject: Subject, verdict: Verdict | None) -> WireWrite:
    return WireWrite(event.seq, subject.kind, subject.id, verdict, event.actor.name, event.time)
