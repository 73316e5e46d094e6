"""supabase-js: which client asks with which key, and what it reaches: tables, functions of the database, files, other
edge functions, changes that are pushed."""

from __future__ import annotations

from collections.abc import Callable

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.supabase_auth import admin_method, auth_method
from walkdown.doors.libraries.supabase_client import (
    ADMIN,
    AUTH,
    BUCKET,
    CHANNEL,
    CLIENT,
    FUNCTIONS,
    QUERY,
    RESULT,
    STORAGE,
    Client,
    Result,
    failed,
    key_of,
    maker_of,
    result,
)
from walkdown.doors.libraries.supabase_query import Query, ask, build, of_function, of_table
from walkdown.doors.library import Calling, Given
from walkdown.doors.rows import row_of
from walkdown.doors.values import UNKNOWN, Literal, Outside, Record, Source, Thing, Value, element_of, of, replace
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Operation, Origin

_LIBRARY = "supabase"
_PARTS = {"auth": AUTH, "storage": STORAGE, "functions": FUNCTIONS}
_FILES = frozenset({
    "upload", "update", "uploadToSignedUrl", "remove", "move", "copy", "download", "list", "createSignedUrl",
    "createSignedUrls", "createSignedUploadUrl", "info", "exists",
})  # fmt: skip
_BUCKETS = frozenset({"createBucket", "updateBucket", "deleteBucket", "emptyBucket", "listBuckets", "getBucket"})
_PACKAGE = "@supabase/"


class Supabase(Base):
    """`clients`: every client that was made, so that others can ask with which keys the application works."""

    packages = frozenset({
        "@supabase/supabase-js", "@supabase/ssr", "@supabase/auth-helpers-nextjs", "@supabase/auth-helpers-react",
        "@supabase/auth-helpers-remix", "@supabase/auth-helpers-sveltekit", "@supabase/auth-helpers-shared",
        "@supabase/postgrest-js",
    })  # fmt: skip

    def __init__(self) -> None:
        self.clients: list[tuple[Client, str, int]] = []

    def owns(self, outside: Outside) -> bool:
        return outside.package.startswith(_PACKAGE) and (
            outside.package in self.packages or outside.package.startswith(("@supabase/supabase-js/", "@supabase/ssr/"))
        )

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        maker = maker_of(outside.chain[-1] if outside.chain else "")
        if maker is None:
            return None
        if maker.identity:
            return Value(of(Origin.IDENTITY, maker.identity).sources, maybe=True)
        client = Client(key_of(maker, calling), maker.browser)
        self.clients.append((client, calling.spot.path, calling.spot.line))
        return Value(shape=Thing(CLIENT, data=client))

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:
        if thing.kind == CLIENT and name in _PARTS:
            return Value(shape=Thing(_PARTS[name], data=thing.data))
        if thing.kind == AUTH and name == "admin":
            return Value(shape=Thing(ADMIN, data=thing.data))
        if thing.kind == RESULT and isinstance(thing.data, Result):
            return thing.data.member(name, visit)
        if thing.kind == QUERY and isinstance(thing.data, Query) and name in ("data", "error", "count"):
            visit.note("A query is read without being waited for.")
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        how = _HOW.get(thing.kind)
        return how(thing, name, calling) if how is not None else None

    def awaited(self, thing: Thing, calling: Calling) -> Value | None:
        return ask(thing.data, calling) if thing.kind == QUERY and isinstance(thing.data, Query) else None


def _of_client(thing: Thing, name: str, calling: Calling) -> Value | None:
    client = thing.data
    if not isinstance(client, Client):
        return None
    if name == "from":
        return of_table(client, calling)
    if name == "rpc":
        return of_function(client, calling)
    if name == "schema":
        asked = calling.arg(0)
        schema = (asked.text if asked is not None else None) or ""
        return Value(shape=Thing(CLIENT, data=Client(client.key, client.browser, schema)))
    if name == "channel":
        return Value(shape=Thing(CHANNEL, data=client))
    return Value() if name in ("removeChannel", "removeAllChannels", "getChannels") else None


def _of_query(thing: Thing, name: str, calling: Calling) -> Value | None:
    query = thing.data
    if not isinstance(query, Query):
        return None
    if name not in ("then", "catch", "finally"):
        return build(thing, query, name, calling)
    value = ask(query, calling)
    if name != "then" or not calling.args:
        return value
    return calling.follower.invoke(calling.args[0].value, (Given(value),), calling.visit, calling.spot)


def _of_result(thing: Thing, name: str, calling: Calling) -> Value | None:
    """A promise of an answer, as of `auth.getUser()`."""
    value = Value(shape=thing)
    if name != "then" or not calling.args:
        return value if name in ("catch", "finally", "then") else None
    return calling.follower.invoke(calling.args[0].value, (Given(value),), calling.visit, calling.spot)


# -- files ------------------------------------------------------------------------------------------------------------


def _of_storage(thing: Thing, name: str, calling: Calling) -> Value | None:
    if name == "from":
        asked = calling.arg(0)
        return Value(shape=Thing(BUCKET, (asked.text if asked is not None else None) or "", thing.data))
    if name in _BUCKETS and isinstance(thing.data, Client):
        asked = calling.arg(0)
        did = Did(
            "storage.buckets", Operation.FILE, calling.spot, _LIBRARY, columns=(name,), key=thing.data.key,
            filters=(("id", asked),) if asked is not None else (),
        )  # fmt: skip
        return result(did, row_of(calling.visit, did), failed(), calling)
    return None


def _of_bucket(thing: Thing, name: str, calling: Calling) -> Value | None:
    """`columns` tells what is done with the file."""
    path = calling.arg(0)
    if name == "getPublicUrl":
        sources = path.sources if path is not None else frozenset[Source]()
        return Value(shape=Record((("data", Value(shape=Record((("publicUrl", Value(sources)),)))),)))
    if name not in _FILES or not isinstance(thing.data, Client):
        return None
    if path is not None and name in ("remove", "createSignedUrls"):
        path = element_of(path)
    file = calling.arg(1) if name in ("upload", "update", "uploadToSignedUrl", "move", "copy") else None
    did = Did(
        f"storage:{thing.name or '*'}", Operation.FILE, calling.spot, _LIBRARY, columns=(name,), key=thing.data.key,
        filters=(("path", replace(path, maybe=False)),) if path is not None else (),
        sets=(("file", file),) if file is not None else (),
        why="" if thing.name else "Which bucket it is, is decided elsewhere.",
    )  # fmt: skip
    return result(did, row_of(calling.visit, did, many=name == "list"), failed(), calling)


# -- the rest ---------------------------------------------------------------------------------------------------------


def _of_functions(thing: Thing, name: str, calling: Calling) -> Value | None:
    if name != "invoke" or not isinstance(thing.data, Client):
        return None
    asked, options = calling.arg(0), calling.arg(1)
    body = options.shape.get("body") if options is not None and isinstance(options.shape, Record) else None
    called = (asked.text if asked is not None else None) or "*"
    did = Did(
        f"/functions/v1/{called}", Operation.HTTP, calling.spot, _LIBRARY, given=body, key=thing.data.key,
        why="" if called != "*" else "Which function it calls is decided elsewhere.",
    )  # fmt: skip
    calling.visit.do(did)
    return result(did, of(Origin.UNKNOWN, "answer"), failed(), calling)


def _of_channel(thing: Thing, name: str, calling: Calling) -> Value | None:
    """`.on("postgres_changes", { table, filter }, f)`: every change of those rows is sent here."""
    if name != "on" or not isinstance(thing.data, Client):
        return Value(shape=thing)
    kind, wanted = calling.arg(0), calling.arg(1)
    if kind is not None and kind.text == "postgres_changes" and wanted is not None and isinstance(wanted.shape, Record):
        table, kept = wanted.shape.get("table"), wanted.shape.get("filter")
        calling.visit.do(
            Did(
                (table.text if table is not None else None) or "*", Operation.READ, calling.spot, _LIBRARY,
                filters=(("filter", kept),) if kept is not None and kept.shape != Literal(None) else (),
                key=thing.data.key, columns=("realtime",),
            )
        )  # fmt: skip
    for one in calling.args[1:]:
        if one.value.shape is not None and not isinstance(one.value.shape, (Record, Literal)):
            calling.follower.invoke(one.value, (Given(UNKNOWN),), calling.visit, calling.spot)
    return Value(shape=thing)


_HOW: dict[str, Callable[[Thing, str, Calling], Value | None]] = {
    CLIENT: _of_client, QUERY: _of_query, RESULT: _of_result, STORAGE: _of_storage, BUCKET: _of_bucket,
    FUNCTIONS: _of_functions, CHANNEL: _of_channel, AUTH: auth_method, ADMIN: admin_method,
}  # fmt: skip
