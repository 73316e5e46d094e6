"""Links what was read of a project in a child interpreter, and asks the map its questions.

`python -I -m walkdown.doors.link_child REQUEST` answers once, on standard output.
"""

from __future__ import annotations

import contextlib
import gc
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec

from walkdown.doors.link import linked
from walkdown.doors.questions.ask import ask
from walkdown.doors.sql.statements import SqlFacts
from walkdown.doors.troubles import of_linking, of_programs, of_sql
from walkdown.doors.unread import of_scripts
from walkdown.doors.wire import SQL, Linked, read_around, read_parts
from walkdown.model.door import Door
from walkdown.syntax.program import Program


def link(request: Path) -> Linked:
    programs: dict[str, Program] = {}
    sql: dict[str, SqlFacts] = {}
    with request.open("rb") as file:
        around = read_around(file)
        for part in read_parts(file):
            for path in part.paths:
                if part.extension == SQL:
                    sql[path] = msgspec.msgpack.decode(part.data, type=SqlFacts)
                else:
                    programs[path] = msgspec.msgpack.decode(part.data, type=Program)
    programs = dict(sorted(programs.items()))
    read = _reader(dict(around.copies))
    found = linked(around.paths, programs, read, sql)
    told = ask(found)
    doors = sorted((one.door for one in found.doors), key=_order)
    skipped = (
        *of_programs(programs),
        *of_sql(found.databases),
        *of_scripts(around.paths, programs, read),
        *of_linking(found, told.failed),
    )
    return Linked(tuple(doors), told.findings, told.facts, skipped)


def _reader(copies: dict[str, str]) -> Callable[[str], bytes]:
    """Nothing for what was not copied: linking asks for configs only."""

    def read(path: str) -> bytes:
        return Path(copies[path]).read_bytes() if path in copies else b""

    return read


def _order(door: Door) -> tuple[str, str, str, int, str]:
    return (door.path, door.method, door.file, door.line, door.id)


def main() -> int:
    gc.disable()  # what is linked lives to the end: looking for garbage in it takes time and finds none
    try:
        with contextlib.redirect_stdout(sys.stderr):
            answer = link(Path(sys.argv[1]))
    except Exception as error:  # noqa: BLE001 - its words may quote a stranger's code: only where it was is told
        place = traceback.extract_tb(error.__traceback__)[-1]
        sys.stderr.write(f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}\n")
        return 1
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
