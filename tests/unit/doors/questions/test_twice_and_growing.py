"""What is done twice, and what grows with the data."""

from __future__ import annotations

import pytest

from helpers.questions import told
from helpers.shop import shop
from walkdown.model.severity import Severity

_TWICE = "data.idempotency"
_STRIPE = 'const Stripe = require("stripe");\nconst stripe = new Stripe(process.env.STRIPE_KEY);'


def test_a_payment_without_a_key() -> None:
    body = "await stripe.paymentIntents.create({ amount: 100, currency: 'eur' });\nres.end();"
    assert [one.severity for one in told(shop(body, head=_STRIPE), _TWICE)] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    "body",
    [
        "await stripe.paymentIntents.create({ amount: 100 }, { idempotencyKey: req.body.order });",
        "await stripe.checkout.sessions.create({ mode: 'payment' });",
        "await stripe.paymentIntents.retrieve(req.body.id);",
    ],
    ids=["key", "session", "read"],
)
def test_a_payment_that_cannot_be_made_twice(body: str) -> None:
    assert told(shop(body + "\nres.end();", head=_STRIPE), _TWICE) == []


_EVENT = (
    "const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], process.env.HOOK);\n"
    "const paid = event.data.object;\n"
)


@pytest.mark.parametrize(
    "body",
    [
        "await prisma.user.update({ where: { id: paid.metadata.user }, data: { points: { increment: 10 } } });",
        "await prisma.order.create({ data: { userId: paid.metadata.user } });",
    ],
    ids=["credit", "insert"],
)
def test_an_event_that_is_counted_again(body: str) -> None:
    assert [one.severity for one in told(shop(_EVENT + body + "\nres.end();", head=_STRIPE), _TWICE)] == [
        Severity.MEDIUM
    ]


@pytest.mark.parametrize(
    "body",
    [
        (
            "const seen = await prisma.payment.findUnique({ where: { intentId: event.id } });\n"
            "if (seen) return res.end();\n"
            "await prisma.order.create({ data: { userId: paid.metadata.user } });"
        ),
        "await prisma.payment.create({ data: { intentId: paid.id, amount: paid.amount } });",
        "await prisma.order.update({ where: { id: paid.metadata.order }, data: { status: 'paid' } });",
    ],
    ids=["remembered", "unique", "state"],
)
def test_an_event_that_may_come_twice(body: str) -> None:
    assert told(shop(_EVENT + body + "\nres.end();", head=_STRIPE), _TWICE) == []


# -- what grows -------------------------------------------------------------------------------------------------------

_ORDERS = "const orders = await prisma.order.findMany({ where: { userId: req.user.id } });\n"


def test_a_query_for_each_row() -> None:
    body = (
        _ORDERS + "for (const o of orders) {\nawait prisma.line.findMany({ where: { orderId: o.id } });\n}\nres.end();"
    )
    assert [one.severity for one in told(shop(body), "perf.n-plus-one")] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    "body",
    [
        _ORDERS + "await prisma.line.findMany({ where: { orderId: { in: orders.map((o) => o.id) } } });",
        "for (const day of ['mon', 'tue']) { await prisma.booking.findMany({ where: { day }, take: 5 }); }",
        "for (let i = 0; i < 3; i++) { await prisma.order.findFirst({ where: { userId: req.user.id } }); }",
    ],
    ids=["in", "fixed", "again"],
)
def test_a_query_for_all_or_for_a_few(body: str) -> None:
    assert told(shop(body + "\nres.end();"), "perf.n-plus-one") == []


def test_rows_that_are_written_one_by_one() -> None:
    body = "for (const l of req.body.lines) {\nawait prisma.line.create({ data: { orderId: l.order } });\n}\nres.end();"
    assert [one.severity for one in told(shop(body), "perf.sequential")] == [Severity.LOW]
    body = "await prisma.line.createMany({ data: req.body.lines.map((l) => ({ orderId: l.order })) });\nres.end();"
    assert told(shop(body), "perf.sequential") == []


def test_a_whole_table() -> None:
    body = "const all = await prisma.order.findMany();\nres.json(all);"
    assert [one.severity for one in told(shop(body, method="get"), "perf.unbounded")] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    "body",
    [
        "res.json(await prisma.order.findMany({ take: 50 }));",
        _ORDERS + "res.json(orders);",
        "res.json(await prisma.order.findMany({ where: { productId: req.params.id } }));",
        "res.json(await prisma.order.count());",
        "res.json(await prisma.category.findMany());",
    ],
    ids=["limit", "own", "of-one", "count", "small"],
)
def test_a_part_of_a_table(body: str) -> None:
    assert told(shop(body, method="get"), "perf.unbounded") == []


def test_a_client_for_each_request() -> None:
    body = "const db = new PrismaClient();\nres.json(await db.order.findMany({ take: 3 }));"
    assert [one.severity for one in told(shop(body, method="get"), "perf.connection")] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "res.json(await prisma.order.findMany({ take: 3 }));"),
        (
            "let kept;\nfunction db() {\n if (!kept) kept = new PrismaClient();\n return kept;\n}",
            "res.json(await db().order.findMany({ take: 3 }));",
        ),
    ],
    ids=["module", "lazy"],
)
def test_a_client_that_is_kept(head: str, body: str) -> None:
    assert told(shop(body, head=head, method="get"), "perf.connection") == []
