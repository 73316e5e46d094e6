"""Follows every entrance and writes down what came of it: a door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from walkdown.doors.checked import validated
from walkdown.doors.entrances import Entrance
from walkdown.doors.follow import in_common, is_bad
from walkdown.doors.guards import checks_of, guard_of, strongest
from walkdown.doors.rows import CREDENTIALS
from walkdown.doors.values import Fact, Source, Value, replace
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Checks, Door, Filter, Guard, Operation, Origin, Reach

_NOT_SEEN = "What it checks is not in the code of this project, or was not understood."
_RANK = (Origin.IDENTITY, Origin.INPUT, Origin.ROW, Origin.ENVIRONMENT, Origin.MADE, Origin.CONSTANT)


@dataclass(frozen=True, slots=True)
class Followed:
    """A door, and all that happened behind it."""

    entrance: Entrance
    door: Door
    visit: Visit


def follow(entrances: Iterable[Entrance]) -> list[Followed]:
    found = (_one(entrance) for entrance in entrances)
    return _told_by_name([one for one in found if not one.entrance.quiet or _loads(one.door)])


def _told_by_name(found: list[Followed]) -> list[Followed]:
    """Two applications of one repository may have the same door: the second is told apart by its file."""
    seen: set[str] = set()
    told: list[Followed] = []
    for one in found:
        door = one.door
        for more in ("", door.file, f"{door.file}:{door.line}", f"{door.file}:{door.line}:{len(told)}"):
            door = msgspec.structs.replace(door, id=_id(one.entrance, more))
            if door.id not in seen:
                break
        seen.add(door.id)
        told.append(replace(one, door=door))
    return told


def _loads(door: Door) -> bool:
    """A text that every reader gets from some address is no data of the application."""
    return any(reach.operation is not Operation.HTTP or reach.filters for reach in door.reaches)


def _one(entrance: Entrance) -> Followed:
    visit = Visit(is_door=True)
    applied: list[Guard] = []
    for before in entrance.before:
        known = len(visit.held)
        seen = before.run(visit)
        gained = [checks for held in visit.held[known:] if (checks := checks_of(held.fact, visit.did)) is not None]
        checks = next((one for one in (Checks.OWNER, Checks.ROLE, Checks.LOGIN, Checks.SECRET) if one in gained), seen)
        if checks is not None:
            why = _NOT_SEEN if checks is Checks.UNKNOWN else ""
            applied.append(Guard(before.name, before.spot.path, before.spot.line, checks, why=why, home=before.home))
    put, marks = len(visit.did), len(visit.used)
    visit.exits.clear()
    told = {held.fact for held in visit.held} if applied else set()  # what stood before is told already
    entrance.enter(visit)
    within = _inside(visit, entrance.framework, told)
    if strongest((*entrance.guards, *applied, *within)) is None:
        within.extend(_at_the_data(visit, put))
    guards = tuple(_told_once((*entrance.guards, *applied, *within)))
    effective = strongest(guards)
    door = Door(
        id=_id(entrance), kind=entrance.kind, method=entrance.method, path=entrance.path, file=entrance.spot.path,
        line=entrance.spot.line, handler=entrance.handler, framework=entrance.framework, guards=guards,
        guard=effective, validated=validated(visit, marks), limiter=entrance.limiter or _limiter(visit),
        reaches=_told_apart(visit.did[put:]),
        uncertain=(*entrance.uncertain, *visit.notes),
    )  # fmt: skip
    return Followed(entrance, door, visit)


def _inside(visit: Visit, framework: str, told: set[Fact]) -> list[Guard]:
    """Checks on every way to an answer that is no refusal."""
    fine = [answer for answer in visit.answers if answer.status < 400 and answer.kind != "error"]
    good = [answer.held for answer in fine if answer.kind not in ("redirect", "refusal", "plain")]
    if framework == "express":  # what a handler gives back is sent to nobody
        good = good or [answer.held for answer in fine if answer.kind == "redirect"]
    good = good or [held for value, held in visit.exits if not is_bad(value)]
    good = good or [answer.held for answer in fine] or [held for _, held in visit.exits]
    held = [one for one in in_common(good) if one.fact not in told]
    return [guard for one in held if (guard := guard_of(one, visit.did)) is not None]


def _at_the_data(visit: Visit, put: int) -> list[Guard]:
    """Checks that hold wherever data is touched, though some answer is given without them."""
    done = [did for did in visit.did[put:] if did.operation is not Operation.HTTP and not _about_who_asks(did)]
    return [guard for one in in_common([did.held for did in done]) if (guard := guard_of(one, visit.did)) is not None]


def _about_who_asks(did: Did) -> bool:
    """It only looks up who is asking, which is done before anything can be refused."""
    plain = (Origin.CONSTANT, Origin.UNKNOWN)
    asked = [source for _, value in did.filters for source in value.sources if source.origin not in plain]
    return did.operation is Operation.READ and bool(asked) and all(_tells_who(source) for source in asked)


def _tells_who(source: Source) -> bool:
    credential = source.origin is Origin.INPUT and source.path[:1] != () and source.path[0] in CREDENTIALS
    return source.origin is Origin.IDENTITY or credential


def _told_once(guards: Sequence[Guard]) -> list[Guard]:
    seen: set[tuple[str, int, Checks]] = set()
    told: list[Guard] = []
    for guard in guards:
        key = (guard.path, guard.line, guard.checks)
        if key not in seen:
            seen.add(key)
            told.append(guard)
    return told


def reach_of(did: Did) -> Reach:
    return Reach(
        table=did.table, operation=did.operation, path=did.spot.path, line=did.spot.line,
        filters=tuple(Filter(name, origin_of(value), value.maybe) for name, value in did.filters),
        sets=tuple(Filter(name, origin_of(value)) for name, value in did.sets),
        whole=did.given is not None and did.given.has(Origin.INPUT), transaction=did.transaction > 0, loop=did.loop,
        bounded=did.bounded, library=did.library,
        way=tuple((frame.spot.path, frame.spot.line, frame.name) for frame in did.way[:8]), why=did.why,
        key=did.key,
    )  # fmt: skip


def origin_of(value: Value) -> Origin:
    """The one that matters most of all it may come from."""
    origins = {source.origin for source in value.sources}
    if Origin.UNKNOWN in origins and not origins & {Origin.IDENTITY, Origin.INPUT}:
        return Origin.UNKNOWN
    return next((one for one in _RANK if one in origins), Origin.CONSTANT)


def inputs_of(value: Value) -> frozenset[Source]:
    return frozenset(source for source in value.sources if source.origin is Origin.INPUT)


def _told_apart(did: Sequence[Did]) -> tuple[Reach, ...]:
    """The same operation, asked for in the same way, is told once, however many calls lead to it."""
    told: dict[Reach, Reach] = {}
    for one in did:
        reach = reach_of(one)
        told.setdefault(msgspec.structs.replace(reach, way=()), reach)
    return tuple(told.values())


def _limiter(visit: Visit) -> str:
    """The last that was asked: the nearest to the handler."""
    said = [what.removeprefix("limiter ") for what, _ in visit.used if what.startswith("limiter ")]
    return said[-1] if said else ""


def _id(entrance: Entrance, more: str = "") -> str:
    named = f"{entrance.kind.value} {entrance.method} {entrance.path} {more}".rstrip()
    return "D-" + hashlib.sha256(named.encode("utf-8", "surrogateescape")).hexdigest()[:10].upper()
