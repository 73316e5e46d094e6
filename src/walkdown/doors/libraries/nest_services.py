"""What NestJS's own packages put into a class: tokens, settings, buses of commands and events, logs."""

from __future__ import annotations

from collections.abc import Callable

from walkdown.doors.libraries.nest_things import BUS, CONFIG, EMITTER, JWT, LOGGER, listed
from walkdown.doors.libraries.session_marks import signed_by_service
from walkdown.doors.library import Calling
from walkdown.doors.values import UNKNOWN, Fact, Instance, Source, Thing, Value, of
from walkdown.model.door import Origin

SERVICES = {
    "JwtService": JWT, "ConfigService": CONFIG, "CommandBus": BUS, "QueryBus": BUS, "EventBus": BUS,
    "EventEmitter2": EMITTER, "Logger": LOGGER, "ConsoleLogger": LOGGER,
}  # fmt: skip
_SAID_OPENLY = frozenset({"body", "query", "params"})


class NestServices:
    """`handlers`: what runs for a command, a query or an event: by the class of it, or by the name of the event."""

    def __init__(self) -> None:
        self.handlers: dict[tuple[str, int] | str, list[Callable[[], Value]]] = {}

    def member(self, thing: Thing, name: str) -> Value | None:
        if thing.kind == LOGGER:
            return Value(shape=thing) if name == "logger" else None
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == JWT:
            return _token(name, calling)
        if thing.kind == CONFIG:
            key = calling.arg(0)
            return of(Origin.ENVIRONMENT, (key.text if key is not None else None) or "*")
        if thing.kind == LOGGER:
            calling.visit.used.append(("log", calling.spot))
            return Value()
        if thing.kind == BUS and name in ("execute", "publish", "publishAll"):
            return self._sent(calling)
        if thing.kind == EMITTER and name in ("emit", "emitAsync"):
            named = calling.arg(0)
            for handler in self.handlers.get((named.text if named is not None else None) or "", ()):
                calling.follower.invoke(handler(), calling.args[1:], calling.visit, calling.spot)
            return Value()
        return None

    def _sent(self, calling: Calling) -> Value:
        result = UNKNOWN
        for one in listed(calling.arg(0)):
            if not isinstance(one.shape, Instance):
                calling.visit.note("It is not known which command or event is sent on.")
                continue
            for handler in self.handlers.get((one.shape.of.unit, one.shape.of.at), ()):
                result = calling.follower.invoke(handler(), calling.args[:1], calling.visit, calling.spot)
        return result


def _token(name: str, calling: Calling) -> Value | None:
    token = calling.arg(0)
    if name in ("verify", "verifyAsync"):
        sources = token.sources if token is not None else frozenset()
        openly = [s for s in sources if s.origin is Origin.INPUT and s.path[:1] and s.path[0] in _SAID_OPENLY]
        detail = "secret" if openly and len(openly) == len(sources) else "login"
        calling.visit.hold((Fact("verified", sources, detail=detail),), calling.spot)
        return of(Origin.IDENTITY if detail == "login" else Origin.MADE, "token")
    if name == "decode":
        return Value(token.sources if token is not None else frozenset(), maybe=True)
    if name in ("sign", "signAsync"):
        signed_by_service(calling)
        return Value(frozenset({Source(Origin.MADE)}))
    return None
