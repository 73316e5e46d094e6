"""`walkdown db`: the advisories of this machine, fetched, brought, carried on and told about."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
import msgspec

from walkdown.advisories.download import usual_opener
from walkdown.advisories.export import export_to
from walkdown.advisories.moments import now_utc, read_moment
from walkdown.advisories.osv import ECOSYSTEMS
from walkdown.advisories.packs import import_from
from walkdown.advisories.store import About, Store, freshness, store_path
from walkdown.advisories.update import Source, check_ecosystem, check_online, update_one
from walkdown.cli.exits import FINE, INTERRUPTED, USAGE, tell
from walkdown.errors import AdvisoryError
from walkdown.safetext import for_terminal
from walkdown.settings import Folders, Settings, load

_OLD = "walkdown db update, or without a network: walkdown db import FILE"
_MB = 1e6
Watch = Callable[[int, int], None]


class AboutJson(msgspec.Struct, frozen=True):
    """What `db about --format json` prints. `stale` is why the data is too old, "" where it is not."""

    path: str
    bytes: int
    age_days: int
    stale: str
    about: About


def run_update(only: str, *, force: bool, offline: bool) -> int:
    """Ecosystem by ecosystem: what is done counts, also where the next one fails."""
    settings = _settings()
    check_online(offline=offline or settings.offline)
    wanted = (check_ecosystem(only),) if only else ECOSYSTEMS
    return update_all(settings.folders, wanted, Source(usual_opener()), force=force)


def update_all(folders: Folders, wanted: Iterable[str], source: Source, *, force: bool) -> int:
    code = FINE
    for ecosystem in wanted:
        try:
            with _watching(ecosystem) as watch:
                done = update_one(
                    store_path(folders), ecosystem, source, offline=False, now=now_utc(), force=force, progress=watch
                )
        except AdvisoryError as error:
            tell(f"walkdown: {ecosystem} was not updated. {for_terminal(error.what)}")
            tell(f"          {for_terminal(error.do)}")
            code = USAGE
        except KeyboardInterrupt:
            tell("walkdown: interrupted; the advisory data stays as it was. The next update goes on from here.")
            return INTERRUPTED
        else:
            how = "all of it" if done.changed is None else f"{done.changed:,} changed"
            click.echo(f"{ecosystem}: {dict(done.about.counts)[ecosystem]:,} advisories ({how}).")
            _tell_all(done.told)
    return code


def run_import(path: str, *, force: bool) -> int:
    folders = Folders.of_user()
    try:
        with _watching("import") as watch:
            done = import_from(Path(path), store_path(folders), force=force, now=now_utc(), progress=watch)
    except KeyboardInterrupt:
        tell("walkdown: interrupted; the advisory data stays as it was.")
        return INTERRUPTED
    for part in done.about.parts:
        click.echo(f"{part.ecosystem}: {part.advisories:,} advisories, as of {part.as_of[:10]}.")
    _tell_all(done.told)
    _tell_age(done.about, offline=True)
    return FINE


def run_export(file: str) -> int:
    with Store.open(store_path(Folders.of_user())) as store:
        export_to(Path(file), store)
        about = store.about
    size = Path(file).stat().st_size
    click.echo(
        f"{_total(about):,} advisories as of {about.as_of[:10]} are in {for_terminal(file)} ({size / _MB:.1f} MB)."
    )
    click.echo(f"sha256 of the data: {about.digest}")
    click.echo("There: walkdown db import FILE. It must say the same digest: walkdown db about")
    return FINE


def run_about(form: str, *, offline: bool) -> int:
    settings = _settings()
    path = store_path(settings.folders)
    with Store.open(path) as store:
        store.check()
        about = store.about
    now, size = now_utc(), path.stat().st_size
    stale = freshness(about, now, offline=offline or settings.offline)
    age = max(0, (now - read_moment(about.as_of)).days)
    if form == "json":
        said = msgspec.json.encode(AboutJson(str(path), size, age, stale, about))
        click.echo(msgspec.json.format(said, indent=2).decode())
        return FINE
    click.echo(f"{_total(about):,} advisories, {age} days old. All of it was read and is sound.")
    for line in _parts(about):
        click.echo(f"  {line}")
    click.echo(f"  digest  sha256 {about.digest}")
    click.echo(f"  file    {for_terminal(str(path))} ({size / _MB:.1f} MB)")
    _tell_age(about, offline=offline or settings.offline)
    return FINE


def _parts(about: About) -> Iterator[str]:
    for ecosystem in ECOSYSTEMS:
        part = about.part(ecosystem)
        if part is None:
            yield f"{ecosystem:<7} none: its packages cannot be checked. {_OLD}"
            continue
        unread = f", {part.unread:,} could not be read" if part.unread else ""
        source = for_terminal(part.source)
        yield f"{ecosystem:<7} {part.advisories:,} advisories as of {part.as_of[:10]}, from {source}{unread}"


def _tell_all(told: Iterable[str]) -> None:
    for sentence in told:
        click.echo(f"  {for_terminal(sentence)}")


def _tell_age(about: About, *, offline: bool) -> None:
    stale = freshness(about, now_utc(), offline=offline)
    if stale:
        click.echo(f"{stale} A scan will say so too.")
        click.echo(f"Newer data: {_OLD}")


def _total(about: About) -> int:
    return sum(count for _, count in about.counts)


def _settings() -> Settings:
    return load(Folders.of_user(), None)


@contextlib.contextmanager
def _watching(label: str) -> Iterator[Watch]:
    """A bar on standard error where a person looks on; nothing at all otherwise."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bars = Progress(
        TextColumn("{task.description:<8}", markup=False), BarColumn(bar_width=30), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bars:
        row = bars.add_task(label, total=None)
        yield lambda done, of: bars.update(row, completed=done, total=of or None)
