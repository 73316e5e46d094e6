"""For every table and command: who may, and which policies say so."""

from __future__ import annotations

import msgspec

from walkdown.doors.sql.expressions import TRUE, Expr
from walkdown.doors.sql.scope import Frame, Scope, TooMuch
from walkdown.doors.sql.solve import Solver
from walkdown.doors.sql.state import Database, PolicyState, Spot, Table
from walkdown.doors.sql.terms import Looked, World
from walkdown.doors.sql.weigh import weigh
from walkdown.doors.sql.who import Flaw, Way, Who, narrower

COMMANDS = ("select", "insert", "update", "delete")
_SERVERS = frozenset({"service_role", "postgres", "supabase_admin", "dashboard_user", "supabase_auth_admin"})


class Reason(msgspec.Struct, frozen=True):
    """A policy, a grant or the lack of either, and the ways it opens."""

    spot: Spot
    name: str
    ways: tuple[Way, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """`who`: the widest of all that may. `some`: only some rows. `tied`: rows that belong to them. `reasons`: widest
    first. `unsure`: why it may be wrong."""

    table: str
    command: str
    who: Who
    some: bool = False
    tied: bool = False
    reasons: tuple[Reason, ...] = ()
    unsure: tuple[str, ...] = ()


class Answers:
    """Asks a database; what was asked once is kept."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.world = World(database)
        self.solver = Solver(self.world)
        self._known: dict[tuple[str, str], Answer] = {}
        self._ways: dict[tuple[str, str, str, frozenset[str]], tuple[Way, ...]] = {}
        self._asking: set[tuple[str, str]] = set()

    def all(self) -> tuple[Answer, ...]:
        found = [one for one in self.database.tables if one.schema not in ("auth",)]
        return tuple(
            self.of(table, command)
            for table in found
            for command in (COMMANDS if table.kind == "table" else ("select",))
        )

    def of(self, table: Table, command: str) -> Answer:
        key = (table.name, command)
        if key not in self._known:
            if key in self._asking:
                return Answer(table.name, command, Who.UNKNOWN, unsure=("it asks itself",))
            self._asking.add(key)
            try:
                self._known[key] = self._answer(table, command)
            finally:
                self._asking.discard(key)
        return self._known[key]

    def _answer(self, table: Table, command: str) -> Answer:
        granted = self.granted(table, command)
        if table.kind != "table":
            return self._view(table, granted)
        if not granted:
            return Answer(table.name, command, Who.SERVICE, unsure=table.unsure)
        if table.row_security is None:
            way = Way(Who.ANYONE if "anon" in granted else Who.LOGIN)
            return Answer(
                table.name, command, way.who, False, False,
                (Reason(table.switched_off or table.spot, "row security is off", (way,)),), table.unsure,
            )  # fmt: skip
        meant = [one for one in table.policies if one.policy.command in (command, "all")]
        reasons = [
            Reason(one.spot, one.policy.name, self.policy_ways(table, one, command, granted))
            for one in meant
            if one.policy.permissive
        ]
        limits = [
            self.policy_ways(table, one, command, granted)
            for one in meant
            if not one.policy.permissive and _theirs(one)
        ]
        for limit in limits:
            reasons = [
                Reason(one.spot, one.name, tuple(narrower(a, b) for a in one.ways for b in limit)) for one in reasons
            ]
        return _answered(table, command, reasons)

    def granted(self, table: Table, command: str) -> frozenset[str]:
        """Of the roles a stranger can have, those that may use the command at all."""
        if not self.database.supabase:
            return frozenset({"anon", "authenticated"})
        if table.schema not in (*self.database.exposed, "storage"):
            return frozenset()
        held = {one.role for one in table.grants if one.privilege == command}
        return frozenset({"anon", "authenticated"} if "public" in held else held & {"anon", "authenticated"})

    # -- policies ------------------------------------------------------------------------------------------------------

    def policy_ways(self, table: Table, one: PolicyState, command: str, granted: frozenset[str]) -> tuple[Way, ...]:
        """The ways a policy lets a command through, for who has the grant."""
        key = (table.name, one.policy.name, command, granted)
        if key not in self._ways:
            self._ways[key] = self._policy_ways(table, one, command, granted)
        return self._ways[key]

    def _policy_ways(self, table: Table, one: PolicyState, command: str, granted: frozenset[str]) -> tuple[Way, ...]:
        policy = one.policy
        roles = set(policy.roles)
        if roles <= _SERVERS:
            return ()
        expr = condition(one, command)
        if expr is None:
            return (Way(Who.UNKNOWN, why="a policy without a condition that could be read"),)
        ways = self.ways(expr, table)
        if policy.wrong:
            ways = tuple(narrower(way, Way(Who.UNKNOWN, why="a part was not understood")) for way in ways)
        strangers = roles & {"public", "anon"} and "anon" in granted
        signed_in = roles & {"public", "authenticated"} and "authenticated" in granted
        floor = Who.ANYONE if strangers else Who.LOGIN if signed_in else Who.ROLE if roles - _SERVERS - {
            "public", "anon", "authenticated"} else Who.SERVICE  # fmt: skip
        return tuple(dict.fromkeys(narrower(way, Way(floor)) for way in ways))

    def ways(self, expr: Expr, table: Table, given: Scope | None = None) -> tuple[Way, ...]:
        scope = given or Scope(frames=((Frame(0, table.name.partition(".")[2], table),),))
        try:
            found = self.solver.ways(expr, scope)
        except (TooMuch, RecursionError):
            return (Way(Who.UNKNOWN, why="too many ways to look at"),)
        out: list[Way] = []
        for atoms in found:
            way = weigh(atoms, self.world, table, self._selects)
            if (
                any(isinstance(one, Looked) and one.table == table.name and not one.free for one in atoms)
                and given is None
            ):
                way = narrower(way, Way(Who.ANYONE, flaws=(Flaw.LOOP,)))
            out.append(way)
        return tuple(dict.fromkeys(out))

    def _selects(self, name: str) -> tuple[Way, ...]:
        table = self.world.table(name)
        if table is None:
            return (Way(Who.UNKNOWN, why=f"the table {name}, which is in none of the files"),)
        answer = self.of(table, "select")
        if answer.who is Who.UNKNOWN and not answer.reasons:
            return (Way(Who.UNKNOWN, why="tables that ask each other"),)
        return tuple(way for reason in answer.reasons for way in reason.ways) or (Way(answer.who),)

    # -- views ---------------------------------------------------------------------------------------------------------

    def _view(self, view: Table, granted: frozenset[str]) -> Answer:
        if not granted:
            return Answer(view.name, "select", Who.SERVICE)
        select = view.select
        if select is None:
            return Answer(view.name, "select", Who.UNKNOWN)
        floor = Way(Who.ANYONE if "anon" in granted else Who.LOGIN)
        scope = Scope(free=not view.invoker or view.kind == "materialized")
        try:
            rows = self.solver.rows(select, scope)
        except (TooMuch, RecursionError):
            rows = None
        if rows is None:
            ways: tuple[Way, ...] = (Way(Who.UNKNOWN, why="too many ways to look at"),)
        else:
            ways = tuple(
                dict.fromkeys(narrower(weigh(atoms, self.world, None, self._selects), floor) for atoms in rows)
            )
        return _answered(view, "select", [Reason(view.spot, "the view", ways)])


def condition(one: PolicyState, command: str) -> Expr | None:
    """What has to hold for a command: for new rows the check, for old ones `using`."""
    policy = one.policy
    if command == "insert":
        return policy.check if policy.check is not None else policy.using if policy.command == "all" else TRUE
    if policy.using is not None:
        return policy.using
    return TRUE if policy.check is None or policy.command in ("update", "all") else policy.check


def _theirs(one: PolicyState) -> bool:
    return bool(set(one.policy.roles) & {"public", "anon", "authenticated"})


def _answered(table: Table, command: str, reasons: list[Reason]) -> Answer:
    reasons = sorted(reasons, key=lambda one: min((way.who.rank for way in one.ways), default=99))
    ways = [way for one in reasons for way in one.ways]
    if not ways:
        return Answer(table.name, command, Who.SERVICE, reasons=tuple(reasons), unsure=table.unsure)
    widest = min(ways, key=lambda way: (way.who.rank, way.some, not way.tied))
    return Answer(table.name, command, widest.who, widest.some, widest.tied, tuple(reasons), table.unsure)


def answers(database: Database) -> tuple[Answer, ...]:
    return Answers(database).all()
