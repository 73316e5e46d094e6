"""What is read of single statements."""

from __future__ import annotations

import time

import msgspec
import pytest

from walkdown.doors.sql import read_sql
from walkdown.doors.sql import statements as said
from walkdown.doors.sql.expressions import Call, Cmp, Col, Get, Lit
from walkdown.doors.sql.statements import SqlFacts, Statement


def only(sql: str) -> Statement:
    facts = read_sql(sql.encode())
    assert not facts.broken
    assert len(facts.statements) == 1
    return facts.statements[0]


def test_a_table_with_all_it_has() -> None:
    one = only(
        'create table if not exists public."Orders" (id uuid not null default gen_random_uuid() primary key, '
        "User_Id uuid references auth.users(id) on delete cascade, price numeric(10,2), unique (id, price), "
        "constraint k foreign key (price) references prices(amount), n int generated always as identity)"
    )
    assert isinstance(one, said.CreateTable)
    assert (one.name, one.careful) == ("public.Orders", True)
    assert [column.name for column in one.columns] == ["id", "user_id", "price", "n"]
    assert one.columns[0].primary
    assert one.columns[0].default == "gen_random_uuid()"
    assert one.columns[1].refers == said.Reference("auth.users", "id")
    assert one.columns[3].made
    assert [(key.kind, key.columns, key.table) for key in one.keys] == [
        ("unique", ("id", "price"), ""), ("foreign", ("price",), "prices"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("alter table t enable row level security", "enable"),
        ("alter table only public.t disable row level security", "disable"),
        ("alter table t force row level security", "force"),
        ("alter table t no force row level security", "no force"),
    ],
)
def test_row_security(sql: str, value: str) -> None:
    one = only(sql)
    assert isinstance(one, said.AlterTable)
    assert [(change.what, change.value) for change in one.changes] == [("rls", value)]


def test_a_policy_with_all_its_parts() -> None:
    one = only(
        'create policy "May add" on public.t as restrictive for insert to authenticated, anon '
        "with check (a = auth.uid())"
    )
    assert one == said.Policy(
        1, "May add", "public.t", "insert", False, ("authenticated", "anon"), None,
        Cmp("=", Col(("a",)), Call("auth.uid")),
    )  # fmt: skip


def test_a_policy_that_says_nothing_is_for_everyone_and_everything() -> None:
    one = only("create policy p on t using (true)")
    assert isinstance(one, said.Policy)
    assert (one.command, one.permissive, one.roles) == ("all", True, ("public",))


def test_json_operators_bind_tighter_than_comparisons() -> None:
    one = only("create policy p on t using (auth.jwt() -> 'user_metadata' ->> 'role' = 'admin')")
    assert isinstance(one, said.Policy)
    assert one.using == Cmp("=", Get(Get(Call("auth.jwt"), "user_metadata"), "role"), Lit("s", "admin"))


@pytest.mark.parametrize(
    ("sql", "what", "names", "roles", "everything"),
    [
        ("grant select, insert on table a, public.b to anon, authenticated", "table", ("a", "public.b"),
         ("anon", "authenticated"), False),
        ("revoke all on all tables in schema public from anon", "table", ("public",), ("anon",), True),
        ("revoke execute on function public.f(uuid, text) from public", "function", ("public.f",), ("public",), False),
        ("revoke execute on all functions in schema public from anon", "function", ("public",), ("anon",), True),
        ("grant usage on schema api to anon", "schema", ("api",), ("anon",), False),
    ],
)  # fmt: skip
def test_grants(sql: str, what: str, names: tuple[str, ...], roles: tuple[str, ...], everything: bool) -> None:
    one = only(sql)
    assert isinstance(one, said.Grant)
    assert (one.what, one.names, one.roles, one.everything) == (what, names, roles, everything)
    assert one.revoke == sql.startswith("revoke")


def test_columns_of_a_grant() -> None:
    one = only("grant update (name, bio), select on profiles to authenticated")
    assert isinstance(one, said.Grant)
    assert one.privileges == (said.Privilege("update", ("name", "bio")), said.Privilege("select"))


def test_a_function_knows_whose_rights_it_has_and_what_it_does() -> None:
    one = only(
        "create or replace function public.f(p_id uuid, out x text) returns setof text language plpgsql "
        "security definer set search_path = '' as $$\ndeclare v text;\nbegin\n"
        "  if auth.uid() is null then raise exception 'no'; end if;\n"
        "  select role into v from public.profiles where id = auth.uid();\n"
        "  update public.t set a = v where id = p_id;\n  execute 'x' || v;\n  return query select v;\nend $$"
    )
    assert isinstance(one, said.Function)
    assert (one.definer, one.search_path, one.many, one.language) == (True, "", True, "plpgsql")
    assert [(argument.name, argument.out) for argument in one.arguments] == [("p_id", False), ("x", True)]
    assert one.body is not None
    assert [(act.command, act.table, act.line) for act in one.body.acts] == [
        ("select", "public.profiles", 5), ("update", "public.t", 6),
    ]  # fmt: skip
    assert [run.line for run in one.body.dynamic] == [7]
    assert one.body.must is not None


@pytest.mark.parametrize(
    ("sql", "ids", "public"),
    [
        ("insert into storage.buckets (id, name, public) values ('a', 'a', true)", ("a",), True),
        ("insert into storage.buckets (id, name) values ('a', 'a')", ("a",), False),
        (
            "insert into storage.buckets (id, name, public) values ('a', 'a', true), ('b', 'b', false)",
            ("+a", "-b"),
            None,
        ),
        ("update storage.buckets set public = false where id = 'a'", ("a",), False),
    ],
)
def test_buckets(sql: str, ids: tuple[str, ...], public: bool | None) -> None:
    one = only(sql)
    assert isinstance(one, said.Bucket)
    assert (tuple(sorted(one.ids)), one.public) == (ids, public)


def test_other_rows_are_data() -> None:
    assert (
        read_sql(b"insert into t values (1); update t set a = 1; select 1; copy t from stdin;\n1\n\\.\n").statements
        == ()
    )


def test_do_blocks_are_read_as_if_they_stood_outside() -> None:
    facts = read_sql(
        b"do $$ declare t text; begin\n"
        b"  if not exists (select 1 from pg_policies) then create policy p on a using (true); end if;\n"
        b"  foreach t in array array['b', 'c'] loop\n"
        b"    execute format('alter table public.%I enable row level security', t);\n"
        b"  end loop;\n"
        b"  execute 'create policy q on ' || unknown_name || ' using (true)';\nend $$;"
    )
    assert [(type(one).__name__, one.line) for one in facts.statements] == [
        ("Policy", 2), ("AlterTable", 4), ("AlterTable", 4), ("Opaque", 6),
    ]  # fmt: skip


def test_a_broken_statement_does_not_hide_the_next() -> None:
    facts = read_sql(
        b"create table a (x int;;\ncreate policy on (;\nalter table b enable row level security;\ncreate tabel z;"
    )
    assert any(isinstance(one, said.AlterTable) and one.name == "b" for one in facts.statements)
    assert any(isinstance(one, said.Opaque) and one.kind == "create policy" for one in facts.statements)
    assert [one.line for one in facts.broken] == [1, 2, 4]


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [
        ("CREATE TABLE `a` (id INT AUTO_INCREMENT) ENGINE=InnoDB;", "mysql"),
        ("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);", "sqlite"),
        ("CREATE TABLE [dbo].[a] (n NVARCHAR(10))\nGO\n", "tsql"),
        ("create table a (id int);", "postgres"),
    ],
)
def test_other_dialects_are_named(sql: str, dialect: str) -> None:
    assert read_sql(sql.encode()).dialect == dialect


def test_the_way_back_in_the_same_file_is_left_out() -> None:
    facts = read_sql(b"-- +goose Up\ncreate table a (x int);\n-- +goose Down\ndrop table a;\n")
    assert [type(one).__name__ for one in facts.statements] == ["CreateTable"]


def test_facts_come_back_as_they_were_kept() -> None:
    facts = read_sql(
        b"create policy p on t using (a in (select b from c where d = auth.uid()) or e ->> 'f' = any (array['g']));"
        b"create function f(x uuid) returns bool language sql as 'select exists (select 1 from t where u = x)';"
    )
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=SqlFacts) == facts


_BEGIN = "create function f() returns int language plpgsql as $$ begin "

# -- hostile -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        "create policy p on t using (" + "(" * 60_000 + "true" + ")" * 60_000 + ");",
        "create policy p on t using (" + "not " * 30_000 + "true);",
        "create policy p on t using (" + " or ".join(["a = b"] * 15_000) + ");",
        "create policy p on t using (" + "exists (select 1 from t where " * 500 + "true" + ")" * 500 + ");",
        "create table t (" + ",".join(f"c{at} int" for at in range(9_000)) + ");",
        "create table grant policy on, ( " * 20_000,
        f"{_BEGIN}{'if a then ' * 3_000}{'end if; ' * 3_000} end $$;",
        f"{_BEGIN}{'v := v || v || v;' * 4_000} return v; end $$;",
        "\x00\xff" * 50_000,
    ],
    ids=["brackets", "not", "or", "exists", "columns", "nonsense", "ifs", "doubling", "bytes"],
)  # fmt: skip
def test_hostile_statements_neither_crash_nor_hang(hostile: str) -> None:
    start = time.monotonic()
    facts = read_sql(hostile.encode("utf-8", "replace") + b"\n;\nalter table after_it enable row level security;\n")
    msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=SqlFacts)
    assert time.monotonic() - start < 30
    assert any(isinstance(one, said.AlterTable) and one.name == "after_it" for one in facts.statements)


def test_a_dump_of_fifty_thousand_lines_is_read_in_seconds() -> None:
    rows = "".join(f"INSERT INTO public.t VALUES ({at}, 'it''s row {at}; -- no comment');\n" for at in range(50_000))
    start = time.monotonic()
    facts = read_sql(
        f"create table public.t (a int, b text);\n{rows}alter table public.t enable row level security;\n".encode()
    )
    assert time.monotonic() - start < 10
    assert [type(one).__name__ for one in facts.statements] == ["CreateTable", "AlterTable"]
    assert facts.statements[-1].line == 50_002


def test_one_line_of_a_megabyte_is_said_to_be_too_long() -> None:
    facts = read_sql(b"create table t (" + b"a int, " * 150_000 + b"b int); alter table u enable row level security")
    assert any(one.why == "too long to be read" for one in facts.broken)
    assert any(isinstance(one, said.AlterTable) for one in facts.statements)
