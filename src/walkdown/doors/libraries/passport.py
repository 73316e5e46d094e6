"""Passport: which ways of logging in an application has, and where it asks for one of them.

A bearer token is asked for at each door. A form, or another service that is asked once, is the login itself: it stands
before no data, and who comes out of it is nobody yet for the doors behind.
"""

from __future__ import annotations

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.express import exchange_of, proceed
from walkdown.doors.libraries.identity import LOGIN
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import NOTHING, Closure, Items, Outside, Source, Thing, Value, of
from walkdown.model.door import Origin

_PASSPORT, _STRATEGY, _ASKS, _PASSES = "passport", "passport.strategy", "passport.asks", "passport.passes"
# By package: does it stand at each door?
_AT_EACH_DOOR = {
    "passport-jwt": "jwt", "passport-http-bearer": "bearer", "passport-http": "basic",
    "passport-headerapikey": "headerapikey",
    "passport-azure-ad": "oauth-bearer", "passport-firebase-jwt": "firebase-jwt", "passport-localapikey": "localapikey",
    "passport-unique-token": "token", "passport-auth-token": "authtoken", "passport-jwt-cookiecombo": "jwt-cookiecombo",
}  # fmt: skip
_BY_NAME = frozenset({*_AT_EACH_DOOR.values(), "jwt", "accesstoken", "access-token", "api-key", "apikey", "token"})
_WHO = frozenset({Source(Origin.IDENTITY, ("user",))})


class Passport(Base):
    packages = frozenset({"passport"})

    def __init__(self) -> None:
        self._guards: dict[str, bool] = {}

    def owns(self, outside: Outside) -> bool:
        return outside.package == "passport" or outside.package.startswith(("passport-", "@passport-js/"))

    def imported(self, outside: Outside) -> Value | None:
        if outside.package == "passport" and outside.chain in ((), ("default",)):
            return Value(shape=Thing(_PASSPORT))
        return None

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        if outside.package == "passport":
            return Value(shape=Thing(_PASSPORT))  # new Passport()
        name = outside.chain[-1] if outside.chain else ""
        if not calling.new or not (name.endswith("Strategy") or not outside.chain):
            return None
        guards = outside.package in _AT_EACH_DOOR
        plain = _AT_EACH_DOOR.get(outside.package) or outside.package.removeprefix("passport-").split("-")[0]
        return Value(shape=Thing(_STRATEGY, plain, guards))

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911 - each shape has an answer of its own
        if thing.kind == _PASSPORT:
            if name == "use":
                return self._use(thing, calling)
            if name in ("authenticate", "authorize"):
                return self._authenticate(calling)
            if name in ("initialize", "session", "authenticateSession"):
                return Value(shape=Thing(_PASSES, name))
            return Value(shape=thing)  # serializeUser and its like concern no door
        if name:
            return None
        if thing.kind == _PASSES:
            proceed(calling)
            return Value()
        if thing.kind == _ASKS:
            return _asked(thing, calling)
        return None

    def _use(self, thing: Thing, calling: Calling) -> Value:
        name, strategy = calling.arg(0), calling.arg(1)
        if strategy is None:
            name, strategy = None, name
        shape = strategy.shape if strategy is not None else None
        if isinstance(shape, Thing) and shape.kind == _STRATEGY:
            self._guards[(name.text if name is not None else None) or shape.name] = bool(shape.data)
        return Value(shape=thing)

    def _authenticate(self, calling: Calling) -> Value:
        names = calling.arg(0)
        known = names.shape.known if names is not None and isinstance(names.shape, Items) else (names,)
        texts = [one.text or "" for one in known if one is not None]
        guards = bool(texts) and all(self._guards.get(one, one.lower() in _BY_NAME) for one in texts)
        back = next((one.value for one in calling.args if isinstance(one.value.shape, Closure)), None)
        return Value(shape=Thing(_ASKS, "guard" if guards else "login", back))


def _asked(thing: Thing, calling: Calling) -> Value:
    """The middleware runs. With a function of its own it decides nothing, and lets that function decide."""
    guards = thing.name == "guard"
    facts = (LOGIN,) if guards else ()
    origin = Source(Origin.IDENTITY, ("user",)) if guards else Source(Origin.ROW, ("user",))
    if isinstance(thing.data, Value):
        error = Value(frozenset({Source(Origin.UNKNOWN, ("error",))}), maybe=True)
        user = Value(frozenset({origin}), maybe=True, if_true=facts)
        info = Value(frozenset({Source(Origin.UNKNOWN, ("info",))}), maybe=True)
        args = (Given(error), Given(user), Given(info))
        calling.follower.invoke(thing.data, args, calling.visit, calling.spot)
        return Value()
    exchange = exchange_of(calling)
    if exchange is not None:
        exchange.kept["user"] = Value(_WHO) if guards else of(Origin.ROW, "user")
    calling.visit.hold(facts, calling.spot)
    proceed(calling)
    return Value() if guards else NOTHING
