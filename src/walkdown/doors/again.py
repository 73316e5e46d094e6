"""A function that was followed before with the same, where the same held, is not followed again: what came of it is
told again. The numbers of operations are those of now, and so are the way that leads there and what was held before.

Only what leaves nothing behind but its visit is kept: a function that changed what others see (a variable outside it,
a field, something a library remembers) is followed each time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from walkdown.doors.cells import Cell, Cells, Holder
from walkdown.doors.library import Given
from walkdown.doors.names import Names
from walkdown.doors.renumbered import Rows, is_fixed
from walkdown.doors.sameness import Likeness, Unlike
from walkdown.doors.scopes import clock
from walkdown.doors.values import SETTLED, Closure, Fact, Source, Value, replace
from walkdown.doors.visits import MOST_REACHES, Answer, Caught, Did, Frame, Held, Spot, Visit, is_part
from walkdown.syntax.program import Program

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower

_MUCH = 50  # steps; what costs less is followed each time
_MOST_WAYS = 6  # the same call, with different things held before
_HOPELESS = 4
Place = tuple[str, int]


@dataclass(slots=True)
class _Trial:
    """What is known of a function: whether it costs much, how often it could not be kept in a row."""

    dear: bool = False
    failed: int = 0


@dataclass(slots=True)
class _Marks:
    """How much there was of everything when a function began."""

    did: int
    answers: int
    caught: int
    held: int
    seen: int
    checked: int
    used: int
    asked: int
    frames: int
    branched: int
    throws: int
    transactions: int


@dataclass(slots=True)
class _Open:
    """A call that is being followed to be kept. `started`: what is older is not its own."""

    started: int
    whole: bool = True
    ran: set[Place] = field(default_factory=set)
    deepest: int = 0


@dataclass(slots=True)
class _Kept:
    """`asks`: what was asked of what was held before, and the answer. `running`: those of the functions it ran that
    were running before. `cells`: what it read that changes; `writes`: what it changed. `roots`: kept so that nothing
    else takes their place in memory. `still`: parts that speak of no operation. `dead`: it cannot be told again."""

    roots: object
    visit: Visit
    rows: tuple[int, ...]
    marks: _Marks
    asks: tuple[tuple[Fact | Source, bool], ...]
    cells: tuple[Cell, ...]
    writes: tuple[Cell, ...]
    running: tuple[Place, ...]
    ran: frozenset[Place]
    deep: int
    value: Value
    did: tuple[Did, ...]
    answers: tuple[Answer, ...]
    caught: tuple[Caught, ...]
    held: tuple[Held, ...]
    seen: tuple[Held, ...]
    checked: tuple[tuple[Value, Spot], ...]
    used: tuple[tuple[str, Spot], ...]
    notes: tuple[str, ...]
    branched: int
    throws: int
    transactions: int
    dead: bool = False
    still: set[int] = field(default_factory=set)


class Again:
    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._names = Names(programs)
        self._known: dict[Hashable, list[_Kept]] = {}
        self._trials: dict[Place, _Trial] = {}
        self._open: list[_Open] = []
        self.cells = Cells()
        self._found = 0
        self._by_place: dict[Place, list[_Kept]] = {}

    def call(  # noqa: PLR0917 - the parts of a call
        self,
        follower: Follower,
        closure: Closure,
        args: Sequence[Given],
        visit: Visit,
        frame: Frame,
        follow: Callable[[], Value],
    ) -> Value:
        """`follow` follows it for real."""
        trial = self._trials.setdefault((closure.unit, closure.at), _Trial())
        if not trial.dear or not visit.plain or trial.failed >= _HOPELESS:
            before = visit.steps
            value = follow()
            trial.dear = trial.dear or visit.steps - before >= _MUCH
            return value
        try:
            likeness, key = self._key(closure, args, visit)
        except Unlike:
            trial.failed += 1
            return follow()
        ways = self._known.get(key, [])
        rows = tuple(likeness.rows)
        for one in ways:
            if not one.dead and (shift := _fitting(one, rows, visit, follower)) is not None:
                self.ran(one.ran, len(follower.running) + one.deep)
                told = _renumbered(one, shift)
                if told is None:
                    break
                _tell(told, shift, visit, frame)
                self.cells.write_again(told.writes, visit)
                return told.value
        found = self._found
        kept, value = self._followed(closure, args, visit, follower, likeness, key, follow)
        if kept is not None and len(ways) < _MOST_WAYS:
            trial.failed = 0
            self._known.setdefault(key, ways).append(kept)
            for place in {*kept.ran, (closure.unit, closure.at)}:
                self._by_place.setdefault(place, []).append(kept)
        elif kept is None and found == self._found:
            trial.failed += 1
        return value

    # -- what others tell ---------------------------------------------------------------------------------------------

    def ran(self, places: frozenset[Place] | tuple[Place, ...], depth: int) -> None:
        if self._open:
            last = self._open[-1]
            last.ran.update(places)
            last.deepest = max(last.deepest, depth)

    def spoil(self) -> None:
        """Something was asked that goes by all that happened before: nothing that is open can be kept."""
        for one in self._open:
            one.whole = False

    def wrote(self, holder: Holder, name: str, before: Value | None, visit: Visit) -> None:
        """A name or a field that may be older than what is being followed got another value."""
        if holder.born == SETTLED:
            if not visit.is_door or self.cells.write(holder, name, before, visit):
                self.spoil()
                self._found += 1
                self._forget(name)
            return
        for one in reversed(self._open):
            if one.started < holder.born:
                return
            one.whole = False

    def _forget(self, name: str) -> None:
        """What may have read it was kept before anyone knew that it changes."""
        for place in [place for place in self._by_place if self._names.says(*place, name)]:
            for kept in self._by_place.pop(place):
                kept.dead = True

    # -- keeping ------------------------------------------------------------------------------------------------------

    def _key(self, closure: Closure, args: Sequence[Given], visit: Visit) -> tuple[Likeness, Hashable]:
        likeness = Likeness(self._names)
        called = likeness.of(closure)
        given = tuple([(likeness.value(one.value), one.name, one.spread) for one in args])
        around = (visit.loops > 0, visit.tries > 0) if likeness.changeable else ()
        place = (around, visit.transaction, visit.transactions, bool(visit.did))
        return likeness, (called, given, likeness.order(), place)

    def _followed(  # noqa: PLR0917 - all parts of a call
        self, closure: Closure, args: Sequence[Given], visit: Visit, follower: Follower, likeness: Likeness,
        key: Hashable, follow: Callable[[], Value],
    ) -> tuple[_Kept | None, Value]:  # fmt: skip
        marks = _marks(visit)
        running = tuple(follower.running)
        opened = _Open(clock(), deepest=len(running))
        self._open.append(opened)
        outermost = visit.asked is None
        if visit.asked is None:
            visit.asked = []
        loops, tries = visit.loops, visit.tries
        if not likeness.changeable:  # whether it runs in a loop is told by where it is called
            visit.loops = visit.tries = 0
        try:
            value = follow()
            asked = visit.asked[marks.asked :]
        finally:
            visit.loops, visit.tries = loops, tries
            self._open.pop()
            if outermost:
                visit.asked = None
        kept = self._keep(closure, args, visit, key, likeness, marks, asked, opened, running, value)
        _around(visit, marks.did)
        self.ran(tuple(opened.ran), opened.deepest)
        return kept, value

    def _keep(  # noqa: PLR0917 - all parts of a call, and what came of it
        self, closure: Closure, args: Sequence[Given], visit: Visit, key: Hashable, likeness: Likeness, marks: _Marks,
        asked: Sequence[tuple[object, int]], opened: _Open, running: tuple[Place, ...], value: Value,
    ) -> _Kept | None:  # fmt: skip
        if not opened.whole or not visit.plain or visit.steps >= visit.most or len(visit.did) >= MOST_REACHES:
            return None
        if likeness.changeable and not self._is_still(closure, args, key):
            return None
        rows = Rows(tuple(likeness.rows), marks.did)
        if not is_fixed(value):
            return None
        return _kept((closure, args), rows, marks, asked, opened, running, visit, value)

    def _is_still(self, closure: Closure, args: Sequence[Given], key: Hashable) -> bool:
        """Nobody changed what it was given."""
        likeness = Likeness(self._names)
        try:
            called = likeness.of(closure)
            given = tuple([(likeness.value(one.value), one.name, one.spread) for one in args])
        except Unlike:
            return False
        return isinstance(key, tuple) and (called, given) == key[:2]


def _marks(visit: Visit) -> _Marks:
    return _Marks(
        len(visit.did), len(visit.answers), len(visit.caught), len(visit.held), len(visit.seen), len(visit.checked),
        len(visit.used), len(visit.asked or ()), len(visit.frames), visit.branched, visit.throws, visit.transactions,
    )  # fmt: skip


def _kept(  # noqa: PLR0917 - all that came of it
    roots: object, rows: Rows, marks: _Marks, asked: Sequence[tuple[object, int]], opened: _Open,
    running: tuple[Place, ...], visit: Visit, value: Value,
) -> _Kept | None:  # fmt: skip
    asks: dict[tuple[Fact | Source, bool], None] = {}
    notes: list[str] = []
    cells: dict[tuple[int, str], Cell] = {}
    writes: dict[tuple[int, str], Cell] = {}
    for what, at in asked:
        if isinstance(what, str):
            notes.append(what)
        elif isinstance(what, Cell):
            if what.wrote:
                writes[what.key] = replace(what, value=what.now())
            elif what.key not in writes and what.key not in cells:
                cells[what.key] = what
                rows.know(what.value)
        elif isinstance(what, int):
            if what < marks.did:
                return None
        elif at < marks.held and not rows.is_own(what):
            if not rows.is_known(what):
                return None
            asks[what, at >= 0] = None  # type: ignore[index]
    if not all(is_fixed(one.value) for one in writes.values()):
        return None
    held, frames = marks.held, marks.frames
    did = tuple([replace(one, held=one.held[held:], way=one.way[frames + 1 :]) for one in visit.did[marks.did :]])
    answers = tuple([replace(one, held=one.held[held:]) for one in visit.answers[marks.answers :]])
    return _Kept(
        roots, visit, rows.outer, marks, tuple(asks), tuple(cells.values()), tuple(writes.values()),
        tuple(one for one in running if one in opened.ran),
        frozenset(opened.ran), opened.deepest - len(running), value, did, answers,
        tuple(visit.caught[marks.caught :]), tuple(visit.held[held:]), tuple(visit.seen[marks.seen :]),
        tuple(visit.checked[marks.checked :]), tuple(visit.used[marks.used :]), tuple(notes),
        visit.branched - marks.branched, visit.throws - marks.throws,
        visit.transactions - marks.transactions,
    )  # fmt: skip


# -- telling again ----------------------------------------------------------------------------------------------------


def _fitting(one: _Kept, rows: tuple[int, ...], visit: Visit, follower: Follower) -> Rows | None:
    if len(visit.did) + len(one.did) >= MOST_REACHES:
        return None
    if len(follower.running) + one.deep > follower.deepest or one.running != tuple(
        [place for place in follower.running if place in one.ran]
    ):
        return None
    shift = Rows(one.rows, one.marks.did, rows, len(visit.did), one.still)
    for cell in one.cells:
        now = cell.now()
        if now is cell.value and (visit is one.visit or id(now) in one.still):
            continue
        if not shift.meet(cell.value, now):
            return None
    if one.asks:
        facts: set[object] = {held.fact for held in visit.held}
        there = [source for held in visit.held if held.fact.kind == "there" for source in held.fact.left]
        for what, said in one.asks:
            source = shift.of(what)
            if said != (source in facts if isinstance(source, Fact) else any(is_part(source, each) for each in there)):
                return None
    return shift


def _renumbered(one: _Kept, shift: Rows) -> _Kept | None:
    """With the numbers of now; None where it speaks of an operation that nobody named."""
    if shift.same:
        return one
    try:
        return replace(
            one,
            value=shift.of(one.value),
            did=shift.of(one.did),
            answers=shift.of(one.answers),
            held=shift.of(one.held),
            seen=shift.of(one.seen),
            checked=shift.of(one.checked),
            writes=tuple([replace(cell, value=shift.of(cell.value)) for cell in one.writes]),
        )
    except KeyError:
        one.dead = True
        return None


def _tell(one: _Kept, shift: Rows, visit: Visit, frame: Frame) -> None:
    before, way, base = tuple(visit.held), (*visit.frames, frame), len(visit.did) - one.marks.did
    start = len(visit.did)
    if visit.asked is not None:
        _ask_again(one, shift, visit)
    visit.did.extend([replace(did, held=before + did.held, way=way + did.way) for did in one.did])
    _around(visit, start)
    visit.answers.extend([replace(answer, held=before + answer.held) for answer in one.answers])
    visit.caught.extend([replace(each, around=tuple([number + base for number in each.around])) for each in one.caught])
    visit.held.extend(one.held)
    visit.seen.extend(one.seen)
    visit.checked.extend(one.checked)
    visit.used.extend(one.used)
    for why in one.notes:
        visit.note(why)
    visit.branched += one.branched
    visit.steps += 1
    visit.throws += one.throws
    visit.transactions += one.transactions


def _around(visit: Visit, start: int) -> None:
    """What was done in a loop, and where a failure is caught, is done there however deep it lies."""
    if visit.loops > 0 or visit.tries > 0:
        for at in range(start, len(visit.did)):
            did = visit.did[at]
            visit.did[at] = replace(did, loop=did.loop or visit.loops > 0, caught=did.caught or visit.tries > 0)


def _ask_again(one: _Kept, shift: Rows, visit: Visit) -> None:
    """Who follows what this is a part of asks it too."""
    facts = [held.fact for held in visit.held]
    for what, said in one.asks:
        now = shift.of(what)
        at = -1
        if said:
            at = facts.index(now) if isinstance(now, Fact) else visit.place_of(now)
        if visit.asked is not None:
            visit.asked.append((now, at))
    for cell in one.cells:
        if visit.asked is not None:
            visit.asked.append((replace(cell, value=cell.now()), -1))
