"""Who is asking, as tokens and sessions on a server of one's own tell it: JSON web tokens, Firebase, Clerk and Auth0
for Express, passwords."""

from __future__ import annotations

import re
from collections.abc import Iterable

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.express import exchange_of, proceed
from walkdown.doors.libraries.express_exchange import Exchange
from walkdown.doors.libraries.project_keys import said_by_token, signs_the_public_key
from walkdown.doors.libraries.session_marks import given_out, session_kept, token_signed
from walkdown.doors.library import Calling, Given
from walkdown.doors.rows import CREDENTIALS
from walkdown.doors.values import (
    NOTHING,
    Closure,
    Fact,
    Items,
    Literal,
    Outside,
    Record,
    Source,
    Thing,
    Value,
    of,
    replace,
)
from walkdown.doors.visits import Visit
from walkdown.model.door import Origin

MIDDLEWARE, _FIREBASE, _CLERK, _OIDC = "identity.middleware", "identity.firebase", "identity.clerk", "identity.oidc"
_TOKENS = frozenset({"jsonwebtoken", "jwt-simple", "jsonwebtoken-promisified", "jose", "fast-jwt", "paseto", "djwt"})
_PASSWORDS = frozenset({"bcrypt", "bcryptjs", "argon2", "bcrypt-nodejs", "@node-rs/argon2", "@node-rs/bcrypt"})
_FIREBASES = frozenset({"firebase-admin", "firebase-admin/auth"})
_CLERKS = frozenset({"@clerk/express", "@clerk/clerk-sdk-node", "@clerk/backend"})
_AUTH0 = frozenset({"express-oauth2-jwt-bearer", "express-openid-connect"})
_SESSIONS = frozenset({"express-session", "cookie-session", "client-sessions"})
_MIDDLEWARES = frozenset(
    {"express-jwt", "express-basic-auth", "@auth/express", "supertokens-node/recipe/session/framework/express"}
)
_CHECKED = frozenset({"verify", "jwtVerify", "jwtDecrypt", "compactVerify", "verifyToken", "authenticateRequest"})
_LETS_BY = frozenset({"clerkMiddleware", "ClerkExpressWithAuth", "attemptSilentLogin"})
_ROLES = frozenset({"requiredScopes", "claimCheck", "claimEquals", "claimIncludes", "scopeIncludesAny"})
_WHO = frozenset({Source(Origin.IDENTITY)})
LOGIN = Fact("verified", _WHO, detail="login")


class Identity(Base):
    packages = _TOKENS | _PASSWORDS | _FIREBASES | _CLERKS | _AUTH0 | _SESSIONS | _MIDDLEWARES | {"google-auth-library"}

    def imported(self, outside: Outside) -> Value | None:
        if outside.package == "jwt-simple" and outside.chain[-1:] == ("decode",):
            return Value(shape=Outside("jsonwebtoken", ("verify",)))  # its decode checks the signature
        return None

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911 - each shape has an answer of its own
        name = outside.chain[-1] if outside.chain else ""
        package = outside.package
        if package == "jose" and name == "SignJWT" and calling.new:
            given_out(calling, calling.arg(0))
            return None
        if package in _TOKENS:
            return _token(name, calling)
        if package in _PASSWORDS:
            return _password(name, calling)
        if package in _FIREBASES:
            return Value(shape=Thing(_FIREBASE))
        if package == "google-auth-library":
            return Value(shape=Thing(_FIREBASE, "google"))
        if package in _CLERKS:
            return _clerk(name, calling)
        if package in _SESSIONS:
            return Value(shape=Thing("express.middleware", "session", (calling.spot, session_kept(calling, package))))
        if package == "@auth/express" and name == "getSession":
            return Value(_WHO, maybe=True)
        if package in _AUTH0 and name == "auth" and package.endswith("connect"):
            return _middleware(calling, "oidc", optional=_says(calling.arg(0), "authRequired", "false"))
        if package in _AUTH0 and name in _ROLES:
            return Value(shape=Thing(MIDDLEWARE, "role"))
        if package in _AUTH0 or package in _MIDDLEWARES:
            optional = _says(calling.arg(0), "credentialsRequired", "false") or _says(
                calling.arg(0), "authRequired", "false"
            )
            return _middleware(calling, "auth", optional=optional)
        return None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _FIREBASE and name == "auth":
            return Value(shape=thing)
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == MIDDLEWARE:
            return _unless(thing, calling) if name == "unless" else _asked(thing, calling) if name == "" else None
        if thing.kind == _FIREBASE and name in ("verifyIdToken", "verifySessionCookie", "verifyAccessToken"):
            return _ticket(calling)
        if thing.kind == _FIREBASE:
            said = of(Origin.MADE, "login") if thing.data else Value(_WHO)
            return said if thing.name == "ticket" else Value(shape=thing) if name == "auth" else None
        if thing.kind == _CLERK and name in _CHECKED:
            return _verified(calling.arg(0), calling)
        return None


# -- tokens -----------------------------------------------------------------------------------------------------------


def _token(name: str, calling: Calling) -> Value | None:
    given = calling.arg(0)
    if name in _CHECKED and signs_the_public_key(calling.arg(1)):
        return said_by_token(wrapped=name != "verify")
    if name in _CHECKED:
        back = next((one.value for one in calling.args[1:] if isinstance(one.value.shape, Closure)), None)
        if back is not None:
            return _told(back, given, calling)
        who = _verified(given, calling)
        return Value(who.sources, Record((("payload", who),), open=True)) if name != "verify" else who
    if name in ("decode", "decodeJwt", "decodeProtectedHeader"):
        # Nobody looked at the signature: whoever asks can have written all of it.
        return Value(given.sources if given is not None else frozenset(), maybe=True)
    if name in ("sign", "createSigner", "encode"):
        if name == "sign":
            token_signed(calling)
        back = next((one.value for one in calling.args if isinstance(one.value.shape, Closure)), None)
        if back is not None:
            args = (Given(NOTHING), Given(of(Origin.MADE)))
            calling.follower.invoke(back, args, calling.visit, calling.spot)
        return of(Origin.MADE)
    return None


def _detail(given: Value | None) -> str:
    """A token of the session says who is asking; one that comes with the body or in a link is a secret somebody was
    sent."""
    asked = [source for source in (given.sources if given is not None else ()) if source.origin is Origin.INPUT]
    credential = any(source.path and source.path[0] in CREDENTIALS for source in asked)
    sent = any(source.path and source.path[0] in ("body", "params", "query") for source in asked)
    return "secret" if sent and not credential else "login"


def _fact(given: Value | None) -> Fact:
    return Fact("verified", given.sources if given is not None else _WHO, detail=_detail(given))


def _verified(given: Value | None, calling: Calling) -> Value:
    """It throws where the token is not right."""
    calling.visit.hold((_fact(given),), calling.spot)
    return _said(given)


def _said(given: Value | None) -> Value:
    """What the token says: who is asking, or what the server wrote into a link."""
    return Value(_WHO) if _detail(given) == "login" else of(Origin.MADE, "token")


def _ticket(calling: Calling) -> Value:
    """Another service's word for who somebody is. Sent with the body it is the login itself, as a password is."""
    given = calling.arg(0)
    if _detail(given) == "login":
        return Value(_verified(given, calling).sources, Thing(_FIREBASE, "ticket"))
    return Value(of(Origin.MADE, "login").sources, Thing(_FIREBASE, "ticket", "login"))


def _told(back: Value, given: Value | None, calling: Calling) -> Value:
    """`verify(token, secret, (error, decoded) => …)`."""
    fact = _fact(given)
    error = Value(frozenset({Source(Origin.UNKNOWN, ("error",))}), maybe=True, if_false=(fact,))
    decoded = replace(_said(given), maybe=True, if_true=(fact,))
    calling.follower.invoke(back, (Given(error), Given(decoded)), calling.visit, calling.spot)
    return replace(_said(given), maybe=True)


def _password(name: str, calling: Calling) -> Value | None:
    if name.startswith(("compare", "verify")):
        plain, kept = calling.arg(0), calling.arg(1)
        sources = frozenset(source for one in (plain, kept) if one is not None for source in one.sources)
        right = Value(frozenset({Source(Origin.MADE, ("password is right",))}), if_true=(Fact("password", sources),))
        back = next((one.value for one in calling.args if isinstance(one.value.shape, Closure)), None)
        if back is not None:
            calling.follower.invoke(back, (Given(NOTHING), Given(right)), calling.visit, calling.spot)
        return right
    if name.startswith(("hash", "genSalt", "argon2")):
        back = next((one.value for one in calling.args if isinstance(one.value.shape, Closure)), None)
        if back is not None:
            args = (Given(NOTHING), Given(of(Origin.MADE, "hash")))
            calling.follower.invoke(back, args, calling.visit, calling.spot)
        return of(Origin.MADE, "hash")
    return None


# -- middlewares of packages ------------------------------------------------------------------------------------------


def _clerk(name: str, calling: Calling) -> Value | None:
    if name in ("getAuth", "currentUser"):
        return Value(_WHO, maybe=True)
    if name == "verifyToken":
        return _verified(calling.arg(0), calling)
    if name == "createClerkClient":
        return Value(shape=Thing(_CLERK))
    if name in ("requireAuth", "ClerkExpressRequireAuth"):
        return Value(shape=Thing(MIDDLEWARE, "auth"))
    if name in _LETS_BY:
        return Value(shape=Thing(MIDDLEWARE, "auth", "optional"))
    return None


def _says(given: Value | None, name: str, text: str) -> bool:
    shape = given.shape if given is not None else None
    entry = shape.get(name) if isinstance(shape, Record) else None
    return entry is not None and entry.text == text


def _middleware(calling: Calling, name: str, *, optional: bool) -> Value:
    """Some packages hand out the middleware itself (`requiresAuth`), and are called with the request at once."""
    thing = Thing(MIDDLEWARE, name, "optional" if optional else None)
    if exchange_of(calling) is not None:
        return _asked(thing, calling)
    return Value(shape=thing)


def _asked(thing: Thing, calling: Calling) -> Value:
    exchange = exchange_of(calling)
    if exchange is not None:
        exchange.kept.setdefault("auth", Value(_WHO, maybe=thing.data == "optional"))
        exchange.kept.setdefault("user", Value(_WHO, maybe=thing.data == "optional"))
    if thing.name == "role":
        calling.visit.hold((Fact("role", _WHO, detail="scope"),), calling.spot)
    elif thing.data != "optional" and not _is_free(thing.data, exchange):
        calling.visit.hold((LOGIN,), calling.spot)
    proceed(calling)
    return Value()


def _unless(thing: Thing, calling: Calling) -> Value:
    """`expressjwt(…).unless({ path: ["/login"] })`."""
    if thing.data == "optional":
        return Value(shape=thing)
    given = calling.arg(0)
    shape = given.shape if given is not None else None
    paths = shape.get("path") if isinstance(shape, Record) else None
    return Value(shape=Thing(MIDDLEWARE, thing.name, tuple(_free_paths(paths)) if paths is not None else ("*",)))


def _free_paths(paths: Value) -> Iterable[str]:
    for one in paths.shape.known if isinstance(paths.shape, Items) else (paths,):
        inner = one.shape.get("url") if isinstance(one.shape, Record) else one
        if inner is not None and isinstance(inner.shape, Literal) and inner.text:
            yield inner.text
        elif inner is not None and isinstance(inner.shape, Thing) and inner.shape.kind == "regexp":
            yield f"({inner.shape.name})"
        else:
            yield "*"


def _is_free(free: object, exchange: Exchange | None) -> bool:
    """Whether the door is one of those named; where a name is not understood it may be."""
    if not isinstance(free, tuple):
        return False
    if exchange is None or not exchange.path:
        return True
    return any(_fits(one, exchange.path) for one in free)


def _fits(named: str, path: str) -> bool:
    if not named.startswith("("):
        return named == "*" or named.rstrip("/") == path
    # A stranger's pattern is never run: only what is plain text in it is compared.
    pattern = named[1:-1].replace("\\", "")
    start = pattern.removeprefix("^").removesuffix("$").removesuffix("(.*)").removesuffix(".*")
    if not re.fullmatch(r"[\w/.-]*", start):
        return True
    if pattern.endswith("$") and not pattern.endswith("*$"):
        return path == start
    return path.startswith(start) if pattern.startswith("^") else start in path
