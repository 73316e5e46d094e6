"""What belongs together where there is no transaction at all: supabase-js, and providers of payments."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.severity import Severity

_HAZARD = "data.no-transaction"
_HEAD = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
Deno.serve(async (req) => {
  const db = createClient(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"));
  const { id, user_id, course_id, amount } = await req.json();
"""
_PAID = 'const { error: e1 } = await db.from("sales").update({ status: "paid" }).eq("id", id);\nif (e1) throw e1;\n'
_ENROL = (
    'const { error: e2 } = await db.from("enrollments").insert({ user_id, course_id, sale_id: id });\n'
    "if (e2) throw e2;\n"
)
_PROFILE = 'const { data: p } = await db.from("profiles").select("balance").eq("id", user_id).single();\n'
_BALANCE = (
    'const { error: e3 } = await db.from("profiles").update({ balance: p.balance - amount }).eq("id", user_id);\n'
    "if (e3) throw e3;\n"
)
_REQUEST = 'const { error: e4 } = await db.from("withdrawals").insert({ user_id, amount });\nif (e4) throw e4;\n'
_APPROVED = 'const { error: e5 } = await db.from("requests").update({ status: "approved", user_id }).eq("id", id);\n'
_RPC = 'const { error: e6 } = await db.rpc("increment_balance", { user_id, amount });\nif (e6) throw e6;\n'


def _edge(body: str) -> dict[str, str]:
    return {"supabase/functions/settle/index.ts": _HEAD + body + '\nreturn new Response("ok");\n});\n'}


@pytest.mark.parametrize(
    "body",
    [
        _PAID + _ENROL,
        _PROFILE + _REQUEST + _BALANCE,
        _PROFILE + _BALANCE + _REQUEST,
        _PROFILE + _APPROVED + _BALANCE,
        _REQUEST + _RPC,
        _PAID + _ENROL + _RPC,
    ],
    ids=["paid-and-access", "request-and-balance", "balance-and-request", "state-and-balance", "function", "all"],
)
def test_money_and_what_it_is_for(body: str) -> None:
    assert [one.severity for one in told(_edge(body), _HAZARD)] == [Severity.HIGH]


_UNDO = (
    'const { error: e3 } = await db.from("profiles").update({ balance: p.balance - amount }).eq("id", user_id);\n'
    'if (e3) {\n  UNDONE\n  return new Response("no", { status: 500 });\n}\n'
)
_NEW = (
    'const { data: made, error: e4 } = await db.from("withdrawals").insert({ user_id, amount }).select().single();\n'
    "if (e4) throw e4;\n"
)
_READ_UNDO = (
    'const { error: e7 } = await db.from("withdrawals").delete().eq("id", made.id);\n'
    '  if (e7) throw new Error("by hand");'
)


@pytest.mark.parametrize(
    "body",
    [
        'const { error } = await db.rpc("settle_sale", { id });\nif (error) throw error;',
        _PAID + 'await db.from("audit_logs").insert({ sale_id: id });',
        _PAID + 'await db.from("notifications").insert({ user_id, sale_id: id });',
        _PROFILE + _NEW + _UNDO.replace("UNDONE", _READ_UNDO),
    ],
    ids=["one-function", "log", "notification", "taken-back-and-read"],
)
def test_what_is_one_or_need_not_be(body: str) -> None:
    assert told(_edge(body), _HAZARD) == []


def test_what_is_taken_back_without_a_look() -> None:
    undone = 'await db.from("withdrawals").delete().eq("id", made.id);'
    body = _PROFILE + _NEW + _UNDO.replace("UNDONE", undone)
    assert [one.severity for one in told(_edge(body), _HAZARD)] == [Severity.HIGH]


def test_rows_that_are_replaced() -> None:
    body = (
        'await db.from("plan_features").delete().eq("plan_id", id);\n'
        'await db.from("plan_features").insert({ plan_id: id, name: amount });'
    )
    assert [one.severity for one in told(_edge(body), _HAZARD)] == [Severity.MEDIUM]


# -- a provider of payments -------------------------------------------------------------------------------------------

_CHARGE = (
    'const answer = await fetch("https://api.iugu.com/v1/charge", { method: "POST",'
    " body: JSON.stringify({ amount }) });\nif (!answer.ok) throw new Error('refused');\n"
    "const charged = await answer.json();\n"
)
_PAYOUT = _CHARGE.replace("v1/charge", "v1/transfers")
_KNOWN = (
    'const { error: e8 } = await db.from("payments").insert({ user_id, amount, ref: charged.id });\nif (e8) throw e8;\n'
)


@pytest.mark.parametrize(
    "body",
    [_CHARGE + _KNOWN, _PAYOUT + _KNOWN, _PROFILE + _BALANCE + _PAYOUT],
    ids=["charge", "payout", "balance-first"],
)
def test_a_payment_that_no_row_knows_of(body: str) -> None:
    assert [one.severity for one in told(_edge(body), _HAZARD)] == [Severity.HIGH]


def test_a_payment_that_was_noted_first() -> None:
    first = (
        'const { error: e9 } = await db.from("payments").insert({ id, user_id, state: "new" });\nif (e9) throw e9;\n'
    )
    last = (
        'const { error: e8 } = await db.from("payments").update({ ref: charged.id }).eq("id", id);\nif (e8) throw e8;\n'
    )
    assert told(_edge(first + _CHARGE + last), _HAZARD) == []


_IN_BROWSER = """
import { supabase } from "./db";
export function useShop() {
  const request = async (amount, user, old) => {
    const { error } = await supabase.from("withdrawals").insert({ user_id: user, amount });
    if (error) throw error;
  };
  const pay = async (amount, user) => {
    const { data: p } = await supabase.from("profiles").select("balance").eq("id", user).single();
    const { error } = await supabase.from("profiles").update({ balance: p.balance - amount }).eq("id", user);
    if (error) throw error;
    MORE
  };
  return { request, pay };
}
"""
_APP = {
    "vite.config.ts": "export default {};",
    "src/db.ts": 'import { createClient } from "@supabase/supabase-js";\n'
    "export const supabase = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON_KEY);",
}


def test_what_two_clicks_do_is_not_one() -> None:
    assert told({**_APP, "src/useShop.ts": _IN_BROWSER.replace("MORE", "")}, _HAZARD) == []
    more = 'await supabase.from("withdrawals").insert({ user_id: user, amount });'
    found = told({**_APP, "src/useShop.ts": _IN_BROWSER.replace("MORE", more)}, _HAZARD)
    assert [one.severity for one in found] == [Severity.HIGH]


def test_what_is_done_for_one_kind_or_another() -> None:
    one = 'if (amount.kind === "a") {\n' + _REQUEST + "}\n"
    assert told(_edge(one + 'if (amount.kind === "b") {\n' + _RPC + "}"), _HAZARD) == []
    other = one + 'if (amount.kind !== "a") {\n' + _RPC + "}"
    assert told(_edge(other), _HAZARD) == []
    both = told(_edge(one + 'if (amount.kind === "a") {\n' + _RPC + "}"), _HAZARD)
    assert [finding.severity for finding in both] == [Severity.HIGH]
