"""What NestJS puts into the constructors of an application: services by type or token, each made once."""

from __future__ import annotations

from walkdown.doors import calls
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.express import request
from walkdown.doors.libraries.express_exchange import Exchange
from walkdown.doors.libraries.nest_things import MODULES, entry, listed, token_of
from walkdown.doors.library import Given
from walkdown.doors.nest_marks import read_marks
from walkdown.doors.nest_modules import Module, Modules, Provider, by_token, class_of
from walkdown.doors.scopes import Scope
from walkdown.doors.values import UNKNOWN, ClassRef, Closure, Instance, Outside, Thing, Value, either
from walkdown.doors.visits import Spot, Visit
from walkdown.syntax.program import Bound, Param

_DEEPEST = 40
_STARTS = ("onModuleInit", "onApplicationBootstrap")  # run before anyone is let in


class Container:
    def __init__(self, follower: Follower, modules: Modules) -> None:
        self._follower = follower
        self._by_token = by_token(modules)
        self._made: dict[tuple[str, int, int], Value] = {}
        self._built: dict[int, Value] = {}
        self._deep = 0

    def resolve(self, token: Value, module: Module | None) -> Value:
        """What stands for a token, seen from a module."""
        key = token_of(token)
        found = self._by_token.get(key, []) if key else []
        if found:
            return self.provided(_nearest(found, module))
        if isinstance(token.shape, ClassRef):
            return self.instance(token.shape, module)
        if isinstance(token.shape, Outside):
            return self._outside(token.shape)
        return UNKNOWN

    def instance(self, of: ClassRef, module: Module | None) -> Value:
        """The one object of a class that the application makes."""
        inner = class_of(self._follower, of).inside >= 0  # made by a function, anew at each call
        key = (of.unit, of.at, id(of.scope) if inner else 0)
        if key in self._made:
            return self._made[key]
        made = Instance(of)
        value = self._made[key] = Value(shape=made)
        if self._deep > _DEEPEST:
            return value
        self._deep += 1
        visit, spot = Visit(), Spot(of.unit, class_of(self._follower, of).line)
        constructor = self._follower.member(value, "constructor", visit, spot).shape
        args: list[Given] = []
        if isinstance(constructor, Closure):
            scope = Scope(constructor.unit, constructor.scope)
            args = [
                Given(self._injected(param, scope, module)) for param in self._follower.function(constructor).params
            ]
        calls.fill(self._follower, made, args, visit, spot)
        self._fields(made, module)
        for name in _STARTS:
            start = self._follower.member(value, name, visit, spot).shape
            if isinstance(start, Closure):
                self._follower.call(start, (), visit, spot)
        self._deep -= 1
        return value

    def _fields(self, made: Instance, module: Module | None) -> None:
        """Fields with `@Inject()` of the class and of those it comes from."""
        for one in calls.lineage(self._follower, made.of):
            for field in self._follower.programs[one.unit].classes[one.at].fields:
                if field.marks and field.value is None and field.name not in made.fields:
                    param = Param((Bound(field.name),), field.type, marks=field.marks)
                    made.fields[field.name] = self._injected(param, one.scope, module)

    def _injected(self, param: Param, scope: Scope, module: Module | None) -> Value:
        for library in self._follower.libraries:
            value = library.injected(param, scope, self._follower)
            if value is not None:
                return value
        said = read_marks(self._follower, param.marks, scope)
        call = said.first("Inject")
        token = call.arg(0) if call is not None else None
        if token is None and param.type is not None:
            token = self._type(param.type.name, scope)
        return self.resolve(token, module) if token is not None else UNKNOWN

    def _type(self, name: str, scope: Scope) -> Value | None:
        first, *rest = name.split(".")
        value = self._follower.name(first, scope)
        for part in rest:
            value = self._follower.member(value, part, Visit(), Spot(scope.unit, 0)) if value is not None else None
        return value

    def provided(self, provider: Provider) -> Value:
        key = id(provider)
        if key not in self._built:
            self._built[key] = UNKNOWN
            self._built[key] = self._build(provider)
        return self._built[key]

    def _build(self, provider: Provider) -> Value:
        made, module = provider.made, provider.module
        if isinstance(made.shape, ClassRef):
            return self.instance(made.shape, module)
        of_class, existing = entry(made, "useClass"), entry(made, "useExisting")
        value, factory = entry(made, "useValue"), entry(made, "useFactory")
        if of_class is not None:
            return either([self.instance(one, module) for one in of_class.shapes() if isinstance(one, ClassRef)])
        if existing is not None:
            return self.resolve(existing, module)
        if value is not None:
            return value
        if factory is not None:
            inject = [entry(one, "token") or one for one in listed(entry(made, "inject"))]
            args = [Given(self.resolve(one, module)) for one in inject]
            return self._follower.invoke(factory, args, Visit(), Spot(provider.module.of.unit, 0))
        return UNKNOWN

    def _outside(self, outside: Outside) -> Value:
        if outside.chain == ("REQUEST",):
            return request(Exchange())
        if outside.chain[-1:] in (("ModuleRef",), ("ContextIdFactory",)):
            return Value(shape=Thing(MODULES, data=self.resolve))
        return self._follower.invoke(Value(shape=outside), (), Visit(), Spot("", 0), new=True)


def _nearest(found: list[Provider], module: Module | None) -> Provider:
    if module is not None:
        for one in found:
            if one.module is module:
                return one
        for one in found:
            if one.module in module.imports:
                return one
    return found[0]
