"""What the values in a condition can be, and which rows a select finds. The conditions themselves are in `solve`.

Each answer comes with what has to hold for it. A budget keeps conditions that are meant to hurt from doing so.
"""

from __future__ import annotations

from itertools import product

import msgspec

from walkdown.doors.sql.callers import part_of, well_known
from walkdown.doors.sql.expressions import (
    And,
    AnyOf,
    Call,
    Case,
    Cmp,
    Col,
    Exists,
    Expr,
    From,
    Get,
    In,
    Lit,
    Mix,
    Not,
    Null,
    Or,
    Param,
    Row,
    Select,
    Sub,
    Within,
    negated,
)  # fmt: skip
from walkdown.doors.sql.scope import Frame, Scope, TooMuch, column
from walkdown.doors.sql.state import FunctionState
from walkdown.doors.sql.terms import Atom, Cell, Const, Dunno, Given, Looked, Term, Via, World

Way = list[Atom]
_WAYS = 96
_STEPS = 20_000
_DEEPEST = 7
_SAME = frozenset({"lower", "upper", "trim", "btrim", "coalesce", "nullif", "uuid", "text", "split_part", "foldername",
                   "storage.foldername", "string_to_array", "unnest", "any", "array", "to_jsonb", "cast", "max", "min",
                   "array_agg", "storage.filename", "substring", "left", "regexp_replace", "replace"})  # fmt: skip


class Values:
    def __init__(self, world: World) -> None:
        self.world = world
        self._frames = 0
        self._steps = 0

    def _expand(self, expr: Expr, scope: Scope) -> list[Way]:
        raise NotImplementedError

    def _spend(self, found: int = 1) -> None:
        self._steps += found
        if self._steps > _STEPS:
            raise TooMuch

    def _limited(self, ways: list[Way]) -> list[Way]:
        self._bound(len(ways))
        return ways

    def _bound(self, found: int) -> None:
        self._spend(found)
        if found > _WAYS:
            raise TooMuch

    # -- rows ----------------------------------------------------------------------------------------------------------

    def _rows(self, select: Select, scope: Scope) -> list[tuple[Scope, Way]]:
        """The ways a select finds a row, with the scope its columns are to be read in."""
        found: list[tuple[tuple[Frame, ...], Way]] = [((), [])]
        for source in select.sources:
            more: list[tuple[tuple[Frame, ...], Way]] = []
            for frames, atoms in found:
                inner = msgspec.structs.replace(scope, frames=(*scope.frames, frames))
                more.extend(((*frames, frame), [*atoms, *extra]) for frame, extra in self._source(source, inner))
            self._bound(len(more))
            found = more
        out: list[tuple[Scope, Way]] = []
        for frames, atoms in found:
            inner = msgspec.structs.replace(scope, frames=(*scope.frames, frames))
            where = self._expand(select.where, inner) if select.where is not None else [[]]
            out.extend((inner, [*atoms, *way]) for way in where)
        for other in select.others:
            out.extend(self._rows(other, scope))
        self._bound(len(out))
        return out

    def _source(self, source: From, scope: Scope) -> list[tuple[Frame, Way]]:
        self._frames += 1
        number = self._frames
        if source.select is not None:
            made: list[tuple[Frame, Way]] = []
            for inner, atoms in self._rows(source.select, scope):
                made.append((Frame(number, source.alias, cells=self._cells(source.select, inner)), atoms))
            return made
        if source.call is not None:
            return [
                (Frame(number, source.alias or source.call.name, single=term), atoms)
                for term, atoms in self._values(source.call, scope)
            ]
        table = self.world.table(source.table)
        name = table.name if table is not None else source.table
        alias = source.alias or source.table.rpartition(".")[2]
        return [(Frame(number, alias, table), [Looked(number, name, scope.free)])]

    def _cells(self, select: Select, scope: Scope) -> tuple[tuple[str, Term], ...]:
        cells: list[tuple[str, Term]] = []
        for target in select.targets:
            if isinstance(target.expr, Col) and target.expr.parts[-1] == "*":
                for frame in scope.frames[-1]:
                    cells.extend(frame.cells)
                    if frame.table is not None:
                        cells.extend((one.name, Cell(frame.number, one.name)) for one in frame.table.columns)
            else:
                name = target.name or _label(target.expr)
                cells.append((name, self._term(target.expr, scope)))
        return tuple(cells[:200])

    # -- values --------------------------------------------------------------------------------------------------------

    def _term(self, expr: Expr, scope: Scope) -> Term:
        """A single value; where it may be one of several, none of them is claimed."""
        found = self._values(expr, scope)
        return found[0][0] if len(found) == 1 and not found[0][1] else self._loose(found)

    def _loose(self, found: list[tuple[Term, Way]]) -> Term:
        if not found:
            return Dunno("no value")
        terms = {term for term, _ in found}
        return (
            terms.pop() if len(terms) == 1 and not any(atoms for _, atoms in found) else Dunno("one of several values")
        )

    def _values(  # noqa: PLR0911 - one line for each kind
        self, expr: Expr, scope: Scope
    ) -> list[tuple[Term, Way]]:
        """What a value can be, each with what has to hold for it."""
        self._spend()
        if isinstance(expr, Lit):
            return [(Const(expr.value), [])]
        if isinstance(expr, Col):
            return [(column(expr.parts, scope, self.world), [])]
        if isinstance(expr, Param):
            return [(dict(scope.given).get(f"${expr.index + 1}", Given(f"${expr.index + 1}")), [])]
        if isinstance(expr, Sub):
            return self._selected(expr.select, scope)
        if isinstance(expr, Get):
            return [(part_of(term, expr.key), atoms) for term, atoms in self._values(expr.base, scope)]
        if isinstance(expr, Call):
            return self._called(expr, scope)
        if isinstance(expr, Case):
            return self._cases(expr, scope)
        if isinstance(expr, Mix):
            if expr.what == "either":
                return self._either(list(expr.items), scope)
            return self._blended(expr.items, scope)
        if isinstance(expr, Row):
            return self._blended(expr.items, scope) if len(expr.items) == 1 else [(Dunno("several values"), [])]
        if isinstance(expr, (Cmp, And, Or, Not, Null, In, AnyOf, Exists, Within)):
            return [(Dunno("a condition"), way) for way in self._expand(expr, scope)]
        return [(Dunno(expr.why), [])]

    def _cases(self, expr: Case, scope: Scope) -> list[tuple[Term, Way]]:
        found: list[tuple[Term, Way]] = []
        before: list[Expr] = []
        for when, value in [*expr.whens, (Lit("b", "true"), expr.default)]:
            for way in self._expand(And((*before, when)), scope):
                found.extend((term, [*way, *extra]) for term, extra in self._values(value, scope))
            before.append(negated(when))
        self._bound(len(found))
        return found

    def _either(self, items: list[Expr], scope: Scope) -> list[tuple[Term, Way]]:
        found = [one for item in items for one in self._values(item, scope)]
        self._bound(len(found))
        return found

    def _selected(self, select: Select, scope: Scope) -> list[tuple[Term, Way]]:
        found: list[tuple[Term, Way]] = []
        for one in (select, *select.others):
            if not one.targets:
                return [(Dunno("a select"), [])]
            single = Select(one.targets, one.sources, one.where)
            for inner, atoms in self._rows(single, scope):
                for term, extra in self._values(one.targets[0].expr, inner):
                    found.append((term, [*atoms, *extra]))
        self._bound(len(found))
        return found

    def _blended(self, items: tuple[Expr, ...], scope: Scope) -> list[tuple[Term, Way]]:
        """Put together from parts: it counts as the one part that is no constant."""
        parts = [self._values(item, scope) for item in items]
        found: list[tuple[Term, Way]] = []
        for chosen in product(*parts):
            self._spend()
            terms = [term for term, _ in chosen if not isinstance(term, Const)]
            atoms = [atom for _, extra in chosen for atom in extra]
            one = terms[0] if len(set(terms)) == 1 else Const("made") if not terms else Dunno("put together")
            found.append((one, atoms))
            self._bound(len(found))
        return found

    def _called(self, expr: Call, scope: Scope) -> list[tuple[Term, Way]]:
        known = well_known(expr)
        if known is not None:
            return [(known, [])]
        if expr.name in ("coalesce", "nullif") and expr.args:
            return self._either([one for one in expr.args if not isinstance(one, Lit)] or list(expr.args), scope)
        if (expr.name in _SAME or expr.name.rpartition(".")[2] in _SAME) and expr.args:
            return self._blended(expr.args[:1], scope)
        followed = self._function(expr, scope)
        if followed is None:
            return [(Dunno(f"the function {expr.name}"), [])]
        function, inner = followed
        body = function.function.body
        if body is None or not body.returns:
            return [(Dunno(f"the body of {function.short}"), [])]
        found: list[tuple[Term, Way]] = []
        for answer in body.returns:
            if isinstance(answer.value, Lit) and answer.value.kind == "0":
                continue
            for way in self._expand(answer.guard, inner):
                found.extend(
                    (term, [Via(function.short), *way, *extra]) for term, extra in self._values(answer.value, inner)
                )
        self._bound(len(found))
        return found or [(Dunno(f"the answer of {function.short}"), [])]

    def _function(self, call: Call, scope: Scope) -> tuple[FunctionState, Scope] | None:
        found = self.world.functions(call.name, len(call.args))
        if not found or len(scope.path) >= _DEEPEST or found[0].name in scope.path:
            return None
        function = found[0]
        names = [one.name for one in function.function.arguments if not one.out]
        given: list[tuple[str, Term]] = []
        for at, name in enumerate(names):
            term = self._term(call.args[at], scope) if at < len(call.args) else Const(f"default {name}")
            given.extend([(name, term), (f"${at + 1}", term)])
        definer = function.function.definer
        return function, Scope(
            (), tuple(given), definer or scope.free, (*scope.path, function.name), function.name.partition(".")[2],
            function.function.language == "plpgsql",
        )  # fmt: skip


def _label(expr: Expr) -> str:
    if isinstance(expr, Col):
        return expr.parts[-1]
    return expr.name.rpartition(".")[2] if isinstance(expr, Call) else ""
