"""What happens behind a door while its code is followed: operations, the checks that hold at each, the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from walkdown.doors.values import Fact, Literal, Source, Value, replace
from walkdown.model.door import Operation, Origin

if TYPE_CHECKING:
    from walkdown.doors.scopes import Scope

MOST_STEPS = 40_000
MOST_WHEN_LOADING = 800_000  # of all files together; as many again behind all doors
DEEPEST = 24
MOST_REACHES = 400


class Spot(msgspec.Struct, frozen=True, gc=False):
    path: str
    line: int


class Held(msgspec.Struct, frozen=True):
    """A fact, and the code that made sure of it. `within`: the function that asked."""

    fact: Fact
    spot: Spot
    within: str


class Frame(msgspec.Struct, frozen=True):
    """A function that is being followed: where it was called from, and what it is called."""

    name: str
    spot: Spot


class Did(msgspec.Struct, frozen=True):
    """An operation. `filters` and `sets` hold whole values, so that questions can be asked of them. `given`: a value
    that was written as a whole. `one`: at most one row. `caught`: a failure of it is caught around it."""

    table: str
    operation: Operation
    spot: Spot
    library: str
    filters: tuple[tuple[str, Value], ...] = ()
    sets: tuple[tuple[str, Value], ...] = ()
    given: Value | None = None
    bounded: bool = True
    ordered: bool = False
    columns: tuple[str, ...] = ()
    key: str = ""
    why: str = ""
    loop: bool = False
    transaction: int = 0
    caught: bool = False
    held: tuple[Held, ...] = ()
    way: tuple[Frame, ...] = ()

    # columns: what is read, empty for all. key: with which power (anon, user, service), where the library knows.
    # transaction: number of the transaction it runs in, 0 for none.


class Answer(msgspec.Struct, frozen=True):
    """What is sent back. `status` is 0 where it was not said."""

    value: Value
    spot: Spot
    status: int = 0
    kind: str = "body"
    held: tuple[Held, ...] = ()


class Caught(msgspec.Struct, frozen=True):
    """A failure that ends here. `around`: operations that may fail in it (numbers in `Visit.did`). `told`: it is told
    on: thrown again, answered, or logged."""

    spot: Spot
    around: tuple[int, ...]
    thrown: bool
    answered: bool
    logged: bool


def is_part(source: Source, there: Source) -> bool:
    """A field of an input may be missing though the whole is there; of rows and of who is asking all fields are."""
    if (source.origin, source.row) != (there.origin, there.row):
        return False
    if source.origin in (Origin.ROW, Origin.IDENTITY):
        return source.path[: len(there.path)] == there.path
    return source.path == there.path


@dataclass(slots=True)
class Visit:
    """`checked`: a schema held a value: the sources it came from. `notes`: why something is uncertain."""

    did: list[Did] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    caught: list[Caught] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    seen: list[Held] = field(default_factory=list)
    exits: list[tuple[Value, tuple[Held, ...]]] = field(default_factory=list)
    checked: list[tuple[Value, Spot]] = field(default_factory=list)
    used: list[tuple[str, Spot]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    loops: int = 0
    branches: int = 0
    branch: list[int] = field(default_factory=list)
    branched: int = 0
    tries: int = 0
    transaction: int = 0
    transactions: int = 0
    steps: int = 0
    throws: int = 0
    most: int = MOST_STEPS
    asked: list[tuple[object, int]] | None = None
    plain: bool = True
    is_door: bool = False
    within: frozenset[str] | None = None
    scopes: dict[tuple[str, int], Scope] | None = None

    # asked: what was asked of what holds, with the place of the fact that answered, and every note; where it is kept.
    # is_door: it follows an entrance; others only look at something on the way.
    # plain: no transaction was begun without saying what belongs to it.
    # within: the only files whose functions are followed, where a list is given; then no markup is looked at either.
    # scopes: the names that each function that was followed saw, where somebody asks for them.
    # branches: how many branches lead here that need not be taken; branch: which, each with a number of its own.
    # exits: what the handler itself gave back, with what held there.
    # used: things of note on the way that are no data: a limiter asked, a cookie set (`what`, where).

    def step(self) -> bool:
        """False where enough was followed; then the door is uncertain, and says so."""
        self.steps += 1
        return self.steps < self.most or not self.is_over()

    def is_over(self) -> bool:
        if self.steps == self.most:
            self.note("Too much code lies behind it to follow all of it.")
        return self.steps >= self.most

    def note(self, why: str) -> None:
        if self.asked is not None:
            self.asked.append((why, 0))
        if why not in self.notes and len(self.notes) < 50:
            self.notes.append(why)

    def touch(self, row: int = -1) -> None:
        """An earlier operation is changed; below 0, something goes by all that holds."""
        if self.asked is not None:
            self.asked.append((row, 0))

    def do(self, did: Did) -> int:
        """Keeps an operation with all that holds here; gives its number."""
        if len(self.did) >= MOST_REACHES:
            self.note("It does more than is listed.")
            return -1
        filters = tuple((name, self._settled(value)) for name, value in did.filters)
        self.did.append(
            Did(
                did.table, did.operation, did.spot, did.library, filters, did.sets, did.given, did.bounded,
                did.ordered, did.columns, did.key, did.why, self.loops > 0, self.transaction, self.tries > 0,
                tuple(self.held), tuple(self.frames),
            )
        )  # fmt: skip
        return len(self.did) - 1

    def _settled(self, value: Value) -> Value:
        """`if (!row) throw …` came before: what is taken from the row is no longer missing."""
        if not value.maybe or not value.sources or isinstance(value.shape, Literal):
            return value
        sure = all(self.place_of(source) >= 0 for source in value.sources)
        return replace(value, maybe=False) if sure else value

    def place_of(self, source: Source) -> int:
        """Which of the facts that hold says first that it is there; below 0 where none does."""
        at = next(
            (
                at
                for at, held in enumerate(self.held)
                if held.fact.kind == "there" and any(is_part(source, one) for one in held.fact.left)
            ),
            -1,
        )
        if self.asked is not None:
            self.asked.append((source, at))
        return at

    def hold(self, facts: Sequence[Fact], spot: Spot) -> None:
        within = self.frames[-1].name if self.frames else ""
        for fact in facts:
            facts = [held.fact for held in self.held]
            at = facts.index(fact) if fact in facts else -1
            if self.asked is not None:
                self.asked.append((fact, at))
            if at < 0:
                held = Held(fact, spot, within)
                self.held.append(held)
                self.seen.append(held)

    @contextmanager
    def assuming(self, facts: Sequence[Fact], spot: Spot) -> Iterator[None]:
        """Holds inside one branch only: nobody is refused by it."""
        before = len(self.held)
        within = self.frames[-1].name if self.frames else ""
        self.held.extend(Held(fact, spot, within) for fact in facts)
        self.branches += 1
        self.branched += 1
        self.branch.append(self.branched)
        try:
            yield
        finally:
            self.branches -= 1
            self.branch.pop()
            del self.held[before:]

    @contextmanager
    def looping(self) -> Iterator[None]:
        self.loops += 1
        try:
            yield
        finally:
            self.loops -= 1

    @contextmanager
    def in_transaction(self) -> Iterator[None]:
        outer = self.transaction
        self.transactions += 1
        self.transaction = self.transactions
        try:
            yield
        finally:
            self.transaction = outer
