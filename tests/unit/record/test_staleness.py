"""What later changes reopen of a record: precisely, on real repositories, with git's history and without it."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from helpers.records import ITEMS, NOW, finding, item, said, statement_for
from helpers.repos import Files, commit, git, make_repo, write
from walkdown.model import Kind, Verdict, gap_id
from walkdown.record.staleness import Stale, staleness
from walkdown.record.statement import GapLine, ItemLine, Statement
from walkdown.record.tree import Tree
from walkdown.target import open_target

ENDPOINTS = """\
from flask import Flask, request
from auth import login_required

app = Flask(__name__)


@app.route("/orders")
@login_required
def orders():
    return render(request.args)
"""
CLIENT = "import requests\n\n\ndef rates():\n    return requests.get('https://rates.example.org', timeout=3).json()\n"
ARITHMETIC = "def total(lines):\n    return sum(line.price for line in lines)\n"
README = "# Shop\n\nA small shop that sells tee and mugs.\n\nRun it with make.\n"
FILES: Files = {
    "app.py": ENDPOINTS, "client.py": CLIENT, "sums.py": ARITHMETIC, "README.md": README,
    "logo.png": b"\x89PNG\0\1", "tests/test_sums.py": "def test_total():\n    assert True\n",
}  # fmt: skip
BIG = b"call(1);\n" * 700_000
Change = Callable[[Path], object]
NEW_ENDPOINT = '@app.route("/admin/users")\ndef users():\n    return everyone()\n'


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make_repo(tmp_path, FILES)


def stale(repo: Path, statement: Statement, now: datetime = NOW) -> Stale:
    with open_target(repo) as target:
        return staleness(statement, Tree(target), now)


def reopened(repo: Path, statement: Statement, now: datetime = NOW) -> dict[str, tuple[str, ...]]:
    """What no longer stands, with the files that are named for it."""
    return {one.id: one.paths for one in stale(repo, statement, now).reopened}


def reopened_findings(repo: Path, statement: Statement) -> dict[str, tuple[str, ...]]:
    return {one.id: one.paths for one in stale(repo, statement).reopened if one.kind == "finding"}


def test_nothing_changed_nothing_reopens(repo: Path) -> None:
    found = stale(repo, statement_for(repo))
    assert found.reopened == ()
    assert found.differs.same


@pytest.mark.parametrize(
    ("change", "items"),
    [
        ({"client.py": CLIENT.replace("timeout=3", "timeout=30")}, {"timeouts", "secrets", "shape"}),
        ({"sums.py": ARITHMETIC + "# rounded\n"}, {"secrets", "shape"}),
        ({"admin.py": NEW_ENDPOINT}, {"doors", "secrets", "shape"}),
        ({"app.py": ENDPOINTS.replace("@login_required\n", "")}, {"doors", "secrets", "shape"}),
        ({"client.py": None}, {"timeouts", "secrets", "shape"}),
        ({"README.md": README.replace("tee", "tea")}, set()),
        ({"README.md": README + "\ntoken: ghp_x7Kq2LmNpR9sT4vW8yZ1aB3cD5eF6gH0jK2\n"}, {"secrets"}),
        ({"words.csv": "tea,mugs\n"}, {"secrets"}),
        ({"logo.png": b"\x89PNG\0\2"}, set()),
        ({"tests/test_sums.py": "def test_total():\n    assert 1\n"}, {"secrets"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("committed", [True, False])
def test_a_change_reopens_what_it_bears_on_and_no_more(
    repo: Path, change: Files, items: set[str], *, committed: bool
) -> None:
    statement = statement_for(repo)
    write(repo, change)
    if committed:
        commit(repo)
    found = reopened(repo, statement)
    assert set(found) == items
    assert set(found.values()) <= {tuple(change)}


def test_a_change_that_was_taken_back_reopens_nothing(repo: Path) -> None:
    statement = statement_for(repo)
    write(repo, {"app.py": "1\n"})
    commit(repo)
    write(repo, {"app.py": ENDPOINTS})
    commit(repo)
    assert reopened(repo, statement) == {}


def test_what_came_and_went_in_the_history_is_told(repo: Path) -> None:
    statement = statement_for(repo)
    commit(repo)
    assert stale(repo, statement).notes == ()
    write(repo, {"key.txt": "token: x\n"})
    commit(repo)
    assert not any("history" in note for note in stale(repo, statement).notes)
    write(repo, {"key.txt": None})
    commit(repo)
    found = stale(repo, statement)
    assert found.reopened == ()
    assert "key.txt came and went" in found.notes[0]


def test_an_item_that_nobody_decided_cannot_reopen(repo: Path) -> None:
    statement = statement_for(repo, items=(item("doors", "entrance", verdict=None), item("shape", "code")))
    write(repo, {"admin.py": NEW_ENDPOINT})
    assert set(reopened(repo, statement)) == {"shape"}


def test_only_some_paths_are_named(repo: Path) -> None:
    statement = statement_for(repo)
    write(repo, {f"doors{number}.py": NEW_ENDPOINT for number in range(20)})
    one = next(one for one in stale(repo, statement).reopened if one.id == "doors")
    assert len(one.paths) == 5
    assert "and 17 more" in one.why


def test_a_file_that_only_moved_reopens_what_its_path_bears_on(repo: Path) -> None:
    write(repo, {"docs/notes.md": "Some notes: https://example.org/a?b=c\n"})
    commit(repo)
    statement = statement_for(repo)
    git(repo, "mv", "docs/notes.md", "docs/more.md")
    commit(repo)
    assert reopened(repo, statement) == {}
    git(repo, "mv", "client.py", "outside.py")
    commit(repo)
    assert set(reopened(repo, statement)) == {"timeouts", "secrets", "shape"}


@pytest.mark.parametrize("verdict", [Verdict.FALSE_POSITIVE, Verdict.ACCEPTED, Verdict.REAL])
def test_a_decided_finding_reopens_with_its_file_and_no_other(repo: Path, verdict: Verdict) -> None:
    with open_target(repo) as target:
        content = target.inventory.by_path["sums.py"].content
        other = target.inventory.by_path["client.py"].content
    findings = [
        finding("W-DECIDED", "sums.py", content, verdict=verdict),
        finding("W-OPEN", "sums.py", content),
        finding("W-OTHER", "client.py", other, verdict=verdict),
    ]
    statement = statement_for(repo, findings=findings)
    write(repo, {"sums.py": ARITHMETIC + "\n"})
    assert reopened_findings(repo, statement) == {"W-DECIDED": ("sums.py",)}
    write(repo, {"sums.py": None})
    assert reopened_findings(repo, statement) == {}


def without_git(repo: Path) -> None:
    shutil.rmtree(repo / ".git")


def without_that_commit(repo: Path, *, more: bool = True) -> None:
    if more:
        write(repo, {"more.txt": "more\n"})
    commit(repo)
    clone = repo.parent / "clone"
    git(repo.parent, "clone", "--quiet", "--depth=1", f"file://{repo}", str(clone))
    shutil.rmtree(repo)
    clone.rename(repo)


def with_another_history(repo: Path) -> None:
    without_git(repo)
    write(repo, {"more.txt": "more\n"})
    git(repo, "init", "--quiet")
    commit(repo)


@pytest.mark.parametrize("lose", [without_git, without_that_commit, with_another_history])
def test_without_the_commit_kinds_of_files_are_compared(repo: Path, lose: object) -> None:
    assert callable(lose)
    statement = statement_for(repo)
    lose(repo)
    write(repo, {"client.py": CLIENT.replace("3", "4")})
    found = stale(repo, statement)
    assert {one.id for one in found.reopened} == {"timeouts", "secrets", "shape"}
    assert not any(one.paths or one.sure for one in found.reopened)
    assert "cannot be told" in found.notes[0]


def test_a_dirty_record_is_compared_by_kinds_of_files(repo: Path) -> None:
    write(repo, {"client.py": CLIENT + "# not committed\n"})
    statement = statement_for(repo)
    assert statement.predicate.dirty
    assert reopened(repo, statement) == {}
    commit(repo)
    assert reopened(repo, statement) == {}
    write(repo, {"sums.py": ARITHMETIC + "\n"})
    assert set(reopened(repo, statement)) == {"secrets", "shape"}


def test_other_rules_for_kinds_and_no_history_reopen_everything_that_files_bear_on(repo: Path) -> None:
    topics = msgspec.structs.replace(statement_for(repo).predicate.topics, rules="others")
    statement = statement_for(repo, more={"topics": topics})
    write(repo, {"sums.py": ARITHMETIC + "\n"})
    assert set(reopened(repo, statement)) == {"secrets", "shape"}  # git tells the files all the same
    without_git(repo)
    found = stale(repo, statement)
    assert {one.id for one in found.reopened} == {one.id for one in ITEMS if one.topics}
    assert "another version" in found.notes[0]


def test_a_topic_that_this_version_does_not_know_is_no_silence(repo: Path) -> None:
    statement = statement_for(repo, items=(item("odd", "telepathy"),))
    assert reopened(repo, statement) == {}
    write(repo, {"sums.py": ARITHMETIC + "\n"})
    assert set(reopened(repo, statement)) == {"odd"}


def test_a_changed_picture_is_told_and_reopens_nothing(repo: Path) -> None:
    statement = statement_for(repo)
    write(repo, {"logo.png": b"\x89PNG\0\3"})
    found = stale(repo, statement)
    assert found.reopened == ()
    assert any("logo.png" in note for note in found.notes)


def test_a_program_that_no_scanner_can_read_is_no_silence(repo: Path) -> None:
    statement = statement_for(repo)
    write(repo, {"hidden.py": "import os\n".encode("utf-16")})
    found = stale(repo, statement).reopened
    assert [(one.kind, one.title, one.sure) for one in found] == [("gap", "hidden.py", True)]


def link(repo: Path, name: str, goal: str) -> None:
    (repo / name).unlink(missing_ok=True)
    (repo / name).symlink_to(goal)


def module(repo: Path, commit_id: str) -> None:
    """A submodule that is not checked out."""
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{commit_id},vendor")
    git(repo, "commit", "--quiet", "--message", "another version")


def mode(repo: Path, path: str) -> None:
    (repo / path).chmod(0o755)


UNSEEN: list[tuple[str, Change, Change]] = [
    ("auth.py", lambda repo: None, lambda repo: link(repo, "auth.py", "sums.py")),
    ("auth.py", lambda repo: link(repo, "auth.py", "app.py"), lambda repo: link(repo, "auth.py", "sums.py")),
    ("auth.py", lambda repo: link(repo, "auth.py", "app.py"), lambda repo: (repo / "auth.py").unlink()),
    ("auth.py", lambda repo: None, lambda repo: link(repo, "auth.py", "/etc/hostname")),
    ("plug", lambda repo: None, lambda repo: link(repo, "plug", "tests")),
    ("fast.so", lambda repo: None, lambda repo: write(repo, {"fast.so": b"\x7fELF\0"})),
    ("bin/deploy", lambda repo: None, lambda repo: write(repo, {"bin/deploy": b"#!/bin/sh\n# \0\nevil\n"})),
    ("old.clj", lambda repo: None, lambda repo: write(repo, {"old.clj": b"; \0\n"})),
    ("fast.so", lambda repo: write(repo, {"fast.so": b"\x7fELF\0"}), lambda repo: (repo / "fast.so").unlink()),
    ("fast.so", lambda repo: write(repo, {"fast.so": b"\x7fELF\0"}), lambda repo: write(repo, {"fast.so": b"\x7fE\0"})),
]  # fmt: skip


@pytest.mark.parametrize(("path", "before", "after"), UNSEEN)
@pytest.mark.parametrize("committed", [True, False])
def test_what_runs_and_no_scanner_reads_is_no_silence(
    repo: Path, path: str, before: Change, after: Change, *, committed: bool
) -> None:
    before(repo)
    commit(repo)
    statement = statement_for(repo)
    assert reopened(repo, statement) == {}
    after(repo)
    if committed:
        commit(repo)
    found = stale(repo, statement).reopened
    assert [(one.kind, one.title, one.sure) for one in found] == [("gap", path, True)]


def test_what_is_no_text_and_may_be_run_is_no_silence(repo: Path) -> None:
    statement = statement_for(repo)
    write(repo, {"old.cgi": b"#!/bin/sh\n# \0\n"})
    mode(repo, "old.cgi")
    commit(repo)
    assert [one.title for one in stale(repo, statement).reopened] == ["old.cgi"]


def test_a_gap_that_was_let_go_holds_for_what_it_was(repo: Path) -> None:
    write(repo, {"big.js": BIG})
    commit(repo)
    let_go = GapLine(gap_id("", "big.js", "too-large"), "", "big.js", "too-large", "6 MB")
    statement = statement_for(repo, gaps=(let_go,))
    assert reopened(repo, statement) == {}
    write(repo, {"big.js": BIG + b"evil()\n"})
    commit(repo)
    assert [one.title for one in stale(repo, statement).reopened] == ["big.js"]


@pytest.mark.parametrize("there", [True, False])
def test_another_version_of_a_submodule_that_is_not_here_is_no_silence(repo: Path, *, there: bool) -> None:
    if there:
        module(repo, "a" * 40)
    statement = statement_for(repo)
    assert reopened(repo, statement) == {}
    module(repo, "b" * 40)
    assert [one.title for one in stale(repo, statement).reopened] == ["vendor"]


def test_in_a_shallow_clone_it_is_told_that_something_unseen_differs(repo: Path) -> None:
    statement = statement_for(repo)
    link(repo, "auth.py", "sums.py")
    without_that_commit(repo, more=False)
    found = stale(repo, statement).reopened
    assert [(one.kind, one.sure) for one in found] == [("gap", False)]
    assert "git fetch --unshallow" in found[0].why


def test_pictures_modes_and_links_between_texts_are_told_and_reopen_nothing(repo: Path) -> None:
    statement = statement_for(repo)
    write(repo, {"other.png": b"\x89PNG\0"})
    mode(repo, "app.py")
    link(repo, "INFO.md", "README.md")
    commit(repo)
    found = stale(repo, statement)
    assert found.reopened == ()
    assert any("INFO.md, other.png" in note for note in found.notes)
    assert any("app.py" in note and "mode" in note for note in found.notes)


@pytest.mark.parametrize("items", [(), (item("queries", "query"),), (item("backup", looked=False),)])
def test_a_short_list_makes_no_green_light_of_what_it_does_not_ask(repo: Path, items: tuple[ItemLine, ...]) -> None:
    statement = statement_for(repo, items=items)
    write(repo, {"README.md": README.replace("tee", "tea")})
    assert reopened(repo, statement) == {}
    write(repo, {"app.py": ENDPOINTS.replace("@login_required\n", "")})
    assert list(reopened(repo, statement).values()) == [("app.py",)]
    without_git(repo)
    assert len(reopened(repo, statement)) == 1


def test_a_script_is_no_prose_whatever_it_is_called(repo: Path) -> None:
    write(repo, {"install": "#!/bin/sh\nmake it\n"})
    commit(repo)
    statement = statement_for(repo)
    write(repo, {"install": "#!/bin/sh\nmake it\nsudo make world\n"})
    assert set(reopened(repo, statement)) == {"secrets"}


def test_an_item_that_stood_open_answers_for_nothing(repo: Path) -> None:
    statement = statement_for(repo, items=(item("shape", "code", "text", verdict=None),))
    write(repo, {"sums.py": ARITHMETIC + "\n"})
    assert list(reopened(repo, statement).values()) == [("sums.py",)]


def test_a_typo_hides_nothing_that_lies_beside_it(repo: Path) -> None:
    """What a submodule's work tree holds is not in the commit; that other text changed must not explain it."""
    module(repo, "a" * 40)
    statement = statement_for(repo)
    write(repo, {"README.md": README.replace("tee", "tea")})
    assert reopened(repo, statement) == {}
    write(repo, {"vendor/data.csv": "a,ghp_x7Kq2LmNpR9sT4vW8yZ1aB3cD5eF6gH0jK2\n"})
    assert set(reopened(repo, statement)) == {"secrets"}


def test_a_history_with_holes_is_compared_by_kinds_of_files(repo: Path) -> None:
    statement = statement_for(repo)
    name = git(repo, "rev-parse", "HEAD:client.py")
    write(repo, {"client.py": CLIENT.replace("3", "4")})
    commit(repo)
    place = repo / ".git" / "objects" / name[:2] / name[2:]
    place.chmod(0o644)
    place.write_bytes(zlib.compress(b"blob 4\0evil"))
    found = stale(repo, statement)
    assert {one.id for one in found.reopened} == {"timeouts", "secrets", "shape"}
    assert "does not match its own name" in found.notes[0]


def test_a_commit_that_was_squashed_away_is_told_by_its_tree(repo: Path) -> None:
    statement = statement_for(repo)
    without_git(repo)
    git(repo, "init", "--quiet")
    commit(repo)
    assert reopened(repo, statement) == {}
    write(repo, {"client.py": CLIENT.replace("3", "4")})
    assert reopened(repo, statement)["timeouts"] == ("client.py",)


@pytest.mark.parametrize(("days", "items"), [(89, set()), (90, set()), (91, {"backup"})])
def test_what_only_a_person_can_say_grows_old(repo: Path, days: int, items: set[str]) -> None:
    found = stale(repo, statement_for(repo), NOW + timedelta(days=days))
    assert {one.id for one in found.reopened} == items
    assert {one.cause for one in found.reopened} <= {"age"}
    assert all(one.sure for one in found.reopened)


@pytest.mark.parametrize(
    ("until", "ended"), [("2026-11-20", False), ("2026-11-19", True), ("9999-12-31", False), ("soon", True)]
)
def test_waivers_end_after_their_last_day(repo: Path, until: str, *, ended: bool) -> None:
    gap = GapLine(
        "g1", "semgrep", "a.js", "timeout", "it took too long", said=said(Kind.GAP, "g1", Verdict.WAIVED, until=until)
    )
    accepted = finding("W-1", "sums.py", "", verdict=Verdict.ACCEPTED, until=until)
    waived = item("limits", "entrance", verdict=Verdict.WAIVED, until=until, owner="Ben")
    found = stale(repo, statement_for(repo, items=(waived,), findings=(accepted,), gaps=(gap,))).reopened
    assert [(one.kind, one.cause, one.sure) for one in found] == (
        [("item", "expiry", True), ("finding", "expiry", True), ("gap", "expiry", True)] if ended else []
    )
    assert not ended or "Ben answers for it" in found[0].why


def test_what_stood_open_when_it_was_signed_does_not_end_again(repo: Path) -> None:
    over: ItemLine = item("limits", verdict=Verdict.WAIVED, until="2026-01-01", open_="the waiver ended on 2026-01-01")
    assert reopened(repo, statement_for(repo, items=(over,))) == {}
