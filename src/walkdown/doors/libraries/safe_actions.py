"""next-safe-action and zsa: server actions put together from a client with middlewares, a schema and a handler."""

from __future__ import annotations

from dataclasses import dataclass

from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling, Given
from walkdown.doors.procedures import Going, Step, on_next, take
from walkdown.doors.values import Outside, Record, Thing, Value, of
from walkdown.model.door import Origin

ACTION = "safe.action"
_CLIENT, _DEFINES = "safe.client", "safe.middleware"
_SCHEMAS = frozenset({"schema", "inputSchema", "input", "bindArgsSchemas"})
_ENDS = frozenset({"action", "stateAction", "handler"})
_SAME = frozenset({
    "metadata", "outputSchema", "output", "bindArgs", "onStart", "onSuccess", "onError", "onComplete", "timeout",
    "retry", "experimental_shapeError", "onInputParseError", "createServerAction", "id",
})  # fmt: skip
_MAKERS = frozenset({
    "createSafeActionClient", "createServerAction", "createServerActionProcedure", "createServerActionWrapper",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    steps: tuple[Step, ...]
    handler: Given


class SafeActions(Base):
    packages = frozenset({"next-safe-action", "next-safe-action/zod", "zsa"})

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        first = calling.arg(0)
        if name == "createMiddleware":
            return Value(shape=Thing(_DEFINES))
        if name == "createServerActionProcedure" and first is not None and isinstance(first.shape, Thing):
            return Value(shape=first.shape)  # it goes on from another procedure
        return Value(shape=Thing(_CLIENT, name, ())) if name in _MAKERS else None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _DEFINES and name == "define":
            return calling.arg(0)
        if thing.kind == _CLIENT and isinstance(thing.data, tuple):
            return _built(thing, thing.data, name, calling)
        if thing.kind == ACTION and name == "" and isinstance(thing.data, Action):
            return _run(thing.data, calling)
        return on_next(thing, name, calling)


def _built(client: Thing, steps: tuple[Step, ...], name: str, calling: Calling) -> Value | None:
    first = calling.args[0] if calling.args else None
    if name == "createServerAction":
        return Value(shape=Thing(_CLIENT, name, steps))
    if first is None or name in _SAME:
        return Value(shape=client) if name in _SAME or name in _SCHEMAS else None
    if name in _SCHEMAS:
        return Value(shape=Thing(_CLIENT, client.name, (*steps, Step("input", first, calling.spot))))
    if name == "use":
        return Value(shape=Thing(_CLIENT, client.name, (*steps, Step("use", first, calling.spot))))
    if name == "handler" and client.name == "createServerActionProcedure":
        return Value(shape=Thing(_CLIENT, client.name, (*steps, Step("returns", first, calling.spot))))
    return Value(shape=Thing(ACTION, data=Action(steps, first))) if name in _ENDS else None


def _run(action: Action, calling: Calling) -> Value:
    going = Going(Value(shape=Record(())), of(Origin.INPUT, "body"), [])
    for step in action.steps:
        take(step, going, calling.follower, calling.visit)
    given = Record((("parsedInput", going.asked), ("input", going.asked), ("ctx", going.context)), open=True)
    args = (Given(Value(shape=given)), Given(Value(shape=Record((("ctx", going.context),), open=True))))
    return calling.follower.invoke(action.handler.value, args, calling.visit, calling.spot)
