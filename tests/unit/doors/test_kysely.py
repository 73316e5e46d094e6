"""Kysely: the table, what it is filtered by, what is written, in which transaction."""

from __future__ import annotations

from helpers.doors import doors_of
from walkdown.model.door import Door

_HEAD = """
import express from 'express';
import { Kysely } from 'kysely';
const db = new Kysely({});
const app = express();
"""


def _door(handler: str) -> Door:
    return doors_of({"app.ts": f"{_HEAD}\napp.post('/x/:id', async (req, res) => {{ {handler} }});\napp.listen(1);"})[
        "POST /x/:id"
    ]


def test_reads_with_filters_of_every_form() -> None:
    door = _door("""
    let query = db.selectFrom('orders as o').select(['o.id']).where('o.id', '=', req.params.id)
      .where((eb) => eb.or([eb('ownerId', '=', req.body.owner), eb('open', '=', true)]));
    if (req.query.kind) query = query.where('kind', '=', req.query.kind);
    res.json(await query.execute());
    """)
    (reach,) = door.reaches
    assert (reach.table, reach.operation.value, reach.bounded) == ("orders", "read", False)
    assert [(one.field, one.origin.value, one.maybe) for one in reach.filters] == [
        ("id", "input", False), ("ownerId", "input", False), ("open", "constant", False), ("kind", "input", True),
    ]  # fmt: skip


def test_writes_in_a_transaction() -> None:
    door = _door("""
    await db.transaction().execute(async (trx) => {
      const order = await trx.insertInto('orders').values(req.body).returningAll().executeTakeFirstOrThrow();
      await trx.updateTable('stock').set({ left: 0 }).where('orderId', '=', order.id).execute();
      await trx.deleteFrom('carts').where({ id: req.params.id }).execute();
    });
    res.json(1);
    """)
    assert [(one.table, one.operation.value, one.transaction) for one in door.reaches] == [
        ("orders", "insert", True), ("stock", "update", True), ("carts", "delete", True),
    ]  # fmt: skip
    assert door.reaches[0].whole
    assert [one.field for one in door.reaches[1].sets] == ["left"]
