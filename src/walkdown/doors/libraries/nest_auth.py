"""NestJS and Passport: what a guard of `AuthGuard("jwt")` makes sure of, and who the request is from then on."""

from __future__ import annotations

from walkdown.doors import exact
from walkdown.doors.libraries.nest_things import PASSPORT, THROTTLER, Context, as_identity
from walkdown.doors.library import Calling, Given
from walkdown.doors.truth import truthy_facts
from walkdown.doors.values import (
    UNKNOWN,
    Closure,
    Fact,
    Instance,
    Record,
    Source,
    Thing,
    Value,
    is_never,
    of,
    replace,
)
from walkdown.model.door import Origin

_CREDENTIALS = frozenset({Source(Origin.INPUT, ("headers", "authorization"))})
_BODY = frozenset({"local", "ldapauth"})
_WHOLE = frozenset({"custom"})


class NestAuth:
    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == THROTTLER and name == "canActivate":
            return exact.verdict(True)
        if thing.kind != PASSPORT:
            return None
        if name == "canActivate":
            return self._activate(thing, calling)
        if name == "handleRequest":
            user = calling.arg(1) or UNKNOWN
            calling.visit.hold(truthy_facts(user), calling.spot)
            return replace(user, maybe=False, if_true=())
        if name == "getRequest":
            context = _context(calling)
            return context.request if context is not None else UNKNOWN
        return Value() if name in ("logIn", "getAuthenticateOptions") else None

    def _activate(self, thing: Thing, calling: Calling) -> Value:
        context = _context(calling)
        user = self._user(thing, context, calling)
        own = self._own(thing, calling)
        if own is not None:
            failed = Value(UNKNOWN.sources, maybe=True)
            args = (Given(failed), Given(user), Given(failed), *calling.args[:1])
            user = calling.follower.invoke(Value(shape=own), args, calling.visit, calling.spot)
            if is_never(user):
                return user
        elif "anonymous" not in thing.name:
            calling.visit.hold(truthy_facts(user), calling.spot)
            user = replace(user, maybe=False, if_true=())
        if context is not None:
            calling.follower.assigned(context.request, "user", user, calling.visit, calling.spot)
        return exact.verdict(True)

    def _own(self, thing: Thing, calling: Calling) -> Closure | None:
        """A `handleRequest` of the project, which may let by whom Passport would not."""
        if not isinstance(thing.data, Instance):
            return None
        found = calling.follower.member(Value(shape=thing.data), "handleRequest", calling.visit, calling.spot).shape
        return found if isinstance(found, Closure) else None

    def _user(self, thing: Thing, context: Context | None, calling: Calling) -> Value:
        user = of(Origin.IDENTITY, "user")
        strategies = context.strategies if context is not None else {}
        names = thing.name.split() or (list(strategies) if len(strategies) == 1 else [])
        for name in names:
            found = strategies.get(name)
            if found is not None and context is not None:
                user = self._validated(name, found, context, calling)
                break
        else:
            if names and "anonymous" not in names:
                calling.visit.note(f"The strategy {names[0]!r} of this guard was not found.")
        return replace(user, maybe=True, if_true=(Fact("verified", _CREDENTIALS, detail="login"),))

    def _validated(self, name: str, strategy: Value, context: Context, calling: Calling) -> Value:
        follower, visit = calling.follower, calling.visit
        known = of(Origin.IDENTITY, "user")
        validate = follower.member(strategy, "validate", visit, calling.spot)
        if not isinstance(validate.shape, Closure):
            return known
        params = follower.function(validate.shape).params
        first = params[0].names[0].name if params and params[0].names else ""
        args = [of(Origin.INPUT, "body", "username"), of(Origin.INPUT, "body", "password")]
        if name not in _BODY:
            args = [of(Origin.IDENTITY, "token")] * max(len(params), 1)
        if first.lower().startswith("req") or first.lower() in ("request", "context") or name in _WHOLE:
            args = [context.request, *args]
        result = follower.invoke(validate, [Given(one) for one in args], visit, calling.spot)
        if isinstance(result.shape, (Record, Instance)) or result.sources - UNKNOWN.sources:
            return as_identity(result)
        return known


def _context(calling: Calling) -> Context | None:
    """The context it is asked about, or the one of a guard that hands over something else."""
    for one in calling.args:
        if isinstance(one.value.shape, Thing) and isinstance(one.value.shape.data, Context):
            return one.value.shape.data
    return None
