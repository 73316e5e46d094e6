"""Edge functions: what is served, what stands before it, with whose power the data are asked."""

from __future__ import annotations

import pytest

from helpers.doors import doors_of, followed
from walkdown.model.door import Checks, Door, DoorKind, Operation, Reach

_HEAD = """
import { serve } from "https://deno.land/std@0.190.0/http/server.ts";
import { createClient } from "https://esm.sh/@supabase/supabase-js@2.45.0";
const service = () => createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY") ?? "");
const json = (body, status = 200) => new Response(JSON.stringify(body), { status });
"""
_OPTIONS = 'if (req.method === "OPTIONS") return new Response("ok");\n'
_CONFIG = (
    "[functions.open]\nverify_jwt = false\n\n[functions.asked]\nverify_jwt = true\n\n[functions.off]\nenabled = false\n"
)


def _files(**functions: str) -> dict[str, str]:
    files = {f"supabase/functions/{name}/index.ts": _HEAD + code for name, code in functions.items()}
    return {**files, "supabase/config.toml": _CONFIG}


def _door(body: str, name: str = "asked") -> Door:
    doors = doors_of(_files(**{name: f"Deno.serve(async (req) => {{ {_OPTIONS} {body} }});"}))
    (door,) = doors.values()
    return door


def _filters(reach: Reach) -> list[tuple[str, str, bool]]:
    return [(one.field, one.origin.value, one.maybe) for one in reach.filters]


def test_each_function_that_is_deployed_is_an_entrance_and_the_gateway_checks_nobody() -> None:
    code = "serve(async (req) => json({ ok: true }));"
    files = {**_files(open=code, asked=code, off=code, told=code), "supabase/functions/_shared/index.ts": code}
    doors = doors_of(files)
    assert sorted(doors) == [f"ANY /functions/v1/{name}" for name in ("asked", "open", "told")]
    assert doors["ANY /functions/v1/open"].guards == ()
    (gateway,) = doors["ANY /functions/v1/asked"].guards
    assert (gateway.name, gateway.checks, gateway.path, gateway.line) == (
        "verify_jwt", Checks.NOTHING, "supabase/config.toml", 5,
    )  # fmt: skip
    (assumed,) = doors["ANY /functions/v1/told"].guards
    assert (assumed.path, assumed.line) == ("supabase/functions/told/index.ts", 1)
    assert {door.kind for door in doors.values()} == {DoorKind.EDGE}
    assert all(door.guard is None for door in doors.values())


def test_a_method_is_told_only_where_others_are_refused() -> None:
    asked = 'serve(async (req) => { if (req.method !== "POST") return json({ error: "no" }, 405); return json({}); });'
    some = 'serve(async (req) => { if (req.method === "POST") await req.json(); return json({ done: 1 }); });'
    both = """serve(async (req) => { const db = service();
      if (req.method === "GET") { return json(await db.from("notes").select("id").limit(5)); }
      if (req.method === "DELETE") { await db.from("notes").delete().eq("id", 1); return json({ done: 1 }); }
      return json({ error: "no" }, 405); });"""
    doors = doors_of(_files(asked=asked, open=some, both=both))
    assert sorted(doors) == [
        "ANY /functions/v1/open", "DELETE /functions/v1/both", "GET /functions/v1/both", "POST /functions/v1/asked",
    ]  # fmt: skip
    (read,) = doors["GET /functions/v1/both"].reaches
    assert read.operation is Operation.READ


def test_the_handler_may_be_served_by_a_shared_file_or_exported() -> None:
    files = {
        **_files(
            open='import { protect } from "../_shared/serve.ts"; protect(async (req, user) => json({ id: user.id }));'
        ),
        "supabase/functions/_shared/serve.ts": _HEAD
        + """export function protect(handler) { Deno.serve(async (req) => {
          const { data: { user } } = await service().auth.getUser(req.headers.get("Authorization"));
          if (!user) return json({ error: "no" }, 401);
          return handler(req, user); }); }""",
        "supabase/functions/asked/index.ts": _HEAD + "export default { fetch: async (req) => json({ ok: 1 }) };",
        "supabase/functions/empty/index.ts": "export const nothing = 1;",
    }
    doors = doors_of(files)
    assert doors["ANY /functions/v1/open"].guard is Checks.LOGIN
    assert doors["ANY /functions/v1/asked"].uncertain == ()
    assert doors["ANY /functions/v1/empty"].uncertain == ("No handler was found in it.",)


@pytest.mark.parametrize(
    "asks",
    [
        'const { data: { user }, error } = await db.auth.getUser(token); if (error || !user) return json({}, 401);',
        'const { data, error } = await db.auth.getUser(token); if (error) throw new Error("no");',
        'const { data } = await db.auth.getClaims(token); if (!data?.claims?.sub) return json({}, 401);',
        ('const r = await fetch(`${Deno.env.get("SUPABASE_URL")}/auth/v1/user`, { headers: { Authorization: token } });'
        'if (!r.ok) return json({}, 401);'),
        'const said = JSON.parse(atob(token.split(".")[1])); if (!said.sub) return json({}, 401);',
    ],
)  # fmt: skip
def test_a_token_that_is_checked_is_a_login(asks: str) -> None:
    head = 'const db = service(); const token = req.headers.get("Authorization")?.replace("Bearer ", "");'
    end = 'await db.from("notes").insert({ a: 1 }); return json({ done: 1 });'
    assert _door(f"{head} {asks} {end}").guard is Checks.LOGIN


@pytest.mark.parametrize(
    "asks",
    [
        'if (!req.headers.get("Authorization")) return json({ error: "no" }, 401);',
        'const said = JSON.parse(atob(req.headers.get("Authorization").split(".")[1])); if (!said) throw new Error();',
        'const { data: { session } } = await db.auth.getSession(); if (!session) return json({ error: "no" }, 401);',
        'const { data: { user } } = await db.auth.getUser(req.headers.get("Authorization")); console.log(user);',
    ],
)
def test_what_only_looks_like_a_check_is_none(asks: str) -> None:
    end = 'await db.from("notes").insert({ a: 1 }); return json({ done: 1 });'
    assert _door(f"const db = service(); {asks} {end}").guard is None


def test_a_token_nobody_checked_does_not_make_its_owner_known() -> None:
    body = """const db = service();
      const said = JSON.parse(atob(req.headers.get("Authorization").split(".")[1]));
      const { data: me } = await db.from("profiles").select("role").eq("id", said.sub).single();
      if (me?.role !== "admin") return json({ error: "no" }, 403);
      await db.from("notes").delete().neq("id", 0); return json({ done: 1 });"""
    assert _door(body, "open").guard is None
    assert _door(body, "asked").guard is Checks.ROLE


@pytest.mark.parametrize(
    ("asks", "checks"),
    [
        (('const { data: r } = await db.from("user_roles").select("role").eq("user_id", user.id).eq("role", "admin")'
         '.maybeSingle(); if (!r) return json({ error: "no" }, 403);'), Checks.ROLE),
        (('const { data: p } = await db.from("profiles").select("role").eq("id", user.id).single();'
         'if (p.role !== "admin") return json({ error: "no" }, 403);'), Checks.ROLE),
        (('const { data: ok } = await db.rpc("has_role", { _user_id: user.id, _role: "admin" });'
         'if (!ok) return json({ error: "no" }, 403);'), Checks.ROLE),
        (('const { data: n } = await db.from("notes").select("id").eq("id", body.id).eq("owner_id", user.id).single();'
         'if (!n) return json({ error: "no" }, 404);'), Checks.OWNER),
        (('const { data: n, error } = await db.from("notes").select("id").eq("id", body.id).eq("owner_id", user.id)'
         '.single(); if (error) throw error;'), Checks.OWNER),
        (('const { data: p } = await db.from("profiles").select("name").eq("id", user.id).single();'
         'if (!p) return json({ error: "no" }, 404);'), Checks.LOGIN),
        (('const { data: p } = await db.from("sellers").select().eq("user_id", user.id).single();'
         'if (p.status !== "approved" || !p.is_active) return json({ error: "no" }, 403);'), Checks.LOGIN),
        (('const { data: p } = await db.from("profiles").select().eq("id", user.id).single();'
         'const may = p.role === "a" || p.role === "b" || p.kind === "c" || p.kind === "d";'
         'if (!may) return json({ error: "no" }, 403);'), Checks.ROLE),
    ],
)  # fmt: skip
def test_what_is_asked_of_the_data_counts(asks: str, checks: Checks) -> None:
    body = f"""const db = service(); const body = await req.json();
      const {{ data: {{ user }} }} = await db.auth.getUser(req.headers.get("Authorization"));
      if (!user) return json({{ error: "no" }}, 401); {asks}
      await db.from("notes").delete().eq("id", body.id); return json({{ done: 1 }});"""
    assert _door(body).guard is checks


def test_a_secret_of_the_environment_is_a_guard_and_either_way_counts_as_the_easier_one() -> None:
    secret = 'if (req.headers.get("x-cron-secret") !== Deno.env.get("CRON_SECRET")) return json({ error: "no" }, 401);'
    done = 'await service().from("notes").delete().lt("at", 1); return json({ done: 1 });'
    assert _door(secret + done).guard is Checks.SECRET
    either = """let allowed = Boolean(req.headers.get("x-key") === Deno.env.get("KEY"));
      if (!allowed) { const { data: { user } } = await service().auth.getUser(req.headers.get("Authorization"));
        if (!user) return json({ error: "no" }, 401); allowed = true; }"""
    assert _door(either + done).guard is Checks.LOGIN  # anybody can sign up


def test_an_answer_before_anything_was_done_opens_nothing() -> None:
    body = """const db = service(); const email = new URL(req.url).searchParams.get("email");
      if (!email) return json({ found: [], total: 0 });
      const { data: { user } } = await db.auth.getUser(req.headers.get("Authorization"));
      if (!user) return json({ error: "no" }, 401);
      return json(await db.from("people").select("id").eq("email", email));"""
    assert _door(body).guard is Checks.LOGIN


# -- operations -------------------------------------------------------------------------------------------------------


def _reaches(body: str) -> list[Reach]:
    return list(
        _door(f"const db = service(); const body = await req.json(); {body} return json({{ done: 1 }});").reaches
    )


def test_a_query_is_asked_once_with_all_its_filters_when_it_is_waited_for() -> None:
    (reach,) = _reaches("""
      let query = db.from("notes").select("id, author:people(name)").eq("team_id", body.team).order("id");
      if (body.state) query = query.eq("state", body.state);
      if (body.a) { query.gt("a", 1) } else { query.lt("b", 1) }
      const { data } = await query;""")
    assert (reach.table, reach.operation, reach.bounded) == ("notes", Operation.READ, False)
    assert _filters(reach) == [
        ("team_id", "input", False), ("state", "input", True), ("a", "constant", True), ("b", "constant", True),
    ]  # fmt: skip


def test_a_query_that_nobody_waits_for_is_none_and_then_and_all_wait() -> None:
    reaches = _reaches("""
      db.from("never").select();
      db.from("then").select().limit(1).then(({ data }) => console.log(data));
      const each = body.ids.map((id) => db.from("each").select().eq("id", id));
      await Promise.all([db.from("all").select().single(), ...each]);
      const load = async () => db.from("back").select().limit(2); await load();""")
    assert sorted(reach.table for reach in reaches) == ["all", "back", "each", "then"]
    assert next(reach for reach in reaches if reach.table == "each").loop


def test_what_is_written_is_taken_apart() -> None:
    insert, upsert, update = _reaches("""
      await db.from("notes").insert([{ ...body, kind: "x" }]);
      await db.from("notes").upsert(body, { onConflict: "id" });
      await db.from("notes").update({ title: body.title }).match({ id: body.id, kind: "x" }).select().single();""")
    assert insert.whole
    assert [(one.field, one.origin.value) for one in insert.sets] == [("kind", "constant")]
    assert upsert.whole
    assert upsert.operation is Operation.UPSERT
    assert not update.whole
    assert _filters(update) == [("id", "input", False), ("kind", "constant", False)]


def test_either_of_several_conditions_and_those_turned_round_keep_their_names() -> None:
    (reach,) = _reaches('await db.from("n").select().or(`a.eq.${body.a},b.is.null`).neq("c", 1).filter("d", "eq", 2);')
    assert [one.field for one in reach.filters] == ["a|b", "not c", "d"]
    assert reach.filters[0].origin.value == "input"


def test_a_table_that_is_one_of_several_is_each_of_them_and_an_unknown_one_says_so() -> None:
    reaches = _reaches("""
      for (const { table, column } of [{ table: "a", column: "x" }, { table: "b", column: "y" }]) {
        await db.from(table).delete().eq(column, body.id); }
      await db.from(body.table).select().limit(1);""")
    assert [(reach.table, bool(reach.why)) for reach in reaches] == [("a", False), ("b", False), ("*", True)]


def test_functions_files_accounts_and_other_edge_functions_are_reached_too() -> None:
    reaches = _reaches("""
      await db.rpc("close_month", { month: body.month });
      await db.storage.from("invoices").upload(body.path, body.file);
      await db.storage.from("invoices").createSignedUrl(body.path, 60);
      await db.auth.admin.updateUserById(body.id, { password: body.password });
      await db.auth.admin.listUsers();
      await db.functions.invoke("send-mail", { body: { to: body.to } });
      await fetch(`${Deno.env.get("SUPABASE_URL")}/functions/v1/other`, { method: "POST" });""")
    assert [(reach.operation.value, reach.table) for reach in reaches] == [
        ("rpc", "close_month"), ("file", "storage:invoices"), ("file", "storage:invoices"), ("update", "auth.users"),
        ("read", "auth.users"), ("http", "/functions/v1/send-mail"), ("http", "$SUPABASE_URL/functions/v1/other"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("client", "key"),
    [
        ('createClient(url, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"))', "service"),
        ('createClient(url, Deno.env.get("SUPABASE_ANON_KEY"))', "anon"),
        ('createClient(url, "sb_secret_abc")', "service"),
        ('createClient(url, "sb_publishable_abc")', "anon"),
        ('createClient(url, process.env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY)', "anon"),
        (('createClient(url, Deno.env.get("SUPABASE_ANON_KEY"), { global: { headers: { Authorization:'
         ' req.headers.get("Authorization") } } })'), "user"),
        ("createClient(url, keyOfSomewhere())", ""),
    ],
)  # fmt: skip
def test_with_whose_power_it_is_asked(client: str, key: str) -> None:
    code = f'Deno.serve(async (req) => {{ await {client}.from("n").select().limit(1); return json({{}}); }});'
    (one,) = followed(_files(open=code))
    assert [did.key for did in one.visit.did] == [key]


def test_broken_settings_and_code_are_said_and_stop_nothing() -> None:
    files = {
        "supabase/config.toml": "[functions.a\nverify_jwt = maybe",
        "supabase/functions/a/index.ts": _HEAD + "Deno.serve(async (req) => { await service().from(",
        "supabase/functions/b/index.py": "",
    }
    (door,) = doors_of(files).values()
    assert any("config.toml" in why for why in door.uncertain)
