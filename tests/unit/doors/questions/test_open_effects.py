"""auth.endpoint-open: what open doors do beyond a database of ours, and open jobs, each beside its mended twins."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.severity import Severity

_HEAD = """
const express = require("express");
const crypto = require("crypto");
const jwt = require("jsonwebtoken");
const nodemailer = require("nodemailer");
const { S3Client, PutObjectCommand, GetObjectCommand, DeleteObjectCommand } = require("@aws-sdk/client-s3");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const { ConvexHttpClient } = require("convex/browser");
const { PrismaClient } = require("@prisma/client");
const prisma = new PrismaClient();
const s3 = new S3Client({});
const convex = new ConvexHttpClient(process.env.CONVEX_URL);
const mailer = nodemailer.createTransport({});
const app = express();
app.use(express.json());
function auth(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); }
  catch (error) { return res.status(401).json({ error: "no" }); }
  next();
}
app.get("/mine", auth, async (req, res) => {
  res.json(await prisma.order.findMany({ where: { userId: req.user.id } }));
});
"""
_UPLOAD = """const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket: "b", Key: req.body.name }));
res.json({ url });"""
_DOWNLOAD = """const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: "b", Key: req.query.key }));
res.json({ url });"""
_DELETE = 'await s3.send(new DeleteObjectCommand({ Bucket: "b", Key: req.body.key })); res.json({});'
_CONVEX = 'await convex.mutation("sales:add", { total: req.body.total }); res.json({});'
_MAIL = "await mailer.sendMail({ to: req.body.to, text: req.body.text }); res.json({});"


def _findings(route: str) -> list[tuple[str, Severity]]:
    found = told({"app.js": f"{_HEAD}\n{route}\napp.listen(1);\n"}, "auth.endpoint-open")
    return [(one.rule.id, one.severity) for one in found]


def _route(path: str, body: str, before: str = "") -> str:
    return f'app.post("{path}", {before} async (req, res) => {{\n{body}\n}});'


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        (_UPLOAD, Severity.HIGH),
        (_DOWNLOAD, Severity.HIGH),
        (_DELETE, Severity.HIGH),
        (_CONVEX, Severity.HIGH),
        (_MAIL, Severity.MEDIUM),
    ],
    ids=["signed upload", "signed download", "deleted file", "another backend", "mail"],
)
def test_a_stranger_uses_our_power(body: str, severity: Severity) -> None:
    assert _findings(_route("/things", body)) == [("doors-open-effect", severity)]
    assert _findings(_route("/things", body, "auth,")) == []


def test_a_webhook_that_hands_on_what_anybody_says() -> None:
    assert _findings(_route("/webhooks/sales", _CONVEX)) == [("doors-webhook-unverified", Severity.HIGH)]


@pytest.mark.parametrize(
    "check",
    [
        'if (req.headers["x-secret"] !== process.env.HOOK_SECRET) return res.status(401).end();',
        """const mine = crypto.createHmac("sha256", process.env.HOOK_SECRET)
        .update(JSON.stringify(req.body)).digest("hex");
        if (mine !== req.headers["x-signature"]) return res.status(401).end();""",
    ],
)
def test_a_webhook_that_is_checked(check: str) -> None:
    assert _findings(_route("/webhooks/sales", f"{check}\n{_CONVEX}")) == []


_PAYOUTS = """const due = await prisma.payout.findMany({ where: { status: "due" } });
for (const one of due) await prisma.payout.update({ where: { id: one.id }, data: { status: "paid" } });
res.json({});"""


def test_a_payout_job_that_anybody_can_start() -> None:
    assert _findings(_route("/cron/payouts", _PAYOUTS)) == [("doors-open-job", Severity.CRITICAL)]
    secret = "if (req.headers.authorization !== `Bearer ${process.env.CRON_SECRET}`) return res.status(401).end();"
    assert _findings(_route("/cron/payouts", f"{secret}\n{_PAYOUTS}")) == []


_EDGE = """
import { createClient } from "npm:@supabase/supabase-js@2";
Deno.serve(async (req) => {
  const admin = createClient(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"));
  BODY
});
"""
_PEOPLE = """const { eventId } = await req.json();
const { data } = await admin.from("attendees").select("id, name, email").eq("event_id", eventId);
return new Response(JSON.stringify({ attendees: data }));"""
_LOGIN = """const token = req.headers.get("Authorization").replace("Bearer ", "");
const { data: { user } } = await admin.auth.getUser(token);"""


def _edge(body: str) -> list[tuple[str, Severity]]:
    files = {"supabase/functions/attendees/index.ts": _EDGE.replace("BODY", body), "supabase/config.toml": ""}
    return [(one.rule.id, one.severity) for one in told(files, "auth.endpoint-open")]


def test_an_edge_function_that_gives_out_people() -> None:
    assert _edge(_PEOPLE) == [("doors-open-read", Severity.HIGH)]


def test_a_login_that_is_looked_up_and_refuses_nobody() -> None:
    logged = 'console.log("asked by", user?.id);\nawait admin.from("logs").insert({ user_id: user?.id });'
    assert _edge(f"{_LOGIN}\n{logged}\n{_PEOPLE}") == [("doors-open-read", Severity.HIGH)]


def test_an_edge_function_that_asks() -> None:
    assert _edge(f'{_LOGIN}\nif (!user) return new Response("no", {{ status: 401 }});\n{_PEOPLE}') == []


def test_an_edge_job_that_deletes() -> None:
    body = 'await admin.from("bookings").delete().neq("id", ""); return new Response("ok");'
    job = body.replace('.neq("id", "")', "")
    assert _edge(job) == [("doors-open-job", Severity.CRITICAL)]


def test_rows_that_a_model_tells_of() -> None:
    body = """const { patientId } = await req.json();
const { data: patient } = await admin.from("patients").select("*").eq("id", patientId).single();
const answer = await fetch("https://api.openai.com/v1/chat/completions", {
  method: "POST", body: JSON.stringify({ messages: [{ role: "user", content: JSON.stringify(patient) }] }) });
const told = await answer.json();
return new Response(JSON.stringify({ summary: told.choices[0].message.content }));"""
    assert [severity for _, severity in _edge(body)] == [Severity.HIGH]
