"""Asks the package indexes about the names a project declares: withdrawn, given up, locked away, empty, new, nowhere.

Only online, and only where a person allowed it: the names of the packages leave the machine, and nothing else does. The
asking is done by a child of ours, which can be ended whatever a server does to it.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from walkdown.advisories.moments import now_utc
from walkdown.advisories.names import SHIPPED, NameIndex
from walkdown.errors import ScannerError, UsageError
from walkdown.model.finding import Finding
from walkdown.model.outcome import Missing, SkipKind, Skipped
from walkdown.model.place import PackagePlace
from walkdown.model.scanner import Batch, Command, Job, Parsed, Printed, Sources, Tool, Where
from walkdown.scanners.indexes.addresses import is_usable, without_password
from walkdown.scanners.indexes.belief import believed
from walkdown.scanners.indexes.judge import judge
from walkdown.scanners.indexes.wanted import Around, Gathered, Wanted, gather
from walkdown.scanners.indexes.wire import NPM, PYPI, Answer, Question, State, Why, Work

PUBLIC_PYPI = "https://pypi.org/simple"
PUBLIC_NPM = "https://registry.npmjs.org"
SECONDS = 120.0
_KEEP_SECONDS = 3600.0  # of findings; the answers themselves are kept for a day, by name
_FILE = "questions.json"
_SHOWN = 5
_MODULE = "walkdown.scanners.indexes.asking"
_ALLOW = "To have them asked, which sends the names of the packages there: scan --ask-indexes, or ask-indexes = true"

_REASONS = {
    Why.NONE: "gave no answer",
    Why.UNREACHABLE: "could not be reached",
    Why.REFUSED: "refused to answer",
    Why.MOVED: "sent us on to somewhere else",
    Why.TOO_LARGE: "sent more than it may",
    Why.TOO_SLOW: "took too long",
    Why.NO_INDEX: "sent something else than an index does",
    Why.DOUBTFUL: "denied packages that are known to exist",
}


def no_fixture(path: str) -> bool:  # noqa: ARG001 - every manifest counts
    return False


def nothing_else(sources: Sources) -> Sequence[PackagePlace]:  # noqa: ARG001
    return ()


class Indexes:
    """`folder`: where the indexes of names lie. `around` reads what the project says of itself, so that no name of its
    own is sent. `also`: names beyond the declared ones that are unknown to the index of names."""

    name = "indexes"
    title = "What the package indexes say"

    def __init__(
        self,
        folder: Path,
        around: Callable[[Sources], Around],
        *,
        consent: bool,
        is_fixture: Callable[[str], bool] = no_fixture,
        also: Callable[[Sources], Iterable[PackagePlace]] = nothing_else,
        pypi: str = PUBLIC_PYPI,
        npm: str = PUBLIC_NPM,
        seconds: float = SECONDS,
        shipped: Path | None = SHIPPED,
        clock: Callable[[], datetime] = now_utc,
    ) -> None:
        for base in (pypi, npm):
            if not is_usable(base):
                raise UsageError("The address of a package index is not one.", "Give one that begins with https://")
        self._folder = folder
        self._around = around
        self._consent = consent
        self._is_fixture = is_fixture
        self._also = also
        self._bases = {PYPI: pypi.rstrip("/"), NPM: npm.rstrip("/")}
        self._seconds = seconds
        self._shipped = shipped
        self._clock = clock

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:  # noqa: ARG002 - it goes by the manifests
        return frozenset({"dep.abandoned", "dep.phantom", "dep.lookalike"}) if self._consent else frozenset()

    def find(self, where: Where) -> tuple[Tool, ...]:
        """It is part of walkdown."""
        hosts = " and ".join(urlsplit(base).hostname or "" for base in self._bases.values())
        note = f"Sends the names of the packages to {hosts}, nothing else." if self._consent else ""
        program = (str(Path(sys.executable).absolute()), "-I", "-m", _MODULE)
        return (Tool(self.name, where.version_of("walkdown"), program, note=note),)

    def key(self, tool: Tool) -> str:
        return " ".join((tool.version, *map(without_password, self._bases.values())))

    def unread(self, sources: Sources) -> Sequence[Skipped]:  # noqa: ARG002 - the audits tell of broken manifests
        if self._consent:
            return ()
        reason = f"The package indexes were not asked whether anything was withdrawn or given up. {_ALLOW}"
        return (Skipped("", SkipKind.SCOPE, "not-asked", reason),)

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job] | Missing:  # noqa: ARG002
        if not self._consent:
            return ()
        gathered = self._gather(sources)
        if not gathered.wanted:
            return self._said(gathered)
        if sources.offline:
            return Missing("The package indexes cannot be asked offline.", "scan without --offline")
        questions = tuple(Question(one.ecosystem, one.name) for one in gathered.wanted)
        work = msgspec.json.encode(Work(self._bases[PYPI], self._bases[NPM], self._seconds, questions))
        context = msgspec.json.encode(gathered.wanted)
        job = Job(
            f"{len(questions)} packages",
            key=hashlib.sha256(work + b"\0" + context).hexdigest(),
            asked=tuple(sorted({use.path for one in gathered.wanted for use in one.uses})),
            inputs=((_FILE, work),),
            context=context,
            keep_seconds=_KEEP_SECONDS,
        )
        return (*self._said(gathered), job)

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:  # noqa: ARG002
        if batch.offline or not self._consent:
            raise ScannerError("The package indexes may not be asked, so they were not.")
        kept = str(Path(batch.home, "answers").absolute())  # the child stands in a folder of its own
        return Command((*tool.program, str(Path(batch.folder, _FILE).absolute()), kept))

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002
        wanted = msgspec.json.decode(job.context, type=tuple[Wanted, ...])
        answers = believed(_answers(printed, wanted), wanted, own=self._own())
        missed = [one for one in wanted if answers[one.ecosystem, one.name].state is State.UNANSWERED]
        if len(missed) == len(wanted):
            what = f"No package index gave an answer: {_why(missed, answers)}."
            raise ScannerError(what, "Check the network and the proxy, and scan again.")
        judged = judge(wanted, answers, self._clock())
        skipped = _gaps(wanted, missed, answers)
        looked = frozenset(use.path for one in wanted for use in one.uses) - {gap.path for gap in skipped}
        return Parsed(judged.findings, judged.facts, looked, skipped)

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:  # noqa: ARG002
        return None

    def _gather(self, sources: Sources) -> Gathered:
        return gather(
            sources.manifests(),
            self._also(sources),
            self._around(sources),
            NameIndex.open(self._folder, self._shipped),
            public=self._bases.keys() - self._own(),
            is_fixture=self._is_fixture,
        )

    def _own(self) -> frozenset[str]:
        """The ecosystems for which a person set an index of theirs."""
        public = {PYPI: PUBLIC_PYPI, NPM: PUBLIC_NPM}
        return frozenset(ecosystem for ecosystem, base in self._bases.items() if base != public[ecosystem])

    def _said(self, gathered: Gathered) -> Sequence[Job]:
        """What is known before anybody is asked."""
        skipped: list[Skipped] = []
        if gathered.withheld:
            names = _listed([name for _, name in gathered.withheld])
            reason = f"Perhaps from an index of the project's own, so their names were sent to nobody: {names}."
            skipped.append(Skipped("", SkipKind.LIMIT, "index-private", reason))
        if gathered.too_many:
            reason = f"{gathered.too_many} of the declared packages are more than the indexes are asked about at once."
            skipped.append(Skipped("", SkipKind.LIMIT, "index-too-many", reason))
        return (Job("names", "", (), settled=Parsed(skipped=tuple(skipped))),) if skipped else ()


def _answers(printed: Printed, wanted: Sequence[Wanted]) -> dict[tuple[str, str], Answer]:
    try:
        given = msgspec.json.decode(printed.stdout, type=tuple[Answer, ...])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ScannerError("What asks the package indexes printed something that is no answer.") from error
    answers = {(one.ecosystem, one.name): one for one in given}
    if len(given) != len(wanted) or answers.keys() != {(one.ecosystem, one.name) for one in wanted}:
        raise ScannerError("What asks the package indexes answered about other packages than it was asked about.")
    return answers


def _gaps(
    wanted: Sequence[Wanted], missed: Sequence[Wanted], answers: Mapping[tuple[str, str], Answer]
) -> tuple[Skipped, ...]:
    """One for each manifest: with no path a gap would keep the whole scan from saying that something was mended."""
    totals = Counter(path for one in wanted for path in {use.path for use in one.uses})
    by_path: dict[str, list[Wanted]] = defaultdict(list)
    for one in missed:
        for path in {use.path for use in one.uses}:
            by_path[path].append(one)
    return tuple(
        Skipped(
            path, SkipKind.GAP, "index-unanswered",
            f"{len(found)} of {totals[path]} packages have no answer from their index ({_why(found, answers)}): "
            f"{_listed([one.name for one in found])}.",
        )
        for path, found in sorted(by_path.items())
    )  # fmt: skip


def _why(missed: Sequence[Wanted], answers: Mapping[tuple[str, str], Answer]) -> str:
    """The commonest reason of each index."""
    said: list[str] = []
    for ecosystem in (PYPI, NPM):
        reasons = Counter(answers[ecosystem, one.name].why for one in missed if one.ecosystem == ecosystem)
        said += [f"{ecosystem} {_REASONS[why]}" for why, _ in reasons.most_common(1)]
    return ", ".join(said)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
