"""The report for people: nothing in it can pretend to be part of the report, and nothing is left out in silence."""

from __future__ import annotations

import re

from helpers.results import RESULT, SECRET, code_of
from walkdown.model.result import ScanResult, TargetFacts
from walkdown.record.scan_markdown import scan_markdown
from walkdown.safetext import Masker


def page(result: ScanResult = RESULT) -> str:
    return "".join(scan_markdown(result, code_of, Masker(values=[SECRET])))


def test_the_head_counts_and_says_that_it_is_incomplete() -> None:
    assert "**7 findings: 1 critical, 2 high, 1 medium, 2 low, 1 info.** **The scan is incomplete.**" in page()
    assert "with changes that are not committed" in page()
    assert "- Built with: python, flask" in page()


def test_an_empty_scan_says_so() -> None:
    text = page(ScanResult(TargetFacts()))
    assert "**No findings.** Everything that should be looked at was looked at." in text
    assert "## Findings\n\nNone.\n" in text
    assert text.endswith("## Not looked at\n\nNothing.\n")


def test_findings_come_by_file_with_code_why_and_what_to_do() -> None:
    chapter = page().split("### `app/a b.py`\n")[1].split("\n### ")[0]
    assert (
        "- **high**, likely: A shell runs text from outside, line 6 (`semgrep input.command.shell`, `bandit B602`)"
        in chapter
    )
    assert "  ````\n  x = '```'\n" in chapter
    assert "  - Why: Whoever sends the text runs commands on the server" in chapter
    assert "  - Do: Pass a list of arguments" in chapter
    assert "  - Also: `app/other.py`, line 3" in chapter
    assert "  - comes in: `app/views.py`, line 2" in chapter
    assert "nosec in line 6, by Dev, 2024-01-01" in chapter


def test_history_packages_and_the_repository_have_chapters() -> None:
    headings = re.findall(r"^### (.*)$", page(), re.MULTILINE)
    assert "`app/a b.py` in the history" in headings
    assert "Packages" in headings
    assert "The repository" in headings
    assert len(headings) == len(set(headings))


def test_every_scanner_and_all_that_was_missed_is_there() -> None:
    missed = page().split("## Not looked at\n")[1]
    for line in (
        r"- **bandit** missing. Bandit is not on this machine. To get it: pip install bandit",
        r"- **history** timed out. Stopped after 30 s. Raise the limit with --timeout.",
        r"- **pip-audit** cancelled. Stopped by a person.",
        r"- gap: `locked.py`: It may not be read.",
        r"- gap: `app/new syntax.py`: It cannot be parsed. (semgrep)",
        r"- limit: `requirements.txt`: An open range. (semgrep)",
        r"- left out on purpose: 1, binary",
        r"- left out on purpose: 1, minified (semgrep)",
    ):
        assert f"{line}\n" in missed
    for scanner in ("semgrep", "bandit", "kingfisher", "history", "pip-audit", "quiet"):
        assert re.search(rf"^\| {scanner} \|", page(), re.MULTILINE)


def test_hostile_names_code_and_secrets_stay_inert() -> None:
    text = page()
    assert SECRET not in text
    assert all(line.isprintable() for line in text.split("\n"))
    prose = re.sub(r"^( *)(`{3,})\n.*?\n\1\2$", "", text, flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", prose)
    assert "<" not in prose
    assert "](" not in prose.replace(r"\](", "")
    assert "://" not in prose


def test_all_tables_keep_their_columns() -> None:
    rows = [line for line in page().split("\n") if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {8}
