"""Sequelize, TypeORM, Drizzle and Knex: what is reached, by what it is asked, what is written."""

from __future__ import annotations

import pytest

from helpers.doors import doors_of
from helpers.one_door import door_of, told
from walkdown.model.door import Door

# -- Sequelize ---------------------------------------------------------------------------------------------------------

_SEQUELIZE = """const { Sequelize, Model, Op } = require("sequelize");
const sequelize = new Sequelize("x");
class Order extends Model { static mine(id) { return this.findAll({ where: { userId: id } }); } }
Order.init({}, { sequelize, modelName: "order" });
const User = sequelize.define("User", {});"""


def test_sequelize_models_as_classes_and_by_define() -> None:
    door = door_of(
        _SEQUELIZE,
        "await Order.mine(req.user.id); const u = await User.findByPk(req.params.id);"
        " u.name = req.body.name; await u.save();"
        "await u.update({ role: req.body.role }); await u.destroy();",
    )
    assert [told(one) for one in door.reaches] == [
        ("read", "Order", [("userId", "identity")], []),
        ("read", "User", [("id", "input")], []),
        ("update", "User", [("id", "row")], [("name", "input")]),
        ("update", "User", [("id", "row")], [("role", "input")]),
        ("delete", "User", [("id", "row")], []),
    ]
    assert not door.reaches[0].bounded


def test_sequelize_operators_and_transactions() -> None:
    door = door_of(
        _SEQUELIZE,
        "await sequelize.transaction(async (t) => {"
        " await Order.update({ a: 1 }, { where: { [Op.or]: [{ id: req.params.id }, { total: { [Op.gt]:"
        " req.body.t } }] },"
        " transaction: t }); await User.count(); });",
    )
    assert told(door.reaches[0])[:3] == ("update", "Order", [("id", "input"), ("total", "input")])
    assert [one.transaction for one in door.reaches] == [True, False]


def test_sequelize_models_in_a_bag_are_known_by_name_and_uncertain() -> None:
    index = """const Sequelize = require("sequelize"); const db = {}; const sequelize = new Sequelize("x");
    require("fs").readdirSync(__dirname).forEach(f => { const model = require(f)(sequelize); db[model.name] = model; });
    db.sequelize = sequelize; module.exports = db;"""
    door = door_of(
        'const db = require("./models");',
        "await db.Order.findOne({ where: { id: req.params.id } });",
        {"models/index.js": index},
    )
    assert told(door.reaches[-1])[:3] == ("read", "Order", [("id", "input")])
    assert door.reaches[-1].why


# -- TypeORM -----------------------------------------------------------------------------------------------------------

_ENTITY = """import { Entity, BaseEntity } from "typeorm";
@Entity() export class OrderLine { id: string; }
@Entity("people") export class Person extends BaseEntity { id: string; name: string; }"""


def _typeorm(body: str) -> Door:
    text = f"""import express from "express"; import {{ DataSource, In, Not }} from "typeorm";
import {{ OrderLine, Person }} from "./entities";
const source = new DataSource({{}}); const lines = source.getRepository(OrderLine);
const app = express();
app.post("/x/:id", async (req, res) => {{ {body} }}); app.listen(1);"""
    return doors_of({"app.ts": text, "entities.ts": _ENTITY})["POST /x/:id"]


def test_typeorm_repositories() -> None:
    door = _typeorm(
        "const l = await lines.findOne({ where: { id: req.params.id, owner: { id: req.user.id } } });"
        "l.amount = req.body.amount; await lines.save(l); await lines.save(lines.create({ sku: req.body.sku }));"
        "await lines.delete(req.params.id); await lines.find({ where: { id: Not(req.user.id) } });"
    )
    assert [told(one) for one in door.reaches] == [
        ("read", "order_line", [("id", "input"), ("owner.id", "identity")], []),
        ("update", "order_line", [("id", "row")], [("amount", "input")]),
        ("insert", "order_line", [], [("sku", "input")]),
        ("delete", "order_line", [("id", "input")], []),
        ("read", "order_line", [("not id", "identity")], []),
    ]


def test_typeorm_entities_that_save_themselves() -> None:
    door = _typeorm(
        "const p = new Person(); p.name = req.body.name; await p.save();"
        "const q = await Person.findOneBy({ id: req.params.id }); q.name = 'x'; await q.save(); await q.remove();"
    )
    assert [told(one) for one in door.reaches] == [
        ("insert", "people", [], [("name", "input")]),
        ("read", "people", [("id", "input")], []),
        ("update", "people", [("id", "row")], [("name", "constant")]),
        ("delete", "people", [("id", "row")], []),
    ]


def test_typeorm_builders() -> None:
    door = _typeorm(
        "const qb = lines.createQueryBuilder('l').where('l.id = :id', { id: req.params.id });"
        "if (req.query.mine) qb.andWhere('l.owner_id = :me', { me: req.user.id });"
        "await qb.orderBy('l.id').getMany();"
        "await source.createQueryBuilder().update(Person).set({ name: req.body.name }).where('id = :id', {"
        " id: req.user.id }).execute();"
    )
    first, second = door.reaches
    assert told(first)[:3] == ("read", "order_line", [("id", "input"), ("owner_id", "identity")])
    assert [one.maybe for one in first.filters] == [False, True]
    assert not first.bounded
    assert told(second) == ("update", "people", [("id", "identity")], [("name", "input")])


def test_typeorm_transactions_belong_to_their_manager() -> None:
    door = _typeorm(
        "const qr = source.createQueryRunner(); await qr.startTransaction();"
        "try { await qr.manager.save(OrderLine, { sku: 1 }); await lines.delete(1); await qr.commitTransaction(); }"
        "catch (e) { await qr.rollbackTransaction(); } finally { await qr.release(); }"
        "await source.transaction(async (m) => { await m.getRepository(Person).count(); });"
    )
    assert [(one.table, one.transaction) for one in door.reaches] == [
        ("order_line", True), ("order_line", False), ("people", True),
    ]  # fmt: skip


# -- Drizzle -----------------------------------------------------------------------------------------------------------

_TABLES = """import { pgTable, text, integer } from "drizzle-orm/pg-core";
export const orders = pgTable("orders", { id: text("id").primaryKey(), userId: text("user_id"),
  total: integer("total") });
export const people = pgTable("app_people", { id: text("id").primaryKey(), email: text("email").unique() });"""


def _drizzle(body: str) -> Door:
    text = f"""import express from "express"; import {{ drizzle }} from "drizzle-orm/node-postgres";
import {{ and, eq, ne, sql, count }} from "drizzle-orm"; import * as schema from "./tables";
import {{ orders, people }} from "./tables";
const db = drizzle({{}}, {{ schema }}); const app = express();
app.post("/x/:id", async (req, res) => {{ {body} }}); app.listen(1);"""
    return doors_of({"app.ts": text, "tables.ts": _TABLES})["POST /x/:id"]


def test_drizzle_statements() -> None:
    door = _drizzle(
        "const [o] = await db.select().from(orders).where(and(eq(orders.id, req.params.id),"
        " eq(orders.userId, req.user.id)));"
        "await db.insert(people).values({ email: req.body.email }).onConflictDoUpdate({ target:"
        " people.email, set: { a: 1 } });"
        "await db.update(orders).set(req.body).where(eq(orders.id, o.id));"
        " await db.delete(orders).where(ne(orders.id, req.params.id));"
    )
    assert [told(one) for one in door.reaches] == [
        ("read", "orders", [("id", "input"), ("userId", "identity")], []),
        ("upsert", "app_people", [], [("email", "input"), ("a", "constant")]),
        ("update", "orders", [("id", "row")], []),
        ("delete", "orders", [("not id", "input")], []),
    ]
    assert [one.whole for one in door.reaches] == [False, False, True, False]


@pytest.mark.parametrize(
    ("query", "bounded"),
    [
        ("db.select().from(people).where(eq(people.email, req.body.email))", True),
        ("db.select().from(orders).where(eq(orders.userId, req.user.id))", False),
        ("db.select().from(orders).limit(5)", True),
        ("db.select({ n: count() }).from(orders)", True),
        ("db.select({ n: sql`coalesce(${orders.id}, 1)` }).from(orders)", False),
        ("db.query.orders.findMany()", False),
        ("db.query.orders.findFirst({ where: (o, { eq }) => eq(o.id, req.params.id) })", True),
    ],
)
def test_drizzle_bounds(query: str, bounded: bool) -> None:
    reach = _drizzle(f"await {query};").reaches[0]
    assert reach.bounded is bounded


def test_drizzle_relational_queries_and_transactions() -> None:
    door = _drizzle(
        "await db.transaction(async (tx) => { await tx.query.people.findFirst({ where: eq(people.id, req.user.id) });"
        " await db.delete(orders); });"
    )
    assert [(*told(one)[:3], one.transaction) for one in door.reaches] == [
        ("read", "app_people", [("id", "identity")], True), ("delete", "orders", [], False),
    ]  # fmt: skip


# -- Knex --------------------------------------------------------------------------------------------------------------

_KNEX = 'const knex = require("knex")({ client: "pg" });'


def test_knex_chains() -> None:
    door = door_of(
        _KNEX,
        "const o = await knex('orders as o').where({ 'o.id': req.params.id }).andWhere('user_id', '=',"
        " req.user.id).first();"
        "await knex('orders').whereRaw('id = ?', [req.params.id]).update({ status: req.body.status });"
        "await knex.transaction(async (trx) => { await trx('lines').insert(req.body); await knex('log').del(); });",
    )
    assert [told(one) for one in door.reaches] == [
        ("read", "orders", [("id", "input"), ("user_id", "identity")], []),
        ("update", "orders", [("id", "input")], [("status", "input")]),
        ("insert", "lines", [], []),
        ("delete", "log", [], []),
    ]
    assert [one.transaction for one in door.reaches] == [False, False, True, False]
    assert door.reaches[2].whole


def test_sequelize_rows_that_save_in_their_own_way() -> None:
    head = """const { Sequelize, Model } = require("sequelize");
class Key extends Model { async destroy(options) { forget(this.id); await super.destroy(options); } }"""
    door = door_of(head, "const k = await Key.findByPk(req.params.id); await k.destroy();")
    assert [told(one)[:3] for one in door.reaches] == [
        ("read", "Key", [("id", "input")]),
        ("delete", "Key", [("id", "row")]),
    ]


def test_sequelize_rows_that_were_loaded_with_another() -> None:
    head = """const { Sequelize, Model } = require("sequelize");
class Folder extends Model {} class Library extends Model {}"""
    door = door_of(head, "const l = await Library.findByPk(1); for (const f of l.folders) { await f.destroy(); }")
    assert [told(one)[:3] for one in door.reaches] == [
        ("read", "Library", [("id", "constant")]),
        ("delete", "Folder", [("id", "row")]),
    ]
    assert door.reaches[1].loop
