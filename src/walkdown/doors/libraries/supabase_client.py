"""A client of Supabase: with whose power it asks; and what comes back of every call, `{ data, error }`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from walkdown.doors.library import Calling
from walkdown.doors.values import NOTHING, Fact, Literal, Record, Source, Thing, Value
from walkdown.doors.visits import Did, Spot, Visit
from walkdown.model.door import Origin

CLIENT, QUERY, RESULT = "supabase.client", "supabase.query", "supabase.result"
AUTH, ADMIN, STORAGE, BUCKET, FUNCTIONS, CHANNEL = (
    "supabase.auth", "supabase.admin", "supabase.storage", "supabase.bucket", "supabase.functions", "supabase.channel",
)  # fmt: skip
ANON, USER, SERVICE = "anon", "user", "service"
ERROR_READ = "supabase error read"
_SERVICE = re.compile(r"service|secret|admin", re.IGNORECASE)
_ANON = re.compile(r"anon|publish|public|NEXT_PUBLIC|VITE_", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Client:
    """`key`: anon, user (the public key with the asker's own token or cookies), service, or empty where it is not
    known. `browser`: it is made to run there, where the session is the user's own."""

    key: str
    browser: bool = False
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Maker:
    """A function that makes a client. `key`: number of the argument that is the key, -1 where it comes from the
    environment. `cookies`: it asks as whoever the cookies of the request belong to. `identity`: it is no client, but
    tells who is asking."""

    key: int = 1
    cookies: bool = False
    browser: bool = False
    identity: str = ""


_MAKERS = {
    "createClient": Maker(), "SupabaseClient": Maker(),
    "createServerClient": Maker(cookies=True), "createBrowserClient": Maker(cookies=True, browser=True),
    "createServerComponentClient": Maker(-1, cookies=True), "createRouteHandlerClient": Maker(-1, cookies=True),
    "createServerActionClient": Maker(-1, cookies=True), "createMiddlewareClient": Maker(-1, cookies=True),
    "createPagesServerClient": Maker(-1, cookies=True), "createServerSupabaseClient": Maker(-1, cookies=True),
    "createMiddlewareSupabaseClient": Maker(-1, cookies=True), "createSupabaseServerClient": Maker(-1, cookies=True),
    "createClientComponentClient": Maker(-1, cookies=True, browser=True),
    "createPagesBrowserClient": Maker(-1, cookies=True, browser=True),
    "createBrowserSupabaseClient": Maker(-1, cookies=True, browser=True),
    "useSupabaseClient": Maker(-1, cookies=True, browser=True),
    "useUser": Maker(-1, browser=True, identity="user"), "useSession": Maker(-1, browser=True, identity="session"),
}  # fmt: skip


def maker_of(name: str) -> Maker | None:
    return _MAKERS.get(name)


def key_of(maker: Maker, calling: Calling) -> str:
    """A token of the asker's own counts for more than the key: the database sees who it says it is."""
    options = calling.args[-1].value if len(calling.args) > 1 else None
    if maker.key >= 0:
        given = calling.args[maker.key] if maker.key < len(calling.args) else None
        kind = kind_of_key(given.value, given.written) if given is not None else ""
    else:
        own = _inside(options, "supabaseKey")
        kind = kind_of_key(own, "") if own is not None else ANON
    token = _authorization(options)
    if token is not None:
        if any(source.origin in (Origin.INPUT, Origin.IDENTITY) for source in token.sources):
            return USER
        kind = SERVICE if kind_of_key(token, "") == SERVICE else kind
    if _inside(options, "accessToken") is not None:
        return USER
    return USER if maker.cookies and kind != SERVICE else kind


def _inside(value: Value | None, *names: str) -> Value | None:
    for name in names:
        if value is None or not isinstance(value.shape, Record):
            return None
        value = value.shape.get(name)
    return value


def _authorization(options: Value | None) -> Value | None:
    headers = _inside(options, "global", "headers")
    if headers is None:
        return None
    if not isinstance(headers.shape, Record):
        return headers
    for name, value in headers.shape.entries:
        if name.lower() == "authorization":
            return value if value.shape != Literal(None) else None
    return None


def kind_of_key(value: Value, written: str) -> str:
    """By the name of the variable it comes from, by what the key itself says, or by what the code calls it."""
    named = [source.path[-1] for source in value.sources if source.origin is Origin.ENVIRONMENT and source.path]
    said = [kind for name in named if (kind := _by_name(name))]
    said += [
        kind
        for shape in value.shapes()
        if isinstance(shape, Literal) and shape.value and (kind := _by_content(shape.value))
    ]
    if SERVICE in said:
        return SERVICE
    return said[0] if said else _by_name(written.rpartition(".")[2])


def _by_name(name: str) -> str:
    """A name that says that it is public counts first: NEXT_PUBLIC_SERVICE_KEY is both, and a service key."""
    if _SERVICE.search(name):
        return SERVICE
    return ANON if _ANON.search(name) or name.upper().endswith("SUPABASE_KEY") else ""


def _by_content(text: str) -> str:
    """The reader of the code keeps no secrets: only the beginning of some keys can be seen."""
    return SERVICE if text.startswith("sb_secret_") else ANON if text.startswith("sb_publishable_") else ""


# -- answers ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Result:
    """`{ data, error, count }`. That the error is looked at is noted for the place of the call."""

    data: Value
    error: Value
    spot: Spot
    count: Value = field(default=NOTHING)

    def member(self, name: str, visit: Visit) -> Value | None:
        if name == "error":
            visit.used.append((ERROR_READ, self.spot))
            return self.error
        if name == "data":
            return self.data
        return self.count if name == "count" else None


def failed(*facts: Fact) -> Value:
    """An error that may be there; where there is none, `facts` hold."""
    return Value(frozenset({Source(Origin.UNKNOWN, ("error",))}), maybe=True, if_false=facts)


def result(did: Did, data: Value, error: Value, calling: Calling, count: Value = NOTHING) -> Value:  # noqa: ARG001
    return Value(shape=Thing(RESULT, data=Result(data, error, did.spot, count)))


def answer(data: Value, error: Value, spot: Spot) -> Value:
    return Value(shape=Thing(RESULT, data=Result(data, error, spot)))
