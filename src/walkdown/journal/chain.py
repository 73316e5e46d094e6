"""The chain: each event is written with the hash of the one before it, so that whatever is missing or altered shows."""

from __future__ import annotations

import hashlib

import msgspec

from walkdown.errors import JournalError
from walkdown.model import Act, Actor, Channel, Event

START = "0" * 64


class Row(msgspec.Struct, frozen=True):
    """An event as it is kept: the very bytes that were hashed. They are never written anew, also not on their way to
    another machine."""

    seq: int
    hash: str
    body: bytes


class Mark(msgspec.Struct, frozen=True):
    """How far a chain was read: the number and hash of the last event."""

    seq: int = 0
    hash: str = START


def linked(after: Mark, act: Act, actor: Actor, channel: Channel, time: str) -> tuple[Event, Row]:
    """The next event of a chain, and the row to keep of it."""
    event = Event(after.seq + 1, time, actor, channel, after.hash, act)
    try:
        body = msgspec.json.encode(event)
    except UnicodeEncodeError as error:
        raise JournalError(
            "The decision holds characters that no file can keep. It is NOT kept.", "Write its text anew, as UTF-8."
        ) from error
    return event, Row(event.seq, _hash(body), body)


def read(row: Row, after: Mark, where: str) -> Event:
    """The event in a row that comes right after `after`, or an error that says what is wrong. `where` names the chain
    for a person, such as `the journal /x/y`."""
    do = "Bring it back from a backup, or from an export of before."
    if _hash(row.body) != row.hash:
        raise JournalError(f"Event {row.seq} of {where} was altered.", do)
    try:
        event = msgspec.json.decode(row.body, type=Event)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise JournalError(
            f"Event {row.seq} of {where} cannot be read: {error}.", "Is this walkdown older than what wrote it?"
        ) from error
    if event.before != after.hash or not event.seq == row.seq == after.seq + 1:
        raise JournalError(f"There is a hole in {where} before event {row.seq}.", do)
    return event


def mark_of(row: Row) -> Mark:
    return Mark(row.seq, row.hash)


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
