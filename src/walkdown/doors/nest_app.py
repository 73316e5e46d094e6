"""One application of NestJS, from its root module to its entrances."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from walkdown.doors import calls
from walkdown.doors.entrances import Before, Entrance
from walkdown.doors.express_handlers import Handlers
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.express import request, response
from walkdown.doors.libraries.express_exchange import Exchange
from walkdown.doors.libraries.nest import Nest
from walkdown.doors.libraries.nest_things import STRATEGY, TARGET, App, Context, listed
from walkdown.doors.library import Given
from walkdown.doors.nest_container import Container
from walkdown.doors.nest_guards import Guards, of_token
from walkdown.doors.nest_handlers import Handler, handlers_of
from walkdown.doors.nest_marks import Said
from walkdown.doors.nest_middleware import Middlewares
from walkdown.doors.nest_modules import Module, Modules, as_class, said_of
from walkdown.doors.nest_others import Others
from walkdown.doors.nest_params import Asked, Params
from walkdown.doors.nest_routes import METHODS, UNREAD, Place, places
from walkdown.doors.values import NOTHING, ClassRef, Outside, Thing, Value, replace
from walkdown.doors.visits import Visit
from walkdown.model.door import DoorKind

CONTEXT = "nest.context"
_SAYS_WHO = re.compile(r"passport|session|auth|jwt|clerk|keycloak", re.IGNORECASE)
_PUBLIC = re.compile(r"public|skip_?auth|anonymous|no_?auth|unprotected|bypass_?auth", re.IGNORECASE)


class NestApp:
    def __init__(self, follower: Follower, app: App, library: Nest, why: str = "") -> None:
        self._follower = follower
        self._app = app
        self._why = (why,) if why else ()
        self._modules = Modules(follower, app.root)
        self._container = Container(follower, self._modules)
        self._guards = Guards(follower, self._container, app, self._modules)
        self._middlewares = Middlewares(follower, self._container, app, self._modules)
        self._params = Params(follower, self._container)
        self._handlers = Handlers(follower)
        self._strategies = dict(self._named_strategies())
        self._pipes = (*app.pipes, *(Given(self._container.provided(p)) for p in of_token(self._modules, "APP_PIPE")))
        self._others = Others(follower, self._container, self._modules)
        self._others.listen(library.services)

    def entrances(self) -> Iterator[Entrance]:
        seen: set[tuple[str, int]] = set()
        for module in self._modules.all:
            for of in () if self._app.micro else module.controllers:
                if (of.unit, of.at) not in seen:
                    seen.add((of.unit, of.at))
                    yield from self._controller(of, module)
        for module in self._modules.all:
            for of in (*module.controllers, *self._provided(module)):
                yield from self._messages(of, module)

    def _provided(self, module: Module) -> Iterator[ClassRef]:
        for provider in module.providers:
            made = as_class(provider.made)
            if made is not None:
                yield made

    def _controller(self, of: ClassRef, module: Module) -> Iterator[Entrance]:
        said = said_of(self._follower, of)
        for handler in handlers_of(self._follower, of):
            for name, method in METHODS.items():
                for call in handler.said.every(name, "@nestjs/common"):
                    for place in places(self._app, module.path, said, handler.said, call):
                        yield self._route(of, module, said, handler, method, place)

    def _route(  # noqa: PLR0917
        self, of: ClassRef, module: Module, said: Said, handler: Handler, method: str, place: Place
    ) -> Entrance:
        exchange, unsure = Exchange(place.path, method), self._unsure()
        asked = self._asked(exchange, said, handler, module, "http")
        uses = self._guards.on(said, handler.said, module)
        why = ("A part of its path is not known.",) if UNREAD in place.path else ()
        public = next((one.name for one in (*handler.said.marks, *said.marks) if _PUBLIC.search(one.name)), "")
        return Entrance(
            DoorKind.ROUTE, method, place.path, handler.spot, handler.name, "nest",
            self._entering(of, module, handler, asked, exchange, unsure),
            before=(
                *self._middlewares.before(place, method, of, exchange),
                *self._guards.before(uses, asked.context, unsure),
            ),
            limiter=self._guards.limiter(uses, said, handler.said),
            uncertain=(*self._why, *why, *self._modules.notes),
            public=public,
        )  # fmt: skip

    def _messages(self, of: ClassRef, module: Module) -> Iterator[Entrance]:
        """Sockets, queues, schedules, resolvers."""
        for door in self._others.doors(of, module):
            exchange, unsure = Exchange(door.path, door.method), self._unsure()
            asked = self._asked(exchange, door.said, door.handler, module, door.family)
            asked = replace(asked, plain=door.plain(asked.request))
            uses = self._guards.on(door.said, door.handler.said, module) if door.family != "job" else []
            if door.family == "ws" or (door.family == "rpc" and not self._app.micro):
                # What stands before the whole application does not stand before its sockets and queues.
                uses = [use for use in uses if not use.everywhere]
                asked = replace(asked, pipes=asked.pipes[len(self._pipes) :])
            if door.family == "ws":
                asked = self._of_socket(replace(asked, request=asked.plain[0]), door.said, door.handler)
            before: list[Before] = [*door.before(asked.request), *self._guards.before(uses, asked.context, unsure)]
            yield Entrance(
                door.kind, door.method, door.path, door.handler.spot, door.handler.name, "nest",
                self._entering(of, module, door.handler, asked, exchange, unsure), before=tuple(before),
                limiter=self._guards.limiter(uses, door.said, door.handler.said),
                uncertain=(*self._why, *self._modules.notes),
            )  # fmt: skip

    def _unsure(self) -> list[str]:
        """What may say who is asking, and is not followed: middleware of packages."""
        return [given.written for _, given, _ in self._app.middleware if _SAYS_WHO.search(given.written)]

    def _entering(  # noqa: PLR0917
        self, of: ClassRef, module: Module, handler: Handler, asked: Asked, exchange: Exchange, unsure: list[str]
    ) -> Callable[[Visit], Value]:
        def enter(visit: Visit) -> Value:
            if not unsure:  # no guard has put anybody there
                exchange.kept.setdefault("user", NOTHING)
            this = self._container.resolve(Value(shape=of), module)
            closure = handler.bound(this)
            args = self._params.given(closure, asked, visit)
            visit.exits.clear()  # those of the project's own decorators for parameters
            return self._follower.call(closure, args, visit, handler.spot)

        return enter

    def _asked(self, exchange: Exchange, said: Said, handler: Handler, module: Module, kind: str) -> Asked:
        asked, answer = request(exchange), response(exchange)
        context = self._context(asked, answer, said, handler, kind)
        return Asked(asked, answer, context, (*self._pipes, *_pipes(said), *_pipes(handler.said)), module)

    def _context(self, asked: Value, answer: Value, said: Said, handler: Handler, kind: str) -> Value:
        of_handler = Value(shape=Thing(TARGET, data=handler.said.metadata))
        of_class = Value(shape=Thing(TARGET, data=said.metadata))
        data = Context(asked, answer, of_handler, of_class, kind, strategies=self._strategies)
        return Value(shape=Thing(CONTEXT, data=data))

    def _of_socket(self, asked: Asked, said: Said, handler: Handler) -> Asked:
        return replace(asked, context=self._context(asked.request, asked.response, said, handler, "ws"))

    def _named_strategies(self) -> Iterator[tuple[str, Value]]:
        """Passport's strategies, by the name that `AuthGuard(name)` asks for."""
        for module in self._modules.all:
            for of in self._provided(module):
                above = calls.parent_of(self._follower, of).shape
                if isinstance(above, Thing) and above.kind == STRATEGY and isinstance(above.data, tuple):
                    name = _strategy(above.data)
                    yield name, self._container.resolve(Value(shape=of), module)


_SUFFIX = re.compile(r"^passport-|-?oauth\d*|2$|-bearer$")


def _strategy(args: Sequence[Given]) -> str:
    said = args[1].value.text if len(args) > 1 else None
    if said:
        return said
    shape = args[0].value.shape if args else None
    package = shape.package if isinstance(shape, Outside) else ""
    return {"passport-http-bearer": "bearer", "passport-http": "basic"}.get(package) or _SUFFIX.sub("", package)


def _pipes(said: Said) -> tuple[Given, ...]:
    args = [one for call in said.every("UsePipes") for one in call.args]
    return tuple(Given(value, written=one.written) for one in args for value in listed(one.value))
