"""What the first screen says of a review: pure words, made of what is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from textual.content import Content

from walkdown.checklist import ObstacleKind, Standpoint
from walkdown.model import StackPart, Verdict
from walkdown.tui.scan_rows import state_of
from walkdown.tui.scanning import Row
from walkdown.tui.text import join, plain, quiet
from walkdown.tui.when import ago

if TYPE_CHECKING:  # the first paint does not wait for it
    from walkdown.review import Board, ItemView

_STACK_SHOWN = 8
_NOTES_SHOWN = 3
_LISTS_SHOWN = 3
_KINDS = ((ObstacleKind.ITEM, "question"), (ObstacleKind.FINDING, "finding"), (ObstacleKind.GAP, "gap"))


def counted(number: int, one: str) -> str:
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def following(board: Board) -> ItemView | None:
    """The next question without an answer that holds; what blocks comes first, and what somebody works on last."""
    blocking = [view for view in board.items if view.why]
    waiting = [view for view in blocking if view.verdict is not Verdict.NEEDS_WORK]
    undecided = [view for view in board.items if view.verdict is None]
    return next(iter((*waiting, *undecided, *blocking)), None)


def in_the_way(board: Board) -> Content:
    if board.ready:
        return Content.styled("nothing", "$good")
    counts = Counter(obstacle.kind for obstacle in board.obstacles)
    parts = [Content(counted(counts[kind], one)) for kind, one in _KINDS if counts[kind]]
    parts += [
        Content(f"{obstacle.title[:1].lower()}{obstacle.title[1:]}")
        for obstacle in board.obstacles
        if obstacle.kind in (ObstacleKind.SCAN, ObstacleKind.TREE)
    ]
    return quiet(" · ").join(parts)


def last_time(board: Board) -> Content:
    decided = sum(view.verdict is not None for view in board.items)
    if not board.state.decisions:
        return quiet("nothing was decided here yet")
    last = max((one.event for one in board.state.decisions.values()), key=lambda event: event.seq)
    by = plain(last.actor.name, width=30)
    return join(f"{decided} of {len(board.items)} questions decided, last by ", by, f" {ago(last.time, now())}")


def checklist_words(board: Board) -> Content:
    items = board.items
    sections = len(dict.fromkeys(view.evidence.item.section for view in items))
    parts = [plain(board.checklist.name, width=40), Content(f"{len(items)} questions in {sections} sections")]
    aside = sum(view.evidence.standpoint is Standpoint.DOES_NOT_APPLY for view in items) if board.looked else 0
    if aside:
        parts.append(quiet(f"{aside} of them do not seem to concern this project"))
    return quiet(" · ").join(parts)


def lists_words(labels: Sequence[str]) -> Content | None:
    """The target's own lists, by name: a stranger's list may ask for nothing, so nobody loads it unasked."""
    if not labels:
        return None
    shown = [plain(label, width=50) for label in labels[:_LISTS_SHOWN]]
    if len(labels) > _LISTS_SHOWN:
        shown.append(quiet(f"and {len(labels) - _LISTS_SHOWN} more"))
    how = quiet("The project's own, and not used. To walk one: start with --checklist and its name.")
    return join(quiet(" · ").join(shown), "\n", how)


def stack_words(stack: Sequence[StackPart], wide: int = 92) -> Content:
    """Each once, with the file that shows it, and never torn over two lines."""
    first = {part.name: part for part in reversed(stack)}
    if not first:
        return quiet("nothing that is known to the checklists")
    shown = [first[name] for name in dict.fromkeys(part.name for part in stack)]
    parts = [
        join(
            plain(part.name, width=24),
            plain(f" {part.path}" + (f":{part.line}" if part.line else ""), "$quiet", width=40),
        )
        for part in shown[:_STACK_SHOWN]
    ]
    if len(shown) > _STACK_SHOWN:
        parts.append(quiet(f"and {len(shown) - _STACK_SHOWN} more"))
    return _packed(parts, quiet(" · "), wide)


def _packed(parts: Sequence[Content], between: Content, wide: int) -> Content:
    """As many on a line as fit."""
    lines: list[Content] = []
    for part in parts:
        longer = join(lines[-1], between, part) if lines else part
        if lines and longer.cell_length <= wide:
            lines[-1] = longer
        else:
            lines.append(part)
    return Content("\n").join(lines)


def tools_words(rows: Sequence[Row]) -> Content | None:
    if not rows:
        return None
    lines: list[Content] = []
    for row in rows:
        word, style = state_of(row)
        line = join(plain(row.scanner.ljust(20), width=20), " ", plain(row.version.ljust(10), "$quiet", width=10), " ")
        how = getattr(row.report.outcome, "how", "") if row.report else ""
        lines.append(join(line, Content.styled(word, style), plain(f"   {how}", "$accent", width=60) if how else ""))
    return Content("\n").join(lines)


def notes_words(notes: Sequence[str]) -> Content | None:
    if not notes:
        return None
    more = [quiet(f"and {len(notes) - _NOTES_SHOWN} more, on Scan (s)")] if len(notes) > _NOTES_SHOWN else []
    return Content("\n").join([*(plain(note) for note in notes[:_NOTES_SHOWN]), *more])


def now() -> datetime:
    return datetime.now(timezone.utc)
