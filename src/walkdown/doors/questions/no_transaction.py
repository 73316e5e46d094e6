"""data.no-transaction: several writes behind one door that belong together, each done alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TypeAlias

from walkdown.doors.questions import behind, matter, provider
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.code import Code, code_of
from walkdown.doors.questions.data_texts import NO_TRANSACTION
from walkdown.doors.questions.error_use import Use, use_of
from walkdown.doors.questions.grouped import Grouped, of_access
from walkdown.doors.questions.tell import step, tell, way
from walkdown.doors.values import Source
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Operation, Origin
from walkdown.model.finding import Finding, Step
from walkdown.model.severity import Confidence, Severity

_MOST = 40
_SEEDS = re.compile(r"seed|demo|fixture|(?:^|/)scripts?/|(?:^|/)dev\.|mock", re.IGNORECASE)
_USES = re.compile(r"uses|used|usage", re.IGNORECASE)
_NO_NUMBER = -2
_WEAK, _BOUND, _MONEY = 1, 2, 3
_SEVERITY = {_WEAK: Severity.LOW, _BOUND: Severity.MEDIUM, _MONEY: Severity.HIGH}
_Way: TypeAlias = Callable[[Did, str], tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class _Write:
    """A write, and what is needed of it again and again. `number`: of the operation, where it has one."""

    number: int
    did: Did
    moves: bool
    counts: bool
    pays: str
    keys: frozenset[Source]
    taken: frozenset[Source]


def ask(found: Map) -> Iterator[Finding]:
    code = code_of(found.programs)
    told: Grouped[tuple[Spot, Spot]] = Grouped()
    for one in behind.doors(found):
        work = _work(code, behind.own(one))
        if len(work) > 1:
            _judge(code, work, behind.confidence(one), told, partial(way, one.door))
    for group in of_access(found.access):
        work = [(_NO_NUMBER, did) for _, did in behind.writes(enumerate(group))]
        if len(work) > 1:
            _judge(code, work, Confidence.LIKELY, told, _alone)
    return told.findings()


def _work(code: Code, own: Sequence[tuple[int, Did]]) -> list[tuple[int, Did]]:
    """What is written, by functions of the database too, and what is set going at a provider of payments."""
    kept = {number for number, _ in behind.writes(own)}
    return [
        (number, did) for number, did in own
        if number in kept or matter.adds_by_function(did) or provider.pays(code, did) in _AT_ONCE
    ]  # fmt: skip


_AT_ONCE = (provider.PAYOUT, provider.REFUND, provider.CHARGE, provider.INTENT)


def _alone(did: Did, last: str) -> tuple[Step, ...]:
    return (step(did.spot, last),)


def _judge(
    code: Code, work: Sequence[tuple[int, Did]], sure: Confidence, told: Grouped[tuple[Spot, Spot]], lead: _Way
) -> None:
    moved = any(_moves(code, did) for _, did in work)
    kept = [(number, did) for number, did in work if not _SEEDS.search(did.spot.path) and not _is_beside(did, moved)]
    work = kept[:_MOST]
    rescuing = {number for number, (_, did) in enumerate(work) if code.rescues(did) or code.mends(did)}
    taken_back = {work[number][1].table: _is_sure(code, work[number][1]) for number in rescuing}
    plain = [_write(code, *one) for number, one in enumerate(work) if number not in rescuing]
    pairs = [
        (eased, one.did, other.did)
        for one, other in combinations(plain, 2)
        if not _is_together(one.did, other.did)
        and (bond := _bond(one, other, plain))
        and (eased := _eased(bond, one.did, other.did, taken_back))
        and code.both(one.did, other.did)
    ]
    known: set[Spot] = set()
    for group in _by_function(code, pairs):
        spots = {did.spot for _, *both in group for did in both}
        if not spots <= known:  # what a callback does in a function is told with the function
            _tell(code, group, sure, told, lead)
        known |= spots


_Pair: TypeAlias = tuple[int, Did, Did]


def _by_function(code: Code, pairs: Sequence[_Pair]) -> list[list[_Pair]]:
    """Where money is moved, each function that does so is a flaw of its own; else the worst of a door is told."""
    grave = [pair for pair in pairs if pair[0] == _MONEY]
    if not grave:
        return [list(pairs)] if pairs else []
    groups: dict[tuple[str, int], list[_Pair]] = {}
    for pair in grave:
        met = code.meeting(pair[1], pair[2])
        path = code.parting(pair[1], pair[2])[0].path if met is not None else ""
        groups.setdefault((path, met[0].function if met is not None else -1), []).append(pair)
    return sorted(groups.values(), key=len, reverse=True)


def _tell(code: Code, pairs: Sequence[_Pair], sure: Confidence, told: Grouped[tuple[Spot, Spot]], lead: _Way) -> None:
    bond, first, second = max(pairs, key=lambda pair: pair[0])
    last = f"{behind.on(second)}; where this fails, {first.table} stays as it was written"
    rest = [did for _, *both in pairs for did in both if did not in (first, second)]
    begin = lead(first, f"{behind.on(first)}, and not together with what follows")
    steps = (*begin, *lead(second, last)[1:], step(second.spot, last))
    at = code.parting(first, second)  # in the function that wants both, not deep in what it calls
    further = [at[1], first.spot, *behind.spots([second, *rest])]
    told.add(at, tell(NO_TRANSACTION, _SEVERITY[bond], sure, at[0], steps, further=further))


def _write(code: Code, number: int, did: Did) -> _Write:
    kind = provider.pays(code, did)
    keys = _keys(did)
    return _Write(number, did, _moves(code, did), _counts(did), kind, keys, behind.sources_of(did))


def _is_sure(code: Code, did: Did) -> bool:
    """What takes it back is itself looked at; with libraries other than supabase-js it throws."""
    return did.library != "supabase" or use_of(code, did) not in (Use.UNREAD, Use.LOGGED, Use.LEFT, None)


def _eased(bond: int, first: Did, second: Did, taken_back: Mapping[str, bool]) -> int:
    """The code takes back by hand what it did; or one of the two is in a transaction: somebody thought about it."""
    if taken_back.get(first.table, False):
        return 0 if first.library == "supabase" else _WEAK  # where no transaction can be had, this is the way
    return _WEAK if first.transaction > 0 or second.transaction > 0 else bond


def _is_beside(did: Did, moved: bool) -> bool:
    """Where an amount is moved, what is written down about it belongs to it."""
    return behind.is_beside(did.table) and not (moved and behind.is_ledger(did.table))


def _is_together(one: Did, other: Did) -> bool:
    """In one transaction, or in one statement: `create` with what belongs to it."""
    if one.spot == other.spot and one.way == other.way:
        return True
    return one.transaction > 0 and one.transaction == other.transaction


def _bond(one: _Write, other: _Write, all_of: Sequence[_Write]) -> int:
    """How often something may be used is no money by itself."""
    bond = _need(one, other, all_of)
    only_uses = all(_only_uses(write.did) for write in (one, other) if write.moves) and (one.moves or other.moves)
    return min(bond, _BOUND) if only_uses else bond


def _only_uses(did: Did) -> bool:
    amounts = [name for name, _ in did.sets if matter.is_amount(did.table, name)]
    return bool(amounts) and all(_USES.search(name) for name in amounts)


def _need(  # noqa: PLR0911 - each kind of pair has an answer of its own
    one: _Write, other: _Write, all_of: Sequence[_Write]
) -> int:
    """How much two writes need each other; 0 where nothing says that they do."""
    first, second = one.did, other.did
    if one.pays or other.pays:
        return _paid(one, other, all_of)
    if first.table == second.table:
        if one.moves and other.moves:
            return _MONEY if _whose(first) != _whose(second) else 0
        replaced = first.operation is Operation.DELETE and second.operation is Operation.INSERT
        return _BOUND if replaced and one.keys & other.keys else 0
    follows = any(_is_of(source, one.number, first) for source in other.taken)
    if (one.moves and (other.moves or other.counts or follows)) or (other.moves and one.counts):
        return _MONEY
    linked = follows or bool(_tied(one) & _tied(other))
    upsert = Operation.UPSERT in (first.operation, second.operation)
    if linked and ((one.moves and _is_told(second)) or (other.moves and _is_told(first))):
        return _MONEY
    if linked and ((_settles(first) and _gives(second)) or (_settles(second) and _gives(first))):
        return _BOUND if upsert else _MONEY
    return _plainly(one, other, follows)


def _plainly(one: _Write, other: _Write, follows: bool) -> int:
    first, second = one.did, other.did
    shared = one.keys & other.keys
    if follows and first.operation is Operation.INSERT:
        return _BOUND if second.operation is not Operation.UPSERT else _WEAK
    if one.counts and other.counts and shared:
        return _BOUND
    return _WEAK if shared and Operation.UPSERT not in (first.operation, second.operation) else 0


def _paid(one: _Write, other: _Write, all_of: Sequence[_Write]) -> int:
    """Something is set going at a provider, and then the row is written that knows of it; or an amount is taken, and
    then paid out, which may be refused."""
    if one.pays and other.pays:
        return 0
    if other.pays:
        return _MONEY if one.moves and other.pays in (provider.PAYOUT, provider.REFUND) else 0
    before = [write for write in all_of if write.number < one.number and not write.pays]
    if any(_is_noted(write) for write in before) or other.did.operation is Operation.DELETE:
        return 0
    if not (other.moves or (other.did.operation is Operation.INSERT and matter.is_worth(other.did.table))):
        return 0
    return _BOUND if one.pays == provider.INTENT else _MONEY


def _is_noted(write: _Write) -> bool:
    """It was written down before that something is about to be paid: whoever looks finds it."""
    return write.did.operation in (Operation.INSERT, Operation.UPDATE, Operation.UPSERT) and (
        matter.is_worth(write.did.table) or behind.is_ledger(write.did.table)
    )


def _tied(write: _Write) -> frozenset[Source]:
    """What says whose or which it is: ids of the request, of rows, of who is asking."""
    return write.keys | frozenset(
        source for source in write.taken
        if source.origin is Origin.IDENTITY or (source.path and behind.snake(source.path[-1]).endswith("id"))
    )  # fmt: skip


def _is_told(did: Did) -> bool:
    """A row of its own, or a state: what the amount moved for."""
    return did.operation is Operation.INSERT or (did.operation is Operation.UPDATE and bool(matter.states(did)))


def _settles(did: Did) -> bool:
    return matter.is_worth(did.table) and bool(matter.states(did))


def _gives(did: Did) -> bool:
    """A right that was paid for."""
    if did.operation in (Operation.INSERT, Operation.UPSERT):
        return matter.is_access(did.table)
    return did.operation is Operation.UPDATE and matter.grants(did)


def _is_of(source: Source, number: int, did: Did) -> bool:
    """Whether a value is taken from what an operation gave back; without numbers it goes by the table."""
    if number == _NO_NUMBER:
        return source.origin is Origin.ROW and source.path[:1] == (did.table,)
    return source.row == number


def _moves(code: Code, did: Did) -> bool:
    return matter.adds_by_function(did) or (did.operation is Operation.UPDATE and matter.moves(code, did))


def _counts(did: Did) -> bool:
    return behind.is_money(did.table) or behind.is_ledger(did.table) or matter.is_worth(did.table)


def _whose(did: Did) -> frozenset[Source]:
    return frozenset(source for _, value in did.filters for source in behind.chosen(value))


def _keys(did: Did) -> frozenset[Source]:
    """Ids that say which row it is, or which row it belongs to: taken from the request, or from a row."""
    named = [value for _, value in did.filters]
    named += [value for name, value in did.sets if behind.snake(name).endswith(("id", "_by"))]
    return frozenset(
        source for value in named for source in behind.chosen(value) if source.origin in (Origin.INPUT, Origin.ROW)
    )
