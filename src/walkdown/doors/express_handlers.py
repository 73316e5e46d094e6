"""Handlers and middlewares of Express: what they are called, where they stand, what comes of running them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from walkdown.doors.follow import Follower
from walkdown.doors.guards import checks_of
from walkdown.doors.homes import home_of
from walkdown.doors.libraries.express import request, response
from walkdown.doors.libraries.express_exchange import NEXT, Exchange
from walkdown.doors.library import Given
from walkdown.doors.values import Closure, Outside, Shape, Thing, Value, agreed
from walkdown.doors.visits import Frame, Held, Spot, Visit
from walkdown.model.door import Checks
from walkdown.syntax.program import Func, Function, Return

_GUARD = re.compile(
    r"auth(?!or(?!i[sz]))|guard|protect(?!ion)|permission|requirerole|hasrole|checkrole|isadmin|adminonly|onlyadmin|requireadmin"
    r"|verifytoken|verifyjwt|checkjwt|checktoken|loggedin|requirelogin|ensurelogin|requireuser|restrictto|apikey",
    re.IGNORECASE,
)
_LIMITS = re.compile(r"limit|throttle|slow", re.IGNORECASE)
_FOR_ERRORS, _TAKES_NEXT = 4, 3
_REFUSAL, _TOO_MANY = 400, 429


def is_guard_by_name(name: str) -> bool:
    last = name.rpartition(".")[2]
    return _GUARD.search(last) is not None and _LIMITS.search(last) is None


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of running something once, apart from any door."""

    goes_on: bool
    statuses: tuple[int, ...]

    @property
    def only_goes_on(self) -> bool:
        return self.goes_on and all(status >= _REFUSAL for status in self.statuses)

    @property
    def only_refuses(self) -> bool:
        return not self.goes_on and all(status >= _REFUSAL for status in self.statuses)


def answers_itself(tried: Tried) -> bool:
    return not tried.goes_on and any(status < _REFUSAL for status in tried.statuses)


class Handlers:
    def __init__(self, follower: Follower) -> None:
        self._follower = follower

    def code_of(self, value: Value) -> Value:
        """The code that was handed to something of a package which runs it: `wrap(async (req, res) => …)`."""
        shape = value.shape
        if isinstance(shape, Thing) and shape.kind == "wrapped" and isinstance(shape.data, tuple) and shape.data:
            return Value(shape=shape.data[-1])
        return value

    def is_code(self, value: Value) -> bool:
        return any(isinstance(shape, (Closure, Thing)) for shape in self.code_of(value).shapes())

    def is_for_errors(self, given: Given) -> bool:
        function = self._function(given.value)
        return function is not None and len(function.params) == _FOR_ERRORS

    def may_go_on(self, value: Value) -> bool:
        function = self._function(value)
        return function is not None and len(function.params) == _TAKES_NEXT

    def name(self, given: Given) -> str:
        """What a person would call it."""
        shape = self.code_of(given.value).shape
        inner = self._inner(shape)
        if inner is not shape and isinstance(inner, Closure) and (own := self._follower.function(inner).name):
            return own
        function = self._function(given.value)
        name = given.written.removesuffix(".bind") or (function.name if function is not None else "")
        return name or "(function)"

    def home(self, given: Given) -> str:
        """Where its own code is, by the name it goes by there."""
        shape = self.code_of(given.value).shape
        inner = self._inner(shape)
        name = self._follower.function(inner).name if isinstance(inner, Closure) else ""
        return home_of(Value(shape=inner if isinstance(inner, Closure) else shape), name or self.name(given))

    def spot(self, value: Value) -> Spot | None:
        shape = self._inner(self.code_of(value).shape)
        if isinstance(shape, Closure):
            return Spot(shape.unit, self._follower.function(shape).line)
        return None

    def tried(self, value: Value, exchange: Exchange, spot: Spot) -> Tried:
        visit = Visit()
        ways: list[tuple[Held, ...]] = []
        self._follower.invoke(self.code_of(value), _args(exchange, ways), visit, spot)
        return Tried(bool(ways), tuple(answer.status for answer in visit.answers))

    def runner(self, given: Given, spot: Spot, exchange: Exchange, base: str) -> Callable[[Visit], Checks | None]:
        """Runs a middleware; what holds on every way on holds afterwards. Gives what to think of it where nothing
        does."""

        def run(visit: Visit) -> Checks | None:
            ways: list[tuple[Held, ...]] = []
            exchange.base = base
            visit.frames.append(Frame(given.written, spot))
            held, answers, used = len(visit.held), len(visit.answers), len(visit.used)
            value = self.code_of(given.value)
            self._follower.invoke(value, _args(exchange, ways), visit, spot)
            del visit.held[held:]
            visit.hold(agreed([[one.fact for one in way] for way in ways]), spot)
            visit.frames.pop()
            asked = any(what.startswith("limiter ") for what, _ in visit.used[used:])
            if not asked and any(answer.status == _TOO_MANY for answer in visit.answers[answers:]):
                visit.used.append((f"limiter {self.name(given)} (own code)", spot))
            # Where it answers by itself the handler never runs.
            visit.answers[answers:] = [one for one in visit.answers[answers:] if one.status >= _REFUSAL]
            if not is_guard_by_name(given.written):
                return None
            here = visit.held[held:]
            if any(checks_of(one.fact, visit.did) is not None for one in here):
                return None
            return Checks.NOTHING if ways and self._is_own(value) else Checks.UNKNOWN

        return run

    def _is_own(self, value: Value) -> bool:
        return any(isinstance(shape, Closure) for shape in value.shapes())

    def _function(self, value: Value) -> Function | None:
        shape = self.code_of(value).shape
        return self._follower.function(shape) if isinstance(shape, Closure) else None

    def _inner(self, shape: Shape | Outside | None) -> Shape | None:
        """`asyncHandler(f)` of the project gives a function of its own: what is meant is `f`."""
        for _ in range(3):
            if not isinstance(shape, Closure):
                return shape
            handed = list(self._handed(shape))
            if len(handed) != 1:
                return shape
            shape = handed[0]
        return shape

    def _handed(self, closure: Closure) -> Iterator[Closure]:
        function = self._follower.function(closure)
        functions = self._follower.programs[closure.unit].functions
        if function.inside < 0:
            return
        outer = functions[function.inside]
        if not any(isinstance(one, Return) and one.value == Func(closure.at) for one in outer.body):
            return
        for param in outer.params:
            for bound in param.names:
                value = closure.scope.names().get(bound.name)
                if value is not None and isinstance(value.shape, Closure):
                    yield value.shape


def _args(exchange: Exchange, ways: list[tuple[Held, ...]]) -> tuple[Given, ...]:
    return (Given(request(exchange)), Given(response(exchange)), Given(Value(shape=Thing(NEXT, data=ways))))
