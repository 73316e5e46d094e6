"""Which files differ between a commit and the folder as it is now, and what they held in that commit.

Unlike `compare.changed_since` this holds the commit itself against the folder, not the place where work left it. The
folder's bytes are those the inventory hashed; the commit's are checked against their own names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from walkdown.errors import GitError
from walkdown.model import SkipKind, Skipped
from walkdown.target.history import GitHistory, TreeEntry
from walkdown.target.inventory import Inventory, git_name
from walkdown.target.names import ATTRIBUTES_PATH, is_record, printable
from walkdown.target.opened import Target
from walkdown.target.topic_paths import PAGE, PROGRAM, topics_of_path

OLD_MOST = 8 * 1024 * 1024


# What runs as it is; and what runs though a scanner took it for no text.
_BUILT = frozenset((
    "so", "pyd", "pyc", "pyo", "dll", "dylib", "node", "exe", "bin", "o", "a", "wasm", "jar", "war", "ear", "class",
    "apk", "aar", "phar", "whl", "egg", "gem", "nupkg", "beam", "pickle", "pkl", "joblib", "deb", "rpm",
))  # fmt: skip
_RUNS = _BUILT | PROGRAM | PAGE
_EXECUTABLE, _LINK, _MODULE = "100755", "120000", "160000"
_PROSE = frozenset(("prose", "text"))


class Changes(msgspec.Struct, frozen=True):
    """Printable paths, sorted; walkdown's own records are left out. `unseen`: those that may change what the program
    does although no scanner reads them: links, submodules that are not here, built programs, files that are a gap.
    `modes`: those of which only the mode changed."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted((*self.added, *self.changed, *self.removed)))


def changes_from(target: Target, commit: str) -> Changes:
    """What was added, changed and removed since a commit. GitError where the clone does not have that commit."""
    history, inventory = _history(target), target.inventory
    entries = _entries(history.tree_of(history.commit_of(commit)), inventory)
    here = _entries(history.head_tree, inventory)
    before, head = _oids(entries), _oids(here)
    differs = {*inventory.modified, *inventory.deleted}
    # A checkout may have turned line endings: what does not differ from HEAD has the name that HEAD gives it.
    same = {path: oid for path, oid in head.items() if path in inventory.blobs and path not in differs}
    now = {**inventory.blobs, **same}
    gaps = {skip.path for skip in inventory.skipped if skip.kind is SkipKind.GAP and not skip.path.endswith("/")}
    # Repositories within it that the commit and HEAD hold in the same version: their files are no news.
    inner = tuple(f"{path}/" for path, one in entries.items() if one.mode == _MODULE and here.get(path) == one)
    # Pictures, links and what is too large: the inventory does not offer them, the commits tell what they are.
    there = {*inventory.names, *gaps, *inventory.untracked, *(here.keys() - set(inventory.deleted))}
    added = {path for path in there - entries.keys() if not path.startswith(inner)}
    changed = {path for path in inventory.names.keys() & before.keys() if before[path] != now.get(path)}
    removed = set()
    for path in before.keys() - inventory.names.keys():
        if path in inventory.deleted or (path not in head and path not in inventory.blobs):
            removed.add(path)
        elif before[path] != head.get(path) or path in differs:
            changed.add(path)
    modules = {path for path, one in {**entries, **here}.items() if one.mode == _MODULE}
    filled = {path for path in modules if any(name.startswith(f"{path}/") for name in inventory.names)}
    changed |= {path for path in modules & entries.keys() & here.keys() if entries[path] != here[path]}
    removed |= modules - here.keys() - there
    other = {path for path, one in entries.items() if path in here and here[path].mode != one.mode} - added - removed
    modes = {path for path in other - changed if _LINK not in (entries[path].mode, here[path].mode)}
    changed |= other
    # Of a submodule that is here its files are told, one by one.
    added, changed = added - filled, changed - filled
    paths = added | changed | removed
    skipped = {skip.path: skip for skip in inventory.skipped if skip.code != "deleted"}
    unseen = {
        path
        for path in paths - modes - inventory.names.keys()
        if _is_unseen(path, skipped.get(path), [side[path].mode for side in (entries, here) if path in side])
    }
    return Changes(*(tuple(sorted(some)) for some in (added, changed, removed, unseen, modes)))


def _is_unseen(path: str, skip: Skipped | None, modes: Collection[str]) -> bool:
    """Of a file that is not offered to the scanners. `modes`: what it is in the commits."""
    if _MODULE in modes:
        return True
    if _LINK in modes or (skip is not None and skip.code.startswith("link")):
        return not topics_of_path(path) <= _PROSE
    if skip is not None and (skip.kind is SkipKind.GAP or skip.code == "chosen"):
        return skip.kind is SkipKind.GAP
    stem, dot, suffix = path.rpartition("/")[2].lower().rpartition(".")
    if skip is None:  # it is gone; had it been text, its old bytes would say what it was about
        return bool(stem) and suffix in _BUILT
    return _EXECUTABLE in modes or not dot or (bool(stem) and suffix in _RUNS)


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


def _entries(tree: Mapping[str, TreeEntry], inventory: Inventory) -> dict[str, TreeEntry]:
    """Files, links and submodules by printable path, without what is ours."""
    shown = ((printable(path), entry) for path, entry in tree.items() if entry.kind != "tree")
    return {path: entry for path, entry in shown if not _is_ours(path, inventory)}


def _oids(entries: Mapping[str, TreeEntry]) -> dict[str, str]:
    return {path: entry.oid for path, entry in entries.items() if entry.kind == "blob"}


def _is_ours(path: str, inventory: Inventory) -> bool:
    """A record, or what keeps its line endings; where the inventory scans such a name, it holds something else."""
    return (is_record(path) or path == ATTRIBUTES_PATH) and path not in inventory.names
