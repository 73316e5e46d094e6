"""What the browser does with tables and files itself: each table and command is an entrance, and the table's policies
are its guard."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from walkdown.doors.assemble import Followed, follow
from walkdown.doors.entrances import Entrance
from walkdown.doors.libraries.supabase_client import ERROR_READ
from walkdown.doors.sql.answers import Reason
from walkdown.doors.sql.who import Who
from walkdown.doors.supabase_access import Access
from walkdown.doors.supabase_policies import STORAGE, Policies, Told, commands_of
from walkdown.doors.supabase_rpc import checks_of_way
from walkdown.doors.values import Value, replace
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Checks, Door, DoorKind, Guard, Operation

FRAMEWORK = "supabase"
_ALL = "anyone with the public key"
_DETAIL = {
    Who.ANYONE: _ALL, Who.LOGIN: "any signed-in user", Who.OWNER: "the owner", Who.ROLE: "a role",
    Who.SERVICE: "nobody but a server", Who.NOBODY: "nobody",
}  # fmt: skip
_NOT_OURS = ("auth.", "storage.buckets")


def is_table_door(door: Door) -> bool:
    """One that is no code of the application: the data API of Supabase, guarded by policies."""
    return door.framework == FRAMEWORK and door.kind is DoorKind.ROUTE


def table_doors(access: Sequence[Access], policies: Policies) -> list[Followed]:
    return follow(table_entrances(access, policies))


def table_entrances(access: Sequence[Access], policies: Policies) -> Iterator[Entrance]:
    """Access is sorted by place, so that each row stands where it is used first."""
    rows: dict[tuple[str, str], list[Access]] = {}
    for one in access:
        did = one.did
        if did.operation is Operation.RPC:
            if did.table != "*" and not policies.has_function(did.table):
                rows.setdefault((did.table, "rpc"), []).append(one)
            continue
        if one.exposed or did.table in ("*", f"{STORAGE}*") or did.table.startswith(_NOT_OURS):
            continue  # which one it is, is not known; or no policy is asked
        for command in commands_of(did.operation, did.columns):
            rows.setdefault((did.table, command), []).append(one)
    for (table, command), uses in sorted(rows.items()):
        yield _function(table, uses) if command == "rpc" else _entrance(policies, table, command, uses)


def _entrance(policies: Policies, table: str, command: str, uses: list[Access]) -> Entrance:
    first = uses[0].did
    told = policies.of(table, command, first.spot.path)
    guard, uncertain = (_guard(told, command), told.answer.unsure) if told is not None else _unseen(table, first)
    bucket = table.removeprefix(STORAGE)
    path = f"/storage/v1/object/{bucket}" if table.startswith(STORAGE) else f"/rest/v1/{table}"
    return Entrance(
        DoorKind.ROUTE, command.upper(), path, first.spot, table, FRAMEWORK, _enter(uses), guards=guard,
        uncertain=tuple(dict.fromkeys(uncertain)),
    )  # fmt: skip


def _function(name: str, uses: list[Access]) -> Entrance:
    """Functions that are here have a door already, whoever calls them."""
    guards, uncertain = _unseen(name, uses[0].did)
    return Entrance(
        DoorKind.RPC,
        "POST",
        f"/rest/v1/rpc/{name}",
        uses[0].did.spot,
        name,
        "postgres",
        _enter(uses),
        guards=guards,
        uncertain=uncertain,
    )


def _enter(uses: list[Access]) -> Callable[[Visit], Value]:
    def enter(visit: Visit) -> Value:
        visit.did.extend(_alone(one.did) for one in uses)  # they were followed already
        visit.used.extend((ERROR_READ, one.did.spot) for one in uses if one.error_read)
        return Value()

    return enter


def _alone(did: Did) -> Did:
    """What a browser checks is no guard, and the operations that it did before are not of this door."""
    return replace(did, held=(), filters=_rows(did.filters), sets=_rows(did.sets))


def _rows(given: tuple[tuple[str, Value], ...]) -> tuple[tuple[str, Value], ...]:
    return tuple(
        (name, replace(value, sources=frozenset(replace(one, row=-1) for one in value.sources)))
        for name, value in given
    )


def _unseen(name: str, first: Did) -> tuple[tuple[Guard, ...], tuple[str, ...]]:
    what = "definition" if first.operation is Operation.RPC else "policies"
    shown = name.removeprefix(STORAGE)
    why = f"The {what} of `{shown}` {'is' if what == 'definition' else 'are'} not in the repository."
    return (Guard(f"{what} of {shown}", first.spot.path, first.spot.line, Checks.UNKNOWN, why=why),), (why,)


def _guard(told: Told, command: str) -> tuple[Guard, ...]:
    """Policies add up, so that the widest are what counts."""
    answer = told.answer
    widest = [one for one in answer.reasons if any(way.who is answer.who for way in one.ways)]
    detail = _DETAIL.get(answer.who, "") + (", some rows only" if answer.some else "")
    if not widest:
        spot = told.table.row_security or told.table.spot if told.table is not None else None
        if spot is None or not spot.path:
            spot = told.table.spot if told.table is not None else None
        where = (spot.path, spot.line) if spot is not None else ("", 0)
        return (Guard(f"no policy for {command}", *where, Checks.ROLE, detail),)
    return tuple(_of_policy(one, answer.who, detail) for one in widest[:4])


def _of_policy(one: Reason, who: Who, detail: str) -> Guard:
    widest = min((way for way in one.ways if way.who is who), key=lambda way: (way.some, not way.tied))
    checks = checks_of_way(widest) or Checks.NOTHING
    return Guard(one.name, one.spot.path, one.spot.line, checks, detail, why=widest.why)
