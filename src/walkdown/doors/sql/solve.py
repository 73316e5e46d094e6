"""Takes a condition apart into the ways it can be satisfied, following helper functions and selects on other tables.

Each way is a list of atoms that all have to hold. A budget keeps conditions that are meant to hurt from doing so.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from walkdown.doors.sql.bodies import MUST
from walkdown.doors.sql.expressions import (
    And,
    AnyOf,
    Call,
    Case,
    Cmp,
    Exists,
    Expr,
    Huh,
    In,
    Lit,
    Mix,
    Not,
    Null,
    Or,
    Row,
    Select,
    Sub,
    Within,
    inside,
    negated,
)  # fmt: skip
from walkdown.doors.sql.scope import Scope
from walkdown.doors.sql.state import FunctionState
from walkdown.doors.sql.terms import Atom, Caller, Const, Eq, Held, Never, Other, Term, Unread, Via
from walkdown.doors.sql.values import Values, Way

_FLIPPED = {"=": "<>", "<>": "=", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}


class Solver(Values):
    def ways(self, expr: Expr, scope: Scope) -> list[Way]:
        """Every way to satisfy it; raises TooMuch."""
        self._frames, self._steps = 0, 0
        return self._expand(expr, scope)

    def rows(self, select: Select, scope: Scope) -> list[Way]:
        """Every way a select finds a row; its own tables are frames from 1 on."""
        self._frames, self._steps = 0, 0
        return [atoms for _, atoms in self._rows(select, scope)]

    def called(self, call: Call, scope: Scope) -> tuple[FunctionState, Scope] | None:
        """The function a call means, with what its arguments stand for."""
        self._frames, self._steps = 0, 0
        return self._function(call, scope)

    # -- conditions ----------------------------------------------------------------------------------------------------

    def _expand(self, expr: Expr, scope: Scope) -> list[Way]:  # noqa: PLR0911, PLR0912 - one line for each kind
        self._spend()
        if isinstance(expr, And):
            found: list[Way] = [[]]
            for item in expr.items:
                found = self._limited([[*one, *two] for one in found for two in self._expand(item, scope)])
            return found
        if isinstance(expr, Or):
            return self._limited([way for item in expr.items for way in self._expand(item, scope)])
        if isinstance(expr, Not):
            return self._refused(expr.item, scope)
        if isinstance(expr, Lit):
            return [[]] if expr.value.lower() in ("true", "t", "1") else [[Never()]]
        if isinstance(expr, Cmp):
            return self._compare(expr.op, expr.left, expr.right, scope)
        if isinstance(expr, Null):
            return [[*atoms, _empty(term, null=True)] for term, atoms in self._values(expr.item, scope)]
        if isinstance(expr, In):
            return self._limited([way for one in expr.items for way in self._compare("=", expr.item, one, scope)])
        if isinstance(expr, AnyOf):
            return self._any(expr, scope)
        if isinstance(expr, Exists):
            return self._limited([atoms for _, atoms in self._rows(expr.select, scope)])
        if isinstance(expr, Within):
            return self._within(expr, scope)
        if isinstance(expr, Case):
            return self._case(expr, scope)
        if isinstance(expr, Call):
            return self._asked(expr, scope)
        if isinstance(expr, Mix):
            return self._mixed(expr, scope)
        if isinstance(expr, Huh):
            return [[Unread(expr.why)]]
        if isinstance(expr, Sub):
            return self._answered(expr.select, scope)
        return [[*atoms, Held(term)] for term, atoms in self._values(expr, scope)]

    def _refused(self, item: Expr, scope: Scope) -> list[Way]:  # noqa: PLR0911 - one line for each kind
        """`not item`."""
        if isinstance(item, And):
            return self._limited([way for one in item.items for way in self._expand(negated(one), scope)])
        if isinstance(item, Or):
            return self._expand(And(tuple(negated(one) for one in item.items)), scope)
        if isinstance(item, Not):
            return self._expand(item.item, scope)
        if isinstance(item, Lit):
            return self._expand(negated(item), scope)
        if isinstance(item, Cmp) and item.op in _FLIPPED:
            return self._compare(_FLIPPED[item.op], item.left, item.right, scope)
        if isinstance(item, Null):
            return [[*atoms, _empty(term, null=False)] for term, atoms in self._values(item.item, scope)]
        if isinstance(item, In):
            return self._expand(And(tuple(Cmp("<>", item.item, one) for one in item.items)), scope)
        if isinstance(item, Sub) and not item.select.sources and len(item.select.targets) == 1:
            return self._refused(item.select.targets[0].expr, scope)
        if isinstance(item, Call) and item.name == "coalesce" and item.args:
            return self._refused(item.args[0], scope)
        return [[Unread("not", denied=True)]]

    def _compare(self, op: str, left: Expr, right: Expr, scope: Scope) -> list[Way]:
        if op == "=" and (plain := self._truth(left, right, scope)) is not None:
            return plain
        if isinstance(left, Row) and isinstance(right, Row) and len(left.items) == len(right.items):
            pairs = tuple(Cmp(op, one, two) for one, two in zip(left.items, right.items, strict=True))
            return self._expand(And(pairs), scope)
        if _counts(left) and isinstance(right, Lit):
            return self._counted(op, left, right, scope)
        found: list[Way] = []
        for (one, first), (two, second) in product(self._values(left, scope), self._values(right, scope)):
            found.append([*first, *second, _compared(op, one, two)])
        return self._limited(found)

    def _truth(self, left: Expr, right: Expr, scope: Scope) -> list[Way] | None:
        """`condition = true`."""
        if isinstance(right, Lit) and right.kind == "b":
            return self._expand(left if right.value == "true" else negated(left), scope)
        return None

    def _counted(self, op: str, left: Expr, right: Lit, scope: Scope) -> list[Way]:
        """`(select count(*) from ...) > 0` asks whether there is one."""
        positive = (op in (">", "<>") and right.value == "0") or (op in (">=", "=") and right.value != "0")
        if isinstance(left, Sub) and positive:
            return self._expand(Exists(left.select), scope)
        return [[Unread("count", denied=True)]]

    def _any(self, expr: AnyOf, scope: Scope) -> list[Way]:
        if expr.op != "=":
            return [[Other(expr.op, tuple(term for term, _ in self._values(expr.item, scope)))]]
        if isinstance(expr.over, Row):
            return self._expand(In(expr.item, expr.over.items), scope)
        if isinstance(expr.over, Lit) and expr.over.value.startswith("{"):
            items = tuple(Lit("s", one.strip('" ')) for one in expr.over.value.strip("{}").split(","))
            return self._expand(In(expr.item, items), scope)
        return self._compare("=", expr.item, expr.over, scope)

    def _within(self, expr: Within, scope: Scope) -> list[Way]:
        items = expr.item.items if isinstance(expr.item, Row) else (expr.item,)
        found: list[Way] = []
        for inner, atoms in self._rows(expr.select, scope):
            targets = [self._values(one.expr, inner) for one in expr.select.targets]
            if len(targets) < len(items):
                found.append([*atoms, Unread("columns of a select")])
                continue
            sides = [self._values(one, scope) for one in items]
            for chosen in product(*sides, *targets[: len(items)]):
                pairs = zip(chosen[: len(items)], chosen[len(items) :], strict=True)
                extra = [atom for _, held in chosen for atom in held]
                found.append([*atoms, *extra, *(_compared("=", one, two) for (one, _), (two, _) in pairs)])
                self._bound(len(found))
        return self._limited(found)

    def _answered(self, select: Select, scope: Scope) -> list[Way]:
        """A select that answers yes or no with its one column."""
        found: list[Way] = []
        for one in (select, *select.others):
            if not one.targets:
                return [[Unread("a select without columns")]]
            for inner, atoms in self._rows(Select(one.targets, one.sources, one.where), scope):
                found.extend([*atoms, *way] for way in self._expand(one.targets[0].expr, inner))
        return self._limited(found)

    def _case(self, expr: Case, scope: Scope) -> list[Way]:
        found: list[Way] = []
        before: list[Expr] = []
        for when, value in expr.whens:
            found.extend(self._expand(And((*before, when, value)), scope))
            before.append(negated(when))
        found.extend(self._expand(And((*before, expr.default)), scope))
        return self._limited(found)

    def _mixed(self, expr: Mix, scope: Scope) -> list[Way]:
        if expr.what == "either":
            return self._limited([way for one in expr.items for way in self._expand(one, scope)])
        if expr.what in ("like", "ilike", "@>", "<@", "&&", "?", "~", "similar to") and len(expr.items) == 2:
            found: list[Way] = []
            for (one, first), (two, second) in product(*(self._values(item, scope) for item in expr.items)):
                personal = isinstance(one, Caller) or isinstance(two, Caller)
                plain = isinstance(one, Const) or isinstance(two, Const)
                found.append([*first, *second, Eq(one, two) if personal and not plain else Other("like", (one, two))])
            return self._limited(found)
        return [[Other(expr.what, tuple(term for item in expr.items for term, _ in self._values(item, scope)))]]

    def _asked(self, expr: Call, scope: Scope) -> list[Way]:
        """A call that answers yes or no."""
        if expr.name in ("coalesce", "bool", "any", "bool_or") and expr.args:
            ways = self._expand(expr.args[0], scope)
            return self._limited([*ways, *self._expand(expr.args[1], scope)]) if len(expr.args) > 1 else ways
        if expr.name in ("starts_with", "storage.allow_any_operation") and len(expr.args) == 2:
            return self._mixed(Mix("like", expr.args), scope)
        if expr.name.startswith(MUST):
            return self._passed(Call(expr.name.removeprefix(MUST), expr.args), scope)
        followed = self._function(expr, scope)
        if followed is None:
            return [[Unread(f"the function {expr.name}")]]
        function, inner = followed
        return self._limited([way for held in self._answers(function, inner) for way in held])

    def _passed(self, call: Call, scope: Scope) -> list[Way]:
        """A function that was called and did not fail."""
        followed = self._function(call, scope)
        body = followed[0].function.body if followed is not None else None
        if followed is None or body is None or body.must is None:
            return [[]]
        return [[Via(followed[0].short), *way] for way in self._expand(body.must, followed[1])]

    def _answers(self, function: FunctionState, scope: Scope) -> Iterator[list[Way]]:
        body = function.function.body
        via: list[Atom] = [Via(function.short)]
        if body is None or (body.wrong and not body.returns) or not body.returns:
            yield [[*via, Unread(f"the body of {function.short}")]]
            return
        for answer in body.returns:
            yield [[*via, *way] for way in self._expand(And((answer.guard, answer.value)), scope)]


def _empty(term: Term, *, null: bool) -> Atom:
    """`is null` or `is not null`; of a constant it is known."""
    if isinstance(term, Const) and not term.value.startswith("default "):
        return Via("") if null is (term.value == "null") else Never()
    return Other("null", (term,)) if null else Held(term, null=True)


def _compared(op: str, one: Term, two: Term) -> Atom:
    if op == "=":
        if isinstance(one, Const) and isinstance(two, Const):
            return Never() if one != two else Via("")
        return Eq(one, two)
    return Other(op, (one, two))


def _counts(expr: Expr) -> bool:
    return isinstance(expr, Sub) and any(
        isinstance(part, Call) and part.name == "count" for one in expr.select.targets for part in inside(one.expr)
    )
