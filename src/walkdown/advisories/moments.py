"""Points in time as data spells them, made comparable: fixed width and UTC, so that text order is time order."""

from __future__ import annotations

import datetime as dt

import msgspec

from walkdown.errors import AdvisoryError


def now_utc() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


def stamp(moment: dt.datetime) -> str:
    """`2024-10-10T07:00:00.000000Z`. A time without a zone is taken for UTC, as OSV means it."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.timezone.utc)
    try:
        return moment.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    except OverflowError:  # a zone that would carry the first or last day out of the calendar
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def read_moment(text: str) -> dt.datetime:
    try:
        moment = msgspec.convert(text, dt.datetime, strict=False)
    except msgspec.ValidationError as error:
        raise AdvisoryError(f"{text[:40]!r} is no point in time.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)
