"""What the browser does with tables itself: an entrance for each table and command, guarded by the table's policies."""

from __future__ import annotations

from helpers.questions import map_of
from walkdown.doors.supabase_table_doors import is_table_door
from walkdown.model.door import Checks, Door, DoorKind

CLIENT = """
import { createClient } from '@supabase/supabase-js';
export const supabase = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_ANON_KEY);
"""
TABLES = """
create table public.orders (id uuid primary key, user_id uuid references auth.users(id), total int);
create table public.news (id uuid primary key, title text);
create table public.secrets (id uuid primary key, value text);
alter table public.orders enable row level security;
alter table public.news enable row level security;
alter table public.secrets enable row level security;
create policy own on public.orders for all to authenticated using (user_id = auth.uid());
create policy everybody on public.news for select using (true);
create policy members on public.news for update to authenticated using (true);
"""


def _doors(page: str, sql: str = TABLES) -> dict[str, Door]:
    files = {
        "vite.config.ts": "", "src/client.ts": CLIENT, "supabase/migrations/1_a.sql": sql,
        "src/page.ts": "import { supabase } from './client';\nexport async function go() {\n" + page + "\n}",
    }  # fmt: skip
    doors = [one.door for one in map_of(files).doors if one.door.framework != "postgres" or one.door.uncertain]
    return {f"{one.method} {one.path}": one for one in doors}


def test_each_table_and_command_of_the_browser_is_a_row_with_its_policy_as_the_guard() -> None:
    doors = _doors("""
    await supabase.from('orders').select('*').eq('user_id', me);
    await supabase.from('news').select('*').limit(5);
    await supabase.from('news').select('title').limit(5);
    await supabase.from('news').update({ title }).eq('id', id);
    await supabase.from('secrets').delete().eq('id', id);
    await supabase.from('orders').upsert({ id, total });
    """)
    assert {name: door.guard for name, door in doors.items()} == {
        "SELECT /rest/v1/orders": Checks.OWNER,
        "INSERT /rest/v1/orders": Checks.OWNER,
        "UPDATE /rest/v1/orders": Checks.OWNER,
        "SELECT /rest/v1/news": None,
        "UPDATE /rest/v1/news": Checks.LOGIN,
        "DELETE /rest/v1/secrets": Checks.ROLE,
    }
    news = doors["SELECT /rest/v1/news"]
    assert (news.file, news.line, len(news.reaches), news.framework) == ("src/page.ts", 5, 2, "supabase")
    assert is_table_door(news)
    (guard,) = doors["SELECT /rest/v1/orders"].guards
    assert (guard.name, guard.path, guard.line) == ("own", "supabase/migrations/1_a.sql", 8)
    assert doors["SELECT /rest/v1/orders"].reaches[0].key == "anon"


def test_what_a_browser_checks_itself_is_no_guard() -> None:
    doors = _doors("""
    const { data: { user } } = await supabase.auth.getUser();
    if (!user) return;
    await supabase.from('news').select('*').eq('id', user.id);
    """)
    assert doors["SELECT /rest/v1/news"].guard is None


def test_policies_that_add_up_count_by_the_widest() -> None:
    more = TABLES + "create policy open on public.orders for select to authenticated using (true);"
    door = _doors("await supabase.from('orders').select('*');", more)["SELECT /rest/v1/orders"]
    assert (door.guard, [one.name for one in door.guards]) == (Checks.LOGIN, ["open"])


def test_a_table_that_no_file_makes_is_uncertain_and_says_why() -> None:
    doors = _doors("await supabase.from('elsewhere').select('*');\nawait supabase.rpc('made_elsewhere', {});")
    table, function = doors["SELECT /rest/v1/elsewhere"], doors["POST /rest/v1/rpc/made_elsewhere"]
    assert table.uncertain == ("The policies of `elsewhere` are not in the repository.",)
    assert [one.checks for one in (*table.guards, *function.guards)] == [Checks.UNKNOWN, Checks.UNKNOWN]
    assert function.kind is DoorKind.RPC


def test_files_are_guarded_by_the_policies_of_their_bucket() -> None:
    sql = (
        TABLES
        + """
    insert into storage.buckets (id, name, public) values ('papers', 'papers', false);
    create policy own_papers on storage.objects for insert to authenticated
      with check (bucket_id = 'papers' and (storage.foldername(name))[1] = auth.uid()::text);
    create policy read_papers on storage.objects for select using (bucket_id = 'papers');
    """
    )
    doors = _doors(
        "await supabase.storage.from('papers').upload(path, file);\n"
        "await supabase.storage.from('papers').download(path);\n"
        "await supabase.storage.from('unknown').remove([path]);",
        sql,
    )
    assert doors["INSERT /storage/v1/object/papers"].guard is Checks.OWNER
    assert doors["SELECT /storage/v1/object/papers"].guard is None
    assert doors["DELETE /storage/v1/object/unknown"].guards[0].checks is Checks.UNKNOWN


def test_plain_sql_is_open_to_strangers_where_a_browser_asks_for_its_tables() -> None:
    files = {
        "vite.config.ts": "", "src/client.ts": CLIENT,
        "database/schema.sql": "create table orders (id serial primary key, email text, total int);",
        "src/page.ts": "import { supabase } from './client';\nexport const go = () => supabase.from('orders').select()",
    }  # fmt: skip
    assert [one.supabase for one in map_of(files).databases] == [True]
    without = {path: text for path, text in files.items() if path != "src/page.ts"}
    assert [one.supabase for one in map_of(without).databases] == [False]
