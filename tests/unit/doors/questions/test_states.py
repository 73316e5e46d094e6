"""A state that is looked at and then changed: told where two may pass, silent where only one can."""

from __future__ import annotations

import pytest

from helpers.questions import told
from helpers.shop import shop
from walkdown.model.severity import Severity

_HAZARD = "race.check-act"
_HEAD = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
Deno.serve(async (req) => {
  const db = createClient(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"));
  const { id } = await req.json();
"""
_READ = (
    'const { data: sale, error } = await db.from("sales").select("*").eq("id", id).single();\nif (error) throw error;\n'
)
_CHECK = 'if (sale.status !== "pending") return new Response("done");\n'
_SET = 'const { error: e2 } = await db.from("sales").update({ status: "paid" }).eq("id", id);\nif (e2) throw e2;\n'
_CREDIT = (
    'const { error: e3 } = await db.rpc("add_credits", { user_id: sale.user_id, amount: sale.amount });\n'
    "if (e3) throw e3;\n"
)
_ENROL = (
    'const { error: e4 } = await db.from("enrollments").insert({ user_id: sale.user_id, course_id: sale.course_id });\n'
    "if (e4) throw e4;\n"
)


def _edge(body: str, **more: str) -> dict[str, str]:
    text = _HEAD + body + '\nreturn new Response("ok");\n});\n'
    return {"supabase/functions/payment-webhook/index.ts": text, **more}


@pytest.mark.parametrize(
    "body",
    [
        _READ + _CHECK + _SET + _CREDIT,
        _READ + _CHECK + _CREDIT + _SET,
        _READ + _CHECK + _SET + _ENROL,
        _READ + 'if (sale.status === "pending") {\n' + _SET + _CREDIT + "}\n",
        _READ.replace('"id", id)', '"id", id).eq("status", "pending")') + _SET + _CREDIT,
    ],
    ids=["credit", "credit-first", "access", "inside", "asked-in-the-read"],
)
def test_a_sale_that_is_credited_twice(body: str) -> None:
    assert [one.severity for one in told(_edge(body), _HAZARD)] == [Severity.HIGH]


def test_the_steps_say_what_is_done_twice() -> None:
    (one,) = told(_edge(_READ + _CHECK + _SET + _CREDIT), _HAZARD)
    assert [step.role.split(" (")[0] for step in one.steps] == [
        "ANY /functions/v1/payment-webhook comes in",
        "sales is read",
        "asks what state it is in",
        "changes it, whatever it is by now",
        "reaches add_credits: once for each request that passed",
    ]


_CONDITIONAL = (
    'const { data: rows, error: e2 } = await db.from("sales").update({ status: "paid" }).eq("id", id)'
    '.eq("status", "pending").select();\nif (e2) throw e2;\nif (!rows.length) return new Response("done");\n'
)
_UNIQUE = {
    "supabase/migrations/1.sql": "create table enrollments (id uuid primary key, user_id uuid, course_id uuid,"
    " unique (user_id, course_id));"
}


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (_READ + _CHECK + _CONDITIONAL + _CREDIT, {}),
        ('const { error } = await db.rpc("settle_sale", { id });\nif (error) throw error;', {}),
        (_READ + _SET + _CREDIT, {}),
        (_READ + 'if (!sale) return new Response("none");\n' + _SET, {}),
    ],
    ids=["conditional", "one-function", "no-check", "there"],
)
def test_a_sale_that_only_one_may_credit(body: str, more: dict[str, str]) -> None:
    assert told(_edge(body, **more), _HAZARD) == []


def test_a_key_holds_what_is_given_to_one() -> None:
    assert [one.severity for one in told(_edge(_READ + _CHECK + _SET + _ENROL, **_UNIQUE), _HAZARD)] == [
        Severity.MEDIUM
    ]


def test_a_condition_that_nobody_looks_at() -> None:
    body = _READ + _CHECK + _SET.replace('"id", id)', '"id", id).eq("status", "pending")') + _CREDIT
    assert [one.severity for one in told(_edge(body), _HAZARD)] == [Severity.MEDIUM]


# -- other libraries --------------------------------------------------------------------------------------------------

_SCHEMA = {
    "prisma/schema.prisma": "model Withdrawal {\n id String @id\n status String\n amount Int\n}\n"
    "model Wallet {\n id String @id\n balance Int\n}\n"
}
_LOOK = (
    "const w = await DB.withdrawal.findUnique({ where: { id: req.params.id } });\n"
    "if (w.status !== 'PENDING') return res.status(409).end();\n"
)
_DONE = "await DB.withdrawal.update({ where: { id: w.id }, data: { status: 'PAID' } });\n"
_PAY = "await DB.wallet.update({ where: { id: req.body.wallet }, data: { balance: { decrement: w.amount } } });\n"


def _prisma(body: str, db: str = "prisma") -> dict[str, str]:
    return {**shop(body.replace("DB", db)), **_SCHEMA}


@pytest.mark.parametrize(
    "body",
    [
        _LOOK + _DONE + _PAY + "res.end();",
        "await prisma.$transaction(async (tx) => {" + (_LOOK + _DONE + _PAY).replace("DB", "tx") + "});\nres.end();",
    ],
    ids=["alone", "a-transaction-alone"],
)
def test_a_withdrawal_that_is_paid_twice(body: str) -> None:
    assert [one.severity for one in told(_prisma(body), _HAZARD)] == [Severity.HIGH]


@pytest.mark.parametrize(
    "body",
    [
        (
            _LOOK + "const { count } = await prisma.withdrawal.updateMany({ where: { id: w.id, status: 'PENDING' },"
            " data: { status: 'PAID' } });\nif (!count) return res.status(409).end();\n" + _PAY + "res.end();"
        ),
        (
            "await prisma.$transaction(async (tx) => {\nawait tx.$queryRaw`select id from withdrawal where id ="
            " ${req.params.id} for update`;\n" + (_LOOK + _DONE + _PAY).replace("DB", "tx") + "});\nres.end();"
        ),
        (
            "await prisma.$transaction(async (tx) => {" + (_LOOK + _DONE + _PAY).replace("DB", "tx") + "},"
            " { isolationLevel: 'Serializable' });\nres.end();"
        ),
    ],
    ids=["count", "lock", "serializable"],
)
def test_a_withdrawal_that_is_paid_once(body: str) -> None:
    assert told(_prisma(body), _HAZARD) == []


_MONGO = """
const express = require("express");
const mongoose = require("mongoose");
const Coupon = mongoose.model("Coupon", new mongoose.Schema({ used: Boolean, code: String, value: Number }));
const User = mongoose.model("User", new mongoose.Schema({ credits: Number }));
const app = express();
app.post("/redeem", async (req, res) => {
BODY
  await User.updateOne({ _id: req.body.user }, { $inc: { credits: 10 } });
  res.json({ ok: true });
});
app.listen(1);
"""
_COUPON = "const coupon = await Coupon.findOne({ code: req.body.code });\n"


@pytest.mark.parametrize(
    "body",
    [
        _COUPON + "if (coupon.used) return res.status(409).end();\n"
        "await Coupon.findByIdAndUpdate(coupon._id, { used: true });",
        _COUPON + "if (!coupon || coupon.used) return res.status(409).end();\n"
        "coupon.used = true;\nawait coupon.save();",
    ],
    ids=["update", "save"],
)
def test_a_coupon_that_is_used_twice(body: str) -> None:
    assert [one.severity for one in told({"app.js": _MONGO.replace("BODY", body)}, _HAZARD)] == [Severity.HIGH]


def test_a_coupon_that_is_taken_in_one_step() -> None:
    body = (
        "const coupon = await Coupon.findOneAndUpdate({ code: req.body.code, used: false }, { used: true });\n"
        "if (!coupon) return res.status(409).end();"
    )
    assert told({"app.js": _MONGO.replace("BODY", body)}, _HAZARD) == []


_PG = """
const express = require("express");
const { Pool } = require("pg");
const pool = new Pool();
const app = express();
app.post("/claim/:id", async (req, res) => {
  const { rows } = await pool.query("select * from rewards where id = $1LOCK", [req.params.id]);
  const reward = rows[0];
  if (reward.status !== "open") return res.status(409).end();
  await pool.query("update rewards set status = 'claimed' where id = $1WHERE", [req.params.id]);
  await pool.query("update wallets set balance = balance + $1 where user_id = $2", [reward.value, reward.user_id]);
  res.json({ ok: true });
});
app.listen(1);
"""


def test_a_reward_in_plain_sql() -> None:
    files = {"app.js": _PG.replace("LOCK", "").replace("WHERE", "")}
    assert [one.severity for one in told(files, _HAZARD)] == [Severity.HIGH]
    files = {"app.js": _PG.replace("LOCK", " for update").replace("WHERE", "")}
    assert told(files, _HAZARD) == []


_TYPEORM = """
import { Module, Controller, Post, Param, Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { Entity, PrimaryGeneratedColumn, Column, Repository } from "typeorm";
@Entity() export class Payout {
  @PrimaryGeneratedColumn() id: number; @Column() status: string; @Column() amount: number;
}
@Entity() export class Wallet { @PrimaryGeneratedColumn() id: number; @Column() balance: number; }
@Injectable() export class Payouts {
  constructor(
    @InjectRepository(Payout) private readonly payouts: Repository<Payout>,
    @InjectRepository(Wallet) private readonly wallets: Repository<Wallet>,
  ) {}
  async approve(id: number) {
    const payout = await this.payouts.findOne({ where: { id } });
    if (payout.status !== "pending") throw new Error("done");
    payout.status = "approved";
    await this.payouts.save(payout);
    await this.wallets.decrement({ id: payout.id }, "balance", payout.amount);
  }
}
@Controller("payouts") export class PayoutsController {
  constructor(private readonly payouts: Payouts) {}
  @Post(":id") async approve(@Param("id") id: number) { return this.payouts.approve(id); }
}
@Module({ controllers: [PayoutsController], providers: [Payouts] }) export class AppModule {}
"""
_MAIN = """
import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";
async function start() { const app = await NestFactory.create(AppModule); await app.listen(3000); }
start();
"""


def test_a_payout_that_is_approved_twice_with_typeorm() -> None:
    files = {"src/app.module.ts": _TYPEORM, "src/main.ts": _MAIN}
    assert [one.severity for one in told(files, _HAZARD)] == [Severity.HIGH]


_KNEX = """
const express = require("express");
const knex = require("knex")({ client: "pg" });
const app = express();
app.post("/book/:id", async (req, res) => {
  const slot = await knex("slots").where({ id: req.params.id }).first();
  if (slot.status !== "free") return res.status(409).end();
  await knex("slots").where(WHERE).update({ status: "booked" });
  await knex("bookings").insert({ slot_id: slot.id, user_id: req.body.user });
  res.json({ ok: true });
});
app.listen(1);
"""


def test_a_slot_that_is_booked_twice_with_knex() -> None:
    files = {"app.js": _KNEX.replace("WHERE", "{ id: slot.id }")}
    assert [one.severity for one in told(files, _HAZARD)] == [Severity.HIGH]


_SEQUELIZE = """
const express = require("express");
const { Sequelize, DataTypes } = require("sequelize");
const sequelize = new Sequelize(process.env.DB);
const Refund = sequelize.define("Refund", { status: DataTypes.STRING, amount: DataTypes.INTEGER });
const Wallet = sequelize.define("Wallet", { balance: DataTypes.INTEGER });
const app = express();
app.post("/refunds/:id", async (req, res) => {
  const refund = await Refund.findByPk(req.params.id);
  if (refund.status === "done") return res.status(409).end();
  await refund.update({ status: "done" });
  await Wallet.increment("balance", { by: refund.amount, where: { id: req.body.wallet } });
  res.json({ ok: true });
});
app.listen(1);
"""


def test_a_refund_that_is_done_twice_with_sequelize() -> None:
    assert [one.severity for one in told({"app.js": _SEQUELIZE}, _HAZARD)] == [Severity.HIGH]
