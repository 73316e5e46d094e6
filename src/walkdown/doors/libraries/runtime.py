"""What the place code runs in brings along: the environment's variables, and Deno's servers."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling
from walkdown.doors.values import Outside, Record, Source, Thing, Value
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Origin

_PROCESS, _DENO, _META, _ENV = "runtime.process", "runtime.deno", "runtime.meta", "runtime.env"
_HTTP = frozenset({"@std/http", "@std/http/server.ts", "@std/http/mod.ts", "@std/http/server"})


@dataclass(frozen=True, slots=True)
class Served:
    """`Deno.serve(handler)`."""

    handler: Value
    spot: Spot


class Runtime(Base):
    packages = frozenset({"process", "node:process", *_HTTP})
    globals = frozenset({"process", "Deno", "import", "Bun"})

    def __init__(self) -> None:
        self.served: list[Served] = []

    def imported(self, outside: Outside) -> Value | None:
        if outside.package in ("process", "node:process"):
            return Value(shape=Thing(_ENV if outside.chain == ("env",) else _PROCESS))
        if outside.package:
            return None
        kind = {"Deno": _DENO, "import": _META}.get(outside.chain[0], _PROCESS)
        return Value(shape=Thing(kind))

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        return self._serve(calling) if outside.package in _HTTP and outside.chain[-1:] == ("serve",) else None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _META:
            return Value(shape=Thing(_ENV)) if name == "env" else Value(shape=thing) if name == "meta" else None
        if thing.kind in (_PROCESS, _DENO) and name == "env":
            return Value(shape=Thing(_ENV))
        if thing.kind == _ENV and name not in ("get", "toObject", "has"):
            return variable(name)
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _ENV and name in ("get", "toObject", "has"):
            asked = calling.arg(0)
            return Value(shape=thing) if name == "toObject" else variable((asked.text if asked else None) or "*")
        if thing.kind == _DENO and name == "serve":
            return self._serve(calling)
        return None

    def _serve(self, calling: Calling) -> Value:
        """`serve(handler)`, `serve({ port }, handler)`, `serve({ handler })`."""
        plain = [one.value for one in calling.args]
        handler = plain[-1] if plain else Value()
        if isinstance(handler.shape, Record):
            handler = handler.shape.get("handler") or handler.shape.get("fetch") or (plain[0] if plain else Value())
        self.served.append(Served(handler, calling.spot))
        return Value()


def variable(name: str) -> Value:
    return Value(frozenset({Source(Origin.ENVIRONMENT, (name,))}), maybe=True)
