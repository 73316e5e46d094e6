"""auth.object-level in other stacks: each flaw beside the way in which it is usually mended."""

from __future__ import annotations

import pytest

from helpers.questions import told
from walkdown.model.severity import Severity

_HIGH = [("doors-others-rows-changed", Severity.HIGH)]
_NEXT = {
    "package.json": '{"dependencies": {"next": "15", "drizzle-orm": "1", "next-auth": "5"}}',
    "next.config.js": "module.exports = {}",
    "lib/auth.ts": 'import NextAuth from "next-auth";\nexport const { auth } = NextAuth({ providers: [] });\n',
    "lib/db.ts": """import { drizzle } from "drizzle-orm/node-postgres";
import { pgTable, integer, text } from "drizzle-orm/pg-core";
export const db = drizzle(process.env.DATABASE_URL);
export const invoices = pgTable("invoices", { id: integer("id"), userId: integer("user_id"), note: text("note") });
""",
}
_ROUTE = """import { and, eq } from "drizzle-orm";
import { auth } from "../../../../lib/auth";
import { db, invoices } from "../../../../lib/db";
export async function DELETE(request: Request, { params }) {
  const session = await auth();
  if (!session?.user) return Response.json({ error: "no" }, { status: 401 });
  await db.delete(invoices).where(%s);
  return Response.json({ ok: true });
}
"""


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("eq(invoices.id, params.id)", _HIGH),
        ("and(eq(invoices.id, params.id), eq(invoices.userId, session.user.id))", []),
    ],
)
def test_next_and_drizzle(where: str, expected: list[object]) -> None:
    found = told({**_NEXT, "app/api/invoices/[id]/route.ts": _ROUTE % where}, "auth.object-level")
    assert [(one.rule.id, one.severity) for one in found] == expected


_NEST = {
    "package.json": '{"dependencies": {"@nestjs/core": "10", "@nestjs/typeorm": "10", "typeorm": "0.3"}}',
    "src/main.ts": """import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";
async function start() { const app = await NestFactory.create(AppModule); await app.listen(1); }
start();
""",
    "src/app.module.ts": """import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { JwtStrategy } from "./jwt.strategy";
import { Invoice } from "./invoice.entity";
import { InvoicesController } from "./invoices.controller";
import { InvoicesService } from "./invoices.service";
@Module({ imports: [TypeOrmModule.forFeature([Invoice])], controllers: [InvoicesController],
  providers: [InvoicesService, JwtStrategy] })
export class AppModule {}
""",
    "src/jwt.strategy.ts": """import { Injectable } from "@nestjs/common";
import { PassportStrategy } from "@nestjs/passport";
import { Strategy } from "passport-jwt";
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  async validate(payload) { return { id: payload.sub }; }
}
""",
    "src/invoice.entity.ts": """import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
@Entity()
export class Invoice { @PrimaryGeneratedColumn() id: number; @Column() userId: number; @Column() note: string; }
""",
    "src/invoices.controller.ts": """import { Controller, Delete, Param, Req, UseGuards } from "@nestjs/common";
import { AuthGuard } from "@nestjs/passport";
import { InvoicesService } from "./invoices.service";
@Controller("invoices")
@UseGuards(AuthGuard("jwt"))
export class InvoicesController {
  constructor(private readonly invoices: InvoicesService) {}
  @Delete(":id")
  remove(@Param("id") id: string, @Req() request) { return this.invoices.remove(id, request.user.id); }
}
""",
}
_SERVICE = """import { ForbiddenException, Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { Repository } from "typeorm";
import { Invoice } from "./invoice.entity";
@Injectable()
export class InvoicesService {
  constructor(@InjectRepository(Invoice) private readonly invoices: Repository<Invoice>) {}
  async remove(id: string, userId: number) {
    %s
  }
}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("await this.invoices.delete(id);", _HIGH),
        ("await this.invoices.delete({ id, userId });", []),
        (
            """const invoice = await this.invoices.findOneBy({ id });
    if (invoice.userId !== userId) throw new ForbiddenException();
    await this.invoices.delete(id);""",
            [],
        ),
    ],
    ids=["by id", "with the owner", "compared"],
)
def test_nest_and_typeorm(body: str, expected: list[object]) -> None:
    found = told({**_NEST, "src/invoices.service.ts": _SERVICE % body}, "auth.object-level")
    assert [(one.rule.id, one.severity) for one in found] == expected


_MONGOOSE = """
const express = require("express");
const jwt = require("jsonwebtoken");
const mongoose = require("mongoose");
const noteSchema = new mongoose.Schema({ user: { type: mongoose.Types.ObjectId, ref: "User" }, text: String });
const Note = mongoose.model("Note", noteSchema);
const app = express();
const protect = (req, res, next) => {
  try { req.user = jwt.verify(req.cookies.token, process.env.KEY); next(); } catch (e) { res.status(401).end(); }
};
app.put("/notes/:id", protect, async (req, res) => { %s });
app.listen(1);
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("res.json(await Note.findByIdAndUpdate(req.params.id, { text: req.body.text }));", _HIGH),
        (
            "res.json(await Note.findOneAndUpdate({ _id: req.params.id, user: req.user.id }, { text: 1 }));",
            [],
        ),
        (
            """const note = await Note.findById(req.params.id);
            if (note.user.toString() !== req.user.id) return res.status(403).end();
            note.text = req.body.text; await note.save(); res.json(note);""",
            [],
        ),
        (
            """const note = await Note.findById(req.params.id);
            if (!note.user.equals(req.user.id)) return res.status(403).end();
            await Note.findByIdAndUpdate(req.params.id, { text: req.body.text }); res.end();""",
            [],
        ),
    ],
    ids=["by id", "with the owner", "compared", "equals"],
)
def test_express_and_mongoose(body: str, expected: list[object]) -> None:
    found = told({"app.js": _MONGOOSE % body}, "auth.object-level")
    assert [(one.rule.id, one.severity) for one in found] == expected
