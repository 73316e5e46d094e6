"""The record's Markdown as lines of a screen: what the marks mean is drawn, every word goes through `plain`. Pure.

Not Textual's Markdown widget: that one makes links and runs of untrusted text, and a paper may have thousands of lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import TypeAlias

import msgspec
from textual.content import Content

from walkdown.tui.text import plain

TEXT_WIDE, TABLE_WIDE = 88, 150
_LEAST_COLUMN = 8
_BETWEEN = 2
_NO_WIDTH = re.compile(r"&#8203;|&#x200[bB];|<!--.{0,400}?-->")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_POINT = re.compile(r"(\s*)([-*+]|\d{1,3}[.)])\s+(.*)")
_RULE_LINE = re.compile(r"\s*([-*_])(\s*\1){2,}\s*")
_CELL_END = re.compile(r"(?<!\\)\|")
_DASHES = re.compile(r"[\s|:-]*-[\s|:-]*")
_BREAK = re.compile(r"<br\s{0,4}/?>")
_FENCE = re.compile(r"`{3,}")
_INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<ticks>`+)(?P<code>[^`](?:.{0,4000}?[^`])?)(?P=ticks)(?!`)"
    r"|\*\*(?P<bold>(?:[^*\\]|\\.){1,4000})\*\*"
)


class PaperLine(msgspec.Struct, frozen=True, gc=False):
    """`source`: the line of the Markdown it comes from, so that one keeps one's place when it is wrapped anew."""

    content: Content
    source: int = 0
    heading: bool = False


_Block: TypeAlias = "tuple[int, list[Content], bool]"


def lay_out(markdown: str, width: int) -> list[PaperLine]:
    """As it reads at this width. Takes a moment for thousands of lines: not for the thread that paints."""
    lines = markdown.split("\n")
    laid: list[PaperLine] = []
    at = 0
    while at < len(lines):
        end, shown, heading = _block(lines, at, max(20, width))
        laid += [PaperLine(content, at, heading and number == 0) for number, content in enumerate(shown)]
        at = end
    return laid


def _block(lines: Sequence[str], at: int, width: int) -> _Block:
    """The block that begins here: where the next one does, how it is drawn, and whether it is a heading."""
    for kind in (_nothing, _fenced, _heading, _table_at, _point, _loud):
        if (found := kind(lines, at, width)) is not None:
            return found
    end, text = _paragraph(lines, at + 1, lines[at].rstrip())
    room = min(width, TEXT_WIDE)
    return end, [part for piece in text.split("\n") for part in wrapped(inline(piece), room)], False


def _nothing(lines: Sequence[str], at: int, width: int) -> _Block | None:
    if not lines[at].strip():
        return at + 1, [Content("")], False
    if _RULE_LINE.fullmatch(lines[at]):
        return at + 1, [Content.styled("─" * min(width, TEXT_WIDE), "$faint")], False
    return None


def _fenced(lines: Sequence[str], at: int, width: int) -> _Block | None:
    fence = _FENCE.match(lines[at])
    if fence is None:
        return None
    end = next((n for n in range(at + 1, len(lines)) if lines[n].rstrip() == fence[0]), len(lines))
    code = (plain(f"  {line}", "$accent") for line in lines[at + 1 : end])
    return end + 1, [part for line in code for part in wrapped(line, width, fold=True)], False


def _heading(lines: Sequence[str], at: int, width: int) -> _Block | None:
    found = _HEADING.fullmatch(lines[at].rstrip())
    return (at + 1, _headed(len(found[1]), inline(found[2]), min(width, TEXT_WIDE)), True) if found else None


def _table_at(lines: Sequence[str], at: int, width: int) -> _Block | None:
    if not lines[at].startswith("|"):
        return None
    end = next((n for n in range(at, len(lines)) if not lines[n].startswith("|")), len(lines))
    return end, list(_table([_cells(one) for one in lines[at:end]], min(width, TABLE_WIDE))), False


def _point(lines: Sequence[str], at: int, width: int) -> _Block | None:
    found = _POINT.fullmatch(lines[at].rstrip())
    if found is None:
        return None
    depth = len(found[1])
    mark = Content.styled(found[2] if found[2][0].isdigit() else "·", "$quiet")
    first = Content.assemble(" " * depth, mark, " ")
    end, text = _paragraph(lines, at + 1, found[3])
    return end, _hung(text, min(width, TEXT_WIDE), first), False


def _loud(lines: Sequence[str], at: int, width: int) -> _Block | None:
    """Set apart, because it must not be overlooked."""
    if not lines[at].startswith(">"):
        return None
    return at + 1, _hung(lines[at].lstrip("> "), min(width, TEXT_WIDE), Content("  "), "bold $medium"), False


def _headed(level: int, title: Content, room: int) -> list[Content]:
    style = "bold $accent" if level == 2 else "bold"
    shown = [part.stylize(style) for part in wrapped(title, room)]
    if level == 1:
        shown.append(Content.styled("─" * min(room, max(part.cell_length for part in shown)), "$faint"))
    return shown


def _paragraph(lines: Sequence[str], at: int, first: str) -> tuple[int, str]:
    """With the lines that follow it; a newline where the Markdown asks for one."""
    text = first
    hard = lines[at - 1].endswith(("  ", "\\"))
    while at < len(lines) and _goes_on(lines[at]):
        text = text.removesuffix("\\").rstrip() + ("\n" if hard else " ") + lines[at].strip()
        hard = lines[at].endswith(("  ", "\\"))
        at += 1
    return at, text.removesuffix("\\") if hard else text


def _goes_on(line: str) -> bool:
    starts = ("|", "#", "```", ">")
    return bool(line.strip()) and not line.startswith(starts) and not _POINT.fullmatch(line)


def _hung(text: str, room: int, first: Content, style: str = "") -> list[Content]:
    margin = first.cell_length
    shown = [part for piece in text.split("\n") for part in wrapped(inline(piece, style), room - margin)]
    return [Content.assemble(first if n == 0 else " " * margin, part) for n, part in enumerate(shown)]


def inline(text: str, style: str = "") -> Content:
    """A run of words: what is bold or code is styled, what was escaped reads as what it stands for."""
    text = _NO_WIDTH.sub("", text)
    parts: list[Content] = []
    done, said = 0, ""
    for found in _INLINE.finditer(text):
        said += unescape(text[done : found.start()])
        done = found.end()
        if found["escaped"] is not None:
            said += found["escaped"]
            continue
        parts.append(plain(said, style))
        said = ""
        if found["code"] is not None:
            parts.append(plain(found["code"].strip() or found["code"], "$accent"))
        else:
            parts.append(inline(found["bold"], style).stylize("bold"))
    return Content.assemble(*parts, plain(said + unescape(text[done:]), style))


def wrapped(content: Content, room: int, *, fold: bool = False) -> list[Content]:
    """`fold`: code, whose spaces count."""
    if content.cell_length <= room:
        return [content]
    return [line if fold else line.rstrip() for line in content.wrap(max(1, room))]


# --- tables -----------------------------------------------------------------------------------------------------------


def _cells(line: str) -> list[str]:
    inside = line.strip().removeprefix("|")
    cells = _CELL_END.split(inside)
    # Even code must not hold a bare `|` in a table, so it stands escaped there.
    return [cell.strip().replace("\\|", "|") for cell in (cells[:-1] if not cells[-1].strip() else cells)]


def _table(rows: Sequence[Sequence[str]], width: int) -> Iterator[Content]:
    head, body = rows[0], [row for row in rows[1:] if not _is_dashes(row)]
    shown = [[_lines_of(cell) for cell in row] for row in (head, *body)]
    columns = max(len(row) for row in shown)
    natural = [_widest(row[n] for row in shown if n < len(row)) for n in range(columns)]
    room = width - _BETWEEN * (columns - 1)
    if room < columns * min(_LEAST_COLUMN, max(natural)):
        yield from _stacked(shown, width)
        return
    widths = _shared_out(natural, room)
    if any(cell.plain for line in shown[0] for cell in line):
        yield from (line.stylize("$quiet") for line in _row(shown[0], widths))
        yield Content.styled("─" * min(width, sum(widths) + _BETWEEN * (columns - 1)), "$faint")
    for row in shown[1:]:
        yield from _row(row, widths)


def _is_dashes(row: Sequence[str]) -> bool:
    return all(_DASHES.fullmatch(cell) for cell in row)


def _lines_of(cell: str) -> list[Content]:
    return [inline(part.strip()) for part in _BREAK.split(cell)]


def _widest(cells: Iterable[Sequence[Content]]) -> int:
    return max((line.cell_length for cell in cells for line in cell), default=1)


def _shared_out(natural: Sequence[int], room: int) -> list[int]:
    """Narrow columns keep what they need; the wide ones share what is left."""
    widths = list(natural)
    cap = max(widths, default=1)
    while sum(min(one, cap) for one in widths) > room and cap > 1:
        cap -= 1
    return [min(one, cap) for one in widths]


def _row(row: Sequence[Sequence[Content]], widths: Sequence[int]) -> Iterator[Content]:
    cells = [
        [part for line in row[n] for part in wrapped(line, wide)] if n < len(row) else []
        for n, wide in enumerate(widths)
    ]
    for n in range(max(map(len, cells), default=0)):
        parts = [cell[n] if n < len(cell) else Content("") for cell in cells]
        padded = [_padded(part, wide) for part, wide in zip(parts, widths, strict=True)]
        yield Content(" " * _BETWEEN).join(padded).rstrip()


def _padded(part: Content, wide: int) -> Content:
    return Content.assemble(part, " " * max(0, wide - part.cell_length))


def _stacked(rows: Sequence[Sequence[Sequence[Content]]], width: int) -> Iterator[Content]:
    """Too many columns for this screen: one below the other, each with its name."""
    for row in rows[1:]:
        for n, cell in enumerate(row):
            name = rows[0][n][0].stylize("$quiet") if n < len(rows[0]) else Content("")
            for line in cell:
                yield from wrapped(Content.assemble(name, "  " if name else "", line), width)
        yield Content("")
