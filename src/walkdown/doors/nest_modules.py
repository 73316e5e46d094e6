"""The modules of a NestJS application: what the root module brings in, directly or by others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from walkdown.doors.follow import Follower
from walkdown.doors.libraries.nest_things import MODULE, entry, listed, thing_of, token_of
from walkdown.doors.nest_marks import Said, read_marks
from walkdown.doors.values import ClassRef, Record, Value
from walkdown.syntax.program import Class

_DEEPEST = 40
_MOST = 2_000


@dataclass(slots=True)
class Provider:
    """`token`: what it is asked for by; `made`: a class, or a record that says how."""

    token: Value
    made: Value
    module: Module


@dataclass(slots=True)
class Module:
    of: ClassRef
    name: str
    imports: list[Module] = field(default_factory=list)
    controllers: list[ClassRef] = field(default_factory=list)
    providers: list[Provider] = field(default_factory=list)
    path: str = ""


class Modules:
    """All modules that can be reached from one root, in the order they are read."""

    def __init__(self, follower: Follower, root: Value) -> None:
        self.all: list[Module] = []
        self.notes: list[str] = []
        self._follower = follower
        self._known: dict[tuple[str, int], Module] = {}
        self._routes: list[Value] = []
        self.root = self._read(root, 0)
        for route in self._routes:
            self._place(route, "")

    def _read(self, value: Value, deep: int) -> list[Module]:
        found: list[Module] = []
        if deep > _DEEPEST or len(self.all) > _MOST:
            return found
        for shape in value.shapes():
            if isinstance(shape, ClassRef):
                found.append(self._of_class(shape, deep))
            elif isinstance(shape, Record) and shape.get("module") is not None:
                found.extend(self._dynamic(shape, deep))
        outside = thing_of(value, MODULE)
        if outside is not None and outside.name.startswith("RouterModule.") and isinstance(outside.data, tuple):
            self._routes.extend(item for one in outside.data for item in listed(one.value))
        return found

    def _of_class(self, of: ClassRef, deep: int) -> Module:
        key = (of.unit, of.at)
        if key in self._known:
            return self._known[key]
        declared = class_of(self._follower, of)
        module = self._known[key] = Module(of, declared.name)
        self.all.append(module)
        call = said_of(self._follower, of).first("Module")
        if call is not None:
            self._fill(module, call.arg(0), deep)
        return module

    def _dynamic(self, record: Record, deep: int) -> Iterator[Module]:
        for one in listed(record.get("module")):
            for shape in one.shapes():
                if isinstance(shape, ClassRef):
                    module = self._of_class(shape, deep)
                    self._fill(module, Value(shape=record), deep)
                    yield module

    def _fill(self, module: Module, options: Value | None, deep: int) -> None:
        for one in listed(entry(options, "providers")):
            module.providers.extend(_provider(one, module))
        for one in listed(entry(options, "controllers")):
            module.controllers.extend(shape for shape in one.shapes() if isinstance(shape, ClassRef))
        for one in listed(entry(options, "imports")):
            for read in self._read(one, deep + 1):
                if read not in module.imports:
                    module.imports.append(read)

    def _place(self, route: Value, prefix: str) -> None:
        """`RouterModule.register([{ path, module, children }])`."""
        path = f"{prefix}/{(value.text if (value := entry(route, 'path')) is not None else None) or ''}"
        target = entry(route, "module")
        for one in (route, target):
            if one is not None and isinstance(one.shape, ClassRef):
                module = self._known.get((one.shape.unit, one.shape.at))
                if module is not None:
                    module.path = path if one is target else prefix
        for child in listed(entry(route, "children")):
            self._place(child, path)


def _provider(value: Value, module: Module) -> Iterator[Provider]:
    for shape in value.shapes():
        if isinstance(shape, ClassRef):
            yield Provider(Value(shape=shape), Value(shape=shape), module)
        elif isinstance(shape, Record) and (token := shape.get("provide")) is not None:
            yield Provider(token, Value(shape=shape), module)


def as_class(value: Value) -> ClassRef | None:
    """The class that a provider names, as `X` or `{ provide: ..., useClass: X }`."""
    shape = value.shape
    named = shape.get("useClass") if isinstance(shape, Record) else value
    return named.shape if named is not None and isinstance(named.shape, ClassRef) else None


def class_of(follower: Follower, of: ClassRef) -> Class:
    return follower.programs[of.unit].classes[of.at]


def said_of(follower: Follower, of: ClassRef) -> Said:
    return read_marks(follower, class_of(follower, of).marks, of.scope)


def by_token(modules: Modules) -> dict[str, list[Provider]]:
    found: dict[str, list[Provider]] = {}
    for module in modules.all:
        for provider in module.providers:
            token = token_of(provider.token)
            if token:
                found.setdefault(token, []).append(provider)
    return found
