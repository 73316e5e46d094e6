"""The messages an application listens for on its sockets: each is an entrance, behind what stands at the connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from walkdown.doors.entrances import Before, Entrance, joined
from walkdown.doors.express_handlers import Handlers
from walkdown.doors.libraries.express import request
from walkdown.doors.libraries.express_exchange import NEXT, Exchange
from walkdown.doors.libraries.sockets import SOCKET, Server, Socket, Sockets, message
from walkdown.doors.library import Given
from walkdown.doors.loading import load_around
from walkdown.doors.project import Project
from walkdown.doors.values import UNKNOWN, Thing, Value, agreed
from walkdown.doors.visits import Frame, Held, Spot, Visit
from walkdown.model.door import Checks, DoorKind


@dataclass(slots=True)
class _Chosen:
    """The connection that is followed for one door, and its handler of that message."""

    socket: Socket
    handler: Given | None = None


class SocketDoors:
    name = "sockets"

    def __init__(self) -> None:
        self.library = Sockets()

    def entrances(self, project: Project) -> list[Entrance]:
        load_around(project, self.library.packages)
        found: list[Entrance] = []
        for server in self.library.servers:
            for connection, spot in server.connections:
                found.extend(_Connection(project, server, connection, spot).entrances())
        return found


class _Connection:
    """What runs when somebody connects, and the messages it listens for."""

    def __init__(self, project: Project, server: Server, given: Given, spot: Spot) -> None:
        self._follower = project.follower
        self._handlers = Handlers(project.follower)
        self._server = server
        self._given = given
        self._spot = spot

    def entrances(self) -> list[Entrance]:
        seen = Socket(self._server.kind)
        self._connect(seen, Visit())
        if not seen.events:  # all happens when somebody connects
            return [self._entrance("connection", self._given, self._spot)]
        first = {event: (handler, at) for event, handler, at, _ in reversed(seen.events)}
        return [self._entrance(event, handler, at) for event, (handler, at) in reversed(list(first.items()))]

    def _connect(self, socket: Socket, visit: Visit) -> Value:
        args = (Given(Value(shape=Thing(SOCKET, data=socket))), Given(request(Exchange())))
        return self._follower.invoke(self._given.value, args, visit, self._spot)

    def _entrance(self, event: str, handler: Given, at: Spot) -> Entrance:
        chosen = _Chosen(Socket(self._server.kind))
        before = [Before(self._handlers.name(one), where, self._uses(one, where, chosen))
                  for one, where in self._server.before]  # fmt: skip
        if handler is not self._given:
            before.append(Before("connection", self._spot, self._connects(event, chosen)))

        def enter(visit: Visit) -> Value:
            if handler is self._given:
                return self._connect(chosen.socket, visit)
            if chosen.handler is None:
                return UNKNOWN
            args = (Given(message()), Given(UNKNOWN), Given(UNKNOWN))
            return self._follower.invoke(chosen.handler.value, args, visit, at)

        own = self._server.kind == "ws" and self._server.path.strip("/")
        path = joined(*((own,) if own else ("ws", self._server.path)), event).strip("/")
        name, spot = self._handlers.name(handler), self._handlers.spot(handler.value) or at
        quiet = handler is self._given  # that somebody can connect is no door by itself
        return Entrance(DoorKind.EVENT, "WS", path, spot, name, self._server.kind, enter, tuple(before), quiet=quiet)

    def _uses(self, given: Given, spot: Spot, chosen: _Chosen) -> Callable[[Visit], Checks | None]:
        def run(visit: Visit) -> Checks | None:
            self._held_after(given, Given(Value(shape=Thing(SOCKET, data=chosen.socket))), spot, visit)
            return None

        return run

    def _connects(self, event: str, chosen: _Chosen) -> Callable[[Visit], Checks | None]:
        def run(visit: Visit) -> Checks | None:
            held = len(visit.held)
            visit.frames.append(Frame("connection", self._spot))
            self._connect(chosen.socket, visit)
            visit.frames.pop()
            del visit.held[held:]
            for name, handler, _, there in chosen.socket.events:
                if name == event:
                    chosen.handler = handler
                    visit.hold([one.fact for one in there], self._spot)
                    break
            for given, where in chosen.socket.before:
                self._held_after(given, Given(message()), where, visit)
            return None

        return run

    def _held_after(self, given: Given, first: Given, spot: Spot, visit: Visit) -> None:
        ways: list[tuple[Held, ...]] = []
        held = len(visit.held)
        visit.frames.append(Frame(given.written, spot))
        self._follower.invoke(given.value, (first, Given(Value(shape=Thing(NEXT, data=ways)))), visit, spot)
        visit.frames.pop()
        del visit.held[held:]
        visit.hold(agreed([[one.fact for one in way] for way in ways]), spot)
