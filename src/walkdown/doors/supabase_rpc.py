"""Functions of the database that the data API offers to everybody who has a key: each is an entrance of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from walkdown.doors.assemble import Followed, follow
from walkdown.doors.entrances import Entrance
from walkdown.doors.sql.answers import Answers
from walkdown.doors.sql.expressions import And, Call, Cmp, Col, Expr, In, Lit, Param, Select, inside
from walkdown.doors.sql.reach import act_ways, callable_by, reached
from walkdown.doors.sql.state import Database, FunctionState
from walkdown.doors.sql.statements import Act
from walkdown.doors.sql.who import Way, Who
from walkdown.doors.values import UNKNOWN, Value, constant, of
from walkdown.doors.visits import Did, Spot, Visit
from walkdown.model.door import Checks, DoorKind, Guard, Operation, Origin

_COMMANDS = {
    "select": Operation.READ, "insert": Operation.INSERT, "update": Operation.UPDATE, "delete": Operation.DELETE,
}  # fmt: skip
_CHECKS = {
    Who.LOGIN: Checks.LOGIN, Who.OWNER: Checks.OWNER, Who.ROLE: Checks.ROLE, Who.SERVICE: Checks.ROLE,
    Who.NOBODY: Checks.ROLE, Who.UNKNOWN: Checks.UNKNOWN,
}  # fmt: skip
_NO_CALLS = frozenset({"trigger", "event_trigger"})


def rpc_doors(databases: Iterable[Database]) -> list[Followed]:
    return follow([entrance for one in databases for entrance in rpc_entrances(one)])


def rpc_entrances(database: Database) -> Iterator[Entrance]:
    """Only where strangers can reach the database over the network at all."""
    if not database.supabase:
        return
    asked = Answers(database)
    for one in database.functions:
        floor = callable_by(asked, one)
        if floor is not None and one.function.returns not in _NO_CALLS:
            yield _entrance(asked, one, floor)


def _entrance(asked: Answers, one: FunctionState, floor: Who) -> Entrance:
    spot = Spot(one.spot.path, one.spot.line)
    body = one.function.body
    uncertain: list[str] = []
    if body is None:
        uncertain.append(f"Its body is written in {one.function.language or 'another language'}, which is not read.")
    elif body.wrong:
        uncertain.append("Not all of its body was understood.")
    if body is not None and body.dynamic:
        uncertain.append("It runs SQL that it puts together itself.")

    def enter(visit: Visit) -> Value:
        for act in body.acts if body is not None else ():
            visit.do(_did(one, act))
        return Value()

    return Entrance(
        DoorKind.RPC, "POST", f"/rest/v1/rpc/{one.short}", spot, one.short, "postgres", enter,
        guards=tuple(_guards(asked, one, floor, spot)), uncertain=tuple(uncertain),
    )  # fmt: skip


def _guards(asked: Answers, one: FunctionState, floor: Who, spot: Spot) -> Iterator[Guard]:
    """The grant, and what its body asks. One that runs with the caller's rights leaves that to the tables' policies."""
    checks = Checks.LOGIN if floor is Who.LOGIN else Checks.NOTHING
    yield Guard("grant execute", spot.path, spot.line, checks, "authenticated" if floor is Who.LOGIN else "anon")
    body = one.function.body
    if body is None or not one.function.definer:
        return
    ways = [way for held in reached(asked, one) if held.function is one for way in act_ways(asked, held)]
    widest = min(ways, key=lambda way: (way.who.rank, way.tied), default=None)
    if widest is None:
        return
    found = checks_of_way(widest)
    if found is not None:
        line = body.acts[0].line
        yield Guard(f"{one.short} (in its body)", spot.path, line, found, ", ".join(widest.via[:3]), why=widest.why)


def checks_of_way(way: Way) -> Checks | None:
    if way.tied and way.who in (Who.ANYONE, Who.LOGIN):
        return Checks.OWNER
    return _CHECKS.get(way.who)


# -- operations -------------------------------------------------------------------------------------------------------


def _did(one: FunctionState, act: Act) -> Did:
    given = frozenset(argument.name for argument in one.function.arguments if argument.name and not argument.out)
    return Did(
        act.table.removeprefix("public."), _COMMANDS.get(act.command, Operation.READ), Spot(one.spot.path, act.line),
        "postgres", filters=tuple(_filters(act.rows, given)),
        sets=tuple((name, _value(value, given)) for name, value in act.sets),
        key="service" if one.function.definer else "user",
    )  # fmt: skip


def _filters(rows: Select, given: frozenset[str]) -> Iterator[tuple[str, Value]]:
    for part in _parts(rows.where):
        if isinstance(part, Cmp) and part.op == "=":
            for left, right in ((part.left, part.right), (part.right, part.left)):
                if isinstance(left, Col) and left.parts[-1] not in given:
                    yield left.parts[-1], _value(right, given)
                    break
        elif isinstance(part, In) and isinstance(part.item, Col):
            yield part.item.parts[-1], _value(part.items[0], given) if part.items else UNKNOWN


def _parts(where: Expr | None) -> Iterator[Expr]:
    if isinstance(where, And):
        for item in where.items:
            yield from _parts(item)
    elif where is not None:
        yield where


def _value(expr: Expr, given: frozenset[str]) -> Value:
    """Where it comes from: the caller's own id, what the caller hands over, or a constant."""
    whole = list(inside(expr))
    if any(isinstance(one, Call) and one.name in ("auth.uid", "auth.email", "auth.jwt") for one in whole):
        return of(Origin.IDENTITY, "user", "id")
    if any(isinstance(one, Param) or (isinstance(one, Col) and one.parts[-1] in given) for one in whole):
        named = next((one.name for one in whole if isinstance(one, Param)), "")
        return of(Origin.INPUT, "body", named or "*")
    if isinstance(expr, Lit):
        return constant(expr.value)
    made = any(isinstance(one, Call) for one in whole)
    return of(Origin.ROW, "*") if any(isinstance(one, Col) for one in whole) else of(Origin.MADE) if made else UNKNOWN
