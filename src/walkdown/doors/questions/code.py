"""What the code around a place looks like: which branches and tries it stands in, and whether two places can both run.

The map says what is done behind a door; some questions also need how it is written there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from walkdown.doors.questions.code_parts import (
    CHANGES,
    is_step,
    is_sum_of,
    reckoned,
    statements,
    values,
    within,
)
from walkdown.doors.questions.code_walk import NO_CALL, Body, Site, Walk
from walkdown.doors.visits import Did, Spot
from walkdown.syntax.program import (
    Assign,
    Entry,
    Function,
    Leave,
    Member,
    Program,
    Try,
)

_MOST_AROUND = 3
_COUNTS = frozenset({
    "count", "countDocuments", "estimatedDocumentCount", "aggregate", "groupBy", "sum", "exists", "exist", "countBy",
    "max", "min", "avg", "distinct",
})  # fmt: skip


class Code:
    """Shared by the questions: each function is walked once, when it is first asked about."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self.programs = programs
        self._bodies: dict[tuple[str, int], Body] = {}
        self._holding: dict[Spot, list[int]] = {}
        self._sums: dict[tuple[str, int], frozenset[str]] = {}
        self._changed: dict[tuple[str, int], frozenset[str]] = {}
        self._failed: dict[Spot, tuple[bool, bool]] = {}
        self._sites: dict[Spot, Sequence[Site]] = {}
        self._nodes: dict[tuple[str, int], list[Any]] = {}
        self._asked: dict[tuple[str, int, Callable[[Any], bool]], bool] = {}

    def site(self, spot: Spot) -> Site | None:
        """The call at a place; of several on one line the outermost of the innermost function."""
        return next(iter(self.sites(spot)), None)

    def sites(self, spot: Spot) -> Sequence[Site]:
        found = self._sites.get(spot)
        if found is None:
            bodies = (self._body(spot.path, at).sites.get(spot.line) for at in self.around(spot))
            found = self._sites[spot] = next((one for one in bodies if one), ())
        return found

    def function(self, path: str, at: int) -> Function:
        return self.programs[path].functions[at]

    def nodes(self, path: str, at: int) -> Sequence[Any]:
        """All that the expressions of a function are made of."""
        found = self._nodes.get((path, at))
        if found is None:
            body = self.function(path, at).body
            found = self._nodes[path, at] = [one for stmt in statements(body) for one in values(stmt)]
        return found

    def once(self, path: str, at: int, asks: Callable[[Any], bool]) -> bool:
        """Whether anything a function says is what `asks` looks for; each function is asked once."""
        key = (path, at, asks)
        if key not in self._asked:
            self._asked[key] = any(asks(one) for one in self.nodes(path, at))
        return self._asked[key]

    def tried(self, spot: Spot) -> Try | None:
        """The `try` that begins on a line."""
        for at in self.around(spot):
            for stmt in statements(self.function(spot.path, at).body):
                if isinstance(stmt, Try) and stmt.line == spot.line and stmt.catches:
                    return stmt
        return None

    def sums(self, spot: Spot) -> frozenset[str]:
        """Names and members that the function around a place reckons with."""
        found: frozenset[str] = frozenset()
        for at in self.around(spot)[:2]:
            key = (spot.path, at)
            if key not in self._sums:
                self._sums[key] = frozenset(reckoned(iter(self.nodes(*key))))
            found |= self._sums[key]
        return found

    def changed(self, spot: Spot) -> frozenset[str]:
        """Members that are changed by what is added or taken away: `row.stock -= 1`."""
        found: frozenset[str] = frozenset()
        for at in self.around(spot)[:2]:
            key = (spot.path, at)
            if key not in self._changed:
                inner = self.nodes(*key)
                self._changed[key] = frozenset(
                    one.target.name
                    for one in inner
                    if isinstance(one, Assign) and one.op in CHANGES and isinstance(one.target, Member)
                )
            found |= self._changed[key]
        return found

    def counts(self, spot: Spot) -> bool:
        """`count()`: no row comes back."""
        return any(isinstance(one.call.callee, Member) and one.call.callee.name in _COUNTS for one in self.sites(spot))

    def adds_to(self, spot: Spot, name: str) -> bool:
        """`update({ count: row.count + 1 })`: what is written is worked out on the spot from the same member."""
        site = self.site(spot)
        return site is not None and any(
            isinstance(one, Entry) and one.key == name and any(is_sum_of(part, name) for part in within(one.value))
            for one in within(site.call)
        )

    def steps(self, spot: Spot) -> bool:
        """Whether a call lets the database add or take away: `decrement`, `$inc`, `set stock = stock - 1`."""
        site = self.site(spot)
        return site is not None and any(is_step(one) for one in within(site.call))

    def both(self, one: Did, other: Did) -> bool:
        """Whether both can happen in one run; where that cannot be seen, they can."""
        for here, there in zip(_sites_of(one), _sites_of(other), strict=False):
            if here != there:
                return self._both(here, there)
        return one.spot != other.spot or one.operation is other.operation

    def meeting(self, one: Did, other: Did) -> tuple[Site, Site] | None:
        """Where the ways to two operations part: two calls in one function."""
        for here, there in zip(_sites_of(one), _sites_of(other), strict=False):
            if here != there:
                first, second = self.site(here), self.site(there)
                same = here.path == there.path and first is not None and second is not None
                return (first, second) if same and first.function == second.function else None  # type: ignore[union-attr, return-value]
        return None

    def parting(self, one: Did, other: Did) -> tuple[Spot, Spot]:
        """Where the ways to two operations part: the two calls in the function that wants both."""
        ways = zip(_sites_of(one), _sites_of(other), strict=False)
        return next(((here, there) for here, there in ways if here != there), (one.spot, other.spot))

    def _both(self, here: Spot, there: Spot) -> bool:
        one, other = self.site(here), self.site(there)
        if one is None or other is None or here.path != there.path or one.function != other.function:
            return True
        leaving = self._body(here.path, one.function).leaving
        sides = dict(one.branches)
        if any(sides.get(which, side) != side for which, side in other.branches):
            return False
        if _for_others(one, other):
            return False
        apart = set(one.branches) ^ set(other.branches)
        return not any(branch in leaving for branch in apart)

    def rescues(self, did: Did) -> bool:
        """It is done only after something failed: that takes back what was done before."""
        return any(self._after_failure(spot)[0] for spot in _sites_of(did))

    def mends(self, did: Did) -> bool:
        """The same without a throw: it is done where an error came back, `if (error) { … }`."""
        return any(self._after_failure(spot)[1] for spot in _sites_of(did))

    def _after_failure(self, spot: Spot) -> tuple[bool, bool]:
        found = self._failed.get(spot)
        if found is None:
            site = self.site(spot)
            found = self._failed[spot] = (False, False) if site is None else (site.rescues, site.mends)
        return found

    def inside(self, spot: Spot) -> list[int]:
        """The function around a place, and all that lie in it: callbacks that are handed on."""
        holding = self.around(spot)
        if not holding:
            return []
        functions = self.programs[spot.path].functions
        outer = functions[holding[-1] if len(holding) < _MOST_AROUND else holding[_MOST_AROUND - 1]]
        return [at for at, one in enumerate(functions) if outer.line <= one.line and one.end_line <= outer.end_line]

    def around(self, spot: Spot) -> list[int]:
        """Functions that hold a line, the innermost first."""
        kept = self._holding.get(spot)
        if kept is None:
            program = self.programs.get(spot.path)
            functions = program.functions if program is not None else ()
            holding = [at for at, one in enumerate(functions) if one.line <= spot.line <= one.end_line]
            kept = sorted(holding, key=lambda at: (functions[at].end_line - functions[at].line, -at))
            self._holding[spot] = kept
        return kept

    def _body(self, path: str, at: int) -> Body:
        body = self._bodies.get((path, at))
        if body is None:
            walk = Walk(at)
            walk.block(self.function(path, at).body, Site(at, Leave("", 0), NO_CALL))
            body = self._bodies[path, at] = Body(walk.sites, walk.leaving)
        return body


def _sites_of(did: Did) -> tuple[Spot, ...]:
    return (*(frame.spot for frame in did.way[1:]), did.spot)


def _for_others(one: Site, other: Site) -> bool:
    """`if (type === "a") …` and later `if (type === "b") …`, or `!== "a"`."""
    words = dict(one.said(True))
    if any(words.get(asked, word) != word for asked, word in other.said(True)):
        return True
    others = set(other.said(True))
    return any(said in others for said in one.said(False)) or any(
        words.get(at) == word for at, word in other.said(False)
    )


_last: list[Code] = []


def code_of(programs: Mapping[str, Program]) -> Code:
    """The same for all questions to one map; only the last is kept."""
    if not _last or _last[0].programs is not programs:
        _last[:] = [Code(programs)]
    return _last[0]


__all__ = ["Code", "Site", "code_of"]
