"""Next: what its own modules do in code that runs on the server."""

from __future__ import annotations

from walkdown.doors import exact
from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.next_request import (
    BAG,
    REQUEST,
    URL,
    Asked,
    answered,
    bag,
    member_of_request,
    member_of_url,
    on_bag,
    on_request,
    on_url,
    response,
    sent_away,
)
from walkdown.doors.library import Calling
from walkdown.doors.matcher import any_covers
from walkdown.doors.values import NEVER, Closure, Outside, Thing, Value, replace
from walkdown.doors.visits import Spot, Visit

PASSES = "next.passes"  # what a middleware gives that lets the request by
_NAVIGATION = "next.navigation"
_REFUSALS = {"notFound": 404, "forbidden": 403, "unauthorized": 401}
_AWAY = frozenset({"redirect", "permanentRedirect"})
_INTL = frozenset({"createNavigation", "createSharedPathnamesNavigation", "createLocalizedPathnamesNavigation"})
_SAME = frozenset({"cache", "unstable_cache", "unstable_noStore", "experimental_taintObjectReference"})
_LATER = frozenset({"after", "unstable_after", "waitUntil"})


class Next(Base):
    packages = frozenset({
        "next", "next/server", "next/headers", "next/navigation", "next/cache", "react", "@vercel/functions",
        "next-intl/navigation", "micromatch", "minimatch", "picomatch",
    })  # fmt: skip

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[0] if outside.chain else ""
        if name in ("NextResponse", "Response"):
            return _answer(outside.chain[1:], calling)
        if name in _AWAY:
            sent_away(calling.arg(0) or Value(), calling)
            return NEVER
        if name in _REFUSALS:
            answered(Value(), _REFUSALS[name], calling, "error")
            return NEVER
        if name in ("cookies", "headers"):
            return bag(name)
        if name in _INTL:
            return Value(shape=Thing(_NAVIGATION))
        return _globbed(calling) if name in ("isMatch", "minimatch") else _wrapping(name, calling)

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == REQUEST and isinstance(thing.data, Asked):
            return member_of_request(thing.data, name)
        if thing.kind == URL and isinstance(thing.data, Asked):
            return member_of_url(thing.data, name)
        if thing.kind == _NAVIGATION and name in _AWAY:
            return Value(shape=Outside("next/navigation", (name,)))
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == REQUEST:
            return on_request(thing, name)
        if thing.kind == URL:
            return on_url(thing, name)
        return on_bag(thing, name, calling) if thing.kind == BAG else None

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:  # noqa: ARG002
        if thing.kind == REQUEST and isinstance(thing.data, Asked):
            thing.data.more[name] = value


def _answer(made: tuple[str, ...], calling: Calling) -> Value | None:
    if made in (("next",), ("rewrite",)):
        return Value(shape=Thing(PASSES))
    return response(made, calling)


def _globbed(calling: Calling) -> Value | None:
    """`isMatch(pathname, patterns)`: which paths a middleware leaves alone."""
    path, patterns = calling.arg(0), calling.arg(1)
    known = exact.known(path) if path is not None else None
    said = any_covers(patterns, known, globs=True) if known is not None and patterns is not None else None
    return None if said is None else exact.verdict(said)


def _wrapping(name: str, calling: Calling) -> Value | None:
    """`cache(f)` is f; what is handed to `after` runs when the answer is out."""
    first = calling.arg(0)
    if first is None:
        return None
    if name in _SAME:
        return first
    if name in _LATER:
        if isinstance(first.shape, Closure):
            calling.follower.invoke(first, (), calling.visit, calling.spot)
        return Value()
    if name in ("forwardRef", "memo"):
        return replace(first, maybe=False)
    return None
