"""What keeps users from writing a column of a row that is otherwise theirs: grants, checks, triggers."""

from __future__ import annotations

import re

from walkdown.doors.sql.answers import Answer, Answers
from walkdown.doors.sql.expressions import Call, Col, Exists, Expr, Sub, Within, children, in_select, inside
from walkdown.doors.sql.state import FunctionState, Table
from walkdown.doors.sql.statements import Policy

_CHECKS = re.compile(r"check|valid|guard|protect|prevent|enforce|ensure|keep|allow|assert|forbid|refuse", re.IGNORECASE)

_STAMP = re.compile(r"updated|moddatetime|modified|timestamp|touch", re.IGNORECASE)  # they write when it was


def kept(asked: Answers, table: Table, column: str, answer: Answer) -> bool:
    """Something keeps users from choosing this column with this command."""
    command = answer.command
    grants = [one for one in table.grants if one.privilege == command and one.role in ("authenticated", "public")]
    if grants and all(one.columns and column not in one.columns for one in grants):
        return True
    held = table.column(column)
    if held is not None and held.made:
        return True
    for one in table.policies:
        meant = not one.policy.permissive or any(reason.name == one.policy.name for reason in answer.reasons)
        if meant and one.policy.command in (command, "all") and asks(asked, one.policy, column, command):
            return True
    return any(_watches(asked, one, column) for one in triggered(asked, table, command))


def asks(asked: Answers, policy: Policy, column: str, command: str) -> bool:
    """The condition for the new row speaks of the column, or hands it to a helper that does."""
    said = policy.check if policy.check is not None or command == "insert" else policy.using
    if said is None:
        said = policy.using
    if _of_the_row(said, column, policy.table.rpartition(".")[2]):
        return True
    return any(_speaks(one, column) for one in _called(asked, said))


def triggered(asked: Answers, table: Table, command: str) -> list[FunctionState]:
    names = {one.function for one in table.triggers if one.trigger.before and command in one.trigger.events}
    return [one for one in asked.database.functions if one.name in names]


def unread(asked: Answers, table: Table, command: str) -> bool:
    """A trigger stands there whose body was not understood, or that compares whole rows."""
    before = {one.function for one in table.triggers if command in one.trigger.events and one.trigger.before}
    known = {one.name: one.function.body for one in asked.database.functions}
    return any(
        not _STAMP.search(name) and ((body := known.get(name)) is None or (body.wrong and not body.watched))
        for name in before
    )


def _watches(asked: Answers, one: FunctionState, column: str) -> bool:
    body = one.function.body
    if body is None:
        return False
    if column in body.watched:
        return True
    # the whole row is handed to a helper that checks it
    whole = any(
        isinstance(part, Col) and part.parts == ("new",)
        for call, _, _ in body.calls if _CHECKS.search(call.name) for part in inside(call)
    )  # fmt: skip
    return whole or any(
        column in (held.function.body.watched if held.function.body else ())
        for call, _, _ in body.calls for held in asked.world.functions(call.name, len(call.args))
    )  # fmt: skip


def _of_the_row(said: Expr | None, column: str, table: str) -> bool:
    """It speaks of the column of the new row, not of one of the same name in a row that is looked up."""
    todo: list[tuple[Expr, bool]] = [(said, False)] if said is not None else []
    while todo:
        one, within = todo.pop()
        if isinstance(one, Col) and one.parts[-1] == column and (not within or one.parts[-2:-1] == (table,)):
            return True
        if isinstance(one, (Sub, Exists, Within)):
            hides = any((held.alias or held.table.rpartition(".")[2]) == table for held in one.select.sources)
            if isinstance(one, Within):
                todo.append((one.item, within))
            todo += [] if hides else [(part, True) for part in in_select(one.select)]
        else:
            todo += [(part, within) for part in children(one)]
    return False


def _called(asked: Answers, said: Expr | None) -> list[FunctionState]:
    if said is None:
        return []
    names = {(one.name, len(one.args)) for one in inside(said) if isinstance(one, Call)}
    return [held for name, count in names for held in asked.world.functions(name, count)]


def _speaks(one: FunctionState, column: str) -> bool:
    """It looks at the row as it stood before; a helper that asks for a role looks at the same word elsewhere."""
    body = one.function.body
    if body is None or not any(held.name.endswith(column) for held in one.function.arguments):
        return False
    parts = [Sub(act.rows) for act in body.acts] + [answer.value for answer in body.returns]
    return any(isinstance(part, Col) and part.parts[-1] == column for expr in parts for part in inside(expr))
