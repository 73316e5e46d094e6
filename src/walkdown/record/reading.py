"""Reads a record or a countersignature strictly: what is not wholly what we write is refused, in one clear sentence.

Fields that this version does not know are let be: the canonical form is checked on the JSON itself, not on our types.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timezone
from typing import NoReturn, TypeVar

import msgspec
import rfc8785

from walkdown.errors import RecordError
from walkdown.record.files import MOST_BYTES
from walkdown.record.statement import (
    COUNTERSIGNATURE_TYPE,
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    Countersignature,
    Statement,
    canonical_json,
)

RECORD, COUNTERSIGNATURE = "record", "countersignature"
MOST_COUNTERSIGNATURE_BYTES = 64 * 1024
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_FORM = re.compile(r"(urn:walkdown:(?:signoff|countersignature)):(\d{1,9})")
_SHOWN = 60
_AGAIN = "Get the file again from where it was made: git checkout, or the build that kept it."
_Kind = TypeVar("_Kind", Statement, Countersignature)


class _TwiceError(ValueError):
    """The same key twice in one object: readers would disagree about which one counts."""


def read_statement(data: bytes, name: str) -> Statement:
    return statement_of(read_json(data, name), name)


def read_countersignature(data: bytes, name: str) -> Countersignature:
    return countersignature_of(read_json(data, name, MOST_COUNTERSIGNATURE_BYTES), name)


def statement_of(value: object, name: str) -> Statement:
    """From what `read_json` gave."""
    kind = _text(value, "_type")
    if kind != STATEMENT_TYPE:
        raise RecordError(f"{name} is no in-toto statement, as every record is.", "Name the .json file of a record.")
    _check_form(_text(value, "predicateType"), PREDICATE_TYPE, name)
    statement = _typed(value, Statement, name)
    if len(statement.subject) != 1:
        what = f"{name} speaks of {len(statement.subject)} things; a record speaks of one tree."
        raise RecordError(what, _AGAIN)
    _check_time(statement.predicate.made, name)
    return statement


def countersignature_of(value: object, name: str) -> Countersignature:
    _check_form(_text(value, "_type"), COUNTERSIGNATURE_TYPE, name)
    signer = _typed(value, Countersignature, name)
    _check_time(signer.time, name)
    return signer


def read_json(data: bytes, name: str, most: int = MOST_BYTES) -> object:
    """The JSON in it, where every reader would read the same: no key twice, no number that is none, no lone half of a
    character."""
    if not data.strip():
        raise RecordError(f"{name} is empty.", _AGAIN)
    if len(data) > most:
        raise RecordError(f"{name} is larger than {most // 1024} kB, which no {_kind_of(most)} is.", _AGAIN)
    try:
        text = data.decode("utf-8")
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise RecordError(f"{name} is not text in UTF-8 (byte {error.start}).", _AGAIN) from error
    except RecursionError as error:
        raise RecordError(f"{name} is nested deeper than any record.", _AGAIN) from error
    except _TwiceError as error:
        raise RecordError(f"{name} has the key {_short(str(error))} twice in one place.", _AGAIN) from error
    except json.JSONDecodeError as error:
        where = "it ends too early" if error.pos >= len(text.rstrip()) else f"line {error.lineno}, column {error.colno}"
        raise RecordError(f"{name} is not JSON: {where}.", _AGAIN) from error
    except ValueError as error:  # a number with thousands of digits, or NaN
        raise RecordError(f"{name} holds a number that is none.", _AGAIN) from error


def is_canonical(value: object, data: bytes, name: str) -> bool:
    """Whether these are the one way to write this JSON."""
    try:
        return canonical_json(value) == data
    except RecursionError as error:
        raise RecordError(f"{name} is nested deeper than any record.", _AGAIN) from error
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise RecordError(f"{name} holds text or numbers that JSON readers do not agree about.", _AGAIN) from error


def time_of(text: str) -> datetime:
    """A time as records write it. ValueError where it is none."""
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _text(value: object, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _check_form(form: str, ours: str, name: str) -> None:
    """`urn:walkdown:signoff:2` will be written by a walkdown that is newer than this one."""
    if form == ours:
        return
    found, known = _FORM.fullmatch(form), ours.rpartition(":")
    if found and found[1] == known[0] and int(found[2]) > int(known[2]):
        what = f"{name} was made by a newer walkdown (form {found[2]}; this one reads form {known[2]})."
        raise RecordError(what, "Upgrade walkdown, then try again.")
    about = f" but {_short(form)}" if form else ""
    if ours == PREDICATE_TYPE:
        raise RecordError(f"{name} is no sign-off of walkdown{about}.", "Name the .json file of a record.")
    raise RecordError(f"{name} is no countersignature of walkdown{about}.", _AGAIN)


def _typed(value: object, kind: type[_Kind], name: str) -> _Kind:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        why = str(error) if isinstance(error, msgspec.ValidationError) else "it is nested too deep"
        raise RecordError(f"{name} is not as walkdown writes it: {_short(why, 200)}.", _AGAIN) from error


def _check_time(text: str, name: str) -> None:
    try:
        time_of(text)
    except ValueError as error:
        raise RecordError(f"{name} gives {_short(text)} as its time, which is none.", _AGAIN) from error


def _kind_of(most: int) -> str:
    return RECORD if most == MOST_BYTES else COUNTERSIGNATURE


def _short(text: str, most: int = _SHOWN) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
