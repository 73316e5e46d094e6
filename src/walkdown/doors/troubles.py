"""What of a file could not be read, told where it matters: in code that is deployed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from walkdown.doors.questions.asked import Map
from walkdown.doors.sql.state import Database
from walkdown.doors.unfollowed import unfollowed
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.syntax.program import Program
from walkdown.syntax.script_expressions import TOO_LONG
from walkdown.syntax.script_program import TOO_LARGE
from walkdown.syntax.script_texts import TOO_MANY
from walkdown.target.sides import is_side

# A table of data, of which enough was read to link by.
_MOST_NAMED = 4
_HARMLESS = frozenset({TOO_LONG, TOO_MANY})


def of_programs(programs: Mapping[str, Program]) -> Iterator[Skipped]:
    for path, program in programs.items():
        if program.cut and program.cut not in _HARMLESS:
            yield _told(path, "too-large" if program.cut == TOO_LARGE else "partly-parsed", program.cut)
        elif program.broken:
            yield _told(path, "syntax-error", f"{_lines(program.broken)} cannot be parsed.")


def of_sql(databases: Iterable[Database]) -> Iterator[Skipped]:
    """Who gets at a row is judged where strangers reach the database itself; the others only tell names of tables."""
    for database in databases:
        broken: dict[str, list[tuple[int, str]]] = {}
        for spot, why in database.broken:
            broken.setdefault(spot.path, []).append((spot.line, why))
        for path, found in broken.items():
            if not found[-1][0]:
                told = _told(path, "too-large", "It is larger than what is read, and the rest was not.")
            else:
                lines = _lines(tuple(line for line, _ in found))
                told = _told(path, "syntax-error", f"{lines} cannot be read: {found[0][1]}.")
            yield told if database.supabase else msgspec.structs.replace(told, kind=SkipKind.LIMIT)


def of_linking(found: Map, failed: Iterable[str]) -> Iterator[Skipped]:
    for one in failed:
        yield Skipped("", SkipKind.GAP, "question-failed", f"A question to the map failed, a fault of ours: {one}.")
    if found.cut:
        reason = "What starts the application is too much code to follow to its end: doors may be missing."
        yield Skipped("", SkipKind.GAP, "not-followed", reason)
    paths = unfollowed(found)
    if paths:
        yield Skipped(
            "", SkipKind.LIMIT, "routes-unmounted",
            f"Code that looks like routes, and no application that mounts it was found: {_some(paths)}.",
        )  # fmt: skip


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _MOST_NAMED} more files" if len(paths) > _MOST_NAMED else ""
    return f"{', '.join(paths[:_MOST_NAMED])}{more}"


def _told(path: str, code: str, reason: str) -> Skipped:
    """A test or a template that cannot be read leaves no door unseen."""
    return Skipped(path, SkipKind.SCOPE if is_side(path) else SkipKind.GAP, code, reason)


def _lines(lines: tuple[int, ...]) -> str:
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    return f"Line {lines[0]}{more}"
