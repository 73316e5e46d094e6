"""A record as a git note, with real git around it: shown, sound, pushed, fetched, and nothing of the repo is run."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import msgspec
import pytest

from helpers.repos import commit, git, make_repo, write
from walkdown.errors import RecordError
from walkdown.record import git_note
from walkdown.record.files import RecordFiles, Seal
from walkdown.record.git_note import REF, attach, find
from walkdown.target import open_target

CANARY = "#!/bin/sh\ntouch {place}\n"
HOOKS = ("reference-transaction", "pre-commit", "post-commit", "update", "post-rewrite", "pre-push", "fsmonitor")


def record(
    commit: str, made: str = "2026-11-20T10:00:00Z", *, digest: str = "abcdef123456", seals: int = 1
) -> RecordFiles:
    statement = {"subject": [{"digest": {"gitCommit": commit}}], "predicate": {"made": made}}
    sealed = tuple(Seal(f"person-{n}", b"statement %d\n" % n, b"signature %d\n" % n) for n in range(seals))
    return RecordFiles(f"{made[:10]}-{digest}", msgspec.json.encode(statement) + b"\n", b"# Sign-off\r\n\xff", sealed)


def head(repo: Path, which: str = "HEAD") -> str:
    return git(repo, "rev-parse", which)


def attached(repo: Path, files: RecordFiles) -> RecordFiles | None:
    with open_target(repo) as target:
        attach(target, files)
    return found(repo)


def found(repo: Path) -> RecordFiles | None:
    with open_target(repo) as target:
        return find(target)


def as_note(files: RecordFiles) -> RecordFiles:
    return msgspec.structs.replace(files, place="note")


@pytest.fixture(params=["sha1", "sha256"])
def repo(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return make_repo(tmp_path, {"app.py": "x = 1\n"}, then=[{"app.py": "x = 2\n"}], object_format=request.param)


def test_it_is_found_again_byte_by_byte_and_git_shows_it_and_finds_nothing_wrong(repo: Path) -> None:
    files = record(head(repo), seals=2)
    assert attached(repo, files) == as_note(files)
    assert f"walkdown sign-off {files.name}" in git(repo, "notes", "--ref=walkdown", "show")
    assert git(repo, "fsck", "--full", "--strict", "--no-dangling") == ""
    assert git(repo, "status", "--porcelain") == "", "nothing of it lies among the files"


def test_without_a_note_there_is_nothing(repo: Path) -> None:
    assert found(repo) is None


def test_it_is_carried_by_push_and_fetch(repo: Path, tmp_path: Path) -> None:
    files = record(head(repo))
    attached(repo, files)
    server, clone = tmp_path / "server.git", tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--bare", str(repo), str(server))
    git(repo, "push", "--quiet", str(server), REF)
    git(tmp_path, "clone", "--quiet", str(server), str(clone))
    assert found(clone) is None, "git fetches no notes by itself"
    git(clone, "fetch", "--quiet", "origin", f"{REF}:{REF}")
    assert found(clone) == as_note(files)


def test_other_peoples_notes_stay(repo: Path) -> None:
    first, last = head(repo, "HEAD~1"), head(repo)
    git(repo, "notes", "--ref=walkdown", "add", "-m", "mine, on the first", first)
    git(repo, "notes", "--ref=walkdown", "add", "-m", "mine, on the last", last)
    files = record(last)
    assert attached(repo, files) == as_note(files)
    assert git(repo, "notes", "--ref=walkdown", "show", first) == "mine, on the first"
    shown = git(repo, "notes", "--ref=walkdown", "show", last)
    assert shown.startswith("mine, on the last\n"), shown[:80]
    assert git(repo, "log", "--format=%s", REF).splitlines()[0] == f"Sign-off {files.name}"
    assert len(git(repo, "log", "--format=%s", REF).splitlines()) == 3, "the notes' own history goes on"


def test_git_can_go_on_with_the_note(repo: Path) -> None:
    files = record(head(repo))
    attached(repo, files)
    git(repo, "notes", "--ref=walkdown", "append", "-m", "seen")
    assert found(repo) == as_note(files)


def test_notes_that_git_has_spread_over_folders(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"app.py": "x = 1\n"})
    commits = "".join(
        f"commit refs/heads/main\ncommitter A <a@b> {1700000000 + n} +0000\ndata 1\n.\n"
        + ("from refs/heads/main^0\n" if n == 0 else "")
        for n in range(400)
    )
    git(repo, "fast-import", "--quiet", "--force", stdin=commits.encode())
    every = git(repo, "rev-list", "HEAD").splitlines()
    blob = git(repo, "hash-object", "-w", "--stdin", stdin=b"noted\n")
    lines = "".join(f"N {blob} {commit}\n" for commit in every[1:])
    git(repo, "fast-import", "--quiet",
        stdin=f"commit {REF}\ncommitter A <a@b> 1700000000 +0000\ndata 1\n.\n{lines}".encode())  # fmt: skip
    assert "/" in git(repo, "ls-tree", "-r", "--name-only", REF).splitlines()[0], "git spread them"
    files = record(every[0])
    assert attached(repo, files) == as_note(files)
    names = git(repo, "ls-tree", "-r", "--name-only", REF).splitlines()
    assert f"{every[0][:2]}/{every[0][2:]}" in names, "where git itself would have put it"
    assert git(repo, "notes", "--ref=walkdown", "show", every[1]) == "noted"
    assert len(git(repo, "notes", "--ref=walkdown", "list").splitlines()) == 401
    git(repo, "notes", "--ref=walkdown", "add", "-f", "-m", "new", every[2])
    assert found(repo) == as_note(files), "git rewrote the tree, and the record is still in it"
    assert git(repo, "fsck", "--full", "--strict", "--no-dangling") == ""


def test_several_on_one_commit_are_all_kept_and_the_newest_is_found(repo: Path) -> None:
    older, newer = record(head(repo), digest="aaaaaaaaaaaa"), record(head(repo), "2026-11-21T10:00:00Z")
    attached(repo, newer)
    assert attached(repo, older) == as_note(newer)
    text = git(repo, "notes", "--ref=walkdown", "show")
    assert (older.name in text, newer.name in text) == (True, True)


def test_attached_again_nothing_changes(repo: Path) -> None:
    attached(repo, record(head(repo)))
    tip = head(repo, REF)
    attached(repo, record(head(repo)))
    assert head(repo, REF) == tip


def test_a_second_seal_comes_to_the_first(repo: Path) -> None:
    attached(repo, record(head(repo), seals=1))
    both = attached(repo, record(head(repo), seals=2))
    assert both is not None
    assert [seal.slug for seal in both.seals] == ["person-0", "person-1"]


def test_a_later_commit_finds_the_one_before_it_and_an_earlier_one_does_not(repo: Path) -> None:
    files = record(head(repo))
    attached(repo, files)
    write(repo, {"app.py": "x = 3\n"})
    git(repo, "commit", "--quiet", "--all", "--message", "later")
    assert found(repo) == as_note(files)
    git(repo, "checkout", "--quiet", "HEAD~2")
    assert found(repo) is None


def test_only_the_line_that_was_released_is_followed_and_not_for_ever(repo: Path) -> None:
    """What somebody signed on a branch says nothing of what it was merged into."""
    git(repo, "checkout", "--quiet", "-b", "side", "HEAD~1")
    write(repo, {"side.py": "y = 1\n"})
    side = commit(repo)
    git(repo, "checkout", "--quiet", "-")
    git(repo, "merge", "--quiet", "--no-edit", "side")
    with open_target(repo) as target:
        attach(target, record(side))
    assert found(repo) is None
    git(repo, "checkout", "--quiet", "side")
    assert found(repo) == as_note(record(side))


def test_two_hundred_commits_back_is_the_end(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"app.py": "x = 1\n"})
    first = head(repo)
    attached(repo, record(first))
    line = "commit refs/heads/main\ncommitter A <a@b> 1700000000 +0000\ndata 1\n.\n"
    git(repo, "fast-import", "--quiet", stdin=f"{line}from refs/heads/main^0\n{line * 198}".encode())
    assert found(repo) == as_note(record(first)), "199 commits came after it"
    git(repo, "fast-import", "--quiet", stdin=f"{line}from refs/heads/main^0\n".encode())
    assert found(repo) is None


def test_a_packed_ref_is_the_old_value(repo: Path) -> None:
    attached(repo, record(head(repo), digest="aaaaaaaaaaaa"))
    git(repo, "pack-refs", "--all", "--prune")
    git(repo, "gc", "--quiet", "--prune=now")
    assert not (repo / ".git" / REF).exists()
    attached(repo, record(head(repo), "2026-11-21T10:00:00Z"))
    assert len(git(repo, "log", "--format=%s", REF).splitlines()) == 2


def test_in_a_worktree_it_goes_where_the_repository_keeps_its_refs(repo: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    git(repo, "worktree", "add", "--quiet", str(tree))
    files = record(head(tree))
    assert attached(tree, files) == as_note(files)
    assert found(repo) == as_note(files)


def test_no_hook_and_no_program_of_the_repository_runs(repo: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    hooks = repo / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        (hooks / name).write_text(CANARY.format(place=canary))
        (hooks / name).chmod(0o755)
    git(repo, "config", "core.fsmonitor", str(hooks / "fsmonitor"))
    files = record(head(repo))
    assert attached(repo, files) == as_note(files)
    assert not canary.exists()
    git(repo, "update-ref", "refs/heads/other", "HEAD")
    assert canary.exists(), "the canary does sing when git itself moves a ref"


def test_two_at_once_lose_nothing(repo: Path) -> None:
    made = [record(head(repo), digest=f"{n:012d}") for n in range(4)]
    errors: list[BaseException] = []

    def one(files: RecordFiles) -> None:
        try:
            with open_target(repo) as target:
                attach(target, files)
        except BaseException as error:  # noqa: BLE001 - told by the test itself
            errors.append(error)

    threads = [threading.Thread(target=one, args=(files,)) for files in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    text = git(repo, "notes", "--ref=walkdown", "show")
    assert [files.name in text for files in made] == [True] * 4
    assert not (repo / ".git" / f"{REF}.lock").exists()


def test_while_somebody_holds_the_lock_nothing_is_changed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_note, "_PAUSE", 0)
    lock = repo / ".git" / f"{REF}.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("")
    with pytest.raises(RecordError, match="Somebody else is writing"):
        attached(repo, record(head(repo)))
    assert lock.exists()
    assert not (repo / ".git" / REF).exists()


def test_what_cannot_be_written_leaves_no_lock_and_no_ref(repo: Path) -> None:
    (repo / ".git" / REF / "deeper").mkdir(parents=True)
    with pytest.raises(RecordError, match="cannot be written"):
        attached(repo, record(head(repo)))
    assert not (repo / ".git" / f"{REF}.lock").exists()
    assert git(repo, "fsck", "--full", "--strict", "--no-dangling") == ""


def test_a_read_only_repository(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root writes everywhere, so the disk's refusal is played here."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(git_note, "lay_objects", refuse)
    with pytest.raises(RecordError, match="read-only file system"):
        attached(repo, record(head(repo)))
    assert not (repo / ".git" / REF).exists()
    assert not (repo / ".git" / f"{REF}.lock").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder to another user")
def test_in_another_users_repository_nothing_is_written(repo: Path) -> None:
    files = record(head(repo))
    for place in (repo, repo / ".git"):
        os.chown(place, 12345, 12345)
    with pytest.raises(RecordError, match="belongs to another user"):
        attached(repo, files)
    assert not (repo / ".git" / REF).exists()


def test_a_planted_link_is_not_followed(repo: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repo / ".git" / "refs" / "notes").symlink_to(outside)
    with pytest.raises(RecordError, match="cannot be"):
        attached(repo, record(head(repo)))
    assert list(outside.iterdir()) == []


def test_a_ref_that_leads_elsewhere_is_refused(repo: Path) -> None:
    git(repo, "symbolic-ref", REF, "refs/heads/main")
    before = head(repo)
    with pytest.raises(RecordError, match="leads to another ref"):
        attached(repo, record(before))
    assert head(repo) == before


@pytest.mark.parametrize("commit", ["", "0" * 40, "not an id"])
def test_a_record_of_no_commit_or_of_another_clones_is_refused(repo: Path, commit: str) -> None:
    with pytest.raises(RecordError, match="commit"):
        attached(repo, record(commit))
    assert not (repo / ".git" / REF).exists()


def test_without_git_it_is_refused_and_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = 1\n")
    with pytest.raises(RecordError, match="no git repository"):
        attached(tmp_path, record("0" * 40))
    assert found(tmp_path) is None


def test_a_damaged_note_is_told_and_does_not_hide_an_older_sound_one(repo: Path) -> None:
    git(repo, "notes", "--ref=walkdown", "add", "-m", '{"format":"walkdown.note/1","name":"x"}')
    with pytest.raises(RecordError, match="damaged"):
        found(repo)
    older = record(head(repo, "HEAD~1"))
    assert attached(repo, older) == as_note(older)


def test_notes_of_other_people_alone_are_no_record(repo: Path) -> None:
    git(repo, "notes", "--ref=walkdown", "add", "-m", "just a remark")
    assert found(repo) is None


def test_a_huge_note_is_not_read(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attached(repo, record(head(repo)))
    monkeypatch.setattr(git_note, "MOST_NOTE", 100)
    with pytest.raises(RecordError, match="too large"):
        found(repo)
