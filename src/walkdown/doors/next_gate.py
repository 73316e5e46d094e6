"""Next's middleware (`middleware.ts`, `proxy.ts`): which paths it covers, and what it makes sure of there."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from walkdown.doors import exact
from walkdown.doors.entrances import Before
from walkdown.doors.follow import Follower, in_common
from walkdown.doors.guards import checks_of
from walkdown.doors.libraries.next_request import Asked, request
from walkdown.doors.library import Given
from walkdown.doors.matcher import covers
from walkdown.doors.next_places import CODE, App
from walkdown.doors.rows import CREDENTIALS
from walkdown.doors.values import Closure, Items, Record, Thing, Value
from walkdown.doors.visits import Held, Spot, Visit
from walkdown.model.door import Checks, Guard, Origin

_STEMS = ("middleware", "proxy")
_ONLY_THERE = "It asks whether a cookie or header is there, not whether it is worth anything."
_LAYS_OUT = "A layout does not run again for every page below it, and never for an action: its check keeps nobody out."


class Gate:
    """The middleware of one application. One whose matcher misses a path does not stand there."""

    def __init__(self, follower: Follower, path: str, handler: Value, patterns: Sequence[str] | None) -> None:
        self._follower = follower
        self._path = path
        self._handler = handler
        self._patterns = patterns
        shape = handler.shape
        here = isinstance(shape, Closure) and shape.unit == path
        self._spot = Spot(path, follower.function(shape).line if here and isinstance(shape, Closure) else 1)
        self._known: dict[str, tuple[Guard, ...]] = {}

    def before(self, path: str) -> tuple[Before, ...]:
        if self._covers(path) is not True:
            return ()
        return (Before(self._name, self._spot, lambda visit: self._run(visit, path)),)

    def guards(self, path: str) -> tuple[Guard, ...]:
        """What stands there and refuses nobody who brings any cookie."""
        if self._covers(path) is not True:
            return ()
        if path not in self._known:
            visit = Visit()
            self._run(visit, path)
            told = any(checks_of(held.fact, visit.did) for held in visit.held)
            there = any(_is_there(held) for held in visit.held)
            only = Guard(self._name, self._spot.path, self._spot.line, Checks.NOTHING, why=_ONLY_THERE)
            self._known[path] = (only,) if there and not told else ()
        return self._known[path]

    def uncertain(self, path: str) -> tuple[str, ...]:
        if self._covers(path) is not None:
            return ()
        return (f"Which paths {self._path} covers could not be read from its matcher.",)

    @property
    def _name(self) -> str:
        return posixpath.basename(self._path).partition(".")[0]

    def _covers(self, path: str) -> bool | None:
        if self._patterns is None:
            return True
        said = [covers(pattern, path) for pattern in self._patterns]
        return True if any(said) else None if None in said else False

    def _run(self, visit: Visit, path: str) -> Checks | None:
        held, seen, exits, answers = len(visit.held), len(visit.seen), len(visit.exits), len(visit.answers)
        frames, visit.frames = visit.frames, []
        asked = request(Asked(path=exact.exact(path)))
        self._follower.invoke(self._handler, (Given(asked), Given(Value())), visit, self._spot)
        visit.frames = frames
        direct = [one.fact for one in visit.held[held:]]
        ways = [kept[held:] for value, kept in visit.exits[exits:] if not _is_refusal(value)]
        del visit.held[held:], visit.exits[exits:], visit.answers[answers:]
        visit.hold((*direct, *(one.fact for one in in_common(ways))), self._spot)
        # It asks on some ways only, and which of them is taken hangs on what is not known here.
        asks = any(checks_of(one.fact, visit.did) for one in visit.seen[seen:])
        sure = any(checks_of(one.fact, visit.did) for one in visit.held[held:])
        return Checks.UNKNOWN if asks and not sure else None


def gate_of(app: App, follower: Follower) -> Gate | None:
    for root in ("", "src"):
        for stem in _STEMS:
            for ending in CODE:
                path = posixpath.join(app.folder, root, stem + ending)
                if path in follower.programs:
                    return _made(follower, path, stem)
    return None


def _made(follower: Follower, path: str, stem: str) -> Gate | None:
    handler = follower.exported(path, "default") or follower.exported(path, stem)
    if handler is None or handler.shape is None:
        return None
    config = follower.exported(path, "config")
    shape = config.shape if config is not None else None
    matcher = shape.get("matcher") if isinstance(shape, Record) else None
    return Gate(follower, path, handler, None if matcher is None else _patterns(matcher))


def _patterns(matcher: Value) -> list[str]:
    """A text, a list of them, or of `{ source, has, missing }`; one that is not known is left empty, which covers
    nothing for sure."""
    found = matcher.shape.known if isinstance(matcher.shape, Items) else (matcher,)
    named = [one.shape.get("source") or Value() if isinstance(one.shape, Record) else one for one in found]
    return [one.text or "" for one in named]


def _is_refusal(value: Value) -> bool:
    shapes = value.shapes()
    return bool(shapes) and all(isinstance(one, Thing) and one.kind in ("refusal", "answer") for one in shapes)


def _is_there(held: Held) -> bool:
    return held.fact.kind == "there" and any(
        source.origin is Origin.INPUT and source.path[:1] and source.path[0] in CREDENTIALS for source in held.fact.left
    )


def layout_guard(follower: Follower, path: str) -> Guard | None:
    """The check of a layout, which is none for the pages below it."""
    value = follower.exported(path, "default")
    shape = value.shape if value is not None else None
    if not isinstance(shape, Closure) or "use client" in follower.programs[shape.unit].says:
        return None
    function = follower.function(shape)
    visit = Visit()
    spot = Spot(shape.unit, function.line)
    props = Value(shape=Record((("children", Value()), ("params", Value())), open=True))
    follower.call(shape, (Given(props),), visit, spot)
    asks = [held for held in visit.held if checks_of(held.fact, visit.did)]
    asks.extend(held for _, kept in visit.exits[:1] for held in kept if checks_of(held.fact, visit.did))
    if not asks:
        return None
    return Guard(function.name or "layout", path, asks[0].spot.line or function.line, Checks.NOTHING, why=_LAYS_OUT)
