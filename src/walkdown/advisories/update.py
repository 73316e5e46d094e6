"""`walkdown db update`: what OSV publishes for an ecosystem, whole the first time and only what changed later on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import quote

import msgspec

from walkdown.advisories.build import Origin, building, locked
from walkdown.advisories.download import MIB, NotThereError, Opener, Progress, fetch_bytes, fetch_file, forget
from walkdown.advisories.moments import read_moment, stamp
from walkdown.advisories.osv import ECOSYSTEMS, MOST_BYTES, is_id
from walkdown.advisories.packs import Fetched, Intake, import_fetched, quiet
from walkdown.advisories.store import About, Part, Store, is_whole
from walkdown.advisories.zips import MOST_ARCHIVE, DamagedError
from walkdown.errors import AdvisoryError

OSV = "https://osv-vulnerabilities.storage.googleapis.com"
SOURCE = "osv.dev"
MOST_CHANGED = 250  # more single files than this take longer than the archive
WHOLE_AFTER = dt.timedelta(days=30)  # what OSV deletes is only seen to be gone in the whole
_MOST_LIST = 256 * MIB


class Updated(msgspec.Struct, frozen=True):
    """`changed` is None where the ecosystem was fetched as a whole."""

    ecosystem: str
    about: About
    changed: int | None = None
    told: tuple[str, ...] = ()


class Source(msgspec.Struct, frozen=True):
    """Whom to ask, and how. `names`: other addresses than the usual ones, by ecosystem."""

    opener: Opener
    base: str = OSV
    names: dict[str, str] = {}


def check_online(*, offline: bool) -> None:
    if offline:
        raise AdvisoryError(
            "Nothing was fetched: this run is told to stay offline.",
            "Without a network: walkdown db import FILE. Or leave out --offline and WALKDOWN_OFFLINE.",
        )


def check_ecosystem(name: str) -> str:
    """The ecosystem as OSV spells it."""
    for ecosystem in ECOSYSTEMS:
        if ecosystem.lower() == name.lower():
            return ecosystem
    raise AdvisoryError(f"There is no ecosystem {name} here.", f"There are: {', '.join(ECOSYSTEMS)}.")


def update_one(
    store: Path,
    ecosystem: str,
    source: Source,
    *,
    offline: bool,
    now: dt.datetime,
    force: bool = False,
    progress: Progress = quiet,
) -> Updated:
    """Bring one ecosystem up to date. Whatever goes wrong, the store stays as it was or becomes the new one."""
    check_online(offline=offline)
    folder = store.parent / "download"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(folder / f"{ecosystem}.lock"):
            changes = _changes(store, ecosystem, source, now)
            if changes is None:
                part = folder / f"{ecosystem}.zip.part"
                return _whole(store, part, ecosystem, source, force=force, now=now, progress=progress)
            return _changed(store, ecosystem, changes, source, force=force, now=now, progress=progress)
    except OSError as error:
        what = f"{error.filename or folder}: {error.strerror or error}. The advisory data stays as it was."
        raise AdvisoryError(what, "Make room or mend the permissions, and run it again.") from error


class _Changes(msgspec.Struct, frozen=True):
    """`unread`: what stays unread though all of `ids` can be read."""

    part: Part
    ids: tuple[str, ...]
    as_of: str
    unread: int = 0


def _changes(store: Path, ecosystem: str, source: Source, now: dt.datetime) -> _Changes | None:
    """What changed since the store was filled; None where fetching the whole is the better way, or the only one."""
    try:
        with Store.open(store) as opened:
            part, known = opened.about.part(ecosystem), opened.modified(ecosystem)
    except AdvisoryError:
        return None
    if part is None or not part.full or now - read_moment(part.full) > WHOLE_AFTER:
        return None
    if not is_whole(part) and part.source != SOURCE:  # to some that a person brought, changes add no more than changes
        return None
    try:
        data, as_of = fetch_bytes(f"{source.base}/{ecosystem}/modified_id.csv", source.opener, most=_MOST_LIST)
        listed = _listed(data)
    except (NotThereError, _NoListError):
        return None
    # A list that does not reach back to what we have would leave a hole between the two.
    if not listed or min(listed.values()) > max(known.values(), default=""):
        return None
    ids = tuple(sorted(name for name, modified in listed.items() if modified > known.get(name, "")))
    newest = min(max(listed.values()), stamp(now))
    # A list of everything names what was unread before too, so that it is asked for again.
    unread = 0 if known.keys() <= listed.keys() else part.unread
    return _Changes(part, ids, max(as_of or newest, part.as_of), unread) if len(ids) <= MOST_CHANGED else None


class _NoListError(Exception):
    """This is no list of ids and times."""


def _listed(data: bytes) -> dict[str, str]:
    """`time,id` a line."""
    listed: dict[str, str] = {}
    for line in data.splitlines():
        moment, _, name = line.decode("utf-8", "replace").strip().partition(",")
        name = name.rpartition("/")[2]
        if not moment and not name:
            continue
        try:
            modified = stamp(read_moment(moment))
        except AdvisoryError as error:
            raise _NoListError from error
        if not is_id(name):
            raise _NoListError
        listed[name] = max(modified, listed.get(name, ""))
    return listed


def _whole(
    store: Path, part: Path, ecosystem: str, source: Source, *, force: bool, now: dt.datetime, progress: Progress
) -> Updated:
    url = f"{source.base}/{ecosystem}/all.zip"
    mark = fetch_file(url, part, source.opener, most=MOST_ARCHIVE, progress=progress)
    fetched = Fetched(ecosystem, SOURCE, mark.as_of)
    try:
        imported = import_fetched(part, store, fetched, force=force, now=now, progress=progress)
    except DamagedError:
        forget(part)
        raise
    forget(part)  # kept where it was refused: with --force it need not be fetched again
    return Updated(ecosystem, imported.about, None, imported.told)


def _changed(
    store: Path,
    ecosystem: str,
    changes: _Changes,
    source: Source,
    *,
    force: bool,
    now: dt.datetime,
    progress: Progress,
) -> Updated:
    with building(store) as builder:
        builder.keep(ecosystem)
        if builder.before is None or builder.before.part(ecosystem) != changes.part:
            raise AdvisoryError("The advisory data changed, or broke, while it was updated.", "Run it again.")
        intake = Intake(builder, now, ecosystem)
        for number, name in enumerate(changes.ids, 1):
            _take(intake, name, f"{source.base}/{ecosystem}/{quote(name)}.json", source.opener)
            progress(number, len(changes.ids))
        bad, before = intake.tally.bad, changes.part
        origin = Origin(
            changes.as_of, before.source, max(changes.unread, bad), before.full, whole=before.whole
        )  # fmt: skip
        about = builder.finish({ecosystem: origin}, force=force, now=now)
        return Updated(ecosystem, about, len(changes.ids) - bad, intake.tally.told())


def _take(intake: Intake, name: str, url: str, opener: Opener) -> None:
    try:
        data, _ = fetch_bytes(url, opener, most=MOST_BYTES)
    except NotThereError as error:
        intake.tally.read += 1
        intake.bad(error)
        return
    advisory = intake.take(data)
    if advisory is not None and advisory.id != name:
        raise AdvisoryError(f"{url} is about {advisory.id}. Nothing was changed.", "Try again later.")
