"""Reads files of code and SQL in a child interpreter, so that a stranger's file cannot take the application down.

`python -I -m walkdown.doors.read_child REQUEST ANSWERS` writes its answers to a file: when it dies, the first file
without one is what it was reading.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from walkdown.doors.wire import SQL
from walkdown.syntax.extract import Wanted, extract, read_code


def read(data: bytes, extension: str) -> msgspec.Struct | None:
    if extension != SQL:
        return read_code(data, extension)
    from walkdown.doors.sql.read import read_sql

    return read_sql(data)


def main() -> int:
    files = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=list[Wanted])
    with Path(sys.argv[2]).open("wb") as out:
        extract(files, out, read)
    return 0


if __name__ == "__main__":
    sys.exit(main())
