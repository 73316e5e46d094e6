"""A record as text for a git note: a line for people, and one line of JSON that holds all of its files.

One line a record, so that git's ways to join notes (one after the other, or all lines sorted) keep every one of them.
Whatever else stands in the note belongs to somebody else and stays.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from walkdown.errors import RecordError
from walkdown.record.files import GPG, MOST_BYTES, MOST_SIGNATURES, SSH, RecordFiles, Seal

FORMAT = "walkdown.note/1"
MOST_NOTE = 2 * MOST_BYTES
_MOST_RECORDS = 200
_OURS = re.compile(rb'^\{"format":"walkdown\.note/[^\n]*', re.MULTILINE)
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8,64}")
_SLUG = re.compile(r"[A-Za-z0-9@_+-]{1,100}")


class _Seal(msgspec.Struct, frozen=True):
    slug: str
    kind: str
    statement: str
    signature: str | None


class _Line(msgspec.Struct, frozen=True):
    """Files as base64. `markdown` and `signature` are null where the file was missing."""

    format: str
    name: str
    json: str
    markdown: str | None
    seals: tuple[_Seal, ...]


class _MadePart(msgspec.Struct, frozen=True):
    made: str


class _Made(msgspec.Struct, frozen=True):
    predicate: _MadePart


def line_of(files: RecordFiles) -> bytes:
    if not _NAME.fullmatch(files.name):
        raise RecordError(f"{files.name[:80]} is no record's name.", "Attach a record of .walkdown/signoffs.")
    seals = tuple(_Seal(one.slug, one.kind, _packed(one.statement), _optional(one.signature)) for one in files.seals)
    return msgspec.json.encode(_Line(FORMAT, files.name, _packed(files.json), _optional(files.markdown), seals))


def with_record(note: bytes, files: RecordFiles) -> bytes:
    """The note with this record at its end, and as it is where it holds exactly that already."""
    line = line_of(files)
    if b"\n" + line + b"\n" in b"\n" + note + b"\n":
        return note
    before = note if not note or note.endswith(b"\n") else note + b"\n"
    joined = before + f"walkdown sign-off {files.name}\n".encode() + line + b"\n"
    if len(joined) > MOST_NOTE:
        raise RecordError("The note of this commit would be too large.", "Keep the record in .walkdown/signoffs only.")
    return joined


def records_in(note: bytes) -> tuple[RecordFiles, ...]:
    """Newest first. RecordError where there are lines of ours and not one of them can be read."""
    found: list[RecordFiles] = []
    fault: RecordError | None = None
    for line in _lines(note):
        try:
            found.append(_read(line))
        except RecordError as error:
            fault = fault or error
    if fault is not None and not found:
        raise fault
    return tuple(sorted(_joined(found), key=_age, reverse=True))


def _lines(note: bytes) -> list[bytes]:
    """The newest of ours. Cut out one by one: a note of nothing but line ends would fill the memory as a list."""
    found = (one[0] for one in _OURS.finditer(note))
    return list(deque(found, maxlen=_MOST_RECORDS))


def _read(line: bytes) -> RecordFiles:
    try:
        read = msgspec.json.decode(line, type=_Line)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RecordError("A record in the git note is damaged.", "Attach it again: walkdown note attach") from error
    if read.format != FORMAT:
        what = f"A record in the git note has the form {read.format[:40]}, which this walkdown does not know."
        raise RecordError(what, "Use a newer walkdown.")
    sound = (
        _NAME.fullmatch(read.name)
        and len(read.seals) <= MOST_SIGNATURES
        and all(_SLUG.fullmatch(seal.slug) and seal.kind in (SSH, GPG) for seal in read.seals)
    )
    if not sound:
        raise RecordError("A record in the git note has an odd name or odd signers.", "Attach it again.")
    seals = tuple(Seal(one.slug, _bytes(one.statement), _maybe(one.signature), one.kind) for one in read.seals)
    return RecordFiles(read.name, _bytes(read.json), _maybe(read.markdown), seals, place="note")


def _joined(found: Iterable[RecordFiles]) -> list[RecordFiles]:
    """A record that was attached again after somebody else signed it is still one record, with everybody's seals."""
    records: dict[tuple[str, bytes, bytes | None], RecordFiles] = {}
    for one in found:
        key = (one.name, one.json, one.markdown)
        before: Sequence[Seal] = records[key].seals if key in records else ()
        seals = tuple(dict.fromkeys((*before, *one.seals)))[:MOST_SIGNATURES]
        records[key] = msgspec.structs.replace(one, seals=seals)
    return list(records.values())


def _age(files: RecordFiles) -> tuple[str, str]:
    """By when it says it was made; where it does not say so, by the day in its name."""
    try:
        return msgspec.json.decode(files.json, type=_Made).predicate.made, files.name
    except (msgspec.MsgspecError, RecursionError):
        return files.name[:10], files.name


def _packed(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _optional(data: bytes | None) -> str | None:
    return None if data is None else _packed(data)


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError) as error:
        raise RecordError("A record in the git note is damaged.", "Attach it again: walkdown note attach") from error


def _maybe(text: str | None) -> bytes | None:
    return None if text is None else _bytes(text)
