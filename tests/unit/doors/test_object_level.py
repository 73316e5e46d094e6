"""auth.object-level: rows of others, each flaw beside the ways in which it is usually mended."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.severity import Severity

_HEAD = """
const express = require("express");
const jwt = require("jsonwebtoken");
const { PrismaClient } = require("@prisma/client");
const prisma = new PrismaClient();
const app = express();
function auth(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); }
  catch (error) { return res.status(401).json({ error: "no" }); }
  next();
}
app.get("/orders", auth, async (req, res) => {
  res.json(await prisma.order.findMany({ where: { userId: req.user.id } }));
});
app.post("/tags", auth, async (req, res) => {
  if (req.user.role !== "admin") return res.status(403).json({});
  res.json(await prisma.tag.create({ data: { name: req.body.name } }));
});
"""
_SCHEMA = """
model User {
  id Int @id
  email String
  orders Order[]
}
model Order {
  id Int @id
  userId Int
  status String
  user User @relation(fields: [userId], references: [id])
  items OrderItem[]
}
model OrderItem {
  id Int @id
  orderId Int
  quantity Int
  order Order @relation(fields: [orderId], references: [id])
}
model Member {
  id Int @id
  userId Int
  teamId Int
}
model Report {
  id Int @id
  teamId Int
  text String
}
model Tag {
  id Int @id
  name String
}
"""


def _findings(body: str, method: str = "delete", path: str = "/x/:id") -> list[tuple[str, Severity]]:
    code = f'{_HEAD}\napp.{method}("{path}", auth, async (req, res) => {{\n{body}\n}});\napp.listen(1);\n'
    found = told({"app.js": code, "schema.prisma": _SCHEMA}, "auth.object-level")
    return [(one.rule.id, one.severity) for one in found]


_DELETED = "await prisma.order.delete({ where: { id: Number(req.params.id) } }); res.json({});"


def test_deletes_by_the_id_that_came_in() -> None:
    assert _findings(_DELETED) == [("doors-others-rows-changed", Severity.HIGH)]


@pytest.mark.parametrize(
    "body",
    [
        "await prisma.order.deleteMany({ where: { id: Number(req.params.id), userId: req.user.id } }); res.json({});",
        f"""const order = await prisma.order.findUnique({{ where: {{ id: Number(req.params.id) }} }});
        if (!order || order.userId !== req.user.id) return res.status(404).json({{}});
        {_DELETED}""",
        f"""const id = Number(req.params.id);
        const order = await prisma.order.findFirst({{ where: {{ id, userId: req.user.id }} }});
        if (!order) return res.status(404).json({{}});
        {_DELETED}""",
        f"if (req.user.role !== 'admin') return res.status(403).json({{}}); {_DELETED}",
        f"""const order = await prisma.order.findUnique({{ where: {{ id: Number(req.params.id) }} }});
        if (order.userId !== req.user.id && req.user.role !== 'admin') return res.status(403).json({{}});
        {_DELETED}""",
    ],
    ids=["owner in the filter", "owner compared", "found by owner", "admins only", "owner or admin"],
)
def test_silent_where_the_owner_is_asked(body: str) -> None:
    assert _findings(body) == []


def test_a_role_that_many_have_is_no_owner() -> None:
    body = f"if (req.user.role !== 'customer') return res.status(403).json({{}}); {_DELETED}"
    assert _findings(body) == [("doors-others-rows-changed", Severity.HIGH)]


def test_checking_one_record_says_nothing_of_another() -> None:
    body = """const order = await prisma.order.findFirst({ where: { id: Number(req.params.id), userId: req.user.id } });
    if (!order) return res.status(404).json({});
    await prisma.orderItem.delete({ where: { id: Number(req.params.itemId) } }); res.json({});"""
    assert _findings(body, path="/orders/:id/items/:itemId") == [("doors-others-rows-changed", Severity.HIGH)]


def test_a_sub_resource_is_tied_by_its_parent() -> None:
    body = """const order = await prisma.order.findFirst({ where: { id: Number(req.params.id), userId: req.user.id } });
    if (!order) return res.status(404).json({});
    await prisma.orderItem.deleteMany({ where: { id: Number(req.params.itemId), orderId: order.id } }); res.json({});"""
    assert _findings(body, path="/orders/:id/items/:itemId") == []


def test_a_member_of_the_team_may() -> None:
    body = """const teamId = Number(req.params.teamId);
    const member = await prisma.member.findFirst({ where: { teamId, userId: req.user.id } });
    if (!member) return res.status(403).json({});
    await prisma.report.deleteMany({ where: { id: Number(req.params.id), teamId } }); res.json({});"""
    assert _findings(body, path="/teams/:teamId/reports/:id") == []


def test_the_team_is_asked_for_but_not_for_the_report() -> None:
    body = """const teamId = Number(req.params.teamId);
    const member = await prisma.member.findFirst({ where: { teamId, userId: req.user.id } });
    if (!member) return res.status(403).json({});
    await prisma.report.delete({ where: { id: Number(req.params.id) } }); res.json({});"""
    assert _findings(body, path="/teams/:teamId/reports/:id") == [("doors-others-rows-changed", Severity.HIGH)]


def test_reads_and_sends_by_the_id_that_came_in() -> None:
    body = "res.json(await prisma.order.findUnique({ where: { id: Number(req.params.id) } }));"
    assert _findings(body, "get") == [("doors-others-rows-read", Severity.HIGH)]


def test_reads_by_the_owner_that_came_in() -> None:
    body = "res.json(await prisma.order.findMany({ where: { userId: Number(req.params.id) } }));"
    assert _findings(body, "get") == [("doors-others-rows-read", Severity.HIGH)]


@pytest.mark.parametrize(
    "body",
    [
        """const order = await prisma.order.findUnique({ where: { id: Number(req.params.id) } });
        if (!order || order.userId !== req.user.id) return res.status(404).json({});
        res.json(order);""",
        """if (Number(req.params.id) !== req.user.id) return res.status(403).json({});
        res.json(await prisma.order.findMany({ where: { userId: Number(req.params.id) } }));""",
        "await prisma.order.findUnique({ where: { id: Number(req.params.id) } }); res.json({ there: 1 });",
        "res.json(await prisma.tag.findUnique({ where: { id: Number(req.params.id) } }));",
    ],
    ids=["compared before it is sent", "the id is the asker's", "not sent", "nobody's"],
)
def test_silent_reads(body: str) -> None:
    assert _findings(body, "get") == []


def test_what_all_share_is_changed_by_anyone_signed_in() -> None:
    body = "await prisma.tag.delete({ where: { id: Number(req.params.id) } }); res.json({});"
    assert _findings(body) == [("doors-shared-rows-changed", Severity.MEDIUM)]


def test_several_doors_to_one_operation_are_one_flaw() -> None:
    code = (
        _HEAD
        + """
async function drop(id) { await prisma.order.delete({ where: { id } }); }
app.delete("/a/:id", auth, async (req, res) => {
  await drop(Number(req.params.id)); res.json({});
});
app.delete("/b/:id", auth, async (req, res) => { await drop(Number(req.params.id)); res.json({}); });
app.listen(1);
"""
    )
    (one,) = told({"app.js": code, "schema.prisma": _SCHEMA}, "auth.object-level")
    assert len(one.places) == 2
    assert one.steps[0].role == "DELETE /a/:id comes in"


def test_a_check_that_was_not_understood_is_no_severe_finding() -> None:
    body = f"""const order = await prisma.order.findUnique({{ where: {{ id: Number(req.params.id) }} }});
    if (order.userId !== req.user.id && !mayHelp(req.user)) return res.status(403).json({{}});
    {_DELETED}"""
    assert all(severity.rank >= Severity.MEDIUM.rank for _, severity in _findings(body))
