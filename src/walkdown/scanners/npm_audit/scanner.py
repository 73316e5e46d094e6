"""npm packages held against the advisory data on this machine. No child is started and nothing is sent anywhere: the
answer is the same online and offline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from walkdown.advisories.matching import known
from walkdown.advisories.moments import now_utc
from walkdown.advisories.osv import NPM
from walkdown.advisories.store import Store, freshness, partial
from walkdown.errors import AdvisoryError, ScannerError
from walkdown.model.finding import Finding
from walkdown.model.outcome import Missing, SkipKind, Skipped
from walkdown.model.scanner import Batch, Command, Job, Parsed, Printed, Sources, Tool, Where
from walkdown.scanners.npm_audit.findings import TOOL, findings_for
from walkdown.scanners.npm_audit.packages import Package, pinned
from walkdown.scanners.npm_audit.unread import unread

_NO_DATA = Missing(
    "There is no advisory data on npm packages on this machine.",
    "walkdown db update, or walkdown db import FILE",
    data=True,
)
_SHOWN = 5
_DIGEST_SHOWN = 16


class NpmAudit:
    """`store`: where the advisory data lie, if any are on this machine. `days`: how old they may be, where a person
    set it."""

    name = TOOL
    title = "Known vulnerabilities in npm packages"

    def __init__(
        self, store: Path | None = None, days: int | None = None, clock: Callable[[], datetime] = now_utc
    ) -> None:
        self._store = store
        self._days = days
        self._clock = clock

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:  # noqa: ARG002 - it goes by the manifests
        return frozenset({"dep.vulnerable"})

    def find(self, where: Where) -> tuple[Tool, ...]:
        """It is part of walkdown. Whether the data are there is asked once there is a package to look up."""
        version = where.version_of("walkdown")
        try:
            with _open(self._store) as store:
                covers, part, digest = store.covers(NPM), store.about.part(NPM), store.about.digest
                as_of = f"{(part or store.about).as_of[:19].rstrip('Z')}Z"
        except AdvisoryError:
            covers = False
        if not covers:
            return (Tool(self.name, version, (), note=_NO_DATA.what),)
        note = f"Advisory data of {as_of[:10]}, digest {digest[:_DIGEST_SHOWN]}…"
        return (Tool(self.name, version, (), note=note, data=digest, data_at=as_of),)

    def key(self, tool: Tool) -> str:
        return f"{tool.version} {tool.data}"

    def unread(self, sources: Sources) -> Sequence[Skipped]:
        return unread(sources.manifests())

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job] | Missing:  # noqa: ARG002
        packages = pinned(sources.manifests())
        if not packages:
            return ()
        try:
            with _open(self._store) as store:
                if not store.covers(NPM):
                    return _NO_DATA
                parsed = self._answer(store, packages, offline=sources.offline)
        except AdvisoryError as error:
            return Missing(error.what, error.do, data=True)
        asked = tuple(sorted({use.path for package in packages for use in package.uses}))
        return (Job(f"{len(packages)} npm packages", "", asked, settled=parsed),)

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:  # noqa: ARG002 - all its jobs are settled
        raise ScannerError(f"{self.title} needs no program, so none can be started.")

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002
        raise ScannerError(f"{self.title} needs no program, so there is nothing to read.")

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:  # noqa: ARG002
        return None

    def _answer(self, store: Store, packages: Sequence[Package], *, offline: bool) -> Parsed:
        findings: list[Finding] = []
        unclear: dict[str, list[str]] = defaultdict(list)
        for package in packages:
            told = known(store, NPM, package.name, package.version)
            findings.extend(findings_for(package, told))
            if told.unclear:
                for path in package.fixed_by:
                    unclear[path].append(f"{package.name} {package.version} ({told.unclear[0]})")
        skipped = [_unclear(path, names) for path, names in sorted(unclear.items())]
        stale = freshness(store.about, self._clock(), offline=offline, days=self._days, ecosystem=NPM)
        for code, why in (("stale-data", stale), ("partial-data", partial(store.about, NPM))):
            if why:
                skipped.append(Skipped("", SkipKind.GAP, code, why))
        looked = frozenset(use.path for package in packages for use in package.uses) - unclear.keys()
        return Parsed(tuple(findings), looked=looked, skipped=tuple(skipped))


def _open(path: Path | None) -> Store:
    if path is None:
        raise AdvisoryError(_NO_DATA.what, _NO_DATA.how)
    return Store.open(path)


def _unclear(path: str, names: Sequence[str]) -> Skipped:
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    reason = f"Versions that cannot be put in order, so it is not known whether an advisory is about: {shown}."
    return Skipped(path, SkipKind.GAP, "unclear-advisory", reason)
