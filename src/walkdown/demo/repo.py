"""Makes the demo's repository with git itself, in one go: the same commits with the same ids on every machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from walkdown.demo.made_up import fill
from walkdown.demo.story import STORY, Commit
from walkdown.errors import GitError, TargetError, WalkdownError
from walkdown.process import Limits, clean_environment, run_now

NAME = "corner-shop"
BRANCH = "main"
_HERE = Path(__file__).parent
_PROGRAMS = "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin"
_LIMITS = Limits(seconds=30)


@contextmanager
def demo_folder() -> Iterator[Path]:
    """The demo's repository in a temporary folder, which goes away afterwards with all that was changed in it.

    What was decided does not: a review is found by root commit and remote, and those are the same every time.
    """
    try:
        parent = tempfile.TemporaryDirectory(prefix="walkdown-demo-")
    except OSError as error:
        raise TargetError(
            f"There is no place for the demo: {error.strerror}.", "Point TMPDIR at a folder with some room."
        ) from error
    with parent as name:
        yield make_demo(Path(name).resolve())


def make_demo(folder: Path) -> Path:
    """Write the demo's repository to `folder`/corner-shop, which must not exist yet, and say where it is."""
    git = shutil.which("git", path=_PROGRAMS)
    if git is None:
        raise GitError("git is not installed.", "Install git 2.35 or newer: the demo is a real repository.")
    repo = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        repo.mkdir()
    except FileExistsError as error:
        raise TargetError(f"{error.filename} is there already.", "Name a folder without one, or remove it.") from error
    except OSError as error:
        raise TargetError(
            f"The demo cannot be written to {folder}: {error.strerror}.", "Name a folder that you may write to."
        ) from error
    try:
        _run(git, repo, ["init", "--quiet", "--template=", "--object-format=sha1", f"--initial-branch={BRANCH}"])
        _run(git, repo, ["fast-import", "--quiet"], _history())
        _run(git, repo, ["reset", "--quiet", "--hard"])
    except WalkdownError:
        shutil.rmtree(repo)  # half a demo would only be in the way of the next try
        raise
    return repo


def _history() -> bytes:
    """All commits in the language of git fast-import."""
    return b"".join(line for commit in STORY for line in _commit(commit))


def _commit(commit: Commit) -> Iterator[bytes]:
    when = datetime.fromisoformat(commit.when)
    signed = f"{commit.who} {int(when.timestamp())} {when:%z}"
    yield f"commit refs/heads/{BRANCH}\nauthor {signed}\ncommitter {signed}\n".encode()
    yield _data(f"{commit.message}\n".encode())
    for path in commit.deletes:
        yield f"D {path}\n".encode()
    for path in commit.puts:
        yield f"M 100644 inline {path}\n".encode()
        yield _data(stored(commit.number, path).encode())


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def stored(number: int, path: str) -> str:
    """A file as a commit left it. It is kept with _ at the end of its name, which no tool takes for code or data."""
    then = _HERE / "earlier" / str(number) / f"{path}_"
    kept = then if then.exists() else _HERE / "files" / f"{path}_"
    return fill(kept.read_text(encoding="utf-8"))


def _run(git: str, repo: Path, arguments: Sequence[str], stdin: bytes = b"") -> None:
    """git without anybody's settings, hooks or templates, storing history the way that every git reads."""
    env = clean_environment(str(repo.parent), str(repo.parent)) | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_DEFAULT_REF_FORMAT": "files",
    }
    done = run_now((git, *arguments), cwd=str(repo), env=env, limits=_LIMITS, stdin=stdin)
    if done.code != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(
            f"The demo could not be made: git {arguments[0]} said {reason[0] if reason else f'exit code {done.code}'}.",
            "See that there is room left on the disk and that git is 2.35 or newer.",
        )
