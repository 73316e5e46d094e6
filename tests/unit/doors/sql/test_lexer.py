"""Statements are cut where they end, whatever stands inside them."""

from __future__ import annotations

import time

import pytest

from walkdown.doors.sql.lexer import cut, uncommented


def texts(sql: str) -> list[str]:
    return [chunk.text for chunk in cut(sql).chunks]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("a; b;c", ["a", "b", "c"]),
        ("a ';' b; c", ["a ';' b", "c"]),
        ("a 'it''s;' b; c", ["a 'it''s;' b", "c"]),
        (r"a e'\';' b; c", [r"a e'\';' b", "c"]),
        ('a "x;y" b; c', ['a "x;y" b', "c"]),
        ("a $$ ; $$; c", ["a $$ ; $$", "c"]),
        ("a $f$ ; $$ ; $$ $f$; c", ["a $f$ ; $$ ; $$ $f$", "c"]),
        ("select $1; c", ["select $1", "c"]),
        ("create function f() begin atomic select 1; select case when a then 1 end; end; c",
         ["create function f() begin atomic select 1; select case when a then 1 end; end", "c"]),
        ("copy t from stdin;\n1\t';\n\\.\nselect 1;", ["copy t from stdin", "select 1"]),
        ("create function f() as $$ x $$\n\ncreate table t (a int);",
         ["create function f() as $$ x $$", "create table t (a int)"]),
    ],
)  # fmt: skip
def test_cuts_where_a_statement_ends(sql: str, expected: list[str]) -> None:
    assert texts(sql) == expected


def test_comments_are_blanked_and_lines_stay() -> None:
    chunks = cut("-- one; two\n/* three; /* four */ */\na -- five;\n b;\nc").chunks
    assert [(one.text.split(), one.line) for one in chunks] == [(["a", "b"], 3), (["c"], 5)]


def test_a_comment_mark_in_a_string_is_text() -> None:
    assert uncommented("a '-- b' -- c\nd") == "a '-- b'     \nd"


@pytest.mark.parametrize("quote", ["'", '"', "$x$"])
def test_a_quote_that_is_never_closed_hides_only_its_own_statement(quote: str) -> None:
    parted = cut(f"create policy {quote}open on t;\ncreate table good (a int);\ngrant x to y;")
    assert parted.unbalanced
    assert any("create table good" in chunk.text for chunk in parted.chunks)


def test_an_odd_quote_in_the_middle_does_not_turn_text_and_code_around() -> None:
    sql = "create policy a on t using (x = 'it's');\ncreate table good (a int);\ninsert into t values ('b');\n"
    assert "create table good (a int)" in texts(sql)


@pytest.mark.parametrize(
    "hostile",
    ["'" * 200_001, '"' * 200_001, "$a$b" * 100_001, "/*" * 200_000, "--" * 300_000, ";" * 300_000, "atomic " * 100_000,
     "create /* x */ atomic case " * 30_000, "\\" * 300_000, "e'\\" * 150_000],
)  # fmt: skip
def test_hostile_text_takes_no_time(hostile: str) -> None:
    start = time.monotonic()
    cut(hostile)
    assert time.monotonic() - start < 8
