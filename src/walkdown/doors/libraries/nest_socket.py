"""The client of a WebSocket gateway: what it says when it comes, what the server keeps with it, how it is sent off."""

from __future__ import annotations

from dataclasses import dataclass, field

from walkdown.doors.values import NEVER, Source, Thing, Value, of
from walkdown.model.door import Origin

CLIENT = "nest.client"
_WHO = frozenset({"user", "userId", "username", "account", "auth", "currentUser", "payload", "sub"})
_TALKS = frozenset({"emit", "join", "leave", "to", "send", "in", "broadcast", "once", "on"})
_SAID = frozenset({"handshake", "request", "headers", "query", "url"})


@dataclass(slots=True)
class Socket:
    kept: dict[str, Value] = field(default_factory=dict)


def client(socket: Socket, place: str = "") -> Value:
    return Value(shape=Thing(CLIENT, place, socket))


def member(thing: Thing, name: str) -> Value | None:
    socket = thing.data
    if thing.kind != CLIENT or not isinstance(socket, Socket):
        return None
    key = f"{thing.name}.{name}"
    if key in socket.kept:
        return socket.kept[key]
    if name in _WHO:
        return Value(frozenset({Source(Origin.IDENTITY, (name,))}), maybe=True)
    if name == "data" and not thing.name:
        return client(socket, "data")
    if name in _SAID and not thing.name:
        return of(Origin.INPUT, name)
    return of(Origin.MADE, name) if name in ("id", "rooms", "nsp") else None


def method(thing: Thing, name: str) -> Value | None:
    if thing.kind != CLIENT:
        return None
    if name in ("disconnect", "close", "terminate", "_error"):
        return NEVER
    return Value(shape=thing) if name in _TALKS else None


def assigned(thing: Thing, name: str, value: Value) -> None:
    if thing.kind == CLIENT and isinstance(thing.data, Socket):
        thing.data.kept[f"{thing.name}.{name}"] = value
