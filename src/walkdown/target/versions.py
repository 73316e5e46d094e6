"""Every version of every file in the history, each with the oldest commit that brought it and every path it had."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from walkdown.model import Blob
from walkdown.target.names import printable
from walkdown.target.scratch_git import ScratchGit

HISTORY_SECONDS = 600.0
_SUBMODULE = b"160000"


def versions(git: ScratchGit, commits: Sequence[str], named: Sequence[tuple[str, str]]) -> tuple[Blob, ...]:
    """What these commits, oldest first, brought in. `named`: objects that a ref names although they are no commits.

    A version differs from every parent's file of the same path in some commit, and that is where it is found. So merges
    are asked for what none of their parents had. Objects that the clone lacks are left out: `missing_objects` has them.
    """
    first: dict[str, str] = {}
    paths: dict[str, dict[str, None]] = {}
    # The names of the repository's own commits go in, and each one's changes come out; no renames, which are guesses.
    asked = ("diff-tree", "--stdin", "-r", "-c", "--root", "-z", "--raw", "--no-abbrev", "--no-renames")
    feed = "".join(f"{commit}\n" for commit in commits).encode()
    listed = git.tell(*asked, "--no-ext-diff", "--no-textconv", stdin=feed, seconds=HISTORY_SECONDS)
    for commit, oid, path in _changes(listed):
        first.setdefault(oid, commit)
        paths.setdefault(oid, {})[printable(path)] = None
    for oid, ref in named:
        for blob, path in _below(git, oid):
            first.setdefault(blob, oid)
            paths.setdefault(blob, {})[printable(path) if path else ref] = None
    sizes = _sizes(git, list(first))
    return tuple(_blob(oid, commit, list(paths[oid]), sizes[oid]) for oid, commit in first.items() if oid in sizes)


def _blob(oid: str, commit: str, paths: Sequence[str], size: int) -> Blob:
    return Blob(oid=oid, path=paths[0], commit=commit, size=size, paths=tuple(paths[1:]))


def _changes(listed: bytes) -> Iterator[tuple[str, str, str]]:
    """Commit, object and path. A line of a change begins with a colon for each parent; its path follows by itself."""
    parts = iter(listed.split(b"\0")[:-1])
    commit = ""
    for part in parts:
        if not part.startswith(b":"):
            commit = part.decode()
            continue
        path = next(parts)
        parents = len(part) - len(part.lstrip(b":"))
        words = part[parents:].split(b" ")
        # Modes and names of the parents' files come first, then those of the commit's own.
        mode, oid = words[parents], words[2 * parents + 1]
        if mode != _SUBMODULE and oid.strip(b"0"):
            yield commit, oid.decode(), os.fsdecode(path)


def _below(git: ScratchGit, oid: str) -> Iterator[tuple[str, str]]:
    """The files of a tree or the one file that a tag names directly."""
    answer = git.ask("ls-tree", "-r", "-z", "--full-tree", oid)
    if answer.code != 0:
        yield oid, ""
        return
    for line in answer.out.split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, _, blob = about.split(b" ")
        if mode != _SUBMODULE:
            yield blob.decode(), os.fsdecode(path)


def _sizes(git: ScratchGit, oids: Sequence[str]) -> dict[str, int]:
    feed = "".join(f"{oid}\n" for oid in oids).encode()
    asked = ("cat-file", "--buffer", "--batch-check=%(objectname) %(objecttype) %(objectsize)")
    listed = git.tell(*asked, stdin=feed, seconds=HISTORY_SECONDS)
    words = (line.split(b" ") for line in listed.splitlines())
    return {oid.decode(): int(rest[1]) for oid, *rest in words if rest[:1] == [b"blob"]}
