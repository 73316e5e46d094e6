"""What a handler of NestJS is handed: parts of the request by decorator, and whether a pipe holds them to a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from walkdown.doors import calls, exact
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.nest_things import OBJECT, MarkCall, entry
from walkdown.doors.libraries.schemas import one_of_few
from walkdown.doors.library import Given
from walkdown.doors.nest_container import Container
from walkdown.doors.nest_forms import form_of
from walkdown.doors.nest_marks import is_true, read_marks
from walkdown.doors.nest_modules import Module
from walkdown.doors.scopes import Scope
from walkdown.doors.values import (
    NOTHING,
    UNKNOWN,
    ClassRef,
    Closure,
    Instance,
    Outside,
    Record,
    Thing,
    Value,
    member_of,
    of,
    replace,
)
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Origin
from walkdown.syntax.program import Param

_PARTS = {
    "Body": "body", "Param": "params", "Query": "query", "Headers": "headers", "Ip": "ip", "HostParam": "params",
    "UploadedFile": "file", "UploadedFiles": "files", "RawBody": "rawBody", "Args": "args", "MessageBody": "body",
    "Payload": "body",
}  # fmt: skip
_WHOLE = {"Req": "request", "Request": "request", "Res": "response", "Response": "response", "Session": "session",
          "ConnectedSocket": "request", "Ctx": "request"}  # fmt: skip
KEEPS_UNKNOWN = "keeps unknown fields"  # a mark: what the form does not name comes through with the rest
_MAYBE = frozenset({"query", "headers", "body", "args"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a handler is run for: the request, its answer, the context, and the pipes of the application and class.
    `plain`: what parameters without a decorator get, by their place."""

    request: Value
    response: Value
    context: Value
    pipes: tuple[Given, ...]
    module: Module | None
    plain: tuple[Value, ...] = ()


class Params:
    def __init__(self, follower: Follower, container: Container) -> None:
        self._follower = follower
        self._container = container

    def given(self, handler: Closure, asked: Asked, visit: Visit) -> list[Given]:
        scope = Scope(handler.unit, handler.scope)
        params = self._follower.function(handler).params
        return [Given(self._one(at, param, scope, asked, visit)) for at, param in enumerate(params)]

    def _one(self, at: int, param: Param, scope: Scope, asked: Asked, visit: Visit) -> Value:
        said = read_marks(self._follower, param.marks, scope)
        for found in said.marks:
            if found.param is not None:
                said_to = found.param.data if found.param.data.text is not None else exact.exactly(found.param.data)
                args = (Given(said_to), Given(asked.context))
                value = self._follower.invoke(found.param.factory, args, visit, found.spot)
                return self._piped(value, param, scope, (), asked, visit)
            if found.call is not None and found.call.name in _PARTS:
                return self._part(found.call, param, scope, asked, visit)
            if found.call is not None and found.call.name in _WHOLE:
                what = _WHOLE[found.call.name]
                whole = asked.response if what == "response" else asked.request
                return self._follower.member(whole, "session", visit, found.spot) if what == "session" else whole
            if found.call is not None and found.call.name == "Context":
                entries = (("req", asked.request), ("request", asked.request), ("res", asked.response))
                return Value(shape=Record(entries, open=True))
        if not said.marks and at < len(asked.plain):
            return self._piped(asked.plain[at], param, scope, (), asked, visit)
        return UNKNOWN

    def _part(self, call: MarkCall, param: Param, scope: Scope, asked: Asked, visit: Visit) -> Value:
        part = _PARTS[call.name]
        first = call.arg(0)
        field = first.text if first is not None and first.text is not None else ""
        options = first if first is not None and isinstance(first.shape, Record) else call.arg(1)
        name = entry(options, "name") if call.name == "Args" else None
        field = field or (name.text if name is not None else None) or ""
        value = of(Origin.INPUT, part, field) if field else of(Origin.INPUT, part)
        value = replace(value, maybe=bool(field) and part in _MAYBE)
        own = tuple(one for one in call.args if one.value.text is None and not isinstance(one.value.shape, Record))
        return self._piped(value, param, scope, own, asked, visit)

    def _piped(  # noqa: PLR0917
        self, value: Value, param: Param, scope: Scope, own: Sequence[Given], asked: Asked, visit: Visit
    ) -> Value:
        for pipe in (*asked.pipes, *own):
            value = self._through(value, pipe.value, param, scope, asked, visit)
        return value

    def _through(  # noqa: PLR0917
        self, value: Value, pipe: Value, param: Param, scope: Scope, asked: Asked, visit: Visit
    ) -> Value:
        shape = pipe.shape
        spot = Spot(scope.unit, 0)
        name = pipe_name(self._follower, shape)
        if name.endswith("ValidationPipe"):
            return self._validated(value, shape, param, scope, visit)
        if name == "DefaultValuePipe":
            return replace(value, maybe=False)
        if name.startswith("Parse") or name == "FileTypeValidator":
            if value.sources and not _is_optional(shape):
                visit.checked.append((value, spot))
            return value if _is_optional(shape) else replace(value, maybe=False)
        target = self._container.instance(shape, asked.module) if isinstance(shape, ClassRef) else pipe
        if isinstance(target.shape, Instance):
            kind = self._type(param, scope) or NOTHING
            about = Value(shape=Record((("metatype", kind), ("type", UNKNOWN), ("data", UNKNOWN)), open=True))
            known = len(visit.checked)
            result = calls.method(self._follower, target, "transform", (Given(value), Given(about)), visit, spot)
            return result if result.sources & value.sources and len(visit.checked) > known else value
        return value

    def _validated(self, value: Value, pipe: object, param: Param, scope: Scope, visit: Visit) -> Value:
        kind = self._type(param, scope)
        if kind is None or not isinstance(kind.shape, ClassRef) or not value.has(Origin.INPUT):
            return value
        form = form_of(self._follower, kind.shape)
        if not form.checks:
            return value
        visit.checked.append((value, Spot(scope.unit, 0)))
        if not form.fields:
            return value
        said = [one_of_few(member_of(value, name), words) for name, words in form.words.items()]
        visit.hold(said, Spot(scope.unit, 0))
        entries = tuple(
            (name, replace(self._follower.member(value, name, visit, Spot(scope.unit, 0)), maybe=maybe))
            for name, maybe in form.fields.items()
        )
        strict = _option(pipe, "whitelist")  # `forbidNonWhitelisted` without it does nothing at all
        if not strict:
            visit.used.append((KEEPS_UNKNOWN, Spot(scope.unit, 0)))
        return Value(value.sources, Record(entries if strict else (("...", value), *entries), open=not strict))

    def _type(self, param: Param, scope: Scope) -> Value | None:
        if param.type is None:
            return None
        if param.type.name in ("Array", "[]", "Promise") and param.type.inner:
            return None  # the elements of a list are not looked at
        return self._follower.name(param.type.name, scope)


def pipe_name(follower: Follower, shape: object) -> str:
    """The package's own pipe that it is, or comes from; empty for one of the project."""
    if isinstance(shape, Outside) and shape.chain:
        return shape.chain[-1]
    if isinstance(shape, Thing) and shape.kind == OBJECT:
        return shape.name
    of_class = shape.of if isinstance(shape, Instance) else shape
    if isinstance(of_class, ClassRef):
        above = calls.parent_of(follower, of_class).shape
        return above.chain[-1] if isinstance(above, Outside) and above.chain else ""
    return ""


def _option(pipe: object, name: str) -> bool:
    args = pipe.data if isinstance(pipe, Thing) and isinstance(pipe.data, tuple) else ()
    return any(is_true(entry(one.value, name)) for one in args if isinstance(one, Given))


def _is_optional(shape: object) -> bool:
    return _option(shape, "optional")
