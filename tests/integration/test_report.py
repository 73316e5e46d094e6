"""`walkdown report` as a person runs it: the review as it stands, in every form, and nothing of it in the target."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from helpers.command import Command, compiled_rules
from helpers.repos import git, make_repo

APP = """\
import sqlite3


def customer(request):
    name = request.args["name"]
    return sqlite3.connect("shop.db").execute(f"SELECT * FROM customer WHERE name = '{name}'").fetchall()
"""
EVE = "Eve <eve@example.org>"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Command, Path]:
    """A repo with one finding, scanned, and set aside by Eve with a reason that wants to be more than that."""
    repo = make_repo(tmp_path_factory.mktemp("shop"), {"app.py": APP})
    walkdown = Command(tmp_path_factory.mktemp("home"), compiled=compiled_rules(tmp_path_factory))
    listed = json.loads(walkdown("finding", "list", "--offline", "--format", "json", cwd=repo).out)
    [finding] = [one["id"] for one in listed["findings"] if one["severity"] in ("critical", "high")]
    reason = "=1+1 <b>bold</b> | [x](y)"
    said = walkdown(
        "finding", "decide", finding, "false-positive", "--reason", reason, "--as", EVE, "--offline", cwd=repo
    )
    assert said.code == 0
    return walkdown, repo


def report(world: tuple[Command, Path], form: str, *more: str) -> str:
    walkdown, repo = world
    said = walkdown("report", "--format", form, "--offline", *more, cwd=repo)
    assert (said.code, said.err) == (0, "")
    assert not git(repo, "status", "--porcelain")
    return said.out


def test_markdown_and_html_say_that_nobody_signed(world: tuple[Command, Path]) -> None:
    markdown, html = report(world, "markdown"), report(world, "html")
    assert "> **Not signed: a report of how the review stood.**" in markdown
    assert r"=1+1 &lt;b&gt;bold&lt;/b&gt; \| \[x\](y)" in markdown
    assert '<strong class="bad">Not signed: a report of how the review stood.</strong>' in html
    assert "=1+1 &lt;b&gt;bold&lt;/b&gt; | [x](y)" in html


def test_json_is_the_statement_without_a_signer(world: tuple[Command, Path]) -> None:
    predicate = json.loads(report(world, "json"))["predicate"]
    assert predicate["unsigned"] is True
    assert predicate["signer"] == {"name": ""}
    assert predicate["verdict"] == "Not signed: a report of how the review stood"
    assert "markdownSha256" not in predicate


def test_sarif_suppresses_what_was_set_aside(world: tuple[Command, Path]) -> None:
    runs = json.loads(report(world, "sarif"))["runs"]
    suppressed = [one for run in runs for result in run["results"] for one in result.get("suppressions", [])]
    assert [one["kind"] for one in suppressed] == ["external"]
    assert suppressed[0]["justification"].startswith("false positive by Eve on ")


def test_csv_holds_no_formula(world: tuple[Command, Path]) -> None:
    head, *rows = csv.reader(io.StringIO(report(world, "csv"), newline=""))
    assert [row[head.index("reason")] for row in rows] == ["'=1+1 <b>bold</b> | [x](y)"]


def test_it_goes_whole_into_the_file_that_was_named(world: tuple[Command, Path], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("old")
    assert report(world, "html", "--output", str(file)) == ""
    assert file.read_text("utf-8").endswith("</main></body></html>\n")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_it_follows_no_link_out_of_the_target(world: tuple[Command, Path], tmp_path: Path) -> None:
    precious, link = tmp_path / "precious", tmp_path / "report.html"
    precious.write_text("precious")
    link.symlink_to(precious)
    report(world, "html", "--output", str(link))
    assert precious.read_text() == "precious"
    assert not link.is_symlink()


def test_a_folder_that_is_not_there_is_refused_before_the_scan(world: tuple[Command, Path], tmp_path: Path) -> None:
    walkdown, repo = world
    said = walkdown("report", "--output", str(tmp_path / "no" / "report.html"), cwd=repo)
    assert said.code == 2
    assert "there is no folder" in said.error
