"""The demo's repository: the same everywhere, with the history it tells of, and no secret whole in our own files."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import tree_sitter_postgres
import tree_sitter_typescript
from tree_sitter import Language, Parser

import walkdown.demo
from helpers.repos import git
from walkdown.demo import demo_folder, make_demo
from walkdown.demo.made_up import SECRETS
from walkdown.demo.story import STORY
from walkdown.errors import GitError, TargetError

STORED = Path(walkdown.demo.__file__).parent
TORN = "scripts/backfill_totals.py"


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be written to."""
    return make_demo(tmp_path_factory.mktemp("demo"))


def versions(repo: Path) -> Iterator[tuple[str, str, str]]:
    """Commit, path and text of every file of every commit."""
    for commit in git(repo, "rev-list", "HEAD").split():
        for path in git(repo, "ls-tree", "-r", "--name-only", commit).splitlines():
            yield commit, path, git(repo, "show", f"{commit}:{path}")


# --- the same on every machine ---------------------------------------------------------------------------------------


def test_commit_ids_do_not_depend_on_the_machine(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = "[user]\n\tname = Somebody Else\n[core]\n\tautocrlf = true\n[commit]\n\tgpgSign = true\n"
    Path(tmp_path, ".gitconfig").write_text(config, encoding="utf-8")
    for name, value in {
        "HOME": str(tmp_path), "TZ": "Pacific/Auckland", "LC_ALL": "de_DE.UTF-8", "GIT_DIR": "/nowhere",
        "GIT_AUTHOR_NAME": "Somebody", "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z", "GIT_DEFAULT_HASH": "sha256",
        "GIT_CONFIG_GLOBAL": str(tmp_path / ".gitconfig"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    again = make_demo(tmp_path / "elsewhere")
    assert git(again, "rev-list", "HEAD") == git(repo, "rev-list", "HEAD")


def test_it_is_a_clean_repo_on_main_without_remote_or_hooks(repo: Path) -> None:
    assert git(repo, "status", "--porcelain") == ""
    assert git(repo, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert git(repo, "remote") == ""
    assert not Path(repo, ".git", "hooks").exists()


def test_two_people_worked_on_it_in_this_order(repo: Path) -> None:
    lines = git(repo, "log", "--reverse", "--format=%an <%ae> %aI %cI %s").splitlines()
    assert lines == [f"{one.who} {one.when} {one.when} {one.message}" for one in STORY]
    assert len({one.who for one in STORY}) == 2
    assert [one.when for one in STORY] == sorted(one.when for one in STORY)


# --- what its history holds ------------------------------------------------------------------------------------------


def test_a_deleted_file_of_the_history_holds_a_secret(repo: Path) -> None:
    commit = git(repo, "log", "--diff-filter=A", "--format=%H", "--", ".env")
    assert SECRETS["stripe-key"] in git(repo, "show", f"{commit}:.env")
    assert not Path(repo, ".env").exists()
    assert all(SECRETS["stripe-key"] not in text for _, path, text in versions(repo) if path != ".env")


def test_the_last_commit_takes_the_guard_off_refunds(repo: Path) -> None:
    diff = git(repo, "diff", "-U1", "HEAD~1", "HEAD", "--", "api/admin.py")
    assert '@admin.post("/admin/orders/<int:order_id>/refund")\n-@admin_required\n def refund(' in diff


# --- its files -------------------------------------------------------------------------------------------------------


def test_no_placeholder_is_left_in_any_version(repo: Path) -> None:
    left = [(path, found[0]) for _, path, text in versions(repo) if (found := re.search(r"\{\{[\w-]+\}\}", text))]
    assert left == []
    texts = "".join(text for _, _, text in versions(repo))
    assert [name for name, value in SECRETS.items() if value not in texts] == []


def test_no_secret_lies_whole_in_our_own_files() -> None:
    whole = [
        (path.name, name)
        for path in STORED.rglob("*")
        if path.is_file() and path.suffix != ".pyc"  # compilers join the halves again
        for name, value in SECRETS.items()
        if value.encode() in path.read_bytes()
    ]
    assert whole == []


def test_every_stored_file_is_in_the_story() -> None:
    """And ends in _, so that neither our linters nor our tests nor a scan of ourselves take it for our code."""
    told = set()
    for commit in STORY:
        for path in commit.puts:
            then = STORED / "earlier" / str(commit.number) / f"{path}_"
            told.add(then if then.exists() else STORED / "files" / f"{path}_")
    kept = {path for folder in ("files", "earlier") for path in (STORED / folder).rglob("*") if path.is_file()}
    assert kept == told


def _tree(language: object) -> Callable[[str], None]:
    def parse(text: str) -> None:
        if Parser(Language(language)).parse(text.encode()).root_node.has_error:
            raise SyntaxError(text[:80])

    return parse


PARSERS: dict[str, Callable[[str], object]] = {
    ".py": ast.parse,
    ".ts": _tree(tree_sitter_typescript.language_typescript()),
    ".tsx": _tree(tree_sitter_typescript.language_tsx()),
    ".sql": _tree(tree_sitter_postgres.language()),
    ".json": json.loads,
    ".yml": msgspec.yaml.decode,
}


def test_every_version_is_valid_but_one_file_that_is_not(repo: Path) -> None:
    torn, seen = set(), set()
    for _, path, text in versions(repo):
        seen.add(Path(path).suffix)
        try:
            PARSERS.get(Path(path).suffix, str)(text)
        except (SyntaxError, ValueError, msgspec.DecodeError):
            torn.add(path)
    assert torn == {TORN}
    assert set(PARSERS) <= seen


# --- coming and going ------------------------------------------------------------------------------------------------


def test_the_temporary_folder_goes_away_with_what_was_changed_in_it() -> None:
    with demo_folder() as repo:
        Path(repo, "api", "app.py").write_text("changed", encoding="utf-8")
        Path(repo, "new").mkdir()
        assert repo.name == "corner-shop"
    assert not repo.parent.exists()


def test_the_temporary_folder_goes_away_when_the_work_in_it_fails() -> None:
    with pytest.raises(KeyError), demo_folder() as repo:
        raise KeyError
    assert not repo.parent.exists()


def test_nothing_that_is_there_is_written_over(repo: Path) -> None:
    before = git(repo, "rev-parse", "HEAD")
    with pytest.raises(TargetError, match=r"corner-shop is there already\. Name a folder"):
        make_demo(repo.parent)
    assert git(repo, "rev-parse", "HEAD") == before


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    Path(tmp_path, "file").write_text("", encoding="utf-8")
    with pytest.raises(TargetError, match=r"cannot be written to .*file/below: Not a directory\. Name a folder"):
        make_demo(tmp_path / "file" / "below")


def test_without_git_it_says_so_and_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("walkdown.demo.repo._PROGRAMS", str(tmp_path))
    with pytest.raises(GitError, match=r"git is not installed\. Install git"):
        make_demo(tmp_path / "demo")
    assert not Path(tmp_path, "demo").exists()


def test_a_git_that_fails_leaves_no_half_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bin" / "git"
    broken.parent.mkdir()
    broken.write_text('#!/bin/sh\necho "fatal: no room" >&2\nexit 128\n', encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr("walkdown.demo.repo._PROGRAMS", str(broken.parent))
    with pytest.raises(GitError, match=r"git init said fatal: no room"):
        make_demo(tmp_path / "demo")
    assert not Path(tmp_path, "demo", "corner-shop").exists()


def test_the_demo_can_be_made_again_for_a_review_that_goes_on() -> None:
    with demo_folder() as first:
        root = git(first, "rev-list", "--max-parents=0", "HEAD")
    with demo_folder() as second:
        assert git(second, "rev-list", "--max-parents=0", "HEAD") == root
