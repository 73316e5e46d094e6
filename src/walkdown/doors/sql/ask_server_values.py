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

_WIDE = (Who.ANYONE, Who.LOGIN, Who.UNKNOWN)
_DATABASE = frozenset({"authenticated", "anon", "service_role", "public"})


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
            yield _told(asked, table, answer, *found)
            return


def _found(
    asked: Answers, table: Table, answer: Answer, writes: Writes
) -> tuple[Reason, tuple[str, ...], str] | None:
    for reason in answer.reasons:
        policy = next((one for one in table.policies if one.policy.name == reason.name), None)
        way = next((one for one in reason.ways if _theirs(one)), None)
        if policy is None or way is None or not _ordinary(policy, way):
            continue
        over = _over_parent(policy, way)
        if over and _paid_by_parent(table, way):
            continue
        columns = _columns(table, answer.command, writes, parent=over)
        free = tuple(one for one in columns if not kept(asked, table, one, answer))
        if free:
            return reason, free, _parents(table, way) if over else ""
    return None


def _theirs(way: Way) -> bool:
    return way.tied and way.who in (Who.OWNER, Who.ROLE) and Flaw.FORGED not in way.flaws


def _ordinary(policy: PolicyState, way: Way) -> bool:
    """The role that is asked for besides, if any, is one of those who use the platform, not of those who run it."""
    if way.who is not Who.ROLE:
        return True
    said = [word for expr in (policy.policy.using, policy.policy.check) if expr is not None for word in _words(expr)]
    asked_for = [word for word in said if word.lower() not in _DATABASE]
    return bool(asked_for) and not any(held_words.STAFF.search(word) for word in (*asked_for, *way.via))


def _words(expr: Expr) -> list[str]:
    return [one.value for one in inside(expr) if isinstance(one, Lit) and one.kind == "s"]


# -- which columns -----------------------------------------------------------------------------------------------------


def _columns(table: Table, command: str, writes: Writes, *, parent: bool) -> tuple[str, ...]:
    """The worst first. What people keep as their own books (accounts, invoices, clients) is theirs to decide."""
    held = names(table)
    once, purse = _once(table), held_words.PURSE.search(table.short) is not None
    platform = any(held_words.SHARE.search(one) for one in held)
    paid = any(held_words.PROVIDER.search(one) for one in held)
    traded = held_words.TRADED.search(table.short) is not None
    settled = held_words.SETTLED.search(table.short) is not None
    out: list[tuple[int, str]] = []
    for column in held:
        server = (table.name, column) in writes.columns
        if held_words.ROLE.search(column):
            good = once and not parent
        elif held_words.HELD.search(column):
            good = ((once or purse) and not parent) or (server and platform)
        elif held_words.SHARE.search(column):
            good = (traded or settled or purse or paid) and (command == "update" or not once)
        elif held_words.PLAN.search(column):
            good = not parent and ((once and (purse or paid or server)) or (paid and traded))
        elif held_words.STATUS.search(column):
            good = settled or paid or (traded and platform) or ((once or server) and not parent)
            good = good and not held_words.PASSED.search(column) and not held_words.PASSED.search(table.short)
        else:
            good = held_words.WATCHED_STATUS.search(column) is not None and (
                settled or (traded and platform) or (traded and paid and not parent)
            )
        if good:
            out.append((_rank(column), column))
    return tuple(column for _, column in sorted(out))


def _rank(column: str) -> int:
    order = (held_words.HELD, held_words.ROLE, held_words.PLAN, held_words.SHARE, held_words.STATUS)
    return next((at for at, one in enumerate(order) if one.search(column)), len(order))


def _over_parent(policy: PolicyState, way: Way) -> bool:
    """The row belongs to them through another table: it holds no id of theirs that is asked for."""
    return bool(way.via) and not any(
        _names_caller(expr) for expr in (policy.policy.using, policy.policy.check) if expr is not None
    )


def _paid_by_parent(table: Table, way: Way) -> bool:
    """The row is about somebody else (a driver) whom the owner of the parent (a shop) pays."""
    if held_words.PAID_BY_PARENT.search(table.short):
        return True
    about = held_words.SOMEBODY.search(table.short)
    return about is not None and not any(about[0].lower() in one.lower() for one in way.via if one != table.short)


def _names_caller(expr: Expr) -> bool:
    if isinstance(expr, (And, Or)):
        return any(_names_caller(one) for one in expr.items)
    return isinstance(expr, Cmp) and expr.op == "=" and any(
        isinstance(one, Col) and _caller(other) for one, other in ((expr.left, expr.right), (expr.right, expr.left))
    )  # fmt: skip


def _caller(expr: Expr) -> bool:
    if isinstance(expr, Sub) and not expr.select.sources and len(expr.select.targets) == 1:
        return _caller(expr.select.targets[0].expr)
    return isinstance(expr, Call) and expr.name in ("auth.uid", "uid")


def _once(table: Table) -> bool:
    """One row for each user: the key is the user's id, or the user's id is unique."""
    people = ("auth.users", "public.users", "public.profiles")
    for one in table.columns:
        person = (one.refers is not None and one.refers.table in people) or one.name in ("user_id", "owner_id", "profile_id")
        if person and (one.primary or one.unique):
            return True
        if one.name == "id" and one.primary and table.short in ("profiles", "users", "user_profiles"):
            return True
    return any(
        key.kind in ("primary", "unique") and len(key.columns) == 1
        and (key.columns[0] in ("user_id", "owner_id", "profile_id", "seller_id", "creator_id", "vendor_id")
             or any(other.kind == "foreign" and other.columns == key.columns and other.table in people for other in table.keys))
        for key in table.keys
    )  # fmt: skip


def _parents(table: Table, way: Way) -> str:
    found = [one for one in way.via if one != table.short and not one.startswith(("has_", "is_", "get_", "current_"))]
    return ", ".join(found[:3]) or "another table"


# -- what is said ------------------------------------------------------------------------------------------------------


def _told(
    asked: Answers, table: Table, answer: Answer, reason: Reason, columns: tuple[str, ...], parents: str
) -> Finding:
    worst = columns[0]
    paid = held_words.PLAN.search(worst) is not None and worst.rpartition("_")[2] in ("paid", "premium", "pro", "status")
    severity = Severity.CRITICAL if held_words.grave(worst) or paid else Severity.HIGH
    sure = lower(Confidence.LIKELY, sureness(asked.database, table))
    if unread(asked, table, answer.command):
        sure, severity = Confidence.UNSURE, Severity.MEDIUM
    does = "add rows of their own to" if answer.command == "insert" else "update their own rows of"
    return finding(
        texts.SERVER_VALUE, severity, sure, reason.spot, table.short,
        step(table.spot, f"door: a signed-in user may {does} {table.short}"),
        step(reason.spot, f"the policy {reason.name!r} asks only whose row it is" + (f", through {parents}" if parents else "")),
        step(table.spot, f"the row also holds {', '.join(columns[:4])}"),
        step(reason.spot, f"nothing keeps {worst} from being {'chosen' if answer.command == 'insert' else 'changed'}"),
    )  # fmt: skip


__all__ = ["Writes", "ask", "written"]
