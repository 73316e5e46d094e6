"""Which files differ between a commit and the folder as it is now, and what they held in that commit.

Unlike `compare.changed_since` this holds the commit itself against the folder, not the place where work left it. The
folder's bytes are those the inventory hashed; the commit's are checked against their own names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from walkdown.errors import GitError
from walkdown.model import SkipKind
from walkdown.target.history import GitHistory
from walkdown.target.inventory import Inventory, git_name
from walkdown.target.names import ATTRIBUTES_PATH, is_record, printable
from walkdown.target.opened import Target

OLD_MOST = 8 * 1024 * 1024


class Changes(msgspec.Struct, frozen=True):
    """Printable paths, sorted; walkdown's own records are left out."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted((*self.added, *self.changed, *self.removed)))


def changes_from(target: Target, commit: str) -> Changes:
    """What was added, changed and removed since a commit. GitError where the clone does not have that commit."""
    history, inventory = _history(target), target.inventory
    before = {path: oid for path, oid in _blobs(history, commit).items() if not _is_ours(path, inventory)}
    head = {printable(path): entry.oid for path, entry in history.head_tree.items() if entry.kind == "blob"}
    differs = {*inventory.modified, *inventory.deleted}
    # A checkout may have turned line endings: what does not differ from HEAD has the name that HEAD gives it.
    same = {path: oid for path, oid in head.items() if path in inventory.blobs and path not in differs}
    now = {**inventory.blobs, **same}
    gaps = {skip.path for skip in inventory.skipped if skip.kind is SkipKind.GAP and not skip.path.endswith("/")}
    inner = _submodules(history, commit)
    added = {path for path in {*inventory.names, *gaps} - before.keys() if not path.startswith(inner)}
    changed = {path for path in inventory.names.keys() & before.keys() if before[path] != now.get(path)}
    removed = set()
    for path in before.keys() - inventory.names.keys():
        # Pictures, links and what is too large: the inventory does not offer them, the commits tell what they are.
        if path in inventory.deleted or (path not in head and path not in inventory.blobs):
            removed.add(path)
        elif before[path] != head.get(path) or path in differs:
            changed.add(path)
    return Changes(tuple(sorted(added)), tuple(sorted(changed)), tuple(sorted(removed)))


def bytes_at(target: Target, commit: str, path: str) -> bytes | None:
    """A file's bytes in a commit, by its printable path; None where it was not there, or is too large to be read."""
    return old_bytes(target, commit, (path,)).get(path)


def old_bytes(target: Target, commit: str, paths: Iterable[str]) -> Mapping[str, bytes]:
    """`bytes_at` for many files at once, which is much faster. Those that were not there are not in the answer."""
    history = _history(target)
    blobs = _blobs(history, commit)
    wanted = {path: blobs[path] for path in paths if path in blobs}
    if not wanted:
        return {}
    lost = history.lacking(tuple(wanted.values()))
    data = history.small_blobs([oid for oid in wanted.values() if oid not in lost], OLD_MOST)
    for oid, blob in data.items():
        if git_name("blob", blob, history.object_format) != oid:
            raise GitError("A file of the repository's history does not match its own name.", "Clone it again.")
    return {path: data[oid] for path, oid in wanted.items() if oid in data}


def _history(target: Target) -> GitHistory:
    if target.history is None or not target.facts.head:
        raise GitError("There is no commit to compare with.", "This needs a repository with at least one commit.")
    return target.history


def _blobs(history: GitHistory, commit: str) -> Mapping[str, str]:
    """Printable path to git's name for the content, for every file of the commit."""
    entries = history.tree_of(history.commit_of(commit))
    return {printable(path): entry.oid for path, entry in entries.items() if entry.kind == "blob"}


def _submodules(history: GitHistory, commit: str) -> tuple[str, ...]:
    """Folders of repositories within it that the commit and HEAD hold in the same version: their files are no news."""
    entries = history.tree_of(history.commit_of(commit))
    same = (path for path, entry in entries.items() if entry.kind == "commit" and history.head_tree.get(path) == entry)
    return tuple(f"{printable(path)}/" for path in same)


def _is_ours(path: str, inventory: Inventory) -> bool:
    """A record, or what keeps its line endings; where the inventory scans such a name, it holds something else."""
    return (is_record(path) or path == ATTRIBUTES_PATH) and path not in inventory.names
