"""Files that look as if they held routes, and from which no door was made: nobody mounts them, or the way to them was
not understood. Told, so that an empty map is not taken for an application without doors."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from walkdown.doors.questions.asked import Map
from walkdown.syntax.program import Call, Func, Member, Name, Obj, Program, Text
from walkdown.target.sides import is_side

_SERVERS = re.compile(r"express|fastify|hono|@nestjs/common")  # others are a gap by their name
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "all", "route"})
_MARKS = frozenset({"Controller", "Resolver", "WebSocketGateway"})
_KEYS = frozenset({"method", "path", "handler"})


def unfollowed(found: Map) -> list[str]:
    seen = {one.door.file for one in found.doors}
    seen |= {guard.path for one in found.doors for guard in one.door.guards}
    seen |= {path for one in found.doors for reach in one.door.reaches for path, _, _ in reach.way}
    return [
        path
        for path, program in found.programs.items()
        if path not in seen and not is_side(path) and _is_served(program) and _has_routes(program)
    ]


def _is_served(program: Program) -> bool:
    return any(_SERVERS.fullmatch(one.module) for one in program.imports)


def _has_routes(program: Program) -> bool:
    marks = (mark.value for one in program.classes for mark in one.marks)
    if any(isinstance(one, Call) and isinstance(one.callee, Name) and one.callee.name in _MARKS for one in marks):
        return True
    return any(_is_route(one) for one in _calls(program))


def _is_route(call: Call) -> bool:
    """`router.get("/x", handler)`, `this.route({ method, path, handler })`."""
    if not isinstance(call.callee, Member) or call.callee.name not in _VERBS or not call.args:
        return False
    first = call.args[0].value
    if isinstance(first, Obj):
        return {entry.key for entry in first.entries} >= _KEYS
    rest = [one.value for one in call.args[1:]]
    path = isinstance(first, Text) and first.value.startswith("/")
    return path and any(isinstance(one, (Func, Member)) for one in rest)


def _calls(program: Program) -> Iterator[Call]:
    waiting: list[object] = [program.body, program.functions]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Call):
            yield one
        if isinstance(one, tuple):
            waiting.extend(one)
        elif isinstance(one, msgspec.Struct):
            waiting.extend(getattr(one, name) for name in one.__struct_fields__)
