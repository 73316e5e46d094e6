"""What comes in held against schemas, limiters, and signatures of other services."""

from __future__ import annotations

import pytest

from helpers.doors import doors_of, followed
from walkdown.model.door import Checks, Door, Origin

HEAD = """
import express from "express"; import { z } from "zod"; import Joi from "joi"; import * as yup from "yup";
  import * as v from "valibot";
import crypto from "crypto"; import Stripe from "stripe"; import rateLimit from "express-rate-limit";
import { body, checkSchema, matchedData, validationResult } from "express-validator";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient(); const app = express(); const stripe = new Stripe(process.env.KEY);
const S = z.object({ name: z.string(), price: z.number().optional() });
const create = async (req, res) => res.json(await prisma.item.create({ data: req.body }));
const two = async (req, res) => res.json(await prisma.item.create({ data: { name: req.body.name, price:
  req.body.price } }));
"""


def door(code: str, **files: str) -> Door:
    found = doors_of({"app.ts": HEAD + code, **{name.replace("__", "."): text for name, text in files.items()}})
    return next(iter(found.values()))


def sets(door: Door) -> list[str]:
    return [one.field for one in door.reaches[0].sets]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("app.post('/x', create);", "no"),
        ("app.get('/x', async (q, s) => s.json(await prisma.item.findMany()));", "none"),
        ("app.post('/x', async (q, s) => s.json(await prisma.item.create({ data: S.parse(q.body) })));", "yes"),
        (
            (
                "app.post('/x', async (q, s) => { const d = S.parse(q.body);"
                " s.json(await prisma.item.create({ data: { ...d, role: q.body.role } })); });"
            ),
            "partly",
        ),
        (
            (
                "app.put('/x/:id', async (q, s) => { const d = S.parse(q.body);"
                " s.json(await prisma.item.update({ where: { id: q.params.id }, data: d })); });"
            ),
            "partly",
        ),
        (
            (
                "const check = (schema) => (q, s, n) => { const r = schema.safeParse(q.body); if (!r.success) "
                "return s.sendStatus(400);"
                " q.body = r.data; n(); }; app.post('/x', check(S), create);"
            ),
            "yes",
        ),
        (
            (
                "app.post('/x', async (q, s) => { const { body } = z.object({ body: S }).parse(q);"
                " s.json(await prisma.item.create({ data: body })); });"
            ),
            "yes",
        ),
        ("app.post('/x', async (q, s) => s.json(await prisma.item.create({ data: z.any().parse(q.body) })));", "no"),
        (
            (
                "app.post('/x', async (q, s) => { const { error, value } = Joi.object({ name: Joi.string() "
                "}).validate(q.body);"
                " if (error) return s.sendStatus(400); s.json(await prisma.item.create({ data: value })); });"
            ),
            "yes",
        ),
        (
            (
                "app.post('/x', async (q, s) => { const { error } = Joi.object({ name: Joi.string() }).validate(q.body,"
                " { allowUnknown: true }); s.json(await prisma.item.create({ data: q.body })); });"
            ),
            "partly",
        ),
        (
            (
                "app.post('/x', async (q, s) => { const d = await yup.object({ name: yup.string() }).validate(q.body,"
                " { stripUnknown: true }); s.json(await prisma.item.create({ data: d })); });"
            ),
            "yes",
        ),
        (
            (
                "app.post('/x', async (q, s) => { const r = v.safeParse(v.object({ name: v.pipe(v.string(), "
                "v.email()) }), q.body);"
                " s.json(await prisma.item.create({ data: r.output })); });"
            ),
            "yes",
        ),
        (
            (
                "app.post('/x', [body('name').isString(), body('price').isNumeric()], (q, s, n) => {"
                " if (!validationResult(q).isEmpty()) return s.sendStatus(400); n(); }, two);"
            ),
            "yes",
        ),
        ("app.post('/x', body('name').isString(), two);", "no"),
        ("app.post('/x', body('name').isString(), (q, s, n) => { validationResult(q).throw(); n(); }, two);", "partly"),
        (
            (
                "app.post('/x', checkSchema({ name: { in: ['body'] }, price: {} }), (q, s, n) => { "
                "validationResult(q); n(); }, two);"
            ),
            "yes",
        ),
        (
            (
                "app.post('/x', body('name').trim(), async (q, s) => { validationResult(q).throw();"
                " s.json(await prisma.item.create({ data: matchedData(q) })); });"
            ),
            "yes",
        ),
        (
            (
                "import { celebrate, Segments } from 'celebrate';"
                " app.post('/x', celebrate({ [Segments.BODY]: Joi.object({ name: Joi.string() }) }), create);"
            ),
            "yes",
        ),
        (
            (
                "import Ajv from 'ajv'; const check = new Ajv().compile({ type: 'object', properties: { name: "
                "{}, price: {} } });"
                " app.post('/x', (q, s, n) => { if (!check(q.body)) return s.sendStatus(400); n(); }, two);"
            ),
            "yes",
        ),
        (
            (
                "import { validate } from 'class-validator'; import { plainToInstance } from "
                "'class-transformer'; import { IsString } from"
                " 'class-validator'; class Dto { @IsString() name; price; } app.post('/x', async (q, s) => { "
                "const d = plainToInstance(Dto,"
                " q.body); if ((await validate(d)).length) return s.sendStatus(400); s.json(await "
                "prisma.item.create({ data: { name: d.name,"
                " price: d.price } })); });"
            ),
            "partly",
        ),
    ],
)
def test_validated(code: str, said: str) -> None:
    assert door(code).validated == said


def test_only_what_a_schema_knows_comes_out_of_it() -> None:
    post = "app.post('/x', async (q, s) => s.json(await prisma.item.create({ data: %s.parse(q.body) })));"
    strict = door(post % "S.extend({ tag: z.string() }).omit({ price: true })")
    assert sets(strict) == ["name", "tag"]
    assert not strict.reaches[0].whole
    assert {one.origin for one in strict.reaches[0].sets} == {Origin.INPUT}
    assert door(post % "S.passthrough()").reaches[0].whole
    assert door(post % "z.record(z.string())").reaches[0].whole
    table = (
        "import { createInsertSchema } from 'drizzle-zod'; const T = createInsertSchema(items).pick({ name: true });"
    )
    picked = door(table + post % "T")
    assert sets(picked) == ["name"]


def test_schemas_in_other_files_and_plain_objects_of_joi() -> None:
    code = """
        import { make } from "./schemas";
        const pick = (from, keys) => keys.reduce((to, key) => { if (key in from) to[key] = from[key]; return to; }, {});
        const check = (schema) => (req, res, next) => { const known = pick(schema, ["params", "query", "body"]);
          const { value, error } = Joi.compile(known).prefs({}).validate(pick(req, Object.keys(known)));
          if (error) return next(error); Object.assign(req, value); return next(); };
        app.post("/x", check(make), create);
    """
    said = door(
        code,
        schemas__ts="import Joi from 'joi'; export const make = { body: Joi.object().keys({ name: Joi.string() }) };",
    )
    assert said.validated == "yes"
    assert sets(said) == ["name"]


@pytest.mark.parametrize(
    ("code", "limiter"),
    [
        ("app.post('/x', rateLimit({ max: 5 }), create);", "express-rate-limit (by address, in memory)"),
        (
            (
                "import { RedisStore } from 'rate-limit-redis'; app.use(rateLimit({ store: new RedisStore({}),"
                " keyGenerator: (req) => req.user.id })); app.post('/x', create);"
            ),
            "express-rate-limit (by user, in a shared store)",
        ),
        (
            (
                "import { RateLimiterRedis } from 'rate-limiter-flexible'; const l = new RateLimiterRedis({}); "
                "app.post('/x',"
                " (q, s, n) => { l.consume(q.ip).then(() => n()).catch(() => s.status(429).end()); }, create);"
            ),
            "rate-limiter-flexible (by address, in a shared store)",
        ),
        (
            (
                "import { Ratelimit } from '@upstash/ratelimit'; const l = new Ratelimit({ limiter: "
                "Ratelimit.slidingWindow(1, '1 s') });"
                " app.post('/x', async (q, s) => { const { success } = await l.limit(q.user.id); create(q, s); });"
            ),
            "@upstash/ratelimit (by user, in a shared store)",
        ),
        (
            (
                "const slow = (q, s, n) => { if (count(q.ip) > 5) return s.status(429).end(); n(); }; "
                "app.post('/x', slow, create);"
            ),
            "slow (own code)",
        ),
        ("app.post('/x', create);", ""),
    ],
)
def test_limiters(code: str, limiter: str) -> None:
    assert door(code).limiter == limiter


@pytest.mark.parametrize(
    ("code", "checks"),
    [
        (
            (
                "let e; try { e = stripe.webhooks.constructEvent(q.body, q.headers['stripe-signature'], "
                "process.env.W); }"
                " catch (err) { return s.status(400).send('no'); }"
            ),
            Checks.SECRET,
        ),
        (
            (
                "try { stripe.webhooks.constructEvent(q.body, q.headers['stripe-signature'], process.env.W); } "
                "catch (err) { log(err); }"
            ),
            None,
        ),
        (
            (
                "const sum = crypto.createHmac('sha256', secret).update(JSON.stringify(q.body)).digest('hex');"
                " if (sum !== q.headers['x-signature']) return s.sendStatus(401);"
            ),
            Checks.SECRET,
        ),
        (
            (
                "const sum = crypto.createHmac('sha256', secret).update(q.rawBody).digest();"
                " if (!crypto.timingSafeEqual(sum, Buffer.from(q.get('x-signature')))) return s.sendStatus(401);"
            ),
            Checks.SECRET,
        ),
        ("const sum = crypto.createHmac('sha256', secret).update(q.rawBody).digest('hex'); console.log(sum);", None),
        ("if (q.headers['x-api-key'] !== process.env.API_KEY) return s.sendStatus(401);", Checks.SECRET),
    ],
)
def test_signatures(code: str, checks: Checks | None) -> None:
    assert door(
        f"app.post('/hook', async (q, s) => {{ {code} await prisma.item.create({{ data: {{ a: 1 }} }}); s.end(); }});"
    ).guard is (checks)


def test_what_stripe_signed_was_not_written_by_whoever_asks() -> None:
    said = door("""app.post("/hook", async (q, s) => { const e = stripe.webhooks.constructEvent(q.body,
      q.headers["s"], "w");
        await prisma.item.update({ where: { id: e.data.object.id }, data: { paid: true } }); s.end(); });""")
    assert said.reaches[0].filters[0].origin is Origin.MADE


def test_the_order_of_body_parser_and_signature_is_told() -> None:
    one = followed({"app.ts": HEAD + """app.use(express.json());
        app.post("/hook", (q, s) => { stripe.webhooks.constructEvent(q.body, q.headers["s"], "w"); s.end();
          });"""})[0]  # fmt: skip
    assert [what for what, _ in one.visit.used if what != "takes input"] == ["middleware json", "signature"]
