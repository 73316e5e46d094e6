"""A scan as plain text: findings by file, then the count, then what nobody looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from textwrap import wrap

import click

from walkdown.model import (
    CommitPlace,
    Failed,
    Finding,
    Missing,
    NothingToScan,
    Outcome,
    PackagePlace,
    Place,
    RepoPlace,
    Report,
    ScanResult,
    Severity,
    SkipKind,
    Skipped,
    TimedOut,
    line_of,
    path_of,
)
from walkdown.safetext import Masker, for_terminal
from walkdown.settings import Settings

_WIDTH = 88
_INDENT = " " * 12
_GAPS_A_SCANNER = 12
_COLOURS = {Severity.CRITICAL: "red", Severity.HIGH: "red", Severity.MEDIUM: "yellow"}
CodeOf = Callable[[Finding], str]
Words = Callable[[str], str]


def scan_text(
    result: ScanResult, code_of: CodeOf, settings: Settings, masker: Masker, *, show: Severity, colour: bool
) -> str:
    """`code_of` gives code that is already masked; every other free text is masked here: a tool's last words or
    another tool's report may quote a secret. Findings below `show` are counted, not told one by one."""
    words = lru_cache(4096)(lambda text: for_terminal(masker.mask_text(text)))
    lines = [*_head(result, words), *_findings(result.findings, show, code_of, words)]
    lines += [*_scanners(result, words), *_not_looked_at(result, words), *_verdict(result, settings)]
    text = "\n".join(lines) + "\n"
    return text if colour else click.unstyle(text)


def _head(result: ScanResult, words: Words) -> Iterator[str]:
    target = result.target
    state = [target.branch or ("detached" if target.head else ""), target.head[:10]]
    if target.head:
        state.append("changed" if target.dirty else "clean")
    yield click.style(for_terminal(target.root), bold=True) + "  " + " · ".join(filter(None, map(words, state)))
    names = list(dict.fromkeys(part.name for part in target.stack))
    if names:
        yield from _folded("stack  ", ", ".join(map(for_terminal, names)), indent="  ")
    for note in target.notes:
        yield from _folded("note   ", words(note), indent="  ")
    yield ""


def _findings(findings: Iterable[Finding], show: Severity, code_of: CodeOf, words: Words) -> Iterator[str]:
    """File by file, the file with the worst finding first."""
    places: dict[str, list[Finding]] = {}
    hidden = 0
    for finding in findings:
        if finding.severity.at_least(show):
            places.setdefault(_where(finding.place), []).append(finding)
        else:
            hidden += 1
    for place, group in sorted(places.items(), key=lambda item: (min(one.severity.rank for one in item[1]), item[0])):
        yield click.style(for_terminal(place), bold=True, underline=True)
        told: set[str] = set()
        for finding in group:
            yield from _finding(finding, code_of, words, brief=finding.rule.id in told)
            told.add(finding.rule.id)
        yield ""
    if hidden:
        yield f"{hidden} below {show.value} are not listed (--show info lists them)."
        yield ""


def _finding(finding: Finding, code_of: CodeOf, words: Words, *, brief: bool) -> Iterator[str]:
    """`brief`: the same rule was explained a few lines above."""
    severity = click.style(f"{finding.severity.value:<8}", fg=_COLOURS.get(finding.severity), bold=True)
    line = line_of(finding.place)
    silenced = click.style("  silenced in the source", fg="yellow") if finding.silenced else ""
    title = click.style(words(finding.rule.title), bold=True)
    yield f"  {severity}  {title}{f'  :{line}' if line else ''}{silenced}"
    sources = " + ".join(f"{for_terminal(source.tool)} {for_terminal(source.rule)}" for source in finding.sources)
    cwe = " ".join(f"CWE-{number}" for number in finding.rule.cwe)
    said = " · ".join(filter(None, (finding.id, finding.confidence.value, cwe, finding.rule.hazard, sources)))
    yield f"{_INDENT}{click.style(said, dim=True)}"
    for number, code in enumerate(code_of(finding).splitlines()[:4], start=line):
        yield f"{_INDENT}{click.style(f'{number:>5} │', dim=True)} {for_terminal(code, width=_WIDTH + 20)}"
    if not brief:
        yield from _folded("why  ", words(finding.rule.message))
        yield from _folded("fix  ", words(finding.rule.fix))
    if finding.silenced:
        by = f" by {finding.silenced.who}, {finding.silenced.when}" if finding.silenced.who else ""
        yield from _folded("mute ", words(f"{finding.silenced.how} in line {finding.silenced.line}{by}"))


def _scanners(result: ScanResult, words: Words) -> Iterator[str]:
    yield click.style("Looked with", bold=True)
    wide = max((len(report.scanner) for report in result.reports), default=0)
    for report in result.reports:
        ran = f"{report.coverage.files} of {report.coverage.asked}" if report.coverage.asked else ""
        kept = f"{report.cached_files} from the cache" if report.cached_files else ""
        seconds = f"{report.seconds:.1f} s"
        about = " · ".join(filter(None, (state_word(report), ran, kept, seconds)))
        yield f"  {for_terminal(report.scanner):<{wide}}  {for_terminal(report.version):<10} {about}"
        for text in (_how(report.outcome), *report.notes):
            yield from _folded("", words(text), indent=" " * (wide + 4))
    yield ""


def state_word(report: Report) -> str:
    """One word for how it ended; a run with gaps in it is only partly done."""
    outcome = report.outcome
    if isinstance(outcome, NothingToScan):
        return "nothing to do"
    if isinstance(outcome, Missing):
        return click.style("missing", fg="red")
    if isinstance(outcome, Failed):
        return click.style("failed", fg="red")
    if isinstance(outcome, TimedOut):
        return click.style("timed out", fg="red")
    if not report.complete:
        return click.style("partial", fg="yellow")
    return "done"


def _how(outcome: Outcome) -> str:
    if isinstance(outcome, Missing):
        return f"{outcome.what} {outcome.how}"
    if isinstance(outcome, Failed):
        return outcome.error
    if isinstance(outcome, TimedOut):
        return f"No end after {outcome.seconds:.0f} s."
    return ""


def _not_looked_at(result: ScanResult, words: Words) -> Iterator[str]:
    skips = [("", skip) for skip in result.target.skipped]
    skips += [(report.scanner, skip) for report in result.reports for skip in report.coverage.skipped]
    if not skips:
        return
    yield click.style("Not looked at", bold=True)
    for kind, word in ((SkipKind.GAP, "gap"), (SkipKind.LIMIT, "limit")):
        yield from _skips(word, [(scanner, skip) for scanner, skip in skips if skip.kind is kind], words)
    scope = [skip for _, skip in skips if skip.kind is SkipKind.SCOPE]
    for code in sorted({skip.code for skip in scope}):
        same = [skip for skip in scope if skip.code == code]
        shown = ", ".join(for_terminal(skip.path) or words(skip.reason) for skip in same)
        count = f"{len(same)} {code}: " if same[0].path else ""
        yield from _folded(f"{'scope':<6}", count + _shorten(shown), indent="  ")
    yield ""


def _skips(word: str, skips: list[tuple[str, Skipped]], words: Words) -> Iterator[str]:
    colour = "yellow" if word == "gap" else None
    for scanner, skip in skips[:_GAPS_A_SCANNER]:
        where = " · ".join(filter(None, (for_terminal(scanner), for_terminal(skip.path))))
        text = f"{where}: {words(skip.reason)}" if where else words(skip.reason)
        yield from _folded(click.style(f"{word:<6}", fg=colour), text, indent="  ")
    if len(skips) > _GAPS_A_SCANNER:
        yield f"  {word:<6} and {len(skips) - _GAPS_A_SCANNER} more (all of them: --format json)"


def _verdict(result: ScanResult, settings: Settings) -> Iterator[str]:
    count = _count(finding.severity.value for finding in result.findings)
    words = [f"{count[severity.value]} {severity.value}" for severity in Severity if count.get(severity.value)]
    found = ", ".join(words) if words else "nothing found"
    unseen = len(result.gaps) + sum(1 for report in result.reports if not report.complete and not report.coverage.gaps)
    gaps = f"{unseen} {'gap' if unseen == 1 else 'gaps'}" if unseen else "no gaps"
    yield click.style(f"{found} · {gaps}", bold=True)
    if any(finding.severity.at_least(settings.fail_on) for finding in result.findings):
        yield click.style(f"Not ready: there are findings of {settings.fail_on.value} or worse.", fg="red", bold=True)
    elif not result.complete:
        yield click.style("Incomplete: what was not looked at cannot be called fine.", fg="yellow", bold=True)
    else:
        part = "the part that was asked for" if result.target.narrowed else "what was looked at"
        yield f"Nothing of {settings.fail_on.value} or worse in {part}. What scanners cannot see is yours."


def _where(place: Place) -> str:
    if isinstance(place, RepoPlace):
        return "the repository"
    if isinstance(place, PackagePlace):
        return f"{place.path or place.ecosystem} (packages)"
    if isinstance(place, CommitPlace):
        return f"history · {place.commit[:10]} · {place.path}"
    return path_of(place)


def _folded(label: str, text: str, indent: str = _INDENT) -> Iterator[str]:
    if not text.strip():
        return
    room = len(click.unstyle(label))
    for number, line in enumerate(wrap(text, _WIDTH - room) or [""]):
        yield f"{indent}{label if number == 0 else ' ' * room}{line}"


def _shorten(text: str, most: int = 200) -> str:
    return text if len(text) <= most else text[:most].rsplit(",", 1)[0] + ", …"


def _count(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts
