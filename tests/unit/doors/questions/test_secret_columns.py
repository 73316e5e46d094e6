"""Rows that go out with the password in them, and the ways to leave it out."""

from __future__ import annotations

import pytest

from helpers.questions import told
from helpers.shop import shop
from walkdown.model.severity import Severity

_HAZARD = "error.leaked"
_OTHERS = "const user = await prisma.user.findUnique({ where: { id: req.params.id } });\n"
_OWN = "const user = await prisma.user.findUnique({ where: { id: req.user.id } });\n"


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        (_OTHERS + "res.json(user);", Severity.HIGH),
        (_OTHERS + "res.json({ user });", Severity.HIGH),
        (_OTHERS + "res.json({ data: { ...user, online: true } });", Severity.HIGH),
        ("const all = await prisma.user.findMany({ take: 20 });\nres.json(all);", Severity.HIGH),
        (_OWN + "res.json(user);", Severity.MEDIUM),
        (
            "const user = await prisma.user.create({ data: { email: req.body.email } });\nres.json(user);",
            Severity.MEDIUM,
        ),
    ],
    ids=["whole", "inside", "spread", "list", "own", "made"],
)
def test_a_row_with_its_secrets(body: str, severity: Severity) -> None:
    assert [one.severity for one in told(shop(body, method="get"), _HAZARD)] == [severity]


@pytest.mark.parametrize(
    "body",
    [
        (
            "const user = await prisma.user.findUnique({ where: { id: req.params.id },\n"
            " select: { id: true, name: true } });\nres.json(user);"
        ),
        (
            "const user = await prisma.user.findUnique({ where: { id: req.params.id },\n"
            " omit: { passwordHash: true } });\n"
            "res.json(user);"
        ),
        _OTHERS + "const { passwordHash, ...rest } = user;\nres.json(rest);",
        _OTHERS + "delete user.passwordHash;\nres.json(user);",
        _OTHERS + "user.passwordHash = undefined;\nres.json(user);",
        _OTHERS + "res.json({ ...user, passwordHash: undefined });",
        _OTHERS + "res.json({ id: user.id, name: user.name });",
        "const all = await prisma.user.findMany({ take: 9 });\nres.json(all.map(({ passwordHash, ...rest }) => rest));",
        "const many = await prisma.user.count();\nres.json({ many });",
        "const all = await prisma.user.findMany({ take: 9 });\nres.json({ many: all.length });",
        "const p = await prisma.product.findUnique({ where: { id: req.params.id } });\nres.json(p);",
    ],
    ids=["select", "omit", "rest", "delete", "emptied", "over", "named", "each", "count", "length", "no-secret"],
)
def test_a_row_without_them(body: str) -> None:
    assert told(shop(body, method="get"), _HAZARD) == []


_ENTITY = """
import { Entity, PrimaryGeneratedColumn, Column } from "typeorm";
import { Exclude } from "class-transformer";
@Entity() export class User {
  @PrimaryGeneratedColumn() id: number;
  @Exclude() @Column() password: string;
}
"""
_NEST = """
import { Module, Controller, Get, Param, Injectable MORE } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { Repository } from "typeorm";
import { User } from "./user.entity";
@Injectable() export class Users {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}
  async one(id: number) { return this.users.findOne({ where: { id } }); }
}
@Controller("users") export class UsersController {
  constructor(private readonly users: Users) {}
  @Get(":id") async one(@Param("id") id: number) { return GIVES; }
}
@Module({ controllers: [UsersController], providers: [Users] }) export class AppModule {}
"""
_MAIN = """
import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";
async function start() { const app = await NestFactory.create(AppModule); await app.listen(3000); }
start();
"""


def _nest(gives: str = "await this.users.one(id)", more: str = "") -> dict[str, str]:
    module = _NEST.replace("MORE", more).replace("GIVES", gives)
    return {"src/user.entity.ts": _ENTITY, "src/app.module.ts": module, "src/main.ts": _MAIN}


def test_a_mark_that_nobody_looks_at_leaves_nothing_out() -> None:
    assert [one.severity for one in told(_nest(), _HAZARD)] == [Severity.HIGH]


def test_a_mark_that_the_interceptor_looks_at() -> None:
    assert told(_nest(more=", ClassSerializerInterceptor"), _HAZARD) == []


def test_what_a_class_made_for_answers_makes_of_it() -> None:
    assert told(_nest("new UserDto().from(await this.users.one(id))"), _HAZARD) == []


def test_two_rows_in_one_answer_are_one_flaw() -> None:
    body = (
        "const one = await prisma.user.findUnique({ where: { id: req.params.id } });\n"
        "const other = await prisma.user.findUnique({ where: { id: req.query.id } });\n"
        "res.json({ one, other });"
    )
    assert len(told(shop(body, method="get"), _HAZARD)) == 1
