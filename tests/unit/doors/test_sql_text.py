"""Statements of SQL as the code holds them: table, operation, what is asked, what is written, in several dialects."""

from __future__ import annotations

import pytest

from walkdown.doors.libraries.sql_clauses import Said
from walkdown.doors.libraries.sql_text import read_statements
from walkdown.model.door import Operation


def _one(text: str) -> Said:
    said = read_statements(text)
    assert len(said) == 1, said
    return said[0]


def _asked(text: str) -> list[tuple[str, str]]:
    return [(name, ref.value if ref.kind != "constant" else "=") for name, ref in _one(text).filters]


@pytest.mark.parametrize(
    ("text", "operation", "table"),
    [
        ("SELECT * FROM orders", Operation.READ, "orders"),
        ('select "id" from public."Order"', Operation.READ, "Order"),
        ("SELECT * FROM `orders`", Operation.READ, "orders"),
        ("select * from [dbo].[Orders]", Operation.READ, "Orders"),
        ("SELECT * FROM billing.invoices", Operation.READ, "billing.invoices"),
        ("INSERT INTO orders (a) VALUES ($1)", Operation.INSERT, "orders"),
        ("INSERT INTO orders (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = $1", Operation.UPSERT, "orders"),
        ("INSERT INTO orders (a) VALUES ($1) ON CONFLICT DO NOTHING", Operation.INSERT, "orders"),
        ("INSERT OR REPLACE INTO orders (a) VALUES (?)", Operation.UPSERT, "orders"),
        ("REPLACE INTO orders (a) VALUES (?)", Operation.UPSERT, "orders"),
        ("insert into orders (a) values (?) on duplicate key update a = values(a)", Operation.UPSERT, "orders"),
        ("UPDATE ONLY orders SET a = 1", Operation.UPDATE, "orders"),
        ("DELETE FROM orders", Operation.DELETE, "orders"),
        ("TRUNCATE TABLE orders", Operation.DELETE, "orders"),
        ("CALL close_day(?)", Operation.RPC, "close_day"),
        ("SELECT close_day($1)", Operation.RPC, "close_day"),
        ("with a as (select * from orders where x = $1) select * from a", Operation.READ, "orders"),
        ("SELECT * FROM (SELECT * FROM orders WHERE x = $1) q", Operation.READ, "orders"),
    ],
)
def test_table_and_operation(text: str, operation: Operation, table: str) -> None:
    said = _one(text)
    assert (said.operation, said.table) == (operation, table)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("SELECT * FROM o WHERE id = $1 AND user_id = $2", [("id", "0"), ("user_id", "1")]),
        ("SELECT * FROM o WHERE a = ? AND (b IN (?, ?) OR lower(c) = lower(?))", [("a", "0"), ("b", "1"), ("c", "3")]),
        ("SELECT * FROM o WHERE $1 = user_id", [("user_id", "0")]),
        ("SELECT * FROM o WHERE id = ANY($1::uuid[])", [("id", "0")]),
        ("SELECT * FROM o WHERE id <> $1 AND b NOT IN ($2)", [("not id", "0"), ("not b", "1")]),
        ("SELECT * FROM o WHERE at BETWEEN $1 AND $2 AND gone IS NULL", [("at", "0"), ("gone", "=")]),
        ("SELECT * FROM o WHERE user_id = :me", [("user_id", "me")]),
        (
            "SELECT * FROM orders o JOIN users AS u ON u.id = o.user_id WHERE o.id = $1 AND u.id = $2",
            [("id", "0"), ("users.id", "1")],
        ),
        ("SELECT * FROM o WHERE p IN (SELECT p FROM m WHERE user_id = $1)", [("p", "0")]),
        ("SELECT * FROM o WHERE EXISTS (SELECT 1 FROM m WHERE m.user_id = $1)", [("m.user_id", "0")]),
        ("UPDATE o SET a = $1 WHERE id = $2", [("id", "1")]),
        ("DELETE FROM o WHERE id = $1 -- and user_id = $2", [("id", "0")]),
    ],
)
def test_what_is_asked(text: str, asked: list[tuple[str, str]]) -> None:
    assert _asked(text) == asked


@pytest.mark.parametrize(
    ("text", "bounded"),
    [
        ("SELECT * FROM o", False),
        ("SELECT * FROM o WHERE user_id = $1", False),
        ("SELECT * FROM o LIMIT 10", True),
        ("SELECT count(*) FROM o", True),
        ("SELECT a, count(*) FROM o GROUP BY a", False),
        ("SELECT * FROM o WHERE id = $1", True),
        ("SELECT * FROM o JOIN u ON u.id = o.u WHERE u.id = $1", False),
    ],
)
def test_bounds(text: str, bounded: bool) -> None:
    assert _one(text).bounded is bounded


def test_what_is_written() -> None:
    said = _one("INSERT INTO o (a, b, c) VALUES ($1, 'x', now())")
    assert [(name, ref.kind) for name, ref in said.sets] == [("a", "param"), ("b", "constant"), ("c", "constant")]
    assert _one("INSERT INTO o SET ?").given is not None
    said = _one("UPDATE o SET a = a + $1, b = $2 WHERE id = $3")
    assert [(name, ref.value) for name, ref in said.sets] == [("a", "0"), ("b", "1")]


def test_several_statements_and_those_that_reach_nothing() -> None:
    said = read_statements("BEGIN; DELETE FROM a; SELECT 1; CREATE TABLE b (id int); COMMIT;")
    assert [(one.word, one.table) for one in said] == [("begin", "(unknown)"), ("", "a"), ("end", "(unknown)")]


@pytest.mark.parametrize(
    "text", ["", "'", "SELECT", "SELECT * FROM", "((((", "WITH x AS", "INSERT INTO", "🙂" * 50, "(" * 5000]
)
def test_broken_text_never_fails(text: str) -> None:
    read_statements(text)
