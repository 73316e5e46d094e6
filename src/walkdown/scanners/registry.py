"""All scanners there are, in the order they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from walkdown.advisories.store import store_path
from walkdown.errors import UsageError
from walkdown.model import FileScanner, JobScanner, MapScanner, Sources
from walkdown.scanners.apis import Apis
from walkdown.scanners.bandit import Bandit
from walkdown.scanners.indexes import PUBLIC_NPM, PUBLIC_PYPI, Indexes
from walkdown.scanners.indexes.wanted import Around
from walkdown.scanners.kingfisher import Kingfisher, KingfisherHistory
from walkdown.scanners.npm_audit import NpmAudit
from walkdown.scanners.packages import Packages
from walkdown.scanners.packages.places import is_fixture
from walkdown.scanners.pip_audit import PipAudit
from walkdown.scanners.sarif import SarifCommand
from walkdown.scanners.semgrep import Semgrep
from walkdown.settings import Settings

Scanner = FileScanner | JobScanner | MapScanner


def all_scanners(settings: Settings, target: str, *maps: MapScanner) -> tuple[Scanner, ...]:
    """`maps`: analysers of ours, which live in a room that this one does not know."""
    store = store_path(settings.folders)
    names = store.parent
    looking: tuple[Scanner, ...] = (Semgrep(settings.rules), Bandit(), Kingfisher(), KingfisherHistory())
    packages: tuple[Scanner, ...] = (
        PipAudit(store, settings.advisory_days),
        NpmAudit(store, settings.advisory_days),
        Packages(names, days=settings.index_days),
        Indexes(
            names,
            _around,
            consent=settings.ask_indexes and not settings.offline,
            is_fixture=is_fixture,
            pypi=settings.pypi_index or PUBLIC_PYPI,
            npm=settings.npm_registry or PUBLIC_NPM,
        ),
        Apis(Path(target), tuple(map(Path, settings.installed))),
    )
    external = (SarifCommand(one.name, one.command, target) for one in settings.external)
    return (*looking, *maps, *packages, *external)


def _around(sources: Sources) -> Around:
    from walkdown.scanners.packages.project import read_project  # parsers: only where there is a scan

    return read_project(sources)


def chosen(scanners: Sequence[Scanner], only: Sequence[str], skip: Sequence[str]) -> tuple[Scanner, ...]:
    """What `--only` and `--skip` leave; a name that does not exist is an error, or a typo would be a silent pass."""
    names = [scanner.name for scanner in scanners]
    for name in (*only, *skip):
        if name not in names:
            raise UsageError(f"There is no scanner {name}.", f"There are: {', '.join(names)}.")
    left = tuple(one for one in scanners if (not only or one.name in only) and one.name not in skip)
    if not left:
        raise UsageError("No scanner is left to run.", f"There are: {', '.join(names)}.")
    return left
