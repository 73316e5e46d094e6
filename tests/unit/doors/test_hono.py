"""Hono: routes where they are mounted, what was used before them, what a request is held to."""

from __future__ import annotations

from helpers.doors import doors_of
from walkdown.model.door import Checks, Door

_HEAD = """
import { Hono } from 'hono';
import { jwt } from 'hono/jwt';
import { createMiddleware } from 'hono/factory';
import { zValidator } from '@hono/zod-validator';
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { PrismaClient } from '@prisma/client';
const db = new PrismaClient();
"""


def _doors(code: str) -> dict[str, Door]:
    return doors_of({"index.ts": _HEAD + code + "\nexport default app;"})


def test_routes_are_found_where_they_are_mounted_and_what_is_used_first_stands_before_them() -> None:
    doors = _doors("""
    const orders = new Hono();
    orders.get('/:id', (c) => c.json(1)).delete('/:id', (c) => c.json(1));
    const app = new Hono().basePath('/api');
    app.get('/open', (c) => c.text('ok'));
    app.use('/orders/*', jwt({ secret: process.env.KEY }));
    app.route('/orders', orders);
    app.on(['PUT', 'PATCH'], '/both', (c) => c.text('ok'));
    """)
    assert sorted(doors) == [
        "DELETE /api/orders/:id", "GET /api/open", "GET /api/orders/:id", "PATCH /api/both", "PUT /api/both",
    ]  # fmt: skip
    assert doors["GET /api/open"].guard is None
    assert doors["GET /api/orders/:id"].guard is Checks.LOGIN


def test_own_middleware_is_followed_and_says_who_is_asking() -> None:
    doors = _doors("""
    import { verify } from 'hono/jwt';
    const login = createMiddleware(async (c, next) => {
      const token = c.req.header('Authorization');
      if (!token) return c.json({ error: 'no' }, 401);
      c.set('user', await verify(token, process.env.KEY));
      await next();
    });
    const admin = createMiddleware(async (c, next) => {
      if (c.get('user').role !== 'admin') return c.json({ error: 'no' }, 403);
      await next();
    });
    const app = new Hono();
    app.use('*', login);
    app.get('/mine', async (c) => c.json(await db.order.findMany({ where: { ownerId: c.get('user').id } })));
    app.get('/all', admin, async (c) => c.json(await db.order.findMany({})));
    """)
    assert doors["GET /mine"].guard is Checks.LOGIN
    assert [(one.field, one.origin.value) for one in doors["GET /mine"].reaches[0].filters] == [("ownerId", "identity")]
    assert doors["GET /all"].guard is Checks.ROLE


def test_a_check_that_is_put_at_a_path_is_no_door_of_its_own() -> None:
    doors = _doors("""
    const check = async (c, next) => { if (!c.get('user').isAdmin) return c.text('no', 403); await next(); };
    const app = new Hono();
    app.delete('/users/*', check);
    app.delete('/users/:id', (c) => c.text('gone'));
    """)
    assert sorted(doors) == ["DELETE /users/:id"]
    assert doors["DELETE /users/:id"].guard is Checks.ROLE


def test_what_a_validator_looked_at_is_validated() -> None:
    doors = _doors("""
    const form = z.object({ name: z.string() });
    const app = new Hono();
    const create = async (c) => c.json(await db.item.create({ data: c.req.valid('json') }));
    app.post('/held', zValidator('json', form), create);
    app.post('/free', async (c) => c.json(await db.item.create({ data: await c.req.json() })));
    """)
    assert (doors["POST /held"].validated, doors["POST /held"].reaches[0].whole) == ("yes", False)
    assert (doors["POST /free"].validated, doors["POST /free"].reaches[0].whole) == ("no", True)


def test_described_routes() -> None:
    doors = _doors("""
    const route = createRoute({ method: 'post', path: '/items/{id}', request: {
      body: { content: { 'application/json': { schema: z.object({ name: z.string() }) } } },
    } });
    const app = new OpenAPIHono();
    app.openapi(route, async (c) => c.json(await db.item.create({ data: c.req.valid('json') })));
    """)
    assert doors["POST /items/:id"].validated == "yes"


def test_every_role_that_is_not_allowed_is_refused() -> None:
    doors = _doors("""
    const admin = createMiddleware(async (c, next) => {
      if (c.get('user').roles.every((role) => !['admin', 'boss'].includes(role))) throw new Error('no');
      await next();
    });
    const app = new Hono();
    app.get('/all', admin, (c) => c.text('ok'));
    """)
    assert doors["GET /all"].guard is Checks.ROLE


def test_statements_of_the_database_of_a_worker() -> None:
    doors = _doors("""
    const app = new Hono();
    app.get('/u/:id', async (c) => {
      const row = await c.env.DB.prepare('SELECT id, name FROM users WHERE id = ?').bind(c.req.param('id')).first();
      return c.json(row);
    });
    app.post('/u', async (c) => {
      const { name } = await c.req.json();
      await c.env.DB.batch([
        c.env.DB.prepare('INSERT INTO users (name) VALUES (?)').bind(name),
        c.env.DB.prepare('DELETE FROM waiting WHERE name = ?').bind(name),
      ]);
      return c.json(1);
    });
    """)
    (read,) = doors["GET /u/:id"].reaches
    assert (read.table, [(one.field, one.origin.value) for one in read.filters]) == ("users", [("id", "input")])
    assert [(one.table, one.operation.value, one.transaction) for one in doors["POST /u"].reaches] == [
        ("users", "insert", True), ("waiting", "delete", True),
    ]  # fmt: skip
