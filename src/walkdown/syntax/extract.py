"""Reads files of code in a child interpreter, so that a stranger's file cannot take the application down.

`python -I -m walkdown.syntax.extract REQUEST` answers on standard output, file by file, each answer whole before the
next file is opened: when the child dies, the first file without an answer is the one it was reading.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from walkdown.syntax.program import Program

_LENGTH = 4


class Wanted(msgspec.Struct, frozen=True, array_like=True):
    """`copy`: the file to read, a copy of ours. `extension`: what it is, without the dot."""

    copy: str
    extension: str


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """One file: its Program as bytes, to be kept as they are, or `why` there is none."""

    copy: str
    program: bytes = b""
    why: str = ""


def request(files: Sequence[Wanted]) -> bytes:
    return msgspec.msgpack.encode(files)


def answers(stream: bytes) -> Iterator[Answer]:
    """Every whole answer in what a child wrote; a last one that it did not finish is left out."""
    at = 0
    while at + _LENGTH <= len(stream):
        end = at + _LENGTH + int.from_bytes(stream[at : at + _LENGTH], "big")
        if end > len(stream):
            return
        yield msgspec.msgpack.decode(stream[at + _LENGTH : end], type=Answer)
        at = end


def decode_program(program: bytes) -> Program:
    return msgspec.msgpack.decode(program, type=Program)


def read_code(data: bytes, extension: str) -> msgspec.Struct | None:
    """None where no reader knows such a file."""
    from walkdown.syntax.script_program import EXTENSIONS, read_program

    return read_program(data, extension) if extension in EXTENSIONS else None


def extract(
    files: Sequence[Wanted], out: BinaryIO, read: Callable[[bytes, str], msgspec.Struct | None] = read_code
) -> None:
    encoder = msgspec.msgpack.Encoder()
    for wanted in files:
        answer = encoder.encode(_answer(wanted, encoder, read))
        out.write(len(answer).to_bytes(_LENGTH, "big"))
        out.write(answer)
        out.flush()


def _answer(
    wanted: Wanted, encoder: msgspec.msgpack.Encoder, read: Callable[[bytes, str], msgspec.Struct | None]
) -> Answer:
    try:
        data = Path(wanted.copy).read_bytes()
    except OSError as error:
        return Answer(wanted.copy, why=f"Its copy could not be read: {error.strerror or 'no reason was given'}.")
    try:
        program = read(data, wanted.extension)
        return (
            Answer(wanted.copy, why="No reader knows this kind of file.")
            if program is None
            else Answer(wanted.copy, encoder.encode(program))
        )
    except Exception as error:  # noqa: BLE001 - one file that a reader trips over must not end the rest: it is told of
        return Answer(wanted.copy, why=f"Its reader stumbled over it ({type(error).__name__}).")


def main() -> int:
    files = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=list[Wanted])
    extract(files, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
