"""Findings by the hundred thousand: only the lines that are seen are ever drawn."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from walkdown.model import Finding, line_of
from walkdown.safetext import for_terminal
from walkdown.tui.filtering import OPEN, VERDICTS, Columns
from walkdown.tui.grouping import NOTHING, Grouping, Lines
from walkdown.tui.keys import bindings
from walkdown.tui.text import join, place_text, pointer, quiet, severity, shape, tail

_MOST_STRIPS = 500
_MOST_PLACE = 0.45
_NO_COLUMNS = Columns(())


class Rows:
    """What there is to show, at one moment."""

    def __init__(self, columns: Columns, lines: Lines, states: bytes, grouping: Grouping) -> None:
        self.columns = columns
        self.lines = lines
        self.states = states
        self.grouping = grouping

    def finding(self, line: int) -> Finding | None:
        row = self.lines.row(line)
        return self.columns.findings[row] if row >= 0 else None

    def line_of(self, finding: Finding) -> int:
        """Where it stands now, -1 where it is not shown. One without a name yet is known by rule and place."""
        row = self.columns.row_of.get(finding.id, -1)
        if row < 0:
            same = (finding.rule.id, finding.place)
            row = next((n for n, one in enumerate(self.columns.findings) if (one.rule.id, one.place) == same), -1)
        return self.lines.line_of(row) if row >= 0 else -1


class FindingList(ScrollView, can_focus=True, inherit_bindings=False):
    """A cursor that stands on findings, never on headings."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "move.down", "move.up", "move.page-down", "move.page-up", "move.first", "move.last", "move.open",
    )  # fmt: skip
    COMPONENT_CLASSES: ClassVar[set[str]] = {"finding-list--cursor", "finding-list--heading"}
    DEFAULT_CSS = """
    FindingList {
        background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; padding: 0;
        & > .finding-list--cursor { background: $panel; }
        &:focus > .finding-list--cursor { background: $accent 22%; text-style: bold; }
        & > .finding-list--heading { text-style: bold; }
    }
    """

    class Moved(Message):
        """The cursor came to another finding, or to none."""

        def __init__(self, finding: Finding | None) -> None:
            super().__init__()
            self.finding = finding

    class Chosen(Message):
        """A person wants to see this one."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.rows = Rows(_NO_COLUMNS, NOTHING, b"", Grouping.FILE)
        self.line = -1
        """Where the cursor is, -1 where there is nothing to stand on."""
        self._marked: Collection[str] = frozenset()
        self._nothing = Content("")
        self._strips: dict[int, Strip] = {}

    @property
    def finding(self) -> Finding | None:
        return self.rows.finding(self.line)

    def show(self, rows: Rows, nothing: Content) -> None:
        """New content; the cursor stays with its finding, or where that was. `nothing`: said where there is none."""
        here = self.finding
        line = rows.line_of(here) if here is not None else -1
        self.rows, self._nothing = rows, nothing
        self.virtual_size = Size(0, len(rows.lines.lines))
        self._strips.clear()
        self.line = line if line >= 0 else self._nearest(self.line)
        self._scroll_to_cursor()
        self.refresh()
        if self.finding != here:
            self.post_message(self.Moved(self.finding))

    def mark(self, marked: Collection[str]) -> None:
        """Show these ids as marked."""
        self._marked = marked
        self._strips.clear()
        self.refresh()

    def go_to(self, finding: Finding) -> bool:
        """False where the filter hides it."""
        line = self.rows.line_of(finding)
        self._stand_on(line)
        return line >= 0

    def next_undecided(self, step: int) -> bool:
        """To the next one (1) or the one before (-1), around the ends. False where all are decided."""
        lines, states = self.rows.lines.lines, self.rows.states
        for away in range(1, len(lines) + 1):
            line = (self.line + step * away) % len(lines)
            row = lines[line]
            if row >= 0 and states[row] == OPEN:
                self._stand_on(line)
                return True
        return False

    # --- moving -------------------------------------------------------------------------------------------------------

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def action_page_down(self) -> None:
        self._move(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        self._move(-max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._stand_on(self._nearest(0))

    def action_last(self) -> None:
        self._stand_on(self._nearest(len(self.rows.lines.lines) - 1))

    def action_open(self) -> None:
        if self.finding is not None:
            self.post_message(self.Chosen(self.finding))

    def on_click(self, event: Click) -> None:
        line = event.y + self.scroll_offset.y
        if self.rows.finding(line) is None:
            return
        self._stand_on(line)
        if event.chain > 1:
            self.action_open()

    def on_resize(self, _event: Resize) -> None:
        self._strips.clear()
        self._scroll_to_cursor()

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def _move(self, by: int) -> None:
        lines = self.rows.lines
        line = max(0, min(len(lines.lines) - 1, self.line + by))
        while 0 <= line < len(lines.lines) and lines.row(line) < 0:
            line += 1 if by > 0 else -1
        # Above the first finding there is only its heading.
        self._stand_on(line if lines.row(line) >= 0 else self._nearest(0))

    def _nearest(self, line: int) -> int:
        """The first finding from a line on, else the last before it."""
        lines = self.rows.lines
        line = max(0, min(line, len(lines.lines) - 1))
        # Every heading is followed by a finding.
        return next((at for at in (line, line + 1) if lines.row(at) >= 0), -1)

    def _stand_on(self, line: int) -> None:
        if line in (self.line, -1):
            self._scroll_to_cursor()
            return
        old, self.line = self.line, line
        for changed in (old, line):
            self._strips.pop(changed, None)
            self.refresh_line(changed)
        self._scroll_to_cursor()
        self.post_message(self.Moved(self.finding))

    def _scroll_to_cursor(self) -> None:
        height, top = self.size.height, self.scroll_offset.y
        if self.line < 0 or not height:
            return
        # The heading just above comes along.
        above = self.line - 1 if self.line and self.rows.lines.row(self.line - 1) < 0 else self.line
        if above < top:
            self.scroll_to(y=above, animate=False)
        elif self.line >= top + height:
            self.scroll_to(y=self.line - height + 1, animate=False)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        line = y + self.scroll_offset.y
        if line not in self._strips:
            if len(self._strips) > _MOST_STRIPS:
                self._strips.clear()
            self._strips[line] = self._drawn(line)
        return self._strips[line]

    def _drawn(self, line: int) -> Strip:
        width, lines = self.scrollable_content_region.width, self.rows.lines
        part = ""
        if line >= len(lines.lines):
            content = self._nothing if not lines.lines and line == 1 else Content("")
        elif (group := lines.group(line)) is not None:
            part = "finding-list--heading"
            cut = tail if self.rows.grouping is Grouping.FILE else _head
            content = _spread(Content(f" {cut(group.label, width - 9)}"), quiet(f"{group.count:,}"), width)
        else:
            part = "finding-list--cursor" if line == self.line else ""
            content = self._row(lines.row(line), line == self.line, width)
        style = self.get_visual_style(part) if part else self.visual_style
        return Visual.to_strips(self, content, width, 1, style, apply_selection=False, pad=True)[0]

    def _row(self, row: int, is_cursor: bool, width: int) -> Content:
        finding, state = self.rows.columns.findings[row], self.rows.states[row]
        left = join(
            " ",
            Content.styled(pointer() if is_cursor else " ", "$accent"),
            Content.styled("+" if finding.id in self._marked else " ", "bold $accent"),
            " ",
            severity(finding.severity),
            "  ",
        )
        right = join(Content.styled(self._place(finding, width), "$quiet"), "  ", shape(VERDICTS[state]))
        room = max(0, width - left.cell_length - right.cell_length - 2)
        by_rule = self.rows.grouping is Grouping.RULE
        words = tail(place_text(finding), room) if by_rule else _head(finding.rule.title, room)
        return _spread(join(left, Content.styled(words, "" if state == OPEN else "$quiet")), right, width)

    def _place(self, finding: Finding, width: int) -> str:
        """As much of the place as the heading does not say."""
        grouping = self.rows.grouping
        if grouping is Grouping.RULE:
            return ""
        if grouping is Grouping.FILE:
            return f":{line_of(finding.place)}" if line_of(finding.place) else ""
        return tail(place_text(finding), int(width * _MOST_PLACE))


def _spread(left: Content, right: Content, width: int) -> Content:
    """Both ends of a line, with a column free at the right edge."""
    return join(left, " " * max(1, width - 1 - left.cell_length - right.cell_length), right)


def _head(text: str, width: int) -> str:
    """Untrusted text made safe, its beginning kept."""
    return for_terminal(text, width=max(0, width))
