"""SQL in texts, other services, files, and repositories that a project writes itself."""

from __future__ import annotations

from helpers.doors import doors_of
from helpers.one_door import door_of, told
from walkdown.model.door import Operation, Origin

# -- SQL in texts ------------------------------------------------------------------------------------------------------

_PG = 'const { Pool } = require("pg"); const pool = new Pool();'


def test_sql_parameters_and_rows() -> None:
    door = door_of(
        _PG,
        "const found = await pool.query('SELECT id FROM orders WHERE id = $1 AND user_id = $2',"
        " [req.params.id, req.user.id]);"
        "if (found.rows.length === 0) return res.sendStatus(404);"
        "await pool.query('UPDATE orders SET status = $2 WHERE id = $1', [found.rows[0].id,"
        " req.body.status]); res.json({});",
    )
    assert [told(one) for one in door.reaches] == [
        ("read", "orders", [("id", "input"), ("user_id", "identity")], []),
        ("update", "orders", [("id", "row")], [("status", "input")]),
    ]
    assert [guard.checks.value for guard in door.guards] == ["owner"]


def test_sql_that_is_put_together() -> None:
    door = door_of(_PG, "await pool.query(`SELECT * FROM orders WHERE user_id = '${req.user.id}' ORDER BY id`);")
    assert told(door.reaches[0])[:3] == ("read", "orders", [("user_id", "identity")])
    door = door_of(_PG, "await pool.query('DELETE FROM ' + req.body.table);")
    assert door.reaches[0].table == "(unknown)"
    assert door.reaches[0].why


def test_sql_transactions_belong_to_a_connection() -> None:
    door = door_of(
        _PG,
        "const c = await pool.connect(); try { await c.query('BEGIN'); await c.query('DELETE FROM a');"
        " await pool.query('DELETE FROM b'); await c.query('COMMIT'); } catch (e) { await c.query('ROLLBACK'); }"
        "await c.query('DELETE FROM d');",
    )
    assert [(one.table, one.transaction) for one in door.reaches] == [("a", True), ("b", False), ("d", False)]


def test_sql_other_drivers() -> None:
    mysql = 'const mysql = require("mysql2/promise"); const pool = mysql.createPool({});'
    door = door_of(mysql, "const [rows] = await pool.execute('INSERT INTO `orders` SET ?', [req.body]);")
    assert door.reaches[0].operation is Operation.INSERT
    assert door.reaches[0].whole
    lite = 'const Database = require("better-sqlite3"); const db = new Database("x");'
    door = door_of(lite, "db.prepare('SELECT * FROM orders WHERE id = ? AND who = ?').get(req.params.id, req.user.id);")
    assert told(door.reaches[0])[:3] == ("read", "orders", [("id", "input"), ("who", "identity")])
    tagged = 'const sql = require("postgres")("x");'
    door = door_of(tagged, "await sql`select * from orders where user_id = ${req.user.id}`;")
    assert told(door.reaches[0])[:3] == ("read", "orders", [("user_id", "identity")])


# -- other services and files ------------------------------------------------------------------------------------------


def test_calls_to_other_services() -> None:
    head = """const axios = require("axios"); const nodemailer = require("nodemailer");
    const Stripe = require("stripe");
    const mail = nodemailer.createTransport({}); const stripe = new Stripe("x");"""
    door = door_of(
        head,
        "await axios.post('https://api.example.com/v1/x', req.body); await mail.sendMail({ to: req.body.to });"
        "await stripe.checkout.sessions.create({ amount: req.body.amount });",
    )
    assert [(one.operation, one.table) for one in door.reaches] == [
        (Operation.HTTP, "https://api.example.com/v1/x"),
        (Operation.HTTP, "mail.sendMail"),
        (Operation.HTTP, "stripe.checkout.sessions.create"),
    ]
    door = door_of(head, "await axios.get(req.body.url);")
    assert [(one.field, one.origin) for one in door.reaches[0].filters] == [("url", Origin.INPUT)]


def test_files() -> None:
    door = door_of('const fs = require("fs");', "fs.writeFileSync('/tmp/' + req.params.id, req.body.text);")
    assert door.reaches[0].operation is Operation.FILE
    assert [(one.field, one.origin) for one in door.reaches[0].filters] == [("path", Origin.INPUT)]


# -- classes -----------------------------------------------------------------------------------------------------------


def test_repositories_of_the_project_with_a_base_class() -> None:
    text = """import express from "express"; import { Model, model, Schema } from "mongoose";
class Base<T> { constructor(protected items: Model<T>) {} find(id: string) { return this.items.findById(id); } }
class Orders extends Base<any> { constructor() { super(model("Order", new Schema({}))); }
  get(id: string) { return super.find(id); } }
const orders = new Orders(); const app = express();
app.get("/x/:id", async (req, res) => { res.json(await orders.get(req.params.id)); }); app.listen(1);"""
    door = doors_of({"app.ts": text})["GET /x/:id"]
    assert [told(one)[:3] for one in door.reaches] == [("read", "Order", [("_id", "input")])]


def test_a_decorator_makes_all_of_a_method_one_transaction() -> None:
    text = """import express from "express"; import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
class Orders { @Transactional() async both() { await prisma.order.create({ data: {} }); }
  plain() { return prisma.line.count(); } }
const orders = new Orders(); const app = express();
app.get("/x", async (req, res) => { await orders.both(); await orders.plain(); res.json({}); }); app.listen(1);"""
    door = doors_of({"app.ts": text})["GET /x"]
    assert [(one.table, one.transaction) for one in door.reaches] == [("Order", True), ("Line", False)]
