"""What differs between a commit and the folder: by the bytes of both, whatever git's index or its filters say."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.repos import commit, git, make_repo, write
from walkdown.errors import GitError
from walkdown.target import open_target
from walkdown.target.changes import Changes, bytes_at, changes_from, old_bytes

RECORD = ".walkdown/signoffs/2026-11-20-0123456789ab.md"


def changes(repo: Path, since: str) -> Changes:
    with open_target(repo) as target:
        return changes_from(target, since)


def test_committed_and_uncommitted_changes_are_told_alike(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n", "b.py": "1\n", "gone.py": "1\n", "same.py": "1\n"})
    first = git(repo, "rev-parse", "HEAD")
    write(repo, {"a.py": "2\n", "new.py": "1\n"})
    commit(repo)
    write(repo, {"b.py": "2\n", "gone.py": None, "loose.py": "1\n"})
    assert changes(repo, first) == Changes(("loose.py", "new.py"), ("a.py", "b.py"), ("gone.py",))


def test_what_went_back_to_what_it_was_did_not_change(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"}, then=[{"a.py": "2\n"}])
    first = git(repo, "rev-parse", "HEAD~1")
    write(repo, {"a.py": "1\n"})
    assert changes(repo, first) == Changes()


def test_records_pictures_and_line_endings_are_no_change(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n2\n", "logo.png": b"\0\1\2", ".gitattributes": "*.py text\n"})
    first = git(repo, "rev-parse", "HEAD")
    write(repo, {RECORD: "# Sign-off of it\n", ".walkdown/.gitattributes": "signoffs/* -text\n"})
    commit(repo)
    write(repo, {"a.py": "1\r\n2\r\n"})
    assert changes(repo, first) == Changes()


def test_what_is_only_named_like_a_record_is_told(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    first = git(repo, "rev-parse", "HEAD")
    write(repo, {RECORD: "token = 'x'\n"})
    assert changes(repo, first) == Changes((RECORD,))


def test_pictures_links_and_lost_text_are_told_where_they_changed(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n", "logo.png": b"\0\1\2", "text.py": "1\n"})
    (repo / "link").symlink_to("a.py")
    first = commit(repo)
    write(repo, {"logo.png": b"\0\1\3", "text.py": b"\0\1"})
    (repo / "link").unlink()
    (repo / "link").symlink_to("text.py")
    assert changes(repo, first) == Changes((), ("link", "logo.png", "text.py"), unseen=("link", "text.py"))


def test_only_the_folder_that_is_looked_at_counts(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"api/a.py": "1\n", "web/b.js": "1\n"}, then=[{"api/a.py": "2\n", "web/b.js": "2\n"}])
    first = git(repo, "rev-parse", "HEAD~1")
    with open_target(repo / "api") as target:
        assert changes_from(target, first) == Changes((), ("a.py",))
        assert bytes_at(target, first, "a.py") == b"1\n"
        assert bytes_at(target, first, "web/b.js") is None


def test_odd_names_come_back_as_they_are_shown(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    (repo / "od\\x41.py").write_bytes(b"odd\n")
    first = commit(repo)
    (repo / "od\\x41.py").write_bytes(b"odder\n")
    with open_target(repo) as target:
        shown = changes_from(target, first).changed
        assert shown == ("od\\x5cx41.py",)
        assert old_bytes(target, first, (*shown, "a.py", "nothing.py")) == {shown[0]: b"odd\n", "a.py": b"1\n"}


def test_files_of_a_submodule_are_news_only_with_a_new_version(tmp_path: Path) -> None:
    inner = make_repo(tmp_path, {"lib.py": "1\n"}, name="inner", then=[{"lib.py": "2\n"}])
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    first = git(repo, "rev-parse", "HEAD")
    git(repo, "submodule", "--quiet", "add", f"file://{inner}", "vendor")
    second = commit(repo)
    assert changes(repo, first).added == (".gitmodules", "vendor/lib.py")
    assert changes(repo, second) == Changes()


def test_a_commit_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n"})
    plain = tmp_path / "plain"
    write(plain, {"a.py": "1\n"})
    for folder in (repo, plain):
        with open_target(folder) as target, pytest.raises(GitError):
            changes_from(target, "1" * 40)
