"""A request to a Next application and what answers it: URL, headers, cookies, forms; NextResponse and redirects."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from walkdown.doors import exact
from walkdown.doors.follow import is_bad
from walkdown.doors.libraries.session_marks import cookie_set
from walkdown.doors.libraries.web import ANSWER, REFUSAL, status_in
from walkdown.doors.library import Calling
from walkdown.doors.values import Items, Record, Source, Thing, Value, of, replace
from walkdown.doors.visits import Answer
from walkdown.model.door import Origin

REQUEST, URL, BAG = "next.request", "next.url", "next.bag"
_BODIES = frozenset({"json", "formData", "text", "arrayBuffer", "blob", "bytes"})
_GIVES = frozenset({"get", "getAll", "getSetCookie"})
_ALL = frozenset({"entries", "values", "keys", "toString", "toJSON"})
_CHANGES = frozenset({"set", "delete", "append", "sort"})
# Where someone is sent who may not come in.
_AWAY = re.compile(
    r"log-?in|sign-?(?:in|up)|/auth|unauthori[sz]ed|forbidden|denied|not-?(?:allowed|found)|\b40[134]\b|/error",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Asked:
    """A request of one door. `path`, `method`: where they are known. `more`: what a framework or a guard put on it."""

    path: Value = field(default_factory=lambda: of(Origin.INPUT, "path"))
    method: Value = field(default_factory=lambda: of(Origin.INPUT, "method"))
    more: dict[str, Value] = field(default_factory=dict)


def request(asked: Asked | None = None) -> Value:
    return Value(shape=Thing(REQUEST, data=asked or Asked()))


def asked_of(value: Value | None) -> Asked | None:
    shape = value.shape if value is not None else None
    return shape.data if isinstance(shape, Thing) and shape.kind == REQUEST and isinstance(shape.data, Asked) else None


def bag(name: str) -> Value:
    """Things by name that came with a request: its headers, cookies, the fields of a form, what stands behind `?`."""
    return Value(frozenset({Source(Origin.INPUT, (name,))}), Thing(BAG, name))


def member_of_request(asked: Asked, name: str) -> Value | None:
    if name in asked.more:
        return asked.more[name]
    if name in ("headers", "cookies"):
        return bag(name)
    if name in ("url", "nextUrl"):
        return Value(frozenset({Source(Origin.INPUT, ("url",))}), Thing(URL, data=asked))
    if name in ("ip", "geo"):
        return of(Origin.INPUT, "headers", name)
    return asked.method if name == "method" else of(Origin.INPUT, "body") if name == "body" else None


def member_of_url(asked: Asked, name: str) -> Value:
    if name == "searchParams":
        return bag("query")
    return asked.path if name == "pathname" else of(Origin.INPUT, "url", name)


def on_request(thing: Thing, name: str) -> Value | None:
    if name in _BODIES:
        return bag("body") if name == "formData" else of(Origin.INPUT, "body")
    return Value(shape=thing) if name == "clone" else None


def on_url(thing: Thing, name: str) -> Value | None:
    return Value(shape=thing) if name == "clone" else of(Origin.INPUT, "url") if name == "toString" else None


def on_bag(bagged: Thing, name: str, calling: Calling) -> Value | None:
    whole = of(Origin.INPUT, bagged.name)
    first = calling.arg(0)
    if name in _GIVES or name == "has":
        found = of(Origin.INPUT, bagged.name, (first.text if first is not None else None) or "*")
        return Value(found.sources, Items(each=found)) if name == "getAll" else replace(found, maybe=True)
    if name in _ALL:
        return Value(whole.sources, Items(each=Value(whole.sources, Items((whole, whole)))))
    if name == "forEach" and first is not None:
        return calling.follower.invoke(first, (), calling.visit, calling.spot)
    if name in _CHANGES:
        if bagged.name == "cookies":
            calling.visit.used.append(("cookie", calling.spot))
            if name == "set":
                cookie_set(calling)
        return Value()
    return None


# -- answers ----------------------------------------------------------------------------------------------------------


def response(made: tuple[str, ...], calling: Calling) -> Value | None:
    """`new NextResponse(body, {status})`, `NextResponse.json(body, {status})`, `NextResponse.redirect(to)`."""
    first = calling.arg(0) or Value()
    if made == ("redirect",):
        return sent_away(first, calling)
    if made == ("error",):
        return answered(Value(), 500, calling)
    return answered(first, status_in(calling.arg(1)), calling) if made in ((), ("json",)) else None


def answered(value: Value, status: int, calling: Calling, kind: str = "body") -> Value:
    """An answer is made. One that says `error` in its body is taken for a refusal whatever its status says."""
    kind = "error" if kind == "body" and status < 400 and is_bad(value) and isinstance(value.shape, Record) else kind
    calling.visit.answers.append(Answer(value, calling.spot, status, kind, tuple(calling.visit.held)))
    return Value(value.sources, Thing(REFUSAL if status >= 400 or kind != "body" else ANSWER, data=value))


def sent_away(to: Value, calling: Calling) -> Value:
    """A redirect; one to a login or an error page refuses."""
    return answered(to, 401 if _AWAY.search(target_of(to)) else 302, calling, "redirect")


def target_of(to: Value) -> str:
    """As much of an address as is known."""
    if isinstance(to.shape, Record):
        named = ("href", "pathname", "destination")
        return target_of(next((value for name, value in to.shape.entries if name in named), Value()))
    if isinstance(to.shape, Items) and to.shape.known:
        return "".join(part.text or " " for part in to.shape.known)
    return to.text or exact.known(to) or ""
