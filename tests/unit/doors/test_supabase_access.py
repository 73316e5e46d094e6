"""What the browser does with the data itself: every place once, with the key it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from walkdown.doors.link import linked
from walkdown.doors.supabase_access import Access
from walkdown.syntax.script_program import read_program

_CLIENT = """
import { createClient } from '@supabase/supabase-js';
export const supabase = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_PUBLISHABLE_KEY);
"""
_VITE = {
    "vite.config.ts": "",
    "src/client.ts": _CLIENT,
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
}


def _access(files: Mapping[str, str]) -> Sequence[Access]:
    programs = {
        path: read_program(text.encode(), path.rpartition(".")[2])
        for path, text in files.items()
        if path.endswith((".ts", ".tsx"))
    }
    return linked(sorted(files), programs, lambda path: files[path].encode()).access


def _told(files: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [(one.reach.operation.value, one.reach.table, one.within) for one in _access(files)]


def test_what_waits_for_a_click_an_effect_or_a_query_is_found_and_each_place_is_told_once() -> None:
    page = """
    import { supabase } from '@/client';
    import { save } from './save';
    export function Page({ id }) {
      useEffect(() => {
        const load = async () => { await supabase.from('a').select('*').eq('id', id).single(); };
        load();
      });
      const { data } = useQuery({ queryKey: ['b'], queryFn: async () => supabase.from('b').select() });
      const remove = async (row) => { await supabase.from('c').delete().eq('id', row.id); };
      const state = useCallback(async () => { save(1); }, []);
      return <ul>{data.map((row) =>
        <li onClick={async () => { await supabase.rpc('d', { row }); }} onKeyUp={remove} />)}</ul>;
    }
    export const Other = () => { const go = () => save(2); return <a onClick={go} />; };
    class Store { async all() { return await supabase.storage.from('e').list(); } }
    """
    save = "import { supabase } from '@/client';\nexport async function save(x) { await supabase.from('f').insert(x); }"
    found = _told({**_VITE, "src/page.tsx": page, "src/save.ts": save})
    assert [one[:2] for one in found] == [
        ("read", "a"), ("read", "b"), ("delete", "c"), ("rpc", "d"), ("file", "storage:e"), ("insert", "f"),
    ]  # fmt: skip
    assert found[0][2] == "load"
    assert found[5][2] == "save"


def test_the_key_the_filters_and_whether_anybody_looks_at_the_error_are_told() -> None:
    page = """
    import { supabase } from './client';
    export async function mine() {
      const { data: { user } } = await supabase.auth.getUser();
      const { data } = await supabase.from('notes').select('id').eq('owner_id', user.id);
      const { error } = await supabase.from('notes').insert({ owner_id: user.id, title: 'x' });
      if (error) throw error;
    }"""
    read, insert = _access({**_VITE, "src/mine.ts": page})
    assert (read.key, read.error_read, read.reach.bounded) == ("anon", False, False)
    assert [(one.field, one.origin.value) for one in read.reach.filters] == [("owner_id", "identity")]
    assert insert.error_read
    assert not insert.exposed


def test_a_service_key_in_the_browser_is_told() -> None:
    page = """
    import { createClient } from '@supabase/supabase-js';
    const admin = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_SUPABASE_SERVICE_ROLE_KEY);
    export const all = async () => { await admin.from('people').select(); };"""
    (one,) = _access({**_VITE, "src/admin.ts": page})
    assert one.exposed


def test_a_client_is_known_by_its_type_and_where_it_is_passed_on() -> None:
    files = {
        **_VITE,
        "src/index.ts": "export * from './client';",
        "src/given.ts": "import type { SupabaseClient } from '@supabase/supabase-js';\n"
        "export const load = async (db: SupabaseClient<Database>) => { await db.from('a').select().limit(1); };",
        "src/passed.ts": "import { supabase } from '.';\nexport const b = async () => supabase.from('b').delete();",
    }
    assert [one.reach.table for one in _access(files)] == ["a", "b"]


def test_code_that_runs_on_a_server_is_none_of_it() -> None:
    asks = "\nexport async function f() { await supabase.from('a').select(); }"
    with_client = "import { supabase } from '../client';" + asks
    files = {
        **_VITE,
        "server/job.ts": "import { supabase } from '../src/client';" + asks,
        "src/save.test.ts": with_client,
        "supabase/functions/x/index.ts": "import { supabase } from '../../../src/client';" + asks,
    }
    assert _access(files) == []
    backend = {
        "package.json": "{}",
        "src/client.ts": _CLIENT,
        "src/job.ts": "import { supabase } from './client';" + asks,
    }
    assert _access(backend) == []


def test_next_sends_only_client_files_and_what_they_import() -> None:
    client = """import { createBrowserClient } from '@supabase/ssr';
    const key = process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY;
    export const make = () => createBrowserClient(process.env.NEXT_PUBLIC_URL, key);"""
    files = {
        "next.config.js": "",
        "lib/client.ts": client,
        "lib/orders.ts": "import { make } from './client';\nexport const load = async () => make().from('a').select();",
        "lib/other.ts": "import { make } from './client';\nexport const load = async () => make().from('b').select();",
        "app/list.tsx": "'use client';\nimport { load } from '../lib/orders';\nexport default () => { load(); }",
        "app/page.tsx": "import { load } from '../lib/other';\nexport default async function Page() { await load(); }",
    }
    (one,) = _access(files)
    assert (one.reach.table, one.key) == ("a", "user")


def test_a_state_that_grows_by_itself_comes_to_an_end() -> None:
    toast = (
        """import { supabase } from './client';
    let state = { all: [] };
    const reduce = (state, add) => ({ ...state, all: [add, ...state.all] });
    export function toast(x) { state = reduce(state, { x, y: [x, ...state.all] }); supabase.from('never'); }
    export function Many() {\n"""
        + "  toast(1);\n" * 400
        + "}"
    )
    assert _access({**_VITE, "src/toast.ts": toast}) == []
