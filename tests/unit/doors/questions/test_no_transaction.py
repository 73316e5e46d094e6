"""Writes that belong together: told where each is done alone, silent where they are one, or need not be."""

from __future__ import annotations

import pytest

from helpers.questions import told
from helpers.shop import shop
from walkdown.model.severity import Severity

_HAZARD = "data.no-transaction"
_ORDER = "const o = await DB.order.create({ data: { userId: req.user.id, productId: req.body.p } });"
_LINE = "await DB.line.create({ data: { orderId: o.id } });"
_STOCK = "await DB.product.update({ where: { id: req.body.p }, data: { stock: { decrement: 1 } } });"


def _on(text: str, db: str = "prisma") -> str:
    return text.replace("DB", db)


def test_an_order_and_its_lines_each_alone() -> None:
    (one,) = told(shop(_on(_ORDER + "\n" + _LINE) + "res.json(o);"), _HAZARD)
    assert one.severity is Severity.MEDIUM
    assert [step.role.split(",")[0] for step in one.steps] == [
        "POST /x/:id comes in",
        "writes a new row to Order",
        "writes a new row to Line; where this fails",
    ]


def test_stock_that_is_taken_without_the_order_is_severe() -> None:
    (one,) = told(shop(_on(_ORDER + "\n" + _STOCK) + "res.json(o);"), _HAZARD)
    assert one.severity is Severity.HIGH


def test_money_from_one_to_another() -> None:
    body = (
        "await prisma.user.update({ where: { id: req.user.id }, data: { points: { decrement: 1 } } });\n"
        "await prisma.user.update({ where: { id: req.body.to }, data: { points: { increment: 1 } } });"
    )
    (one,) = told(shop(body), _HAZARD)
    assert one.severity is Severity.HIGH


@pytest.mark.parametrize(
    "body",
    [
        "await prisma.$transaction(async (tx) => {" + _on(_ORDER + _LINE, "tx") + "});",
        (
            "await prisma.$transaction([prisma.order.update({ where: { id: req.body.o }, data: { userId: '1' } }),"
            " prisma.product.update({ where: { id: req.body.o }, data: { stock: { decrement: 1 } } })]);"
        ),
        "await prisma.order.create({ data: { userId: req.user.id, lines: { create: [{ id: req.body.l }] } } });",
        _on(_ORDER),
        _on(_ORDER) + "await prisma.auditLog.create({ data: { text: o.id } });",
        "if (req.body.a) {" + _on(_STOCK) + "} else {" + _on(_ORDER) + "}",
        "if (req.body.a) {" + _on(_STOCK) + "return res.end(); }\n" + _on(_ORDER),
        (
            "const made = req.body.a ? await prisma.order.create({ data: { userId: req.body.u } })\n"
            " : await prisma.booking.create({ data: { id: req.body.u } });"
        ),
    ],
    ids=["transaction", "together", "nested", "one", "log", "either", "leaves", "choice"],
)
def test_writes_that_are_one_or_need_not_be(body: str) -> None:
    assert told(shop(body + "\nres.json({});"), _HAZARD) == []


def test_what_is_taken_back_by_hand_weighs_less() -> None:
    body = (
        _on(_ORDER)
        + "\ntry {"
        + _on(_LINE)
        + "} catch (e) {\nawait prisma.order.delete({ where: { id: o.id } });\nthrow e; }"
    )
    assert [one.severity for one in told(shop(body), _HAZARD)] == [Severity.LOW]


def test_several_doors_that_lead_there_are_one_finding() -> None:
    head = "async function place(req) {\n" + _on(_ORDER) + "\n" + _on(_LINE) + "\n}\n"
    head += 'app.put("/y", login, async (req, res) => { await place(req); res.end(); });'
    (one,) = told(shop("await place(req); res.end();", head=head), _HAZARD)
    assert len(one.places) > 1


def test_what_a_browser_writes_in_one_function() -> None:
    files = {
        "vite.config.ts": "export default {};",
        "src/db.ts": 'import { createClient } from "@supabase/supabase-js";\n'
        "export const supabase = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON_KEY);",
        "src/Cart.tsx": 'import { supabase } from "./db";\n'
        "export async function place(cart) {\n"
        "  const { data: order, error } =\n"
        '    await supabase.from("orders").insert({ total: cart.total }).select().single();\n'
        "  if (error) throw error;\n"
        '  const { error: e } = await supabase.from("order_items").insert({ order_id: order.id });\n'
        "  if (e) throw e;\n"
        "}",
    }
    assert [one.severity for one in told(files, _HAZARD)] == [Severity.MEDIUM]
