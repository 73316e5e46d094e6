"""One line above everything: which repo, which state, where you are, who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.widgets import Static

from walkdown.checklist import ObstacleKind
from walkdown.model import Kind
from walkdown.tui.text import join, plain, quiet, swap

if TYPE_CHECKING:
    from walkdown.tui.app import WalkdownApp

_MODES = (
    ("1", "walk", "Walk"),
    ("2", "findings", "Findings"),
    ("3", "gaps", "Gaps"),
    ("4", "record", "Record"),
    ("5", "doors", "Doors"),
)
_FEW_COLUMNS = 100


class TopBar(Static):
    DEFAULT_CSS = """
    TopBar { dock: top; height: 1; background: $panel; padding: 0 1; }
    """

    def on_resize(self) -> None:
        self.show(cast("WalkdownApp", self.app))

    def show(self, app: WalkdownApp) -> None:
        left, right = self._left(app), self._right(app)
        room = self.size.width - 2 - left.cell_length - right.cell_length
        if room < 1:  # where one can go matters more than the name
            left = self._left(app, named=False)
            room = max(1, self.size.width - 2 - left.cell_length - right.cell_length)
        self.update(join(left, " " * room, right))

    def _left(self, app: WalkdownApp, *, named: bool = True) -> Content:
        parts = [Content.styled("walkdown", "bold $accent")]
        looked = app.board.looked if app.board else None
        wide = self.size.width >= _FEW_COLUMNS
        if app.session is not None and named:
            parts.append(plain(app.session.review.target.facts.name, "bold", width=24 if wide else 14))
        if looked is not None and wide:
            facts = looked.result.target
            where = " · ".join(part for part in (facts.branch, facts.head[:7]) if part)
            parts.append(plain(where, "$quiet", width=36))
            if facts.dirty:
                parts.append(Content.styled("changed", "$medium"))
        if app.scanning.on:
            parts.append(Content.styled(f"scanning {app.scanning.share:.0%}", "$accent"))
        return Content("  ").join(parts)

    def _right(self, app: WalkdownApp) -> Content:
        counts = _counts(app)
        modes = []
        for key, name, title in _MODES:
            style = "bold $accent" if app.current_mode == name else "$quiet"
            modes.append(Content.styled(f"{key} {title}" + (f" {counts[name]}" if counts.get(name) else ""), style))
        return join(Content("  ").join(modes), quiet("   "), self._people(app))

    def _people(self, app: WalkdownApp) -> Content:
        """Who decides now; of two, who drives stands out, and the other one beside it where there is room."""
        name, others = app.actor.name or "nobody", [one for one in app.opening.people if one != app.actor]
        driver = plain(name, "bold $accent" if others else "$quiet", width=16)
        if not others or self.size.width < _FEW_COLUMNS:
            return driver
        return join(driver, quiet(f" {swap()} "), plain(others[0].name or "nobody", "$quiet", width=16))


def _counts(app: WalkdownApp) -> dict[str, int]:
    """What is still to be decided there."""
    if app.board is None:
        return {}
    board = app.board
    # Some decisions are about findings that are gone by now: those say nothing of the rest.
    decided = sum(one.kind is Kind.FINDING and board.finding(one.id) is not None for one in board.state.decisions)
    return {
        "findings": len(board.findings) - decided,
        "gaps": sum(board.waived(gap) is None for gap in board.gaps),
        "doors": sum(one.kind in (ObstacleKind.DOOR, ObstacleKind.GUARD) for one in board.obstacles),
    }
