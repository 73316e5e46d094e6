"""What a gap means, what to do about it, and who lets it go: the reading beside the list."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from walkdown.model import Gap, SkipKind, is_whole
from walkdown.record.plain import detail_of
from walkdown.review import Session
from walkdown.review.gap_words import OF_KIND, words_of
from walkdown.tui.gap_rows import GapRow
from walkdown.tui.keys import bindings
from walkdown.tui.origin_words import carried, offered
from walkdown.tui.text import plain, quiet, shape, verdict_word
from walkdown.tui.widgets.labelled import Labelled

_NAMES = {SkipKind.GAP: "Gaps", SkipKind.LIMIT: "Limits", SkipKind.SCOPE: "Scope"}


class GapPage(VerticalScroll):
    BINDINGS: ClassVar[list[BindingType]] = bindings("move.down", "move.up")
    DEFAULT_CSS = """
    GapPage { height: 1fr; padding: 1 2; background: $surface; scrollbar-size-vertical: 1; }
    GapPage > #gap-title { text-style: bold; max-width: 88; }
    GapPage > #gap-class { color: $quiet; margin-bottom: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._shown_key = ""

    def compose(self) -> ComposeResult:
        yield Static(id="gap-title")
        yield Static(id="gap-class")
        yield Labelled("gap-reason", "Why")
        yield Labelled("gap-scanner", "Scanner")
        yield Labelled("gap-means", "Means")
        yield Labelled("gap-do", "Do")
        yield Labelled("gap-decision", "Decision")

    def action_down(self) -> None:
        self.scroll_down(animate=False)

    def action_up(self) -> None:
        self.scroll_up(animate=False)

    def show(self, row: GapRow | None, session: Session | None) -> None:
        title, below = _titles(row)
        self.query_one("#gap-title", Static).update(title)
        self.query_one("#gap-class", Static).update(below)
        gap = row.gap if row else None
        some = gap or (row.first if row else None)
        words = words_of(some) if some and some.kind is SkipKind.GAP else None
        self._say("gap-reason", _reason(gap, session))
        self._say("gap-scanner", _ending(gap, session))
        self._say("gap-means", Content(words.means if words else OF_KIND[row.kind]) if row and row.key else None)
        self._say("gap-do", Content(words.do) if words else None)
        self._say("gap-decision", _decision(row) if row and gap and row.kind is SkipKind.GAP else None)
        if (key := row.key if row else "") != self._shown_key:
            self._shown_key = key
            self.scroll_home(animate=False)

    def _say(self, name: str, content: Content | None) -> None:
        self.query_one(f"#{name}", Labelled).say(content)


def _titles(row: GapRow | None) -> tuple[Content, Content]:
    if row is None:
        return Content(""), Content("")
    if row.gap is not None:
        gap = row.gap
        return plain(gap.path or gap.scanner or "The target"), plain(gap.group)
    if row.group:
        still = f", {row.open} open" if row.kind is SkipKind.GAP else ""
        return plain(row.group), quiet(f"{row.total} in this class{still}")
    return Content(_NAMES[row.kind]), quiet(f"{row.total}, folded: enter shows them" if row.folded else f"{row.total}")


def _reason(gap: Gap | None, session: Session | None) -> Content | None:
    if gap is None or session is None:
        return None
    return plain(session.review.masker.mask_text(gap.reason))


def _ending(gap: Gap | None, session: Session | None) -> Content | None:
    """Why the scanner itself did not come to its end, where that is what lies behind the gap."""
    looked = session.board.looked if session else None
    if gap is None or session is None or looked is None:
        return None
    report = next((one for one in looked.result.reports if one.scanner == gap.scanner), None)
    if report is None or is_whole(report.outcome) or gap.code != "not-run":
        return None
    return plain(session.review.masker.mask_text(detail_of(report.outcome)))


def _decision(row: GapRow) -> Content:
    if row.standing is None:
        none, offer = Content.assemble(shape(None), " ", quiet("none yet")), offered(row.offer)
        return Content.assemble(none, "\n", offer) if offer else none
    decision, event = row.standing.decision, row.standing.event
    whole = " with its whole class" if row.gap and decision.subject == row.gap.class_subject else ""
    who = plain(f"{whole} by {event.actor.name}{carried(row.standing.origin)}")
    parts: list[Content | str] = [shape(decision.verdict), " ", verdict_word(decision.verdict), who]
    if row.over:
        parts.append(plain(f", and ended on {decision.until}: it counts no longer", "$bad"))
    else:
        answers = f"; {decision.owner} answers for it" if decision.owner != event.actor.name else ""
        parts.append(plain(f" until {decision.until}{answers}"))
    return Content.assemble(*parts, "\n", plain(decision.reason, lines=True))
