"""Steps that run one after the other and hand each other a context, as in tRPC procedures and safe actions: each calls
`next` to go on, or throws."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors import calls
from walkdown.doors.follow import Follower, in_common
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import Closure, Record, Thing, Value, either, replace
from walkdown.doors.visits import Frame, Held, Spot, Visit

NEXT, STEPS = "procedure.next", "procedure.steps"


@dataclass(frozen=True, slots=True)
class Step:
    """`what`: `use` (a function), `input` (a schema), `kept` (values put into the context by the library itself)."""

    what: str
    given: Given
    spot: Spot


@dataclass(slots=True)
class Going:
    """One run: the context as the steps leave it. `ways`: what held, and what was put into the context, wherever
    `next` was called."""

    context: Value
    asked: Value
    ways: list[tuple[tuple[Held, ...], Value]]


def take(step: Step, going: Going, follower: Follower, visit: Visit, more: tuple[tuple[str, Value], ...] = ()) -> None:
    """Follows one step; what it makes sure of before it goes on holds afterwards."""
    if step.what == "input":
        going.asked = calls.method(follower, step.given.value, "parse", [Given(going.asked)], visit, step.spot)
        return
    going.ways = []
    given = Record((
        ("ctx", going.context), ("context", going.context), ("next", Value(shape=Thing(NEXT, data=going))),
        ("input", going.asked), ("parsedInput", going.asked), ("clientInput", going.asked), *more,
    ), open=True)  # fmt: skip
    visit.frames.append(Frame(name_of(step.given, follower), step.spot))
    held = len(visit.held)
    result = follower.invoke(step.given.value, (Given(Value(shape=given)),), visit, step.spot)
    visit.frames.pop()
    if going.ways:
        del visit.held[held:]
        visit.hold([one.fact for one in in_common([kept for kept, _ in going.ways])], step.spot)
        going.context = either([added(going.context, new) for _, new in going.ways])
    elif step.what == "returns":  # zsa: what it gives back is the context
        going.context = added(going.context, result)


def on_next(thing: Thing, name: str, calling: Calling) -> Value | None:
    """`next({ ctx: { user } })`."""
    if thing.kind != NEXT or name or not isinstance(thing.data, Going):
        return None
    first = calling.arg(0)
    new = first.shape.get("ctx") if first is not None and isinstance(first.shape, Record) else None
    thing.data.ways.append((tuple(calling.visit.held), new or Value(shape=Record(()))))
    return Value(shape=Thing("procedure.result"))


def added(context: Value, new: Value) -> Value:
    """What the new context has stands before what was there."""
    if not isinstance(new.shape, Record):
        return context if new.shape is None else new
    if not isinstance(context.shape, Record):
        return replace(context, shape=Record((("...", context), *new.shape.entries), open=True))
    names = {name for name, _ in new.shape.entries}
    kept = tuple(entry for entry in context.shape.entries if entry[0] not in names)
    return Value(context.sources | new.sources, Record((*kept, *new.shape.entries), context.shape.open))


def name_of(given: Given, follower: Follower) -> str:
    shape = given.value.shape
    named = follower.function(shape).name if isinstance(shape, Closure) else ""
    return given.written or named or "middleware"
