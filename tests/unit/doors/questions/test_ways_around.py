"""auth.fail-open and auth.stale: sessions without a proof, checks without a secret, tokens made of old tokens."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.severity import Severity

_HEAD = """
const express = require("express");
const jwt = require("jsonwebtoken");
const bcrypt = require("bcrypt");
const { PrismaClient } = require("@prisma/client");
const prisma = new PrismaClient();
const app = express();
app.use(express.json());
"""


def _findings(path: str, body: str, hazard: str) -> list[tuple[str, Severity]]:
    code = f'{_HEAD}\napp.post("{path}", async (req, res) => {{\n{body}\n}});\napp.listen(1);\n'
    return [(one.rule.id, one.severity) for one in told({"app.js": code}, hazard)]


_USER = """const user = await prisma.user.findUnique({ where: { email: req.body.email } });
if (!user) return res.status(404).end();"""
_COMPARE = "if (user.verifyToken !== req.body.token) return res.status(400).end();"
_GIVE = 'return res.json({ token: jwt.sign({ id: user.id }, process.env.KEY, { expiresIn: "1h" }) });'


@pytest.mark.parametrize(
    "give", [_GIVE, 'res.cookie("session", make(user.id), { httpOnly: true, secure: true }); return res.json({});']
)
def test_a_session_for_whoever_is_verified_already(give: str) -> None:
    body = f"{_USER}\nif (user.verified) {{ {give} }}\n{_COMPARE}\n{give}"
    assert _findings("/verify", body, "auth.fail-open") == [("doors-session-unproved", Severity.CRITICAL)]


@pytest.mark.parametrize(
    "body",
    [
        f"{_USER}\n{_COMPARE}\nif (user.verified) {{ {_GIVE} }}\n{_GIVE}",
        f"{_USER}\nif (user.verified) {{ return res.json({{ already: true }}); }}\n{_COMPARE}\n{_GIVE}",
        f"""{_USER}\nif (!(await bcrypt.compare(req.body.password, user.password))) return res.status(401).end();
        if (!user.verified) return res.status(403).end();\n{_GIVE}""",
        f"""{_USER}\nif (!user.active) return res.status(403).end();
        if (!(await bcrypt.compare(req.body.password, user.password))) return res.status(401).end();\n{_GIVE}""",
    ],
)
def test_the_proof_comes_first(body: str) -> None:
    assert _findings("/verify", body, "auth.fail-open") == []


_KEPT, _NO = "const secret = process.env.HOOK_SECRET;", "return res.status(401).end();"
_PAID = "await prisma.order.update({ where: { id: req.body.id }, data: { paid: true } }); res.json({});"


@pytest.mark.parametrize(
    "check",
    [
        f'{_KEPT}\nif (secret && req.headers["x-secret"] !== secret) {_NO}',
        f"if (process.env.HOOK_SECRET) {{ if (req.query.key !== process.env.HOOK_SECRET) {{ {_NO} }} }}",
        f"if (process.env.CRON_SECRET && req.headers.authorization !== `Bearer ${{process.env.CRON_SECRET}}`) {_NO}",
    ],
)
def test_no_secret_no_check(check: str) -> None:
    assert _findings("/sync", f"{check}\n{_PAID}", "auth.fail-open") == [("doors-secret-optional", Severity.HIGH)]
    assert _findings("/sync", f"{check}\n{_PAID}", "auth.endpoint-open") == []


@pytest.mark.parametrize(
    "check",
    [
        f'{_KEPT}\nif (!secret || req.headers["x-secret"] !== secret) {_NO}',
        'if (req.headers["x-secret"] !== process.env.HOOK_SECRET) return res.status(401).end();',
        """if (!process.env.HOOK_SECRET) return res.status(500).end();
        if (process.env.HOOK_SECRET && req.query.key !== process.env.HOOK_SECRET) return res.status(401).end();""",
    ],
)
def test_a_secret_in_any_case(check: str) -> None:
    assert _findings("/sync", f"{check}\n{_PAID}", "auth.fail-open") == []


_OLD = "const old = jwt.verify(req.body.refreshToken, process.env.REFRESH);"


@pytest.mark.parametrize(
    ("says", "severity"), [("{ id: old.id, role: old.role }", Severity.HIGH), ("{ id: old.id }", Severity.MEDIUM)]
)
def test_a_new_token_from_the_old_one(says: str, severity: Severity) -> None:
    body = f'{_OLD}\nres.json({{ token: jwt.sign({says}, process.env.KEY, {{ expiresIn: "15m" }}) }});'
    assert _findings("/auth/refresh", body, "auth.stale") == [("doors-stale-refresh", severity)]


def test_the_account_is_looked_up() -> None:
    body = f"""{_OLD}\nconst user = await prisma.user.findUnique({{ where: {{ id: old.id }} }});
    if (!user) return res.status(401).end();
    res.json({{ token: jwt.sign({{ id: user.id, role: user.role }}, process.env.KEY, {{ expiresIn: "15m" }}) }});"""
    assert _findings("/auth/refresh", body, "auth.stale") == []
    kept = f"""{_OLD}\nconst row = await prisma.session.findUnique({{ where: {{ token: req.body.refreshToken }} }});
    if (!row) return res.status(401).end();
    res.json({{ token: jwt.sign({{ id: old.id }}, process.env.KEY, {{ expiresIn: "15m" }}) }});"""
    assert _findings("/auth/refresh", kept, "auth.stale") == []


def test_a_new_token_by_fastify() -> None:
    code = """
import Fastify from "fastify";
const app = Fastify();
app.post("/auth/refresh", async (req, reply) => {
  const auth = req.headers.authorization?.split(" ")[1];
  if (!auth) return reply.code(401).send({ error: "no" });
  const old = app.jwt.verify(auth);
  return reply.send({ token: app.jwt.sign({ sub: old.sub, role: old.role }, { expiresIn: "15m" }) });
});
app.listen({ port: 1 });
"""
    found = told({"app.ts": code, "package.json": '{"dependencies": {"fastify": "5"}}'}, "auth.stale")
    assert [(one.rule.id, one.severity) for one in found] == [("doors-stale-refresh", Severity.HIGH)]
