"""Errors that are read and still hidden: only logged, taken for "there is none", answered as success."""

from __future__ import annotations

import pytest

from helpers.questions import told
from helpers.shop import shop
from walkdown.model.severity import Severity

_HAZARD = "error.swallowed"
_HEAD = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
const db = createClient(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"));
MORE
Deno.serve(async (req) => {
  const { id, user_id, amount } = await req.json();
BODY
  return new Response("ok", { status: 200 });
});
"""
_PAY = 'const { error } = await db.from("sales").update({ status: "paid" }).eq("id", id);\n'
_HELPER = "async function credit(id) {\n" + _PAY + "if (error) { console.error(error); return; }\n}"
_LOG = 'if (error) {\n  console.error("failed", error);\n}\n'


def _edge(body: str, *, name: str = "payment-webhook", more: str = "") -> dict[str, str]:
    return {f"supabase/functions/{name}/index.ts": _HEAD.replace("BODY", body).replace("MORE", more)}


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (_PAY + _LOG, ""),
        (_PAY + "if (error) console.error(error);", ""),
        (_PAY, ""),
        (_PAY.replace("{ error }", "result") + "if (result.error) { console.error(result.error); }", ""),
        ('const { error } = await db.rpc("add_credits", { user_id, amount });\n' + _LOG, ""),
        ('await db.rpc("add_credits", { user_id, amount });', ""),
        ("await credit(id);", _HELPER),
    ],
    ids=["logged", "one-line", "not-looked-at", "member", "function", "function-dropped", "helper"],
)  # fmt: skip
def test_a_payment_that_is_lost_in_a_log(body: str, more: str) -> None:
    assert [one.severity for one in told(_edge(body, more=more), _HAZARD)] == [Severity.HIGH]


def test_elsewhere_it_weighs_less() -> None:
    assert [one.severity for one in told(_edge(_PAY + _LOG, name="pay"), _HAZARD)] == [Severity.MEDIUM]
    other = _PAY.replace("sales", "profiles").replace("status", "nickname")
    assert [one.severity for one in told(_edge(other + _LOG), _HAZARD)] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    "body",
    [
        _PAY + "if (error) {\n  console.error(error);\n  return new Response('no', { status: 500 });\n}",
        _PAY + "if (error) { console.error(error); throw error; }",
        _PAY + "if (error) { console.error(error); failed.push(id); }",
        _PAY + "return new Response(JSON.stringify({ ok: !error }));",
        'const { error } = await db.from("webhook_logs").insert({ id });\nif (error) throw error;',
        'const { data: p } = await db.from("profiles").select("id").eq("id", id).single();',
        'await db.rpc("get_balance", { user_id });',
    ],
    ids=["answered", "thrown", "kept", "told", "log", "read", "reads"],
)
def test_a_failure_that_counts(body: str) -> None:
    assert told(_edge(body), _HAZARD) == []


_HOOK = 'const Stripe = require("stripe");\nconst stripe = new Stripe(process.env.STRIPE_KEY);'
_EVENT = "const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], process.env.HOOK);\n"
_ORDER = "await prisma.order.create({ data: { id: event.id, userId: event.data.object.metadata.user } });"


def test_a_webhook_that_says_that_all_is_well() -> None:
    body = _EVENT + "try {\n" + _ORDER + "\nres.json({ ok: true });\n} catch (e) {\n"
    fine = body + "console.error(e);\nres.status(200).json({ received: true });\n}"
    assert [one.severity for one in told(shop(fine, head=_HOOK), _HAZARD)] == [Severity.HIGH]
    bad = body + "console.error(e);\nres.status(500).json({ received: false });\n}"
    assert told(shop(bad, head=_HOOK), _HAZARD) == []


# -- a read that failed -----------------------------------------------------------------------------------------------

_LOOK = 'const { data: wallet } = await db.from("wallets").select("id").eq("user_id", user_id).maybeSingle();\n'
_MAKE = (
    'if (!wallet) {\n  const { error: e } = await db.from("wallets").insert({ user_id, balance: 100 });\n'
    "  if (e) throw e;\n}\n"
)
_GONE = (
    'if (!wallet) {\n  const { error: e } = await db.from("devices").delete().eq("user_id", user_id);\n'
    "  if (e) throw e;\n}\n"
)
_ASKED = _LOOK.replace("data: wallet", "data: wallet, error")


@pytest.mark.parametrize(
    "body",
    [_LOOK + _MAKE, _LOOK + _MAKE.replace("devices", "wallets"), _ASKED + _LOG + _MAKE,
     _ASKED + _MAKE.replace("!wallet", "error || !wallet")],
    ids=["made", "made-again", "logged", "either"],
)  # fmt: skip
def test_a_read_that_failed_counts_as_none(body: str) -> None:
    assert [one.severity for one in told(_edge(body, name="open"), _HAZARD)] == [Severity.HIGH]


@pytest.mark.parametrize(
    "body",
    [
        _ASKED + "if (error) throw error;\n" + _MAKE,
        _ASKED + "if (error && error.code !== 'PGRST116') throw error;\n" + _MAKE,
        _LOOK + "if (!wallet) return new Response('none', { status: 404 });",
    ],
    ids=["stops", "which", "answers"],
)
def test_a_read_whose_error_is_looked_at(body: str) -> None:
    assert told(_edge(body, name="open"), _HAZARD) == []


def test_where_it_is_made_in_the_other_branch() -> None:
    body = _LOOK + "if (wallet) {\n  console.log(wallet.id);\n} else {\n" + _MAKE.split("\n", 1)[1]
    assert [one.severity for one in told(_edge(body, name="open"), _HAZARD)] == [Severity.HIGH]
    body = _LOOK + "if (!wallet) {\n  console.log(id);\n} else {\n" + _MAKE.split("\n", 1)[1]
    assert told(_edge(body, name="open"), _HAZARD) == []
