"""Names that code takes from a package and the installed package does not have.

An analyser of ours: everything is known without a child. Installed packages are read, never imported and never run.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from walkdown.errors import ScannerError, WalkdownError
from walkdown.model.finding import Finding
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.model.scanner import Batch, Command, Job, Parsed, Printed, SourceFile, Sources, Tool, Where
from walkdown.scanners.apis import texts
from walkdown.scanners.apis.environments import Environments
from walkdown.scanners.apis.findings import Lack, findings_for
from walkdown.scanners.apis.folders import Budget
from walkdown.scanners.apis.python_judge import PythonJudge
from walkdown.scanners.apis.same import keep, recall, state_of
from walkdown.scanners.apis.script_judge import ScriptJudge
from walkdown.scanners.apis.sides import is_side

MOST_FILES = 50_000
_PYTHON = frozenset({"py", "pyw"})
_SCRIPT = frozenset({"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"})
_LANGUAGES = (
    ("Python", _PYTHON, "virtual environment", "no-installed-python"),
    ("JavaScript and TypeScript", _SCRIPT, "node_modules folder", "no-installed-npm"),
)
_SHOWN = 8


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
            if not there and any(_extension(file.path) in kinds for file in sources.files):
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
        budget = Budget()
        environments = Environments(self._root, self._given, budget)
        reading = _Reading(environments, bases, sources)
        findings = findings_for(reading.lacks())
        skipped = [*reading.skipped, *reading.about_versions()]
        if budget.spent:
            reason = "The installed packages are larger than what is read of them, so not every name was checked."
            skipped.append(Skipped("", SkipKind.GAP, "too-many-files", reason))
        return Parsed(tuple(findings), looked=frozenset(reading.looked), skipped=tuple(skipped))

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:  # noqa: ARG002 - all its jobs are settled
        raise ScannerError(f"{self.title}: this needs no program, so none can be started.")

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002
        raise ScannerError(f"{self.title}: this needs no program, so there is nothing to read.")

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:  # noqa: ARG002
        return self._kept

    def _environments(self) -> Environments:
        return Environments(self._root, self._given, Budget())


class _Reading:
    def __init__(self, environments: Environments, bases: Sequence[str], sources: Sources) -> None:
        self._sources = sources
        manifests = sources.manifests()
        libraries = environments.python(bases)
        self._python = PythonJudge(libraries, manifests, sources) if libraries else None
        self._script = ScriptJudge(environments, manifests, sources) if environments.has_node(bases) else None
        self.looked: set[str] = set()
        self.skipped: list[Skipped] = []

    def lacks(self) -> Iterator[Lack]:
        for file in self._sources.files[:MOST_FILES]:
            if not is_side(file.path):
                yield from self._file(file)
        if len(self._sources.files) > MOST_FILES:
            reason = f"Only the first {MOST_FILES:,} files were read for what they take from packages."
            self.skipped.append(Skipped("", SkipKind.GAP, "too-many-files", reason))

    def _file(self, file: SourceFile) -> Iterator[Lack]:
        kind = _extension(file.path)
        judge = self._python if kind in _PYTHON else self._script if kind in _SCRIPT else None
        if judge is None:
            return
        try:
            data = self._sources.read(file.path)
        except (OSError, WalkdownError):
            reason = "It could not be read for what it takes from packages."
            self.skipped.append(Skipped(file.path, SkipKind.GAP, "unreadable", reason))
            return
        found = judge.lacks(file.path, data)
        if found is None:
            # Code that no parser takes is no code that runs.
            reason = "What it takes from packages cannot be told."
            self.skipped.append(Skipped(file.path, SkipKind.SCOPE, "syntax-error", reason))
            return
        self.looked.add(file.path)
        yield from found

    def about_versions(self) -> Iterator[Skipped]:
        names = sorted({name for judge in (self._python, self._script) if judge for name in judge.other_versions})
        if names:
            shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
            reason = (
                f"The installed copy is not the version the project asks for, so it proves nothing: {shown}. Install "
                "the packages anew and scan again."
            )
            yield Skipped("", SkipKind.LIMIT, "other-version", reason)


def _bases(paths: Iterable[str]) -> list[str]:
    """Folders in which people put an environment: those that hold a list of packages, the nearest to the root first."""
    folders = {
        posixpath.dirname(path)
        for path in paths
        if posixpath.basename(path) in ("package.json", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile")
        or (path.endswith(".txt") and "requirements" in path)
    }
    return sorted(folders, key=lambda one: (one.count("/"), one))


def _extension(path: str) -> str:
    return posixpath.splitext(path)[1][1:].lower()
