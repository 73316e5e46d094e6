"""What changed between a commit and the folder, what was renamed, and who wrote which line.

The files of the folder come from the inventory, never through git's own look at the work tree.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from walkdown.errors import GitError, TargetError
from walkdown.model import SkipKind, Skipped
from walkdown.target.history import GitHistory
from walkdown.target.inventory import Inventory, git_name
from walkdown.target.names import printable
from walkdown.target.plain_read import read_below
from walkdown.target.scratch_git import MIB

RENAMES_MOST = 1000
POINTERS_MOST = 2000
POINTER_BYTES = 1024
_RENAMES = ("-z", "-M", f"-l{RENAMES_MOST}", "--no-ext-diff", "--no-textconv", "--name-status", "--diff-filter=R")
_LOST = "In the commit, but its content is neither in the folder nor in this clone. Try: git fetch --refetch"
_POINTER = re.compile(rb"^version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")
_NOT_YET = frozenset("0")


class Blame(msgspec.Struct, frozen=True):
    """Who wrote a line, as they called themselves, and when (ISO 8601). All empty where it is not committed yet."""

    who: str = ""
    when: str = ""
    commit: str = ""


def changed_since(history: GitHistory, inventory: Inventory, ref: str) -> frozenset[str]:
    """The scannable files that differ from where this line of work left `ref` (their merge base, if there is one)."""
    commit = history.commit_of(ref)
    base = history.git.ask("merge-base", commit, "HEAD")
    start = base.out.decode().split()[0] if base.code == 0 and base.out else commit
    before = {printable(path): entry.oid for path, entry in history.tree_of(start).items() if entry.kind == "blob"}
    after = _as_committed(history, inventory)
    return frozenset(file.path for file in inventory.files if before.get(file.path) != after.get(file.path))


def _as_committed(history: GitHistory, inventory: Inventory) -> dict[str, str]:
    """Blob names of the folder's files; a file that only differs in line endings has its committed name."""
    names = dict(inventory.blobs)
    changed = {*inventory.modified, *inventory.untracked}
    for path, entry in history.head_tree.items():
        shown = printable(path)
        if shown in names and shown not in changed:
            names[shown] = entry.oid
    return names


def without_stored_elsewhere(history: GitHistory, inventory: Inventory, root: str) -> Inventory:
    """A file kept by Git LFS is a short pointer in the commit. Where that names our bytes, nothing was modified."""
    if len(inventory.modified) > POINTERS_MOST:
        return inventory
    names = {printable(path): (path, entry.oid) for path, entry in history.head_tree.items()}
    blobs = history.small_blobs([names[path][1] for path in inventory.modified], POINTER_BYTES)
    same = set()
    for path in inventory.modified:
        name, oid = names[path]
        pointer = _POINTER.search(blobs.get(oid, b""))
        if pointer and _sha256(root, name) == pointer.group(1).decode():
            same.add(path)
    modified = tuple(path for path in inventory.modified if path not in same)
    return msgspec.structs.replace(inventory, modified=modified)


def with_lost_content(history: GitHistory, inventory: Inventory) -> Inventory:
    """A file that is neither in the folder nor among the clone's objects was not deleted by anyone here: nobody could
    have looked at it."""
    oids = {printable(path): entry.oid for path, entry in history.head_tree.items() if entry.kind == "blob"}
    lost = history.lacking([oids[path] for path in inventory.deleted])
    skipped = tuple(
        Skipped(skip.path, SkipKind.GAP, "missing-object", _LOST)
        if skip.code == "deleted" and oids[skip.path] in lost
        else skip
        for skip in inventory.skipped
    )
    return msgspec.structs.replace(inventory, skipped=skipped)


def _sha256(root: str, name: str) -> str:
    try:
        return hashlib.sha256(read_below(root, name, 256 * MIB)).hexdigest()
    except OSError:
        # Then it stays listed as modified.
        return ""


def renames_between(history: GitHistory, before: str, after: str) -> dict[str, str]:
    """Old path to new path (printable), for files that moved from one commit to another."""
    listed = history.git.tell("diff-tree", "-r", *_RENAMES, history.commit_of(before), history.commit_of(after))
    return _read_renames(history, listed)


def renames_since(history: GitHistory, inventory: Inventory, root: str, commit: str) -> dict[str, str]:
    """Old path to new path (printable), for files that moved from a commit to the folder as it is now."""
    commit = history.commit_of(commit)
    before = history.tree_of(commit)
    old = {printable(path): path for path, entry in before.items() if entry.kind == "blob"}
    gone = [path for shown, path in old.items() if shown not in inventory.blobs]
    new = [shown for shown in inventory.names if shown not in old][:RENAMES_MOST]
    if not gone or not new:
        return {}
    blobs = _store(history, inventory, root, new)
    start = f"{history.prefix}/" if history.prefix else ""
    lines = [b"0 %s\t%s\0" % (b"0" * history.width, os.fsencode(start + path)) for path in gone]
    lines += [b"100644 %s\t%s\0" % (oid.encode(), os.fsencode(start + path)) for path, oid in blobs]
    index = history.git.spare()
    history.git.tell("read-tree", commit, index=index)
    history.git.tell("update-index", "-z", "--index-info", stdin=b"".join(lines), index=index)
    listed = history.git.tell("diff-index", "--cached", *_RENAMES, commit, index=index)
    return _read_renames(history, listed)


def _store(history: GitHistory, inventory: Inventory, root: str, paths: Sequence[str]) -> list[tuple[str, str]]:
    """Put the bytes of new files into our own object store, where git can compare them. Files that are gone are not
    compared."""
    copies: list[tuple[str, str]] = []
    for shown in paths:
        name = inventory.names[shown]
        try:
            data = read_below(root, name, 64 * MIB)
        except OSError:
            continue
        copy = Path(history.git.spare())
        copy.write_bytes(data)
        copies.append((name, str(copy)))
    feed = "".join(f"{copy}\n" for _, copy in copies).encode()
    listed = history.git.tell("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=feed, writing=True)
    for _, path in copies:
        Path(path).unlink()
    return list(zip((name for name, _ in copies), listed.decode().split(), strict=True))


def _read_renames(history: GitHistory, listed: bytes) -> dict[str, str]:
    parts = [os.fsdecode(part) for part in listed.split(b"\0")[:-1]]
    start = f"{history.prefix}/" if history.prefix else ""
    found = {}
    for old, new in zip(parts[1::3], parts[2::3], strict=True):
        if old.startswith(start) and new.startswith(start):
            found[printable(old[len(start) :])] = printable(new[len(start) :])
    return found


def blame(history: GitHistory, name: str, data: bytes, lines: Iterable[int]) -> dict[int, Blame]:
    """Who wrote these lines of a file. `name`: its os path; `data`: its bytes now, which need not be committed."""
    last = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    wanted = sorted({line for line in lines if 1 <= line <= last})
    if not wanted or name not in history.head_tree:
        return dict.fromkeys(wanted, Blame())
    # Line endings that the checkout turned would make every line look new.
    turned = data.replace(b"\r\n", b"\n")
    unchanged = git_name("blob", turned, history.object_format) == history.head_tree[name].oid
    copy = Path(history.git.spare())
    copy.write_bytes(turned if unchanged else data)
    path = f"{history.prefix}/{name}" if history.prefix else name
    ranges = [f"-L{line},{line}" for line in wanted]
    try:
        listed = history.git.tell(
            "blame", "--line-porcelain", "--no-textconv", "--contents", str(copy), *ranges, "--", path
        )
    finally:
        copy.unlink()
    return _read_blame(listed)


def _read_blame(listed: bytes) -> dict[int, Blame]:
    found: dict[int, Blame] = {}
    fields: dict[str, str] = {}
    for raw in listed.split(b"\n"):
        # A tab opens the line's own text, which ends what is said about it.
        if raw.startswith(b"\t"):
            number = int(fields["line"])
            found[number] = Blame() if set(fields["commit"]) == _NOT_YET else _blame_of(fields)
            fields = {}
            continue
        key, _, value = raw.decode("utf-8", "replace").partition(" ")
        if not fields:
            fields = {"commit": key, "line": value.split(" ")[1] if value else "0"}
        else:
            fields[key] = value
    return found


def _blame_of(fields: Mapping[str, str]) -> Blame:
    when = _when(fields.get("author-time", ""), fields.get("author-tz", ""))
    return Blame(fields.get("author", ""), when, fields["commit"])


def _when(seconds: str, zone: str) -> str:
    try:
        sign = -1 if zone.startswith("-") else 1
        offset = timezone(sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])))
        return datetime.fromtimestamp(int(seconds), offset).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def blame_of(history: GitHistory, inventory: Inventory, root: str, path: str, lines: Iterable[int]) -> dict[int, Blame]:
    """`blame` for a scannable file by its printable path."""
    name = inventory.names.get(path)
    if name is None:
        raise TargetError(f"{path} is not among the files that are looked at.")
    try:
        data = read_below(root, name, 64 * MIB)
    except OSError as error:
        raise GitError(f"{path} can no longer be read.") from error
    return blame(history, name, data, lines)
