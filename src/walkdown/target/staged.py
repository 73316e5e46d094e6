"""The paths in the target's index. Read from a copy, believed for nothing but this: what is in it is not left out."""

from __future__ import annotations

import os
from pathlib import Path

from walkdown.target.plain_read import read_if_there
from walkdown.target.scratch_git import MIB, ScratchGit

INDEX_MOST = 256 * MIB


def staged_paths(git: ScratchGit, git_dir: str, prefix: str) -> tuple[list[str], frozenset[str]]:
    """All paths below the prefix, and those a sparse checkout leaves out. Empty where the index cannot be read: then
    a file that was staged against an ignore rule is listed as ignored, which is shown."""
    try:
        data = read_if_there(f"{git_dir}/index", INDEX_MOST)
    except OSError:
        return [], frozenset()
    if data is None:
        return [], frozenset()
    copy = Path(git.spare())
    copy.write_bytes(data)
    listed = git.ask("ls-files", "-z", "-t", "--cached", index=str(copy))
    copy.unlink()
    if listed.code != 0:
        return [], frozenset()
    start = f"{prefix}/" if prefix else ""
    paths, absent = [], set()
    for line in listed.out.split(b"\0")[:-1]:
        path = os.fsdecode(line[2:])
        if path.startswith(start):
            paths.append(path[len(start) :])
            if line.startswith(b"S "):
                absent.add(path[len(start) :])
    return paths, frozenset(absent)
