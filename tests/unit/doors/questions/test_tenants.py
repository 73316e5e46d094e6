"""auth.object-level: rows of an organisation, team or shop that the asker names, beside the usual ways to mend it."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.severity import Severity

_SCHEMA = """
model User {
  id String @id
  email String
}
model Organization {
  id String @id
  name String
  plan String
  stripeCustomerId String?
}
model Member {
  id String @id
  userId String
  organizationId String
  role String
}
model Client {
  id String @id
  organizationId String
  name String
  email String
}
model Visit {
  id String @id
  organizationId String
  note String
}
model Gadget {
  id String @id
  organizationId String
  label String
}
model Theme {
  id String @id
  name String
}
"""
_HEAD = """
"use server";
import { auth } from "@clerk/nextjs/server";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
async function member(organizationId: string, userId: string) {
  const row = await prisma.member.findFirst({ where: { organizationId, userId } });
  if (!row) throw new Error("no");
  return row;
}
export async function getGadget(organizationId: string) {
  const { userId } = await auth();
  if (!userId) throw new Error("no");
  await member(organizationId, userId);
  return prisma.gadget.findMany({ where: { organizationId } });
}
"""
_LOGIN = "const { userId } = await auth(); if (!userId) throw new Error('no');"


def _findings(body: str, given: str = "organizationId: string") -> list[tuple[str, Severity]]:
    code = f"{_HEAD}\nexport async function asked({given}) {{\n{body}\n}}\n"
    found = told(
        {"app/actions.ts": code, "schema.prisma": _SCHEMA, "package.json": '{"dependencies": {"next": "15"}}'},
        "auth.object-level",
    )
    return [(one.rule.id, one.severity) for one in found]


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("return prisma.client.findMany({ where: { organizationId } });", Severity.CRITICAL),
        ("return prisma.visit.findMany({ where: { organizationId } });", Severity.HIGH),
        ("return prisma.client.count({ where: { organizationId } });", Severity.HIGH),
        ("return prisma.organization.findUnique({ where: { id: organizationId } });", Severity.HIGH),
        ("return prisma.visit.findUnique({ where: { id: organizationId } });", Severity.HIGH),
    ],
)
def test_rows_of_a_group_that_the_asker_names(body: str, severity: Severity) -> None:
    assert _findings(f"{_LOGIN}\n{body}") == [("doors-others-rows-read", severity)]


_CLIENTS = "return prisma.client.findMany({ where: { organizationId } });"


@pytest.mark.parametrize(
    "body",
    [
        f"{_LOGIN} await member(organizationId, userId); {_CLIENTS}",
        f"""{_LOGIN} const mine = await prisma.member.findFirst({{ where: {{ userId }} }});
        if (!mine || mine.organizationId !== organizationId) throw new Error("no"); {_CLIENTS}""",
        f"""{_LOGIN} const mine = await prisma.member.findFirst({{ where: {{ userId }} }});
        if (!mine) throw new Error("no");
        return prisma.client.findMany({{ where: {{ organizationId: mine.organizationId }} }});""",
        f"""{_LOGIN} return prisma.client.findMany({{
          where: {{ organizationId, organization: {{ members: {{ some: {{ userId }} }} }} }} }});""",
        f"""const {{ userId, orgId }} = await auth(); if (!userId || orgId !== organizationId) throw new Error("no");
        {_CLIENTS}""",
        f"""{_LOGIN} const all = await prisma.member.findMany({{ where: {{ userId }} }});
        const ids = all.map((one) => one.organizationId); if (!ids.includes(organizationId)) throw new Error("no");
        {_CLIENTS}""",
    ],
)
def test_a_membership_is_asked_for(body: str) -> None:
    assert _findings(body) == []


def test_what_has_no_group_is_no_list_of_one() -> None:
    assert _findings(f"{_LOGIN} return prisma.theme.findUnique({{ where: {{ id: organizationId }} }});") == []


def test_one_record_that_the_door_beside_it_asks_about() -> None:
    """The twin shows that it matters."""
    twin = """
export async function changed(id: string) {
  const { userId } = await auth(); if (!userId) throw new Error("no");
  const row = await prisma.visit.findUnique({ where: { id } });
  if (!row) throw new Error("no");
  await member(row.organizationId, userId);
  return prisma.visit.update({ where: { id }, data: { note: "x" } });
}
"""
    body = f"{_LOGIN} return prisma.visit.findUnique({{ where: {{ id: visitId }} }}); }}\n{twin}\nfunction last() {{"
    assert _findings(body, "visitId: string") == [("doors-others-rows-read", Severity.HIGH)]
