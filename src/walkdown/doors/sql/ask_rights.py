"""Can users give themselves rights? Through a column of their own row, or a row in a table of roles."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.sql import server_words, texts, words
from walkdown.doors.sql.answers import Answers
from walkdown.doors.sql.ask_policies import mentions
from walkdown.doors.sql.ask_tables import names
from walkdown.doors.sql.expressions import (
    Call,
    Cmp,
    Col,
    Exists,
    Expr,
    In,
    Lit,
    Select,
    Sub,
    Within,
    in_select,
    inside,
)  # fmt: skip
from walkdown.doors.sql.findings import finding, lower, step, sureness
from walkdown.doors.sql.kept_columns import kept
from walkdown.doors.sql.state import Spot, Table, TriggerState
from walkdown.doors.sql.who import Who
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity

_PERSONS = frozenset({
    "owner_id", "profile_id", "author_id", "creator_id", "customer_id", "client_id", "usuario_id", "seller_id",
})  # fmt: skip


class Deciding:
    """The columns that policies and functions of this database look at to decide what the caller may."""

    def __init__(self, asked: Answers) -> None:
        self._asked = asked
        self.columns: dict[tuple[str, str], Spot] = {}
        for table in asked.database.tables:
            for held in table.policies:
                for expr in (held.policy.using, held.policy.check):
                    if expr is not None:
                        self._expr(expr, held.spot)
        for function in asked.database.functions:
            body = function.function.body
            if body is None or function.function.returns in ("trigger", "void"):
                continue
            for answer in body.returns:
                self._expr(answer.value, function.spot)
                self._expr(answer.guard, function.spot)

    def _expr(self, expr: Expr, spot: Spot) -> None:
        for part in inside(expr):
            if isinstance(part, (Sub, Exists, Within)):
                self._select(part.select, spot)

    def _select(self, select: Select, spot: Spot) -> None:
        """A select on the caller's own row: what it compares with a constant, or hands out, decides."""
        tables = [one for source in select.sources if (one := self._asked.world.table(source.table)) is not None]
        if not tables or not _personal(select):
            return
        found: list[str] = []
        found.extend(target.expr.parts[-1] for target in select.targets if isinstance(target.expr, Col))
        for expr in in_select(select):
            for part in inside(expr):
                if isinstance(part, Cmp) and isinstance(part.left, Col) and isinstance(part.right, Lit):
                    found.append(part.left.parts[-1])
                elif isinstance(part, In) and isinstance(part.item, Col):
                    found.append(part.item.parts[-1])
                elif isinstance(part, Cmp) and isinstance(part.left, Col) and isinstance(part.right, Col):
                    found.extend(one.parts[-1] for one in (part.left, part.right))
        for table in tables:
            for column in found:
                if table.column(column) is not None and _decides(column):
                    self.columns.setdefault((table.name, column), spot)


def _decides(column: str) -> bool:
    """A role, a flag, or the group somebody belongs to; not the id of the person."""
    if words.PRIVILEGE.search(column):
        return True
    group = column.endswith("_id") and not column.endswith("user_id") and column not in _PERSONS
    return group and words.OWNER.search(column) is not None


def _personal(select: Select) -> bool:
    """It looks for the caller, or for an id that was handed to a helper."""
    for expr in in_select(select):
        for part in inside(expr):
            if isinstance(part, Call) and (part.name == "auth.uid" or part.name.startswith("auth.")):
                return True
            if (
                isinstance(part, Cmp)
                and isinstance(part.right, Col)
                and part.right.parts[-1].strip("_p").startswith("user")
            ):
                return True
    return False


def ask(asked: Answers, table: Table, deciding: Deciding) -> Iterator[Finding]:
    if table.row_security is None or not asked.granted(table, "update"):
        return
    yield from _own_row(asked, table, deciding)
    yield from _own_role(asked, table, deciding)


def _own_row(asked: Answers, table: Table, deciding: Deciding) -> Iterator[Finding]:
    answer = asked.of(table, "update")
    if answer.who not in (Who.OWNER, Who.ROLE) or not answer.tied:
        return
    reasons = [
        one for one in answer.reasons if any(way.who is Who.OWNER and way.tied and not way.via for way in one.ways)
    ]
    if not reasons or not _about_people(table, deciding):
        return
    held = [one for one in names(table) if words.PRIVILEGE.search(one) or (table.name, one) in deciding.columns]
    held = [one for one in held if not kept(asked, table, one, answer)]
    proved = [one for one in held if (table.name, one) in deciding.columns]
    strong = [one for one in held if words.STRONG_PRIVILEGE.search(one) and not _own_books(table, one)]
    if not proved and not strong:
        return
    proved.sort(key=lambda one: words.STRONG_PRIVILEGE.search(one) is None)
    column = (proved or strong)[0]
    made = table.column(column)
    sure = Confidence.SURE if proved else Confidence.LIKELY
    if _watchers(table):
        sure = lower(sure, Confidence.LIKELY)
    yield finding(
        texts.PROMOTION, _severity(table, column, proved=bool(proved)),
        lower(sure, sureness(asked.database, table)), reasons[0].spot, table.short,
        step(table.spot, f"door: a signed-in user may update the own row of {table.short}"),
        step(reasons[0].spot, f"the policy {reasons[0].name!r} asks only whose row it is"),
        step(table.spot, f"the row also holds {', '.join((proved or strong)[:4])}") if made is not None else None,
        step(deciding.columns.get((table.name, column)), f"{column} decides what the user may do"),
        further=tuple(one.spot for one in reasons[1:]),
    )  # fmt: skip


def _own_books(table: Table, column: str) -> bool:
    """A balance in somebody's own book-keeping is theirs to write."""
    return server_words.HELD.search(column) is not None and not server_words.PURSE.search(table.short)


def _severity(table: Table, column: str, *, proved: bool) -> Severity:
    group = proved and column.endswith("_id")
    if server_words.grave(column) and "member" not in table.short:
        return Severity.CRITICAL
    return Severity.HIGH if group or words.STRONG_PRIVILEGE.search(column) else Severity.MEDIUM


def _about_people(table: Table, deciding: Deciding) -> bool:
    """One row for each user, as in a table of profiles."""
    if any(name == table.name for name, _ in deciding.columns):
        return True
    return words.matching([table.short], words.BUSINESS) != () and any(
        part in table.short
        for part in ("profile", "user", "account", "member", "perfil", "usuario", "subscri", "wallet", "credit")
    )


def _watchers(table: Table) -> list[TriggerState]:
    return [one for one in table.triggers if one.trigger.before and "update" in one.trigger.events]


def _own_role(asked: Answers, table: Table, deciding: Deciding) -> Iterator[Finding]:
    answer = asked.of(table, "insert")
    decided = sorted(column for name, column in deciding.columns if name == table.name)
    if answer.who is not Who.OWNER or not decided or not words.RIGHTS.search(table.short):
        return
    for reason in answer.reasons:
        direct = any(way.who is Who.OWNER and way.tied and not way.via for way in reason.ways)
        policy = next((one.policy for one in table.policies if one.policy.name == reason.name), None)
        said = policy.check if policy is not None and policy.check is not None else policy.using if policy else None
        free = [column for column in decided if not mentions(said, column) and not _kept_new(asked, table, column)]
        if direct and free:
            yield finding(
                texts.SELF_GRANT, Severity.CRITICAL if "role" in free[0] else Severity.HIGH,
                lower(Confidence.LIKELY, sureness(asked.database, table)), reason.spot, table.short,
                step(table.spot, f"door: a signed-in user may add a row to {table.short}"),
                step(reason.spot, f"the policy {reason.name!r} asks only whose row it is"),
                step(table.spot, f"{', '.join(free[:3])} can hold any value"),
                step(deciding.columns.get((table.name, free[0])), f"{free[0]} decides what the user may do"),
            )  # fmt: skip
            return


def _kept_new(asked: Answers, table: Table, column: str) -> bool:
    for trigger in table.triggers:
        if trigger.trigger.before and "insert" in trigger.trigger.events:
            body = next((one.function.body for one in asked.database.functions if one.name == trigger.function), None)
            if body is not None and column in body.watched:
                return True
    return False
