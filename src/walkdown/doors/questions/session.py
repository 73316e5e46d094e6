"""Sessions that nobody can end, that every script can read, or that one process keeps for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from walkdown.doors.libraries.session_marks import BY_MODULE, COOKIE, IN_MEMORY, NO_END, STORE, TOKEN
from walkdown.doors.questions import access_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Door
from walkdown.model.finding import Fact, Finding
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.program import Entry, Program

FOR_EVER, FOR_LONG, SHORT = "for ever", "for long", "short"
_LONG, _VERY_LONG = 7.0, 180.0
_MEMORY_STORES = frozenset({"memorystore", "session-memory-store"})


def ask(found: Map) -> Iterator[Finding | Fact]:
    """One finding for each place, with the first door that leads there."""
    first: dict[tuple[str, Spot], Door] = {}
    for one in found.doors:
        for what, spot in one.visit.used:
            if what.startswith((TOKEN, COOKIE, STORE)):
                first.setdefault((what, spot), one.door)
    ends = _ends(found.programs) if any(what == TOKEN + BY_MODULE for what, _ in first) else True
    for (what, spot), door in first.items():
        start = step(Spot(door.file, door.line), f"{named(door)} comes in")
        if what.startswith(TOKEN):
            yield from _token(what.removeprefix(TOKEN), spot, start, ends=ends)
        elif what.startswith(COOKIE):
            yield from _cookie(what.removeprefix(COOKIE), spot, start)
        elif what == STORE + IN_MEMORY or _is_memory_store(found.programs, spot):
            steps = [start, step(spot, "keeps its session in the memory of this process")]
            yield tell(texts.MEMORY_SESSIONS, Severity.MEDIUM, Confidence.SURE, spot, steps)


def signed(visit: Visit) -> list[tuple[str, Spot]]:
    """How long tokens live that are signed behind a door."""
    return [(_how_long(what.removeprefix(TOKEN)), spot) for what, spot in visit.used if what.startswith(TOKEN)]


def _how_long(days: str) -> str:
    if days == NO_END:
        return FOR_EVER
    return SHORT if days == BY_MODULE or float(days) < _LONG else FOR_LONG


def _token(days: str, spot: Spot, start: Any, *, ends: bool) -> Iterator[Finding]:
    if days == NO_END or (days == BY_MODULE and not ends):
        steps = [start, step(spot, "signs a token without an end")]
        sure = Confidence.SURE if days == NO_END else Confidence.LIKELY
        yield tell(texts.TOKEN_FOR_EVER, Severity.MEDIUM, sure, spot, steps)
    elif days != BY_MODULE and float(days) >= _VERY_LONG:
        steps = [start, step(spot, f"signs a token that lives for {float(days):.0f} days")]
        yield tell(texts.TOKEN_FOR_LONG, Severity.MEDIUM, Confidence.SURE, spot, steps)


def _cookie(said: str, spot: Spot, start: Any) -> Iterator[Finding]:
    name, *rest = said.split(" ")
    given = dict(one.split("=", 1) for one in rest if "=" in one)
    missing = [flag for flag in ("httpOnly", "secure") if given.get(flag) == "no"]
    if not missing:
        return
    severity = Severity.MEDIUM if "httpOnly" in missing else Severity.LOW
    steps = [start, step(spot, f"sets the cookie {name} without {' and '.join(missing)}")]
    yield tell(texts.COOKIE_OPEN, severity, Confidence.SURE, spot, steps)


def _is_memory_store(programs: Mapping[str, Program], spot: Spot) -> bool:
    program = programs.get(spot.path)
    modules = {one.module for one in program.imports} if program is not None else set()
    return bool(modules & _MEMORY_STORES) and not any(module.startswith("connect-") for module in modules)


def _ends(programs: Mapping[str, Program]) -> bool:
    """Some module says for all tokens how long they live."""
    return any(_names_end(program) for program in programs.values())


def _names_end(program: Program) -> bool:
    waiting: list[Any] = [program]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Entry) and one.key in ("expiresIn", "signOptions"):
            return True
        if isinstance(one, (tuple, list)):
            waiting.extend(one)
        else:
            waiting.extend(getattr(one, field) for field in getattr(one, "__struct_fields__", ()))
    return False
