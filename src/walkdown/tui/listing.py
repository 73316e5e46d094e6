"""What the findings screen lists: which findings, in what order, narrowed how, and which of them are marked."""

from __future__ import annotations

from textual.content import Content

from walkdown.model import Finding, Kind, Subject
from walkdown.review import Board
from walkdown.tui.filtering import OPEN, Columns, Query, parse, states_of
from walkdown.tui.grouping import Grouping, Lines, Order, lines_of, order_by
from walkdown.tui.text import quiet
from walkdown.tui.widgets.finding_list import Rows


class Listing:
    def __init__(self) -> None:
        self.marked: set[str] = set()
        self.query = Query()
        self.columns = Columns(())
        self._grouping = Grouping.FILE
        self._order: Order = order_by(self.columns, self._grouping)
        self._before: Board | None = None

    def take(self, findings: tuple[Finding, ...]) -> None:
        self.columns = Columns(findings)
        self._order = order_by(self.columns, self._grouping)

    def group_otherwise(self) -> None:
        self._grouping = self._grouping.next
        self._order = order_by(self.columns, self._grouping)

    def narrow(self, text: str) -> None:
        self.query = parse(text)

    def rows(self, board: Board | None) -> Rows:
        """What is listed now. What was marked to be decided, and is, does not stay marked."""
        states = states_of(self.columns, board.state.decisions, board.today) if board else bytes(len(self.columns))
        rows = self.columns.rows(self.query, self._order.rows, states)
        self._unmark_decided(board)
        return Rows(self.columns, lines_of(self._order, rows, states), states, self._grouping)

    def mark_all(self, rows: Rows) -> None:
        """All that are listed and undecided, so that nothing decided is decided over by the dozen; where all of them
        are decided, these. Once more takes the marks away."""
        listed = [row for row in rows.lines.lines if row >= 0]
        undecided = [row for row in listed if rows.states[row] == OPEN]
        ids = {rows.columns.findings[row].id for row in undecided or listed} - {""}
        self.marked = self.marked - ids if ids <= self.marked else self.marked | ids

    def chosen(self, cursor: Finding | None) -> tuple[Finding, ...]:
        """What a decision would be about: all that is marked, or where the cursor is."""
        if self.marked:
            return tuple(self.columns.findings[row] for row in sorted(self.columns.row_of[one] for one in self.marked))
        return (cursor,) if cursor is not None else ()

    def counts(self, lines: Lines) -> Content:
        if self.query.faults:
            return Content.styled(self.query.faults[0], "$medium")
        parts = [f"{lines.shown:,} of {len(self.columns):,}", f"{lines.undecided:,} undecided"]
        parts += [f"{len(self.marked):,} marked"] if self.marked else []
        return quiet(" · ".join([*parts, f"by {self._grouping.value}"]))

    def _unmark_decided(self, board: Board | None) -> None:
        before, self._before = self._before, board
        self.marked &= self.columns.row_of.keys()
        if before is not None and board is not None and before is not board:
            subjects = {one: Subject(Kind.FINDING, one) for one in self.marked}
            self.marked = {one for one, it in subjects.items() if before.standing(it) == board.standing(it)}
