"""Opening folders of every kind: what is found out about them, and what is said where git would refuse."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from helpers.repos import AUTHOR, commit, git, make_repo, write
from walkdown.errors import GitError, TargetError
from walkdown.target import Layout, State, Target, Wanted, open_target, scratch_git


def paths(target: Target) -> list[str]:
    return [file.path for file in target.files]


def codes(target: Target) -> set[str]:
    return {note.code for note in target.notes}


def skips(target: Target) -> dict[str, str]:
    return {skip.path: skip.code for skip in target.skipped}


def test_a_repository_with_a_branch(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "one\n"})
    git(repo, "remote", "add", "origin", "https://ada:hunter2@example.org:8443/team/app.git?key=1")
    with open_target(repo) as target:
        assert target.facts.state is State.BRANCH
        assert target.facts.layout is Layout.REPOSITORY
        assert target.facts.branch == "main"
        assert target.facts.head == git(repo, "rev-parse", "HEAD")
        assert target.facts.remote == "https://example.org:8443/team/app.git"
        assert target.notes == ()
        assert paths(target) == ["a.py"]
        assert not target.dirty
        assert target.tree == git(repo, "rev-parse", "HEAD^{tree}")
        assert target.history is not None
        assert target.history.roots() == (target.facts.head,)


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("git@github.com:team/app.git", "github.com:team/app.git"),
        ("ssh://token@example.org/app", "ssh://example.org/app"),
        ("https://example.org:notaport/x", ""),
        ("/srv/git/app@2.git", "/srv/git/app@2.git"),
    ],
)
def test_a_remote_is_shown_without_whoever_logs_in(tmp_path: Path, remote: str, shown: str) -> None:
    repo = make_repo(tmp_path, {"a.py": "one\n"})
    git(repo, "config", "remote.origin.url", remote)
    with open_target(repo) as target:
        assert target.facts.remote == shown


def test_a_detached_head(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"}, then=[{"a.py": "2\n"}])
    git(repo, "checkout", "--quiet", "HEAD~1")
    with open_target(repo) as target:
        assert target.facts.state is State.DETACHED
        assert target.facts.branch == ""
        assert target.history is not None
        assert len(target.history.tips) == 2


def test_no_commits_yet_and_ignored_files_told_apart(tmp_path: Path) -> None:
    repo = tmp_path / "new"
    repo.mkdir()
    git(repo, "init", "--quiet")
    write(repo, {".gitignore": "*.log\nkept.txt\n", "a.py": "x\n", "noise.log": "x\n", "kept.txt": "x\n"})
    git(repo, "add", "--force", "kept.txt")
    with open_target(repo) as target:
        assert target.facts.state is State.NO_COMMITS
        assert target.tree == ""
        assert paths(target) == [".gitignore", "a.py", "kept.txt"]
        assert skips(target) == {"noise.log": "ignored"}


def test_a_linked_worktree(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    git(repo, "worktree", "add", "--quiet", "-b", "side", "../side")
    with open_target(tmp_path / "side") as target:
        assert target.facts.layout is Layout.WORKTREE
        assert target.facts.branch == "side"
        assert paths(target) == ["a.py"]
        assert not target.dirty


def test_a_submodule_and_the_repository_around_it(tmp_path: Path) -> None:
    inner = make_repo(tmp_path, {"lib.py": "x\n"}, name="inner")
    outer = make_repo(tmp_path, {"app.py": "x\n"}, name="outer")
    git(outer, "submodule", "--quiet", "add", str(inner), "vendored/lib")
    commit(outer)
    with open_target(outer / "vendored" / "lib") as target:
        assert target.facts.layout is Layout.SUBMODULE
        assert paths(target) == ["lib.py"]
    with open_target(outer) as target:
        assert paths(target) == [".gitmodules", "app.py", "vendored/lib/lib.py"]
        assert target.inventory.nested == ("vendored/lib",)


def test_a_submodule_that_is_not_checked_out_is_a_gap(tmp_path: Path) -> None:
    inner = make_repo(tmp_path, {"lib.py": "x\n"}, name="inner")
    outer = make_repo(tmp_path, {"app.py": "x\n"}, name="outer")
    git(outer, "submodule", "--quiet", "add", str(inner), "lib")
    commit(outer)
    git(outer, "submodule", "--quiet", "deinit", "--force", "lib")
    with open_target(outer) as target:
        assert skips(target)["lib"] == "submodule-absent"


def test_a_folder_of_a_repository(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"web/a.ts": "x\n", "api/b.py": "x\n", ".gitignore": "*.tmp\n"})
    write(repo, {"api/c.tmp": "x\n"})
    with open_target(repo / "api") as target:
        assert target.facts.prefix == "api"
        assert paths(target) == ["b.py"]
        assert skips(target) == {"c.tmp": "ignored"}
        assert target.tree == git(repo, "rev-parse", "HEAD:api")
        assert target.blame("b.py", [1])[1].who == AUTHOR


def test_a_folder_that_the_repository_around_it_does_not_hold(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {".gitignore": "scratch/\n"})
    write(repo, {"scratch/b.py": "x\n"})
    with open_target(repo / "scratch") as target:
        assert target.facts.state is State.NO_GIT
        assert paths(target) == ["b.py"]
        assert codes(target) == {"git-broken"}


def test_a_plain_folder_leaves_out_what_tools_put_there(tmp_path: Path) -> None:
    write(
        tmp_path, {"app.py": "x\n", "node_modules/p/i.js": "x\n", "env/pyvenv.cfg": "x\n", "env/lib/python3/x.py": ""}
    )
    with open_target(tmp_path / ".") as target:
        assert target.facts.state is State.NO_GIT
        assert target.history is None
        assert target.tree == ""
        assert paths(target) == ["app.py"]
        assert skips(target) == {"node_modules/": "usual-folder", "env/": "usual-folder"}
        with pytest.raises(GitError, match="no commit"):
            target.changed_since("main")


def test_what_is_committed_is_looked_at_in_any_folder(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"node_modules/p/i.js": "x\n", "b.py": "x\n"})
    write(repo, {".gitignore": "node_modules/\nb.py\n"})
    with open_target(repo) as target:
        assert paths(target) == [".gitignore", "b.py", "node_modules/p/i.js"]


@pytest.mark.parametrize(
    "damage",
    [
        {".git/HEAD": "nonsense\n"},
        {".git/HEAD": "1" * 40 + "\n"},
        {".git/HEAD": None},
        {".git/config": "[core\n"},
        {".git/config": "[extensions]\n\tobjectFormat = md5\n"},
    ],
)
def test_a_damaged_repository_is_a_plain_folder_with_a_note(tmp_path: Path, damage: dict[str, str | None]) -> None:
    repo = make_repo(tmp_path, {"a.py": "x\n", ".gitignore": "*.py\n"})
    write(repo, damage)
    with open_target(repo) as target:
        assert target.facts.state is State.BROKEN
        assert codes(target) == {"git-broken"}
        # No rule of a repository that cannot be read hides a file.
        assert paths(target) == [".gitignore", "a.py"]


def test_an_empty_git_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with open_target(tmp_path) as target:
        assert target.facts.state is State.BROKEN
        assert paths(target) == []


def test_a_sha256_repository(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a/b.py": "x\n", "a.py": "y\n"}, object_format="sha256")
    with open_target(repo) as target:
        assert target.tree == git(repo, "rev-parse", "HEAD^{tree}")
        assert not target.dirty


def test_a_shallow_and_partial_clone(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"}, then=[{"a.py": "2\n"}, {"a.py": "3\n"}])
    git(repo, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--no-local", "--filter=blob:none", f"file://{repo}", "partial")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repo}", "shallow")
    with open_target(tmp_path / "partial") as target:
        assert target.facts.partial
        assert codes(target) == {"partial-clone"}
        assert target.history is not None
        assert target.history.missing_objects() == 2
    with open_target(tmp_path / "shallow") as target:
        assert target.facts.shallow
        assert target.history is not None
        assert target.history.roots() == ()
        assert target.history.missing_objects() == 0


def test_a_clone_that_borrows_objects(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    git(tmp_path, "clone", "--quiet", "--shared", str(repo), "borrower")
    with open_target(tmp_path / "borrower") as target:
        assert codes(target) == {"borrowed-objects"}
        assert target.tree == git(repo, "rev-parse", "HEAD^{tree}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder to another user")
def test_a_repository_of_another_user_is_opened_and_said(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    os.chown(repo, 12345, 12345)
    os.chown(repo / ".git", 12345, 12345)
    with open_target(repo) as target:
        assert target.facts.foreign_owner
        assert codes(target) == {"foreign-owner"}
        assert "dubious ownership" in target.notes[0].text
        assert target.facts.branch == "main"
        assert not target.dirty


def test_refused_with_one_clear_sentence(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    write(tmp_path, {"file.txt": "x"})
    refused = {"gone": "nothing at", "file.txt": "is a file", "bare.git": "without a project's files", "": "empty"}
    for place, says in refused.items():
        with pytest.raises(TargetError, match=says) as caught:
            open_target(str(tmp_path / place) if place else "")
        assert caught.value.do


def test_scratch_never_lies_inside_the_target(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    with pytest.raises(TargetError, match="lies inside the target"):
        open_target(tmp_path, scratch=str(tmp_path / "inside"))
    assert list((tmp_path / "inside").iterdir()) == []


def test_closing_leaves_nothing_behind(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with open_target(repo, scratch=str(scratch)) as target:
        assert target.files
        assert len(list(scratch.iterdir())) == 1
    assert list(scratch.iterdir()) == []


def test_without_git_on_the_machine_the_files_are_still_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    monkeypatch.setattr("walkdown.target.scratch_git._PROGRAMS", str(tmp_path))
    with open_target(repo) as target:
        assert target.facts.state is State.NO_GIT
        assert codes(target) == {"git-absent"}
        assert paths(target) == ["a.py"]


def test_packs_are_lent_by_the_folder(tmp_path: Path) -> None:
    """Kingfisher passes over a pack that is itself a link, and then finds nothing, silently."""
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    git(repo, "repack", "-adq")
    with open_target(repo) as target:
        assert target.history is not None
        stores = Path(target.history.git_dir, "objects/info/alternates").read_text().split()
        packs = [pack for store in stores for pack in Path(store).glob("pack/*.pack")]
        assert len(packs) == 1
        assert not packs[0].is_symlink()


def test_ignored_files_when_asked_for(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {".gitignore": "out/\n"})
    write(repo, {"out/a.py": "x\n", "node_modules/b.js": "x\n"})
    with open_target(repo) as target:
        assert skips(target) == {"out/": "ignored", "node_modules/": "usual-folder"}
    with open_target(repo, wanted=Wanted(include_ignored=True)) as target:
        assert paths(target) == [".gitignore", "node_modules/b.js", "out/a.py"]


def test_closing_ends_a_git_that_still_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = open_target(make_repo(tmp_path, {"a.py": "x = 1\n"}))
    assert target.history is not None
    git = target.history.git
    started = threading.Event()
    drain = scratch_git._drain

    def told(child: scratch_git._Child, what: str, most: int) -> scratch_git.Answer:
        started.set()
        return drain(child, what, most)

    monkeypatch.setattr(scratch_git, "_drain", told)
    answers: list[scratch_git.Answer] = []
    # An alias is our own way to a git that takes its time.
    waiting = threading.Thread(target=lambda: answers.append(git.ask("-c", "alias.wait=!sleep 600", "wait")))
    waiting.start()
    assert started.wait(20)
    target.close()
    waiting.join(20)
    assert not waiting.is_alive()
    assert [answer.code for answer in answers] == [-signal.SIGKILL]
