"""Requests and answers as the web's own interfaces have them (edge functions, route handlers), and calls to other
services."""

from __future__ import annotations

from collections.abc import Mapping

from walkdown.doors.checked import TAKES
from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling
from walkdown.doors.truth import EQUALS, compared
from walkdown.doors.values import Fact, Items, Literal, Outside, Record, Source, Thing, Value, constant, of, replace
from walkdown.doors.visits import Answer, Did, Visit
from walkdown.model.door import Operation, Origin

CHECKED = "checked"
REQUEST, HEADERS, FORM, ANSWER, REFUSAL = "web.request", "web.headers", "web.form", "answer", "refusal"
_RESPONSE, _FETCH, _CRYPTO, _SUBTLE, _DECODE, _WHOSE = (
    "web.Response", "web.fetch", "web.crypto", "web.subtle", "web.atob", "web.whose",
)  # fmt: skip
_LONGEST = 160
_READ = frozenset({"json", "text", "arrayBuffer", "blob", "bytes"})
_DECODERS = frozenset({"jose", "jwt-decode", "djwt", "jsonwebtoken"})
_NODE = frozenset({"crypto", "node:crypto", "@std/crypto", "@std/crypto/timing_safe_equal.ts"})


class Web(Base):
    packages = frozenset({*_NODE, *_DECODERS})
    globals = frozenset({"Response", "fetch", "crypto", "atob"})

    def imported(self, outside: Outside) -> Value | None:
        kinds = {"Response": _RESPONSE, "fetch": _FETCH, "crypto": _CRYPTO, "atob": _DECODE}
        return Value(shape=Thing(kinds[outside.chain[0]])) if not outside.package else None

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        if outside.package in _NODE and outside.chain[-1:] == ("timingSafeEqual",):
            left, right = calling.arg(0), calling.arg(1)
            return compared(min(EQUALS), left, right) if left is not None and right is not None else None
        if outside.package in _DECODERS and outside.chain[-1:] in ((), ("decode",), ("decodeJwt",), ("jwtDecode",)):
            return decoded(calling.arg(0) or Value())
        return None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _CRYPTO and name == "subtle":
            return Value(shape=Thing(_SUBTLE))
        if thing.kind == _WHOSE:
            return _of_whose(name) if name == "ok" else None
        if thing.kind != REQUEST:
            return None
        kept = thing.data if isinstance(thing.data, dict) else {}
        if name in kept:
            return kept[name]  # type: ignore[no-any-return]
        if name == "headers":
            return Value(of(Origin.INPUT, "headers").sources, Thing(HEADERS))
        return of(Origin.INPUT, name) if name in ("url", "body", "method", "cookies") else None

    def method(  # noqa: PLR0911 - one line for each thing
        self, thing: Thing, name: str, calling: Calling
    ) -> Value | None:
        if thing.kind == REQUEST:
            if name in _READ or name == "formData":
                calling.visit.used.append((TAKES, calling.spot))
            return _of_request(thing, name)
        if thing.kind == HEADERS and name in ("get", "has", "getAll"):
            asked = calling.arg(0)
            path = ("headers", ((asked.text if asked else None) or "*").lower())
            checked = thing.data is True and path[1] == "authorization"
            return replace(of(Origin.INPUT, *path, *((CHECKED,) if checked else ())), maybe=True)
        if thing.kind == FORM and name in ("get", "getAll", "has"):
            asked = calling.arg(0)
            return replace(of(Origin.INPUT, "body", (asked.text if asked else None) or "*"), maybe=True)
        if thing.kind == _RESPONSE:
            return _response(name, calling)
        if thing.kind == _FETCH and name == "":
            return _fetched(calling)
        if thing.kind == _DECODE and name == "":
            return decoded(calling.arg(0) or Value())
        if thing.kind == _WHOSE:
            return _of_whose(name)
        if thing.kind in (_CRYPTO, _SUBTLE):
            return _crypto(thing, name, calling)
        return None

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: object) -> None:  # noqa: ARG002
        if thing.kind == REQUEST and isinstance(thing.data, dict):
            thing.data[name] = value


def request(kept: Mapping[str, Value]) -> Value:
    """A request of which some things are known: its method."""
    return Value(shape=Thing(REQUEST, data=dict(kept)))


def checked_headers() -> Value:
    """The token in them was checked before the code runs."""
    return Value(of(Origin.INPUT, "headers").sources, Thing(HEADERS, data=True))


def decoded(token: Value) -> Value:
    """What a token says: who is asking, if it was checked before; else whatever somebody wrote into it."""
    if any(source.origin is Origin.INPUT and CHECKED in source.path for source in token.sources):
        return of(Origin.IDENTITY, "token")
    return Value(token.sources)


def _of_request(thing: Thing, name: str) -> Value | None:
    if name in _READ:
        return of(Origin.INPUT, "body")
    if name == "formData":
        return Value(of(Origin.INPUT, "body").sources, Thing(FORM))
    return Value(shape=thing) if name == "clone" else None


# -- answers ----------------------------------------------------------------------------------------------------------


def _response(name: str, calling: Calling) -> Value | None:
    if name not in ("", "json", "redirect", "error"):
        return None
    body = calling.arg(0) or Value()
    options = calling.arg(1)
    if name == "redirect":
        return answered(calling, body, 302, "redirect")
    return answered(calling, body, 500 if name == "error" else status_in(options))


def answered(calling: Calling, body: Value, status: int, kind: str = "body") -> Value:
    """Keeps what is sent back."""
    if kind == "body" and _refuses(body):
        kind = "refusal"
    elif kind == "body" and not calling.visit.did and all(one.origin is Origin.CONSTANT for one in body.sources):
        kind = "plain"  # nothing was done yet, and nothing is told
    calling.visit.answers.append(Answer(body, calling.spot, status, kind, tuple(calling.visit.held)))
    return Value(body.sources, Thing(REFUSAL if status >= 400 else ANSWER, data=body))


_NO = frozenset({"error", "errors", "message", "details", "code", "success", "ok", "valid", "status", "hint"})


def _refuses(body: Value) -> bool:
    """`{ error: "..." }` with a status that says that all is well."""
    if not isinstance(body.shape, Record) or not {name for name, _ in body.shape.entries} <= _NO:
        return False
    said = dict(body.shape.entries)
    if any(said[name].text == "false" for name in ("success", "ok", "valid") if name in said):
        return True
    return "error" in said and said["error"].shape != Literal(None) and "success" not in said


def status_in(options: Value | None) -> int:
    if options is None or not isinstance(options.shape, Record):
        return 0
    return status_of(options.shape.get("status"))


def status_of(value: Value | None) -> int:
    """0 where it is not known; of several the one that says that all is well."""
    said = [
        int(shape.value)
        for shape in (value.shapes() if value is not None else ())
        if isinstance(shape, Literal) and shape.value is not None and shape.value.isdigit()
    ]
    return min(said, default=0)


# -- other services ---------------------------------------------------------------------------------------------------


def _fetched(calling: Calling) -> Value:
    address = calling.arg(0) or Value()
    options = calling.arg(1)
    told = options.shape if options is not None and isinstance(options.shape, Record) else Record(())
    if told.get("signal") is None:
        calling.visit.used.append(("fetch without a timeout", calling.spot))
    filters = (("url", address),) if any(s.origin is not Origin.CONSTANT for s in address.sources) else ()
    did = Did(address_of(address), Operation.HTTP, calling.spot, "fetch", filters=filters, given=told.get("body"))
    calling.visit.do(did)
    return Value(shape=Thing(_WHOSE)) if did.table.endswith(_ASKS_WHO) else of(Origin.UNKNOWN, "answer")


_ASKS_WHO = "/auth/v1/user"  # Supabase is asked whose token it is


def _of_whose(name: str) -> Value | None:
    user = of(Origin.IDENTITY, "user")
    verified = (Fact("verified", user.sources, detail="login"),)
    if name == "ok":
        return Value(if_true=verified)
    return Value(user.sources, maybe=True, if_true=verified) if name == "json" else None


def address_of(value: Value) -> str:
    """An address as far as it is known: `$API_URL/orders/{}`."""
    parts = value.shape.known if isinstance(value.shape, Items) and value.shape.known else (value,)
    written = "".join(_part(part) for part in parts)
    return written.partition("?")[0][:_LONGEST]


def _part(value: Value) -> str:
    if value.text is not None:
        return value.text
    if isinstance(value.shape, Items) and value.shape.known:
        return "".join(_part(part) for part in value.shape.known)
    named = sorted(s.path[0] for s in value.sources if s.origin is Origin.ENVIRONMENT and s.path)
    return f"${named[0]}" if named else "{}"


_SHOWN = (("headers", "authorization"), ("headers", "cookie"))


# -- signatures -------------------------------------------------------------------------------------------------------


def _crypto(thing: Thing, name: str, calling: Calling) -> Value | None:
    given = frozenset(source for one in calling.args for source in one.value.sources)
    if thing.kind == _CRYPTO:
        made = name in ("randomUUID", "getRandomValues", "randomBytes")
        return Value(frozenset({Source(Origin.MADE)})) if made else None
    if name == "verify" and any(source.origin is Origin.ENVIRONMENT for source in given):
        asked = frozenset(source for source in given if source.origin is Origin.INPUT)
        said = any(
            one.path[:2] in _SHOWN or one.path[:1] == ("cookies",) for one in asked
        )  # a token of one's own making
        return Value(given, if_true=(Fact("verified", asked, detail="login" if said else "secret"),))
    if name == "digest":
        last = calling.arg(1) or constant("")
        return Value(last.sources | {Source(Origin.MADE)})
    return Value(given)
