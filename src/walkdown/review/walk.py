"""Walking the checklist: what a scan says of each item, and what people decide about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from types import TracebackType

from walkdown.checklist import Checklist, Evidence, gather, load_folder, shipped
from walkdown.errors import JournalError, UsageError
from walkdown.journal import Journal, State, fold
from walkdown.model import (
    Actor,
    Channel,
    Decided,
    Decision,
    Event,
    Kind,
    Reach,
    Redone,
    ScanResult,
    Subject,
    Undone,
    Verdict,
)
from walkdown.process import run_now
from walkdown.review.review import Review

_NAMED = re.compile(r"\s*([^<>]+?)\s*(?:<([^<>\s]+)>)?\s*")
_NEEDS_REASON = {Verdict.WAIVED, Verdict.NOT_APPLICABLE}


class Walk:
    """A repo's checklist and journal, open for decisions."""

    def __init__(self, checklist: Checklist, journal: Journal) -> None:
        self.checklist = checklist
        self._journal = journal

    def __enter__(self) -> Walk:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._journal.close()

    def state(self) -> State:
        return fold(self._journal.events())

    def evidence(self, result: ScanResult) -> tuple[Evidence, ...]:
        stack = frozenset(part.name for part in result.target.stack)
        return gather(self.checklist, result.findings, result.facts, result.reports, stack)

    def decide(self, evidence: Sequence[Evidence], decision: Decision, actor: Actor, channel: Channel) -> Event:
        """Write the decision down with what it rests on. Returns once the disk has it."""
        about = next((one for one in evidence if one.item.id == decision.subject.id), None)
        if about is None or decision.subject.kind is not Kind.ITEM:
            known = ", ".join(one.item.id for one in evidence)
            raise UsageError(f"There is no item {decision.subject.id}.", f"There are: {known}.")
        _check(decision, about, channel)
        whole = Decision(
            subject=decision.subject,
            verdict=decision.verdict,
            reason=decision.reason,
            owner=decision.owner,
            until=decision.until,
            note=decision.note,
            rests_on=about.rests_on,
            domain=about.domain,
        )
        return self._journal.append(Decided(whole), actor, channel)

    def undo(self, actor: Actor, channel: Channel) -> Event:
        """Take back this person's last decision; gives the decision that was taken back."""
        last = self.state().last_of(actor)
        if last is None:
            raise JournalError(f"{actor.name} has nothing to take back.", "Decisions of others are theirs to undo.")
        self._journal.append(Undone(last.seq), actor, channel)
        return last

    def redo(self, actor: Actor, channel: Channel) -> Event:
        last = self.state().last_undone_of(actor)
        if last is None:
            raise JournalError(f"{actor.name} has taken nothing back that could be redone.")
        self._journal.append(Redone(last.seq), actor, channel)
        return last


def open_walk(review: Review) -> Walk:
    return Walk(load_folder(shipped()), Journal(review.state_folder / "journal.sqlite"))


def subject(item_id: str) -> Subject:
    return Subject(Kind.ITEM, item_id)


def actor_of(text: str) -> Actor:
    """`Name <mail>` as given, or git's user; only ever a claim, which a signature can prove later."""
    if not text:
        name, mail = _git_user("user.name"), _git_user("user.email")
        if not name:
            raise UsageError("Nobody knows who decides.", 'Say who you are: --as "Name <mail>"')
        return Actor(name, mail)
    found = _NAMED.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is not a name and mail.", 'Write it as: --as "Name <mail>"')
    return Actor(found[1], found[2] or "")


def _check(decision: Decision, about: Evidence, channel: Channel) -> None:
    verdict, title = decision.verdict, about.item.title
    if verdict in _NEEDS_REASON and not decision.reason:
        raise UsageError(f'"{title}" needs a reason for {verdict.value}.', "Give one: --reason TEXT")
    if verdict is Verdict.WAIVED:
        if not decision.owner or not decision.until:
            raise UsageError("A waiver has an owner and an end.", "Give both: --owner NAME --until 2026-12-31")
        try:
            date.fromisoformat(decision.until)
        except ValueError as error:
            raise UsageError(f"{decision.until} is no date.", "Write it as 2026-12-31.") from error
    if verdict is Verdict.PASS and channel is Channel.SCRIPT and about.item.reach is Reach.HUMAN:
        raise UsageError(f'Only a person can pass "{title}".', "Decide it at a terminal.")


def _git_user(key: str) -> str:
    """From the user's own git config, asked outside of any repository: the target's must not name the signer."""
    import os

    ended = run_now(["git", "config", "--global", "--get", key], cwd="/", env=dict(os.environ))
    return ended.stdout.decode("utf-8", "replace").strip() if ended.code == 0 else ""
