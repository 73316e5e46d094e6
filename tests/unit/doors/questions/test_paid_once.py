"""Payments at any provider, and what tells one from its repetition; rows with secrets that the browser reads."""

from __future__ import annotations

import pytest

from helpers.questions import told
from helpers.shop import shop
from walkdown.model.severity import Severity

_TWICE, _LEAKED = "data.idempotency", "error.leaked"


def _sends(host: str, path: str, more: str = "", headers: str = "") -> str:
    return (
        f'{more}\nconst r = await fetch("https://{host}{path}", {{ method: "POST", headers: {{ {headers} }},'
        " body: JSON.stringify({ amount: req.body.amount }) });\nif (!r.ok) return res.status(502).end();\nres.end();"
    )


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        (_sends("api.iugu.com", "/v1/charge"), Severity.HIGH),
        (_sends("api.pagar.me", "/core/v5/orders"), Severity.MEDIUM),
        (_sends("api.mercadopago.com", "/v1/payments"), Severity.MEDIUM),
        (_sends("api.asaas.com", "/v3/payments"), Severity.MEDIUM),
        (_sends("api.asaas.com", "/v3/transfers"), Severity.HIGH),
        (_sends("api-m.paypal.com", "/v1/payments/payouts"), Severity.HIGH),
        (_sends("api.razorpay.com", "/v1/payouts"), Severity.HIGH),
        (_sends("sandbox.safaricom.co.ke", "/mpesa/stkpush/v1/processrequest"), Severity.HIGH),
        (_sends("api.flutterwave.com", "/v3/transfers"), Severity.HIGH),
        (_sends("api.paystack.co", "/transfer"), Severity.HIGH),
        (_sends("connect.squareup.com", "/v2/payments"), Severity.MEDIUM),
        (_sends("checkout-test.adyen.com", "/v71/payments"), Severity.MEDIUM),
        (_sends("api.mollie.com", "/v2/payments"), Severity.MEDIUM),
        (_sends("api.stripe.com", "/v1/payment_intents"), Severity.MEDIUM),
    ],
)
def test_a_payment_at_any_provider(body: str, severity: Severity) -> None:
    assert [one.severity for one in told(shop(body), _TWICE)] == [severity]


def test_with_axios() -> None:
    body = 'await axios.post("https://api.asaas.com/v3/transfers", { value: req.body.amount });\nres.end();'
    assert [one.severity for one in told(shop(body, head='const axios = require("axios");'), _TWICE)] == [Severity.HIGH]


def test_with_the_client_of_a_provider() -> None:
    head = 'const { createMollieClient } = require("@mollie/api-client");\nconst mollie = createMollieClient({});'
    body = "await mollie.payments.create({ amount: req.body.amount });\nres.end();"
    assert [one.severity for one in told(shop(body, head=head), _TWICE)] == [Severity.MEDIUM]


_NOTED = (
    "try { await prisma.payment.create({ data: { intentId: req.body.key, amount: 1 } }); }\n"
    "catch (e) { if (e.code === 'P2002') return res.status(409).end(); throw e; }"
)


@pytest.mark.parametrize(
    "body",
    [
        _sends("api.iugu.com", "/v1/charge", headers='"Idempotency-Key": req.body.key'),
        _sends("api-m.paypal.com", "/v1/payments/payouts", headers='"PayPal-Request-Id": req.body.key'),
        _sends("api.iugu.com", "/v1/charge", more='const headers = { "X-Idempotency-Key": req.body.key };'),
        _sends("api.iugu.com", "/v1/charge", more=_NOTED),
        _sends("api.iugu.com", "/v1/customers"),
        _sends("api.razorpay.com", "/v1/orders"),
        _sends("api.example.com", "/v1/charge"),
        'const r = await fetch("https://api.iugu.com/v1/charges/" + req.params.id);\nres.json(await r.json());',
    ],
    ids=["key", "request-id", "put-together", "noted", "customer", "draft", "elsewhere", "read"],
)
def test_a_payment_that_is_made_once(body: str) -> None:
    assert told(shop(body), _TWICE) == []


# -- the browser reads whole rows -------------------------------------------------------------------------------------

_SQL = """
create table gateway_settings (id uuid primary key, name text, COLUMN text);
alter table gateway_settings enable row level security;
create policy "read" on gateway_settings for select to WHO using (USING);
"""


def _read(columns: str, *, column: str = "stripe_secret_key", who: str = "anon", using: str = "true") -> dict[str, str]:
    sql = _SQL.replace("COLUMN", column).replace("WHO", who).replace("USING", using)
    return {
        "vite.config.ts": "export default {};",
        "supabase/migrations/1.sql": sql,
        "src/db.ts": 'import { createClient } from "@supabase/supabase-js";\n'
        "export const supabase = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON_KEY);",
        "src/Pay.tsx": 'import { supabase } from "./db";\nexport async function load() {\n'
        f'  const {{ data }} = await supabase.from("gateway_settings").select("{columns}");\n  return data;\n}}',
    }


@pytest.mark.parametrize(
    "files",
    [_read("*"), _read("*", who="authenticated"), _read("id, stripe_secret_key"), _read("*", column="api_token")],
    ids=["anyone", "signed-in", "named", "token"],
)
def test_keys_of_the_shop_in_the_browser(files: dict[str, str]) -> None:
    assert [one.severity for one in told(files, _LEAKED)] == [Severity.HIGH]


@pytest.mark.parametrize(
    "files",
    [
        _read("id, name"),
        _read("*", column="publishable_key"),
        _read("*", using="auth.uid() = id"),
        _read("*", column="pix_key"),
    ],
    ids=["chosen", "public", "own", "address"],
)
def test_what_others_may_see(files: dict[str, str]) -> None:
    assert told(files, _LEAKED) == []


_PRODUCTS = """
create table products (id uuid primary key, name text, price numeric, COLUMN text);
alter table products enable row level security;
create policy "read" on products for select using (true);
"""


@pytest.mark.parametrize(
    ("column", "columns", "expected"),
    [("download_url", "*", [Severity.MEDIUM]), ("download_url", "id, name", []), ("image_url", "*", [])],
    ids=["sold", "chosen", "picture"],
)
def test_what_is_sold(column: str, columns: str, expected: list[Severity]) -> None:
    files = _read(columns)
    files["supabase/migrations/1.sql"] = _PRODUCTS.replace("COLUMN", column)
    files["src/Pay.tsx"] = files["src/Pay.tsx"].replace("gateway_settings", "products")
    assert [one.severity for one in told(files, _LEAKED)] == expected


_KEYS = {"prisma/schema.prisma": "model Gateway {\n id String @id\n name String\n apiSecret String\n}\n"}


def test_keys_of_the_shop_in_an_answer() -> None:
    whole = {**shop("res.json(await prisma.gateway.findMany({ take: 9 }));", method="get"), **_KEYS}
    assert [one.severity for one in told(whole, _LEAKED)] == [Severity.HIGH]
    chosen = shop("res.json(await prisma.gateway.findMany({ take: 9, select: { name: true } }));", method="get")
    assert told({**chosen, **_KEYS}, _LEAKED) == []


def test_a_batch_that_is_named() -> None:
    body = _sends("api-m.paypal.com", "/v1/payments/payouts").replace("amount: req", "sender_batch_id: id, amount: req")
    assert told(shop("const id = req.params.id;\n" + body), _TWICE) == []
