"""auth.rate-limit: codes that are short enough to be tried out, and models that are paid by use."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.severity import Severity

_HEAD = """
const express = require("express");
const rateLimit = require("express-rate-limit");
const jwt = require("jsonwebtoken");
const bcrypt = require("bcrypt");
const { generateText } = require("ai");
const { google } = require("@ai-sdk/google");
const { PrismaClient } = require("@prisma/client");
const prisma = new PrismaClient();
const app = express();
app.use(express.json());
function auth(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); }
  catch (error) { return res.status(401).json({ error: "no" }); }
  next();
}
"""
_OPENS = """const door = await prisma.door.findFirst({ where: { pin: req.body.pin } });
if (!door) return res.status(403).end(); res.json({ open: true });"""
_MANAGER = """const boss = await prisma.employee.findUnique({ where: { id: req.body.managerId } });
if (!boss || !(await bcrypt.compare(req.body.pin, boss.managerPin))) return res.status(403).end(); res.json({});"""
_EQUAL = """const user = await prisma.user.findUnique({ where: { email: req.body.email } });
if (user.otp !== req.body.otp) return res.status(400).end(); res.json({ ok: true });"""
_VOUCHER = """const one = await prisma.voucher.findUnique({ where: { code: req.body.code } });
if (!one) return res.status(404).end(); res.json({ worth: one.worth });"""
_MODEL = 'const out = await generateText({ model: google("x"), prompt: req.body.text }); res.json({ text: out.text });'


def _findings(body: str, before: str = "") -> list[tuple[str, Severity]]:
    code = f'{_HEAD}\napp.post("/things", {before} async (req, res) => {{\n{body}\n}});\napp.listen(1);\n'
    return [(one.rule.id, one.severity) for one in told({"app.js": code}, "auth.rate-limit")]


@pytest.mark.parametrize(
    ("body", "before", "rule", "severity"),
    [
        (_OPENS, "", "doors-no-limit-code", Severity.HIGH),
        (_OPENS, "auth,", "doors-no-limit-code", Severity.MEDIUM),
        (_MANAGER, "auth,", "doors-no-limit-code", Severity.HIGH),
        (_EQUAL, "", "doors-no-limit-code", Severity.HIGH),
        (_VOUCHER, "auth,", "doors-no-limit-code", Severity.MEDIUM),
        (_MODEL, "", "doors-no-limit-model", Severity.HIGH),
        (_MODEL, "auth,", "doors-no-limit-model", Severity.MEDIUM),
    ],
)
def test_tried_without_end(body: str, before: str, rule: str, severity: Severity) -> None:
    assert _findings(body, before) == [(rule, severity)]


@pytest.mark.parametrize("body", [_OPENS, _MANAGER, _EQUAL, _VOUCHER, _MODEL])
@pytest.mark.parametrize(
    ("before", "first"),
    [
        ('rateLimit({ store: new (require("rate-limit-redis").RedisStore)({}) }),', ""),
        ("", "await checkRateLimit(req.ip);"),
        ("", "if (await tooManyTries(req.ip)) return res.status(429).end();"),
    ],
)
def test_counted(body: str, before: str, first: str) -> None:
    assert _findings(f"{first}\n{body}", before) == []


def test_a_code_that_is_made() -> None:
    body = """const taken = await prisma.voucher.findUnique({ where: { code: req.body.code } });
    if (taken) return res.status(409).end();
    await prisma.voucher.create({ data: { code: req.body.code } }); res.json({});"""
    assert _findings(body, "auth,") == []


def test_a_model_as_a_way_out_deep_below() -> None:
    """What hardly ever runs is no door to a model."""
    helpers = "".join(f"async function step{n}(text) {{ return step{n + 1}(text); }}\n" for n in range(4))
    body = f"{helpers}async function step4(text) {{ return generateText({{ prompt: text }}); }}\n"
    code = f'{_HEAD}\n{body}\napp.get("/logo", async (req, res) => {{ res.json(await step0(req.query.url)); }});\n'
    assert told({"app.js": code}, "auth.rate-limit") == []
