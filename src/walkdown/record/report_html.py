"""The review as one HTML file: no script, nothing from elsewhere, and no text in it that could become either."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from html import escape

from walkdown.record.paper import blocks
from walkdown.record.paper_blocks import (
    Block,
    Bullets,
    Code,
    FirstPageEnds,
    Line,
    Loud,
    Run,
    Shell,
    Table,
    Title,
    Words,
)
from walkdown.record.paper_markdown import clipped
from walkdown.record.report_style import STYLE
from walkdown.record.statement import Predicate, RecordSubject
from walkdown.safetext import for_terminal

_NEXT = ' class="next"'


def report_html(about: RecordSubject, predicate: Predicate, *, report: bool = True) -> Iterator[str]:
    """Pieces of one document, so that a hundred thousand findings need not be in memory twice."""
    yield _head(about, report=report)
    fresh = False  # a page of its own is for the chapter that comes next, and for no other
    for block in blocks(about, predicate, report=report):
        if isinstance(block, FirstPageEnds):
            fresh = True
            continue
        yield from _block(block, fresh=fresh)
        fresh = False
    yield "</main></body></html>\n"


def _head(about: RecordSubject, *, report: bool) -> str:
    # Only this very style may act, whatever else may ever get into the page.
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    what = "Review report of" if report else "Sign-off of"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">\n'
        f"<title>{_plain(f'{what} {about.name}')}</title>\n"
        f"<style>{STYLE}</style></head>\n<body><main>\n"
    )


def _block(block: Block, *, fresh: bool) -> Iterator[str]:
    match block:
        case Title(level, line):
            yield f"<h{level}{_NEXT if fresh else ''}>{_line(line)}</h{level}>\n"
        case Words(line):
            yield f"<p>{_line(line)}</p>\n"
        case Loud(line):
            yield f'<p class="loud">{_line(line)}</p>\n'
        case Bullets(lines):
            yield "<ul>" + "".join(f"<li>{_line(line)}</li>" for line in lines) + "</ul>\n"
        case Shell(commands):
            yield f"<pre><code>{escape(for_terminal(commands, single_line=False))}</code></pre>\n"
        case Table():
            yield from _table(block)
        case FirstPageEnds():
            return


def _table(table: Table) -> Iterator[str]:
    names = tuple(map(_plain, table.head))
    yield f'<table class="{escape(table.kind)}"><thead><tr>'
    yield "".join(f'<th scope="col">{name}</th>' for name in names)
    yield "</tr></thead><tbody>\n"
    # On a phone a row becomes a block, and each cell says what it is.
    starts = ["<td>" if table.kind == "facts" else f'<td data-name="{name}">' for name in names]
    for row in table.rows:
        cells = (f"{start}{_line(line)}</td>" for start, line in zip(starts, row, strict=True))
        yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody></table>\n"


def _line(line: Line) -> str:
    return "".join(map(_run, line))


def _run(run: Run) -> str:
    if isinstance(run, str):
        return _plain(run)
    if isinstance(run, Code):
        return f"<code>{_plain(run.text)}</code>" if run.text.strip() else ""
    tone = f' class="{escape(run.tone)}"' if run.tone else ""
    return f"<strong{tone}>{_plain(run.text)}</strong>"


# The same titles, tools, names and reasons come many thousand times.
@lru_cache(16_384)
def _plain(text: str) -> str:
    return escape(for_terminal(clipped(text)))
