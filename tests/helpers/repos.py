"""Real repositories for tests, made by real git: fixed author and dates, nothing of the user's configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from walkdown.process import Limits, clean_environment, run_now

Files: TypeAlias = Mapping[str, "str | bytes | None"]

AUTHOR = "Ada Tester"
EMAIL = "ada@example.org"
FIRST_DAY = 1_700_000_000


def git(folder: Path, *arguments: str, day: int = 0, stdin: bytes = b"") -> str:
    """Run git in a folder and give what it printed; anything but success fails the test."""
    when = f"{FIRST_DAY + day * 86400} +0000"
    env = clean_environment(str(folder), str(folder)) | {
        "GIT_AUTHOR_NAME": AUTHOR, "GIT_AUTHOR_EMAIL": EMAIL, "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_NAME": AUTHOR, "GIT_COMMITTER_EMAIL": EMAIL, "GIT_COMMITTER_DATE": when,
    }  # fmt: skip
    quiet = ("-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", "-c", "commit.gpgSign=false")
    done = run_now(("git", *quiet, *arguments), cwd=str(folder), env=env, limits=Limits(seconds=60), stdin=stdin)
    assert done.code == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def write(folder: Path, files: Files) -> None:
    """Put files into a folder; None takes one away."""
    for name, content in files.items():
        place = folder / name
        if content is None:
            place.unlink()
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)


def make_repo(
    parent: Path, files: Files, *, then: Sequence[Files] = (), name: str = "repo", object_format: str = "sha1"
) -> Path:
    """A repository with one commit of `files`, and one more for each of `then`, a day apart."""
    folder = parent / name
    folder.mkdir()
    git(folder, "init", "--quiet", f"--object-format={object_format}")
    for day, changes in enumerate((files, *then)):
        write(folder, changes)
        commit(folder, day=day)
    return folder


def commit(folder: Path, *, day: int = 100, message: str = "work") -> str:
    """Commit everything that is not ignored; gives the commit's name."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message, day=day)
    return git(folder, "rev-parse", "HEAD")
