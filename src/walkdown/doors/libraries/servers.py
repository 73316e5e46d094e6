"""Servers that node makes itself: what is called when one listens is part of how the application starts."""

from __future__ import annotations

from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling
from walkdown.doors.values import Closure, Outside, Thing, Value

_SERVER = "node.server"
_MAKES = frozenset({"createServer", "createSecureServer", "Server"})


class NodeServers(Base):
    packages = frozenset({"http", "https", "http2", "node:http", "node:https", "node:http2"})

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: ARG002
        return Value(shape=Thing(_SERVER)) if outside.chain[-1:] and outside.chain[-1] in _MAKES else None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind != _SERVER:
            return None
        if name == "listen" or (name in ("on", "once") and _event(calling) == "listening"):
            for one in calling.args:
                if any(isinstance(shape, Closure) for shape in one.value.shapes()):
                    calling.follower.invoke(one.value, (), calling.visit, calling.spot)
        return Value(shape=thing)


def _event(calling: Calling) -> str:
    first = calling.arg(0)
    return (first.text if first is not None else None) or ""
