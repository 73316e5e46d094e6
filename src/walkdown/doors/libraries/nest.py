"""NestJS: decorators, applications, contexts, the reflector, and the services that its packages bring along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walkdown.doors import exact
from walkdown.doors.libraries import nest_socket
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.nest_auth import NestAuth
from walkdown.doors.libraries.nest_services import SERVICES, NestServices
from walkdown.doors.libraries.nest_things import (
    APP,
    CONFIGURABLE,
    KEY,
    MAPPED,
    MARK,
    MARKS,
    META,
    MODULE,
    MODULES,
    OBJECT,
    PARAM,
    PARAM_USE,
    PASSPORT,
    PROXY,
    REFLECTOR,
    STRATEGY,
    TARGET,
    THROTTLER,
    App,
    Applied,
    Consumer,
    Context,
    MarkCall,
    ParamUse,
    listed,
    thing_of,
)
from walkdown.doors.library import Calling, Given, Parent
from walkdown.doors.values import NOTHING, UNKNOWN, ClassRef, Instance, Items, Outside, Record, Thing, Value, constant
from walkdown.doors.visits import Spot, Visit

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower

_OTHERS = frozenset({
    "class-validator", "class-transformer", "nestjs-zod", "@anatine/zod-nestjs", "nestjs-throttler-storage-redis",
    "@sentry/nestjs", "nestjs-cls",
    "nestjs-i18n", "nest-commander", "eventemitter2", "@nest-lab/throttler-storage-redis",
})  # fmt: skip
_NOT_OURS = frozenset({"@nestjs/typeorm", "@nestjs/mongoose", "@nestjs/sequelize"})
_MAPPED = frozenset({"PartialType", "PickType", "OmitType", "IntersectionType", "createZodDto"})
_APP_LISTS = {
    "useGlobalGuards": "guards", "useGlobalPipes": "pipes", "useGlobalInterceptors": "interceptors",
    "useGlobalFilters": "filters",
}  # fmt: skip


class Nest(Base):
    def __init__(self) -> None:
        self.apps: list[App] = []
        self.auth = NestAuth()
        self.services = NestServices()

    def owns(self, outside: Outside) -> bool:
        package = outside.package
        return (package.startswith("@nestjs/") and package not in _NOT_OURS) or package in _OTHERS

    def extended(self, of: ClassRef, parent: Parent, follower: Follower) -> Value | None:  # noqa: ARG002
        built = thing_of(parent.value, CONFIGURABLE)
        return Value(shape=Thing(CONFIGURABLE, data=of)) if built is not None else None

    def made(self, of: Instance, parent: Parent, calling: Calling) -> Value | None:  # noqa: ARG002
        shape = parent.value.shape
        if isinstance(shape, Thing) and shape.kind == PASSPORT:
            return Value(shape=Thing(PASSPORT, shape.name, of))
        if isinstance(shape, Thing) and shape.kind == STRATEGY:
            return Value(shape=shape)
        if isinstance(shape, Outside) and shape.chain[-1:] == ("ThrottlerGuard",):
            return Value(shape=Thing(THROTTLER, "ThrottlerGuard"))
        return None

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911 - one line for each thing
        name = ".".join(outside.chain)
        if name in ("NestFactory.create", "NestFactory.createMicroservice"):
            return self._app(calling, micro=name.endswith("Microservice"))
        if outside.chain[:1] == ("Reflector",):
            return _decorator() if len(outside.chain) > 1 else Value(shape=Thing(REFLECTOR))
        if outside.chain[-1:] == ("forwardRef",) or name == "mixin":
            given = calling.arg(0) or UNKNOWN
            return given if name == "mixin" else calling.follower.invoke(given, (), calling.visit, calling.spot)
        if name == "AuthGuard":
            return Value(shape=Thing(PASSPORT, data=None, name=" ".join(_texts(calling.arg(0)))))
        if name == "PassportStrategy":
            return Value(shape=Thing(STRATEGY, data=calling.args))
        if name in _MAPPED:
            return Value(shape=Thing(MAPPED, name, calling.args))
        if name.endswith(".create") and "ExecutionContext" in name:
            return calling.arg(0)
        if name.endswith(("Exception", "Error")) and calling.new:
            return Value(shape=Thing("error", name))
        if name in SERVICES:
            return Value(shape=Thing(SERVICES[name], name))
        if name == "ConfigurableModuleBuilder":
            return Value(shape=Thing(CONFIGURABLE))
        if calling.new:
            return Value(shape=Thing(OBJECT, name, calling.args))
        return self._decorating(outside, name, calling)

    def _decorating(self, outside: Outside, name: str, calling: Calling) -> Value | None:
        if name == "SetMetadata":
            return Value(shape=Thing(META, calling.args[0].value.text or "", calling.arg(1))) if calling.args else None
        if name == "applyDecorators":
            return Value(shape=Thing(MARKS, data=tuple(one.value for one in calling.args)))
        if name == "createParamDecorator":
            return Value(shape=Thing(PARAM, data=calling.arg(0)))
        if name[:1].isupper() and len(outside.chain) == 1:
            return Value(shape=Thing(MARK, name, MarkCall(outside.package, name, calling.args)))
        if len(outside.chain) == 2 and name[:1].isupper():
            return Value(shape=Thing(MODULE, name, calling.args))
        return None

    def _app(self, calling: Calling, *, micro: bool) -> Value:
        app = App(calling.arg(0) or UNKNOWN, calling.spot, micro)
        self.apps.append(app)
        return Value(shape=Thing(APP, data=app))

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == KEY and name == "KEY":
            return Value(shape=thing)
        return nest_socket.member(thing, name) or self.services.member(thing, name)

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:  # noqa: ARG002
        nest_socket.assigned(thing, name, value)

    def method(  # noqa: PLR0911 - one line for each thing
        self, thing: Thing, name: str, calling: Calling
    ) -> Value | None:
        data = thing.data
        if isinstance(data, App):
            return self._on_app(thing, data, name, calling)
        if thing.kind == PARAM and name == "":
            return Value(shape=Thing(PARAM_USE, data=ParamUse(data, calling.arg(0) or NOTHING)))  # type: ignore[arg-type]
        if thing.kind == KEY and name == "":
            return Value(shape=Thing(META, key_of(Value(shape=thing)), calling.arg(0) or NOTHING))
        if thing.kind in (MARK, META, MARKS) and name == "":
            return _applied(thing, calling)
        if isinstance(data, Consumer):
            return _consumed(thing, name, calling)
        if thing.kind == PROXY and isinstance(data, tuple):
            return _routed(thing, data, name, calling)
        if isinstance(data, Context):
            return in_context(thing, data, name)
        if thing.kind == REFLECTOR:
            return reflected(name, calling)
        if thing.kind == CONFIGURABLE:
            return _configured(thing, calling)
        if thing.kind == MODULES and callable(data) and name in ("get", "resolve", "create"):
            return data(calling.arg(0) or UNKNOWN, None)  # type: ignore[no-any-return]
        known = nest_socket.method(thing, name) or self.auth.method(thing, name, calling)
        return known or self.services.method(thing, name, calling)

    def _on_app(self, thing: Thing, app: App, name: str, calling: Calling) -> Value | None:
        first = calling.arg(0)
        if name == "setGlobalPrefix" and first is not None:
            app.prefix = first.text or ""
            options = calling.arg(1)
            if options is not None and isinstance(options.shape, Record):
                app.excluded = listed(options.shape.get("exclude"))
        elif name == "enableVersioning":
            app.versions = first.shape if first is not None and isinstance(first.shape, Record) else Record(())
        elif name in _APP_LISTS:
            getattr(app, _APP_LISTS[name]).extend(calling.args)
        elif name == "use":
            path = (first.text if first is not None else None) or ""
            app.middleware.extend((path, one, calling.spot) for one in calling.args if one.value.text is None)
        elif name == "listen":
            app.listens = True
        elif name in ("get", "resolve", "select"):
            return self._got(first)
        return Value(shape=thing)

    def _got(self, wanted: Value | None) -> Value | None:
        shape = wanted.shape if wanted is not None else None
        if isinstance(shape, ClassRef):
            return wanted
        if isinstance(shape, Outside) and shape.chain:
            kind = SERVICES.get(shape.chain[-1], REFLECTOR if shape.chain[-1] == "Reflector" else "")
            return Value(shape=Thing(kind, shape.chain[-1])) if kind else UNKNOWN
        return UNKNOWN


def _configured(thing: Thing, calling: Calling) -> Value:
    """`new ConfigurableModuleBuilder().build()`, and `forRoot` of a class that comes from what it gives."""
    if isinstance(thing.data, ClassRef):
        return Value(shape=Record((("module", Value(shape=thing.data)),)))
    if calling.args:  # `setClassMethodName("forRoot")` and other settings
        return Value(shape=thing)
    built = (("ConfigurableModuleClass", Value(shape=thing)), ("MODULE_OPTIONS_TOKEN", constant("MODULE_OPTIONS")))
    return Value(shape=Record(built, open=True))


def _decorator() -> Value:
    return Value(shape=Thing(KEY))


def key_of(value: Value | None) -> str:
    """What metadata is kept under."""
    shape = value.shape if value is not None else None
    if isinstance(shape, Thing) and shape.kind == KEY:
        return f"decorator {id(shape)}"
    return (value.text if value is not None else None) or ""


def _texts(value: Value | None) -> list[str]:
    return [one.text for one in listed(value) if one.text]


def _applied(thing: Thing, calling: Calling) -> Value:
    """`SetMetadata(...)(target, key, descriptor)`: a decorator that is written as a function."""
    first = calling.arg(0)
    shape = first.shape if first is not None else None
    if isinstance(shape, Thing) and shape.kind == TARGET and isinstance(shape.data, list):
        shape.data.append(Value(shape=thing))
    return Value(shape=thing)


def _consumed(thing: Thing, name: str, calling: Calling) -> Value | None:
    if name != "apply":
        return Value(shape=thing)
    given: list[Given] = []
    for one in calling.args:
        many = one.value.shape
        known = many.known if isinstance(many, Items) and many.known else (one.value,)
        given.extend(Given(item, written=one.written) for item in known)
    return Value(shape=Thing(PROXY, data=(thing, Applied(tuple(given), calling.spot))))


def _routed(thing: Thing, data: tuple[object, ...], name: str, calling: Calling) -> Value | None:
    consumer, applied = data
    if not isinstance(applied, Applied) or not isinstance(consumer, Thing) or not isinstance(consumer.data, Consumer):
        return None
    given = tuple(item for one in calling.args for item in listed(one.value))
    if name == "exclude":
        applied.excluded = (*applied.excluded, *given)
        return Value(shape=thing)
    if name == "forRoutes":
        consumer.data.applied.append(Applied(applied.handlers, applied.spot, given, applied.excluded))
        return Value(shape=consumer)
    return None


def in_context(thing: Thing, context: Context, name: str) -> Value | None:
    """What a guard asks of the ExecutionContext."""
    if name in ("switchToHttp", "switchToWs", "switchToRpc"):
        return Value(shape=thing)
    both = (("req", context.request), ("request", context.request))
    known = {
        "getRequest": context.request, "getClient": context.request, "getArgByIndex": context.request,
        "getResponse": context.response, "getNext": context.response,
        "getData": context.args[1] if len(context.args) > 1 else UNKNOWN,
        "getContext": Value(shape=Record(both, open=True)),
        "getHandler": context.handler, "getClass": context.of_class,
        "getType": exact.exact(context.kind),
        "getArgs": Value(shape=Items(context.args or (context.request, context.response))),
    }  # fmt: skip
    return known.get(name)


def reflected(name: str, calling: Calling) -> Value | None:
    """What the decorators of the very handler and its class say."""
    key = key_of(calling.arg(0))
    targets = [one for one in listed(calling.arg(1)) if isinstance(one.shape, Thing) and one.shape.kind == TARGET]
    if not key or not targets:
        return UNKNOWN
    kept = [one.shape.data for one in targets if isinstance(one.shape, Thing)]
    said = [metadata[key] for metadata in kept if isinstance(metadata, dict) and key in metadata]
    if name in ("get", "getAllAndOverride"):
        return exact.exactly(said[0]) if said else exact.MISSING
    if name in ("getAll", "getAllAndMerge"):
        known = tuple(item for one in said for item in listed(one))
        return (
            exact.exactly(Value(constant("").sources, Items(known))) if known else exact.exactly(Value(shape=Items(())))
        )
    return None
