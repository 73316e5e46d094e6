"""pip-audit: asks an advisory service about every Python package whose version is fixed, from one flat list of ours.

It gets no manifest of the target: it would follow `-r`, drop lines by their markers and give up on a whole file because
of one line. Where advisory data are on this machine it asks a service of ours that answers from them, online and
offline alike. Where there are none it asks pypi.org, name and version in the address of the request, and offline it is
not started. PyPI says so when it never heard of a package, and that is a gap then; osv.dev answers "nothing known".
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

import msgspec

from walkdown.advisories.moments import now_utc
from walkdown.advisories.service import serving
from walkdown.advisories.store import Store
from walkdown.errors import AdvisoryError, ScannerError
from walkdown.model.finding import Finding
from walkdown.model.outcome import Missing, SkipKind, Skipped
from walkdown.model.scanner import Batch, Command, Job, Parsed, Printed, Sources, Tool, Where
from walkdown.scanners.pip_audit.advisories import Vulnerability, findings_for
from walkdown.scanners.pip_audit.data import (
    ASKS_THE_INDEX,
    NO_DATA,
    about,
    age_gap,
    as_of,
    judged,
    note,
    said_beforehand,
)
from walkdown.scanners.pip_audit.lists import KEEP_SECONDS, Asked, decode_asked, make_jobs, pinned
from walkdown.scanners.pip_audit.unread import unread

_LIST = "packages.txt"
_SOCKET_SECONDS = "15"
_SHOWN = 5

# What stands in its complaint when the service did not answer, refused, or sent something else than advisories.
_SERVICE_SIGNS = (
    b"requests.exceptions.",
    b"ServiceError",
    b"Could not connect",
    b"not redirecting",
    b"Tip: your network",
)


class _Dependency(msgspec.Struct, frozen=True):
    name: str
    version: str = ""
    skip_reason: str | None = None
    vulns: tuple[Vulnerability, ...] = ()


class _Output(msgspec.Struct, frozen=True):
    dependencies: tuple[_Dependency, ...]


class PipAudit:
    """`store`: where the advisory data lie, if any are on this machine. `days`: how old they may be, where a person
    set it."""

    name = "pip-audit"
    title = "Known vulnerabilities in Python packages"

    def __init__(
        self, store: Path | None = None, days: int | None = None, clock: Callable[[], datetime] = now_utc
    ) -> None:
        self._store = store
        self._days = days
        self._clock = clock

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:  # noqa: ARG002 - it goes by the manifests
        return frozenset({"dep.vulnerable"})

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        program = where.python_module("pip_audit")
        if program is None:
            return Missing("pip-audit is not installed beside walkdown.", f"{sys.executable} -m pip install pip-audit")
        version = where.version_of("pip-audit")
        data = about(self._store)
        if isinstance(data, Missing):
            return data
        if data is None:
            return (Tool(self.name, version, program, note=ASKS_THE_INDEX),)
        return (Tool(self.name, version, program, note=note(data), data=data.digest, data_at=as_of(data)),)

    def key(self, tool: Tool) -> str:
        return f"{tool.version} {tool.data or 'pypi'}"

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job] | Missing:  # noqa: ARG002
        asked = pinned(sources.manifests())
        if not asked:
            return ()
        if tool.data and self._store is not None:
            return self._from_store(self._store, tool.data, asked, offline=sources.offline)
        return NO_DATA if sources.offline else make_jobs(asked, _LIST, KEEP_SECONDS)

    def unread(self, sources: Sources) -> Sequence[Skipped]:
        return unread(sources.manifests())

    def service(self, tool: Tool) -> AbstractContextManager[str]:
        return serving(self._store, tool.data) if tool.data and self._store is not None else nullcontext("")

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:  # noqa: ARG002
        if not batch.service and (tool.data or batch.offline):
            # It would go out and ask the world.
            raise ScannerError("pip-audit was given nobody to ask, so it was not started.", "Scan again.")
        options = (
            "--requirement", str(Path(batch.folder, _LIST)),
            "--disable-pip", "--no-deps",
            "--format", "json", "--aliases", "on", "--desc", "off",
            "--progress-spinner", "off",
            "--timeout", _SOCKET_SECONDS,
            "--cache-dir", str(Path(batch.home, "http")),
            "--vulnerability-service", "osv" if batch.service else "pypi",
        )  # fmt: skip
        # 1 is what it ends with when it found something, and also when it broke: `parse` tells them apart.
        return Command((*tool.program, *options), env=_env(batch.service), ok=frozenset({0, 1}))

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002
        asked = {one.name: one for one in decode_asked(job.context)}
        answers = _answers(printed, asked)
        findings: list[Finding] = []
        unknown: list[Asked] = []
        for name, answer in answers.items():
            if answer.skip_reason is not None:
                unknown.append(asked[name])
            else:
                findings.extend(findings_for(asked[name], answer.vulns))
        dropped = [one for name, one in asked.items() if name not in answers or _lacks(answers[name], one)]
        skipped = (*_gaps(unknown, "no-data", asked.values()), *_gaps(dropped, "dropped", asked.values()))
        holes = {skip.path for skip in skipped}
        looked = {use.path for one in asked.values() for use in one.uses} - holes
        return Parsed(findings=tuple(findings), looked=frozenset(looked), skipped=skipped)

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:  # noqa: ARG002
        return None

    def _from_store(self, path: Path, data: str, packages: Sequence[Asked], *, offline: bool) -> Sequence[Job]:
        with Store.open(path) as store:
            if store.about.digest != data:
                raise AdvisoryError("The advisory data were renewed while this scan began.", "Scan again.")
            asked, gaps = judged(store, packages)
            gaps = (*age_gap(store.about, self._clock(), offline=offline, days=self._days), *gaps)
        # The same data give the same answer for ever: their digest is part of the key.
        return (*said_beforehand(gaps), *make_jobs(asked, _LIST, None))


def _env(service: str) -> tuple[tuple[str, str], ...]:
    """The address of our service holds its token, and every user of a machine can read the arguments of a process. A
    proxy that the person uses for the world outside has no business there."""
    if not service:
        return ()
    return (("PIP_AUDIT_OSV_URL", service), ("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1"))


def _lacks(answer: _Dependency, one: Asked) -> bool:
    """Whether an advisory that our data hold is not in the answer: lost on the way, or answered by somebody else."""
    named = {name for each in answer.vulns for name in (each.id, *each.aliases)}
    return answer.skip_reason is None and any(told.id not in named for told in one.told)


def _answers(printed: Printed, asked: dict[str, Asked]) -> dict[str, _Dependency]:
    if not printed.stdout.strip():
        raise _no_answer(printed)
    try:
        output = msgspec.json.decode(printed.stdout, type=_Output)
    except msgspec.DecodeError as error:
        raise ScannerError("pip-audit printed something that is not its result.", "Try: walkdown doctor") from error
    answers: dict[str, _Dependency] = {}
    for dependency in output.dependencies:
        one = asked.get(dependency.name)
        if one is None or (dependency.skip_reason is None and dependency.version != one.version):
            raise ScannerError("pip-audit answered about a package that it was not asked about.")
        answers[dependency.name] = dependency
    return answers


def _no_answer(printed: Printed) -> ScannerError:
    """Its own words can hold addresses with passwords (of a proxy, say), so they are read and not repeated."""
    if any(sign in printed.stderr for sign in _SERVICE_SIGNS):
        return ScannerError(
            "pip-audit got no usable answer from the advisory service, so these packages were not checked.",
            "Scan again. Without advisory data on this machine, check the network and proxy settings first.",
        )
    return ScannerError("pip-audit ended without a result, so these packages were not checked.", "Try: walkdown doctor")


def _gaps(missed: Sequence[Asked], code: str, asked: Iterable[Asked]) -> tuple[Skipped, ...]:
    """One gap for each manifest, however many of its packages it is about."""
    by_path: dict[str, list[str]] = defaultdict(list)
    for one in missed:
        for path in one.fixed_by:
            by_path[path].append(f"{one.name} {one.version}")
    totals: dict[str, int] = defaultdict(int)
    for one in asked:
        for path in one.fixed_by:
            totals[path] += 1
    why = "the advisory service does not know them" if code == "no-data" else "pip-audit gave no answer about them"
    return tuple(
        Skipped(path, SkipKind.GAP, code, _reason(names, totals[path], why)) for path, names in sorted(by_path.items())
    )


def _reason(names: Sequence[str], total: int, why: str) -> str:
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    text = f"{len(names)} of {total} packages were not checked, because {why}: {shown}."
    if len(names) == total > 1:
        text += " A mirror or proxy that hides PyPI's advisories looks like this, too."
    return text
