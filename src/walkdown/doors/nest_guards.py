"""Guards of NestJS, in their order: of the application, the class, the method. Each is run for the very handler."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from walkdown.doors import calls, exact
from walkdown.doors.entrances import Before
from walkdown.doors.follow import Follower
from walkdown.doors.guards import checks_of
from walkdown.doors.homes import home_of
from walkdown.doors.libraries.nest_things import OBJECT, PASSPORT, THROTTLER, App, entry, listed
from walkdown.doors.library import Given
from walkdown.doors.nest_container import Container
from walkdown.doors.nest_marks import Said
from walkdown.doors.nest_modules import Module, Modules, Provider
from walkdown.doors.truth import truthy_facts
from walkdown.doors.values import ClassRef, Closure, Instance, Outside, Thing, Value, is_never
from walkdown.doors.visits import Frame, Spot, Visit
from walkdown.model.door import Checks

_LIMITS = re.compile(r"throttl|rate_?limit", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Use:
    """A guard where it is put. `everywhere`: for the whole application."""

    name: str
    spot: Spot
    value: Value
    module: Module | None
    everywhere: bool = False


class Guards:
    def __init__(self, follower: Follower, container: Container, app: App, modules: Modules) -> None:
        self._follower = follower
        self._container = container
        self.everywhere = list(self._global(app, modules))

    def _global(self, app: App, modules: Modules) -> Iterator[Use]:
        for given in app.guards:
            yield Use(self._name(given.value, given.written), app.spot, given.value, None, True)
        for provider in of_token(modules, "APP_GUARD"):
            made = provider.made
            value = next((one for key in ("useClass", "useExisting") if (one := entry(made, key)) is not None), None)
            value = value or self._container.provided(provider)
            line = self._follower.programs[provider.module.of.unit].classes[provider.module.of.at].line
            spot = Spot(provider.module.of.unit, line)
            yield Use(self._name(value, "APP_GUARD"), spot, value, provider.module, True)

    def on(self, of_class: Said, of_method: Said, module: Module | None) -> list[Use]:
        """What stands before one handler; the application's own first."""
        return [*self.everywhere, *self._used(of_class, module), *self._used(of_method, module)]

    def _used(self, said: Said, module: Module | None) -> Iterator[Use]:
        for found in said.found("UseGuards"):
            for given in found.call.args if found.call is not None else ():
                for value in listed(given.value):
                    yield Use(self._name(value, given.written), found.spot, value, module)

    def limiter(self, uses: Iterable[Use], of_class: Said, of_method: Said) -> str:
        own = next((use.name for use in uses if not self._throttles(use.value) and _LIMITS.search(use.name)), "")
        name = next((use.name for use in uses if self._throttles(use.value)), "")
        if own:
            return own
        skip = of_method.first("SkipThrottle") or of_class.first("SkipThrottle")
        if not name or (skip is not None and not _says_no(skip.arg(0))):
            return ""
        return name

    def before(self, uses: Iterable[Use], context: Value, unsure: list[str]) -> tuple[Before, ...]:
        """`unsure` gets the names of those that were not understood, once they have run."""
        return tuple(
            Before(use.name, use.spot, self._runner(use, context, unsure), home_of(use.value, use.name))
            for use in uses
            if not self._throttles(use.value) and not _LIMITS.search(use.name)
        )

    def _runner(self, use: Use, context: Value, unsure: list[str]) -> Callable[[Visit], Checks | None]:
        def run(visit: Visit) -> Checks | None:
            target = self._target(use)
            if not self._has_code(target):
                unsure.append(use.name)
                return Checks.UNKNOWN
            visit.frames.append(Frame(use.name, use.spot))
            held, throws = len(visit.held), visit.throws
            result = calls.method(self._follower, target, "canActivate", (Given(context),), visit, use.spot)
            said = exact.decided(result)
            if said is None and not is_never(result):
                visit.hold(truthy_facts(result), use.spot)
            gained = [one.fact for one in visit.held[held:]]
            del visit.held[held:]
            visit.hold(gained, use.spot)  # told where it is put, not where it is written
            visit.frames.pop()
            if any(checks_of(fact, visit.did) is not None for fact in gained):
                return None
            if visit.throws > throws or not (said or (result.text == "true" and not result.others)):
                unsure.append(use.name)
                return Checks.UNKNOWN  # it may refuse, but by what was not understood
            return None if use.everywhere else Checks.NOTHING

        return run

    def _target(self, use: Use) -> Value:
        if isinstance(use.value.shape, ClassRef):
            return self._container.resolve(use.value, use.module)
        return use.value

    def _has_code(self, target: Value) -> bool:
        shape = target.shape
        if isinstance(shape, Thing):
            return shape.kind == PASSPORT
        if not isinstance(shape, Instance):
            return False
        above = shape.fields.get(calls.SUPER)
        if above is not None and isinstance(above.shape, Thing) and above.shape.kind == PASSPORT:
            return True
        own = self._follower.member(target, "canActivate", Visit(), Spot(shape.of.unit, 0)).shape
        return isinstance(own, Closure)

    def _throttles(self, value: Value) -> bool:
        shape = value.shape
        if isinstance(shape, Outside):
            return "Throttler" in (shape.chain or ("",))[-1]
        if isinstance(shape, Thing):
            return shape.kind == THROTTLER or (shape.kind == OBJECT and "Throttler" in shape.name)
        of = shape.of if isinstance(shape, Instance) else shape
        if isinstance(of, ClassRef):
            above = calls.parent_of(self._follower, of).shape
            return isinstance(above, Outside) and "Throttler" in (above.chain or ("",))[-1]
        return False

    def _name(self, value: Value, otherwise: str) -> str:
        shape = value.shape
        of = shape.of if isinstance(shape, Instance) else shape
        if isinstance(of, ClassRef):
            return self._follower.programs[of.unit].classes[of.at].name or otherwise
        if isinstance(shape, Thing) and shape.kind == PASSPORT:
            return f"AuthGuard({', '.join(shape.name.split())})"
        return shape.chain[-1] if isinstance(shape, Outside) and shape.chain else otherwise


def of_token(modules: Modules, name: str) -> Iterator[Provider]:
    """Providers that are put under one of Nest's own tokens, in the order of the modules."""
    for module in modules.all:
        for provider in module.providers:
            shape = provider.token.shape
            if isinstance(shape, Outside) and shape.chain == (name,):
                yield provider


def _says_no(value: Value | None) -> bool:
    """`@SkipThrottle({ default: false })`."""
    entries = getattr(value.shape, "entries", ()) if value is not None else ()
    return bool(entries) and all(one.text == "false" for _, one in entries)
