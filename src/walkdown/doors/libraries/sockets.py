"""Messages of sockets: Socket.IO and ws. What stands at the connection stands before each of its messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import Outside, Source, Thing, Value, of
from walkdown.doors.visits import Held, Spot, Visit
from walkdown.model.door import Origin

SERVER, SOCKET = "sockets.server", "sockets.socket"
_WHO = frozenset({"user", "userId", "account", "auth", "uid", "currentUser", "decoded", "decoded_token"})
_ENDS = frozenset({"disconnect", "disconnecting", "error", "close", "end", "pong", "ping"})
_ANSWERS = frozenset(
    {"emit", "send", "broadcast", "to", "in", "join", "leave", "disconnect", "close", "terminate", "except"}
)


@dataclass(slots=True)
class Server:
    """`kind`: socket.io or ws. `path`: of its namespace, or where it is upgraded. `before`: what it `use`s;
    `connections`: what runs when somebody connects."""

    kind: str
    path: str
    spot: Spot
    before: list[tuple[Given, Spot]] = field(default_factory=list)
    connections: list[tuple[Given, Spot]] = field(default_factory=list)


@dataclass(slots=True)
class Socket:
    """One connection while it is followed. `events`: its messages, and what held where they were listened for."""

    kind: str
    kept: dict[str, Value] = field(default_factory=dict)
    events: list[tuple[str, Given, Spot, tuple[Held, ...]]] = field(default_factory=list)
    before: list[tuple[Given, Spot]] = field(default_factory=list)


class Sockets(Base):
    packages = frozenset({"socket.io", "ws", "isomorphic-ws"})

    def __init__(self) -> None:
        self.servers: list[Server] = []

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        kind = "socket.io" if outside.package == "socket.io" else "ws"
        if kind == "ws" and name not in ("Server", "WebSocketServer"):
            return None  # a client
        options = next((one.value.shape for one in calling.args if hasattr(one.value.shape, "entries")), None)
        given = dict(getattr(options, "entries", ()))
        path = given["path"].text if "path" in given else ""
        return self._server(kind, path or "", calling.spot)

    def _server(self, kind: str, path: str, spot: Spot) -> Value:
        server = Server(kind, path, spot)
        self.servers.append(server)
        return Value(shape=Thing(SERVER, data=server))

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == SERVER and name in ("sockets", "server"):
            return Value(shape=thing)
        if thing.kind == SOCKET and isinstance(thing.data, Socket):
            return _of_socket(thing, thing.data, name)
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == SERVER and isinstance(thing.data, Server):
            return self._on_server(thing, thing.data, name, calling)
        if thing.kind == SOCKET and isinstance(thing.data, Socket):
            return _on_socket(thing, thing.data, name, calling)
        return None

    def _on_server(self, thing: Thing, server: Server, name: str, calling: Calling) -> Value | None:
        first, given = calling.arg(0), [one for one in calling.args if not one.spread]
        if name == "of" and first is not None:
            return self._server(server.kind, first.text or "{?}", calling.spot)
        if name == "use" and given:
            server.before.append((given[0], calling.spot))
        elif (
            name in ("on", "once") and len(given) > 1 and first is not None and first.text in ("connection", "connect")
        ):
            server.connections.append((given[1], calling.spot))
        return Value(shape=thing)

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:  # noqa: ARG002
        if thing.kind == SOCKET and isinstance(thing.data, Socket):
            thing.data.kept[name] = value


def _of_socket(thing: Thing, socket: Socket, name: str) -> Value | None:
    if name in socket.kept:
        return socket.kept[name]
    if name == "data":
        return Value(shape=thing)
    if name in ("handshake", "request", "upgradeReq"):
        return Value(shape=Thing("sockets.handshake"))
    if name in _WHO:
        return Value(frozenset({Source(Origin.IDENTITY, (name,))}), maybe=True)
    return Value(shape=thing) if name in ("broadcast", "volatile", "nsp", "server") else None


def _on_socket(thing: Thing, socket: Socket, name: str, calling: Calling) -> Value | None:
    first, given = calling.arg(0), [one for one in calling.args if not one.spread]
    if name in ("on", "once", "addEventListener") and len(given) > 1 and first is not None:
        event = first.text or "{?}"
        if event not in _ENDS:
            socket.events.append((event, given[1], calling.spot, tuple(calling.visit.held)))
        return Value(shape=thing)
    if name == "use" and given:
        socket.before.append((given[0], calling.spot))
        return Value(shape=thing)
    return Value(shape=thing) if name in _ANSWERS else None


class Handshakes(Base):
    """What a connection was opened with: a token in `auth`, cookies, headers. All of it says who asks."""

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind != "sockets.handshake":
            return None
        if name in ("session", "user"):
            return Value(frozenset({Source(Origin.IDENTITY, (name,))}), maybe=True)
        return of(Origin.INPUT, "query" if name in ("query", "url") else "headers", name)


def message() -> Value:
    return of(Origin.INPUT, "body")
