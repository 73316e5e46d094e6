"""Questions to the history: commits, changes, renames, blame. All through the scratch git dir."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from helpers.repos import AUTHOR, Files, commit, git, make_repo, write
from walkdown.errors import GitError
from walkdown.target import GitHistory, Target, open_target
from walkdown.target.compare import renames_between

LONG = "".join(f"line {number} of a file that is long enough to be known again\n" for number in range(40))


def history_of(target: Target) -> GitHistory:
    assert target.history is not None
    return target.history


def test_new_commits_since_the_last_look(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    with open_target(repo) as target:
        before = history_of(target).tips
    git(repo, "checkout", "--quiet", "-b", "side")
    write(repo, {"b.py": "1\n"})
    new = commit(repo)
    git(repo, "tag", "--annotate", "--message", "x", "v1")
    with open_target(repo) as target:
        history = history_of(target)
        assert set(history.tips) == {*before, new}
        assert history.new_commits(before) == (new,)
        assert history.new_commits(history.tips) == ()
        assert history.new_commits(()) == (new, *before)
        assert history.new_commits(["1" * 40]) is None
        assert history.new_commits(["--all"]) is None


def test_tags_of_files_and_stashes_do_not_confuse(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    git(repo, "tag", "blob", git(repo, "rev-parse", "HEAD:a.py"))
    git(repo, "tag", "tree", git(repo, "rev-parse", "HEAD^{tree}"))
    write(repo, {"a.py": "2\n"})
    git(repo, "stash")
    with open_target(repo) as target:
        history = history_of(target)
        assert git(repo, "rev-parse", "stash") in history.tips
        assert len(history.tips) == 2
        assert len(history.new_commits(()) or ()) == 3
        assert history.missing_objects() == 0


def test_a_ref_to_nothing_is_left_out_and_said(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    write(repo, {".git/refs/heads/lost": "2" * 40 + "\n", ".git/refs/heads/odd": "what\n"})
    with open_target(repo) as target:
        assert {note.code for note in target.notes} == {"odd-ref"}
        assert len(target.notes) == 2
        assert len(history_of(target).tips) == 1


def test_packed_and_symbolic_refs(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"}, then=[{"a.py": "2\n"}])
    git(repo, "branch", "old", "HEAD~1")
    git(repo, "pack-refs", "--all")
    git(repo, "symbolic-ref", "refs/heads/alias", "refs/heads/old")
    with open_target(repo) as target:
        history = history_of(target)
        assert history.commit_of("alias") == history.commit_of("old") == git(repo, "rev-parse", "old")
        assert target.facts.branch == "main"


NO_COMMITS = ["--all", "-h", "", "nothing", "a\nb", "x" * 300, "HEAD:a.py", "--output=/tmp/x", "HEAD^{tree}"]


@pytest.mark.parametrize("ref", NO_COMMITS)
def test_what_is_no_commit_is_refused(tmp_path: Path, ref: str) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    with open_target(repo) as target, pytest.raises(GitError, match="name"):
        target.changed_since(ref)


def test_changed_since_counts_from_where_the_branches_parted(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n", "b.py": "1\n", "c.py": "1\n", "crlf.py": "1\n"})
    git(repo, "checkout", "--quiet", "-b", "side")
    write(repo, {"a.py": "2\n"})
    commit(repo)
    git(repo, "checkout", "--quiet", "main")
    write(repo, {"b.py": "2\n"})
    commit(repo)
    git(repo, "checkout", "--quiet", "side")
    write(repo, {"c.py": "dirty\n", "new.py": "1\n", "crlf.py": "1\r\n"})
    with open_target(repo) as target:
        assert target.changed_since("main") == {"a.py", "c.py", "new.py"}
        assert target.changed_since("HEAD") == {"c.py", "new.py"}


def test_renames_to_the_folder_as_it_is(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"pkg/old.py": LONG, "pkg/same.py": LONG.replace("line", "row"), "stay.py": "1\n"})
    git(repo, "mv", "pkg/same.py", "moved.py")
    commit(repo)
    (repo / "pkg/old.py").rename(repo / "new name.py")
    write(repo, {"new name.py": "# edited\n" + LONG})
    with open_target(repo) as target:
        assert target.renames_since("HEAD~1") == {"pkg/old.py": "new name.py", "pkg/same.py": "moved.py"}
        assert target.renames_since("HEAD") == {"pkg/old.py": "new name.py"}
        assert renames_between(history_of(target), "HEAD~1", "HEAD") == {"pkg/same.py": "moved.py"}
    with open_target(make_repo(tmp_path, {"a.py": "1\n"}, name="still")) as target:
        assert target.renames_since("HEAD") == {}


def test_renames_of_names_that_are_no_utf8(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"old.py": LONG})
    (repo / "old.py").rename(repo / os.fsdecode(b"n\xe9w.py"))
    with open_target(repo) as target:
        assert target.renames_since("HEAD") == {"old.py": "n\\xe9w.py"}


def test_blame_of_lines_committed_and_not(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n2\n"}, then=[{"a.py": "1\nzwei\n"}])
    write(repo, {"a.py": "0\n1\nzwei\n", "new.py": "1\n"})
    with open_target(repo) as target:
        found = target.blame("a.py", [1, 2, 3, 99, 0])
        assert sorted(found) == [1, 2, 3]
        assert found[1].who == found[1].when == ""
        assert (found[2].who, found[2].when) == (AUTHOR, "2023-11-14T22:13:20+00:00")
        assert found[3].when == "2023-11-15T22:13:20+00:00"
        assert found[3].commit == git(repo, "rev-parse", "HEAD")
        assert target.blame("new.py", [1])[1].who == ""
        assert target.blame("a.py", []) == {}
    write(repo, {"a.py": "1\r\nzwei\r\n"})
    with open_target(repo) as target:
        assert [blame.when[:10] for blame in target.blame("a.py", [1, 2]).values()] == ["2023-11-14", "2023-11-15"]


def test_every_version_of_every_file_once_and_at_its_oldest_commit(tmp_path: Path) -> None:
    odd = "o d\nd.py"
    repo = make_repo(tmp_path, {"a.py": "1\n", odd: "odd\n"}, then=[{"a.py": "2\n", "copy.py": "1\n"}, {odd: None}])
    root, second = git(repo, "rev-parse", "HEAD~2"), git(repo, "rev-parse", "HEAD~1")
    git(repo, "checkout", "--quiet", "-b", "side", "HEAD~1")
    write(repo, {"a.py": "side\n"})
    side = commit(repo)
    git(repo, "checkout", "--quiet", "main")
    write(repo, {"a.py": "main\n"})
    main = commit(repo)
    git(repo, "merge", "--quiet", "--strategy=ours", "--no-commit", "side")
    write(repo, {"a.py": "only in the merge\n"})
    merge = commit(repo)
    git(repo, "tag", "loose", git(repo, "hash-object", "-w", "--stdin", stdin=b"tagged\n"))
    with open_target(repo) as target:
        history = history_of(target)
        blobs = history.blobs(())
        assert blobs is not None
        found = {blob.commit: blob.size for blob in blobs if blob.path == "a.py"}
        assert found == {root: 2, second: 2, side: 5, main: 5, merge: 18}
        assert [(blob.path, blob.size) for blob in blobs if blob.path != "a.py"] == [(odd, 4), ("refs/tags/loose", 7)]
        assert blobs[0].commit == root
        every = git(repo, "rev-list", "--objects", "--all", "--filter=object:type=blob", "--filter-provided-objects")
        assert {blob.oid for blob in blobs} == {line.split(" ")[0] for line in every.splitlines() if line}
        new = history.blobs((main,))
        assert new is not None
        assert {blob.commit for blob in new if blob.path == "a.py"} == {side, merge}
        assert history.blobs(("1" * 40,)) is None


def test_a_version_is_told_with_every_name_it_ever_had(tmp_path: Path) -> None:
    then: list[Files] = [{"b/.env": "1\n", "a/.env": None}, {"b/.env": None}, {"c\\xe9": "1\n", "a/.env": "1\n"}]
    repo = make_repo(tmp_path, {"a/.env": "1\n", "alone": "2\n"}, then=then)
    with open_target(repo) as target:
        blobs = history_of(target).blobs(()) or ()
        told = {(blob.path, blob.paths): blob.commit for blob in blobs}
    root = git(repo, "rev-list", "--max-parents=0", "HEAD")
    assert told == {("a/.env", ("b/.env", "c\\x5cxe9")): root, ("alone", ()): root}


def test_versions_since_commits_that_were_rewritten_away_are_not_told(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"}, then=[{"secret.py": "1\n"}])
    first, old = git(repo, "rev-parse", "HEAD~1"), git(repo, "rev-parse", "HEAD")
    git(repo, "reset", "--quiet", "--hard", "HEAD~1")
    write(repo, {"b.py": "1\n"})
    new = commit(repo)
    with open_target(repo) as target:
        history = history_of(target)
        assert [history.reachable(oids) for oids in ((), (first,), (first, new))] == [True] * 3
        assert [history.reachable(oids) for oids in ((old,), (first, old), ("1" * 40,), ("--all",))] == [False] * 4
        assert history.blobs((old,)) is None
        assert [blob.path for blob in history.blobs((first,)) or ()] == ["b.py"]


def test_read_at_a_commit(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"}, then=[{"a.py": "2\n"}])
    with open_target(repo) as target:
        assert history_of(target).read_at("HEAD~1", "a.py") == b"1\n"
        assert history_of(target).read_at("HEAD", "b.py") is None


def test_git_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    with open_target(repo) as target, pytest.raises(GitError, match="no answer within"):
        history_of(target).missing_objects(seconds=0.0)


def test_usable_from_within_an_event_loop(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})

    async def ask() -> tuple[str, ...]:
        with open_target(repo) as target:
            return history_of(target).tips

    assert asyncio.run(ask()) == (git(repo, "rev-parse", "HEAD"),)


def test_variables_of_a_surrounding_hook_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    other = make_repo(tmp_path, {"b.py": "1\n"}, name="other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(tmp_path / "ignore"))
    write(tmp_path, {"ignore": "*.py\n", "home/.config/git/ignore": "*.py\n"})
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write(repo, {"new.py": "1\n"})
    with open_target(repo) as target:
        assert [file.path for file in target.files] == ["a.py", "new.py"]
        assert not target.inventory.modified
