"""A paper as Markdown that reads the same on a forge, in an editor and printed. All text goes through the one door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from walkdown.record.paper_blocks import (
    Block,
    Bullets,
    FirstPageEnds,
    Line,
    Loud,
    Run,
    Shell,
    Strong,
    Table,
    Title,
    Words,
)
from walkdown.safetext import for_markdown, markdown_block, markdown_code

_LONGEST = 2000  # characters of one text; who wrote more finds it in the JSON


def markdown(blocks: Sequence[Block]) -> str:
    return "\n\n".join(map(_block, blocks)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Title(level, line):
            text = f"{'#' * level} {_heading(line)}"
        case Words(line):
            text = _line(line)
        case Loud(line):
            text = f"> {_line(line)}"
        case Bullets(lines):
            text = "\n".join(f"- {_line(line)}" for line in lines)
        case Table():
            text = _table(block)
        case Shell(commands):
            text = markdown_block(commands)
        case FirstPageEnds():
            text = "---"
    return text


def _table(table: Table) -> str:
    head = (_row([_plain(name) for name in table.head]), "|" + "---|" * len(table.head))
    return "\n".join((*head, *(_row([_cell(line) for line in row]) for row in table.rows)))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(line: Line) -> str:
    return "".join(_run(run, cell=False) for run in _merged(line))


def _heading(line: Line) -> str:
    """Loud enough by itself."""
    return _line(tuple(run.text if isinstance(run, Strong) else run for run in line))


def _cell(line: Line) -> str:
    return "".join(_run(run, cell=True) for run in _merged(line))


def _merged(line: Line) -> Iterator[Run]:
    """Words that meet go through the door as one: `www` and the full stop after it make a link together."""
    for plain, runs in groupby(line, key=lambda run: isinstance(run, str)):
        if plain:
            yield "".join(run for run in runs if isinstance(run, str))
        else:
            yield from runs


def _run(run: Run, *, cell: bool) -> str:
    if isinstance(run, str):
        return _spaced(run)
    if isinstance(run, Strong):
        return f"**{_plain(run.text)}**" if run.text.strip() else ""
    return _code(run.text, cell)


def _spaced(text: str) -> str:
    """The door strips its lines; between two runs the space at an end is ours, and wanted."""
    safe = _plain(text)
    return f"{' ' if text[:1] == ' ' else ''}{safe}{' ' if safe and text[-1:] == ' ' else ''}"


# The same titles, tools, names and reasons come many thousand times.
@lru_cache(16_384)
def _plain(text: str) -> str:
    return for_markdown(clipped(text))


@lru_cache(16_384)
def _code(text: str, cell: bool) -> str:
    return markdown_code(clipped(text), cell=cell)


def clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
