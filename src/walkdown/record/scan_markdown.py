"""Writes a scan for people: how much, where, why, what to do, and what nobody looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby

from walkdown.model.finding import Finding, Silence
from walkdown.model.outcome import Report, SkipKind, Skipped, is_whole
from walkdown.model.place import CommitPlace, FilePlace, PackagePlace, Place, RepoPlace
from walkdown.model.result import ScanResult
from walkdown.model.severity import Confidence, Severity
from walkdown.record.plain import CodeOf, detail_of, in_order, state_of
from walkdown.safetext import Masker, for_markdown, for_terminal, markdown_block, markdown_code

Words = Callable[[str], str]

_STATES = {
    "ran": "ran",
    "nothing": "nothing to scan",
    "missing": "missing",
    "failed": "failed",
    "timed-out": "timed out",
    "cancelled": "cancelled",
}


def scan_markdown(result: ScanResult, code_of: CodeOf, masker: Masker) -> Iterator[str]:
    """Pieces of one document. `code_of` gives code that is masked already; all other free text is masked here."""

    @lru_cache(4096)
    def words(text: str) -> str:
        return for_markdown(masker.mask_text(text))

    yield from _head(result, words)
    yield from _scanners(result.reports, words)
    yield "\n## Findings\n\n"
    if not result.findings:
        yield "None.\n"
    for title, group in groupby(in_order(result.findings), key=lambda found: _chapter(found.place)):
        yield f"### {title}\n\n"
        for found in group:
            yield from _finding(found, code_of, words)
    yield from _missed(result, words)


def _head(result: ScanResult, words: Words) -> Iterator[str]:
    target = result.target
    yield f"# Scan of {markdown_code(target.root) or 'the folder'}\n\n"
    yield f"**{_counts(result)}**"
    if not result.complete:
        yield " **The scan is incomplete.**\n\n"
    elif target.narrowed:
        yield " Only a part was asked for; nothing is said of the rest.\n\n"
    else:
        yield " Everything that should be looked at was looked at.\n\n"
    if target.head:
        changed = ", with changes that are not committed" if target.dirty else ""
        branch = f" on {words(target.branch)}" if target.branch else ""
        yield f"- Commit: {for_terminal(target.head)}{branch}{changed}\n"
    yield f"- Content: {words(target.looked)}\n" if target.looked else ""
    built_with = dict.fromkeys(part.name for part in target.stack)
    yield f"- Built with: {', '.join(map(words, built_with))}\n" if built_with else ""
    yield f"- Project settings: {words(result.settings_digest)}\n" if result.settings_digest else ""
    yield f"- Scanned: {for_terminal(result.finished or result.started)}, walkdown {for_terminal(result.version)}\n"
    for note in target.notes:
        yield f"- {words(note)}\n"


def _counts(result: ScanResult) -> str:
    counted = Counter(found.severity for found in result.findings)
    if not counted:
        return "No findings."
    parts = [f"{counted[severity]} {severity.value}" for severity in Severity if counted[severity]]
    total = sum(counted.values())
    return f"{total} finding{'' if total == 1 else 's'}: {', '.join(parts)}."


def _scanners(reports: tuple[Report, ...], words: Words) -> Iterator[str]:
    if not reports:
        return
    yield "\n| Scanner | Version | How it ended | Files | From cache | Gaps | Seconds |\n"
    yield "|---|---|---|---|---|---|---|\n"
    for report in reports:
        cells = (
            words(report.scanner),
            words(report.version),
            _STATES[state_of(report.outcome)],
            f"{report.coverage.files} of {report.coverage.asked}",
            str(report.cached_files),
            str(len(report.coverage.gaps)),
            f"{report.seconds:.1f}",
        )
        yield f"| {' | '.join(cells)} |\n"


def _chapter(place: Place) -> str:
    match place:
        case FilePlace(path=path):
            return markdown_code(path)
        case CommitPlace(path=path):
            return f"{markdown_code(path)} in the history"
        case PackagePlace(path=path):
            return markdown_code(path) or "Packages"
        case RepoPlace():
            return "The repository"


def _finding(found: Finding, code_of: CodeOf, words: Words) -> Iterator[str]:
    rule = found.rule
    sure = {Confidence.SURE: "", Confidence.LIKELY: ", likely", Confidence.UNSURE: ", not sure"}[found.confidence]
    seen_by = ", ".join(markdown_code(f"{one.tool} {one.rule}") for one in found.sources)
    seen_by = seen_by or markdown_code(f"{rule.tool} {rule.id}")
    title = words(rule.title) or words(rule.id)
    yield f"- **{found.severity.value}**{sure}: {title}{_where(found.place, words)} ({seen_by})\n"
    code = code_of(found)
    yield f"\n{markdown_block(code, indent='  ')}\n\n" if code.strip() else ""
    yield f"  - Why: {words(rule.message)}\n" if rule.message else ""
    yield f"  - Do: {words(rule.fix)}\n" if rule.fix else ""
    for place in found.places:
        yield f"  - Also: {_chapter(place)}{_where(place, words)}\n"
    for step in found.steps:
        yield f"  - {words(step.role)}: {_chapter(step.place)}{_where(step.place, words)}\n"
    yield f"  - {_silenced(found.silenced, words)}\n" if found.silenced else ""
    yield "\n"


def _where(place: Place, words: Words) -> str:
    match place:
        case CommitPlace(commit=commit, line=line):
            return f", commit {words(commit[:12])}, line {line}" if line else f", commit {words(commit[:12])}"
        case PackagePlace(name=name, version=version, line=line):
            return f", {words(f'{name} {version}')}" + (f", line {line}" if line else "")
        case RepoPlace(about=about):
            return f", {words(about)}" if about else ""
        case FilePlace(line=line):
            return f", line {line}" if line else ""


def _silenced(silence: Silence, words: Words) -> str:
    by = f", by {words(silence.who)}" if silence.who else ""
    when = f", {words(silence.when)}" if silence.when else ""
    return f"A comment asks tools to look away: {words(silence.how)} in line {silence.line}{by}{when}"


def _missed(result: ScanResult, words: Words) -> Iterator[str]:
    yield "\n## Not looked at\n\n"
    skips = [("", skip) for skip in result.target.skipped]
    skips += [(report.scanner, skip) for report in result.reports for skip in report.coverage.skipped]
    whole = True
    for report in result.reports:
        if not is_whole(report.outcome):
            whole = False
            state = _STATES[state_of(report.outcome)]
            yield f"- **{words(report.scanner)}** {state}. {words(detail_of(report.outcome))}".rstrip() + "\n"
    for kind, title in ((SkipKind.GAP, "gap"), (SkipKind.LIMIT, "limit")):
        for scanner, skip in skips:
            if skip.kind is kind:
                whole = False
                yield f"- {title}: {_skip(scanner, skip, words)}\n"
    scope = Counter((scanner, skip.code) for scanner, skip in skips if skip.kind is SkipKind.SCOPE)
    for (scanner, code), count in scope.items():
        yield f"- left out on purpose: {count}, {words(code)}{f' ({words(scanner)})' if scanner else ''}\n"
    if whole and not scope:
        yield "Nothing.\n"


def _skip(scanner: str, skip: Skipped, words: Words) -> str:
    place = f"{markdown_code(skip.path)}: " if skip.path else ""
    return f"{place}{words(skip.reason)}{f' ({words(scanner)})' if scanner else ''}"
