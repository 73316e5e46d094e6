"""Writes a scan as `walkdown.scan/1`, one finding a line, piece by piece: 50,000 of them need no second copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import msgspec

from walkdown.model.finding import Fact, Finding, Rule, Silence
from walkdown.model.outcome import Report, Skipped
from walkdown.model.place import FilePlace, PackagePlace, Place
from walkdown.model.result import ScanResult, TargetFacts
from walkdown.record.plain import CodeOf, detail_of, in_order, json_bytes, state_of
from walkdown.record.wire import (
    SCHEMA,
    WireCoverage,
    WireFact,
    WireFinding,
    WireOutcome,
    WireRule,
    WireSkip,
    WireStep,
    WireTarget,
)
from walkdown.safetext import Masker

Words = Callable[[str], str]


def scan_json(result: ScanResult, code_of: CodeOf, masker: Masker) -> Iterator[bytes]:
    """`code_of` gives the code of a finding, already masked; every other free text is masked here."""
    words = lru_cache(4096)(masker.mask_text)  # the words of a rule come back with each of its findings
    head = {
        "schema": SCHEMA,
        "walkdown": result.version,
        "started": result.started,
        "finished": result.finished,
        "settings_digest": result.settings_digest,
        "complete": result.complete,
        "doors": len(result.doors),
    }
    for name, value in head.items():
        yield (b"{" if name == "schema" else b",\n") + json_bytes(name) + b": " + json_bytes(value)
    yield b',\n"target": ' + json_bytes(_target(result.target, words))
    yield from _list("outcomes", (_outcome(report, words) for report in result.reports))
    yield from _list("findings", (wire_finding(found, code_of, words) for found in in_order(result.findings)))
    yield from _list("facts", (wire_fact(fact, words) for fact in result.facts))
    yield b"}\n"


def _list(name: str, items: Iterable[msgspec.Struct]) -> Iterator[bytes]:
    yield b',\n"' + name.encode() + b'": ['
    between = b"\n"
    for item in items:
        yield between + json_bytes(item)
        between = b",\n"
    yield b"]"


def _target(target: TargetFacts, words: Words) -> WireTarget:
    return WireTarget(
        root=target.root,
        head=target.head,
        branch=words(target.branch),
        dirty=target.dirty,
        tree=target.tree,
        looked=target.looked,
        stack=target.stack,
        skipped=_skips(target.skipped, words),
        notes=tuple(map(words, target.notes)),
        narrowed=target.narrowed,
    )


def _outcome(report: Report, words: Words) -> WireOutcome:
    coverage = report.coverage
    return WireOutcome(
        scanner=report.scanner,
        version=report.version,
        state=state_of(report.outcome),
        detail=words(detail_of(report.outcome)),
        complete=report.complete,
        seconds=round(report.seconds, 3),
        cached_files=report.cached_files,
        coverage=WireCoverage(coverage.asked, coverage.files, _skips(coverage.skipped, words)),
        notes=tuple(map(words, report.notes)),
    )


def _skips(skips: Iterable[Skipped], words: Words) -> tuple[WireSkip, ...]:
    return tuple(WireSkip(skip.path, skip.kind, skip.code, words(skip.reason)) for skip in skips)


def _rule(rule: Rule, words: Words) -> WireRule:
    return WireRule(rule.tool, rule.id, words(rule.title), rule.url)


def wire_finding(found: Finding, code_of: CodeOf, words: Words) -> WireFinding:
    place = _in_tree(found.place)
    return WireFinding(
        id=found.id,
        rule=_rule(found.rule, words),
        sources=found.sources,
        hazard=found.rule.hazard,
        severity=found.severity,
        confidence=found.confidence,
        cwe=found.rule.cwe,
        place=found.place,
        path=place.path,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        places=found.places,
        steps=tuple(WireStep(step.place, words(step.role)) for step in found.steps),
        message=words(found.rule.message),
        code=code_of(found),
        silenced=_silence(found.silenced, words),
        fix=words(found.rule.fix),
    )


def _in_tree(place: Place) -> FilePlace:
    """Where to look in today's files. What lies in an old commit has no line there."""
    match place:
        case FilePlace():
            return place
        case PackagePlace(path=path, line=line):
            return FilePlace(path, line)
        case _:
            return FilePlace("")


def _silence(silence: Silence | None, words: Words) -> Silence | None:
    return None if silence is None else msgspec.structs.replace(silence, how=words(silence.how))


def wire_fact(fact: Fact, words: Words) -> WireFact:
    place = _in_tree(fact.place)
    return WireFact(
        rule=_rule(fact.rule, words),
        hazard=fact.rule.hazard,
        confidence=fact.confidence,
        place=fact.place,
        path=place.path,
        line=place.line,
        message=words(fact.rule.message),
    )
