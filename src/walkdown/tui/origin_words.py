"""What earlier sign-offs say here, in words: what was carried over, what is only offered, and what changed since."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.content import Content

from walkdown.model import Subject
from walkdown.tui.text import WORDS, join, plain, quiet

if TYPE_CHECKING:  # the first paint does not wait for them
    from walkdown.record.statement import Since
    from walkdown.review import Board, ItemView
    from walkdown.review.origin import Offer

_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=-)")
_NAME_WIDE = 40


def day_of(record: str) -> str:
    """A record is named after its day. Untrusted."""
    found = _DAY.match(record)
    return found.group() if found else record


def carried(origin: str) -> str:
    """Beside who decided; empty where it was decided here. Untrusted."""
    return f", carried from the sign-off of {day_of(origin)}" if origin else ""


def offered(offer: Offer | None) -> Content | None:
    """Said by a record nobody trusts: shown, and no more than that."""
    if offer is None:
        return None
    said, decision = offer.said, offer.said.decision
    who = plain(said.by.name, "$medium", width=_NAME_WIDE)
    reason = plain(f"\n“{decision.reason.strip()}”", "$quiet", lines=True) if decision.reason.strip() else Content("")
    return join(
        Content.styled("A record that nobody you trust signed says: ", "$medium"),
        Content.styled(WORDS[decision.verdict], "bold $medium"),
        Content.styled(" (", "$medium"), who, plain(f", {said.at[:10]}). ", "$medium", width=16),
        Content.styled("It counts for nothing until you decide.", "$medium"),
        reason,
    )  # fmt: skip


def earlier(view: ItemView) -> Content:
    """In a list, quietly, where no finding has more to say: that an earlier sign-off speaks here."""
    if view.evidence.against:
        return Content("")
    if view.standing is not None:
        return Content.styled("carried" if view.standing.origin else "", "$faint")
    return Content.styled("offered" if view.offer is not None else "", "$medium")


def offer_for(board: Board, subject: Subject) -> Offer | None:
    """Nothing where somebody decided already."""
    return None if board.standing(subject) else board.offers.get(subject)


def last_signoff(board: Board) -> Content | None:
    """The newest sign-off that somebody trusted signed: who, when, and how much of it still holds."""
    if board.origin is None:
        return None
    when = plain(day_of(board.origin.name), width=_NAME_WIDE)
    who = plain(", ".join(board.origin.by) or "nobody", width=_NAME_WIDE * 2)
    return join(when, ", signed by ", who, "\n", _holds(board))


def _holds(board: Board) -> Content:
    if board.looked is None:
        return quiet("What of it still holds is known when the scan has ended.")
    again = len(board.since.reopened) if board.since else 0
    kept = sum(bool(one.origin) for one in board.state.decisions.values())
    still = f"{kept:,} {'decision is' if kept == 1 else 'decisions are'} carried over"
    if not again:
        return join(Content.styled("Still holds", "$good"), quiet(f": {still}, nothing is asked again"))
    many = f"{again:,} {'thing is' if again == 1 else 'things are'} asked again"
    return join(Content.styled(many, "$medium"), quiet(f"; {still}"))


def since_words(since: Since | None) -> Content | None:
    """What changed since the last sign-off, in numbers; the list beside it names what is to be read."""
    if since is None:
        return None
    who = ", ".join(since.by)
    by = plain(f", by {who}", "$quiet", width=60) if who else Content("")
    lines = [join(plain(day_of(since.record), width=_NAME_WIDE), by), _files(since)]
    found = [f"{since.new_findings:,} new"] * bool(since.new_findings)
    found += [f"{since.gone_findings:,} gone"] * bool(since.gone_findings)
    if found:
        lines.append(Content(f"findings: {', '.join(found)}"))
    if since.reopened:
        lines.append(Content.styled(f"{len(since.reopened):,} asked again", "$medium"))
    guards = sum(hunk.what == "guard-removed" for hunk in since.hunks)
    if guards:
        lines.append(Content.styled(f"{guards:,} {'guard' if guards == 1 else 'guards'} removed", "$bad"))
    if len(since.hunks) > guards:
        places = len(since.hunks) - guards
        lines.append(Content(f"{places:,} changed {'place' if places == 1 else 'places'} to be read"))
    if since.told:
        lines.append(plain(since.told, "$quiet"))
    return Content("\n").join(lines)


def _files(since: Since) -> Content:
    parts = (("changed", since.changed), ("new", since.added), ("removed", since.removed))
    said = [f"{number:,} {word}" for word, number in parts if number]
    return Content(f"files: {', '.join(said)}") if said else quiet("no file changed")
