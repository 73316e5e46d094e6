"""Who may: condition by condition."""

from __future__ import annotations

import pytest

from helpers.sql_cases import TEAM, asked, database, who
from walkdown.doors.sql.answers import Answers
from walkdown.doors.sql.who import Flaw, Who

MEMBER = "exists (select 1 from members m where m.team_id = notes.team_id and m.user_id = auth.uid())"
JOINED = (
    "exists (select 1 from teams t join members m on m.team_id = t.id where t.id = notes.team_id "
    "and m.user_id = auth.uid())"
)
HELPERS = """
create table user_roles (user_id uuid references auth.users(id), role text);
create function is_admin() returns boolean language sql security definer as
  $$ select exists (select 1 from user_roles where user_id = auth.uid() and role = 'admin') $$;
create function has_role(_user_id uuid, _role text) returns boolean language sql security definer as
  $$ select exists (select 1 from user_roles where user_id = _user_id and role = _role) $$;
create function my_team() returns uuid language sql security definer as
  $$ select team_id from members where user_id = auth.uid() limit 1 $$;
create function my_teams() returns setof uuid language sql security definer as
  $$ select team_id from members where user_id = auth.uid() $$;
create function my_role() returns text language plpgsql security definer as
  $$ declare r text; begin select role into r from profiles where id = auth.uid(); return r; end $$;
create function may_see(n uuid) returns boolean language plpgsql security definer as
  $$ begin
       if auth.uid() is null then return false; end if;
       if is_admin() then return true; end if;
       return exists (select 1 from notes where id = n and user_id = auth.uid());
     end $$;
create function fail_open() returns boolean language plpgsql security definer as
  $$ begin if auth.email() is null then return true; end if; return auth.email() = 'a@b.c'; end $$;
create function in_team(team uuid, level text) returns boolean language sql security definer as
  $$ select case when level = 'any' then exists (select 1 from members where team_id = team and user_id = auth.uid())
     else false end $$;
"""


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("true", Who.ANYONE),
        ("1 = 1", Who.ANYONE),
        ("false", Who.NOBODY),
        ("published", Who.ANYONE),
        ("published = true", Who.ANYONE),
        ("auth.uid() = user_id", Who.OWNER),
        ("user_id = (select auth.uid())", Who.OWNER),
        ("(auth.uid())::text = user_id::text", Who.OWNER),
        ("auth.uid() is not null", Who.LOGIN),
        ("auth.uid() is not null and published", Who.LOGIN),
        ("auth.role() = 'authenticated'", Who.LOGIN),
        ("(select auth.role()) in ('authenticated')", Who.LOGIN),
        ("auth.role() = 'service_role'", Who.SERVICE),
        ("auth.jwt() ->> 'role' = 'service_role'", Who.SERVICE),
        ("auth.role() <> 'anon'", Who.LOGIN),
        ("user_id is null or user_id = auth.uid()", Who.ANYONE),
        ("auth.uid() = user_id or true", Who.ANYONE),
        ("auth.uid() = user_id and true", Who.OWNER),
        ("not (auth.uid() <> user_id)", Who.OWNER),
        ("not (auth.uid() is null)", Who.LOGIN),
        ("auth.jwt() ->> 'email' = 'me@here.org'", Who.ROLE),
        ("auth.jwt() ->> 'email' like '%@here.org'", Who.ROLE),
        ("auth.jwt() -> 'app_metadata' ->> 'role' = 'admin'", Who.ROLE),
        ("(auth.jwt() -> 'user_metadata' ->> 'role') = 'admin'", Who.LOGIN),
        ("current_setting('request.jwt.claims', true)::json ->> 'sub' = user_id::text", Who.OWNER),
        ("current_setting('app.tenant')::uuid = team_id", Who.OWNER),
        (MEMBER, Who.OWNER),
        (f"{MEMBER[:-1]} and m.role = 'admin')", Who.ROLE),
        (f"{MEMBER[:-1]} and m.role in ('admin', 'owner'))", Who.ROLE),
        ("team_id in (select team_id from members where user_id = auth.uid())", Who.OWNER),
        ("team_id = any (select team_id from members where user_id = auth.uid())", Who.OWNER),
        ("auth.uid() in (select user_id from members where members.team_id = notes.team_id)", Who.OWNER),
        ("(select role from profiles where id = auth.uid()) = 'admin'", Who.ROLE),
        ("exists (select 1 from profiles where profiles.id = auth.uid() and role = 'admin')", Who.ROLE),
        ("exists (select 1 from profiles where id = auth.uid())", Who.LOGIN),
        ("(select count(*) from members m where m.team_id = notes.team_id and m.user_id = auth.uid()) > 0", Who.OWNER),
        (JOINED, Who.OWNER),
        ("team_id in (with mine as (select team_id from members where user_id = auth.uid()) select team_id from mine)",
         Who.OWNER),
        ("unheard_of(id)", Who.UNKNOWN),
        ("unheard_of(id) and auth.uid() = user_id", Who.OWNER),
        ("unheard_of(id) or published", Who.ANYONE),
        ("case when published then true else auth.uid() = user_id end", Who.ANYONE),
        ("coalesce(auth.uid() = user_id, false)", Who.OWNER),
    ],
)  # fmt: skip
def test_conditions(condition: str, expected: Who) -> None:
    assert who(condition) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("is_admin()", Who.ROLE),
        ("(select is_admin())", Who.ROLE),
        ("public.has_role(auth.uid(), 'admin')", Who.ROLE),
        ("team_id = my_team()", Who.OWNER),
        ("team_id in (select my_teams())", Who.OWNER),
        ("team_id in (select * from my_teams() as t)", Who.OWNER),
        ("my_role() = 'admin'", Who.ROLE),
        ("may_see(id)", Who.OWNER),
        ("fail_open()", Who.ANYONE),
        ("in_team(team_id, 'any')", Who.OWNER),
        ("in_team(team_id, 'other')", Who.NOBODY),
        ("not is_admin()", Who.ANYONE),
    ],
)
def test_helper_functions_are_followed(condition: str, expected: Who) -> None:
    assert who(condition, more=HELPERS) is expected


@pytest.mark.parametrize(
    ("to", "expected"),
    [("anon", Who.ANYONE), ("authenticated", Who.LOGIN), ("service_role", Who.SERVICE), ("public", Who.ANYONE)],
)
def test_roles_of_a_policy(to: str, expected: Who) -> None:
    assert who("true", to=to) is expected


def test_permissive_policies_add_up_and_restrictive_ones_take_away() -> None:
    sql = TEAM + "create policy a on notes for select using (auth.uid() = user_id);"
    assert asked(sql, "notes").who is Who.OWNER
    wide = sql + "create policy b on notes for select using (true);"
    assert asked(wide, "notes").who is Who.ANYONE
    narrow = wide + "create policy c on notes as restrictive for select using (auth.uid() is not null);"
    assert asked(narrow, "notes").who is Who.LOGIN
    assert asked(narrow, "notes", "delete").who is Who.SERVICE


def test_new_rows_are_asked_for_by_the_check() -> None:
    assert who("true", "insert") is Who.ANYONE
    assert who("auth.uid() = user_id", "insert") is Who.OWNER
    both = TEAM + "create policy p on notes for all using (auth.uid() = user_id) with check (true);"
    assert asked(both, "notes", "insert").who is Who.ANYONE
    assert asked(both, "notes", "update").who is Who.OWNER
    assert asked(TEAM + "create policy p on notes using (auth.uid() = user_id);", "notes", "insert").who is Who.OWNER


def test_without_row_security_the_public_key_opens_everything_that_is_granted() -> None:
    made = "create table t (a int);"
    assert asked(made, "t", "delete").who is Who.ANYONE
    assert asked(made + "revoke all on t from anon;", "t", "delete").who is Who.LOGIN
    assert asked(made + "revoke all on t from anon, authenticated;", "t", "delete").who is Who.SERVICE
    assert asked("create schema private; create table private.t (a int);", "private.t").who is Who.SERVICE


def test_a_row_found_through_another_table_is_only_found_by_who_may_read_that() -> None:
    inner = "exists (select 1 from members m where m.team_id = notes.team_id)"
    assert who(inner) is Who.OWNER  # members may only be read by each member
    assert who(inner, more="create policy all_of_them on members for select using (true)") is Who.ANYONE


@pytest.mark.parametrize(
    ("condition", "flaw"),
    [
        ("exists (select 1 from members where members.team_id = team_id and user_id = auth.uid())", Flaw.SAME),
        ("id = id", Flaw.SAME),
        ("auth.uid() = id", Flaw.WRONG_ID),
        ("auth.uid() = team_id", None),
        ("id = team_id", Flaw.WRONG_ID),
        ("(auth.jwt() -> 'user_metadata' ->> 'team')::uuid = team_id", Flaw.FORGED),
        ("exists (select 1 from auth.users u where u.id = auth.uid() and u.raw_user_meta_data ->> 'role' = 'admin')",
         Flaw.FORGED),
        ("exists (select 1 from notes n where n.team_id = notes.team_id and n.user_id = auth.uid())", Flaw.LOOP),
        ("exists (select 1 from members where user_id = auth.uid())", Flaw.UNLINKED),
        (MEMBER, None),
    ],
)  # fmt: skip
def test_flaws(condition: str, flaw: Flaw | None) -> None:
    answer = asked(f"{TEAM}create policy p on notes for select using ({condition});", "notes")
    flaws = {one for reason in answer.reasons for way in reason.ways for one in way.flaws}
    assert flaws == ({flaw} if flaw else set())


def test_a_view_reads_with_its_owners_rights_unless_it_says_otherwise() -> None:
    sql = TEAM + "create policy p on notes for select using (auth.uid() = user_id);"
    assert asked(sql + "create view v as select * from notes;", "v").who is Who.ANYONE
    assert asked(sql + "create view v with (security_invoker = on) as select * from notes;", "v").who is Who.OWNER
    assert asked(sql + "create view v as select * from notes where user_id = auth.uid();", "v").who is Who.OWNER
    assert (
        asked(sql + "create view v as select * from notes; alter view v set (security_invoker = true);", "v").who
        is Who.OWNER
    )
    assert (
        asked(sql + "create view v as select * from notes; revoke all on v from anon, authenticated;", "v").who
        is Who.SERVICE
    )


def test_conditions_that_are_meant_to_hurt_are_not_known() -> None:
    many = " and ".join(f"(a{at} = 1 or b{at} = 2)" for at in range(40))
    assert who(many) is Who.UNKNOWN
    ring = "".join(
        f"create function f{at}(x int) returns bool language sql as "
        f"$$ select f{(at + 1) % 5}(x) or f{(at + 2) % 5}(x) $$;"
        for at in range(5)
    )
    assert who("f0(1)", more=ring) is Who.UNKNOWN


def test_tables_that_ask_each_other_end() -> None:
    sql = (
        "create table a (id int, b int); create table b (id int, a int); alter table a enable row level security;"
        "alter table b enable row level security;"
        "create policy p on a using (exists (select 1 from b where b.id = a.b));"
        "create policy q on b using (exists (select 1 from a where a.id = b.a));"
    )
    assert asked(sql, "a").who is Who.UNKNOWN


def test_every_table_is_answered_for() -> None:
    names = {(one.table, one.command) for one in Answers(database(TEAM)).all()}
    assert {("public.notes", command) for command in ("select", "insert", "update", "delete")} <= names
