"""Names that code takes from a package and the installed package does not have.

An analyser of ours: everything is known without a child. Installed packages are read, never imported and never run.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from pathlib import Path

from walkdown.errors import ScannerError
from walkdown.model.finding import Finding
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.model.scanner import Batch, Command, Job, Parsed, Printed, Sources, Tool, Where
from walkdown.scanners.apis import texts
from walkdown.scanners.apis.environments import Environments
from walkdown.scanners.apis.folders import Budget
from walkdown.scanners.apis.languages import PYTHON, SCRIPT, extension
from walkdown.scanners.apis.same import keep, recall, state_of

_LANGUAGES = (
    ("Python", PYTHON, "virtual environment", "no-installed-python"),
    ("JavaScript and TypeScript", SCRIPT, "node_modules folder", "no-installed-npm"),
)


class Apis:
    """`root`: the target's own folder, in and beside which installed packages are looked for. `given`: folders of
    installed packages that a person named: an environment, or a project that holds one."""

    name = texts.TOOL
    title = "Names that packages do not have"

    def __init__(self, root: Path | None, given: Sequence[Path] = ()) -> None:
        self._root = root
        self._given = tuple(given)
        self._kept: bytes | None = None

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:
        """Nothing where no installed copy is at hand: silence would prove nothing."""
        found = self._environments()
        bases = _bases(paths)
        at_hand = bool(found.python(bases)) or found.has_node(bases)
        return frozenset({"dep.invented-api"}) if at_hand else frozenset()

    def find(self, where: Where) -> tuple[Tool, ...]:
        return (Tool(self.name, where.version_of("walkdown"), ()),)

    def key(self, tool: Tool) -> str:
        return tool.version

    def unread(self, sources: Sources) -> Sequence[Skipped]:
        """Which languages of the target have no installed packages at hand. Most clones have none: that is no gap."""
        environments, bases = self._environments(), _bases(file.path for file in sources.files)
        at_hand = (bool(environments.python(bases)), environments.has_node(bases))
        skipped = []
        for (language, kinds, kind, code), there in zip(_LANGUAGES, at_hand, strict=True):
            if not there and any(extension(file.path) in kinds for file in sources.files):
                reason = (
                    f"No {kind} is in the project or beside it, so what its {language} code takes from packages was "
                    "not held against them. To have it checked, install the packages and scan again."
                )
                skipped.append(Skipped("", SkipKind.SCOPE, code, reason))
        return skipped

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job]:
        bases = _bases(file.path for file in sources.files)
        state = state_of(sources, self._environments(), bases, tool.version)
        settled = recall(remembered, state)
        if settled is None:
            settled = self._read(sources, bases)
        self._kept = keep(state, settled)
        if not settled.looked and not settled.skipped:
            return ()
        return [Job(self.name, key="", asked=tuple(sorted(settled.looked)), settled=settled)]

    def _read(self, sources: Sources, bases: Sequence[str]) -> Parsed:
        from walkdown.scanners.apis.reading import read  # parsers: only where there is a scan

        budget = Budget()
        return read(Environments(self._root, self._given, budget), bases, sources, budget)

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:  # noqa: ARG002 - all its jobs are settled
        raise ScannerError(f"{self.title}: this needs no program, so none can be started.")

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002
        raise ScannerError(f"{self.title}: this needs no program, so there is nothing to read.")

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:  # noqa: ARG002
        return self._kept

    def _environments(self) -> Environments:
        return Environments(self._root, self._given, Budget())


def _bases(paths: Iterable[str]) -> list[str]:
    """Folders in which people put an environment: those that hold a list of packages, the nearest to the root first."""
    folders = {
        posixpath.dirname(path)
        for path in paths
        if posixpath.basename(path) in ("package.json", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile")
        or (path.endswith(".txt") and "requirements" in path)
    }
    return sorted(folders, key=lambda one: (one.count("/"), one))
