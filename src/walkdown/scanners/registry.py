"""All scanners there are, in the order they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from walkdown.errors import UsageError
from walkdown.model import FileScanner, JobScanner
from walkdown.scanners.bandit import Bandit
from walkdown.scanners.kingfisher import Kingfisher, KingfisherHistory
from walkdown.scanners.pip_audit import PipAudit
from walkdown.scanners.sarif import SarifCommand
from walkdown.scanners.semgrep import Semgrep
from walkdown.settings import External

Scanner = FileScanner | JobScanner


def all_scanners(
    rules: Sequence[str], external: Sequence[External], target: str, advisories: Path
) -> tuple[Scanner, ...]:
    """`advisories`: where the advisory data of this machine lie, if there are any."""
    looking: tuple[Scanner, ...] = (Semgrep(tuple(rules)), Bandit(), Kingfisher(), KingfisherHistory())
    own = (*looking, PipAudit(advisories))
    return (*own, *(SarifCommand(one.name, one.command, target) for one in external))


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
