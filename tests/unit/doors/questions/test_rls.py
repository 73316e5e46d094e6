"""Policies that are wider than they should be, and what the screens show of what was meant."""

from __future__ import annotations

from collections.abc import Mapping

from helpers.questions import told
from walkdown.model.finding import Finding
from walkdown.model.severity import Severity

CLIENT = """
import { createClient } from '@supabase/supabase-js';
export const supabase = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_ANON_KEY);
"""
BASE = """
create table public.profiles (id uuid primary key references auth.users(id), name text, role text);
create table public.plans (id uuid primary key, name text, seats int);
create table public.notes (id uuid primary key, user_id uuid references auth.users(id), body text);
alter table public.profiles enable row level security;
alter table public.plans enable row level security;
alter table public.notes enable row level security;
create function public.is_admin() returns boolean language sql security definer set search_path = '' as
  $$ select exists (select 1 from public.profiles where id = auth.uid() and role = 'admin') $$;
create policy own on public.profiles for select using (id = auth.uid());
create policy read on public.plans for select using (true);
"""
OPEN = BASE + "create policy change on public.plans for update to authenticated using (true);"
CLOSED = BASE + "create policy change on public.plans for update to authenticated using (public.is_admin());"


def _app(page: str, sql: str, **more: str) -> dict[str, str]:
    return {
        "vite.config.ts": "", "src/client.ts": CLIENT, "supabase/migrations/1_a.sql": sql, "src/Page.tsx": page, **more,
    }  # fmt: skip


def _screen(body: str) -> str:
    return f"""
    import {{ supabase }} from './client';
    export default function Page() {{
      const {{ isAdmin, user, loading }} = useAuth();
      {body}
    }}"""


_SAVE = """const save = async (id) => {
  const { error } = await supabase.from('plans').update({ seats: 1 }).eq('id', id);
};"""
_GUARDED = {
    "left early": f"{_SAVE} if (!isAdmin) return <No />; return <Button onClick={{save}} />;",
    "left early, once loaded": f"{_SAVE} if (!loading && !isAdmin) {{ return <No />; }} return <B onClick={{save}} />;",
    "sent away": f"useEffect(() => {{ if (!user || !isAdmin) navigate('/'); }}); {_SAVE} return <B on={{save}} />;",
    "hidden": f"{_SAVE} return <div>{{isAdmin && <Button onClick={{() => save(1)}} />}}</div>;",
    "by role": f"{_SAVE} return user.role === 'admin' ? <Button onClick={{save}} /> : null;",
}
_OPEN_TO_ALL = {
    "nothing asked": f"{_SAVE} return <Button onClick={{save}} />;",
    "asked elsewhere": f"{_SAVE} return <div>{{isAdmin && <Badge />}}<Button onClick={{save}} /></div>;",
    "a login": f"{_SAVE} if (!user) return null; return <Button onClick={{save}} />;",
    "a row's role": f"{_SAVE} return rows.map((row) => row.role === 'admin' ? <Button onClick={{save}} /> : null);",
}


def _client_side(files: Mapping[str, str]) -> list[Finding]:
    return told(files, "auth.client-side")


def test_a_role_that_only_the_screen_asks_for_is_told_at_the_policy() -> None:
    for name, body in _GUARDED.items():
        (one,) = _client_side(_app(_screen(body), OPEN))
        assert (one.severity, getattr(one.place, "symbol", "")) == (Severity.HIGH, "plans"), name
        assert "asks for a role" in one.steps[0].role
        assert _client_side(_app(_screen(body), CLOSED)) == [], name


def test_where_any_screen_does_it_without_asking_it_is_meant_for_all() -> None:
    for name, body in _OPEN_TO_ALL.items():
        assert _client_side(_app(_screen(body), OPEN)) == [], name
    second = {"src/Second.tsx": _screen(_OPEN_TO_ALL["nothing asked"])}
    assert _client_side(_app(_screen(_GUARDED["hidden"]), OPEN) | second) == []


def test_a_page_behind_a_route_that_asks_is_behind_it_with_all_that_only_it_imports() -> None:
    routes = """
    const Plans = lazy(() => import('./Plans'));
    export default function App() {
      return <Routes><Route path="/x" element={<ProtectedRoute %s><Plans /></ProtectedRoute>} /></Routes>;
    }"""
    page = "import { usePlans } from './usePlans';\nexport default function Plans() { const { save } = usePlans(); }"
    hook = "import { supabase } from './client';\nexport function usePlans() { " + _SAVE + " return { save }; }"
    files = _app(page, OPEN) | {"src/Plans.tsx": page, "src/usePlans.ts": hook}
    del files["src/Page.tsx"]
    (one,) = _client_side(files | {"src/App.tsx": routes % "allowedRoles={['admin']}"})
    assert one.steps[0].role == "the screen asks for a role: allowedRoles: admin"
    assert _client_side(files | {"src/App.tsx": routes % "allowedRoles={['admin', 'user']}"}) == []
    assert _client_side(files | {"src/App.tsx": routes % ""}) == []


def test_one_flaw_is_told_once() -> None:
    page = _screen(_GUARDED["hidden"])
    owned = OPEN.replace("seats int", "seats int, user_id uuid")  # then the policy alone is a finding, too
    told_of_policy = told(_app(_screen(_OPEN_TO_ALL["nothing asked"]), owned), "auth.rls")
    assert [one.rule.id for one in told_of_policy] == ["sql-login-write"]
    assert told(_app(page, owned), "auth.rls") == []
    assert len(_client_side(_app(page, owned))) == 1


def test_one_policy_for_all_commands_is_one_finding() -> None:
    sql = BASE + "create policy everything on public.notes for all using (true);"
    (one,) = told(_app("", sql), "auth.rls")
    assert (one.rule.id, one.severity) == ("sql-open-write", Severity.HIGH)
    assert any("also lets them read" in step.role for step in one.steps)
    split = (
        BASE
        + """create policy a on public.notes for update using (true);
    create policy b on public.notes for insert with check (true);"""
    )
    assert len(told(_app("", split), "auth.rls")) == 2


def test_the_way_begins_where_the_browser_does_it() -> None:
    sql = BASE + "create policy everything on public.notes for update using (true);"
    page = _screen("const go = async () => {\n const { error } = await supabase.from('notes').update({ body }); };")
    (one,) = told(_app(page, sql), "auth.rls")
    assert (getattr(one.steps[0].place, "path", ""), one.steps[0].role) == (
        "src/Page.tsx",
        "the browser itself changes notes here",
    )


def test_reading_only_the_own_rows_is_no_guard() -> None:
    sql = BASE + "create policy read_notes on public.notes for select to authenticated using (%s);"
    own = _screen("useEffect(async () => { await supabase.from('notes').select().eq('user_id', user.id); });")
    (one,) = told(_app(own, sql % "true"), "auth.object-level")
    assert (one.severity, one.rule.id) == (Severity.MEDIUM, "doors-own-rows-policy")
    assert told(_app(own, sql % "user_id = auth.uid()"), "auth.object-level") == []
    shared = {"src/Feed.tsx": _screen("useEffect(async () => { await supabase.from('notes').select().limit(9); });")}
    assert told(_app(own, sql % "true") | shared, "auth.object-level") == []


def test_tables_without_their_policies_are_one_small_finding() -> None:
    page = _screen("const go = async () => { await supabase.from('a').select(); await supabase.from('b').select(); };")
    (one,) = told(_app(page, BASE), "auth.rls")
    assert (one.rule.id, one.severity) == ("doors-policies-not-here", Severity.LOW)
    assert "a, b" in one.steps[0].role


def test_a_service_key_that_the_build_puts_into_the_browser_is_critical() -> None:
    page = """
    import { createClient } from '@supabase/supabase-js';
    const admin = createClient(import.meta.env.VITE_URL, %s);
    export const all = async () => { const { error } = await admin.from('profiles').select(); };"""
    (one,) = told(_app(page % "import.meta.env.VITE_SUPABASE_SERVICE_ROLE_KEY", BASE), "secret.frontend")
    assert (one.severity, getattr(one.place, "line", 0)) == (Severity.CRITICAL, 3)
    assert told(_app(page % "import.meta.env.VITE_SUPABASE_ANON_KEY", BASE), "secret.frontend") == []
    assert told(_app(page % "process.env.SUPABASE_SERVICE_ROLE_KEY", BASE), "secret.frontend") == []


_SERVICE = """
import { supabase } from './client';
export const plans = {
  async save(id) {
    const { error } = await supabase.from('plans').update({ seats: 1 }).eq('id', id);
  },
};
export async function close(id) {
  const { error } = await supabase.from('plans').update({ seats: 0 }).eq('id', id);
}
"""


def test_functions_of_other_files_stand_behind_what_those_who_call_them_ask() -> None:
    screen = """
    import { plans, close } from './service';
    export default function Page() {
      const { isAdmin } = useAuth();
      const closing = useMutation({
        mutationFn: (id) => close(id),
      });
      return <div>
        {isAdmin && <Button onClick={() => plans.save(1)} />}
        {%s<Button onClick={() => closing.mutate(1)} />%s}
      </div>;
    }"""
    service = {"src/service.ts": _SERVICE}
    assert len(_client_side(_app(screen % ("isAdmin && ", ""), OPEN) | service)) == 1
    assert _client_side(_app(screen % ("", ""), OPEN) | service) == []
    assert _client_side(_app(screen % ("isAdmin && ", ""), CLOSED) | service) == []


def test_what_is_passed_on_by_another_file_is_followed() -> None:
    page = "export default function Page() {\n const { isAdmin } = useAuth();\n const go = () => close(1);\n"
    page = "import { close } from './lib';\n" + page + " return isAdmin ? <Button onClick={go} /> : null;\n}"
    files = _app(page, OPEN) | {"src/lib/index.ts": "export * from './close';"}
    files["src/lib/close.ts"] = _SERVICE.replace("./client", "../client").replace("async save", "async unused")
    files["src/lib/close.ts"] = files["src/lib/close.ts"].split("export const plans")[0] + (
        "export async function close" + files["src/lib/close.ts"].split("export async function close")[1]
    )
    assert len(_client_side(files)) == 1
    assert _client_side(files | {"src/Page.tsx": page.replace("isAdmin ?", "isOpen ?")}) == []


def test_what_everyone_may_stays_a_flaw_of_the_policy_and_names_the_screen_that_asks() -> None:
    sql = BASE + "create policy change on public.notes for update using (true);"
    save = _SAVE.replace("'plans'", "'notes'")
    page = _screen(f"{save}\nreturn isAdmin ? <Button onClick={{save}} /> : null;")
    (one,) = told(_app(page, sql), "auth.rls")
    assert [step.role for step in one.steps[:2]] == [
        "the browser itself changes notes here",
        "the screen asks for a role (isAdmin), the database does not",
    ]
    assert _client_side(_app(page, sql)) == []


def test_a_function_of_the_database_that_the_browser_calls_begins_there() -> None:
    sql = (
        BASE
        + """create function public.rename(p_id uuid, p_name text) returns void language sql security definer
      set search_path = '' as $$ update public.profiles set name = p_name where id = p_id $$;"""
    )
    page = _screen("const go = async () => { const { error } = await supabase.rpc('rename', { p_id: 1 }); };")
    (one,) = told(_app(page, sql), "auth.rls")
    assert (one.rule.id, one.steps[0].role) == ("sql-function-writes", "the browser itself calls rename here")


def test_a_table_that_only_has_to_do_with_administrators_gives_nobody_a_right() -> None:
    sql = (
        BASE
        + """
    create table public.%s (id uuid primary key, user_id uuid, points int);
    alter table public.%s enable row level security;
    create policy add on public.%s for insert to authenticated with check (true);"""
    )
    for name, severity in (("admin_goals", Severity.MEDIUM), ("admins", Severity.HIGH)):
        (one,) = told(_app("", sql % (name, name, name)), "auth.rls")
        assert one.severity is severity, name
