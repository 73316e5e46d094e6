"""Limits of tries, sessions, guards that pass, stale roles, the order of middleware, cross-site requests: each flaw
beside the ways in which it is usually mended."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.severity import Severity

_HEAD = """
const express = require("express");
const bcrypt = require("bcrypt");
const jwt = require("jsonwebtoken");
const session = require("express-session");
const rateLimit = require("express-rate-limit");
const { RedisStore } = require("rate-limit-redis");
const stripe = require("stripe")(process.env.STRIPE);
const nodemailer = require("nodemailer");
const OpenAI = require("openai");
const { PrismaClient } = require("@prisma/client");
const prisma = new PrismaClient();
const openai = new OpenAI();
const mailer = nodemailer.createTransport({});
const app = express();
"""
_AUTH = """
function auth(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); }
  catch (error) { return res.status(401).json({ error: "no" }); }
  next();
}
"""


def _findings(code: str, hazard: str) -> list[tuple[str, Severity]]:
    found = told({"app.js": f"{_HEAD}{_AUTH}\n{code}\napp.listen(1);\n"}, hazard)
    return [(one.rule.id, one.severity) for one in found]


# -- limits -----------------------------------------------------------------------------------------------------------

_LOGIN = """async (req, res) => {
  const user = await prisma.user.findUnique({ where: { email: req.body.email } });
  if (!user || !(await bcrypt.compare(req.body.password, user.password))) return res.status(401).json({});
  res.json({ token: jwt.sign({ id: user.id }, process.env.KEY, { expiresIn: "15m" }) });
});
"""


def test_login_without_a_limiter() -> None:
    assert _findings(f'app.post("/login", {_LOGIN}', "auth.rate-limit") == [("doors-no-limit-login", Severity.MEDIUM)]


@pytest.mark.parametrize(
    "code",
    [
        f'app.post("/login", rateLimit({{ max: 5, store: new RedisStore({{}}) }}), {_LOGIN}',
        f'app.use(rateLimit({{ max: 5, store: new RedisStore({{}}) }}));\napp.post("/login", {_LOGIN}',
        """app.post("/login", async (req, res) => {
          const user = await prisma.user.findUnique({ where: { email: req.body.email } });
          if (user.failedAttempts > 5) return res.status(429).end();
          if (!(await bcrypt.compare(req.body.password, user.password))) {
            await prisma.user.update({ where: { id: user.id }, data: { failedAttempts: { increment: 1 } } });
            return res.status(401).end();
          }
          res.json({});
        });""",
        """app.post("/profile", auth, async (req, res) => {
          res.json(await prisma.user.findUnique({ where: { id: req.user.id } }));
        });""",
    ],
    ids=["at the door", "mounted before", "counted in a table", "no login"],
)  # fmt: skip
def test_silent_with_a_limit(code: str) -> None:
    assert _findings(code, "auth.rate-limit") == []


def test_a_limit_in_memory_is_weaker() -> None:
    code = f'app.post("/login", rateLimit({{ max: 5 }}), {_LOGIN}'
    assert _findings(code, "auth.rate-limit") == [("doors-limit-in-memory", Severity.LOW)]


def test_codes_mails_and_models() -> None:
    code = """
app.post("/verify-otp", async (req, res) => {
  res.json(await prisma.verification.findFirst({ where: { phone: req.body.phone, otp: req.body.otp } }));
});
app.post("/forgot-password", async (req, res) => { await mailer.sendMail({ to: req.body.email }); res.end(); });
app.post("/ask", auth, async (req, res) => { res.json(await openai.chat.completions.create({ messages: [] })); });
"""
    assert _findings(code, "auth.rate-limit") == [
        ("doors-no-limit-code", Severity.HIGH),
        ("doors-no-limit-sends", Severity.MEDIUM),
        ("doors-no-limit-model", Severity.MEDIUM),
    ]


# -- sessions ---------------------------------------------------------------------------------------------------------


def _signed(options: str) -> str:
    return f'app.post("/login", (req, res) => {{ res.json(jwt.sign({{ id: 1 }}, process.env.KEY{options})); }});'


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ("", "doors-token-no-expiry"),
        (', { algorithm: "HS256" }', "doors-token-no-expiry"),
        (', { expiresIn: "10y" }', "doors-token-long-expiry"),
        (', { expiresIn: "365d" }', "doors-token-long-expiry"),
        (', { expiresIn: "15m" }', ""),
        (", { expiresIn: process.env.LIFETIME }", ""),
        (", options", ""),
    ],
)
def test_how_long_a_token_lives(options: str, rule: str) -> None:
    found = [name for name, _ in _findings(_signed(options), "auth.session")]
    assert found == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("options", "severity"),
    [
        ("", Severity.MEDIUM),
        (", { httpOnly: false, secure: true }", Severity.MEDIUM),
        (", { httpOnly: true }", Severity.LOW),
        (', { httpOnly: true, secure: process.env.NODE_ENV === "production", sameSite: "lax" }', None),
        (", cookieOptions()", None),
    ],
)
def test_cookies(options: str, severity: Severity | None) -> None:
    code = f'app.post("/login", (req, res) => {{ res.cookie("token", make(req){options}); res.end(); }});'
    found = [each for _, each in _findings(code, "auth.session")]
    assert found == ([severity] if severity else [])


def test_a_cookie_that_says_nothing_of_who_asks() -> None:
    code = 'app.post("/x", (req, res) => { res.cookie("theme", req.body.theme); res.cookie("token", ""); res.end(); });'
    assert _findings(code, "auth.session") == []


_STORED = """app.use(session({ secret: "x", %scookie: { secure: true, sameSite: "lax" } }));
app.get("/", (req, res) => res.end());"""


def test_sessions_in_memory() -> None:
    assert _findings(_STORED % "", "auth.session") == [("doors-session-memory", Severity.MEDIUM)]
    assert _findings(_STORED % "store: new RedisStore({}), ", "auth.session") == []


# -- guards that pass -------------------------------------------------------------------------------------------------

_VERIFY = "req.user = jwt.verify(req.headers.authorization, process.env.KEY);"
_BEHIND = """
app.delete("/products/:id", requireAuth, async (req, res) => {
  await prisma.product.delete({ where: { id: req.params.id } }); res.end();
});
"""


@pytest.mark.parametrize(
    ("guard", "passes"),
    [
        (f"try {{ {_VERIFY} next(); }} catch (e) {{ next(); }}", True),
        ("const t = req.headers.authorization; if (t) { jwt.verify(t, process.env.KEY); } next();", True),
        (f"try {{ {_VERIFY} next(); }} catch (e) {{ res.status(401).end(); }}", False),
        (f"try {{ {_VERIFY} next(); }} catch (e) {{ next(e); }}", False),
    ],
)  # fmt: skip
def test_a_guard_that_lets_everyone_by(guard: str, passes: bool) -> None:
    code = f"function requireAuth(req, res, next) {{ {guard} }}\n{_BEHIND}"
    found = _findings(code, "auth.fail-open")
    assert found == ([("doors-guard-passes", Severity.HIGH)] if passes else [])
    assert _findings(code, "auth.endpoint-open") == []  # one flaw, told once


_LIST = """app.delete("/cart", %s async (req, res) => {
  await prisma.cartItem.deleteMany({ where: { userId: %s } }); res.end();
});"""


def test_a_filter_that_may_vanish() -> None:
    assert _findings(_LIST % ("", "req.user?.id"), "auth.fail-open") == [("doors-filter-may-vanish", Severity.HIGH)]
    assert _findings(_LIST % ("auth,", "req.user.id"), "auth.fail-open") == []
    checked = "(req, res, next) => { if (!req.user?.id) return res.status(401).end(); next(); },"
    assert _findings(_LIST % (checked, "req.user?.id"), "auth.fail-open") == []


_NEST = """
import { Body, Controller, createParamDecorator, Delete, Module, UseGuards } from "@nestjs/common";
import { NestFactory } from "@nestjs/core"; import { AuthGuard } from "@nestjs/passport";
import { PrismaClient } from "@prisma/client"; const prisma = new PrismaClient();
const Me = createParamDecorator((data, context) => {
  const request = context.switchToHttp().getRequest(); return request.user || {}; });
@Controller("keys") class Keys { @UseGuards(AuthGuard("jwt")) @Delete() drop(@Body("key") key: string, @Me() me) {
  return prisma.pushKey.deleteMany({ where: { key%s } }); } }
@Module({ controllers: [Keys] }) class AppModule {}
async function main() { const app = await NestFactory.create(AppModule); await app.listen(3000); } main();
"""


def test_who_asks_holds_a_filter_whose_other_part_may_vanish() -> None:
    alone = told({"main.ts": _NEST % ""}, "auth.fail-open")
    assert [(one.rule.id, one.severity) for one in alone] == [("doors-filter-may-vanish", Severity.HIGH)]
    assert told({"main.ts": _NEST % ", userId: me?.id"}, "auth.fail-open") == []


# -- stale roles ------------------------------------------------------------------------------------------------------

_ADMIN = """
app.post("/login", (req, res) => {
  res.json(jwt.sign({ id: 1, role: "admin" }, process.env.KEY, { expiresIn: "%s" }));
});
app.delete("/users/:id", auth, async (req, res) => {
  %s
  await prisma.user.delete({ where: { id: req.params.id } }); res.end();
});
"""
_CLAIM = 'if (req.user.role !== "admin") return res.status(403).end();'
_LOOKED_UP = """const me = await prisma.user.findUnique({ where: { id: req.user.id } });
  if (!me || me.role !== "admin") return res.status(403).end();"""


def test_a_role_from_a_token_that_lives_long() -> None:
    assert _findings(_ADMIN % ("30d", _CLAIM), "auth.stale") == [("doors-stale-role", Severity.MEDIUM)]
    assert _findings(_ADMIN % ("15m", _CLAIM), "auth.stale") == []
    assert _findings(_ADMIN % ("30d", _LOOKED_UP), "auth.stale") == []


# -- order ------------------------------------------------------------------------------------------------------------

_ROUTES = 'app.use("/api", routes);\n'
_MORE = """const routes = express.Router();
routes.delete("/products/:id", async (req, res) => {
  await prisma.product.delete({ where: { id: req.params.id } }); res.end();
});
"""


def test_the_guard_behind_its_routes() -> None:
    assert _findings(f"{_MORE}{_ROUTES}app.use(auth);", "auth.middleware-order") == [
        ("doors-guard-too-late", Severity.HIGH)
    ]
    assert _findings(f"{_MORE}app.use(auth);\n{_ROUTES}", "auth.middleware-order") == []


_HOOK = """app.post("/webhook", %s async (req, res) => {
  const event = stripe.webhooks.constructEvent(req.body, req.headers["stripe-signature"], process.env.HOOK);
  await prisma.order.update({ where: { id: event.data.object.id }, data: { paid: true } }); res.end();
});
"""


def test_the_parser_before_the_signature() -> None:
    late = "app.use(express.json());\n" + _HOOK % ""
    assert _findings(late, "auth.middleware-order") == [("doors-body-parsed-first", Severity.MEDIUM)]
    first = _HOOK % 'express.raw({ type: "application/json" }),' + "app.use(express.json());\n"
    assert _findings(first, "auth.middleware-order") == []


# -- other sites ------------------------------------------------------------------------------------------------------

CSRF = 'const csrf = require("csurf");\napp.use(csrf());'
_SESSION = """app.use(session({ secret: "x", store: new RedisStore({}), cookie: { secure: true, sameSite: "%s" } }));
%s
app.post("/name", async (req, res) => {
  if (!req.session.userId) return res.status(401).end();
  await prisma.user.update({ where: { id: req.session.userId }, data: { name: req.body.name } }); res.end();
});
"""


def test_cookies_that_other_sites_send() -> None:
    assert _findings(_SESSION % ("none", ""), "auth.csrf") == [("doors-csrf", Severity.MEDIUM)]
    assert _findings(_SESSION % ("lax", ""), "auth.csrf") == []
    assert _findings(_SESSION % ("none", CSRF), "auth.csrf") == []
