"""SQL, commands and code whose text itself holds what came in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from walkdown.doors.assemble import Followed
from walkdown.doors.libraries.commands import CODE, COMMAND
from walkdown.doors.libraries.sql_run import BUILT
from walkdown.doors.questions import input_texts as texts
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.inputs import about, by_schema, is_asked
from walkdown.doors.questions.tell import named, step, tell
from walkdown.doors.values import Source
from walkdown.doors.visits import Spot
from walkdown.model.door import Checks, Origin
from walkdown.model.finding import Fact, Finding, Rule
from walkdown.model.severity import Confidence, Severity
from walkdown.syntax.text import decode

_NUMBERS = frozenset(
    {"limit", "offset", "page", "pagesize", "page_size", "per_page", "perpage", "size", "skip", "take"}
)
_LARGEST = 2_000_000


def ask(found: Map) -> Iterator[Finding | Fact]:
    told: dict[tuple[str, Spot], Finding] = {}
    files: dict[str, str] = {}
    for one in found.doors:
        if not is_asked(one):
            continue
        for what, spot in one.visit.used:
            told_of = next(((mark, rule, last) for mark, rule, last in _MARKS if what.startswith(mark)), None)
            if told_of is None or (told_of[1].id, spot) in told:
                continue
            mark, rule, last = told_of
            rest = what.removeprefix(mark)
            source = Source(Origin.INPUT, tuple(rest.removeprefix("surely ").split(".")))
            if spot.path not in files:
                files[spot.path] = decode(found.read(spot.path)[:_LARGEST])
            if _is_number(files[spot.path], source):
                continue
            sure = mark != BUILT or rest.startswith("surely ")
            told[rule.id, spot] = _finding(one, rule, spot, f"{last} {about(source)}", source, sure=sure)
    yield from told.values()


_MARKS: tuple[tuple[str, Rule, str], ...] = (
    (BUILT, texts.SQL, "runs a statement whose text holds"),
    (COMMAND, texts.COMMAND, "runs a command whose text holds"),
    (CODE, texts.CODE, "runs as code"),
)


def _finding(one: Followed, rule: Rule, spot: Spot, last: str, source: Source, *, sure: bool) -> Finding:
    door = one.door
    worst = Severity.CRITICAL if door.guard is None else Severity.HIGH
    severity, confidence = worst, Confidence.LIKELY
    if not sure or by_schema(one, source):
        severity, confidence = Severity.MEDIUM, Confidence.UNSURE
    elif door.guard in (Checks.ROLE, Checks.SECRET):
        severity = Severity.MEDIUM
    start = Spot(door.file, door.line)
    return tell(
        rule, severity, confidence, spot, [step(start, f"{named(door)} comes in"), step(spot, last)], further=[start]
    )


def _is_number(text: str, source: Source) -> bool:
    """It was made a number before: `parseInt(req.query.limit, 10)`."""
    name = source.path[-1]
    if name.lower() in _NUMBERS:
        return True
    return re.search(rf"(?:parseInt|parseFloat|Number|BigInt)\s*\([^()]*\b{re.escape(name)}\b", text) is not None
