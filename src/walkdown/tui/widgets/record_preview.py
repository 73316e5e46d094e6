"""What the record would say if it were signed now: of what, by whom, what was let go; and who would sign it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from walkdown.model import Severity, Verdict
from walkdown.review import Board, Session
from walkdown.review.summary import Summary, summary_of
from walkdown.tui.gap_rows import looked_at
from walkdown.tui.keys import bindings
from walkdown.tui.origin_words import since_words
from walkdown.tui.text import WORDS, join, plain, quiet, shape
from walkdown.tui.widgets.labelled import Labelled

_EXCUSES = 12
_PARTS = (
    ("signed", "Signed"), ("signer", "Who signs"), ("of", "Of"), ("verdict", "Verdict"), ("since", "Since"),
    ("items", "Items"), ("findings", "Findings"), ("gaps", "Gaps"), ("people", "Decided by"), ("excuses", "Let go"),
    ("looked", "Looked"),
)  # fmt: skip

Mask = Callable[[str], str]


class RecordPreview(VerticalScroll):
    BINDINGS: ClassVar[list[BindingType]] = bindings("move.down", "move.up")
    DEFAULT_CSS = """
    RecordPreview { height: 1fr; padding: 1 2; background: $surface; scrollbar-size-vertical: 1; }
    RecordPreview > #record-title { text-style: bold; margin-bottom: 1; }
    """

    def compose(self) -> ComposeResult:
        yield Static("What the record will say", id="record-title")
        for name, label in _PARTS:
            part = Labelled(f"record-{name}", label)
            part.display = False
            yield part

    def action_down(self) -> None:
        self.scroll_down(animate=False)

    def action_up(self) -> None:
        self.scroll_up(animate=False)

    def show(self, board: Board, session: Session | None) -> None:
        """All but who signs and who did, which `say` tells when it is known."""
        mask = session.review.masker.mask_text if session else lambda text: text
        summary = summary_of(board)
        said = {
            "of": _of_what(board, session, mask),
            "verdict": _verdict(board),
            "items": join(f"{len(board.items)}: ", _counted(summary.items)),
            "findings": _findings(board, summary),
            "gaps": _gaps(summary),
            "people": _people(summary),
            "excuses": _lines(_excuses(summary, mask)),
            "looked": _lines(_looked(board)),
            "since": since_words(board.since),
        }
        for name, content in said.items():
            self.say(name, content)

    def say(self, name: str, content: Content | None) -> None:
        """Nothing to say takes no room."""
        self.query_one(f"#record-{name}", Labelled).say(content)


def _of_what(board: Board, session: Session | None, mask: Mask) -> Content | None:
    if session is None:
        return None
    facts = session.review.target.facts
    dirty = board.looked is not None and board.looked.result.target.dirty
    parts = [plain(facts.name), plain(mask(facts.branch)), plain(facts.head[:10])]
    parts.append(Content.styled("with uncommitted changes", "$medium") if dirty else quiet("clean"))
    return Content(" · ").join(part for part in parts if part.plain)


def _verdict(board: Board) -> Content:
    if board.ready:
        return join(shape(Verdict.PASS), " Signed: nothing stands open")
    many = len(board.obstacles)
    return join(shape(Verdict.NEEDS_WORK), f" Signed with {many} {'exception' if many == 1 else 'exceptions'}, by name")


def _findings(board: Board, summary: Summary) -> Content:
    if not board.findings:
        return Content("none")
    severe = [
        Content.styled(f"{summary.severities[level]} {level.value}", f"${level.value}")
        for level in Severity
        if summary.severities.get(level)
    ]
    return join(f"{len(board.findings)}: ", Content(", ").join(severe), "\n", _counted(summary.findings))


def _gaps(summary: Summary) -> Content:
    if not summary.gaps:
        return Content("none: nothing was missed")
    still = summary.gaps - summary.gaps_waived
    parts = [Content.styled(f"{summary.gaps_waived} waived", "$waived")] if summary.gaps_waived else []
    parts += [Content(f"{still} open")] if still else []
    ended = Content.styled(f", {summary.expired} waivers ended", "$bad") if summary.expired else Content("")
    return join(f"{summary.gaps}: ", Content(", ").join(parts), ended)


def _people(summary: Summary) -> Content:
    if not summary.people:
        return quiet("nobody yet")
    return Content(", ").join(join(plain(actor.name, width=40), f" {number}") for actor, number in summary.people)


def _excuses(summary: Summary, mask: Mask) -> Iterator[Content]:
    for excuse in summary.excuses[:_EXCUSES]:
        decision = excuse.standing.decision
        until = f"ended on {decision.until}" if excuse.over else f"until {decision.until}"
        why = plain(f", {decision.owner}: {decision.reason}", "$quiet")
        said = join(plain(until, "$bad" if excuse.over else "$waived"), why)
        yield join(shape(None if excuse.over else decision.verdict), " ", plain(mask(excuse.title)), "\n", said)
    if len(summary.excuses) > _EXCUSES:
        yield quiet(f"and {len(summary.excuses) - _EXCUSES} more")


def _looked(board: Board) -> Iterator[Content]:
    if board.looked is None:
        yield quiet("nobody looked yet")
        return
    if board.looked.result.finished:
        yield plain(f"scanned {board.looked.result.finished}", "$quiet")
    yield from (plain(looked_at(report)) for report in board.looked.result.reports)


def _counted(tally: Mapping[Verdict | None, int]) -> Content:
    verdicts: tuple[Verdict | None, ...] = (*Verdict, None)
    words = [f"{tally[one]} {WORDS[one]}" for one in verdicts if tally.get(one)]
    return Content(", ".join(words) or "none")


def _lines(lines: Iterator[Content]) -> Content | None:
    """Nothing where there are none: the label goes as well."""
    found = list(lines)
    return Content("\n").join(found) if found else None
