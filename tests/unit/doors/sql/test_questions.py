"""What is found, how bad it is said to be, and the way that is shown."""

from __future__ import annotations

import pytest

from helpers.sql_cases import TEAM, database, found, rules
from walkdown.doors.sql import judge
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity

PEOPLE = "create table customers (id uuid primary key default gen_random_uuid(), user_id uuid, email text, phone text);"
ON = "alter table customers enable row level security;"


def one(*files: str) -> Finding:
    (held,) = found(*files).findings
    return held


def test_row_security_that_is_off() -> None:
    held = one(PEOPLE)
    assert (held.rule.id, held.severity, held.confidence) == ("sql-table-off", Severity.CRITICAL, Confidence.SURE)
    assert 3 <= len(held.steps) <= 6
    assert held.rule.hazard == "auth.rls"
    assert one("create table colours (id int, name text);").severity is Severity.HIGH


def test_policies_that_are_never_asked() -> None:
    assert rules(PEOPLE + "create policy p on customers using (auth.uid() = user_id);") == {
        ("policies-idle", "customers")
    }


def test_a_policy_for_the_service_role_that_is_for_everyone() -> None:
    held = one(PEOPLE + ON + 'create policy "Service role only" on customers for update using (true);')
    assert (held.rule.id, held.severity) == ("sql-open-write", Severity.CRITICAL)
    assert any("whatever its name says" in step.role for step in held.steps)
    assert rules(PEOPLE + ON + "create policy p on customers to service_role using (true);") == set()


def test_public_content_may_be_read_by_everyone() -> None:
    posts = "create table posts (id uuid primary key, title text); alter table posts enable row level security;"
    assert rules(posts + "create policy p on posts for select using (true);") == set()
    assert rules(PEOPLE + ON + "create policy p on customers for select using (true);") == {("open-read", "customers")}


def test_a_public_form_is_a_small_matter() -> None:
    form = (
        "create table contact_messages (id uuid, email text); alter table contact_messages enable row level security;"
    )
    held = one(form + "create policy p on contact_messages for insert with check (true);")
    assert (held.severity, held.confidence) == (Severity.LOW, Confidence.UNSURE)


def test_any_signed_in_user() -> None:
    held = one(PEOPLE + ON + "create policy p on customers for delete to authenticated using (true);")
    assert (held.rule.id, held.severity) == ("sql-login-write", Severity.HIGH)


def test_rows_by_owner_are_a_fact() -> None:
    held = found(PEOPLE + ON + "create policy p on customers using (auth.uid() = user_id);")
    assert held.findings == ()
    assert [fact.place.symbol for fact in held.facts if hasattr(fact.place, "symbol")] == ["customers"]


@pytest.mark.parametrize(
    ("condition", "rule", "severity"),
    [
        ("exists (select 1 from members where members.team_id = team_id and user_id = auth.uid())",
         "compared-with-itself", Severity.HIGH),
        ("(auth.jwt() -> 'user_metadata' ->> 'role') = 'admin'", "user-metadata", Severity.HIGH),
        ("auth.uid() = id", "wrong-id", Severity.MEDIUM),
    ],
)  # fmt: skip
def test_conditions_that_do_not_say_what_they_seem_to(condition: str, rule: str, severity: Severity) -> None:
    held = found(f"{TEAM}create policy p on notes for update using ({condition});").findings
    assert [(one.rule.id, one.severity) for one in held] == [(f"sql-{rule}", severity)]


PROFILES = (
    "create table profiles (id uuid primary key references auth.users(id), name text, role text);"
    "alter table profiles enable row level security;"
    "create policy own on profiles for update using (auth.uid() = id);"
    "create function is_admin() returns bool language sql security definer set search_path = '' as "
    "$$ select exists (select 1 from public.profiles where id = auth.uid() and role = 'admin') $$;"
)


def test_users_may_not_change_their_own_role() -> None:
    held = one(PROFILES)
    assert (held.rule.id, held.severity, held.confidence) == ("sql-own-rights", Severity.CRITICAL, Confidence.SURE)
    assert any("role decides" in step.role for step in held.steps)


def keep(body: str) -> str:
    return (
        f"create function keep() returns trigger language plpgsql as $$ begin {body} end $$;"
        "create trigger k before update on profiles for each row execute function keep();"
    )


@pytest.mark.parametrize(
    "guard",
    [
        "revoke update on profiles from authenticated, anon; grant update (name) on profiles to authenticated;",
        "alter policy own on profiles using (auth.uid() = id) with check (auth.uid() = id and role = 'user');",
        keep("if new.role <> old.role then raise exception 'no'; end if; return new;"),
        keep("new.role := old.role; return new;"),
    ],
    ids=["column-grant", "check", "trigger-refuses", "trigger-resets"],
)
def test_a_column_that_is_kept(guard: str) -> None:
    assert rules(PROFILES + guard) == set()


def test_users_may_not_give_themselves_a_role() -> None:
    roles = (
        "create table user_roles (id uuid, user_id uuid references auth.users(id), role text);"
        "alter table user_roles enable row level security;"
        "create function is_admin() returns bool language sql security definer set search_path = '' as "
        "$$ select exists (select 1 from public.user_roles where user_id = auth.uid() and role = 'admin') $$;"
    )
    own = "create policy p on user_roles for insert with check (auth.uid() = user_id);"
    assert rules(roles + own) == {("own-role", "user_roles")}
    assert rules(roles + own.replace("user_id)", "user_id and role = 'user')")) == set()


def test_an_owner_who_may_hand_a_row_over() -> None:
    held = one(PEOPLE + ON + "create policy p on customers for update using (auth.uid() = user_id) with check (true);")
    assert (held.rule.id, held.severity) == ("sql-handover", Severity.LOW)


# -- functions ---------------------------------------------------------------------------------------------------------

CREDITS = (
    "create table credits (user_id uuid references auth.users(id), balance int);"
    "alter table credits enable row level security;"
)


def function(body: str, head: str = "f(p_user uuid)", returns: str = "void") -> str:
    return (
        f"create function {head} returns {returns} language plpgsql security definer set search_path = '' as "
        f"$$ begin {body} end $$;"
    )


GIVE = "update public.credits set balance = balance + 1000 where user_id = p_user;"
STOP = "raise exception 'x'; end if; "
NEED = f"if not exists (select 1 from public.credits where user_id = auth.uid() and balance = 9) then {STOP}"


@pytest.mark.parametrize(
    ("sql", "reached"),
    [
        (function(GIVE), True),
        (function(f"if auth.uid() is null then {STOP}{GIVE}"), True),
        (function(f"if auth.uid() <> p_user then {STOP}{GIVE}"), False),
        (function(GIVE.replace("p_user", "auth.uid()")), False),
        (function(f"if auth.role() <> 'service_role' then {STOP}{GIVE}"), False),
        (function(GIVE) + "revoke all on function f(uuid) from public, anon, authenticated;", False),
        (function(GIVE) + "revoke all on function f(uuid) from public;", True),
        (function(GIVE).replace("security definer", ""), False),
        (function(GIVE.replace("p_user", "new.user_id") + " return new;", "f()", "trigger"), False),
        (function(f"perform public.need(); {GIVE}") + function(NEED, "need()"), False),
    ],
    ids=["no-check", "login", "own-id", "uid", "service", "revoked", "revoked-half", "invoker", "trigger", "helper"],
)
def test_functions_that_write(sql: str, reached: bool) -> None:
    assert (("function-writes", "f") in rules(CREDITS + sql)) is reached


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("execute q;", True),
        ("execute 'select ' || q;", True),
        ("execute format('select %s', q);", True),
        ("execute format('select %I from t where a = %L', q, q);", False),
        ("execute 'select $1' using q;", False),
        ("execute 'select ' || quote_literal(q);", False),
        (f"if auth.role() <> 'service_role' then {STOP}execute q;", False),
    ],
)
def test_functions_that_run_what_they_are_given(body: str, reached: bool) -> None:
    assert (("function-runs-sql", "f") in rules(function(body, "f(q text)"))) is reached


def test_a_function_that_hands_out_rows() -> None:
    closed = PEOPLE + ON + "create policy p on customers using (auth.uid() = user_id);"
    given = "return query select * from public.customers where email = p_mail;"
    read = function(given, "f(p_mail text)", "setof public.customers")
    held = one(closed + read)
    assert (held.rule.id, held.severity) == ("sql-function-reads", Severity.HIGH)
    assert rules(closed + read.replace("email = p_mail", "user_id = auth.uid()")) == set()


def test_owner_rights_without_a_fixed_path_are_one_small_finding() -> None:
    loose = "create function f{0}() returns int language sql security definer as 'select 1';\n"
    held = one("".join(loose.format(at) for at in range(3)))
    assert (held.rule.id, held.severity, len(held.places)) == ("sql-function-path", Severity.LOW, 2)


FOLDER = "auth.uid()::text = (storage.foldername(name))[1]"

# -- views and files ---------------------------------------------------------------------------------------------------


def test_a_view_past_row_security() -> None:
    closed = PEOPLE + ON + "create policy p on customers using (auth.uid() = user_id);"
    assert rules(closed + "create view v as select email from customers;") == {("view-bypass", "v")}
    assert rules(closed + "create materialized view v as select email from customers;") == {("view-bypass", "v")}
    assert rules(closed + "create view v with (security_invoker = true) as select email from customers;") == set()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("create policy p on storage.objects for delete using (bucket_id = 'avatars');",
         {("bucket-write", "storage.avatars")}),
        (f"create policy p on storage.objects for delete using (bucket_id = 'avatars' and {FOLDER});", set()),
        ("create policy p on storage.objects for delete using (bucket_id = 'avatars' and owner = auth.uid());", set()),
        ("create policy p on storage.objects for select using (bucket_id = 'avatars');", set()),
        ("create policy p on storage.objects for select using (bucket_id = 'documents');",
         {("bucket-read", "storage.documents")}),
        ("insert into storage.buckets (id, name, public) values ('documents', 'documents', true);",
         {("bucket-read", "storage.documents")}),
        ("insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true);", set()),
    ],
)  # fmt: skip
def test_files(sql: str, expected: set[tuple[str, str]]) -> None:
    assert rules(sql) == expected


# -- where nothing is said ---------------------------------------------------------------------------------------------


def test_a_backend_with_its_own_role_needs_no_row_security() -> None:
    held = judge(database(PEOPLE, folder="migrations"))
    assert held.findings == ()
    assert held.facts == ()
    assert held.answers


def test_what_is_not_sure_is_said_to_be() -> None:
    assert one(PEOPLE + "create policy on customers (;").confidence is Confidence.UNSURE
    held = found("create policy p on elsewhere using (auth.uid() = user_id);").findings
    assert [(one.severity, one.confidence) for one in held] == [(Severity.MEDIUM, Confidence.UNSURE)]
