"""Tokens that an edge function checks itself: what such a check truly lets in."""

from __future__ import annotations

import pytest

from helpers.doors import doors_of
from walkdown.model.door import Checks, Door

_DB = """import { createClient } from 'https://esm.sh/@supabase/supabase-js@2';
const db = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!);
"""
_PLAIN = """%s
Deno.serve(async (req) => {
  const token = req.headers.get('Authorization')!.replace('Bearer ', '');
  try { %s } catch { return new Response('no', { status: 401 }); }
  const { data } = await db.from('orders').select('*');
  return Response.json(data);
});"""
_HONO = """import { Hono } from 'npm:hono';
import { jwt, verify } from 'npm:hono/jwt';
const app = new Hono();
%s
app.get('/x/orders', async (c) => { const { data } = await db.from('orders').select('*'); return c.json(data); });
Deno.serve(app.fetch);"""
_WARDEN = """app.use('*', async (c, next) => {
  try { const claims = await verify(c.req.header('Authorization').slice(7), Deno.env.get('%s'), 'HS256'); %s }
  catch { return c.json({}, 401); }
  await next();
});"""


def _door(code: str) -> Door:
    files = {"supabase/config.toml": "[functions.x]\nverify_jwt = false\n", "supabase/functions/x/index.ts": _DB + code}
    (door,) = doors_of(files).values()
    return door


@pytest.mark.parametrize(
    ("imports", "check", "expected"),
    [
        ("import { verify } from 'https://deno.land/x/djwt@v3.0.1/mod.ts';", "await verify(token, key);", Checks.LOGIN),
        ("import { jwtVerify } from 'jsr:@panva/jose@6';", "await jwtVerify(token, keys);", Checks.LOGIN),
        ("import * as jose from 'https://deno.land/x/jose@v4.14.4/index.ts';", "await jose.jwtVerify(token, keys);",
         Checks.LOGIN),
        ("import { decode } from 'https://deno.land/x/djwt@v3.0.1/mod.ts';",
         "const [, claims] = decode(token); if (!claims.sub) return new Response('no', { status: 401 });", None),
    ],
)  # fmt: skip
def test_a_token_counts_where_its_signature_is_checked(imports: str, check: str, expected: Checks | None) -> None:
    assert _door(_PLAIN % (imports, check)).guard is expected


def test_an_application_that_is_served_as_a_whole_is_no_door_of_its_own() -> None:
    door = _door(_HONO % (_WARDEN % ("JWT_SECRET", "")))
    assert (door.method, door.path, door.guard) == ("GET", "/functions/v1/x/orders", Checks.LOGIN)
    assert [(one.table, one.key) for one in door.reaches] == [("orders", "service")]


def test_the_secret_of_the_project_signs_the_public_key_too() -> None:
    assert _door(_HONO % (_WARDEN % ("SB_JWT_SECRET", ""))).guard is None
    assert _door(_HONO % "app.use('*', jwt({ secret: Deno.env.get('SB_JWT_SECRET') }));").guard is None
    assert _door(_HONO % "app.use('*', jwt({ secret: Deno.env.get('JWT_SECRET') }));").guard is Checks.LOGIN
    person = _WARDEN % ("SB_JWT_SECRET", "if (!claims.sub) return c.json({}, 401);")
    assert _door(_HONO % person).guard is Checks.LOGIN
