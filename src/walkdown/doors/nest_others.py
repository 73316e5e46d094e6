"""What else a NestJS application can be asked for: messages of sockets and queues, schedules, GraphQL, commands; and
what runs inside it when a command or an event is sent on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from walkdown.doors import calls
from walkdown.doors.entrances import Before, joined
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.nest_services import NestServices
from walkdown.doors.libraries.nest_socket import Socket, client
from walkdown.doors.libraries.nest_things import MarkCall, entry, listed
from walkdown.doors.library import Given
from walkdown.doors.nest_container import Container
from walkdown.doors.nest_handlers import Handler, handlers_of
from walkdown.doors.nest_marks import Said
from walkdown.doors.nest_modules import Module, Modules, as_class, said_of
from walkdown.doors.nest_routes import UNREAD
from walkdown.doors.values import UNKNOWN, ClassRef, Instance, Outside, Record, Value, of
from walkdown.doors.visits import Frame, Visit
from walkdown.model.door import DoorKind, Origin

_GRAPHQL = {"Query": "QUERY", "Mutation": "MUTATION", "Subscription": "SUBSCRIPTION"}
_RPC = {"MessagePattern": "MESSAGE", "EventPattern": "EVENT", "GrpcMethod": "GRPC", "GrpcStreamMethod": "GRPC"}
_TIMES = {"Cron": "CRON", "Interval": "INTERVAL", "Timeout": "TIMEOUT"}


@dataclass(frozen=True, slots=True)
class Door:
    """`family`: http, ws, rpc, graphql or job. `plain`: what parameters without a decorator get."""

    kind: DoorKind
    method: str
    path: str
    handler: Handler
    said: Said
    family: str
    plain: Callable[[Value], tuple[Value, ...]] = lambda _: ()
    before: Callable[[Value], tuple[Before, ...]] = lambda _: ()


class Others:
    def __init__(self, follower: Follower, container: Container, modules: Modules) -> None:
        self._follower = follower
        self._container = container
        self._modules = modules

    def doors(self, of: ClassRef, module: Module) -> Iterator[Door]:
        said = said_of(self._follower, of)
        handlers = handlers_of(self._follower, of)
        gateway = said.first("WebSocketGateway")
        if gateway is not None:
            yield from self._gateway(of, gateway, said, handlers, module)
        queue = said.first("Processor")
        for handler in handlers:
            yield from self._graphql(handler, said)
            yield from self._by_mark(handler, said)
            if queue is not None:
                yield from self._queue(of, queue, handler, said)
        command = said.first("Command", package="nest-commander")
        run = next((one for one in handlers if one.method == "run"), None)
        if command is not None and run is not None:
            yield Door(DoorKind.COMMAND, "COMMAND", _text(entry(command.arg(0), "name")), run, said, "job")

    def _gateway(
        self, of: ClassRef, gateway: MarkCall, said: Said, handlers: list[Handler], module: Module
    ) -> Iterator[Door]:
        options = next((one.value for one in gateway.args if isinstance(one.value.shape, Record)), None)
        namespace = _text(entry(options, "namespace"))
        connect = next((one for one in handlers if one.method == "handleConnection"), None)

        def plain(_: Value) -> tuple[Value, ...]:
            return client(Socket()), of_body()

        def with_connection(asked: Value) -> tuple[Before, ...]:
            return () if connect is None else (self._connected(of, connect, module, asked),)

        if connect is not None:
            path = joined("ws", namespace, "connection").strip("/")
            yield Door(DoorKind.EVENT, "WS", path, connect, said, "ws", plain)
        for handler in handlers:
            for call in handler.said.every("SubscribeMessage"):
                for name in [_text(one) for one in listed(call.arg(0))] or [UNREAD]:
                    path = joined("ws", namespace, name or UNREAD).strip("/")
                    yield Door(DoorKind.EVENT, "WS", path, handler, said, "ws", plain, with_connection)

    def _connected(self, of: ClassRef, connect: Handler, module: Module, asked: Value) -> Before:
        """Nobody sends a message who was not let in before."""

        def run(visit: Visit) -> None:
            this = self._container.resolve(Value(shape=of), module)
            visit.frames.append(Frame(connect.name, connect.spot))
            self._follower.call(connect.bound(this), (Given(asked),), visit, connect.spot)
            visit.frames.pop()

        return Before(connect.name, connect.spot, run)

    def _graphql(self, handler: Handler, said: Said) -> Iterator[Door]:
        for name, method in _GRAPHQL.items():
            for call in handler.said.every(name, "@nestjs/graphql"):
                named = next((text for one in call.args if (text := one.value.text)), "")
                for one in call.args:
                    named = named or _text(entry(one.value, "name"))
                yield Door(DoorKind.ROUTE, method, f"graphql/{named or handler.method}", handler, said, "graphql")

    def _by_mark(self, handler: Handler, said: Said) -> Iterator[Door]:
        for name, method in _RPC.items():
            for call in handler.said.every(name):
                yield Door(DoorKind.EVENT, method, _pattern(call), handler, said, "rpc", lambda _: (of_body(),))
        for name, method in _TIMES.items():
            for call in handler.said.every(name, "@nestjs/schedule"):
                options = next((one.value for one in call.args if isinstance(one.value.shape, Record)), None)
                called = _text(entry(options, "name")) or handler.name
                yield Door(DoorKind.JOB, method, f"{method.lower()}/{called}", handler, said, "job")

    def _queue(self, of: ClassRef, queue: MarkCall, handler: Handler, said: Said) -> Iterator[Door]:
        options = queue.arg(0)
        name = (options.text if options is not None else None) or _text(entry(options, "name")) or UNREAD
        for call in handler.said.every("Process"):
            named = call.arg(0)
            job = (named.text if named is not None else None) or _text(entry(named, "name"))
            path = joined("queue", name, job).strip("/")
            yield Door(DoorKind.JOB, "QUEUE", path, handler, said, "job", lambda _: (UNKNOWN,))
        above = calls.parent_of(self._follower, of).shape
        if handler.method == "process" and isinstance(above, Outside) and above.chain == ("WorkerHost",):
            yield Door(DoorKind.JOB, "QUEUE", f"queue/{name}", handler, said, "job", lambda _: (UNKNOWN,))

    # -- inside -------------------------------------------------------------------------------------------------------

    def listen(self, services: NestServices) -> None:
        """What runs where a command, a query or an event is sent."""
        for module in self._modules.all:
            for provider in module.providers:
                of = as_class(provider.made)
                if of is not None:
                    self._listening(of, module, services)

    def _listening(self, of: ClassRef, module: Module, services: NestServices) -> None:
        said = said_of(self._follower, of)
        for name, method in (("CommandHandler", "execute"), ("QueryHandler", "execute"), ("EventsHandler", "handle")):
            for call in said.every(name):
                for one in call.args:
                    shape = one.value.shape
                    if isinstance(shape, ClassRef):
                        handlers = services.handlers.setdefault((shape.unit, shape.at), [])
                        handlers.append(self._later(of, module, method))
        if not any(self._follower.programs[of.unit].functions[at].marks for at in self._methods(of)):
            return
        for handler in handlers_of(self._follower, of):
            for call in handler.said.every("OnEvent"):
                for text in [_text(one) for one in listed(call.arg(0))]:
                    services.handlers.setdefault(text, []).append(self._later(of, module, handler.method))

    def _methods(self, of: ClassRef) -> tuple[int, ...]:
        return self._follower.programs[of.unit].classes[of.at].methods

    def _later(self, of: ClassRef, module: Module, method: str) -> Callable[[], Value]:
        def handler() -> Value:
            this = self._container.resolve(Value(shape=of), module)
            if not isinstance(this.shape, Instance):
                return UNKNOWN
            for one in handlers_of(self._follower, of):
                if one.method == method:
                    return Value(shape=one.bound(this))
            return UNKNOWN

        return handler


def of_body() -> Value:
    return of(Origin.INPUT, "body")


def _text(value: Value | None) -> str:
    return (value.text if value is not None else None) or ""


def _pattern(call: MarkCall) -> str:
    """`"orders.created"`, or `{ cmd: "sum" }`."""
    first = call.arg(0)
    if first is not None and isinstance(first.shape, Record):
        parts = [text for _, one in first.shape.entries if (text := one.text)]
        return "/".join(parts) or UNREAD
    return "/".join(text for one in call.args if (text := one.value.text)) or UNREAD
