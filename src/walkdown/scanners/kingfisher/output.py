"""Kingfisher's command line and its JSON, shared by the scan of the tree and the scan of the history.

Its report repeats every secret in the clear, so it is decoded, weighed and reduced to findings in one go: what leaves
this file holds places, a masked start and a keyed hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec

from walkdown.errors import ScannerError
from walkdown.model.finding import Finding, Source
from walkdown.model.outcome import Missing
from walkdown.model.place import Place
from walkdown.model.scanner import Batch, Command, Tool, Where
from walkdown.scanners.kingfisher import judge, rules

SEEN = "walkdown.seen"
OLDEST = (2, 10)
HOW = "python -m pip install 'kingfisher-bin>=2.10'"
# 200: it found something (our own proof-of-work rule always does). 0: it found nothing.
ANSWERED = frozenset({0, 200})

# Starts that only tell whose key it is.
_PUBLIC_STARTS = re.compile(
    r"^(?:sk_live_|sk_test_|rk_live_|whsec_|gh[pousr]_|github_pat_|glpat-|xox[abposr]-|xapp-|AKIA|ASIA|AIza|SG\.|sk-ant-|sk-proj-|sk-"
    r"|hf_|npm_|pypi-|dop_v1_|shpat_|shpss_|sbp_|sb_secret_|eyJ|key-|rpa_|r8_|gsk_|xai-|re_|postgres(?:ql)?://|mongodb(?:\+srv)?://)"
)


class Named(msgspec.Struct, frozen=True):
    id: str


class Match(msgspec.Struct, frozen=True):
    """Columns count bytes from 0; `column_end` is the last byte itself."""

    snippet: str
    path: str
    line: int
    column_start: int
    column_end: int
    confidence: str = ""
    encoding: str = ""


class Item(msgspec.Struct, frozen=True):
    rule: Named
    finding: Match


class _Output(msgspec.Struct, frozen=True):
    findings: list[Item]


_DECODER = msgspec.json.Decoder(_Output)


def find(where: Where) -> tuple[Tool, ...] | Missing:
    program = where.script("kingfisher")
    if program is None:
        return Missing("Kingfisher is not installed", HOW)
    version = where.version_of("kingfisher-bin") or _asked_version(where, program)
    number = re.match(r"(\d+)\.(\d+)", version)
    if number is None or (int(number[1]), int(number[2])) < OLDEST:
        return Missing(f"Kingfisher {version or 'of unknown version'} is too old", HOW)
    return (Tool("kingfisher", version, (program,)),)


def _asked_version(where: Where, program: str) -> str:
    said = re.search(rb"\d+\.\d+\.\d+", where.ask((program, "--no-update-check", "--version")) or b"")
    return said[0].decode() if said else ""


def key(tool: Tool) -> str:
    """The rules decide what is looked at and our own code what is made of it; both change the answer."""
    return f"kingfisher {tool.version} {_own_digest()}"


@cache
def _own_digest() -> str:
    digest = hashlib.sha256()
    own_rules = resources.files("walkdown.rules").joinpath("kingfisher")
    own_code = resources.files("walkdown.scanners.kingfisher")
    files = [file for file in own_rules.iterdir() if file.name.endswith(".yml")]
    files += [file for file in own_code.iterdir() if file.name.endswith(".py")]
    for file in sorted(files, key=lambda entry: entry.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def command(tool: Tool, batch: Batch, target: str, *options: str) -> Command:
    """Never a packet: no validation, no update check. Never a choice of the code under review: no dedup, no comments
    that switch it off. Archives stay closed; a compressed file can be a bomb. Compiling the rules takes seconds, so the
    scans of tree and history share the result."""
    own_rules = str(resources.files("walkdown.rules").joinpath("kingfisher"))
    return Command(
        argv=(
            *tool.program, "scan", target, *options,
            "--format", "json", "--quiet", "--no-update-check", "--no-validate", "--no-dedup", "--no-ignore",
            "--confidence", "low", "--max-file-size", "0", "--no-extract-archives", "--commit-metadata", "false",
            "--git-repo-timeout", "0", "--jobs", str(max(1, batch.jobs)), "--rules-path", own_rules,
            "--rule-cache-dir", str(Path(batch.home).with_name("kingfisher") / "rules"),
        ),
        ok=ANSWERED,
    )  # fmt: skip


def decode(stdout: bytes) -> list[Item]:
    """The report is the first line; without `--quiet` a summary for people would follow."""
    report = stdout.partition(b"\n")[0]
    if not report:
        raise ScannerError("Kingfisher printed nothing.", "Try: walkdown doctor")
    try:
        return _DECODER.decode(report).findings
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        # The decoder's own words could quote a value.
        raise ScannerError("Kingfisher's output is not a whole report of its JSON format.") from _WordlessError(error)


def proves_reading(item: Item) -> bool:
    """The end of the file itself was reached, not the end of something decoded out of its middle."""
    return item.rule.id == SEEN and not item.finding.encoding


class _WordlessError(Exception):
    """Keeps the kind of an error and leaves out its text."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)


class Seen(msgspec.Struct, frozen=True):
    """A candidate together with where it is. `start` and `end` are line and byte column, only to compare candidates
    of one text; `text` tells texts of the same path apart."""

    candidate: judge.Candidate
    place: Place
    start: tuple[int, int]
    end: tuple[int, int]
    text: str = ""


def weigh(seen: Iterable[Seen], secret_key: bytes, history: bool = False) -> list[Finding]:
    """Judge every candidate; where several rules saw the same text, the one that knows most about it speaks."""
    by_text: dict[str, list[tuple[Seen, judge.Verdict]]] = {}
    for one in seen:
        by_text.setdefault(one.text or one.candidate.path, []).append((one, judge.judge(one.candidate)))
    findings: list[Finding] = []
    for judged in by_text.values():
        for group in _overlapping(judged):
            # Grouped once more: what is no secret must not make one of two that lie apart.
            findings += (_speak(flaw, secret_key, history) for flaw in _overlapping(_guilty(group, history)))
    return findings


def _overlapping(judged: list[tuple[Seen, judge.Verdict]]) -> list[list[tuple[Seen, judge.Verdict]]]:
    judged.sort(key=lambda pair: (pair[0].start, pair[0].end))
    groups: list[list[tuple[Seen, judge.Verdict]]] = []
    reach = (0, -1)
    for pair in judged:
        if groups and pair[0].start <= reach:
            groups[-1].append(pair)
            reach = max(reach, pair[0].end)
        else:
            groups.append([pair])
            reach = pair[0].end
    return groups


def _guilty(group: list[tuple[Seen, judge.Verdict]], history: bool) -> list[tuple[Seen, judge.Verdict]]:
    told = (judge.Sort.SECRET,) if history else (judge.Sort.SECRET, judge.Sort.DEFAULT)
    public = [one for one, _ in group if judge.is_public_rule(one.candidate.rule)]
    return [
        (one, verdict)
        for one, verdict in group
        if verdict.sort in told and not any(_speaks_for(other, one) for other in public)
    ]


def _speaks_for(public: Seen, one: Seen) -> bool:
    """A provider's rule that says "public by design" also speaks for general rules that saw nothing but the same text.
    Not against the name in the code: to a rule for client ids a client secret of the same length looks alike."""
    return public.start <= one.start and one.end <= public.end and not judge.goes_by_name(one.candidate.rule)


def _speak(guilty: list[tuple[Seen, judge.Verdict]], secret_key: bytes, history: bool) -> Finding:
    guilty.sort(key=lambda pair: (rules.precedence(pair[0].candidate.rule), pair[1].severity.rank))
    one, verdict = guilty[0]
    value = judge.secret_in(one.candidate)
    rule = rules.rule_for(one.candidate.rule, verdict, history)
    others = (rules.short(other.candidate.rule) for other, _ in guilty[1:])
    return Finding(
        rule=rule,
        severity=verdict.severity,
        confidence=verdict.confidence,
        place=one.place,
        sources=tuple(Source("kingfisher", name) for name in dict.fromkeys((rule.id, *others))),
        silenced=rules.silence(one.candidate.line, one.start[0]),
        secret=keyed_hash(secret_key, value),
        preview=preview(value),
    )


def keyed_hash(secret_key: bytes, value: str) -> str:
    """The same secret in two places gives the same text; without the key nobody can try values against it."""
    if not secret_key:
        return ""
    return hmac.new(secret_key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def preview(value: str) -> str:
    start = _PUBLIC_STARTS.match(value)
    return (start[0] if start else "") + "…"
