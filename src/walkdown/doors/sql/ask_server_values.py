"""Rows that users may change or add themselves: do they hold what only a server may decide?"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from walkdown.doors.sql import server_words as held_words
from walkdown.doors.sql import texts
from walkdown.doors.sql.answers import Answer, Answers, Reason
from walkdown.doors.sql.ask_tables import names
from walkdown.doors.sql.expressions import And, Call, Cmp, Col, Expr, Lit, Or, Sub, inside
from walkdown.doors.sql.findings import finding, lower, step, sureness
from walkdown.doors.sql.kept_columns import kept, unread
from walkdown.doors.sql.state import PolicyState, Table
from walkdown.doors.sql.who import Flaw, Way, Who
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity

_WIDE = (Who.ANYONE, Who.LOGIN)
_DATABASE = frozenset({"authenticated", "anon", "service_role", "public"})
_PEOPLE = ("auth.users", "public.users", "public.profiles")
_PERSONS = ("user_id", "owner_id", "profile_id", "seller_id", "creator_id", "vendor_id")


class Hit(msgspec.Struct, frozen=True):
    """The policy that lets them, the columns they should not choose, and the tables the row is theirs through."""

    reason: Reason
    columns: tuple[str, ...]
    parents: str = ""


class Writes(msgspec.Struct, frozen=True):
    """The columns that functions of the database write by themselves, and the tables they add rows to."""

    columns: frozenset[tuple[str, str]]
    tables: frozenset[str]


def written(asked: Answers) -> Writes:
    columns: set[tuple[str, str]] = set()
    tables: set[str] = set()
    for one in asked.database.functions:
        body = one.function.body
        if body is None or not one.function.definer:
            continue
        for act in body.acts:
            table = asked.world.table(act.table)
            if table is None or act.command not in ("insert", "update"):
                continue
            columns.update((table.name, column) for column, _ in act.sets if act.command == "update")
            if act.command == "insert":
                tables.add(table.name)
    return Writes(frozenset(columns), frozenset(tables))


def ask(asked: Answers, table: Table, writes: Writes) -> Iterator[Finding]:
    if table.row_security is None or held_words.DRAFT.search(table.short):
        return
    for command in ("update", "insert"):
        if not asked.granted(table, command):
            continue
        answer = asked.of(table, command)
        if answer.who in _WIDE or (command == "insert" and _once(table) and table.name in writes.tables):
            continue
        found = _found(asked, table, answer, writes)
        if found is not None:
            yield _told(asked, table, answer, found)
            return


def _found(asked: Answers, table: Table, answer: Answer, writes: Writes) -> Hit | None:
    for reason in answer.reasons:
        policy = next((one for one in table.policies if one.policy.name == reason.name), None)
        way = next((one for one in reason.ways if _theirs(one)), None)
        if policy is None or way is None or not _ordinary(policy, way):
            continue
        said = (policy.policy.using, policy.policy.check)
        named = [one for expr in said if expr is not None for one in _callers(expr)]
        over = bool(way.via) and not named
        if (over and _paid_by_parent(table, way)) or _for_somebody_else(table, named):
            continue
        columns = _columns(table, answer.command, writes, parent=over)
        free = tuple(one for one in columns if not kept(asked, table, one, answer))
        if free:
            return Hit(reason, free, _parents(table, way) if over else "")
    return None


def _theirs(way: Way) -> bool:
    return way.tied and way.who in (Who.OWNER, Who.ROLE) and Flaw.FORGED not in way.flaws


def _ordinary(policy: PolicyState, way: Way) -> bool:
    """The role that is asked for besides, if any, is one of those who use the platform, not of those who run it."""
    if way.who is not Who.ROLE:
        return True
    said = [word for expr in (policy.policy.using, policy.policy.check) if expr is not None for word in _words(expr)]
    asked_for = [word for word in said if word.lower() not in _DATABASE]
    users = bool(asked_for) or any(held_words.SELLERS.search(word) for word in way.via)
    return users and not any(held_words.STAFF.search(word) for word in (*asked_for, *way.via))


def _words(expr: Expr) -> list[str]:
    return [one.value for one in inside(expr) if isinstance(one, Lit) and one.kind == "s"]


# -- which columns -----------------------------------------------------------------------------------------------------


class _Shape(msgspec.Struct, frozen=True):
    """What kind of rows a table holds, going by its names. `once`: one for each user. `purse`: what a person has with
    the platform. `settled`: its state is the platform's word. `bought`: somebody else gets the money."""

    once: bool
    purse: bool
    tenant: bool
    traded: bool
    settled: bool
    paid: bool
    platform: bool
    bought: bool
    parent: bool
    command: str


def _shape(table: Table, command: str, *, parent: bool) -> _Shape:
    held, short = names(table), table.short
    own = any(held_words.OWN_CUSTOMER.search(one) for one in held) and "user_id" in held
    other = any(held_words.OTHER_SIDE.search(one) for one in held)
    traded = held_words.TRADED.search(short) is not None
    return _Shape(
        _once(table), held_words.PURSE.search(short) is not None, held_words.TENANT.search(short) is not None, traded,
        held_words.SETTLED.search(short) is not None, any(held_words.PROVIDER.search(one) for one in held),
        any(held_words.SHARE.search(one) and not held_words.BARE_SHARE.search(one) for one in held),
        traded and other and not own, parent, command,
    )  # fmt: skip


def _columns(table: Table, command: str, writes: Writes, *, parent: bool) -> tuple[str, ...]:
    """The worst first. What people keep as their own books (accounts, invoices, clients) is theirs to decide."""
    shape = _shape(table, command, parent=parent)
    found = [
        (_rank(column), column) for column in names(table)
        if _server_decides(table, column, shape, server=(table.name, column) in writes.columns)
    ]  # fmt: skip
    return tuple(column for _, column in sorted(found))


def _server_decides(  # noqa: PLR0911 - one line for each kind of column
    table: Table, column: str, shape: _Shape, *, server: bool
) -> bool:
    direct = not shape.parent
    if held_words.ROLE.search(column):
        return shape.once and direct
    if held_words.HELD.search(column):
        return ((shape.once or shape.purse or shape.tenant) and direct) or (server and shape.platform)
    if held_words.SHARE.search(column):
        if held_words.BARE_SHARE.search(column):
            return shape.settled or shape.bought or (shape.traded and shape.paid) or (shape.purse and direct)
        return shape.traded or shape.settled or shape.purse or shape.paid
    if held_words.PLAN.search(column):
        paid = column.rpartition("_")[2] == "paid"
        known = (shape.once or shape.purse) and (shape.purse or shape.paid or server)
        bought = (shape.traded and shape.paid) or (paid and shape.bought)
        return direct and (known or bought or _of_a_plan(table, column, shape))
    if held_words.CHECKED.search(column):
        passed = held_words.PASSED.search(column) or held_words.PASSED.search(table.short)
        return not passed and (direct or shape.settled)
    if held_words.STATUS.search(column):
        paid_for = shape.paid or shape.bought or (shape.once or server)
        return shape.settled or (shape.traded and shape.platform) or (paid_for and direct)
    state = held_words.WATCHED_STATUS.search(column) is not None
    traded = shape.traded and (shape.platform or (shape.bought and _shares(table)) or (shape.paid and direct))
    return state and (shape.settled or traded)


def _shares(table: Table) -> bool:
    return any(held_words.SHARE.search(one) for one in names(table))


def _of_a_plan(table: Table, column: str, shape: _Shape) -> bool:
    """A store or a company, and the plan it is on."""
    held = table.column(column)
    refers = held.refers.table if held is not None and held.refers is not None else ""
    named = "subscription" in column or column.startswith("is_")
    return shape.tenant and (named or held_words.PLANS.search(refers) is not None)


def _rank(column: str) -> int:
    order = (held_words.HELD, held_words.ROLE, held_words.PLAN, held_words.SHARE, held_words.STATUS)
    return next((at for at, one in enumerate(order) if one.search(column)), len(order))


def _paid_by_parent(table: Table, way: Way) -> bool:
    """The row is about somebody else (a driver) whom the owner of the parent (a shop) pays."""
    if held_words.PAID_BY_PARENT.search(table.short):
        return True
    about = held_words.SOMEBODY.search(table.short)
    return about is not None and not any(about[0].lower() in one.lower() for one in way.via if one != table.short)


def _for_somebody_else(table: Table, named: list[str]) -> bool:
    """The one who brings an order, and takes the money at the door."""
    work = held_words.WORK.search(table.short) is not None
    return work and bool(named) and all(held_words.HELPER.search(one) for one in named)


def _callers(expr: Expr) -> Iterator[str]:
    """The columns of the row itself that have to hold the caller's id."""
    if isinstance(expr, (And, Or)):
        for one in expr.items:
            yield from _callers(one)
    elif isinstance(expr, Cmp) and expr.op == "=":
        for one, other in ((expr.left, expr.right), (expr.right, expr.left)):
            if isinstance(one, Col) and _caller(other):
                yield one.parts[-1]


def _caller(expr: Expr) -> bool:
    if isinstance(expr, Sub) and not expr.select.sources and len(expr.select.targets) == 1:
        return _caller(expr.select.targets[0].expr)
    return isinstance(expr, Call) and expr.name in ("auth.uid", "uid")


def _once(table: Table) -> bool:
    """One row for each user: the key is the user's id, or the user's id is unique."""
    persons = set(_PERSONS)
    persons |= {one.name for one in table.columns if one.refers is not None and one.refers.table in _PEOPLE}
    persons |= {key.columns[0] for key in table.keys if key.kind == "foreign" and key.table in _PEOPLE}
    if table.short in ("profiles", "users", "user_profiles"):
        persons.add("id")
    return any(one.name in persons and (one.primary or one.unique) for one in table.columns) or any(
        key.kind in ("primary", "unique") and len(key.columns) == 1 and key.columns[0] in persons for key in table.keys
    )


def _parents(table: Table, way: Way) -> str:
    found = [one for one in way.via if one != table.short and not one.startswith(("has_", "is_", "get_", "current_"))]
    return f", through {', '.join(found[:3]) or 'another table'}"


def _doubtful(table: Table, column: str) -> bool:
    """A mark of having been checked, on a thing that gives nobody anything by itself."""
    if not held_words.CHECKED.search(column):
        return False
    grave = (held_words.SETTLED, held_words.TENANT, held_words.TRUSTED)
    return not _once(table) and not any(one.search(table.short) for one in grave)


# -- what is said ------------------------------------------------------------------------------------------------------


def _is_paid(column: str) -> bool:
    return held_words.PLAN.search(column) is not None and column.rpartition("_")[2] in (
        "paid", "premium", "pro", "status", "subscribed")  # fmt: skip


def _told(asked: Answers, table: Table, answer: Answer, hit: Hit) -> Finding:
    reason, worst = hit.reason, hit.columns[0]
    severity = Severity.CRITICAL if held_words.grave(worst) or _is_paid(worst) else Severity.HIGH
    sure = lower(Confidence.LIKELY, sureness(asked.database, table))
    if _doubtful(table, worst):
        severity = Severity.MEDIUM
    if unread(asked, table, answer.command):
        sure, severity = Confidence.UNSURE, Severity.MEDIUM
    added = answer.command == "insert"
    does = "add rows of their own to" if added else "update their own rows of"
    return finding(
        texts.SERVER_VALUE, severity, sure, reason.spot, table.short,
        step(table.spot, f"door: a signed-in user may {does} {table.short}"),
        step(reason.spot, f"the policy {reason.name!r} asks only whose row it is{hit.parents}"),
        step(table.spot, f"the row also holds {', '.join(hit.columns[:4])}"),
        step(reason.spot, f"nothing keeps {worst} from being {'chosen' if added else 'changed'}"),
    )  # fmt: skip


__all__ = ["Writes", "ask", "written"]
