"""Reads what the npm registry tells about one package: the short form first, which is enough for the large ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import msgspec

from walkdown.advisories.moments import read_moment, stamp
from walkdown.errors import AdvisoryError
from walkdown.scanners.indexes.fetching import Index, NoAnswerError, NotThereError, Reply
from walkdown.scanners.indexes.wire import Known, Why
from walkdown.scanners.indexes.withdrawn import MOST_VERSIONS, gathered

MIB = 1024 * 1024
MOST = 32 * MIB
_SHORT = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8"
_LONG = "application/json"
# Only the long form has dates. It is many times larger, and a package with that many versions is neither new nor quiet.
_WORTH_DATES = 1 * MIB
# What npm puts in the place of a package that did harm, or of a name that it keeps from being misused.
_HELD = re.compile(r"0\.0\.1-security(?:\.\d+)?")
_LONGEST_VERSION = 100


class Version(msgspec.Struct, frozen=True):
    deprecated: object = None


class Packument(msgspec.Struct, frozen=True, rename="kebab"):
    """`time` holds, beside the versions, when the package was created and modified."""

    name: str
    versions: dict[str, Version] = {}
    dist_tags: dict[str, object] = {}
    time: dict[str, object] = {}
    modified: str = ""


def ask(index: Index, name: str, seconds: float) -> Known:
    path = quote(name, safe="@")
    reply = index.get(path, _SHORT, most=MOST, seconds=seconds)
    short = decode(name, reply)
    if short.time or len(reply.body) > _WORTH_DATES:
        return known(short)
    try:
        return known(decode(name, index.get(path, _LONG, most=MOST, seconds=seconds)))
    except (NoAnswerError, NotThereError):
        return known(short)  # without dates it still says what was deprecated


def decode(name: str, reply: Reply) -> Packument:
    try:
        packument = msgspec.json.decode(reply.body, type=Packument)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NoAnswerError(Why.NO_INDEX) from error
    if packument.name != name or len(packument.versions) > MOST_VERSIONS:
        raise NoAnswerError(Why.NO_INDEX)
    return packument


def known(packument: Packument) -> Known:
    latest = packument.dist_tags.get("latest")
    latest = latest if isinstance(latest, str) and latest in packument.versions else ""
    # A mirror writes down when it fetched a version; only the registry itself knows when the package came to be.
    created = _moment(packument.time.get("created"))
    published = sorted(_published(packument)) if created else []
    return Known(
        first=created,
        last=published[-1] if published else _moment(packument.modified),
        latest=latest[:_LONGEST_VERSION],
        empty=not packument.versions or bool(_HELD.fullmatch(latest)),
        withdrawn=gathered(_deprecated(packument.versions)),
    )


def _published(packument: Packument) -> Iterator[str]:
    for version in packument.versions:
        moment = _moment(packument.time.get(version))
        if moment:
            yield moment


def _deprecated(versions: Mapping[str, Version]) -> Iterator[tuple[str, str]]:
    """An empty reason takes a deprecation back."""
    for version, told in versions.items():
        if told.deprecated is True:
            yield version, ""
        elif isinstance(told.deprecated, str) and told.deprecated.strip():
            yield version, told.deprecated


def _moment(text: object) -> str:
    if not isinstance(text, str) or not text:
        return ""
    try:
        return stamp(read_moment(text))
    except AdvisoryError:
        return ""
