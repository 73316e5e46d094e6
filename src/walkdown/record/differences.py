"""What differs between the tree that was signed and the tree that lies here, told by what it bears on.

Where git has the commit that was signed, single files are held against each other. Where it has not (a shallow clone,
no git, uncommitted changes when it was signed), the digests of the kinds of files are: which kinds, not which files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from walkdown.errors import GitError
from walkdown.model import Topics
from walkdown.record.plain_words import only_words
from walkdown.record.statement import Statement
from walkdown.record.tree import Tree
from walkdown.target.changes import Changes
from walkdown.target.contents import is_binary
from walkdown.target.inventory import content_id

_PROSE = frozenset(("prose", "text"))
_SCRIPT = b"#!"  # an `install` that begins so is run, not read
_UNTOLD = "Whether links, pictures and built programs are as they were cannot be told: no scanner reads them."


class Differences(msgspec.Struct, frozen=True):
    """`topics`: what differs, by the changed files that bear on it (none where they cannot be named). `unknown`: it
    cannot be told what differs, so that anything may. `unread`: changed files that no scanner reads, such as pictures.
    `harmless`: changed files of which nothing decided can depend. `unseen`: what may change the program although no
    scanner reads it; `hidden`: why it cannot be told what of that kind differs, where something does."""

    changes: Changes = Changes()
    topics: Mapping[str, tuple[str, ...]] = {}
    unknown: bool = False
    same: bool = False
    harmless: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    hidden: str = ""
    notes: tuple[str, ...] = ()

    def bear_on(self, topics: Iterable[str]) -> bool:
        wanted = set(topics)
        return not self.same and (self.unknown or not wanted.isdisjoint(self.topics)) and bool(wanted)

    def paths_of(self, topics: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({path for topic in topics for path in self.topics.get(topic, ())}))


def differences(statement: Statement, tree: Tree) -> Differences:
    then = statement.about.digest
    if then.looked == tree.looked:
        return _same(statement, tree)
    changes, why = _changes(statement, tree)
    if changes is None:
        return _by_digests(statement.predicate.topics, tree, why)
    try:
        return _by_files(statement, tree, changes)
    except GitError as error:  # the commit is there, and not all that it held
        return _by_digests(statement.predicate.topics, tree, error.what.rstrip("."))


def _same(statement: Statement, tree: Tree) -> Differences:
    """All that scanners read is the same. What they do not read is told where git can."""
    then = statement.about.digest
    if not (then.git_tree and tree.git_tree):
        return Differences(same=True, notes=(_UNTOLD,) if then.git_tree or tree.git_tree else ())
    if then.git_tree == tree.git_tree and not tree.dirty:
        return Differences(same=True)
    changes, why = _changes(statement, tree)
    if changes is None and statement.predicate.dirty:
        return Differences(same=True, notes=(_UNTOLD,))
    if changes is None:
        return Differences(same=True, hidden=why)
    return Differences(changes, same=True, unread=_without(changes.paths, changes.modes), unseen=changes.unseen)


def _without(paths: Iterable[str], those: Iterable[str]) -> tuple[str, ...]:
    left_out = set(those)
    return tuple(path for path in paths if path not in left_out)


def _changes(statement: Statement, tree: Tree) -> tuple[Changes | None, str]:
    """None, and why, where files cannot be held against each other."""
    then = statement.about.digest
    if statement.predicate.dirty:
        return None, "it was signed with uncommitted changes, which no commit holds"
    if not then.git_commit:
        return None, "it was made without git"
    if not tree.head:
        return None, "there is no git history here"
    try:
        return tree.changes(_commit_of(statement, tree)), ""
    except GitError:
        short = then.git_commit[:10]
        if tree.shallow:
            return None, f"this is a shallow clone without the commit {short} (to get it: git fetch --unshallow)"
        return None, f"this clone does not have the commit {short}; its history may have been rewritten"


def _commit_of(statement: Statement, tree: Tree) -> str:
    """The commit that was signed. One that was squashed or rebased away may have left its whole tree in HEAD."""
    then = statement.about.digest
    return tree.head if then.git_tree and then.git_tree == tree.git_tree else then.git_commit


def _by_digests(then: Topics, tree: Tree, why: str) -> Differences:
    start = f"Which files changed cannot be told here: {why}."
    if not _are_comparable(then, tree):
        other = "the record tells kinds of files by the rules of another version of walkdown"
        return Differences(unknown=True, notes=(f"{start} And {other}, so anything may have changed.",))
    note = f"{start} The kinds of files were compared instead, by their digests."
    return Differences(topics=dict.fromkeys(_differing(then, tree.topics), ()), notes=(note,))


def _differing(then: Topics, now: Topics) -> list[str]:
    before = {one.name: one.digest for one in then.digests}
    after = {one.name: one.digest for one in now.digests}
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _by_files(statement: Statement, tree: Tree, changes: Changes) -> Differences:
    old = tree.data_at(_commit_of(statement, tree), (*changes.changed, *changes.removed))
    moved = _moved(tree, changes, old)
    found: dict[str, list[str]] = defaultdict(list)
    harmless, unread = set(changes.modes), []
    for path in _without(changes.paths, changes.modes):
        topics = _topics(tree, path, old.get(path))
        if path not in changes.removed and not tree.content(path):
            unread.append(path)
        if _is_harmless(tree, path, topics, old.get(path), moved=path in moved):
            harmless.add(path)
            continue
        for topic in topics:
            found[topic].append(path)
    notes = []
    comparable = _are_comparable(statement.predicate.topics, tree)
    rest = _unexplained(statement, tree, changes, old, harmless) - found.keys() if comparable else ()
    if rest:
        notes.append("Files that git does not keep differ as well; which ones cannot be told.")
    elif not changes.paths and not comparable:
        notes.append("No file that git keeps changed, and yet other files were looked at than are here.")
    return Differences(
        changes,
        {**dict.fromkeys(sorted(rest), ()), **{topic: tuple(paths) for topic, paths in found.items()}},
        unknown=not changes.paths and not comparable,
        harmless=frozenset(harmless),
        unread=tuple(unread),
        unseen=changes.unseen,
        notes=tuple(notes),
    )


def _unexplained(
    statement: Statement, tree: Tree, changes: Changes, old: Mapping[str, bytes], harmless: Iterable[str]
) -> set[str]:
    """Topics that differ even if everything harmless were as it was: a typo must not hide what lies beside it."""
    put_back = {
        path: None if path in changes.added else old.get(path) for path in harmless if path not in changes.modes
    }
    return set(_differing(statement.predicate.topics, tree.topics_with(put_back) if put_back else tree.topics))


def _topics(tree: Tree, path: str, before: bytes | None) -> frozenset[str]:
    """What it was about, and what it is about now. What is no text was never about anything, as in a scan."""
    after = tree.data(path)
    if before is None and after is None:
        return frozenset()
    texts = [data for data in (before, after) if data is not None and not is_binary(data)]
    return frozenset().union(*(tree.topics_in(path, data) for data in texts))


def _is_harmless(tree: Tree, path: str, topics: frozenset[str], before: bytes | None, *, moved: bool) -> bool:
    if not topics <= _PROSE:
        return False
    after = tree.data(path) or b""
    return moved or ("prose" in topics and not after.startswith(_SCRIPT) and only_words(before or b"", after))


def _moved(tree: Tree, changes: Changes, old: Mapping[str, bytes]) -> frozenset[str]:
    """Files that only have another name now, under both of their names."""
    gone: dict[str, list[str]] = defaultdict(list)
    for path in changes.removed:
        if data := old.get(path):
            gone[content_id(path.rpartition("/")[2], data)].append(path)
    come = [path for path in changes.added if tree.content(path) in gone]
    return frozenset((*come, *(path for one in come for path in gone[tree.content(one)])))


def _are_comparable(then: Topics, tree: Tree) -> bool:
    """Whether the same rules told the kinds of files."""
    return bool(then.rules) and then.rules == tree.topics.rules
