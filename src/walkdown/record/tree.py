"""What a check of a record needs to know of the tree it is held against. Nothing is read before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from walkdown.errors import GitError, TargetError
from walkdown.model import SkipKind, Skipped, Topics
from walkdown.target import Target
from walkdown.target.changes import Changes, changes_from, old_bytes
from walkdown.target.contents import is_binary
from walkdown.target.inventory import content_id
from walkdown.target.names import is_record
from walkdown.target.topics import TOPICS, digest_topics, topics_of


class Roots(msgspec.Struct, frozen=True):
    """By what a repository is known again; none where there is no git, or a shallow clone lacks its beginning."""

    commits: tuple[str, ...]
    prefix: str


class Tree:
    """The target as `verify` sees it."""

    def __init__(self, target: Target) -> None:
        self._target = target

    @property
    def looked(self) -> str:
        return self._target.looked

    @property
    def git_tree(self) -> str:
        return self._target.tree

    @property
    def head(self) -> str:
        return self._target.facts.head

    @property
    def dirty(self) -> bool:
        return self._target.dirty

    @property
    def shallow(self) -> bool:
        return self._target.facts.shallow

    @cached_property
    def roots(self) -> Roots:
        history = self._target.history
        try:
            return Roots(history.roots() if history is not None else (), self._target.facts.prefix)
        except GitError:  # a damaged history tells nothing
            return Roots((), self._target.facts.prefix)

    @property
    def known_topics(self) -> frozenset[str]:
        return TOPICS

    @property
    def gaps(self) -> tuple[Skipped, ...]:
        """What no scanner is offered and should have been looked at."""
        return tuple(skip for skip in self._target.skipped if skip.kind is SkipKind.GAP)

    def content(self, path: str) -> str:
        """A file's content id; empty where it is not looked at, or gone."""
        file = self._target.inventory.by_path.get(path)
        return "" if file is None else file.content

    def data(self, path: str) -> bytes | None:
        """A file's bytes as they are now; None where it is not looked at, or cannot be read."""
        try:
            return self._target.read(path)
        except TargetError:
            return None

    def changes(self, commit: str) -> Changes:
        """GitError where the clone does not have that commit."""
        return changes_from(self._target, commit)

    def data_at(self, commit: str, paths: Iterable[str]) -> Mapping[str, bytes]:
        return old_bytes(self._target, commit, paths)

    def passed_by(self, commit: str) -> tuple[str, ...]:
        """Files of which a version came after that commit and went again: nothing here shows it, the history does."""
        history = self._target.history
        if history is None or not self.head or commit == self.head:
            return ()
        try:
            here = {entry.oid for entry in history.head_tree.values()}
            new = history.blobs((commit,)) or ()
        except GitError:
            return ()  # that it could not be compared is told already
        start = f"{self.roots.prefix}/" if self.roots.prefix else ""
        gone = {one.path[len(start) :] for one in new if one.oid not in here and one.path.startswith(start)}
        return tuple(sorted(path for path in gone if not is_record(path)))

    @cached_property
    def topics(self) -> Topics:
        """As a scan would tell them. Reads every file."""
        return digest_topics(self._told.values())

    @cached_property
    def _told(self) -> Mapping[str, tuple[str, str, frozenset[str]]]:
        return {
            file.path: (file.path, file.content, topics_of(file.path, self.data(file.path) or b""))
            for file in self._target.files
        }

    def topics_with(self, other: Mapping[str, bytes | None]) -> Topics:
        """`topics`, if those files held something else, or were not there."""
        told = dict(self._told)
        for path, data in other.items():
            told.pop(path, None)
            if data is not None and not is_binary(data):
                told[path] = (path, content_id(path.rpartition("/")[2], data), topics_of(path, data))
        return digest_topics(told.values())

    def topics_in(self, path: str, data: bytes) -> frozenset[str]:
        return topics_of(path, data)
