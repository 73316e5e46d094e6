"""Every file of the target by the hash of its bytes, and everything that is not looked at, with the reason.

One walk reads each file once: its bytes give the content id, git's name for it (to know what differs from the commit),
and whether it is text. Links are never followed, and nothing but regular files is ever opened.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import msgspec

from walkdown.model import SkipKind, Skipped, SourceFile
from walkdown.target import links
from walkdown.target.contents import holds_record, is_binary, wide_encoding
from walkdown.target.globs import Globs
from walkdown.target.names import (
    ATTRIBUTES,
    ATTRIBUTES_PATH,
    content_suffix,
    is_record,
    looks_like_source,
    may_be_data,
    printable,
)
from walkdown.target.plain_read import Folders, NotRegularError, TooLargeError, UnsteadyError, read_at
from walkdown.target.usual import usual

MIB = 1024 * 1024
HUGE_BYTES = 5 * MIB
DEEPEST = 2100

_NO_MODULE = "A submodule that is not checked out. Run: git submodule update --init"
_NOT_OUT = "In the commit, but a sparse checkout leaves it out of the folder."
_ZEROS = (
    "It is named like source text but holds a zero byte, first in line {line}: git, editors and some scanners take such"
    " a file for no text at all. A zero byte that is meant is written as an escape."
)
_BUN = "Bun's older lock is no text, so none of its packages was checked. Run: bun install --save-text-lockfile"
VERSION_CONTROL = frozenset((".git", ".hg", ".svn", ".jj"))


class Wanted(msgspec.Struct, frozen=True):
    """What a person chose to look at."""

    include_ignored: bool = False
    huge_bytes: int = HUGE_BYTES
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """What git says beforehand, all by os path relative to the root. `committed`: blob names at HEAD. `ignored`: files,
    and folders ending in `/`. `modules`: submodules at HEAD. `absent`: what a sparse checkout leaves out."""

    committed: Mapping[str, str] = {}
    ignored: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    hash_name: str = ""


class Inventory(msgspec.Struct, frozen=True, dict=True):
    """`names`: from printable path to the path the system knows. `blobs`: git's name for the bytes, by printable path.
    `modified`, `untracked`, `deleted`: how the folder differs from the commit. `nested`: repositories within it."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]
    names: Mapping[str, str]
    blobs: Mapping[str, str]
    modified: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()

    @cached_property
    def looked(self) -> str:
        """One hash over everything that can be scanned."""
        return digest_of(self.files)

    @cached_property
    def by_path(self) -> Mapping[str, SourceFile]:
        return {file.path: file for file in self.files}

    @property
    def changed(self) -> bool:
        """True where the folder differs from the commit."""
        return bool(self.modified or self.untracked or self.deleted)


def content_id(name: str, data: bytes) -> str:
    digest = hashlib.blake2b(data, digest_size=20)
    digest.update(b"\0" + content_suffix(name).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def take(root: str, known: Known, wanted: Wanted) -> Inventory:
    return _Walk(root, known, wanted).run()


class _Walk:
    def __init__(self, root: str, known: Known, wanted: Wanted) -> None:
        self.root = root
        self.known = known
        self.wanted = wanted
        self.folders = Folders(root)
        self.include = Globs(wanted.include)
        self.exclude = Globs(wanted.exclude)
        self.files: list[SourceFile] = []
        self.skipped: list[Skipped] = []
        self.names: dict[str, str] = {}
        self.blobs: dict[str, str] = {}
        self.modified: list[str] = []
        self.untracked: list[str] = []
        self.nested: list[str] = []
        self.links: list[tuple[str, links.Lead]] = []
        self.seen: set[str] = set()
        self.filled: set[str] = set()
        self.tracked_folders = _folders_of((*known.committed, *known.modules))

    def run(self) -> Inventory:
        pending = [("", False)]
        try:
            while pending:
                folder, nested = pending.pop()
                pending.extend(reversed(self._folder(folder, nested)))
        finally:
            self.folders.close()
        for module in sorted(self.known.modules):
            if module not in self.filled:
                self._skip(module, SkipKind.GAP, "submodule-absent", _NO_MODULE)
        self._judge_links()
        deleted = self._deleted()
        self.files.sort(key=lambda file: file.path)
        self.skipped.sort(key=lambda skip: skip.path)
        return Inventory(
            tuple(self.files), tuple(self.skipped), self.names, self.blobs,
            tuple(sorted(self.modified)), tuple(sorted(self.untracked)), deleted, tuple(sorted(self.nested)),
        )  # fmt: skip

    def _folder(self, folder: str, nested: bool) -> list[tuple[str, bool]]:
        """Take in one folder; give back those below it."""
        if folder.count("/") > DEEPEST:
            self._skip(_shown_folder(folder), SkipKind.GAP, "too-deep", f"More than {DEEPEST} folders deep.")
            return []
        try:
            descriptor = self.folders.open(folder)
        except OSError as error:
            self._skip(_shown_folder(folder), SkipKind.GAP, "unreadable", f"The folder cannot be read: {_why(error)}.")
            return []
        try:
            with os.scandir(descriptor) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
            inside = self._arrive(folder, nested, entries)
            prefix = f"{folder}/" if folder else ""
            return [(prefix + entry.name, inside) for entry in entries if self._entry(prefix, entry, descriptor)]
        except OSError as error:
            self._skip(_shown_folder(folder), SkipKind.GAP, "unreadable", f"The folder cannot be read: {_why(error)}.")
            return []

    def _arrive(self, folder: str, nested: bool, entries: Sequence[os.DirEntry[str]]) -> bool:
        """Note what the folder is to git; gives whether it belongs to a repository of its own."""
        if folder in self.known.modules and entries:
            self.filled.add(folder)
        if not nested and folder and any(entry.name == ".git" for entry in entries):
            self.nested.append(printable(folder))
            return True
        return nested

    def _entry(self, prefix: str, entry: os.DirEntry[str], folder: int) -> bool:
        """Take in one entry; True for a folder to go on with."""
        path = prefix + entry.name
        if entry.name in VERSION_CONTROL and path not in self.tracked_folders:
            self._version_control(path)
        elif entry.is_symlink():
            self._link(path, entry.name, folder)
        elif entry.is_dir(follow_symlinks=False):
            return self._enter(path, entry.name, folder)
        elif entry.is_file(follow_symlinks=False):
            self._file(path, entry.name, folder)
        else:
            self._skip(path, SkipKind.SCOPE, "special", "A pipe, socket or device, not a file.")
        return False

    def _enter(self, path: str, name: str, parent: int) -> bool:
        shown = f"{path}/"
        if path in self.tracked_folders or path in self.known.modules:
            return not self._is_excluded(path, shown)
        if shown in self.known.ignored:
            if self.wanted.include_ignored:
                return not self._is_excluded(path, shown)
            self._skip(shown, SkipKind.SCOPE, "ignored", "Ignored by git.")
            return False
        if not self.wanted.include_ignored and (what := usual(parent, name)):
            self._skip(shown, SkipKind.SCOPE, "usual-folder", f"Left out: {what}.")
            return False
        return not self._is_excluded(path, shown)

    def _version_control(self, path: str) -> None:
        """Not files of the project. The target's own history is read through git; any other is only named here."""
        if path != ".git":
            self._skip(path, SkipKind.SCOPE, "version-control", "Version control's own data.")

    def _is_excluded(self, path: str, shown: str) -> bool:
        if self.exclude.match(printable(path)):
            self._skip(shown, SkipKind.SCOPE, "chosen", "Left out by --exclude.")
            return True
        return False

    def _file(self, path: str, name: str, folder: int) -> None:
        shown = printable(path)
        self.seen.add(path)
        if is_record(shown) and self._is_record(name, folder):
            self._skip(path, SkipKind.SCOPE, "record", "A sign-off record of walkdown.")
            return
        expected = self.known.committed.get(path)
        if expected is None and path in self.known.ignored and not self.wanted.include_ignored:
            self._skip(path, SkipKind.SCOPE, "ignored", "Ignored by git.")
            return
        left_out = self._not_chosen(shown)
        try:
            data = read_at(folder, name, self.wanted.huge_bytes)
        except OSError as error:
            self._unread(path, shown, error)
            return
        if shown == ATTRIBUTES_PATH and data == ATTRIBUTES:
            self._skip(path, SkipKind.SCOPE, "record", "Keeps git from changing the records.")
            return
        self._compare(path, shown, data, expected)
        if left_out:
            self._skip(path, SkipKind.SCOPE, "chosen", left_out)
        elif encoding := wide_encoding(data):
            self._skip(
                path, SkipKind.GAP, "wide-text", f"It is text in {encoding}, which no scanner reads. Save it as UTF-8."
            )
        elif is_binary(data):
            self._binary(path, shown, data)
        else:
            self.names[shown] = path
            self.files.append(SourceFile(shown, content_id(name, data), len(data)))

    def _is_record(self, name: str, folder: int) -> bool:
        """By its bytes. One that cannot be read is treated like any other file, which says why."""
        try:
            return holds_record(name, read_at(folder, name, max(self.wanted.huge_bytes, HUGE_BYTES)))
        except OSError:
            return False

    def _not_chosen(self, shown: str) -> str:
        if self.exclude.match(shown):
            return "Left out by --exclude."
        if self.wanted.include and not self.include.match(shown):
            return "Not among the files chosen by --include."
        return ""

    def _compare(self, path: str, shown: str, data: bytes, expected: str | None) -> None:
        """Note how a file stands to the commit. Line endings that a checkout turned are no change."""
        if not self.known.hash_name:
            return
        blob = git_name("blob", data, self.known.hash_name)
        self.blobs[shown] = blob
        if expected is None:
            if path not in self.known.ignored:
                self.untracked.append(shown)
        elif blob != expected and git_name("blob", data.replace(b"\r\n", b"\n"), self.known.hash_name) != expected:
            self.modified.append(shown)

    def _binary(self, path: str, shown: str, data: bytes) -> None:
        if shown.rpartition("/")[2] == "bun.lockb":
            read = shown.removesuffix("b") in self.names  # which bun itself goes by where both are there
            reason = "Bun's older lock, no text. The bun.lock beside it is read." if read else _BUN
            self._skip(path, SkipKind.SCOPE if read else SkipKind.GAP, "binary" if read else "binary-source", reason)
        elif looks_like_source(shown) or is_record(shown):
            line = data.count(b"\n", 0, data.find(b"\0")) + 1
            self._skip(path, SkipKind.GAP, "binary-source", _ZEROS.format(line=line))
        else:
            self._skip(path, SkipKind.SCOPE, "binary", "Not text.")

    def _unread(self, path: str, shown: str, error: OSError) -> None:
        if isinstance(error, TooLargeError):
            size = f"{error.size / MIB:.1f} MB, over the limit of {self.wanted.huge_bytes / MIB:.1f} MB"
            if is_record(shown) or (looks_like_source(shown) and not may_be_data(shown)):
                self._skip(path, SkipKind.GAP, "too-large", f"{size}. Raise the limit, or leave it out by name.")
            else:
                self._skip(path, SkipKind.SCOPE, "large-data", f"{size}.")
        elif isinstance(error, FileNotFoundError):
            self._skip(path, SkipKind.GAP, "vanished", "It was gone before it could be read.")
        elif isinstance(error, UnsteadyError):
            self._skip(path, SkipKind.GAP, "changing", "It kept changing while it was read.")
        elif isinstance(error, NotRegularError):
            self._skip(path, SkipKind.GAP, "changing", "It turned into something else while it was looked at.")
        else:
            self._skip(path, SkipKind.GAP, "unreadable", f"It cannot be read: {_why(error)}.")

    def _link(self, path: str, name: str, folder: int) -> None:
        self.seen.add(path)
        try:
            goal = os.readlink(name, dir_fd=folder)
        except OSError as error:
            self._skip(path, SkipKind.GAP, "unreadable", f"The link cannot be read: {_why(error)}.")
            return
        self._compare_link(path, goal)
        if path in self.known.ignored and path not in self.known.committed:
            self._skip(path, SkipKind.SCOPE, "ignored", "Ignored by git.")
            return
        if left_out := self._not_chosen(printable(path)):
            self._skip(path, SkipKind.SCOPE, "chosen", left_out)
            return
        self.links.append((path, links.follow(self.root, path, goal)))

    def _judge_links(self) -> None:
        """Only once everything else is known, for what counts is whether their goals are looked at."""
        gaps = {skip.path for skip in self.skipped if skip.kind is SkipKind.GAP}
        for path, lead in self.links:
            self._skip(path, *links.judge(printable(path), lead, self.names, gaps))

    def _compare_link(self, path: str, goal: str) -> None:
        expected = self.known.committed.get(path)
        if not self.known.hash_name:
            return
        if expected is None:
            if path not in self.known.ignored:
                self.untracked.append(printable(path))
        elif git_name("blob", os.fsencode(goal), self.known.hash_name) != expected:
            self.modified.append(printable(path))

    def _deleted(self) -> tuple[str, ...]:
        gone = []
        for path in self.known.committed:
            # What lies in a folder that was left out as a whole has been listed with it.
            if path in self.seen or any(f"{folder}/" in self._left_folders for folder in _parents(path)):
                continue
            gone.append(printable(path))
            if path in self.known.absent:
                self._skip(path, SkipKind.GAP, "not-checked-out", _NOT_OUT)
            else:
                self._skip(path, SkipKind.SCOPE, "deleted", "In the commit, but deleted from the folder.")
        return tuple(sorted(gone))

    @cached_property
    def _left_folders(self) -> frozenset[str]:
        return frozenset(skip.path for skip in self.skipped if skip.path.endswith("/"))

    def _skip(self, path: str, kind: SkipKind, code: str, reason: str) -> None:
        self.skipped.append(Skipped(printable(path), kind, code, reason))


def git_name(kind: str, data: bytes, hash_name: str) -> str:
    """The name git gives an object of this kind with these bytes."""
    digest = hashlib.new(hash_name, b"%s %d\0" % (kind.encode(), len(data)), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


def _shown_folder(folder: str) -> str:
    return f"{folder}/" if folder else "./"


def _folders_of(paths: tuple[str, ...]) -> frozenset[str]:
    folders: set[str] = set()
    for path in paths:
        for parent in _parents(path):
            if parent in folders:
                break
            folders.add(parent)
    return frozenset(folders)


def _parents(path: str) -> list[str]:
    """The folders a path lies in, nearest first."""
    parents = []
    while "/" in path:
        path = path.rpartition("/")[0]
        parents.append(path)
    return parents


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def digest_of(files: Iterable[SourceFile]) -> str:
    """One hash over these files: names and bytes."""
    digest = hashlib.blake2b(digest_size=32)
    for file in files:
        digest.update(f"{file.path}\0{file.content}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
