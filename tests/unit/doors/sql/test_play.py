"""What holds when all migrations were played."""

from __future__ import annotations

import pytest

from helpers.sql_cases import database
from walkdown.doors.sql import Database, play, read_sql
from walkdown.doors.sql.order import grouped
from walkdown.doors.sql.state import Table


def table(held: Database, name: str) -> Table:
    return next(one for one in held.tables if one.name == name)


def test_later_files_win() -> None:
    held = database(
        "create table t (a int); alter table t enable row level security; create policy p on t using (true);",
        "drop policy if exists p on t; create policy q on public.t using (false); alter table t add column b text;",
        "alter table t disable row level security; alter table t drop column a;",
    )
    found = table(held, "public.t")
    assert [one.policy.name for one in found.policies] == ["q"]
    assert found.row_security is None
    assert found.switched_off is not None
    assert found.switched_off.path.endswith("2_m.sql")
    assert [column.name for column in found.columns] == ["b"]


def test_a_table_made_again_with_if_not_exists_stays_as_it_is() -> None:
    held = database(
        "create table t (a int); alter table t enable row level security;", "create table if not exists t (b int);"
    )
    assert table(held, "public.t").row_security is not None
    assert [column.name for column in table(held, "public.t").columns] == ["a"]


def test_a_table_dropped_and_made_anew_has_no_row_security() -> None:
    held = database(
        "create table t (a int); alter table t enable row level security;",
        "drop table t cascade; create table t (a int);",
    )
    assert table(held, "public.t").row_security is None


def test_names_move_along() -> None:
    held = database(
        "create table a (x int); alter table a enable row level security; create policy p on a using (true);",
        "alter table a rename to b; alter table b rename column x to y; alter policy p on b rename to q;",
        "alter table b set schema private;",
    )
    found = table(held, "private.b")
    assert [column.name for column in found.columns] == ["y"]
    assert [one.policy.name for one in found.policies] == ["q"]
    assert found.row_security is not None


def test_dropping_a_function_with_cascade_takes_its_policies_along() -> None:
    held = database(
        "create table t (a int); create function ok() returns bool language sql as 'select true';"
        "create policy p on t using (ok()); create policy q on t using (true);",
        "drop function ok() cascade;",
    )
    assert [one.policy.name for one in table(held, "public.t").policies] == ["q"]


def test_search_path_and_quoted_names() -> None:
    held = database(
        'set search_path to app, public; create table "T t" (a int); alter table "T t" enable row level security;'
    )
    assert table(held, "app.T t").row_security is not None


def test_every_table_in_a_loop_over_the_catalogue() -> None:
    held = database(
        "create table a (x int); create table b (x int);",
        "do $$ declare r record; begin for r in select tablename from pg_tables where schemaname = 'public' loop "
        "execute format('alter table public.%I enable row level security', r.tablename); end loop; end $$;",
    )
    assert table(held, "public.a").row_security is not None
    assert table(held, "public.b").row_security is not None


def test_grants_default_and_given() -> None:
    held = database(
        "create table a (x int);",
        "revoke all on a from anon; alter default privileges in schema public revoke insert on tables from anon;",
        "create table b (x int); grant update (x) on a to anon;",
    )
    assert {(one.role, one.privilege, one.columns) for one in table(held, "public.a").grants if one.role == "anon"} == {
        ("anon", "update", ("x",))
    }
    assert {one.privilege for one in table(held, "public.b").grants if one.role == "anon"} == {
        "select",
        "update",
        "delete",
    }


def test_taking_a_function_from_public_leaves_the_grants_of_anon() -> None:
    made = "create function f() returns int language sql security definer as 'select 1';"
    assert database(made, "revoke execute on function f() from public;").functions[0].grants == (
        "anon",
        "authenticated",
    )
    assert database(made, "revoke all on function f() from public, anon, authenticated;").functions[0].grants == ()


def test_buckets_change() -> None:
    held = database(
        "insert into storage.buckets (id, name, public) values ('a', 'a', true), ('b', 'b', false);",
        "update storage.buckets set public = false where id = 'a'; delete from storage.buckets where id = 'b';",
    )
    assert [(one.id, one.public) for one in held.buckets] == [("a", False)]


def test_a_table_that_is_made_nowhere_is_said_to_be() -> None:
    held = database("create policy p on elsewhere using (true);")
    assert table(held, "public.elsewhere").unseen
    assert table(held, "public.elsewhere").unsure


def test_what_was_not_understood_about_a_table_is_kept() -> None:
    held = database("create table t (a int); create policy on t (;")
    assert table(held, "public.t").unsure


# -- order -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["supabase/migrations/20240102_b.sql", "supabase/migrations/20240101_a.sql", "supabase/seed.sql"],
         [("", "supabase", ["20240101_a.sql", "20240102_b.sql"])]),
        (["migrations/10_b.sql", "migrations/9_a.sql"], [("", "migrations", ["9_a.sql", "10_b.sql"])]),
        (["db/migrations/1_a.up.sql", "db/migrations/1_a.down.sql"], [("db", "migrations", ["1_a.up.sql"])]),
        (["migrations/2/up.sql", "migrations/2/down.sql", "migrations/1/up.sql"],
         [("", "migrations", ["up.sql", "up.sql"])]),
        (["prisma/migrations/20_b/migration.sql", "prisma/migrations/10_a/migration.sql"],
         [("", "prisma", ["migration.sql", "migration.sql"])]),
        (["drizzle/0001_b.sql", "drizzle/0000_a.sql"], [("", "drizzle", ["0000_a.sql", "0001_b.sql"])]),
        (["sql/V2__b.sql", "sql/V1__a.sql", "sql/V10__c.sql", "sql/U1__a.sql"],
         [("sql", "flyway", ["V1__a.sql", "V2__b.sql", "V10__c.sql"])]),
        (["apps/a/supabase/migrations/1_a.sql", "apps/b/supabase/migrations/1_a.sql"],
         [("apps/a", "supabase", ["1_a.sql"]), ("apps/b", "supabase", ["1_a.sql"])]),
        (["database/policies.sql", "database/schema.sql"], [("", "scripts", ["schema.sql", "policies.sql"])]),
        (["supabase/tests/rls_test.sql", "supabase/seed.sql"], []),
    ],
    ids=["supabase", "numbers", "up-down", "folders", "prisma", "drizzle", "flyway", "monorepo", "scripts", "aside"],
)  # fmt: skip
def test_order(paths: list[str], expected: list[tuple[str, str, list[str]]]) -> None:
    assert [(one.root, one.tool, [path.rpartition("/")[2] for path in one.paths]) for one in grouped(paths)] == expected


def test_folders_count_where_all_files_have_one_name() -> None:
    paths = ["prisma/migrations/20_b/migration.sql", "prisma/migrations/3_a/migration.sql"]
    assert grouped(paths)[0].paths == (paths[1], paths[0])


def test_scripts_beside_migrations_are_not_played_but_taken_into_account() -> None:
    held = play([
        ("supabase/migrations/1_a.sql", read_sql(b"create table t (a int);")),
        ("fix_rls.sql", read_sql(b"alter table t enable row level security;")),
    ])  # fmt: skip
    assert len(held) == 1
    assert held[0].aside == ("fix_rls.sql",)
    found = table(held[0], "public.t")
    assert found.row_security is None
    assert "fix_rls.sql:1" in found.unsure[0]


def test_other_dialects_make_no_database() -> None:
    assert play([("migrations/1.sql", read_sql(b"create table `a` (id int) engine=InnoDB;"))]) == ()
