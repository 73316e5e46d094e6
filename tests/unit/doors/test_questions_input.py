"""Twins: the flaw is told, and each usual way to mend it makes the question fall silent."""

from __future__ import annotations

import pytest

from helpers.doors import doors_of
from helpers.input_doors import HEAD, found, user
from helpers.questions import told
from walkdown.model.severity import Severity

MASS = "input.mass-assign"


def test_a_whole_body_that_becomes_a_user_is_told() -> None:
    assert found(user("s.json(await prisma.user.create({ data: q.body }));"), MASS) == [Severity.HIGH]


def test_a_body_that_is_spread_is_told_once_for_all_doors() -> None:
    code = """
      const make = (data) => prisma.user.create({ data: { ...data, active: true } });
      app.post("/a", login, async (q, s) => s.json(await make(q.body)));
      app.post("/b", async (q, s) => s.json(await make(q.body)));"""
    findings = told({"app.ts": HEAD + code}, MASS)
    assert len(findings) == 1
    assert findings[0].rule.family == "mass-assignment"
    assert len(findings[0].places) == 2


@pytest.mark.parametrize(
    "code",
    [
        "const { name } = q.body; s.json(await prisma.user.create({ data: { name } }));",
        "const d = z.object({ name: z.string() }).parse(q.body); s.json(await prisma.user.create({ data: d }));",
        (
            "const up = {}; for (const k of ['name', 'bio']) if (q.body[k] !== undefined) up[k] = q.body[k];"
            " s.json(await prisma.user.update({ where: { id: q.user.id }, data: up }));"
        ),
        (
            "const up = {}; Object.keys(q.body).forEach((k) => { if (['name'].includes(k)) up[k] = q.body[k]; });"
            " s.json(await prisma.user.update({ where: { id: q.user.id }, data: up }));"
        ),
    ],
)
def test_named_fields_are_fine(code: str) -> None:
    assert found(user(code), MASS) == []


def test_a_schema_that_lets_all_through_is_none() -> None:
    code = "const d = z.object({ name: z.string() }).passthrough().parse(q.body);"
    assert found(user(code + "s.json(await prisma.user.create({ data: d }));"), MASS) == [Severity.HIGH]


def test_an_administrator_may_set_all_fields() -> None:
    assert found(user("await prisma.user.create({ data: q.body });", before="login, admin"), MASS) == [Severity.LOW]


def test_a_table_without_anything_of_worth_is_no_severe_matter() -> None:
    files = {
        "schema.prisma": "model Note {\n id String @id\n title String\n text String\n}\n",
        "app.ts": HEAD + user("await prisma.note.create({ data: q.body });"),
    }
    assert [one.severity for one in told(files, MASS)] == [Severity.LOW]


def test_fields_that_the_code_sets_itself_cannot_be_set() -> None:
    schema = "model Note {\n id String @id\n title String\n userId String\n}\n"
    flawed = user("await prisma.note.create({ data: q.body });")
    fixed = user("await prisma.note.create({ data: { ...q.body, userId: q.user.id } });")
    assert [one.severity for one in told({"schema.prisma": schema, "app.ts": HEAD + flawed}, MASS)] == [Severity.HIGH]
    assert [one.severity for one in told({"schema.prisma": schema, "app.ts": HEAD + fixed}, MASS)] == [Severity.LOW]


NEST = """
import { Body, Controller, Module, Post, ValidationPipe } from "@nestjs/common"; import { NestFactory } from
  "@nestjs/core"; import { IsString } from "class-validator"; import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient(); class Dto { @IsString() name: string; }
@Controller("users") class Users { @Post() make(@Body() dto: Dto) { return prisma.user.create({ data: dto }); } }
@Module({ controllers: [Users] }) class AppModule {}
async function main() { const app = await NestFactory.create(AppModule); PIPES await app.listen(3000); } main();
"""


@pytest.mark.parametrize(
    ("pipes", "expected"),
    [
        ("", [Severity.HIGH]),
        ("app.useGlobalPipes(new ValidationPipe());", [Severity.MEDIUM]),
        ("app.useGlobalPipes(new ValidationPipe({ forbidNonWhitelisted: true }));", [Severity.MEDIUM]),
        ("app.useGlobalPipes(new ValidationPipe({ whitelist: true }));", []),
    ],
)
def test_a_form_of_nest_drops_fields_only_where_it_is_told_to(pipes: str, expected: list[Severity]) -> None:
    files = {"main.ts": NEST.replace("PIPES", pipes)}
    assert [one.severity for one in told(files, MASS)] == expected


def test_a_field_that_the_table_has_and_the_form_does_not_name_comes_through() -> None:
    schema = "model User {\n id String @id\n name String\n role String\n}"
    files = {"main.ts": NEST.replace("PIPES", "app.useGlobalPipes(new ValidationPipe());"), "schema.prisma": schema}
    (one,) = told(files, MASS)
    assert one.severity is Severity.HIGH
    assert "`role`" in one.steps[-1].role


CLIENT = "input.client-only"


@pytest.mark.parametrize(
    "code",
    [
        "await prisma.order.create({ data: { userId: q.user.id, total: q.body.total } });",
        (
            "const total = q.body.items.reduce((sum, i) => sum + i.price * i.quantity, 0);"
            " await prisma.order.create({ data: { userId: q.user.id, total } });"
        ),
        "await stripe.paymentIntents.create({ amount: q.body.amount, currency: 'eur' });",
        "await stripe.checkout.sessions.create({ line_items: [{ price_data: { unit_amount: q.body.price * 100 } }] });",
        (
            "const d = z.object({ total: z.number() }).parse(q.body);"
            " await prisma.order.create({ data: { userId: q.user.id, total: d.total } });"
        ),
        "await prisma.user.update({ where: { id: q.user.id }, data: { role: q.body.role } });",
        "await prisma.post.create({ data: { text: q.body.text, userId: q.body.userId } });",
        "await prisma.order.update({ where: { id: q.body.id, userId: q.user.id }, data: { isPaid: q.body.isPaid } });",
    ],
)
def test_what_the_caller_decides_is_told(code: str) -> None:
    assert found(user(code), CLIENT) == [Severity.HIGH]


@pytest.mark.parametrize(
    "code",
    [
        (
            "const p = await prisma.product.findUnique({ where: { id: q.body.id } });"
            " await prisma.order.create({ data: { userId: q.user.id, total: p.price * q.body.quantity } });"
        ),
        (
            "const p = await prisma.product.findUnique({ where: { id: q.body.id } });"
            " await stripe.paymentIntents.create({ amount: p.price, currency: 'eur' });"
        ),
        "const PRICES = { a: 10, b: 20 }; await stripe.paymentIntents.create({ amount: PRICES[q.body.plan] });",
        "await prisma.user.update({ where: { id: q.user.id }, data: { role: 'member' } });",
        (
            "if (!['buyer', 'seller'].includes(q.body.role)) return s.sendStatus(400);"
            " await prisma.user.update({ where: { id: q.user.id }, data: { role: q.body.role } });"
        ),
        (
            "const d = z.object({ role: z.enum(['buyer', 'seller']) }).parse(q.body);"
            " await prisma.user.update({ where: { id: q.user.id }, data: { role: d.role } });"
        ),
        "await prisma.post.create({ data: { text: q.body.text, userId: q.user.id } });",
        (
            "if (q.body.userId !== q.user.id) return s.sendStatus(403);"
            " await prisma.post.create({ data: { text: q.body.text, userId: q.body.userId } });"
        ),
        "await prisma.product.create({ data: { name: q.body.name, price: q.body.price, sellerId: q.user.id } });",
        "await prisma.donation.create({ data: { amount: q.body.amount, userId: q.user.id } });",
    ],
)
def test_what_the_server_decides_is_fine(code: str) -> None:
    assert found(user(code), CLIENT) == []


def test_an_administrator_may_decide() -> None:
    code = "await prisma.user.update({ where: { id: q.params.id }, data: { role: q.body.role } });"
    assert found(user(code, before="login, admin"), CLIENT) == []


def test_a_stranger_who_signs_up_as_what_they_like_is_the_worst() -> None:
    code = "await prisma.user.create({ data: { email: q.body.email, role: q.body.role } });"
    assert found(f"app.post('/signup', async (q, s) => {{ {code} }});", CLIENT) == [Severity.CRITICAL]


UNCHECKED = "input.unvalidated"


def test_a_body_that_nobody_looks_at_is_told_at_the_door() -> None:
    findings = told({"app.ts": HEAD + user("await prisma.note.create({ data: { text: q.body.text } });")}, UNCHECKED)
    assert [one.severity for one in findings] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    "check",
    [
        "const { text } = z.object({ text: z.string().max(100) }).parse(q.body);",
        "const { text } = q.body; if (typeof text !== 'string' || text.length > 100) return s.sendStatus(400);",
        "const { text } = q.body; if (!/^[a-z]+$/.test(text)) return s.sendStatus(400);",
        "const { text } = q.body; if (!['a', 'b'].includes(text)) return s.sendStatus(400);",
        "const { text } = q.body; if (text !== 'a' && text !== 'b') return s.sendStatus(400);",
        "const text = parseInt(q.body.text, 10); if (isNaN(text)) return s.sendStatus(400);",
        "const text = Number(q.body.text); if (!Number.isInteger(text)) throw new Error('no');",
    ],
)
def test_checks_by_hand_count(check: str) -> None:
    assert found(user(check + "await prisma.note.create({ data: { text } });"), UNCHECKED) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("const { a, b } = q.body; await prisma.note.create({ data: { a, b } });", "no"),
        ("const { a } = q.body; if (!a) throw new Error('a'); await prisma.note.create({ data: { a } });", "partly"),
        (
            (
                "const { a, b } = q.body; if (typeof a !== 'string') return s.sendStatus(400);"
                " await prisma.note.create({ data: { a, b } });"
            ),
            "partly",
        ),
        (
            (
                "const { a } = q.body; if (!a || a.length > 9) return s.sendStatus(400);"
                " await prisma.note.create({ data: { a } });"
            ),
            "yes",
        ),
        ("if (q.query.a) { await prisma.note.findMany({ where: { a: q.query.a } }); }", "no"),
        ("if (q.query.a > 5) { s.json(1); } else { s.json(2); } await prisma.note.create({ data: q.query });", "no"),
        ("const d = z.object({ a: z.string() }).safeParse(q.body); if (!d.success) return s.sendStatus(400);", "yes"),
        ("const hash = await bcrypt.hash(q.body.password, 10); await prisma.user.update({ data: { hash } });", "no"),
        ("s.json({ echo: q.body.text });", "no"),
        ("s.json({ fine: true });", "none"),
    ],
)
def test_whether_a_door_looks_at_what_comes_in(code: str, said: str) -> None:
    head = HEAD + 'import bcrypt from "bcrypt";'
    assert next(iter(doors_of({"app.ts": head + user(code)}).values())).validated == said


def test_a_name_in_the_query_of_an_address_is_an_input_of_its_own() -> None:
    code = """Deno.serve(async (req) => { const url = new URL(req.url); const id = url.searchParams.get("id");
      if (!/^[0-9]+$/.test(id)) return new Response("no", { status: 400 });
      const r = await fetch(`https://api.example.com/${id}`); return new Response("ok"); });"""
    one = next(iter(doors_of({"supabase/functions/x/index.ts": code}).values()))
    assert one.validated == "yes"


def test_a_schema_of_json_counts() -> None:
    code = """import { validate } from "jsonschema";
      const S = { type: "object", properties: { text: { type: "string" } }, additionalProperties: false };
      """ + user("const r = validate(q.body, S); if (!r.valid) return s.sendStatus(400);"
                 " await prisma.note.create({ data: { text: q.body.text } });")  # fmt: skip
    assert next(iter(doors_of({"app.ts": HEAD + code}).values())).validated == "yes"


def test_a_token_that_may_be_an_object_is_told() -> None:
    code = """import mongoose from "mongoose"; const User = mongoose.model("User", new mongoose.Schema({ resetToken:
      String })); """
    flawed = "s.json(await User.findOne({ resetToken: q.body.token }));"
    fixed = "if (typeof q.body.token !== 'string') return s.sendStatus(400); " + flawed
    doors = [HEAD + code + f"app.post('/x', async (q, s) => {{ {body} }});" for body in (flawed, fixed)]
    told_of = [[one.rule.id for one in told({"app.ts": text}, UNCHECKED)] for text in doors]
    assert told_of == [["doors-query-object"], []]


SHOP = """import { createClient } from "@supabase/supabase-js"; import { useState } from "react";
const supabase = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON_KEY);
export default function Checkout({ cart }) { const place = async () => {
  await supabase.from("orders").insert({ items: cart.items, FIELDS }); }; return <button onClick={place}>Buy</button>; }
"""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [("total: cart.total", [Severity.HIGH]), ("payment_status: 'paid'", [Severity.HIGH]), ("note: cart.note", [])],
)
def test_what_the_browser_says_is_to_be_paid(fields: str, expected: list[Severity]) -> None:
    files = {"src/pages/Checkout.tsx": SHOP.replace("FIELDS", fields), "vite.config.ts": "", "index.html": ""}
    assert [one.severity for one in told(files, CLIENT)] == expected


def test_an_id_in_the_path_is_found_or_not() -> None:
    code = "s.json(await prisma.note.findUnique({ where: { id: q.params.id } }));"
    assert found(user(code, method="get", path="/x/:id"), UNCHECKED) == []
