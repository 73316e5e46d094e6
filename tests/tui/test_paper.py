"""The paper as lines: what its Markdown means is drawn, at any width, and a hostile cell stays a cell."""

from __future__ import annotations

import pytest

from helpers.hostile import LONG, PIECES, bad_characters, dressed
from tui.helpers import HUGE, NARROW, WIDE, app_on, shown, shows, until
from tui.test_record import GAP, TERMS, record_of
from walkdown.model import Verdict
from walkdown.review import Session
from walkdown.review.signoff import How, Prepared, prepare
from walkdown.safetext import for_markdown, for_terminal, markdown_code
from walkdown.tui import signing
from walkdown.tui.paper_lines import lay_out


def text_of(markdown: str, width: int = 100) -> list[str]:
    return [line.content.plain for line in lay_out(markdown, width)]


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES.keys())
def test_a_hostile_cell_stays_in_its_row(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("walkdown.tui.paper_lines.TABLE_WIDE", 4000)
    text = dressed(piece)
    cells = (for_markdown(text), markdown_code(text, cell=True), "today")
    table = f"| Item | Note | Day |\n|---|---|---|\n| {' | '.join(cells)} |\n"
    head, dashes, *rows = text_of(table, 4000)
    rows = [row for row in rows if row]
    assert head.split() == ["Item", "Note", "Day"]
    assert set(dashes) == {"─"}
    assert len(rows) == 1
    assert rows[0].endswith("today")
    safe = for_terminal(text)
    assert rows[0].count(" ".join(safe.split())) or rows[0].count(safe)
    assert bad_characters(rows[0]) == []


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES.keys())
@pytest.mark.parametrize("width", [10, 60])
def test_any_text_is_drawn_at_any_width(piece: str, width: int) -> None:
    """Also as it is, as if nobody had escaped it."""
    for markdown in (dressed(piece), f"# {piece}", f"| {piece} |", f"- {piece}", f"> {piece}", f"```\n{piece}"):
        for line in text_of(markdown, width):
            assert bad_characters(line) == []


def test_what_the_marks_mean_is_drawn() -> None:
    lines = text_of(
        "# One\n\nA **loud** `word`,\nand on.\n\n## Two\n\n- a point\n\n> Mind this\n\n---\n\n```\nls | wc\n```\n"
    )
    assert [line for line in lines if line] == [
        "One", "───", "A loud word, and on.", "Two", "· a point", "  Mind this", "─" * 88, "  ls | wc",
    ]  # fmt: skip


def test_a_table_gives_the_room_to_the_long_column() -> None:
    table = f"| Day | Why |\n|---|---|\n| 2026-11-20 | {'long words ' * 30} |\n"
    rows = text_of(table, 80)[2:]
    assert rows[0].startswith("2026-11-20  long words")
    assert all(row.startswith(" " * 12) for row in rows[1:] if row)
    assert max(map(len, rows)) <= 80


def test_where_the_columns_do_not_fit_each_stands_on_its_own_line() -> None:
    names = [f"Column{n}" for n in range(8)]
    table = f"| {' | '.join(names)} |\n|{'---|' * 8}\n| {' | '.join('value' for _ in names)} |\n"
    rows = [row for row in text_of(table, 40) if row]
    assert rows == [f"{name}  value" for name in names]


def test_a_long_line_is_cut_before_it_is_wrapped() -> None:
    assert sum(map(len, text_of(LONG))) < 20_000


@pytest.mark.parametrize("size", [NARROW, WIDE, HUGE])
async def test_the_paper_is_shown_as_it_would_be_signed(review: Session, size: tuple[int, int]) -> None:
    app = app_on(review)
    async with app.run_test(size=size) as pilot:
        screen = await record_of(pilot)
        screen.action_paper()
        await shows(pilot, app, "record of shop")
        assert not screen.obstacles.region.height, "it has the whole room"
        headings = sum(line.heading for line in screen.paper.lines)
        assert headings > 3
        screen.action_next_open()
        await until(pilot, lambda: screen.paper.scroll_offset.y > 0)
        screen.action_back()
        await shows(pilot, app, "Uploads are bounded")


async def test_the_paper_is_made_once_until_something_changes(review: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[How] = []

    def counted(session: Session, how: How) -> Prepared:
        made.append(how)
        return prepare(session, how)

    monkeypatch.setattr(signing, "prepare", counted)
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        await until(pilot, lambda: screen.key is not None)
        screen.action_paper()
        await shows(pilot, app, "record of shop")
        for _ in range(4):
            screen.action_paper()
            app.show(review.board)
            await pilot.pause()
        assert len(made) == 1
        screen.paper.scroll_to(y=12, animate=False)
        top = screen.paper.lines[12].content.plain
        app.act(lambda session: session.decide([GAP], Verdict.WAIVED, TERMS, screen.walkdown.actor))
        await until(pilot, lambda: len(made) == 2 and any("waived" in one.content.plain for one in screen.paper.lines))
        assert "record of shop" not in shown(app), f"one stays where one read: {top}"
