"""The map in plain text: a calm line for each door, and one door with the way to its data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from textwrap import wrap

from walkdown.checklist import is_over
from walkdown.cli.doors_json import as_mounted
from walkdown.cli.findings import where
from walkdown.cli.walk import decision_text
from walkdown.model.door import WRITES, Checks, Filter, Guard, Reach
from walkdown.review import Session
from walkdown.review.doors import DoorRow
from walkdown.safetext import for_terminal

_METHOD, _PATH, _GUARD, _INPUT, _TABLES = 6, 30, 18, 9, 20
_WIDTH = 88
_CHECKS = {
    Checks.LOGIN: "a login",
    Checks.ROLE: "a role",
    Checks.OWNER: "the owner",
    Checks.SECRET: "a secret",
    Checks.NOTHING: "nothing",
    Checks.UNKNOWN: "not known",
}
_INPUTS = {"yes": "checked", "partly": "partly", "no": "unchecked", "none": ""}
_MOST_TABLES, _MOST_REACHES = 3, 60


def doors_text(session: Session, rows: Sequence[DoorRow], *, complete: bool) -> Iterator[str]:
    mask = session.review.masker.mask_text
    if rows:
        yield _columns("", "door", ("guarded by", "input", "writes", "against"))
    for row in rows:
        yield from (for_terminal(mask(line), width=10_000).rstrip() for line in _row(row))
    yield _sums(session, rows)
    if not complete:
        yield "The map is not whole: what could not be read may hold more doors. See: walkdown gap list"


def _row(row: DoorRow) -> Iterator[str]:
    """A path that is too long stands on a line of its own: cut, it would name another door."""
    door = row.door
    path, method = as_mounted(door.path) or door.handler, door.method or door.kind.value
    against = _against(row)
    rest = (guard_words(row), _INPUTS.get(door.validated, door.validated), _tables(row), against)
    if len(path) <= _PATH and len(method) <= _METHOD:
        yield _columns(method, path, rest)
        return
    yield f"{method:<{_METHOD}} {path}"
    yield _columns("", "", rest)


def _columns(method: str, path: str, rest: tuple[str, str, str, str]) -> str:
    guard, validated, tables, against = rest
    return (
        f"{method:<{_METHOD}} {path:<{_PATH}} {_cut(guard, _GUARD):<{_GUARD}} {validated:<{_INPUT}}"
        f" {_cut(tables, _TABLES):<{_TABLES}} {against}"
    ).rstrip()


def guard_words(row: DoorRow) -> str:
    """What holds in effect."""
    if row.guard is not None:
        return _CHECKS[row.guard]
    return _CHECKS[Checks.UNKNOWN if any(one.checks is Checks.UNKNOWN for one in row.guards) else Checks.NOTHING]


def _against(row: DoorRow) -> str:
    parts = [str(len(row.findings))] if row.findings else []
    if row.said is not None:
        parts.append(f"{row.said.decision.verdict.value}{' (open again)' if row.open else ''}")
    return "  ".join(parts)


def _tables(row: DoorRow) -> str:
    tables = list(dict.fromkeys(one.table for one in row.door.reaches if one.operation in WRITES))
    more = f" +{len(tables) - _MOST_TABLES}" if len(tables) > _MOST_TABLES else ""
    return ", ".join(tables[:_MOST_TABLES]) + more


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def _doors(number: int) -> str:
    return "door" if number == 1 else "doors"


def _sums(session: Session, rows: Sequence[DoorRow]) -> str:
    total = len(session.board.doors)
    nothing = [row for row in rows if guard_words(row) == _CHECKS[Checks.NOTHING]]
    unread = sum(guard_words(row) == _CHECKS[Checks.UNKNOWN] for row in rows)
    writing = sum(row.door.writes for row in nothing)
    decided = sum(not row.open for row in rows)
    shown = f"{len(rows)} of {total}" if len(rows) != total else str(total)
    unsure = f"; {unread} with a guard that could not be read" if unread else ""
    return (
        f"{shown} {_doors(total)}, {len(nothing)} without a guard, {writing} of those write{unsure}; {decided} decided."
    )


# --- one door --------------------------------------------------------------------------------------------------------


def door_text(session: Session, row: DoorRow) -> Iterator[str]:
    mask, board, door = session.review.masker.mask_text, session.board, row.door
    yield for_terminal(mask(f"{door.title}  ({door.id}, {door.kind.value})"))
    lines: list[tuple[str, str]] = [("Handler", f"{door.handler}  {door.file}:{door.line}")]
    lines += [("Guard", _guard(now, read)) for now, read in zip(row.guards, door.guards, strict=True)]
    lines.append(("Holds", guard_words(row)))
    lines.append(("Input", _INPUTS.get(door.validated, door.validated) or "takes none"))
    lines.append(("Limiter", door.limiter))
    lines += [("Reaches", _reach(one)) for one in islice(door.reaches, _MOST_REACHES)]
    if len(door.reaches) > _MOST_REACHES:
        lines.append(("", f"and {len(door.reaches) - _MOST_REACHES} more: --format json"))
    lines += [("Unsure", text) for text in door.uncertain]
    for one in row.findings:
        aside = board.asides.get(one.id)
        told = f"  (set aside: {aside.words})" if aside else ""
        lines.append(("Against", f"{one.severity.value}  {one.id}  {where(one.place)}  {one.rule.title}{told}"))
    lines.append(("Perhaps", f"public on purpose: {row.hint}" if row.hint and row.open else ""))
    if row.note:
        lines.append(("Note", f"{row.note.text} ({row.note.event.actor.name})"))
    lines.append(("Decision", decision_text(row.said, over=row.said is not None and is_over(row.said, board.today))))
    lines.append(("Open", row.why))
    for label, text in lines:
        yield from _labelled(label, mask(text))


def _guard(now: Guard, read: Guard) -> str:
    said = f", says a person; read as {_CHECKS[read.checks]}" if now.checks is not read.checks else ""
    detail = f" ({now.detail})" if now.detail else ""
    why = f". {now.why}" if now.why else ""
    return f"{now.name}: {_CHECKS[now.checks]}{detail}{said}  {now.path}:{now.line}{why}"


def _reach(reach: Reach) -> str:
    told = [f"{reach.operation.value} {reach.table}"]
    if reach.filters:
        told.append("where " + ", ".join(map(_field, reach.filters)))
    if reach.sets or reach.whole:
        told.append("sets " + ("what came in as it is" if reach.whole else ", ".join(map(_field, reach.sets))))
    told += [word for word, so in (("in a transaction", reach.transaction), ("in a loop", reach.loop)) if so]
    told += [] if reach.bounded else ["any number of rows"]
    why = f". {reach.why}" if reach.why else ""
    return f"{'; '.join(told)}  {reach.path}:{reach.line}{why}"


def _field(one: Filter) -> str:
    return f"{one.field} from {one.origin.value}{' or missing' if one.maybe else ''}"


def _labelled(label: str, text: str) -> Iterator[str]:
    shown = for_terminal(text).strip()
    if shown:
        first = f"  {label:<10} "
        yield from wrap(shown, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first))
