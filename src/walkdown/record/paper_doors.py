"""The doors of an application as the paper shows them: what stands at each, what it writes, and what people said."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from walkdown.record.paper_blocks import Block, Code, Line, Strong, Table, Title, Words, joined
from walkdown.record.paper_words import VERDICTS, Twins, count, decided_by, reasons, verdict, why
from walkdown.record.statement import DoorLine, GuardLine, Predicate

MOST = 200  # what was decided or stands open is always listed; of the rest so many that somebody may still read them
_UNDECIDED = "undecided"
_GUARDS = {"login": "a login", "role": "a role", "owner": "the owner", "secret": "a secret"}
_VALIDATED = {"yes": "yes", "partly": "partly", "no": "no", "none": "takes nothing"}


def doors(record: Predicate, twins: Twins) -> Iterator[Block]:
    """Nothing where there is no map: a record from before it reads as it did."""
    if not (record.doors or record.guards):
        return
    yield Title(2, (f"Doors ({len(record.doors):,})",))
    yield Words((_sums(record.doors),))
    told = [line for line in record.doors if line.said or line.note or line.open != _UNDECIDED]
    known = {line.id for line in told}
    rest = [line for line in record.doors if line.id not in known]
    shown = (*told, *rest[: max(0, MOST - len(told))])
    if shown:
        head = ("Door", "Guarded by", "Input checked", "Writes", "Decision", "By", "Why")
        yield Table("doors", head, tuple(map(partial(_door, twins=twins), shown)))
    if more := len(record.doors) - len(shown):
        yield Words((f"{count(more, 'more door')} that nobody decided, in the JSON beside this file.",))
    if record.guards:
        yield Title(3, (f"What people said of guards ({len(record.guards):,})",))
        columns = ("Guard", "Says a person", "Read by the map as", "Doors", "By", "Why")
        yield Table("guards", columns, tuple(map(partial(_guard, twins=twins), record.guards)))


def _sums(lines: tuple[DoorLine, ...]) -> str:
    open_ones = sum(not line.guard for line in lines)
    writing = sum(not line.guard and bool(line.writes) for line in lines)
    decided = sum(line.said is not None for line in lines)
    return (
        "Every entrance of the application that was found, and what it writes to."
        f" {count(open_ones, 'has', 'have')} no guard that was seen to ask anything, {writing:,} of them"
        f" {'writes' if writing == 1 else 'write'}; {count(decided, 'was', 'were')} decided."
    )


def _door(line: DoorLine, twins: Twins) -> tuple[Line, ...]:
    place = f"{line.file}:{line.line}" if line.line else line.file
    title: Line = (Code(line.title), " in ", Code(place))
    stands_open = bool(line.open) and line.open != _UNDECIDED
    return (
        title,
        _guarded(line),
        (_VALIDATED.get(line.validated, line.validated),),
        joined((Code(table),) for table in line.writes),
        verdict(line.said, matters=stands_open),
        decided_by(line.said, twins),
        why(line),
    )


def _guarded(line: DoorLine) -> Line:
    named = joined((Code(one.name),) for one in line.checks)
    held: Line = (_GUARDS.get(line.guard, line.guard),) if line.guard else (Strong("nothing", "bad"),)
    if not line.guard and any(one.checks == "unknown" for one in line.checks):
        held = (Strong("not known", "bad"),)
    limited: Line = ("; limited by ", Code(line.limiter)) if line.limiter else ()
    return (*held, *((": ", *named) if named else ()), *limited)


def _guard(line: GuardLine, twins: Twins) -> tuple[Line, ...]:
    place = f"{line.path}:{line.line}" if line.line else line.path
    said: Line = (" ".join(VERDICTS[line.said.decision.verdict]),)
    told: list[Line] = [(Strong("Open:", "bad"), f" {line.open}.")] if line.open else []
    return (
        (Code(line.name), " in ", Code(place)),
        said,
        (line.read,),
        (f"{line.doors:,}",),
        decided_by(line.said, twins),
        joined([*told, *reasons(line.said)], " "),
    )
