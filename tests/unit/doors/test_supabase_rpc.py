"""Functions of the database that everybody with a key may call."""

from __future__ import annotations

from walkdown.doors.sql.play import play
from walkdown.doors.sql.read import read_sql
from walkdown.doors.supabase_rpc import rpc_doors
from walkdown.model.door import Checks, Door, DoorKind

_TABLES = """
create table public.profiles (id uuid primary key references auth.users(id), role text);
create table public.orders (id uuid primary key, user_id uuid references auth.users(id), total int);
"""


def _doors(sql: str) -> dict[str, Door]:
    facts = [("supabase/migrations/1_a.sql", read_sql((_TABLES + sql).encode()))]
    return {one.door.handler: one.door for one in rpc_doors(play(facts))}


def test_each_function_a_stranger_may_call_is_an_entrance() -> None:
    doors = _doors("""
    create function public.open_orders() returns setof orders language sql as $$ select * from orders $$;
    create function public.on_order() returns trigger language plpgsql as $$ begin return new; end $$;
    create function public.closed() returns int language sql as $$ select 1 $$;
    revoke execute on function public.closed() from public, anon, authenticated;
    create function public.signed_in() returns int language sql as $$ select 1 $$;
    revoke execute on function public.signed_in() from public, anon;
    """)
    assert sorted(doors) == ["open_orders", "signed_in"]
    door = doors["open_orders"]
    assert (door.method, door.path) == ("POST", "/rest/v1/rpc/open_orders")
    assert (door.kind, door.guard, door.file) == (DoorKind.RPC, None, "supabase/migrations/1_a.sql")
    assert doors["signed_in"].guard is Checks.LOGIN


def test_owner_rights_are_judged_by_what_the_body_asks() -> None:
    doors = _doors("""
    create function public.pay(p_order uuid, p_total int) returns void language sql security definer as
      $$ update orders set total = p_total where id = p_order $$;
    create function public.mine() returns setof orders language sql security definer as
      $$ select * from orders where user_id = auth.uid() $$;
    """)
    assert doors["pay"].guard is None
    (reach,) = doors["pay"].reaches
    assert reach.operation.value == "update"
    assert [(one.field, one.origin.value) for one in (*reach.filters, *reach.sets)] == [
        ("id", "input"),
        ("total", "input"),
    ]
    assert doors["mine"].guard is Checks.OWNER
    assert [(one.field, one.origin.value) for one in doors["mine"].reaches[0].filters] == [("user_id", "identity")]


def test_what_cannot_be_read_is_said() -> None:
    doors = _doors("""
    create function public.any(p text) returns void language plpgsql as $$ begin execute p; end $$;
    create function public.js() returns int language plv8 as $$ return 1 $$;
    """)
    assert any("puts together" in why for why in doors["any"].uncertain)
    assert any("plv8" in why for why in doors["js"].uncertain)
