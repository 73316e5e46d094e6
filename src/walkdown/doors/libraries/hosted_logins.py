"""Who is asking, as Clerk, Kinde, WorkOS, Auth0, Stack, Lucia and iron-session tell it."""

from __future__ import annotations

from walkdown.doors import exact
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.next_auth import LOGGED_IN, who
from walkdown.doors.libraries.next_request import asked_of, request, sent_away
from walkdown.doors.library import Calling, Given
from walkdown.doors.matcher import any_covers
from walkdown.doors.values import Closure, Fact, Outside, Record, Source, Thing, Value, constant
from walkdown.doors.visits import Visit
from walkdown.model.door import Origin

_CLERK, _CLERK_AUTH, _CLERK_MIDDLEWARE, _CLERK_MATCHER = "clerk", "clerk.auth", "clerk.middleware", "clerk.matcher"
_SESSION, _KINDE, _LUCIA, _APP, _TAKEN = "login.session", "kinde", "lucia", "login.app", "login.method"
_ROLE = Fact("role", frozenset({Source(Origin.IDENTITY)}), detail="permission")
_CLERK_KNOWS = frozenset({
    "userId", "sessionId", "orgId", "orgRole", "orgSlug", "orgPermissions", "sessionClaims", "user", "actor",
})  # fmt: skip
_SEALED = frozenset({"getIronSession", "unsealData"})
_SENT = frozenset({("body",), ("query",), ("params",)})
_WRAPS = frozenset({"withApiAuthRequired", "withPageAuthRequired", "withIronSessionApiRoute", "withIronSessionSsr"})


class HostedLogins(Base):
    packages = frozenset({
        "@clerk/nextjs", "@clerk/nextjs/server", "@clerk/nextjs/api", "@kinde-oss/kinde-auth-nextjs/server",
        "@kinde-oss/kinde-auth-nextjs", "@workos-inc/authkit-nextjs", "@auth0/nextjs-auth0",
        "@auth0/nextjs-auth0/server", "@stackframe/stack", "lucia", "iron-session", "iron-session/next",
        "iron-session/edge",
    })  # fmt: skip

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        if outside.package.startswith("@clerk/"):
            return _clerk(name, calling)
        if name in _WRAPS:
            return Value(shape=Thing("login.wrapped", data=calling.arg(0)))
        if name in _SEALED:
            return _unsealed(calling)
        if name == "withAuth":
            return _work_os(calling)
        kinds = {"getKindeServerSession": _KINDE, "Lucia": _LUCIA, "Auth0Client": _APP, "StackServerApp": _APP}
        return who() if name == "getSession" else Value(shape=Thing(kinds[name])) if name in kinds else None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _SESSION:
            return who(name)
        if thing.kind == _CLERK_AUTH and name in _CLERK_KNOWS:
            return who(name)
        if thing.kind in (_CLERK_AUTH, _KINDE, _LUCIA, _APP):  # `const { getUser } = getKindeServerSession()`
            return Value(shape=Thing(_TAKEN, name, thing))
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _TAKEN and not name and isinstance(thing.data, Thing):
            thing, name = thing.data, thing.name
        how = {
            _SESSION: _on_session, _KINDE: _on_kinde, _LUCIA: _on_lucia, _APP: _on_app, _CLERK: _on_clerk,
            _CLERK_AUTH: _on_clerk, _CLERK_MIDDLEWARE: _clerk_guards, _CLERK_MATCHER: _clerk_matches,
            "login.wrapped": _wrapped,
        }.get(thing.kind)  # fmt: skip
        return how(thing, name, calling) if how is not None else None


def _unsealed(calling: Calling) -> Value:
    """A session in a cookie says who asks; a sealed text in a link or a body is a secret somebody was sent."""
    sent = frozenset(one for given in calling.args for one in given.value.sources if one.path[:1] in _SENT)
    if sent:
        calling.visit.hold((Fact("verified", sent, detail="secret"),), calling.spot)
        return Value(frozenset({Source(Origin.MADE, ("sealed",))}), maybe=True)
    return Value(who().sources, Thing(_SESSION))


def _on_session(thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: ARG001
    if name in ("save", "destroy", "updateConfig"):
        calling.visit.used.append(("cookie", calling.spot))
        return Value()
    return None


def _on_kinde(thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: ARG001
    if name in ("getPermission", "getPermissions", "getClaim", "getFlag"):
        granted = ("isGranted", Value(who().sources, if_true=(_ROLE,)))
        return Value(who("permission").sources, Record((granted,), open=True))
    return who() if name.startswith(("get", "is")) else None


def _on_lucia(thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: ARG001
    if name in ("validateSession", "validateRequest", "handleRequest"):
        return Value(shape=Record((("user", who()), ("session", who()))))
    return None


def _on_app(thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: ARG001
    if name not in ("getSession", "getUser", "getAccessToken"):
        return None
    options = calling.arg(0)
    other = options.shape.get("or") if options is not None and isinstance(options.shape, Record) else None
    if other is not None and other.text in ("redirect", "throw"):
        calling.visit.hold((LOGGED_IN,), calling.spot)
        return Value(who().sources)
    return who()


def _work_os(calling: Calling) -> Value:
    options = calling.arg(0)
    sure = options is not None and isinstance(options.shape, Record) and options.shape.get("ensureSignedIn")
    if sure:
        calling.visit.hold((LOGGED_IN,), calling.spot)
    names = ("user", "sessionId", "organizationId", "role", "permissions")
    return Value(shape=Record(tuple((name, who() if name == "user" else who(name)) for name in names)))


def _wrapped(thing: Thing, name: str, calling: Calling) -> Value | None:
    """Auth0's wrappers send everybody away who is not logged in."""
    if name or not isinstance(thing.data, Value):
        return None
    calling.visit.hold((LOGGED_IN,), calling.spot)
    return calling.follower.invoke(thing.data, calling.args, calling.visit, calling.spot)


# -- Clerk ------------------------------------------------------------------------------------------------------------


def _clerk(name: str, calling: Calling) -> Value | None:
    if name in ("auth", "getAuth"):
        return Value(shape=Thing(_CLERK_AUTH))
    if name == "protect":
        return _protected(calling)
    if name == "currentUser":
        return who()
    if name in ("clerkMiddleware", "authMiddleware"):
        return Value(shape=Thing(_CLERK_MIDDLEWARE, name, calling.arg(0)))
    if name == "createRouteMatcher":
        return Value(shape=Thing(_CLERK_MATCHER, data=calling.arg(0)))
    return None


def _protected(calling: Calling) -> Value:
    asked = calling.arg(0)
    calling.visit.hold((LOGGED_IN,), calling.spot)
    if asked is not None and isinstance(asked.shape, (Record, Closure)):
        named = isinstance(asked.shape, Closure) or any(key in ("role", "permission") for key, _ in asked.shape.entries)
        calling.visit.hold((_ROLE,) if named else (), calling.spot)
    return Value(shape=Thing(_CLERK_AUTH))


def _on_clerk(thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: ARG001
    if name == "":
        return Value(shape=Thing(_CLERK_AUTH))
    if name == "protect":
        return _protected(calling)
    if name == "redirectToSignIn":
        return sent_away(constant("/sign-in"), calling)
    if name in ("has", "checkAuthorization"):
        return Value(who("permission").sources, if_true=(_ROLE,))
    return None


def _clerk_guards(thing: Thing, name: str, calling: Calling) -> Value | None:
    """`clerkMiddleware(f)` refuses nobody unless f does; the old `authMiddleware` all but its public routes."""
    given = thing.data if isinstance(thing.data, Value) else None
    first = calling.arg(0)
    if name:
        return None
    if given is not None and isinstance(given.shape, Closure):
        args = (Given(Value(shape=Thing(_CLERK))), Given(first or request()))
        return calling.follower.invoke(given, args, calling.visit, calling.spot)
    if thing.name == "authMiddleware":
        public = given.shape.get("publicRoutes") if given is not None and isinstance(given.shape, Record) else None
        free = _matches(public, first)
        if free is False:
            calling.visit.hold((LOGGED_IN,), calling.spot)
    return Value()


def _clerk_matches(thing: Thing, name: str, calling: Calling) -> Value | None:
    if name:
        return None
    said = _matches(thing.data if isinstance(thing.data, Value) else None, calling.arg(0))
    return None if said is None else exact.verdict(said)


def _matches(patterns: Value | None, asked: Value | None) -> bool | None:
    """Whether the path of a request is one of those named; None where one of them is not known."""
    known = asked_of(asked)
    path = exact.known(known.path) if known is not None else None
    if path is None:
        return None
    if patterns is None:
        return False
    return any_covers(patterns, path)
