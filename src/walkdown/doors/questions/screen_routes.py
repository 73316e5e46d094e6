"""Routes that any signed-in user may call, though every screen that calls them asks for a role first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from walkdown.doors.assemble import Followed
from walkdown.doors.guards import checks_of
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.rls_texts import SCREEN_ONLY_DOOR
from walkdown.doors.questions.role_words import last
from walkdown.doors.questions.screen_parts import inside
from walkdown.doors.questions.screens import Check, Screens
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.sql import words
from walkdown.doors.supabase_table_doors import is_table_door
from walkdown.doors.values import Value
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import WRITES, Checks, DoorKind, Origin
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import Arg, Call, Expr, Name, Obj, Op, Program, Template, Text

_SERVER = re.compile(
    r"(?:^|/)(?:server|backend|functions|tests?|__tests__|e2e)/|/api/.*route\.|\.(?:test|spec|stories)\."
)
_METHODS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "del": "DELETE"}
_NAMED = re.compile(r"(get|post|put|patch|delete|del)$")
_READS = re.compile(r"fetch|request$|^useswr$|^(?:api|http|client|ajax)(?:call)?$")
_KINDS = frozenset({DoorKind.ROUTE, DoorKind.PAGE})
_MOST_FILES = 600


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that a screen sends. `parts`: of its path, `*` where it is put in."""

    spot: Spot
    method: str
    parts: tuple[str, ...]


def ask(found: Map) -> Iterator[Finding | Fact]:
    doors = [one for one in found.doors if _is_candidate(one)]
    if not doors:
        return
    requests = list(_requests(found, doors))
    screens = Screens(found) if requests else None
    for one in doors:
        calling = [asked for asked in requests if _meets(asked, one)]
        if not calling or screens is None:
            continue
        first = screens.of_all(asked.spot for asked in calling)
        if first is not None:
            yield _told(one, calling, first)


def _told(one: Followed, calling: Sequence[_Asked], check: Check) -> Finding:
    door = one.door
    severity = Severity.HIGH if door.writes and not door.uncertain else Severity.MEDIUM
    at = Spot(door.file, door.line)
    steps = [
        step(check.spot, f"the screen asks for a role: {check.words}"),
        step(calling[0].spot, f"behind it the browser calls {named(door)}"),
        step(at, "the route asks for a login, and for no role"),
    ]
    did = next((did for did in one.visit.did if did.operation in WRITES), None)
    if did is not None:
        steps.append(step(did.spot, f"{did.operation.value} on {did.table}"))
    sure = Confidence.UNSURE if door.uncertain else Confidence.LIKELY
    return tell(SCREEN_ONLY_DOOR, severity, sure, at, steps)


# -- doors ------------------------------------------------------------------------------------------------------------


def _is_candidate(one: Followed) -> bool:
    """It asks for a login and for nothing else, anywhere behind it; and does more than with the asker's own rows."""
    door = one.door
    if door.kind not in _KINDS or door.guard is not Checks.LOGIN or is_table_door(door) or not door.path:
        return False
    if any(guard.checks is Checks.UNKNOWN for guard in door.guards):
        return False
    visit = one.visit
    held = [*visit.seen, *visit.held, *(one for did in visit.did for one in did.held)]
    if any(checks_of(each.fact, visit.did) in (Checks.ROLE, Checks.OWNER) for each in held):
        return False
    done = [did for did in visit.did if did.operation in WRITES and not words.LOG.search(did.table)]
    if not done and door.method == "GET":  # what only looks something up for its answer is no harm by itself
        done = list(visit.did)
    return bool(done) and not any(_is_own(did) or _is_told_elsewhere(did) or did.key == "user" for did in done)


def _is_own(did: Did) -> bool:
    return any(value.has(Origin.IDENTITY) for _, value in (*did.filters, *did.sets)) or _from_asker(did.given)


def _from_asker(value: Value | None) -> bool:
    return value is not None and value.has(Origin.IDENTITY)


def _is_told_elsewhere(did: Did) -> bool:
    """Rows of persons that are found by what comes in: whose they are is another question."""
    chosen = any(value.has(Origin.INPUT) for _, value in did.filters)
    return chosen and words.BUSINESS.search(did.table) is not None


# -- screens ----------------------------------------------------------------------------------------------------------


def _requests(found: Map, doors: Sequence[Followed]) -> Iterator[_Asked]:
    """Only files that name one of the paths are looked through."""
    ends = {part for one in doors for part in _static(one.door.path)[-1:]}
    if not ends:
        return
    names = re.compile(rb"/(?:" + b"|".join(re.escape(one.encode()) for one in sorted(ends)) + rb")\b")
    served = {one.door.file for one in doors}
    looked = 0
    for path, program in found.programs.items():
        if path in served or _SERVER.search(path) or "use server" in program.says:
            continue
        # written out it is searched faster than it is walked through
        if looked < _MOST_FILES and names.search(msgspec.msgpack.encode(program)):
            looked += 1
            yield from _sent(path, program)


def _sent(path: str, program: Program) -> Iterator[_Asked]:
    waiting: list[object] = [program.body, [one.value for one in program.exports], [f.body for f in program.functions]]
    while waiting:
        one = waiting.pop()
        if isinstance(one, (tuple, list)):
            waiting.extend(one)
            continue
        if isinstance(one, Call) and (asked := _request(path, one)) is not None:
            yield asked
        waiting.extend(inside(one))


def _request(path: str, call: Call) -> _Asked | None:
    """`fetch(url, { method })`, `axios.post(url)`, `apiRequest("DELETE", url)`."""
    given = [arg.value for arg in call.args[:3]]
    at = next((number for number, one in enumerate(given[:2]) if (parts := _parts(one)) is not None), -1)
    if at < 0:
        return None
    parts = _parts(given[at]) or ()
    name = last(call.callee).lower()
    ending = _NAMED.search(name)  # `axios.post`, `apiPost`, `http.delete`
    method = _METHODS[ending[1]] if ending is not None else ""
    if not method and at == 1 and isinstance(given[0], Text):
        method = given[0].value.upper()
    if not method:
        method = _method(call.args[at + 1 :]) or ("GET" if _READS.search(name) else "")
    return _Asked(Spot(path, call.line), method, parts) if method else None


def _method(rest: Iterable[Arg]) -> str:
    for arg in rest:
        if isinstance(arg.value, Obj):
            for entry in arg.value.entries:
                if entry.key == "method" and isinstance(entry.value, Text):
                    return entry.value.value.upper()
    return ""


def _parts(value: Expr) -> tuple[str, ...] | None:
    """The parts of a path that stands in the code; what is put in is `*`."""
    if isinstance(value, Op) and value.op == "+":
        return None
    if isinstance(value, Text):
        text = value.value
    elif isinstance(value, Template):
        pieces = [one.value if isinstance(one, Text) else "*" for one in value.parts]
        if pieces and pieces[0] == "*" and isinstance(value.parts[0], (Name,)):
            pieces = pieces[1:]  # the address of the server
        text = "".join(pieces)
    else:
        return None
    if not text.startswith("/"):
        return None
    parts = [one for one in text.partition("?")[0].split("/") if one]
    return tuple("*" if "*" in one else one for one in parts) or None


def _static(path: str) -> list[str]:
    return [one for one in path.split("/") if one and one[0] not in ":*{["]


def _meets(asked: _Asked, one: Followed) -> bool:
    door = one.door
    if door.method not in (asked.method, "ANY", ""):
        return False
    parts = tuple("*" if part[0] in ":*{[" else part for part in door.path.split("/") if part)
    return any(_same(asked.parts, there) for there in (parts, parts[1:] if parts[:1] == ("api",) else parts))


def _same(asked: Sequence[str], there: Sequence[str]) -> bool:
    return len(asked) == len(there) and all(
        one == other or (one == "*" and other == "*") for one, other in zip(asked, there, strict=True)
    )
