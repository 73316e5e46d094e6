"""Writes a scan as SARIF 2.1.0: one run for each tool, its outcome and gaps as notifications, no code, no secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from walkdown.model.finding import Finding, Rule
from walkdown.model.outcome import Report, SkipKind, Skipped, is_whole
from walkdown.model.place import FilePlace, line_of
from walkdown.model.result import ScanResult
from walkdown.model.severity import Confidence, Severity
from walkdown.record import sarif_shape as sarif
from walkdown.record.plain import detail_of, in_order, json_bytes, state_of
from walkdown.record.sarif_places import location, related
from walkdown.safetext import Masker, for_markdown, for_terminal

Words = Callable[[str], str]

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# GitHub's own bands: over 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low. Without a number it is no alert
# of security at all, which is what INFO means.
SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}
PRECISION = {Confidence.SURE: "very-high", Confidence.LIKELY: "high", Confidence.UNSURE: "medium"}
SKIP_LEVELS = {SkipKind.GAP: "warning", SkipKind.LIMIT: "note"}

# In a SARIF message `{0}` stands for an argument and `[words](target)` for a link. Ours have neither.
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_LINK = re.compile(r"\[(?=[^\]]{0,500}\]\()")

NOBODY: Mapping[str, sarif.Suppression] = {}


def scan_sarif(
    result: ScanResult, masker: Masker, decided: Mapping[str, sarif.Suppression] = NOBODY
) -> Iterator[bytes]:
    """Pieces of one JSON document; findings are grouped by the tool that names them first. `decided`: what people set
    aside, by the finding's id."""

    @lru_cache(4096)
    def words(text: str) -> str:
        shown = for_terminal(masker.mask_text(text), single_line=False)
        return _LINK.sub(r"\\[", _PLACEHOLDER.sub(r"{{\1}}", shown))

    by_tool: dict[str, list[Finding]] = {"walkdown": []}
    by_tool.update((report.scanner, []) for report in result.reports)
    for found in in_order(result.findings):
        by_tool.setdefault(found.rule.tool, []).append(found)
    reports = {report.scanner: report for report in result.reports}
    yield b'{"$schema": ' + json_bytes(sarif.SCHEMA_URI) + b', "version": "2.1.0", "runs": ['
    between = b"\n"
    for tool, findings in by_tool.items():
        yield between
        yield from _run(result, tool, reports.get(tool), findings, words=words, decided=decided)
        between = b",\n"
    yield b"]}\n"


def _run(
    result: ScanResult,
    tool: str,
    report: Report | None,
    findings: Sequence[Finding],
    *,
    words: Words,
    decided: Mapping[str, sarif.Suppression],
) -> Iterator[bytes]:
    rules = _rules(findings)
    index = {rule_id: number for number, rule_id in enumerate(rules)}
    head = json_bytes(
        sarif.RunHead(
            tool=sarif.Tool(_driver(result, tool, report, rules, words)),
            automation_details=sarif.AutomationDetails(f"walkdown/{tool}/"),
            properties=_run_properties(result, report, words),
            original_uri_base_ids=sarif.BaseIds(sarif.BaseId(sarif.Text("The folder that was scanned."))),
            invocations=_invocations(result, tool, report, words),
            column_kind="unicodeCodePoints",
        )
    )
    yield head[:-1] + b', "results": ['
    between = b"\n"
    for found in findings:
        yield between + json_bytes(_result(found, index[found.rule.id], words, decided.get(found.id)))
        between = b",\n"
    yield b"]}"


def _rules(findings: Sequence[Finding]) -> dict[str, tuple[Rule, Severity, Confidence]]:
    """Each rule with the worst of its findings: GitHub knows a severity of rules only."""
    rules: dict[str, tuple[Rule, Severity, Confidence]] = {}
    for found in findings:
        _, severity, confidence = rules.get(found.rule.id, (None, found.severity, found.confidence))
        rules[found.rule.id] = (
            found.rule,
            min(severity, found.severity, key=lambda one: one.rank),
            min(confidence, found.confidence, key=lambda one: one.rank),
        )
    return rules


def _driver(
    result: ScanResult,
    tool: str,
    report: Report | None,
    rules: dict[str, tuple[Rule, Severity, Confidence]],
    words: Words,
) -> sarif.Driver:
    version = result.version if tool == "walkdown" else report.version if report else ""
    return sarif.Driver(words(tool), words(version), tuple(_descriptor(*entry, words) for entry in rules.values()))


def _descriptor(rule: Rule, severity: Severity, confidence: Confidence, words: Words) -> sarif.ReportingDescriptor:
    advice = "\n\n".join(text for text in (words(rule.message), words(rule.fix)) if text)
    tags = ("security", *(f"external/cwe/cwe-{number:03}" for number in rule.cwe))
    return sarif.ReportingDescriptor(
        id=words(rule.id),
        short_description=sarif.Text(words(rule.title) or words(rule.id)),
        default_configuration=sarif.Configuration(LEVELS[severity]),
        properties=sarif.RuleProperties(
            tags=(*tags, f"hazard/{rule.hazard}") if rule.hazard else tags,
            precision=PRECISION[confidence],
            security_severity=SCORES.get(severity, ""),
        ),
        full_description=sarif.Text(words(rule.message)) if rule.message else None,
        help=sarif.Text(advice, "\n\n".join(map(for_markdown, advice.split("\n\n")))) if advice else None,
        help_uri=rule.url if rule.url.startswith(("https://", "http://")) else "",
    )


def _result(found: Finding, index: int, words: Words, decided: sarif.Suppression | None) -> sarif.Result:
    return sarif.Result(
        rule_id=words(found.rule.id),
        rule_index=index,
        level=LEVELS[found.severity],
        message=sarif.Text(words(found.rule.message or found.rule.title) or words(found.rule.id)),
        locations=(location(found.place),),
        partial_fingerprints=sarif.Fingerprints(found.id, found.fingerprint),
        properties=sarif.ResultProperties(
            severity=found.severity.value,
            confidence=found.confidence.value,
            hazard=found.rule.hazard,
            sources=tuple(f"{source.tool}:{words(source.rule)}" for source in found.sources),
        ),
        related_locations=related(found.places),
        code_flows=_flows(found, words),
        suppressions=(*_suppressions(found, words), *_of_people(decided, words)),
    )


def _flows(found: Finding, words: Words) -> tuple[sarif.CodeFlow, ...]:
    if not found.steps:
        return ()
    steps = tuple(sarif.ThreadFlowLocation(location(step.place, words(step.role))) for step in found.steps)
    return (sarif.CodeFlow((sarif.ThreadFlow(steps),)),)


def _suppressions(found: Finding, words: Words) -> tuple[sarif.Suppression, ...]:
    silence = found.silenced
    if silence is None:
        return ()
    by = " by " + silence.who if silence.who else ""
    on = " on " + silence.when if silence.when else ""
    where = location(found.place, line=silence.line) if silence.line and line_of(found.place) else None
    return (sarif.Suppression("inSource", "underReview", words(f"{silence.how}{by}{on}"), where),)


def _of_people(decided: sarif.Suppression | None, words: Words) -> tuple[sarif.Suppression, ...]:
    return (msgspec.structs.replace(decided, justification=words(decided.justification)),) if decided else ()


def _run_properties(result: ScanResult, report: Report | None, words: Words) -> sarif.RunProperties:
    target = result.target
    return sarif.RunProperties(
        head=target.head,
        branch=words(target.branch),
        dirty=target.dirty,
        tree=target.tree,
        looked=target.looked,
        settings_digest=result.settings_digest,
        complete=report.complete if report else None,
    )


def _invocations(result: ScanResult, tool: str, report: Report | None, words: Words) -> tuple[sarif.Invocation, ...]:
    """A tool that another one brought along, such as the writer of a SARIF file, has no run of its own to speak of."""
    if tool != "walkdown" and report is None:
        return ()
    notes = [_of_skip(skip, words) for skip in _told(result, tool, report) if skip.kind in SKIP_LEVELS]
    notes += _scope(_told(result, tool, report))
    if report and (detail := detail_of(report.outcome)):
        level = "note" if is_whole(report.outcome) else "error"
        notes.insert(0, _notification(words(detail), level, state_of(report.outcome)))
    notes += [_notification(words(note), "note", "note") for note in _notes(result, tool, report)]
    success = report is None or is_whole(report.outcome)
    return (sarif.Invocation(success, result.started, result.finished, tuple(notes)),)


def _told(result: ScanResult, tool: str, report: Report | None) -> tuple[Skipped, ...]:
    own = result.target.skipped if tool == "walkdown" else ()
    return (*own, *(report.coverage.skipped if report else ()))


def _notes(result: ScanResult, tool: str, report: Report | None) -> tuple[str, ...]:
    own = result.target.notes if tool == "walkdown" else ()
    return (*own, *(report.notes if report else ()))


def _of_skip(skip: Skipped, words: Words) -> sarif.Notification:
    return _notification(words(skip.reason) or skip.code, SKIP_LEVELS[skip.kind], skip.code, skip.path)


def _scope(skips: Sequence[Skipped]) -> list[sarif.Notification]:
    """What was left out on purpose is told as a number: it is long, and harmless."""
    codes = [skip.code for skip in skips if skip.kind is SkipKind.SCOPE]
    return [
        _notification(f"{codes.count(code)} left out on purpose: {code}.", "note", code)
        for code in dict.fromkeys(codes)
    ]


def _notification(text: str, level: str, code: str, path: str = "") -> sarif.Notification:
    where = (location(FilePlace(path)),) if path else ()
    return sarif.Notification(sarif.Text(text), level, sarif.DescriptorReference(code), where)
