"""Packages by whatever name: addresses, npm: and jsr:, names that an import map gives."""

from __future__ import annotations

import pytest

from walkdown.doors.modules import Modules
from walkdown.doors.outside_names import plain


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("@supabase/supabase-js", "@supabase/supabase-js"),
        ("npm:stripe@14.1.0", "stripe"),
        ("npm:@supabase/supabase-js@^2/dist/main", "@supabase/supabase-js/dist/main"),
        ("jsr:@std/http@1", "@std/http"),
        ("https://esm.sh/@supabase/supabase-js@2.45.0?target=deno", "@supabase/supabase-js"),
        ("https://esm.sh/v135/otplib@12.0.1/authenticator?dts", "otplib/authenticator"),
        ("https://cdn.jsdelivr.net/npm/zod@3/+esm", "zod"),
        ("https://deno.land/std@0.190.0/http/server.ts", "@std/http/server.ts"),
        ("https://deno.land/x/hono@v3.1.0/mod.ts", "hono"),
        ("https://example.com/own/thing.js", "https://example.com/own/thing.js"),
        ("./local@2.ts", "./local@2.ts"),
    ],
)
def test_the_name_on_the_index_is_found(written: str, name: str) -> None:
    assert plain(written) == name


def test_the_nearest_import_map_says_what_a_name_means() -> None:
    files = {
        "deno.json": '{"imports": {"db": "npm:@supabase/supabase-js@2", "shared/": "./lib/", "one": "./lib/one.ts"}}//',
        "a/deno.jsonc": '{"importMap": "../maps/import_map.json"}',
        "maps/import_map.json": '{"imports": {"db": "npm:postgres"}}',
        "b/deno.json": "{ broken",
        "lib/one.ts": "",
    }
    modules = Modules(files, lambda path: files[path].encode())
    assert modules.package("x/y.ts", "db") == "@supabase/supabase-js"
    assert modules.package("a/y.ts", "db") == "postgres"
    assert modules.resolve("x/y.ts", "shared/one.ts") == "lib/one.ts"
    assert modules.resolve("x/y.ts", "one") == "lib/one.ts"
    assert modules.resolve("x/y.ts", "none") == ""
