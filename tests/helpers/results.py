"""A scan result with one of everything, hostile names and secrets among it, for the tests of the exports."""

from __future__ import annotations

from walkdown.model import (
    Cancelled,
    CommitPlace,
    Confidence,
    Coverage,
    Fact,
    Failed,
    FilePlace,
    Finding,
    Missing,
    NothingToScan,
    PackagePlace,
    Ran,
    RepoPlace,
    Report,
    Rule,
    Severity,
    Silence,
    SkipKind,
    Skipped,
    Source,
    Step,
    TimedOut,
)
from walkdown.model.result import ScanResult, StackPart, TargetFacts

SECRET = "Zq7-horse-staple-battery"
HOSTILE = "src/\x1b]0;x\x07 <b>|`#a:b%20[x](y)\u202e\n/\udcff日.py"

SHELL = Rule(
    "semgrep",
    "input.command.shell",
    "A shell runs text from outside",
    "Whoever sends the text runs commands on the server. See [here](0) and {0}.",
    "Pass a list of arguments and leave the shell out.",
    url="https://example.org/rules/shell",
    hazard="input.command",
    cwe=(78, 88),
)
KEY = Rule("kingfisher", "secret.named", f"A secret lies in the code, like {SECRET}", hazard="secret.code", cwe=(798,))
AGED = Rule("pip-audit", "PYSEC-2024-1", "A package has a known flaw", url="javascript:alert(1)")
LIMITER = Rule("doors", "limiter", "A rate limiter is mounted", "It answers for every route.", hazard="auth.rate-limit")

FINDINGS = (
    Finding(
        SHELL,
        Severity.HIGH,
        Confidence.LIKELY,
        FilePlace("app/a b.py", 6, 5, 6, 41, "run"),
        id="f-shell",
        sources=(Source("semgrep", "input.command.shell"), Source("bandit", "B602")),
        places=(FilePlace("app/other.py", 3),),
        steps=(
            Step(FilePlace("app/views.py", 2, 1, 2, 9), "comes in"),
            Step(FilePlace("app/a b.py", 6, 5, 6, 41), "does harm"),
        ),
        silenced=Silence("nosec", 6, "Dev", "2024-01-01"),
        fingerprint="0" * 32,
    ),
    Finding(SHELL, Severity.CRITICAL, Confidence.SURE, FilePlace(HOSTILE, 1), id="f-hostile"),
    Finding(KEY, Severity.HIGH, Confidence.SURE, FilePlace("app/key.py", 2, 7, 2, 31), id="f-key", preview="Zq7-"),
    Finding(KEY, Severity.MEDIUM, Confidence.UNSURE, CommitPlace("c" * 40, "app/a b.py", 4, 1, 4, 9), id="f-old"),
    Finding(AGED, Severity.LOW, Confidence.SURE, PackagePlace("PyPI", "requests", "2.0", "requirements.txt", 3)),
    Finding(AGED, Severity.LOW, Confidence.SURE, PackagePlace("PyPI", "flask", "1.0")),
    Finding(Rule("walkdown", "ops.ci", "No CI"), Severity.INFO, Confidence.SURE, RepoPlace("no workflow")),
)

REPORTS = (
    Report(
        "semgrep",
        "1.182.0",
        Ran(),
        Coverage(
            4,
            2,
            (
                Skipped("app/new syntax.py", SkipKind.GAP, "syntax-error", "It cannot be parsed."),
                Skipped("web/min.js", SkipKind.SCOPE, "minified", "Minified."),
                Skipped("requirements.txt", SkipKind.LIMIT, "range", "An open range."),
            ),
        ),
        1.23456,
        1,
        ("The slow front end was used.",),
    ),
    Report("bandit", "", Missing("Bandit is not on this machine.", "pip install bandit")),
    Report("kingfisher", "2.10", Failed(f"cannot read https://bot:{SECRET}@git.example.org/x")),
    Report("history", "2.10", TimedOut(30.0)),
    Report("pip-audit", "2.9", Cancelled()),
    Report("quiet", "1", NothingToScan("No such files here.")),
)

RESULT = ScanResult(
    TargetFacts(
        head="a" * 40,
        branch=f"fix/{SECRET}",
        dirty=True,
        tree="b" * 40,
        looked="d" * 64,
        stack=(StackPart("language", "python", "pyproject.toml", 1), StackPart("framework", "flask")),
        skipped=(
            Skipped("big.bin", SkipKind.SCOPE, "binary", "Binary."),
            Skipped("locked.py", SkipKind.GAP, "unreadable", "It may not be read."),
        ),
        notes=("git refuses this folder; its history was not read.",),
    ),
    REPORTS,
    FINDINGS,
    (Fact(LIMITER, FilePlace("app/main.py", 8)),),
    version="0.1.0",
    settings_digest="e" * 64,
    started="2026-01-02T03:04:05Z",
    finished="2026-01-02T03:04:15Z",
)


def code_of(finding: Finding) -> str:
    """Code as review hands it in: masked already, else as hostile as it comes."""
    return "" if finding.id == "f-key" else "x = '```'\n\x1b[2J<script>\udcff"
