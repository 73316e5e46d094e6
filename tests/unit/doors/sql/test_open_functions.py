"""Owner-rights functions that anyone may call: every way to write money, and the ways that keep it closed."""

from __future__ import annotations

import pytest

from helpers.sql_cases import found, rules
from walkdown.model.severity import Severity

WALLETS = (
    "create table public.wallets (user_id uuid primary key references auth.users(id), balance numeric default 0);"
    "alter table public.wallets enable row level security;"
    "create policy own on public.wallets for select using (auth.uid() = user_id);"
)
UPSERT = (
    "insert into public.wallets (user_id, balance) values (p_user, p_amount) on conflict (user_id) "
    "do update set balance = public.wallets.balance + excluded.balance;"
)
MERGE = (
    "merge into public.wallets w using (select p_user as u) s on w.user_id = s.u "
    "when matched then update set balance = w.balance + p_amount "
    "when not matched then insert (user_id, balance) values (p_user, p_amount);"
)
FROM = (
    "update public.wallets w set balance = w.balance + s.a from (select p_user as u, p_amount as a) s "
    "where s.u = w.user_id;"
)
WITH = (
    "with done as (update public.wallets set balance = balance + p_amount where user_id = p_user returning 1) "
    "select count(*) into n from done;"
)
WRITES = {
    "upsert": UPSERT,
    "insert": "insert into public.wallets (user_id, balance) values (p_user, p_amount);",
    "merge": MERGE,
    "update-from": FROM,
    "with": WITH,
    "execute": "execute format('update public.wallets set balance = %L where user_id = %L', p_amount, p_user);",
    "execute-using": "execute 'update public.wallets set balance = $1 where user_id = $2' using p_amount, p_user;",
}


def function(body: str, name: str = "public.give", head: str = "p_user uuid, p_amount numeric") -> str:
    return (
        f"create function {name}({head}) returns void language plpgsql security definer set search_path = '' as "
        f"$$ declare n int; begin {body} end $$;"
    )


@pytest.mark.parametrize("body", WRITES.values(), ids=WRITES)
def test_money_that_anyone_may_write(body: str) -> None:
    (held,) = found(WALLETS + function(body)).findings
    assert (held.rule.id, held.severity) == ("sql-function-writes", Severity.CRITICAL)
    assert any("balance included" in step.role for step in held.steps)


@pytest.mark.parametrize("body", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(
    "mended",
    [
        lambda body: function("if auth.uid() <> p_user then raise exception 'x'; end if; " + body),
        lambda body: function("if auth.role() <> 'service_role' then raise exception 'x'; end if; " + body),
        lambda body: function(body.replace("p_user", "auth.uid()")),
        lambda body: function(body) + "revoke all on function public.give from public, anon, authenticated;",
    ],
    ids=["check", "service", "uid", "revoked"],
)  # fmt: skip
def test_money_that_is_kept(body: str, mended: object) -> None:
    assert callable(mended)
    assert rules(WALLETS + mended(body)) == set()


INNER = function(WRITES["insert"], "private.give")
CALL = "perform private.give(p_user, p_amount);"
ASK = "if auth.uid() <> p_user then raise exception 'x'; end if; "


@pytest.mark.parametrize(
    ("sql", "reached"),
    [
        (INNER + function(CALL), True),
        (INNER + function("select private.give(p_user, p_amount) into n;"), True),
        (INNER + function(CALL.replace("p_user", "auth.uid()")), False),
        (INNER + function(ASK + CALL), False),
        (function(ASK + WRITES["insert"], "private.give") + function(CALL), False),
        (INNER + function(CALL) + "revoke all on function public.give from public, anon, authenticated;", False),
    ],
    ids=["perform", "select", "own-id", "checked-before", "checked-inside", "revoked"],
)
def test_a_function_that_opens_another(sql: str, reached: bool) -> None:
    assert (("function-writes", "give") in rules(WALLETS + sql)) is reached


PAY = "update public.wallets set balance = balance {0} p_amount where user_id = {1};"


def test_what_a_caller_gives_away_is_theirs() -> None:
    own, other = PAY.format("-", "auth.uid()"), PAY.format("+", "p_user")
    assert rules(WALLETS + function(own + other)) == set()
    assert ("function-writes", "give") in rules(WALLETS + function(own.replace("auth.uid()", "p_from") + other))


def test_who_wrote_a_row_is_not_whose_row_it_is() -> None:
    table = WALLETS + "alter table public.wallets add column added_by uuid references auth.users(id);"
    body = "insert into public.wallets (user_id, balance, added_by) values (p_user, p_amount, auth.uid());"
    assert ("function-writes", "give") in rules(table + function(body))


SET = "execute format('update public.%I set status = %L where id = %L', p_table, p_state, p_id);"
NAMES = "p_table text, p_state text, p_id uuid"
LIST = "if p_table not in ('posts', 'pages') then raise exception 'x'; end if; "


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        (SET, True),
        ("execute 'update public.' || quote_ident(p_table) || ' set status = $1' using p_state;", True),
        ("execute format('update public.posts set %I = %L where id = %L', p_table, p_state, p_id);", True),
        (LIST + SET, False),
        ("if p_table = 'posts' then " + SET + " end if;", False),
        ("if auth.role() <> 'service_role' then raise exception 'x'; end if; " + SET, False),
    ],
    ids=["format", "quote-ident", "column", "list", "compared", "service"],
)  # fmt: skip
def test_the_caller_chooses_the_table(body: str, reached: bool) -> None:
    told = [one for one in found(function(body, "public.mark", NAMES)).findings if "picks-table" in one.rule.id]
    assert [one.severity for one in told] == ([Severity.HIGH] if reached else [])
