"""`walkdown check` as CI runs it: real records, real keys, a repository with a history; every exit code it can have."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from helpers.command import Command, Said
from helpers.hostile import bad_characters
from helpers.records import (
    FOLDER,
    PAPER,
    allow,
    countersignature,
    files_of,
    item,
    make_key,
    put,
    seal,
    sealed,
    statement_for,
)
from helpers.repos import commit, git, make_repo, write
from walkdown.model import Verdict
from walkdown.record.files import RecordFiles
from walkdown.record.gate_forms import WireCheck
from walkdown.record.git_note import attach
from walkdown.record.statement import ExceptionLine, ItemLine, ListLine
from walkdown.review.lists import chosen_list
from walkdown.settings import Folders, load
from walkdown.target import open_target

APP = "import requests\n\n\ndef charge(order):\n    return requests.post('https://pay.example/', json=order)\n"
BOB = ("Bob Tester", "bob@example.org")


class World:
    """A signed repository, and whom to trust."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repo = make_repo(folder, {"app.py": APP, "README.md": "# Shop\n\nIt sells things.\n"})
        self.ada, self.bob = make_key(folder, "ada"), make_key(folder, "bob")
        self.allowed = allow(folder, ("ada@example.org", self.ada), (BOB[1], self.bob))
        self.walkdown = Command(folder / "home")

    def record(self, *, bob: bool = False, made: str = "2026-11-20T09:00:00Z", **more: object) -> RecordFiles:
        files = files_of(statement_for(self.repo, made=made, more=more))
        seals = [seal(countersignature(files), self.ada)]
        seals += [seal(countersignature(files, *BOB), self.bob)] if bob else []
        return sealed(files, *seals)

    def sign(self, **how: object) -> RecordFiles:
        files = self.record(**how)  # type: ignore[arg-type]
        put(self.repo, files)
        commit(self.repo, message="sign-off")
        return files

    def check(self, *flags: str, trust: bool = True) -> Said:
        named = ("--allowed-signers", str(self.allowed)) if trust else ()
        return self.walkdown("check", str(self.repo), "--offline", *named, *flags)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def shipped(walkdown: Command) -> tuple[ListLine, tuple[ItemLine, ...]]:
    one = chosen_list(load(Folders.of_user({"WALKDOWN_CONFIG_DIR": str(walkdown.config)}), None), "/")
    return ListLine(one.name, one.title, one.version, one.digest), tuple(item(each.id, "text") for each in one.items)


def test_only_the_list_that_was_asked_for_passes(world: World) -> None:
    line, items = shipped(world.walkdown)
    world.sign()
    toy = world.check("--checklist", line.name)
    assert (toy.code, f"not by {line.name}" in toy.out) == (1, True), toy
    assert world.walkdown("verify", "--repo", str(world.repo), "--allowed-signers", str(world.allowed)).code == 0
    world.sign(made="2026-11-20T09:00:01Z", lists=(line,), items=items)
    whole = world.check("--checklist", line.name)
    assert (whole.code, "note:" in whole.out) == (0, False), whole
    assert len(world.check().out.splitlines()) == 2, "the usual list needs no note"
    other = msgspec.structs.replace(line, digest="0" * 64)
    world.sign(made="2026-11-20T09:00:02Z", lists=(other,), items=items)
    assert (world.check("--checklist", line.name).code, world.check().code) == (1, 0)
    assert "asks other questions" in world.check().out
    world.sign(made="2026-11-20T09:00:03Z", lists=(line,), items=items[1:])
    short = world.check("--checklist", line.name, "--format", "json")
    points = {one.name: one for one in msgspec.json.decode(short.out, type=WireCheck).points}
    assert (short.code, points["checklist"].state) == (1, "failed")
    assert items[0].id in points["checklist"].why


def test_the_list_is_no_matter_where_nobody_vouches_for_the_record(world: World) -> None:
    world.sign()
    others = allow(world.folder, (BOB[1], world.bob), name="others")
    said = world.check("--allowed-signers", str(others), "--checklist", "pre-deploy", "--format", "json")
    points = {one.name: one.state for one in msgspec.json.decode(said.out, type=WireCheck).points}
    assert (said.code, points["checklist"]) == (6, "skipped")
    assert world.check("--checklist", "no-such-list").code == 2


def test_a_valid_sign_off_passes_in_few_lines(world: World) -> None:
    files = world.sign()
    said = world.check()
    assert (said.code, said.err) == (0, ""), said
    first, second, note = said.out.splitlines()
    assert first == f"walkdown check: passed, record {files.name}"
    assert "Ada Tester" in second
    assert note.startswith("  note: It was walked by last-mile 1, 6 questions, and not by pre-deploy")


def test_without_a_record_every_form_still_says_so(world: World) -> None:
    said = world.check()
    assert (said.code, said.out.splitlines()[0]) == (2, "walkdown check: FAILED (no readable record, exit 2)")
    assert "walkdown sign" in said.out
    assert msgspec.json.decode(world.check("--format", "json").out, type=WireCheck).code == 2
    assert ET.fromstring(world.check("--format", "junit").out).get("failures") == "1"
    assert world.check("--format", "github").out.splitlines()[1].startswith("::error title=walkdown check::")
    assert len(json.loads(world.check("--format", "sarif").out)["runs"][0]["results"]) == 1


def test_a_changed_program_is_stale_and_says_what_is_reopened(world: World) -> None:
    world.sign()
    write(world.repo, {"app.py": APP.replace("json=order", "json=order, timeout=None")})
    commit(world.repo)
    said = world.check()
    assert said.code == 4, said
    assert "may reopen: item timeouts" in said.out
    assert len(said.out.splitlines()) <= 12
    report = msgspec.json.decode(world.check("--format", "json").out, type=WireCheck)
    assert ("timeouts", ("app.py",)) in [(one.id, one.paths) for one in report.reopened]


def test_a_typo_in_the_readme_stays_green(world: World) -> None:
    world.sign()
    write(world.repo, {"README.md": "# Shop\n\nIt sells many things.\n"})
    commit(world.repo)
    assert world.check().code == 0


def test_tampered_unknown_and_unsigned_keep_their_codes(world: World) -> None:
    files = world.sign()
    assert world.check("--allowed-signers", str(allow(world.folder, (BOB[1], world.bob), name="others"))).code == 6
    markdown = world.repo / FOLDER / f"{files.name}.md"
    markdown.write_text(PAPER.replace("pass", "fail"))
    assert world.check().code == 5
    markdown.write_text(PAPER)
    for path in (world.repo / FOLDER).glob(f"{files.name}.ada*"):
        path.unlink()
    assert world.check().code == 7


def test_an_expired_waiver_has_its_own_code(world: World) -> None:
    waived = item("queries", "query", verdict=Verdict.WAIVED, until="2026-01-01", owner="Ada")
    files = files_of(statement_for(world.repo, items=(waived,)))
    put(world.repo, sealed(files, seal(countersignature(files), world.ada)))
    assert world.check().code == 8


def test_policies(world: World) -> None:
    world.sign(made="2026-01-02T09:00:00Z")
    assert world.check().code == 0
    late = world.check("--max-age", "30d")
    assert (late.code, "may be 30 days" in late.out) == (1, True), late
    alone = world.check("--require-signers", "2")
    assert (alone.code, "1 of the 2 people" in alone.out) == (1, True), alone
    world.sign(bob=True, made="2026-01-03T09:00:00Z")
    assert world.check("--require-signers", "2").code == 0


def test_exceptions_and_machines(world: World) -> None:
    world.sign(exceptions=(ExceptionLine("item", "doors", "Doors are closed", "undecided"),))
    assert world.check().code == 1
    assert world.check("--allow-exceptions").code == 0


@pytest.mark.parametrize("age", ["soon", "30m", "-1", "0", "nan", "inf", "1e9", "99999999d", "30d 12h"])
def test_an_age_that_is_none(world: World, age: str) -> None:
    said = world.check(f"--max-age={age}")
    assert (said.code, "age" in said.error) == (2, True)


def test_whom_to_trust_comes_from_a_commit_that_was_named_and_never_from_the_one_under_check(world: World) -> None:
    write(world.repo, {".walkdown/allowed_signers": world.allowed.read_bytes()})
    commit(world.repo, message="who may sign")
    git(world.repo, "checkout", "--quiet", "-b", "work")
    write(world.repo, {"app.py": APP + "\n\nprint('hello')\n"})
    commit(world.repo)
    world.sign()
    assert world.check("--trust-ref", "main", trust=False).code == 0
    assert world.check(trust=False).code == 6, "the file in the tree itself counts for nothing"
    assert world.check("--trust-ref", "HEAD", trust=False).code == 2
    assert world.check("--trust-ref", "work", trust=False).code == 2
    clone = world.folder / "clone"
    git(world.folder, "clone", "--quiet", "--branch", "work", f"file://{world.repo}", str(clone))
    assert world.walkdown("check", str(clone), "--offline", "--trust-ref", "origin/main").code == 0, "as CI names it"


def test_a_name_of_two_commits_says_nobody(world: World) -> None:
    """Who may push a tag may call it `main`, and git takes a tag before a branch."""
    write(world.repo, {".walkdown/allowed_signers": world.allowed.read_bytes()})
    base = commit(world.repo, message="who may sign")
    git(world.repo, "checkout", "--quiet", "-b", "work")
    mallory = make_key(world.folder, "mallory")
    write(world.repo, {".walkdown/allowed_signers": allow(world.folder, ("ada@example.org", mallory)).read_bytes()})
    git(world.repo, "tag", "origin/main", "main")
    git(world.repo, "tag", "main", commit(world.repo))
    git(world.repo, "branch", base[:8])
    files = files_of(statement_for(world.repo))
    put(world.repo, sealed(files, seal(countersignature(files), mallory)))
    commit(world.repo, message="sign-off")
    for name in ("main", "main~0", "main^{commit}", base[:8]):
        said = world.check("--trust-ref", name, trust=False)
        assert (said.code, "more than one" in said.error) == (2, True), (name, said)
    for name in ("refs/heads/main", "heads/main", base, "origin/main"):
        assert world.check("--trust-ref", name, trust=False).code == 6, name


def test_a_record_in_a_note_is_found_in_a_clone_that_fetched_it(world: World) -> None:
    files = world.record()
    with open_target(world.repo) as target:
        attach(target, files)
    assert world.check().code == 0
    clone = world.folder / "clone"
    git(world.folder, "clone", "--quiet", f"file://{world.repo}", str(clone))
    allowed = ("--allowed-signers", str(world.allowed))
    assert world.walkdown("check", str(clone), *allowed).code == 2
    git(clone, "fetch", "--quiet", "origin", "refs/notes/walkdown:refs/notes/walkdown")
    assert world.walkdown("check", str(clone), *allowed).code == 0
    shown = world.walkdown("note", "show", "--repo", str(clone))
    assert (shown.code, files.name in shown.out, "1 signature" in shown.out) == (0, True, True), shown


def test_attaching_by_command(world: World) -> None:
    none = world.walkdown("note", "attach", "--repo", str(world.repo))
    assert (none.code, "no record" in none.error) == (2, True)
    assert world.walkdown("note", "show", "--repo", str(world.repo)).code == 2
    files = world.sign()
    said = world.walkdown("note", "attach", "--repo", str(world.repo))
    assert (said.code, f"Attached: {files.name}, with 1 signature." in said.out) == (0, True), said
    assert "git push origin refs/notes/walkdown" in said.out
    assert world.walkdown("note", "attach", files.name, "--repo", str(world.repo)).code == 0
    assert files.name in git(world.repo, "notes", "--ref=walkdown", "show", "HEAD~1"), "on the commit that was signed"
    assert world.walkdown("note", "show", "--repo", str(world.repo)).code == 0, "and found from the next one"


def test_output_goes_to_a_file_and_a_missing_folder_is_told_first(world: World) -> None:
    world.sign()
    said = world.check("--format", "sarif", "--output", str(world.folder / "check.sarif"))
    assert (said.code, said.out) == (0, "")
    assert json.loads((world.folder / "check.sarif").read_text())["runs"][0]["results"] == []
    assert world.check("--output", str(world.folder / "no" / "x")).code == 2


def test_hostile_names_and_texts_start_nothing_in_the_log(world: World) -> None:
    evil = "a\n::error::owned\r##[add-mask]x\x1b[31m.py"
    hostile = item("doors\n::error file=x::y", "code", "access")
    files = files_of(statement_for(world.repo, items=(hostile,)))
    put(world.repo, sealed(files, seal(countersignature(files), world.ada)))
    write(world.repo, {evil: "def f():\n    return 1\n"})
    commit(world.repo)
    for form in ("text", "github", "json", "sarif", "junit"):
        said = world.check("--format", form)
        assert said.code == 4, said
        assert not [one for one in bad_characters(said.out) if one != "U+000A"]
        assert "##[" not in said.out
        for line in said.out.splitlines():
            assert not line.lstrip().startswith("::error::"), line
            assert "::error file=x" not in line.replace("%", "")[:14]
