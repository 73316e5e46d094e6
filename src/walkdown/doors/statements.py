"""Statements: what each leads to, and whether a way leads past it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from walkdown.doors import builtins, exact
from walkdown.doors.scopes import Scope
from walkdown.doors.truth import falsy_facts, hopes_of, is_sure, truthy_facts
from walkdown.doors.values import NOTHING, Items, Value, agreed, is_never, of
from walkdown.doors.visits import Caught, Spot, Visit
from walkdown.doors.waiting import awaited
from walkdown.model.door import Origin
from walkdown.syntax.program import Do, If, Leave, Let, Loop, Return, Stmt, Throw, Try, With

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower, Run


def statement(follower: Follower, stmt: Stmt, scope: Scope, visit: Visit, run: Run) -> bool:
    """True where no way leads past it."""
    return _HOW[type(stmt)](follower, stmt, scope, visit, run)


def _let(follower: Follower, stmt: Let, scope: Scope, visit: Visit, run: Run) -> bool:  # noqa: ARG001
    value = NOTHING if stmt.value is None else follower.value(stmt.value, scope, visit)
    follower.bind(stmt.names, value, scope, visit, Spot(scope.unit, stmt.line))
    return is_never(value)


def _do(follower: Follower, stmt: Do, scope: Scope, visit: Visit, run: Run) -> bool:  # noqa: ARG001
    return is_never(follower.value(stmt.value, scope, visit))


def _return(follower: Follower, stmt: Return, scope: Scope, visit: Visit, run: Run) -> bool:
    value = NOTHING if stmt.value is None else follower.value(stmt.value, scope, visit)
    if is_never(value):
        return True
    if run.awaits:
        value = awaited(follower, value, visit, Spot(scope.unit, stmt.line))
    follower.leave(value, visit, run)
    return not stmt.give


def _throw(follower: Follower, stmt: Throw, scope: Scope, visit: Visit, run: Run) -> bool:  # noqa: ARG001
    visit.throws += 1
    if stmt.value is not None:
        follower.value(stmt.value, scope, visit)
    return True


def _with(follower: Follower, stmt: With, scope: Scope, visit: Visit, run: Run) -> bool:
    value = follower.value(stmt.value, scope, visit)
    follower.bind(stmt.names, value, scope, visit, Spot(scope.unit, stmt.line))
    return follower.run(stmt.body, scope, visit, run)


def _away(follower: Follower, stmt: Leave, scope: Scope, visit: Visit, run: Run) -> bool:  # noqa: ARG001
    return True


def _if(follower: Follower, stmt: If, scope: Scope, visit: Visit, run: Run) -> bool:
    spot = Spot(scope.unit, stmt.line)
    test = follower.value(stmt.test, scope, visit)
    said = True if is_sure(test) else exact.decided(test)
    if said is not None:
        return follower.run(stmt.yes if said else stmt.no, scope, visit, run)
    yes, no = truthy_facts(test), falsy_facts(test)
    before = len(visit.held)
    with visit.assuming(yes, spot):
        yes_leaves = follower.run(stmt.yes, scope, visit, run)
        after_yes = [one.fact for one in visit.held[before:]]
    with visit.assuming(no, spot):
        no_leaves = follower.run(stmt.no, scope, visit, run)
        after_no = [one.fact for one in visit.held[before:]]
    if yes_leaves and not no_leaves:
        # What came back from a guard is fine here: its own way out was taken before.
        visit.hold((*no, *hopes_of(follower, stmt.test, scope)), spot)
    elif no_leaves and not yes_leaves:
        visit.hold(yes, spot)
    elif not yes_leaves and after_yes and after_no:
        visit.hold(agreed((after_yes, after_no)), spot)  # the secret, or else somebody who is known
    return yes_leaves and no_leaves


def _loop(follower: Follower, stmt: Loop, scope: Scope, visit: Visit, run: Run) -> bool:
    spot = Spot(scope.unit, stmt.line)
    if stmt.over is not None:
        over = follower.value(stmt.over, scope, visit)
        # The names themselves say that they are any element: each is handed over as a list of one.
        alone = [Value(one.sources, Items((one,))) for one in builtins.one_by_one(over)]
        *others, last = (alone if visit is follower.loading else ()) or (over,)
        for one in others:
            inner = Scope(scope.unit, scope)
            follower.bind(stmt.names, one, inner, visit, spot)
            follower.run(stmt.body, inner, visit, run)
        follower.bind(stmt.names, last, scope, visit, spot)
    with visit.looping():
        facts = truthy_facts(follower.value(stmt.test, scope, visit)) if stmt.test is not None else ()
        with visit.assuming(facts, spot):
            follower.run(stmt.body, scope, visit, run)
    return False


def _try(follower: Follower, stmt: Try, scope: Scope, visit: Visit, run: Run) -> bool:
    before, held = len(visit.did), len(visit.held)
    visit.tries += stmt.catches
    try:
        leaves = follower.run(stmt.body, scope, visit, run)
    finally:
        visit.tries -= stmt.catches
    if stmt.catches:
        around = tuple(range(before, len(visit.did)))
        # What the body made sure of is not sure in the handler, nor after it where the handler goes on.
        sure = visit.held[held:]
        del visit.held[held:]
        if stmt.caught:
            scope.bind(stmt.caught, of(Origin.UNKNOWN, "error"))
        answers, used = len(visit.answers), len(visit.used)
        handled = follower.run(stmt.handler, scope, visit, run)
        throws = bool(stmt.handler) and isinstance(stmt.handler[-1], Throw)
        logged = any(what == "log" for what, _ in visit.used[used:])
        spot = Spot(scope.unit, stmt.line)
        visit.caught.append(Caught(spot, around, throws, len(visit.answers) > answers or handled, logged))
        if handled:
            visit.held.extend(sure)
        leaves = leaves and handled
    return follower.run(stmt.final, scope, visit, run) or leaves


_HOW: dict[type, Callable[[Follower, Any, Scope, Visit, Run], bool]] = {
    Let: _let, Do: _do, Return: _return, Throw: _throw, If: _if, Loop: _loop, Try: _try, With: _with, Leave: _away,
}  # fmt: skip
