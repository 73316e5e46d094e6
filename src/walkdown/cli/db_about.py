"""`walkdown db about`: which data there are on this machine, of which day, and whether all of them can be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from walkdown.advisories.moments import now_utc, read_moment
from walkdown.advisories.names import NameIndex, check_day, names_folder
from walkdown.advisories.osv import ECOSYSTEMS
from walkdown.advisories.store import About, Store, freshness, lacking, partial, store_path
from walkdown.cli.exits import FINE, USAGE, tell
from walkdown.errors import AdvisoryError
from walkdown.safetext import for_terminal
from walkdown.settings import Folders, Settings, load

DB = "walkdown.db/1"
MB = 1e6
_OLD = "walkdown db update, or walkdown db import FILE"
_DIGEST_SHOWN = 16


class WireNames(msgspec.Struct, frozen=True):
    """The index of names that counts for one ecosystem. `shipped`: it is the snapshot that came with walkdown. `stale`
    is why it is too old, "" where it is not."""

    ecosystem: str
    names: int
    as_of: str
    age_days: int
    digest: str
    source: str
    shipped: bool
    path: str
    bytes: int
    stale: str


class WireDb(msgspec.Struct, frozen=True):
    """What `walkdown db about --format json` prints, `walkdown.db/1`. `about` is null where no advisories can be
    used; `problems` say why, and what else cannot be read. `stale` is why the advisories are too old, "" where
    they are not; `partial`: what could not be taken in, a sentence an ecosystem."""

    schema: str
    path: str
    bytes: int
    age_days: int
    stale: str
    about: About | None
    names: tuple[WireNames, ...] = ()
    partial: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def run_about(form: str, *, offline: bool) -> int:
    settings = load(Folders.of_user(), None)
    found, do = look(settings, now_utc(), offline=offline or settings.offline)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        for line in _lines(found):
            click.echo(line)
    for problem in found.problems:
        tell(f"walkdown: {for_terminal(problem)}")
    if do:
        tell(f"          {for_terminal(do)}")
    return USAGE if found.problems else FINE


def look(settings: Settings, now: dt.datetime, *, offline: bool) -> tuple[WireDb, str]:
    """All there is, read to the end, and what to do where something cannot be used."""
    path = store_path(settings.folders)
    index = NameIndex.open(names_folder(settings.folders))
    names = tuple(_names(index, settings.index_days, now))
    do = _OLD if index.problems else ""
    try:
        with Store.open(path) as store:
            store.check()
            about = store.about
    except AdvisoryError as error:
        return WireDb(DB, str(path), 0, 0, "", None, names, (), (error.what, *index.problems)), error.do or do
    stale = freshness(about, now, offline=offline, days=settings.advisory_days)
    lacking = tuple(why for why in (partial(about, ecosystem) for ecosystem in ECOSYSTEMS) if why)
    age = max(0, (now - read_moment(about.as_of)).days)
    size = path.stat().st_size
    return WireDb(DB, str(path), size, age, stale, about, names, lacking, index.problems), do


def _names(index: NameIndex, days: int, now: dt.datetime) -> Iterator[WireNames]:
    for header in index.headers:
        path = index.path(header.ecosystem) or Path()
        age = (now - check_day(header.as_of)).days
        stale = f"It is {age} days old; the limit is {days}." if age > days else ""
        yield WireNames(
            header.ecosystem, header.names, header.as_of, max(0, age), header.digest, header.source,
            index.is_shipped(header.ecosystem), str(path), path.stat().st_size, stale,
        )  # fmt: skip


def _lines(found: WireDb) -> Iterator[str]:
    if found.about is not None:
        yield f"{total(found.about):,} advisories, {found.age_days} days old. All of it was read and is sound."
        yield from (f"  {line}" for line in _parts(found.about))
        yield f"  digest  sha256 {found.about.digest}"
        yield f"  file    {for_terminal(found.path)} ({found.bytes / MB:.1f} MB)"
        yield from _age(found.stale)
    yield "Package names:"
    yield from (f"  {line}" for line in _indexes(found.names))


def _parts(about: About) -> Iterator[str]:
    for ecosystem in ECOSYSTEMS:
        part = about.part(ecosystem)
        if part is None:
            yield f"{ecosystem:<7} none: its packages cannot be checked. {_OLD}"
            continue
        unread = f", {part.unread:,} could not be read" if part.unread else ""
        source = for_terminal(part.source)
        yield f"{ecosystem:<7} {part.advisories:,} advisories as of {part.as_of[:10]}, from {source}{unread}"
        if why := lacking(part):
            yield f"        Partial. {why} A scan will say so too."


def _indexes(names: tuple[WireNames, ...]) -> Iterator[str]:
    here = {one.ecosystem: one for one in names}
    for ecosystem in ECOSYSTEMS:
        one = here.get(ecosystem)
        if one is None:
            yield f"{ecosystem:<7} none: an invented name would not be noticed. {_OLD}"
            continue
        source = "the snapshot that came with walkdown" if one.shipped else f"from {for_terminal(one.source)}"
        yield f"{ecosystem:<7} {one.names:,} names as of {one.as_of[:10]}, {source}"
        yield f"        digest sha256 {one.digest[:_DIGEST_SHOWN]}…, {one.bytes / MB:.1f} MB"
        if one.stale:
            yield f"        {one.stale} A scan will say so too. Newer: {_OLD}"


def tell_age(about: About, *, offline: bool, days: int | None) -> None:
    for line in _age(freshness(about, now_utc(), offline=offline, days=days)):
        click.echo(line)


def _age(stale: str) -> Iterator[str]:
    if stale:
        yield f"{stale} A scan will say so too."
        yield f"Newer data: {_OLD}"


def total(about: About) -> int:
    return sum(count for _, count in about.counts)
