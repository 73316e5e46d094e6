"""Who is asking, as Auth.js (NextAuth), better-auth and the hosted logins for Next tell it."""

from __future__ import annotations

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.next_request import answered, asked_of
from walkdown.doors.library import Calling, Given
from walkdown.doors.truth import truthy_facts
from walkdown.doors.values import Closure, Fact, Items, Outside, Record, Source, Thing, Value, constant, of
from walkdown.doors.visits import Frame, Visit
from walkdown.model.door import Origin

HANDLER = "auth.handler"  # the login's own addresses: sign-in, callback, session
_AUTHJS, _AUTH, _CREDENTIALS = "authjs", "authjs.auth", "auth.credentials"
_FOURTH, _FIFTH = "auth.withAuth", "authjs.guarded"
_BETTER, _BETTER_API = "better-auth", "better-auth.api"
_SESSIONS = frozenset({"getServerSession", "unstable_getServerSession", "getToken", "getSession"})
_WHO = Value(frozenset({Source(Origin.IDENTITY)}), maybe=True)
LOGGED_IN = Fact("verified", frozenset({Source(Origin.IDENTITY)}), detail="login")


def who(*path: str) -> Value:
    """Whoever asks, if anybody is logged in."""
    return Value(frozenset({Source(Origin.IDENTITY, path)}), maybe=True)


class NextAuth(Base):
    packages = frozenset({
        "next-auth", "next-auth/next", "next-auth/jwt", "next-auth/middleware", "next-auth/react", "@auth/core",
        "next-auth/providers/credentials", "@auth/core/providers/credentials", "better-auth", "better-auth/next-js",
        "better-auth/node", "better-auth/minimal",
    })  # fmt: skip

    def imported(self, outside: Outside) -> Value | None:
        if outside.package == "next-auth/middleware":
            return Value(shape=Thing(_FOURTH, data=(None, None)))
        return None

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        if name in _SESSIONS:
            return _WHO
        if outside.package.endswith("/credentials"):
            return Value(shape=Thing(_CREDENTIALS, data=calling.arg(0)))
        if name == "betterAuth":
            return Value(shape=Thing(_BETTER))
        if name in ("toNextJsHandler", "toNodeHandler"):
            handler = Value(shape=Thing(HANDLER))
            methods = ("GET", "POST", "PATCH", "PUT", "DELETE")
            return Value(shape=Record(tuple((one, handler) for one in methods[:2]))) if "Next" in name else handler
        if outside.package == "next-auth" and name in ("", "default"):
            return self._made(calling)
        return None

    def _made(self, calling: Calling) -> Value:
        config = calling.arg(len(calling.args) - 1)
        made = Thing(_AUTHJS, data=config)
        if len(calling.args) == 3:  # `NextAuth(req, res, options)`: it answers at once
            return _signs_in(made, calling)
        return Value(shape=made)

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _AUTHJS:
            if name == "handlers":
                handler = Value(shape=Thing(HANDLER, data=thing.data))
                return Value(shape=Record((("GET", handler), ("POST", handler))))
            return Value(shape=Thing(_AUTH, data=thing.data)) if name == "auth" else Value(shape=Thing("authjs.does"))
        if thing.kind == _BETTER:
            known = {"api": _BETTER_API, "handler": HANDLER}
            return Value(shape=Thing(known[name])) if name in known else None
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _BETTER_API:
            return _better(name, calling)
        if name:
            return self._by_member(thing, name, calling)
        if thing.kind == _FIFTH and isinstance(thing.data, Value):
            return _go_on(thing.data, calling)
        how = {_AUTH: _asked_who, HANDLER: _signs_in, _AUTHJS: _signs_in, _FOURTH: _guard}.get(thing.kind)
        return how(thing, calling) if how is not None else Value() if thing.kind == "authjs.does" else None

    def _by_member(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind not in (_AUTHJS, _BETTER):
            return None
        member = self.member(thing, name, calling.visit)
        shape = member.shape if member is not None else None
        return self.method(shape, "", calling) if isinstance(shape, Thing) else None


def _asked_who(thing: Thing, calling: Calling) -> Value:
    """`auth()` tells who asks, `auth(handler)` puts it on the request, `auth` itself is a middleware."""
    first = calling.arg(0)
    if first is None:
        return _WHO
    if isinstance(first.shape, Closure):
        return Value(shape=Thing(_FIFTH, data=first))
    if asked_of(first) is not None and len(calling.args) < 3:
        return _authorized(thing.data, calling) or _WHO
    return _WHO


def _signs_in(thing: Thing, calling: Calling) -> Value:
    """What the project itself does when somebody logs in with a password."""
    config = thing.data.shape if isinstance(thing.data, Value) else None
    providers = config.get("providers") if isinstance(config, Record) else None
    for one in providers.shape.known if providers is not None and isinstance(providers.shape, Items) else ():
        given = one.shape.data if isinstance(one.shape, Thing) and one.shape.kind == _CREDENTIALS else None
        inner = given.shape if isinstance(given, Value) else None
        authorize = inner.get("authorize") if isinstance(inner, Record) else None
        if authorize is not None:
            calling.follower.invoke(authorize, (Given(of(Origin.INPUT, "body")),), calling.visit, calling.spot)
    return answered(Value(), 0, calling)


def _better(name: str, calling: Calling) -> Value:
    if name == "getSession":
        return _WHO
    if name in ("userHasPermission", "hasPermission"):
        allowed = Fact("role", _WHO.sources, detail="permission")
        return Value(shape=Record((("success", Value(_WHO.sources, if_true=(allowed,))),)))
    body = calling.arg(0)
    return Value((body.sources if body is not None else frozenset()) | of(Origin.UNKNOWN).sources, maybe=True)


def _guard(thing: Thing, calling: Calling) -> Value:
    """`withAuth(handler, {callbacks: {authorized}})` of NextAuth 4, and what comes of it."""
    handler, options = thing.data if isinstance(thing.data, tuple) else (None, None)
    if asked_of(calling.arg(0)) is None:  # it is handed what it shall guard
        first = calling.arg(0)
        alone = first is not None and isinstance(first.shape, Record)
        return Value(shape=Thing(_FOURTH, data=(None, first) if alone else (first, calling.arg(1))))
    _fourth(options, calling)
    return _go_on(handler, calling) if handler is not None else Value()


def _go_on(handler: Value, calling: Calling) -> Value:
    asked = asked_of(calling.arg(0))
    if asked is not None:
        asked.more["auth"] = _WHO
        asked.more["nextauth"] = Value(shape=Record((("token", _WHO),)))
    return calling.follower.invoke(handler, calling.args, calling.visit, calling.spot)


def _fourth(config: Value | None, calling: Calling) -> None:
    """NextAuth 4 sends everybody away who has no token, unless `authorized` says otherwise."""
    authorized = _callback(config)
    if authorized is None:
        calling.visit.hold((LOGGED_IN,), calling.spot)
        return
    given = Record((("token", _WHO), ("req", calling.arg(0) or Value())))
    _ask(authorized, given, calling)


def _authorized(config: object, calling: Calling) -> Value | None:
    """Auth.js 5 as a middleware: nobody is refused unless `authorized` is there and says so."""
    callback = _callback(config if isinstance(config, Value) else None)
    if callback is None:
        return None
    given = Record((("auth", _WHO), ("request", calling.arg(0) or Value())))
    _ask(callback, given, calling)
    return constant("true")


def _ask(authorized: Value, given: Record, calling: Calling) -> None:
    calling.visit.frames.append(Frame("authorized", calling.spot))
    said = calling.follower.invoke(authorized, (Given(Value(shape=given)),), calling.visit, calling.spot)
    calling.visit.frames.pop()
    calling.visit.hold(truthy_facts(said), calling.spot)


def _callback(config: Value | None) -> Value | None:
    shape = config.shape if config is not None else None
    callbacks = shape.get("callbacks") if isinstance(shape, Record) else None
    inner = callbacks.shape if callbacks is not None else None
    return inner.get("authorized") if isinstance(inner, Record) else None
