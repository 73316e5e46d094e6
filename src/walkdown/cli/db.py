"""`walkdown db`: advisories and package names of this machine, fetched, brought and carried on."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import click
import msgspec

from walkdown.advisories.bloom import Header
from walkdown.advisories.download import usual_opener
from walkdown.advisories.export import export_to
from walkdown.advisories.moments import now_utc
from walkdown.advisories.names import NameIndex, names_folder
from walkdown.advisories.names_store import Taken
from walkdown.advisories.names_update import update_names
from walkdown.advisories.osv import ECOSYSTEMS
from walkdown.advisories.packs import import_from
from walkdown.advisories.store import About, Store, lacking, store_path
from walkdown.advisories.update import Source, Updated, check_online, update_one
from walkdown.cli.db_about import MB, tell_age, total
from walkdown.cli.exits import FINE, INTERRUPTED, USAGE, tell
from walkdown.errors import AdvisoryError, UsageError
from walkdown.safetext import for_terminal
from walkdown.settings import Folders, Settings, load

ADVISORIES, NAMES = "advisories", "names"
_KINDS = (ADVISORIES, NAMES)
Watch = Callable[[int, int], None]


class Wanted(msgspec.Struct, frozen=True):
    """One thing to bring up to date."""

    ecosystem: str
    kind: str

    def __str__(self) -> str:
        return f"The {self.ecosystem} advisories" if self.kind == ADVISORIES else f"The index of {self.ecosystem} names"


def run_update(only: Sequence[str], *, force: bool, offline: bool) -> int:
    settings = _settings()
    check_online(offline=offline or settings.offline)
    return update_all(settings.folders, wanted(only), Source(usual_opener()), force=force)


def wanted(only: Sequence[str]) -> tuple[Wanted, ...]:
    """`--only npm` is all of npm, `--only names` the names of both, the two together npm's names."""
    words = [word.lower() for word in only]
    known = [*(ecosystem.lower() for ecosystem in ECOSYSTEMS), *_KINDS]
    for word, given in zip(words, only, strict=True):
        if word not in known:
            raise UsageError(f"There is no {given} to update.", f"There are: {', '.join((*ECOSYSTEMS, *_KINDS))}.")
    ecosystems = [one for one in ECOSYSTEMS if one.lower() in words] or ECOSYSTEMS
    kinds = [one for one in _KINDS if one in words] or _KINDS
    return tuple(Wanted(ecosystem, kind) for ecosystem in ecosystems for kind in kinds)


def update_all(folders: Folders, wanted: Iterable[Wanted], source: Source, *, force: bool) -> int:
    """One after the other: what is done counts, also where the next one fails."""
    code = FINE
    for one in wanted:
        try:
            _update(folders, one, source, force=force)
        except AdvisoryError as error:
            tell(f"walkdown: {one} could not be brought up to date. {for_terminal(error.what)}")
            tell(f"          {for_terminal(error.do)}")
            code = USAGE
        except KeyboardInterrupt:
            tell("walkdown: interrupted; what was done counts, the rest stays as it was.")
            tell("          The next walkdown db update goes on from here.")
            return INTERRUPTED
    return code


def _update(folders: Folders, one: Wanted, source: Source, *, force: bool) -> None:
    now = now_utc()
    if one.kind == NAMES:
        with _watching(f"{one.ecosystem} names") as watch:
            taken = update_names(
                names_folder(folders), one.ecosystem, source.opener, url=source.names.get(one.ecosystem, ""), now=now,
                force=force, progress=watch,
            )  # fmt: skip
        _tell_names(taken)
        return
    with _watching(one.ecosystem) as watch:
        done = update_one(
            store_path(folders), one.ecosystem, source, offline=False, now=now, force=force, progress=watch
        )
    _tell_update(done)


def _tell_update(done: Updated) -> None:
    part = done.about.part(done.ecosystem)
    how = "all of it" if done.changed is None else f"{done.changed:,} changed"
    if part is not None:
        click.echo(f"{done.ecosystem}: {part.advisories:,} advisories ({how}), as of {part.as_of[:10]}.")
    _tell_all(done.told)


def run_import(path: str, *, force: bool) -> int:
    settings = _settings()
    try:
        with _watching("import") as watch:
            done = import_from(Path(path), store_path(settings.folders), force=force, now=now_utc(), progress=watch)
    except KeyboardInterrupt:
        tell("walkdown: interrupted; the data on this machine stay as they were.")
        return INTERRUPTED
    for part in done.about.parts if done.about else ():
        click.echo(f"{part.ecosystem}: {part.advisories:,} advisories, as of {part.as_of[:10]}.")
        _tell_all([f"Partial. {why}"] if (why := lacking(part)) else ())
    _tell_all(done.told)
    for taken in done.names:
        _tell_names(taken)
    if done.about:
        tell_age(done.about, offline=True, days=settings.advisory_days)
    return FINE


def run_export(file: str) -> int:
    folders = Folders.of_user()
    index = NameIndex.open(names_folder(folders))
    with Store.open(store_path(folders)) as store:
        export_to(Path(file), store, index)
        about = store.about
    for problem in index.problems:
        tell(f"walkdown: {for_terminal(problem)}")
    size = Path(file).stat().st_size
    day = about.as_of[:10]
    click.echo(f"{total(about):,} advisories as of {day} are in {for_terminal(file)} ({size / MB:.1f} MB).")
    for header in index.headers:
        click.echo(f"With it {header.ecosystem}: {_of_names(header)}.")
    _tell_missing(about, index)
    click.echo(f"sha256 of the advisories: {about.digest}")
    click.echo("There: walkdown db import FILE. It must say the same digest: walkdown db about")
    return FINE


def _tell_missing(about: About, index: NameIndex) -> None:
    """What the other machine will not be able to check."""
    for ecosystem in ECOSYSTEMS:
        lacks = [] if about.part(ecosystem) else ["advisories"]
        lacks += [] if index.header(ecosystem) else ["index of names"]
        if lacks:
            click.echo(f"{ecosystem}: no {' and no '.join(lacks)} in it, for there is none on this machine.")


def _tell_names(taken: Taken) -> None:
    why = "; the index here is as new and stays" if taken.kept else ""
    click.echo(f"{taken.header.ecosystem}: {_of_names(taken.header)}{why}.")


def _of_names(header: Header) -> str:
    return f"{header.names:,} package names, as of {header.as_of[:10]}"


def _tell_all(told: Iterable[str]) -> None:
    for sentence in told:
        click.echo(f"  {for_terminal(sentence)}")


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
        TextColumn("{task.description:<10}", markup=False), BarColumn(bar_width=30), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bars:
        row = bars.add_task(label, total=None)
        yield lambda done, of: bars.update(row, completed=done, total=of or None)
