"""A stranger's repository that wants to run something, hide something or hang us, against all that `target` offers."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.repos import Files, commit, git, make_repo, write
from walkdown.target import GitHistory, Layout, State, Target, open_target
from walkdown.target.compare import renames_between

LONG = "".join(f"line {number} of a file that is long enough to be known again\n" for number in range(40))


def history_of(target: Target) -> GitHistory:
    assert target.history is not None
    return target.history


def codes(target: Target) -> set[str]:
    return {note.code for note in target.notes}


def paths(target: Target) -> list[str]:
    return [file.path for file in target.files]


def state_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every entry below a folder with mode, size and time of change, to show that nothing was touched."""
    found = {}
    for below, folders, files in os.walk(folder):
        for name in (*folders, *files):
            seen = Path(below, name).lstat()
            found[f"{below}/{name}"] = (seen.st_mode, seen.st_size, seen.st_mtime_ns)
    return found


@pytest.fixture
def trap(tmp_path: Path) -> tuple[Path, Path]:
    """A repository in which everything git could start leaves a canary, and the place where the canary would show."""
    canary = tmp_path / "canary"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho $0 $@ >> {canary}\ncat\n")
    script.chmod(0o755)
    attributes = "* filter=evil diff=evil merge=evil text\n"
    files: Files = {".gitattributes": attributes, "a.py": "1\n", "old.py": LONG, "b.bin": b"\0\1"}
    repo = make_repo(tmp_path, files, then=[{"a.py": "1\n2\n"}])
    config = f"""
[core]
	fsmonitor = {script}
	hooksPath = {tmp_path}/hooks
	sshCommand = {script}
	pager = {script}
	editor = {script}
	askPass = {script}
	alternateRefsCommand = {script}
	gitProxy = {script}
	worktree = {tmp_path}/elsewhere
	excludesFile = {tmp_path}/hide-all
	attributesFile = {tmp_path}/attributes
[filter "evil"]
	clean = {script}
	smudge = {script}
	process = {script}
	required = true
[diff]
	external = {script}
[diff "evil"]
	textconv = {script}
	command = {script}
[merge "evil"]
	driver = {script}
[pager]
	log = {script}
	blame = {script}
	ls-tree = {script}
[credential]
	helper = !{script}
[gpg]
	program = {script}
[log]
	showSignature = true
[include]
	path = {tmp_path}/included
[alias]
	ls-files = !{script}
[uploadpack]
	packObjectsHook = {script}
[remote "origin"]
	url = ext::{script}
	promisor = true
	uploadpack = {script}
[extensions]
	partialClone = origin
"""
    with (repo / ".git/config").open("a") as opened:
        opened.write(config)
    write(tmp_path, {"included": f"[core]\n\tfsmonitor = {script}\n", "hide-all": "*\n"})
    write(tmp_path, {"attributes": "* filter=evil\n"})
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman", "pre-auto-gc"):
        for place in (tmp_path / "hooks", repo / ".git/hooks"):
            place.mkdir(exist_ok=True)
            shutil.copy(script, place / hook)
    (repo / "old.py").rename(repo / "new.py")
    write(repo, {"a.py": "1\n2\n3\n", "extra.py": "x\n"})
    assert not canary.exists()
    return repo, canary


# Everything that asks git, each by itself, so that a new one has a place to be added to.
QUESTIONS: dict[str, Callable[[Target], object]] = {
    "inventory": lambda target: target.inventory,
    "digests": lambda target: (target.tree, target.looked, target.dirty),
    "stack": lambda target: target.stack,
    "blame": lambda target: target.blame("a.py", [1, 2, 3]),
    "changed_since": lambda target: target.changed_since("HEAD~1"),
    "renames_since": lambda target: target.renames_since("HEAD~1"),
    "renames_between": lambda target: renames_between(history_of(target), "HEAD~1", "HEAD"),
    "tips": lambda target: history_of(target).tips,
    "roots": lambda target: history_of(target).roots(),
    "missing_objects": lambda target: history_of(target).missing_objects(),
    "new_commits": lambda target: history_of(target).new_commits(()),
    "reachable": lambda target: history_of(target).reachable(history_of(target).tips),
    "blobs": lambda target: history_of(target).blobs(()),
    "read_at": lambda target: history_of(target).read_at("HEAD", "a.py"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_of_the_repository_runs(trap: tuple[Path, Path], question: str) -> None:
    repo, canary = trap
    before = state_of(repo)
    with open_target(repo) as target:
        QUESTIONS[question](target)
    assert not canary.exists()
    assert state_of(repo) == before


def test_the_canary_would_have_sung(trap: tuple[Path, Path]) -> None:
    """Plain git on the same repository does run something: the test above can fail."""
    repo, canary = trap
    git(repo, "--work-tree=.", "ls-files", "-s")
    assert canary.exists()


def test_what_the_config_wants_to_run_is_said_and_hides_nothing(trap: tuple[Path, Path]) -> None:
    repo, _ = trap
    with open_target(repo) as target:
        assert paths(target) == [".gitattributes", "a.py", "extra.py", "new.py"]
        assert target.inventory.modified == ("a.py",)
        assert {"config-program", "work-tree-elsewhere", "partial-clone"} <= codes(target)
        [note] = [note for note in target.notes if note.code == "config-program"]
        for name in ("core.fsmonitor", "filter.evil.process", "diff.evil.textconv", "credential.helper"):
            assert name in note.text


def test_a_doctored_index_does_not_hide_a_change(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "safe\n"})
    seen = (repo / "a.py").stat()
    write(repo, {"a.py": "evil\n"})
    os.utime(repo / "a.py", ns=(seen.st_atime_ns, seen.st_mtime_ns))
    git(repo, "update-index", "--assume-unchanged", "a.py")
    assert git(repo, "status", "--short") == ""
    with open_target(repo) as target:
        assert target.inventory.modified == ("a.py",)


def test_an_index_without_a_committed_file_does_not_let_it_be_ignored(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"evil.py": "x\n", "lib/evil.py": "x\n"})
    git(repo, "rm", "--quiet", "--cached", "-r", ".")
    write(repo, {".git/info/exclude": "evil.py\nlib/\n"})
    with open_target(repo) as target:
        assert paths(target) == ["evil.py", "lib/evil.py"]


@pytest.mark.parametrize("data", [b"", b"DIRC", b"DIRC" + struct.pack(">II", 2, 2**31) + b"\0" * 20, b"\xff" * 4096])
def test_a_broken_index_changes_nothing(tmp_path: Path, data: bytes) -> None:
    repo = make_repo(tmp_path, {"a.py": "x\n", ".gitignore": "*.log\n"})
    write(repo, {".git/index": data, "b.log": "x\n"})
    with open_target(repo) as target:
        assert paths(target) == [".gitignore", "a.py"]
        assert not target.dirty


def test_pointers_to_other_peoples_repositories_are_not_followed(tmp_path: Path) -> None:
    private = make_repo(tmp_path, {"secret.py": "x\n"}, name="private")
    git(private, "worktree", "add", "--quiet", "--detach", "../linked")
    gitdir = (tmp_path / "linked/.git").read_text()
    stolen = {"file": f"gitdir: {private}/.git\n", "worktree": gitdir, "relative": "gitdir: ../private/.git\n"}
    for name, pointer in stolen.items():
        write(tmp_path, {f"{name}/.git": pointer, f"{name}/a.py": "x\n"})
        with open_target(tmp_path / name) as target:
            assert target.facts.state is State.NO_GIT, name
            assert target.history is None
            assert codes(target) == {"git-elsewhere"}
            assert paths(target) == ["a.py"]
    (tmp_path / "link").mkdir()
    (tmp_path / "link/.git").symlink_to(private / ".git")
    with open_target(tmp_path / "link") as target:
        assert target.history is None
        assert codes(target) == {"git-link"}
    common = make_repo(tmp_path, {"a.py": "x\n"}, name="common")
    write(common, {".git/commondir": f"{private}/.git\n"})
    with open_target(common) as target:
        assert target.history is None
        assert codes(target) == {"git-elsewhere"}


def test_refs_that_are_links_or_lead_outside_are_not_taken(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "x\n"})
    head = git(repo, "rev-parse", "HEAD")
    write(tmp_path, {"outside": head + "\n"})
    (repo / ".git/refs/heads/linked").symlink_to(tmp_path / "outside")
    os.mkfifo(repo / ".git/refs/heads/pipe")
    write(repo, {".git/packed-refs": f"{head} ../../x\n{head} refs/heads/a b\n{head} refs/heads/--all\nnonsense\n"})
    with open_target(repo) as target:
        assert history_of(target).tips == (head,)
        assert codes(target) == {"odd-ref"}
        assert target.facts.branch == "main"


def test_replaced_objects_do_not_count(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "evil\n"}, then=[{"a.py": "safe\n"}])
    git(repo, "replace", "HEAD", "HEAD~1")
    with open_target(repo) as target:
        assert history_of(target).read_at("HEAD", "a.py") == b"safe\n"
        assert not target.dirty


def test_an_object_under_a_false_name_is_noticed(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"}, then=[{"a.py": "2\n"}])
    first, second = git(repo, "rev-parse", "HEAD~1^{tree}"), git(repo, "rev-parse", "HEAD^{tree}")
    objects = repo / ".git/objects"
    place = objects / second[:2] / second[2:]
    place.unlink()
    shutil.copy(objects / first[:2] / first[2:], place)
    with open_target(repo) as target:
        assert target.facts.state is State.BROKEN
        assert target.history is None
        assert target.tree == ""
        assert paths(target) == ["a.py"]
        assert codes(target) == {"git-broken"}


PIPES = ["objects/info/alternates", "HEAD", "config", "packed-refs", "index", "shallow", "commondir", "info/exclude"]


@pytest.mark.parametrize("where", PIPES)
def test_a_pipe_in_the_git_folder_hangs_nothing(tmp_path: Path, where: str) -> None:
    repo = make_repo(tmp_path, {"a.py": "x\n"})
    place = repo / ".git" / where
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    with open_target(repo) as target:
        assert paths(target) == ["a.py"]


def test_a_pipe_among_the_objects_hangs_nothing(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "x\n"})
    oid = git(repo, "rev-parse", "HEAD^{tree}")
    place = repo / ".git/objects" / oid[:2] / oid[2:]
    place.unlink()
    os.mkfifo(place)
    with open_target(repo) as target:
        assert target.facts.state is State.BROKEN
        assert paths(target) == ["a.py"]


def test_an_ignore_file_that_is_a_pipe_or_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make_repo(tmp_path, {"a.py": "x\n"})
    write(tmp_path, {"hide": "*\n"})
    (repo / ".gitignore").symlink_to(tmp_path / "hide")
    write(repo, {"new.py": "x\n"})
    with open_target(repo) as target:
        assert paths(target) == ["a.py", "new.py"]
    (repo / ".gitignore").unlink()
    os.mkfifo(repo / ".gitignore")
    monkeypatch.setattr("walkdown.target.history.IGNORED_SECONDS", 0.5)
    with open_target(repo) as target:
        assert paths(target) == ["a.py", "new.py"]
        assert codes(target) == {"git-silent"}
        assert target.dirty


def test_odd_names_in_a_repository(tmp_path: Path) -> None:
    names = ["new\nline.py", "tab\t.py", "esc\x1b[31m.py", "a[/]b.py", "-rf.py", ":(exclude)x.py", "*.py", 'quote".py']
    repo = make_repo(tmp_path, {name: f"{name!r}\n" for name in names}, then=[{"z.py": "x\n"}])
    raw = Path(os.fsdecode(os.fsencode(repo) + b"/\xe9.py"))
    raw.write_text("x\n")
    commit(repo)
    write(repo, {".gitignore": "*.log\n", "a\nb.log": "x\n", "new\nline.py": "edited\n"})
    with open_target(repo) as target:
        assert target.tree == git(repo, "rev-parse", "HEAD^{tree}")
        assert target.inventory.modified == ("new\nline.py",)
        assert target.inventory.untracked == (".gitignore",)
        assert set(paths(target)) == {*names, "z.py", "\\xe9.py", ".gitignore"}
        assert target.changed_since("HEAD~1") == {"new\nline.py", "\\xe9.py", ".gitignore"}
        for name in (*names, "\\xe9.py"):
            assert set(target.blame(name, [1])) == {1}


def test_a_submodule_that_is_not_where_it_claims(tmp_path: Path) -> None:
    private = make_repo(tmp_path, {"secret.py": "x\n"}, name="private")
    write(tmp_path, {"theirs/.git": f"gitdir: {private}/.git\n", "theirs/a.py": "x\n"})
    git(private, "config", "core.worktree", str(tmp_path / "private"))
    with open_target(tmp_path / "theirs") as target:
        assert target.facts.layout is Layout.PLAIN
        assert target.history is None
