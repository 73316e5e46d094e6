"""Rows that users change or add themselves, and the columns in them that only a server may decide."""

from __future__ import annotations

import pytest

from helpers.sql_cases import found, rules
from walkdown.model.severity import Severity

USER = "uuid references auth.users(id)"
ROLES = (
    f"create table public.user_roles (user_id {USER}, role text);"
    "alter table public.user_roles enable row level security;"
    "create function public.has_role(_user uuid, _role text) returns boolean language sql stable security definer "
    "set search_path = public as $$ select exists (select 1 from public.user_roles "
    "where user_id = _user and role = _role) $$;"
)


def table(name: str, columns: str) -> str:
    return f"create table public.{name} ({columns}); alter table public.{name} enable row level security;"


def change(name: str, condition: str, more: str = "") -> str:
    return f"create policy own on public.{name} for update to authenticated using ({condition}) {more};"


def add(name: str, condition: str) -> str:
    return f"create policy own on public.{name} for insert to authenticated with check ({condition});"


SELLER = table("seller_accounts", f"seller_id {USER} unique, shown_name text, available_cents int, reserve_cents int")
OWN = "auth.uid() = seller_id"
SALES = table("products", f"id uuid primary key default gen_random_uuid(), seller_id {USER}") + table(
    "sales", "id uuid primary key default gen_random_uuid(), product_id uuid references public.products(id), "
    "seller_share_cents int, status text",
)  # fmt: skip
PARENT = "exists (select 1 from public.products p where p.id = sales.product_id and p.seller_id = auth.uid())"
PAYOUTS = table("payouts", f"id uuid primary key, seller_id {USER}, amount_cents int, status text")
ORDERS = f"id uuid primary key, user_id {USER}, total_cents int, status text"

STAMP = (
    "create trigger t before update on seller_accounts for each row execute function "
    "extensions.moddatetime(updated_at);"
)
SHOP = (
    "create function public.is_seller() returns boolean language sql stable security definer set search_path = public "
    "as $$ select exists (select 1 from public.user_roles where user_id = auth.uid() and role = 'seller') $$;"
)

TOLD = {
    "time-stamp": (SELLER + change("seller_accounts", OWN) + STAMP, "available_cents", Severity.CRITICAL),
    "helper-for-sellers": (
        ROLES + SHOP + SELLER + change("seller_accounts", f"{OWN} and public.is_seller()"),
        "available_cents", Severity.CRITICAL,
    ),
    "unclear-beside": (
        SELLER + change("seller_accounts", OWN) + "create policy more on seller_accounts for update using (odd());",
        "available_cents", Severity.CRITICAL,
    ),
    "held": (SELLER + change("seller_accounts", OWN), "available_cents", Severity.CRITICAL),
    "role-besides": (
        ROLES + SELLER + change("seller_accounts", f"{OWN} and public.has_role(auth.uid(), 'seller')"),
        "available_cents", Severity.CRITICAL,
    ),
    "parent": (SALES + change("sales", PARENT), "seller_share_cents, status", Severity.HIGH),
    "new-row": (PAYOUTS + add("payouts", OWN), "status", Severity.HIGH),
    "payment": (
        table("orders", ORDERS + ", payment_status text, stripe_session_id text")
        + change("orders", "auth.uid() = user_id"), "payment_status", Severity.HIGH,
    ),
    "bought": (
        table("orders", ORDERS + ", product_id uuid, is_paid boolean") + change("orders", "auth.uid() = user_id"),
        "is_paid", Severity.CRITICAL,
    ),
    "verification": (
        table("seller_verifications", f"id uuid primary key, user_id {USER}, status text")
        + change("seller_verifications", "auth.uid() = user_id"), "status", Severity.HIGH,
    ),
    "quota": (
        table("usage_quotas", f"user_id {USER} primary key, monthly_quota int")
        + change("usage_quotas", "auth.uid() = user_id"), "monthly_quota", Severity.HIGH,
    ),
    "store-plan": (
        table("plans", "id uuid primary key")
        + table("stores", f"id uuid primary key, owner_id {USER}, name text, plan_id uuid references public.plans(id)")
        + change("stores", "owner_id = (select auth.uid())"), "plan_id", Severity.HIGH,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "columns", "severity"), TOLD.values(), ids=TOLD)
def test_what_only_a_server_may_decide(sql: str, columns: str, severity: Severity) -> None:
    (held,) = [one for one in found(sql).findings if one.rule.id == "sql-server-value"]
    assert held.severity is severity
    assert any(f"also holds {columns}" in step.role for step in held.steps)


LOOK = "begin if new.available_cents <> old.available_cents or new.reserve_cents <> old.reserve_cents then "
KEEP = (
    f"create function keep() returns trigger language plpgsql as $$ {LOOK} raise exception 'x'; end if; "
    "return new; end $$; create trigger k before update on seller_accounts for each row execute function keep();"
)
SAME = (
    "available_cents = (select a.available_cents from seller_accounts a where a.seller_id = auth.uid()) and "
    "reserve_cents = (select a.reserve_cents from seller_accounts a where a.seller_id = auth.uid())"
)
AUDIT = KEEP.replace("raise exception 'x'; end if;", "return new; end if;").replace("before update", "after update")

SILENT = {
    "column-grant": SELLER + change("seller_accounts", OWN) + (
        "revoke update on seller_accounts from authenticated, anon; grant update (shown_name) on seller_accounts to "
        "authenticated;"
    ),
    "trigger": SELLER + change("seller_accounts", OWN) + KEEP,
    "check": SELLER + change("seller_accounts", OWN, f"with check ({OWN} and {SAME})"),
    "admin": ROLES + SELLER + change("seller_accounts", f"{OWN} and public.has_role(auth.uid(), 'admin')"),
    "read-only": SELLER + f"create policy own on seller_accounts for select using ({OWN});",
    "pinned": PAYOUTS + add("payouts", f"{OWN} and status = 'requested'"),
    "profile": table("profiles", f"id {USER} primary key, name text, bio text")
    + change("profiles", "auth.uid() = id"),
    "task": table("tasks", f"id uuid primary key, user_id {USER}, status text, is_read boolean")
    + change("tasks", "auth.uid() = user_id"),
    "draft": table("orders", ORDERS) + change("orders", "auth.uid() = user_id"),
    "own-books": table("accounts", f"id uuid primary key, user_id {USER}, name text, balance numeric")
    + change("accounts", "auth.uid() = user_id"),
    "shop-pays-driver": table("stores", f"id uuid primary key, owner_id {USER}")
    + table("driver_earnings", "id uuid primary key, store_id uuid references stores(id), commission_percentage int")
    + change("driver_earnings", "exists (select 1 from stores where stores.id = store_id and owner_id = auth.uid())"),
}  # fmt: skip


@pytest.mark.parametrize("sql", SILENT.values(), ids=SILENT)
def test_what_is_kept_or_theirs(sql: str) -> None:
    assert {rule for rule, _ in rules(sql)} & {"server-value", "own-rights"} == set()


def test_a_trigger_that_only_writes_down_what_happened_keeps_nothing() -> None:
    assert ("server-value", "seller_accounts") in rules(SELLER + change("seller_accounts", OWN) + AUDIT)
