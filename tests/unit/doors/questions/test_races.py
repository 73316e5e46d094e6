"""What is read, worked out and written back; what is looked for and then made."""

from __future__ import annotations

import pytest

from helpers.questions import told
from helpers.shop import shop
from walkdown.model.severity import Severity

_BACK, _MADE = "race.read-write", "race.check-act"
_READ = "const p = await prisma.product.findUnique({ where: { id: req.params.id } });\n"


def test_stock_that_is_worked_out_here() -> None:
    body = _READ + "await prisma.product.update({ where: { id: p.id }, data: { stock: p.stock - req.body.n } });"
    (one,) = told(shop(body + "res.end();"), _BACK)
    assert one.severity is Severity.HIGH
    assert one.steps[0].role == "POST /x/:id comes in"
    assert one.steps[1].role == "stock of Product is read"


def test_a_counter_weighs_less() -> None:
    body = _READ + "await prisma.product.update({ where: { id: p.id }, data: { views: p.views + 1 } });"
    assert [one.severity for one in told(shop(body), _BACK)] == [Severity.MEDIUM]


_IN_HELPER = """
async function take(db, id, qty) {
  const row = await db.product.findUnique({ where: { id } });
  if (!row) throw new Error("none");
  const after = row.stock - qty;
  if (after < 0) throw new Error("not enough");
  await db.product.update({ where: { id }, data: { stock: after } });
}
"""


@pytest.mark.parametrize(
    "body",
    [
        "await take(prisma, req.params.id, req.body.n);",
        "await prisma.$transaction(async (tx) => { await take(tx, req.params.id, req.body.n); });",
        (
            "await prisma.$transaction(async (tx) => {\n"
            "const p = await tx.product.findUnique({ where: { id: req.params.id } });\n"
            "await tx.product.update({ where: { id: p.id }, data: { stock: p.stock - 1 } }); });"
        ),
    ],
    ids=["helper", "helper-in-a-transaction", "a-transaction-alone"],
)
def test_stock_that_is_worked_out_in_a_helper_or_a_transaction(body: str) -> None:
    assert [one.severity for one in told(shop(body + "\nres.end();", head=_IN_HELPER), _BACK)] == [Severity.HIGH]


def test_stock_that_was_read_with_another_row() -> None:
    body = (
        "const lines = await prisma.line.findMany({ where: { orderId: req.params.id }, include: { product: true } });\n"
        "for (const line of lines) {\n"
        "const stock = line.product.stock - line.n;\n"
        "await prisma.product.update({ where: { id: line.product.id }, data: { stock } });\n"
        "}\nres.end();"
    )
    assert [one.severity for one in told(shop(body), _BACK)] == [Severity.HIGH]


def test_a_document_that_is_changed_and_saved() -> None:
    files = {
        "app.js": """
const express = require("express");
const mongoose = require("mongoose");
const User = mongoose.model("User", new mongoose.Schema({ balance: Number }));
const app = express();
app.post("/pay", async (req, res) => {
  const user = await User.findById(req.body.id);
  user.balance -= req.body.amount;
  await user.save();
  res.end();
});
app.listen(1);
"""
    }
    assert [one.severity for one in told(files, _BACK)] == [Severity.HIGH]


@pytest.mark.parametrize(
    "body",
    [
        "await prisma.product.update({ where: { id: p.id }, data: { stock: { decrement: req.body.n } } });",
        (
            "const left = p.stock - req.body.n;\n"
            "await prisma.product.updateMany({ where: { id: p.id, stock: p.stock }, data: { stock: left } });"
        ),
        (
            "const fits = p.stock - req.body.n > 0;\n"
            "await prisma.product.update({ where: { id: p.id }, data: { name: req.body.name || p.name } });"
        ),
        "await prisma.product.update({ where: { id: p.id }, data: { stock: req.body.stock } });",
        (
            "await prisma.$transaction(async (tx) => {\n"
            "await tx.$queryRaw`select id from product where id = ${p.id} for update`;\n"
            "const q = await tx.product.findUnique({ where: { id: p.id } });\n"
            "await tx.product.update({ where: { id: p.id }, data: { stock: q.stock - 1 } }); });"
        ),
        (
            "await prisma.product.updateMany({ where: { id: p.id, version: p.version },"
            " data: { stock: p.stock - 1, version: { increment: 1 } } });"
        ),
    ],
    ids=["decrement", "conditional", "default", "set", "lock", "version"],
)
def test_a_value_that_nothing_is_lost_of(body: str) -> None:
    assert told(shop(_READ + body + "\nres.end();"), _BACK) == []


_LOOK = "const found = await prisma.booking.findFirst({ where: { roomId: req.body.room, day: req.body.day } });\n"
_MAKE = "await prisma.booking.create({ data: { roomId: req.body.room, day: req.body.day } });\n"


@pytest.mark.parametrize(
    "body",
    [
        _LOOK + "if (found) return res.status(409).end();\n" + _MAKE,
        _LOOK + "if (!found) {\n" + _MAKE + "}",
        _LOOK + "if (found !== null) { throw new Error('taken'); }\n" + _MAKE,
    ],
    ids=["leaves", "inside", "compared"],
)
def test_a_room_that_is_booked_twice(body: str) -> None:
    assert [one.severity for one in told(shop(body + "res.end();"), _MADE)] == [Severity.MEDIUM]


def test_where_no_schema_is_known_it_is_a_guess() -> None:
    files = shop(_LOOK + "if (found) return res.status(409).end();\n" + _MAKE)
    del files["prisma/schema.prisma"]
    assert [(one.severity, one.confidence.value) for one in told(files, _MADE)] == [(Severity.LOW, "unsure")]


@pytest.mark.parametrize(
    "body",
    [
        (
            "const v = await prisma.vote.findFirst({ where: { userId: req.user.id, pollId: req.body.poll } });\n"
            "if (v) return res.status(409).end();\n"
            "await prisma.vote.create({ data: { userId: req.user.id, pollId: req.body.poll } });"
        ),
        (
            "const u = await prisma.user.findUnique({ where: { email: req.body.email } });\n"
            "if (u) return res.status(409).end();\n"
            "await prisma.user.create({ data: { email: req.body.email, name: req.body.name } });"
        ),
        (
            "const o = await prisma.product.findUnique({ where: { id: req.body.p } });\n"
            "if (!o) return res.status(404).end();\n"
            "await prisma.order.create({ data: { productId: req.body.p } });"
        ),
        _LOOK + "if (!found) return res.status(404).end();\n" + _MAKE,
        "await prisma.booking.upsert({ where: { id: req.body.id }, create: { day: '1' }, update: {} });",
    ],
    ids=["key", "unique", "other-table", "must-be-there", "upsert"],
)
def test_rows_that_cannot_be_two(body: str) -> None:
    assert told(shop(body + "\nres.end();"), _MADE) == []


_ENOUGH = _READ + "if (p.stock < req.body.n) return res.status(409).end();\n"


def test_it_is_asked_whether_there_is_enough_and_taken_afterwards() -> None:
    body = (
        "await prisma.product.update({ where: { id: p.id }, data: { stock: { decrement: req.body.n } } });\nres.end();"
    )
    assert [one.severity for one in told(shop(_ENOUGH + body), _MADE)] == [Severity.HIGH]


@pytest.mark.parametrize(
    "body",
    [
        (
            "await prisma.product.updateMany({ where: { id: p.id, stock: { gte: req.body.n } },"
            " data: { stock: { decrement: req.body.n } } });"
        ),
        "await prisma.product.update({ where: { id: p.id }, data: { views: { increment: 1 } } });",
    ],
    ids=["at-once", "counter"],
)
def test_it_is_asked_and_taken_at_once(body: str) -> None:
    assert told(shop(_ENOUGH + body + "\nres.end();"), _MADE) == []


def test_what_lies_in_ones_own_cart_weighs_little() -> None:
    files = shop(
        "const c = await prisma.cartItem.findUnique({ where: { id: req.params.id } });\n"
        "await prisma.cartItem.update({ where: { id: c.id }, data: { quantity: c.quantity + 1 } });\nres.end();"
    )
    assert [one.severity for one in told(files, _BACK)] == [Severity.LOW]


_PAID_BEFORE = (
    "const old = await prisma.booking.findFirst({ where: { roomId: req.body.room, day: req.body.day } });\n"
    "if (old) return res.status(409).end();\n" + _MAKE
)


def test_what_is_made_twice_and_credited_twice() -> None:
    credit = "await prisma.user.update({ where: { id: req.user.id }, data: { points: { increment: 5 } } });\nres.end();"
    assert [one.severity for one in told(shop(_PAID_BEFORE + credit), _MADE)] == [Severity.HIGH]
