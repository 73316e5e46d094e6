"""Every entrance as a line: decided or not, method and path, who may come in, what speaks against it."""

from __future__ import annotations

from textual.content import Content

from walkdown.model.door import WRITES
from walkdown.review.doors import DoorRow
from walkdown.tui.door_rows import DoorLine
from walkdown.tui.door_words import word_of
from walkdown.tui.text import plain, pointer, quiet, shape, tail
from walkdown.tui.widgets.row_list import RowList, spread

_METHOD, _GUARD, _AGAINST = 7, 8, 3
_TABLES_FROM = 78
"""From this width on there is room for what a door writes."""


class DoorList(RowList[DoorLine]):
    def draw(self, row: DoorLine, width: int, *, here: bool) -> Content:
        mark = Content.styled(f"{pointer()} " if here else "  ", "$accent")
        if row.row is None:
            still = quiet(f"{row.unguarded} of {row.total} open" if row.unguarded else str(row.total or ""))
            room = max(8, width - 4 - still.cell_length)
            return (
                spread(Content.assemble("  ", plain(row.text, width=room)), still, width) if row.text else Content("")
            )
        return _door(row.row, mark, width, asks=row.asks)


def _door(row: DoorRow, mark: Content, width: int, *, asks: bool) -> Content:
    door = row.door
    left = Content.assemble(
        mark, shape(row.verdict if not row.open else None), " ", plain(f"{door.method:<{_METHOD}}", "$quiet")
    )
    right = Content.assemble(_writes(row, width), _guard(row, asks=asks), _against(row))
    room = max(6, width - 2 - left.cell_length - right.cell_length)
    path = door.path or door.handler
    return spread(Content.assemble(left, plain(tail(path, room))), right, width)


def _writes(row: DoorRow, width: int) -> Content:
    if width < _TABLES_FROM:
        return Content("")
    tables = dict.fromkeys(one.table for one in row.door.reaches if one.operation in WRITES and one.table)
    if not tables:
        return quiet(f"{'reads' if row.door.reaches else '':<20}  ")
    return plain(f"{_short(', '.join(tables), 20):<20}  ", "$quiet")


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _guard(row: DoorRow, *, asks: bool) -> Content:
    """Red only where the sign-off waits for it: open on purpose is no alarm."""
    word = word_of(row)
    style = "bold $bad" if asks else "bold" if word == "open" else "$quiet"
    return Content.styled(f"{word:<{_GUARD}}", style)


def _against(row: DoorRow) -> Content:
    if not row.findings:
        return Content(" " * _AGAINST)
    worst = min(row.findings, key=lambda one: one.severity.rank)
    return Content.styled(f"{min(len(row.findings), 99):>{_AGAINST}}", f"${worst.severity.value}")
