"""Prisma, Mongoose and the MongoDB driver: what is reached, by what it is asked, what is written."""

from __future__ import annotations

from helpers.one_door import door_of, told

# -- Prisma ------------------------------------------------------------------------------------------------------------

_PRISMA = 'const { PrismaClient } = require("@prisma/client"); const prisma = new PrismaClient();'
_SCHEMA = """
model Order {
  id     String @id
  userId String
  user   User   @relation(fields: [userId], references: [id])
  lines  Line[]
  @@unique([userId, id])
}
model Line { id String @id
  orderId String
}
model User {
  id           String @id
  email        String @unique
  passwordHash String
  @@map("users")
}
"""


def test_prisma_filters_by_input_and_identity() -> None:
    door = door_of(
        _PRISMA,
        "const o = await prisma.order.findFirst({ where: { id: req.params.id, OR: [{ userId: req.user.id }] } });",
    )
    assert told(door.reaches[0]) == ("read", "Order", [("id", "input"), ("userId", "identity")], [])
    assert door.reaches[0].bounded


def test_prisma_a_filter_that_says_not_is_told_apart() -> None:
    door = door_of(_PRISMA, "await prisma.user.findMany({ where: { NOT: { id: req.user.id } } });")
    assert [one.field for one in door.reaches[0].filters] == ["not id"]
    assert not door.reaches[0].bounded


def test_prisma_filters_put_together_before_are_seen_and_may_be_missing() -> None:
    door = door_of(
        _PRISMA,
        "const where = { userId: req.params.id }; if (req.query.s) where.status = req.query.s;"
        "await prisma.order.findMany({ where, take: 20 });",
    )
    assert [(one.field, one.maybe) for one in door.reaches[0].filters] == [("userId", False), ("status", True)]


def test_prisma_nested_writes_reach_the_model_behind_the_relation() -> None:
    door = door_of(
        _PRISMA,
        "await prisma.order.create({ data: { user: { connect: { id: req.user.id } },"
        " lines: { create: [{ sku: req.body.sku }] } } });",
        {"prisma/schema.prisma": _SCHEMA},
    )
    assert [told(one) for one in door.reaches] == [
        ("insert", "Order", [], [("user", "identity")]),
        ("insert", "Line", [], [("sku", "input")]),
    ]


def test_prisma_whole_bodies_are_told() -> None:
    assert (
        door_of(_PRISMA, "await prisma.user.update({ where: { id: req.params.id }, data: req.body });").reaches[0].whole
    )
    assert door_of(_PRISMA, "await prisma.user.create({ data: { ...req.body, role: 'user' } });").reaches[0].whole


def test_prisma_transactions_hold_what_goes_through_their_handle() -> None:
    door = door_of(
        _PRISMA,
        "await prisma.$transaction(async (tx) => { await tx.order.create({ data: {} });"
        " await prisma.line.create({ data: {} }); });",
    )
    assert [(one.table, one.transaction) for one in door.reaches] == [("Order", True), ("Line", False)]


def test_prisma_a_list_of_operations_is_one_transaction() -> None:
    door = door_of(
        _PRISMA,
        "await prisma.$transaction([prisma.order.delete({ where: { id: req.params.id } }),"
        " prisma.line.deleteMany({})]); await prisma.user.count();",
    )
    assert [one.transaction for one in door.reaches] == [True, True, False]


def test_prisma_raw_statements_are_read() -> None:
    door = door_of(_PRISMA, 'await prisma.$queryRaw`SELECT * FROM "Order" WHERE "userId" = ${req.user.id}`;')
    assert told(door.reaches[0])[:3] == ("read", "Order", [("userId", "identity")])
    door = door_of(_PRISMA, 'await prisma.$executeRawUnsafe("DELETE FROM orders WHERE id = $1", req.params.id);')
    assert told(door.reaches[0])[:3] == ("delete", "orders", [("id", "input")])


def test_prisma_behind_a_service_that_extends_it() -> None:
    service = 'const { PrismaClient } = require("@prisma/client");'
    service += " class Db extends PrismaClient {} const db = new Db();"
    door = door_of(service, "await db.order.findUnique({ where: { id: req.params.id } });")
    assert told(door.reaches[0])[:3] == ("read", "Order", [("id", "input")])


# -- Mongoose ----------------------------------------------------------------------------------------------------------

_MONGOOSE = """const mongoose = require("mongoose");
const schema = new mongoose.Schema({ name: String });
schema.statics.taken = async function (name) { return !!(await this.findOne({ name, gone: { $ne: true } })); };
schema.methods.rename = function (name) { this.name = name; return this.save(); };
const Order = mongoose.model("Order", schema);"""


def test_mongoose_queries_that_grow() -> None:
    door = door_of(_MONGOOSE, "const rows = await Order.find({ user: req.user.id }).sort('x').limit(5).select('name');")
    assert told(door.reaches[0])[:3] == ("read", "Order", [("user", "identity")])
    assert door.reaches[0].bounded
    door = door_of(_MONGOOSE, "const rows = await Order.find().where('user').equals(req.user.id); rows.find(r => r.x);")
    assert [told(one)[:3] for one in door.reaches] == [("read", "Order", [("user", "identity")])]
    assert not door.reaches[0].bounded


def test_mongoose_rows_that_are_changed_and_saved() -> None:
    door = door_of(
        _MONGOOSE,
        "const o = await Order.findById(req.params.id); o.name = req.body.name; Object.assign(o, req.body);"
        " await o.save();",
    )
    assert told(door.reaches[0])[:3] == ("read", "Order", [("_id", "input")])
    assert told(door.reaches[1]) == ("update", "Order", [("_id", "row")], [("name", "input")])
    assert door.reaches[1].whole


def test_mongoose_own_statics_and_methods_are_followed() -> None:
    door = door_of(
        _MONGOOSE, "await Order.taken(req.body.name); const o = await Order.findById(1); await o.rename('x');"
    )
    assert [told(one)[:3] for one in door.reaches] == [
        ("read", "Order", [("name", "input"), ("not gone", "constant")]),
        ("read", "Order", [("_id", "constant")]),
        ("update", "Order", [("_id", "row")]),
    ]


def test_mongoose_new_documents_and_operators() -> None:
    door = door_of(
        _MONGOOSE,
        "const o = new Order({ name: req.body.name, owner: req.user.id }); await o.save();"
        "await Order.findByIdAndUpdate(req.params.id, { $set: { name: req.body.n }, $inc: { count: 1 } }, {"
        " upsert: true });",
    )
    assert told(door.reaches[0]) == ("insert", "Order", [], [("name", "input"), ("owner", "identity")])
    assert told(door.reaches[1]) == ("upsert", "Order", [("_id", "input")], [("name", "input"), ("count", "constant")])


def test_mongoose_sessions_are_transactions_until_they_are_committed() -> None:
    door = door_of(
        _MONGOOSE,
        "const session = await mongoose.startSession(); session.startTransaction();"
        "const o = await Order.findOne({ _id: req.params.id }).session(session);"
        "if (!o) { await session.abortTransaction(); return res.sendStatus(404); }"
        "o.name = 'x'; await o.save({ session }); await Order.deleteMany({}); await session.commitTransaction();"
        "await Order.create([{}], { session });",
    )
    assert [one.transaction for one in door.reaches] == [True, True, False, False]


def test_mongodb_driver() -> None:
    head = 'const { MongoClient } = require("mongodb"); const db = new MongoClient("x").db("y");'
    door = door_of(head, "await db.collection('orders').updateOne({ _id: req.params.id }, { $set: req.body });")
    assert told(door.reaches[0])[:3] == ("update", "orders", [("_id", "input")])
    assert door.reaches[0].whole
