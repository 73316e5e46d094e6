"""A finding in words, as the page beside the list shows it. Everything comes out safe for the screen. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from textual.content import Content

from walkdown.checklist import is_over
from walkdown.checklist.readiness import print_then
from walkdown.model import Channel, Confidence, Event, Finding, Place, Standing, line_of, path_of
from walkdown.model.event import Decided
from walkdown.model.hazards import HAZARDS
from walkdown.model.place import CommitPlace, FilePlace, PackagePlace, RepoPlace
from walkdown.tui.origin_words import carried, offered
from walkdown.tui.text import join, place_text, plain, quiet, shape, verdict_word

if TYPE_CHECKING:
    from walkdown.review.origin import Offer

_MOST_PLACES = 12
_SURENESS = {
    Confidence.SURE: "sure",
    Confidence.LIKELY: "likely",
    Confidence.UNSURE: "unsure, may well be nothing",
}
_CHANNELS = {Channel.APP: "in the app", Channel.TERMINAL: "at a terminal", Channel.SCRIPT: "by a script"}

Writers = dict[int, tuple[str, str]]
"""By line: who wrote it, and when."""


def facts(finding: Finding) -> Content:
    """How bad, how sure, what kind: one line."""
    hazard = HAZARDS.get(finding.rule.hazard)
    parts = [
        Content.styled(finding.severity.value, f"${finding.severity.value}"),
        Content(_SURENESS[finding.confidence]),
        *(plain(f"CWE-{cwe}") for cwe in finding.rule.cwe),
        *([plain(hazard.title)] if hazard else []),
    ]
    return Content(" · ").join(parts)


def place(finding: Finding) -> Content:
    where = finding.place
    symbol = f"  in {where.symbol}" if isinstance(where, FilePlace) and where.symbol else ""
    return join(plain(place_text(finding), "$accent"), plain(symbol, "$quiet"))


def seen_by(finding: Finding) -> Content:
    """Every tool that named it, with its own name for the rule."""
    named = finding.sources or ()
    texts = [f"{one.tool} {one.rule}" for one in named] or [f"{finding.rule.tool} {finding.rule.id}"]
    return plain(" + ".join(dict.fromkeys(texts)))


def way(finding: Finding) -> list[Content]:
    """From where the data comes in to where it does harm."""
    arrows = ["", *("  " * min(number, 4) + "→ " for number in range(1, len(finding.steps)))]
    return [
        join(arrow, plain(f"{step.role}  "), plain(_where(step.place), "$quiet"))
        for arrow, step in zip(arrows, finding.steps, strict=False)
    ]


def other_places(finding: Finding) -> list[Content]:
    """Two tools may name one line by different columns: that is no other place for a reader."""
    others = [text for text in dict.fromkeys(map(_where, finding.places)) if text != _where(finding.place)]
    shown = [plain(text) for text in others[:_MOST_PLACES]]
    more = len(others) - len(shown)
    return [*shown, quiet(f"and {more} more")] if more > 0 else shown


def silenced(finding: Finding, writers: Writers) -> Content:
    silence = finding.silenced
    if silence is None:
        return Content("")
    who, when = writers.get(silence.line, (silence.who, silence.when))
    by = f", by {who} on {when[:10]}" if who and when else f", by {who}" if who else ""
    return plain(
        f"A comment on line {silence.line} tells the tool to look away ({silence.how}){by}. It counts all the same."
    )


def written(finding: Finding, writers: Writers) -> Content:
    who, when = writers.get(line_of(finding.place), ("", ""))
    return plain(f"by {who}" + (f" on {when[:10]}" if when else "")) if who else Content("")


def decision(finding: Finding, standing: Standing | None, today: date, offer: Offer | None = None) -> list[Content]:
    """What people said of it. Never mixed with what tools say."""
    if not finding.id:
        return [quiet("It can be decided when the scan has ended.")]
    if standing is None:
        undecided = join(shape(None), " ", "undecided")
        return [undecided, said] if (said := offered(offer)) else [undecided]
    return [*_decided(standing, today), *_doubts(finding, standing)]


def _decided(standing: Standing, today: date) -> Iterator[Content]:
    made, event = standing.decision, standing.event
    yield join(
        shape(made.verdict), " ", verdict_word(made.verdict), plain(f" · {_by(event, standing.origin)}", "$quiet")
    )
    if made.reason:
        yield plain(made.reason, lines=True)
    if made.owner or made.until:
        yield plain(f"{made.owner or 'nobody'} looks after it, until {made.until or 'no day'}")
    if is_over(standing, today):
        yield Content.styled("That day is over: it stands in the way again.", "$bad")
    if made.note:
        yield plain(made.note, "$quiet", lines=True)


def _doubts(finding: Finding, standing: Standing) -> Iterator[Content]:
    for event in standing.disputed:
        if isinstance(event.act, Decided):
            other = event.act.decision
            reason = f": {other.reason}" if other.reason else ""
            yield join(
                Content.styled("Disputed  ", "$bad"),
                verdict_word(other.verdict),
                plain(f" · {_by(event)}{reason}", "$quiet"),
            )
    if standing.disputed:
        yield quiet("Neither saw the other's. Decide again to settle it.")
    then = print_then(standing.decision)
    if then and finding.fingerprint and then != finding.fingerprint:
        yield Content.styled("The code changed since this was decided.", "$medium")


def _by(event: Event, origin: str = "") -> str:
    if origin:
        return f"{event.actor.name}{carried(origin)}"
    return f"{event.actor.name}, {event.time[:16].replace('T', ' ')}, {_CHANNELS[event.channel]}"


def _where(where: Place) -> str:
    if isinstance(where, RepoPlace):
        return where.about or "the repository"
    if isinstance(where, PackagePlace):
        return f"{where.name} {where.version} {where.path}".strip()
    line = line_of(where)
    text = f"{path_of(where)}:{line}" if line else path_of(where)
    return f"{text} @ {where.commit[:8]}" if isinstance(where, CommitPlace) else text


def several(findings: Sequence[Finding]) -> str:
    """What a question about them calls them. Untrusted."""
    if len(findings) == 1:
        return f"{findings[0].rule.title}  {place_text(findings[0])}"
    titles = {one.rule.title for one in findings}
    return f"{len(findings)} findings" + (f": {next(iter(titles))}" if len(titles) == 1 else "")
