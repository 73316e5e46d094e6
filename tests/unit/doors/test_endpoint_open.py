"""auth.endpoint-open: doors at which nobody is asked, beside those that are meant for strangers."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.place import line_of
from walkdown.model.severity import Severity

_HEAD = """
const express = require("express");
const crypto = require("crypto");
const jwt = require("jsonwebtoken");
const OpenAI = require("openai");
const stripe = require("stripe")(process.env.STRIPE);
const { PrismaClient } = require("@prisma/client");
const prisma = new PrismaClient();
const openai = new OpenAI();
const app = express();
function auth(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); }
  catch (error) { return res.status(401).json({ error: "no" }); }
  next();
}
app.get("/mine", auth, async (req, res) => {
  res.json(await prisma.order.findMany({ where: { userId: req.user.id } }));
});
app.post("/products", auth, async (req, res) => {
  res.json(await prisma.product.create({ data: { name: req.body.name } }));
});
"""
_DELETE = "await prisma.product.delete({ where: { id: Number(req.params.id) } }); res.json({});"
_CREATE = "res.json(await prisma.product.create({ data: { name: req.body.name } }));"


def _findings(route: str, hazard: str = "auth.endpoint-open") -> list[tuple[str, Severity]]:
    found = told({"app.js": f"{_HEAD}\n{route}\napp.listen(1);\n"}, hazard)
    return [(one.rule.id, one.severity) for one in found]


def _route(method: str, path: str, body: str, before: str = "") -> str:
    return f'app.{method}("{path}", {before} async (req, res) => {{\n{body}\n}});'


def test_a_stranger_can_delete() -> None:
    assert _findings(_route("delete", "/products/:id", _DELETE)) == [("doors-open-write", Severity.HIGH)]


def test_it_is_told_once_at_the_door() -> None:
    code = f"{_HEAD}\n{_route('delete', '/products/:id', _DELETE)}\napp.listen(1);\n"
    (one,) = told({"app.js": code}, "auth.endpoint-open")
    assert line_of(one.place) == code.split("\n").index('app.delete("/products/:id",  async (req, res) => {') + 1
    assert len(one.steps) == 2


def test_orders_and_users_are_worst() -> None:
    body = "await prisma.order.update({ where: { id: Number(req.params.id) }, data: { paid: true } }); res.json({});"
    assert _findings(_route("put", "/orders/:id", body)) == [("doors-open-write", Severity.CRITICAL)]


def test_a_stranger_can_add_what_others_need_a_login_for() -> None:
    assert _findings(_route("post", "/more-products", _CREATE)) == [("doors-open-write", Severity.HIGH)]


@pytest.mark.parametrize(
    "route",
    [
        _route("delete", "/products/:id", _DELETE, "auth,"),
        f"app.use(auth);\n{_route('delete', '/products/:id', _DELETE)}",
        _route(
            "delete", "/products/:id", f"if (req.headers.key !== process.env.KEY) throw new Error(); {_DELETE}"
        ),
        _route("delete", "/products/:id", f"jwt.verify(req.headers.authorization, process.env.KEY); {_DELETE}"),
    ],
    ids=["at the door", "mounted before", "a secret", "in the handler"],
)  # fmt: skip
def test_silent_behind_a_guard(route: str) -> None:
    assert _findings(route) == []


@pytest.mark.parametrize(
    "route",
    [
        _route("post", "/auth/register", "res.json(await prisma.user.create({ data: { email: req.body.email } }));"),
        _route("post", "/contact", "await prisma.contactMessage.create({ data: { text: req.body.text } }); res.end();"),
        _route("get", "/products", "res.json(await prisma.product.findMany({ take: 20 }));"),
        _route("get", "/products/:id", "res.json(await prisma.product.findUnique({ where: { id: req.params.id } }));"),
        _route("get", "/health", "await prisma.user.count(); res.json({ ok: true });"),
        _route("post", "/posts/view", "await prisma.post.update({ where: { id: req.body.id }, data: { views: 1 } })"),
        _route("post", "/x", "await prisma.ticketShare.update({ where: { token: req.body.token }, data: {} });"),
    ],
    ids=["sign-up", "contact", "catalogue", "one of the catalogue", "health", "counter", "a secret link"],
)  # fmt: skip
def test_silent_where_strangers_are_meant(route: str) -> None:
    assert _findings(route) == []


def test_a_stranger_reads_orders() -> None:
    body = "res.json(await prisma.order.findUnique({ where: { id: Number(req.params.id) } }));"
    assert _findings(_route("get", "/orders/:id", body)) == [("doors-open-read", Severity.HIGH)]


def test_a_stranger_spends_money() -> None:
    body = 'res.json(await openai.chat.completions.create({ model: "x", messages: req.body.messages }));'
    assert _findings(_route("post", "/ask", body)) == [("doors-open-cost", Severity.HIGH)]
    assert _findings(_route("post", "/ask", body, "auth,")) == []


_PAID = "await prisma.order.update({ where: { id: req.body.orderId }, data: { paid: true } }); res.json({});"


def test_a_webhook_that_believes_anyone() -> None:
    assert _findings(_route("post", "/webhooks/payment", _PAID)) == [("doors-webhook-unverified", Severity.HIGH)]


@pytest.mark.parametrize(
    "check",
    [
        "const event = stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], process.env.HOOK);",
        "if (req.headers['x-secret'] !== process.env.HOOK) return res.status(401).end();",
        """const mine = crypto.createHmac("sha256", process.env.HOOK).update(req.rawBody).digest("hex");
        if (mine !== req.headers["x-signature"]) return res.status(401).end();""",
    ],
    ids=["library", "secret", "hmac"],
)
def test_silent_where_the_signature_is_checked(check: str) -> None:
    assert _findings(_route("post", "/webhooks/payment", check + _PAID)) == []


def test_a_signature_that_is_checked_if_there_is_a_secret() -> None:
    check = """if (process.env.HOOK) {
      const event = stripe.webhooks.constructEvent(req.body, req.headers["stripe-signature"], process.env.HOOK);
    }"""
    route = _route("post", "/webhooks/payment", check + _PAID)
    assert _findings(route, "auth.fail-open") == [("doors-signature-optional", Severity.MEDIUM)]
    assert _findings(route) == []


def test_a_job_that_anyone_can_start() -> None:
    body = "await prisma.product.deleteMany({ where: { old: true } }); res.json({});"
    assert _findings(_route("post", "/api/cron/clean", body)) == [("doors-open-job", Severity.MEDIUM)]
    asked = "if (req.headers.authorization !== `Bearer ${process.env.CRON}`) return res.status(401).end();"
    assert _findings(_route("post", "/api/cron/clean", asked + body)) == []


def test_a_server_action_without_a_check() -> None:
    head = 'import { prisma } from "./db";\nimport { auth } from "./auth";\n'
    files = {
        "package.json": '{"dependencies": {"next": "15", "@prisma/client": "6", "next-auth": "5"}}',
        "next.config.js": "module.exports = {}",
        "app/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
        "app/auth.ts": 'import NextAuth from "next-auth";\nexport const { auth } = NextAuth({ providers: [] });\n',
        "app/actions.ts": '"use server";\n' + head
        + """export async function removeProduct(id: string) { await prisma.product.delete({ where: { id } }); }
export async function keepProduct(id: string) {
  const session = await auth();
  if (!session?.user) throw new Error("no");
  await prisma.product.delete({ where: { id } });
}
""",
        "app/page.tsx": 'import { removeProduct, keepProduct } from "./actions";\n'
        "export default () => <form action={removeProduct}><button formAction={keepProduct} /></form>;\n",
    }  # fmt: skip
    found = told(files, "auth.endpoint-open")
    said = [(one.rule.id, one.severity, line_of(one.place)) for one in found]
    assert said == [("doors-open-write", Severity.HIGH, 4)]
