"""pip-audit: asks an advisory service about every Python package whose version is fixed, from one flat list of ours.

It gets no manifest of the target: it would follow `-r`, drop lines by their markers and give up on a whole file because
of one line. By default it asks pypi.org, name and version in the address of the request. Its other service, osv.dev,
answers "nothing known" for a package it never heard of; PyPI says so, and that is a gap then.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from walkdown.errors import ScannerError
from walkdown.model.finding import Finding
from walkdown.model.outcome import Missing, SkipKind, Skipped
from walkdown.model.scanner import Batch, Command, Job, Parsed, Printed, Sources, Tool, Where
from walkdown.scanners.pip_audit.advisories import Vulnerability, findings_for
from walkdown.scanners.pip_audit.lists import Asked, decode_asked, make_jobs, pinned
from walkdown.scanners.pip_audit.unread import offline_gaps, unread

_LIST = "packages.txt"
_SOCKET_SECONDS = "15"
_SHOWN = 5
_LOOPBACK = ("127.0.0.1", "::1")

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
    """`osv_url`: an OSV service to ask in place of pypi.org."""

    name = "pip-audit"
    title = "Known vulnerabilities in Python packages"

    def __init__(self, osv_url: str = "") -> None:
        self._osv_url = osv_url

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:  # noqa: ARG002 - it goes by the manifests
        return frozenset({"dep.vulnerable"})

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        program = where.python_module("pip_audit")
        if program is None:
            return Missing("pip-audit is not installed beside walkdown.", f"{sys.executable} -m pip install pip-audit")
        return (Tool(self.name, where.version_of("pip-audit"), program),)

    def key(self, tool: Tool) -> str:
        return f"{tool.version} {self._osv_url or 'pypi'}"

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job]:  # noqa: ARG002
        return () if self._is_cut_off(sources) else make_jobs(sources.manifests(), _LIST)

    def unread(self, sources: Sources) -> Sequence[Skipped]:
        manifests = sources.manifests()
        skipped = unread(manifests)
        return [*skipped, *offline_gaps(pinned(manifests))] if self._is_cut_off(sources) else skipped

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:  # noqa: ARG002
        service = ("osv", "--osv-url", self._osv_url) if self._osv_url else ("pypi",)
        options = (
            "--requirement", str(Path(batch.folder, _LIST)),
            "--disable-pip", "--no-deps",
            "--format", "json", "--aliases", "on", "--desc", "off",
            "--progress-spinner", "off",
            "--timeout", _SOCKET_SECONDS,
            "--cache-dir", str(Path(batch.home, "http")),
            "--vulnerability-service", *service,
        )  # fmt: skip
        # A proxy that the person uses for the world outside has no business with a service on this machine.
        env = (("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1")) if self._asks_ourselves() else ()
        # 1 is what it ends with when it found something, and also when it broke: `parse` tells them apart.
        return Command((*tool.program, *options), env=env, ok=frozenset({0, 1}))

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
        dropped = [one for name, one in asked.items() if name not in answers]
        skipped = (*_gaps(unknown, "no-data", asked.values()), *_gaps(dropped, "dropped", asked.values()))
        holes = {skip.path for skip in skipped}
        looked = {use.path for one in asked.values() for use in one.uses} - holes
        return Parsed(findings=tuple(findings), looked=frozenset(looked), skipped=skipped)

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:  # noqa: ARG002
        return None

    def _asks_ourselves(self) -> bool:
        return urlsplit(self._osv_url).hostname in _LOOPBACK

    def _is_cut_off(self, sources: Sources) -> bool:
        return sources.offline and not self._asks_ourselves()


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
            "Check the network and proxy settings, then scan again.",
        )
    return ScannerError("pip-audit ended without a result, so these packages were not checked.", "Try: walkdown doctor")


def _gaps(missed: Sequence[Asked], code: str, asked: Iterable[Asked]) -> tuple[Skipped, ...]:
    """One gap for each manifest, however many of its packages it is about."""
    by_path: dict[str, list[str]] = defaultdict(list)
    for one in missed:
        for path in sorted({use.path for use in one.uses}):
            by_path[path].append(f"{one.name} {one.version}")
    totals: dict[str, int] = defaultdict(int)
    for one in asked:
        for path in {use.path for use in one.uses}:
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
