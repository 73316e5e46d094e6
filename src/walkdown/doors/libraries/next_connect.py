"""next-connect: middlewares and one handler per method, put together to one handler of a route."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from walkdown.doors.follow import in_common
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.express import response
from walkdown.doors.libraries.express_exchange import NEXT, Exchange
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import Literal, Outside, Thing, Value
from walkdown.doors.visits import Frame, Held, Spot, Visit

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower

_CHAIN = "next-connect"
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "all"})


@dataclass(slots=True)
class Chain:
    """What was put on it in order; `method` is empty for a middleware."""

    steps: list[tuple[str, tuple[Given, ...], Spot]] = field(default_factory=list)

    def doors(self) -> Iterator[tuple[str, Callable[[Follower, Value, Visit], Value]]]:
        for number, (method, handlers, spot) in enumerate(self.steps):
            if method and handlers:
                before = [(one, at) for named, some, at in self.steps[:number] if not named for one in some]
                own = [(one, spot) for one in handlers[:-1]]
                yield "ANY" if method == "all" else method.upper(), _runner([*before, *own], handlers[-1], spot)


def _runner(before: list[tuple[Given, Spot]], last: Given, spot: Spot) -> Callable[[Follower, Value, Visit], Value]:
    def run(follower: Follower, asked: Value, visit: Visit) -> Value:
        for given, at in before:
            ways: list[tuple[Held, ...]] = []
            args = (Given(asked), Given(response(Exchange())), Given(Value(shape=Thing(NEXT, data=ways))))
            visit.frames.append(Frame(given.written, at))
            held = len(visit.held)
            follower.invoke(given.value, args, visit, at)
            visit.frames.pop()
            del visit.held[held:]
            visit.hold([one.fact for one in in_common(ways)], at)
        return follower.invoke(last.value, (Given(asked), Given(response(Exchange()))), visit, spot)

    return run


def chain_of(value: Value) -> Chain | None:
    shape = value.shape
    return shape.data if isinstance(shape, Thing) and shape.kind == _CHAIN and isinstance(shape.data, Chain) else None


class NextConnect(Base):
    packages = frozenset({"next-connect"})

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: ARG002
        if outside.chain in ((), ("createRouter",), ("createEdgeRouter",), ("default",)):
            return Value(shape=Thing(_CHAIN, data=Chain()))
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind != _CHAIN or not isinstance(thing.data, Chain):
            return None
        if name in _METHODS or name == "use":
            at_path = bool(calling.args) and isinstance(calling.args[0].value.shape, Literal)
            args = calling.args[1:] if at_path else calling.args
            inner = [chain for one in args if (chain := chain_of(one.value)) is not None]
            for one in inner:
                thing.data.steps.extend(one.steps)
            plain = tuple(one for one in args if chain_of(one.value) is None)
            if plain:
                thing.data.steps.append(("" if name == "use" else name, plain, calling.spot))
        return Value(shape=thing)
