"""Who has to be asking where something is done: nobody, anyone signed in, a role, an owner, a service with a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from walkdown.doors.assemble import Followed
from walkdown.doors.guards import checks_of
from walkdown.doors.rows import CREDENTIALS
from walkdown.doors.values import Fact, Items, Record, Source, Value
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Checks, Door, DoorKind, Operation, Origin
from walkdown.syntax.program import Program

_ASKING = frozenset({DoorKind.ROUTE, DoorKind.PAGE, DoorKind.ACTION, DoorKind.EDGE, DoorKind.WEBHOOK, DoorKind.EVENT})
_OWN_CODE = frozenset({"supabase", "postgres"})
# Sides of a trade: each has many members, and none of them may touch what is another member's.
_MANY = re.compile(
    r"user|learner|coach|trainer|organi[sz]er|creator|publisher|recruiter|customer|client|buyer|seller|vendor|merchant|patient|doctor|student|teacher|instructor|tutor|driver|rider|"
    r"member|guest|host|provider|freelancer|employer|candidate|tenant|landlord|parent|shop|restaurant|supplier|agent|"
    r"subscriber|basic|free|premium|pro$|author|artist|owner|worker|technician|employee|company|business",
    re.IGNORECASE,
)
_FEW = re.compile(
    r"admin|super|staff|moderator|manager|operator|support|root|system|editor|write|delete|update|manage|:"
)
_SAYS_ROLE = re.compile(r"role|admin|permission|scope|type|level|staff|super|moderat|group|grant", re.IGNORECASE)


def askable(one: Followed) -> bool:
    """A door of the application's own code that somebody can knock at; what the data API of Supabase opens is guarded
    by policies, and asked about elsewhere."""
    door = one.door
    if door.kind is DoorKind.EVENT and door.method != "WS":
        return False
    return door.kind in _ASKING and (door.framework not in _OWN_CODE or door.kind is DoorKind.EDGE)


def asked(facts: Iterable[Fact], did: list[Did]) -> frozenset[Checks]:
    return frozenset(checks for fact in facts if (checks := checks_of(fact, did)) is not None)


def facts_at(did: Did) -> list[Fact]:
    return [held.fact for held in did.held]


def facts_of(visit: Visit) -> list[Fact]:
    """All that is made sure of anywhere behind the door."""
    held = [*visit.held, *visit.seen, *(one for did in visit.did for one in did.held)]
    held += [one for answer in visit.answers for one in answer.held]
    held += [one for _, way in visit.exits for one in way]
    return list(dict.fromkeys(one.fact for one in held))


_CLIENTS = frozenset({"supabase", "supabaseclient", "adminclient", "db", "tx", "trx", "prisma", "conn", "pool"})


def is_for_code(door: Door, programs: Mapping[str, Program]) -> bool:
    """An exported helper among actions: what it is handed first cannot be sent by a browser, or no screen may load it,
    so only code calls it."""
    program = programs.get(door.file)
    if door.kind is not DoorKind.ACTION or program is None:
        return False
    if any(one.module == "server-only" for one in program.imports):
        return True
    around = (each for each in program.functions if each.name == door.handler)
    return any(
        name.name.lower() in _CLIENTS for each in around for param in each.params[:1] for name in param.names[:1]
    )


def is_known(one: Followed, did: Did) -> bool:
    """Somebody who is signed in, whoever it is."""
    who = (Checks.LOGIN, Checks.ROLE, Checks.OWNER)
    return one.door.guard in who or bool(asked(facts_at(did), one.visit.did) & frozenset(who))


def is_privileged(one: Followed, did: Did) -> bool:
    """A role that few have; of one that many have at the same time each sees only their own."""
    facts = [fact for fact in facts_at(did) if checks_of(fact, one.visit.did) is Checks.ROLE]
    if facts:
        return any(_is_high(fact) for fact in facts)
    return any(
        guard.checks is Checks.ROLE and _is_few(guard.detail or guard.name.rpartition(".")[2])
        for guard in one.door.guards
    )


def _is_high(fact: Fact) -> bool:
    """One of several ways counts as much as the easiest."""
    if fact.kind == "any":
        return all(any(_is_high(inner) for inner in way) for way in fact.ways)
    if fact.kind == "role":
        return True
    who = fact.left | fact.right
    if not any(_SAYS_ROLE.search(part) for source in who for part in source.path):
        return False  # the state of an account, a plan, how far somebody came
    return _is_few(fact.detail)


def _is_few(detail: str) -> bool:
    """`admin, manager`; where `seller` is among them any seller gets by."""
    words = [word for word in re.split(r"[,\s|]+", detail) if word]
    return not _MANY.search(detail) or all(_FEW.search(word.lower()) for word in words)


def is_unsure(door: Door) -> bool:
    """A guard stands there of which nobody knows what it asks."""
    return any(guard.checks is Checks.UNKNOWN for guard in door.guards)


def knows_asker(one: Followed) -> bool:
    """Rows are asked for by who is asking, so that somebody is known though no check was seen; to write down who it
    was, if anyone, is none."""
    values = [value for did in one.visit.did for _, value in did.filters]
    return any(source.origin is Origin.IDENTITY for value in values for source in value.sources)


def refuses(visit: Visit) -> bool:
    """It says no to somebody, on some way."""
    return any(answer.status in (401, 403) for answer in visit.answers)


def refuses_for_more(visit: Visit) -> bool:
    """It says no for another reason than that no token or cookie was sent at all: whoever sends any gets by that."""
    no = dict.fromkeys(answer.spot for answer in visit.answers if answer.status in (401, 403))
    asks = dict.fromkeys(held.spot for held in visit.seen if held.fact.kind == "there" and _is_shown(held.fact))
    for at in asks:
        after = [spot for spot in no if spot.path == at.path and 0 <= spot.line - at.line <= _NEAR]
        if after:
            no.pop(min(after, key=lambda spot: spot.line))
    return bool(no)


def _is_shown(fact: Fact) -> bool:
    """That a header or a cookie is there, whatever it says."""
    return bool(fact.left) and all(
        source.origin is Origin.INPUT and source.path[:1] != () and source.path[0] in CREDENTIALS
        for source in fact.left
    )


def asks_who(visit: Visit) -> bool:
    """Something depends on whether anybody is signed in."""
    facts = [held.fact for held in visit.seen]
    return any(source.origin is Origin.IDENTITY for fact in facts for source in fact.left | fact.right) or any(
        fact.kind in ("any", "verified", "role") for fact in facts
    )


_NEAR = 8
_MOST_PARTS = 400


def sent(visit: Visit) -> frozenset[Source]:
    """All that goes into an answer that is no refusal, however deep it lies in it."""
    values = [one.value for one in visit.answers if one.status < 400 and one.kind not in ("error", "refusal")]
    waiting = values + [value for value, _ in visit.exits]
    found: set[Source] = set()
    for _ in range(_MOST_PARTS):
        if not waiting:
            break
        value = waiting.pop()
        found |= value.sources
        waiting.extend(_parts(value))
    return frozenset(found)


def _parts(value: Value) -> Iterator[Value]:
    for shape in value.shapes():
        if isinstance(shape, Record):
            yield from (entry for _, entry in shape.entries)
        elif isinstance(shape, Items):
            yield from shape.known
            if shape.each is not None:
                yield shape.each
        else:
            inner = getattr(shape, "data", None)
            if isinstance(inner, Value):
                yield inner


def own(one: Followed) -> list[tuple[int, Did]]:
    """What is done behind the door itself, not by what stands before it; with its number."""
    kept = {(reach.table, reach.operation, reach.path, reach.line) for reach in one.door.reaches}
    return [
        (number, did)
        for number, did in enumerate(one.visit.did)
        if (did.table, did.operation, did.spot.path, did.spot.line) in kept
    ]


_WORDS = {
    Operation.INSERT: "writes a new row to", Operation.UPDATE: "changes", Operation.UPSERT: "writes to",
    Operation.DELETE: "deletes from", Operation.READ: "reads", Operation.HTTP: "calls",
}  # fmt: skip


def state_of(did: Did) -> str:
    return _WORDS.get(did.operation, "reaches")
