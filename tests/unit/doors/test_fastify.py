"""Fastify: routes of plugins at their prefix, hooks of the plugin and of the application, schemas."""

from __future__ import annotations

from helpers.doors import doors_of
from walkdown.model.door import Checks, Door

_HEAD = """
import Fastify from 'fastify';
import fp from 'fastify-plugin';
import { PrismaClient } from '@prisma/client';
const db = new PrismaClient();
const app = Fastify();
"""


def _doors(code: str) -> dict[str, Door]:
    return doors_of({"server.ts": _HEAD + code + "\napp.listen({ port: 3000 });"})


def test_routes_of_plugins_stand_at_their_prefix_and_hooks_stay_inside() -> None:
    doors = _doors("""
    async function orders(fastify) {
      fastify.addHook('preHandler', async (request, reply) => { await request.jwtVerify(); });
      fastify.get('/', async (request) => db.order.findMany({ where: { ownerId: request.user.id } }));
      fastify.route({ method: ['PUT', 'PATCH'], url: '/:id', handler: async function change() {} });
    }
    app.get('/health', async () => 'ok');
    app.register(orders, { prefix: '/orders' });
    """)
    assert sorted(doors) == ["GET /health", "GET /orders", "PATCH /orders/:id", "PUT /orders/:id"]
    assert doors["GET /health"].guard is None
    assert doors["GET /orders"].guard is Checks.LOGIN
    assert doors["PUT /orders/:id"].guard is Checks.LOGIN
    (reach,) = doors["GET /orders"].reaches
    assert [(one.field, one.origin.value) for one in reach.filters] == [("ownerId", "identity")]


def test_what_a_shared_plugin_puts_on_the_application_is_found_by_all() -> None:
    doors = _doors("""
    app.register(fp(async (fastify) => {
      fastify.decorate('authenticate', async (request, reply) => {
        try { await request.jwtVerify(); } catch (error) { return reply.code(401).send(); }
      });
    }));
    app.register(async (fastify) => {
      fastify.get('/in', { preHandler: [fastify.authenticate] }, async () => 1);
      fastify.get('/out', async () => 1);
    });
    """)
    assert doors["GET /in"].guard is Checks.LOGIN
    assert doors["GET /out"].guard is None


def test_a_hook_that_answers_and_goes_on_by_done() -> None:
    doors = _doors("""
    app.addHook('onRequest', (request, reply, done) => {
      if (request.headers['x-key'] !== process.env.KEY) { reply.code(401).send(); return; }
      done();
    });
    app.get('/x', async () => 1);
    """)
    assert doors["GET /x"].guard is Checks.SECRET


def test_a_schema_holds_what_comes_in() -> None:
    doors = _doors("""
    const schema = { body: { type: 'object', properties: { name: { type: 'string' } } } };
    app.post('/held', { schema }, async (request) => db.item.create({ data: { name: request.body.name } }));
    app.post('/free', async (request) => db.item.create({ data: request.body }));
    """)
    assert doors["POST /held"].validated == "yes"
    assert doors["POST /free"].validated == "no"
    assert doors["POST /free"].reaches[0].whole


def test_the_limiter_of_the_application_and_of_a_route() -> None:
    doors = _doors("""
    app.register(import('@fastify/rate-limit'), { max: 10 });
    app.get('/x', async () => 1);
    """)
    assert "GET /x" in doors
    doors = _doors("""
    app.get('/y', { config: { rateLimit: { max: 5 } } }, async () => 1);
    """)
    assert doors["GET /y"].limiter
