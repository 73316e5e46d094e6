"""Opening the thing under review: which folder, which repository, in what state, and what one should know of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import cached_property
from pathlib import Path

import msgspec

from walkdown.errors import GitError, TargetError
from walkdown.model import Skipped, SourceFile
from walkdown.target import compare, git_files, inventory
from walkdown.target.compare import Blame
from walkdown.target.git_files import Found, Layout
from walkdown.target.git_settings import GitSettings, read_settings
from walkdown.target.history import GitHistory
from walkdown.target.inventory import Inventory, Known, Wanted
from walkdown.target.names import printable
from walkdown.target.plain_read import read_below
from walkdown.target.scratch_git import ScratchGit
from walkdown.target.stack import StackFact, detect_stack

READ_MOST = 256 * 1024 * 1024
EVERYTHING = Wanted()


class State(Enum):
    NO_GIT = "no-git"
    NO_COMMITS = "no-commits"
    BRANCH = "branch"
    DETACHED = "detached"
    BROKEN = "broken"


class Note(msgspec.Struct, frozen=True):
    """Something to know about the target. `do` is what a person may do about it; empty where nothing is needed."""

    code: str
    text: str
    do: str = ""


class Facts(msgspec.Struct, frozen=True):
    """`root` is what is looked at; `top` the folder of the repository, `prefix` the way from there to `root`.
    `head` is a commit id, or empty. `remote` has no credentials."""

    root: str
    name: str
    state: State
    layout: Layout
    top: str = ""
    git_dir: str = ""
    prefix: str = ""
    head: str = ""
    branch: str = ""
    remote: str = ""
    object_format: str = ""
    shallow: bool = False
    partial: bool = False
    foreign_owner: bool = False
    notes: tuple[Note, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """A file's bytes now; `same` tells whether they are the ones the inventory saw."""

    data: bytes
    same: bool


class Target:
    """The repository under review, read-only. Close it, or use it in a `with`, to drop the scratch folder."""

    def __init__(self, facts: Facts, git: ScratchGit, history: GitHistory | None, wanted: Wanted) -> None:
        self.facts = facts
        self.wanted = wanted
        self.history = history
        self._git = git
        self._late: list[Note] = []

    def __enter__(self) -> Target:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    def close(self) -> None:
        self._git.stop()
        shutil.rmtree(self._git.folder, ignore_errors=True)

    @property
    def root(self) -> str:
        return self.facts.root

    @property
    def notes(self) -> tuple[Note, ...]:
        """What there is to know, with what came up since the opening."""
        return (*self.facts.notes, *self._late)

    @cached_property
    def inventory(self) -> Inventory:
        """Taken once; open the target again to see later changes."""
        taken = inventory.take(self.root, self._known(), self.wanted)
        if self.history is not None and taken.modified:
            taken = compare.without_stored_elsewhere(self.history, taken, self.root)
        if self.history is not None and taken.deleted:
            taken = compare.with_lost_content(self.history, taken)
        return taken

    @property
    def files(self) -> Sequence[SourceFile]:
        return self.inventory.files

    @property
    def skipped(self) -> Sequence[Skipped]:
        return self.inventory.skipped

    @property
    def looked(self) -> str:
        return self.inventory.looked

    @property
    def dirty(self) -> bool:
        return self.inventory.changed

    @cached_property
    def tree(self) -> str:
        """HEAD's tree without the record files; empty where there is no commit."""
        return "" if self.history is None else self.history.tree_without_records()

    def look(self, path: str) -> Reading:
        """A scannable file's bytes by its printable path, read with the same care as the inventory did."""
        file = self.inventory.by_path.get(path)
        if file is None:
            raise TargetError(f"{path} is not among the files that are looked at.")
        name = self.inventory.names[path]
        try:
            data = read_below(self.root, name, max(READ_MOST, self.wanted.huge_bytes))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise TargetError(f"{path} can no longer be read: {reason}.", "Scan again.") from error
        return Reading(data, inventory.content_id(name.rpartition("/")[2], data) == file.content)

    def read(self, path: str) -> bytes:
        """The bytes of a file as they are now; `look` also tells whether they changed since the inventory."""
        return self.look(path).data

    def changed_since(self, ref: str) -> frozenset[str]:
        """The scannable files that differ from where this work left `ref`. GitError where that cannot be told."""
        return compare.changed_since(self._need_history(), self.inventory, ref)

    def renames_since(self, commit: str) -> dict[str, str]:
        """Old path to new path, from a commit to the folder as it is now."""
        return compare.renames_since(self._need_history(), self.inventory, self.root, commit)

    def blame(self, path: str, lines: Iterable[int]) -> dict[int, Blame]:
        """Who wrote these lines of a scannable file, and when. Raises GitError where there is no history."""
        return compare.blame_of(self._need_history(), self.inventory, self.root, path, lines)

    @cached_property
    def stack(self) -> tuple[StackFact, ...]:
        """What the project is made of, each with the file and line that shows it."""
        return detect_stack(self.files, self.read)

    def _need_history(self) -> GitHistory:
        if self.history is None or not self.facts.head:
            raise GitError("There is no commit to compare with.", "This needs a repository with at least one commit.")
        return self.history

    def _known(self) -> Known:
        """What git knows of the folder. Where it cannot say, less is left out, never more."""
        if self.history is None:
            return Known()
        try:
            return self.history.known(self.facts.top, self.facts.git_dir, self.facts.prefix)
        except GitError as error:
            self._late.append(Note("git-silent", f"{error.what} Ignored files are looked at like the rest.", error.do))
            return self.history.committed_only()


def open_target(path: str | os.PathLike[str], *, wanted: Wanted = EVERYTHING, scratch: str | None = None) -> Target:
    """Open a folder for review. Raises TargetError where there is no folder to look at; a repository that is damaged or
    refused by git is opened as a plain folder, with a note. `scratch`: where our git folder goes (default: TMPDIR)."""
    root = _folder(path)
    folder = _scratch_folder(root, scratch)
    try:
        return _open(root, ScratchGit(folder), wanted)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _folder(path: str | os.PathLike[str]) -> str:
    given = os.fspath(path)
    shown = printable(given)
    if "\0" in given or not given:
        raise TargetError("The path is empty or holds a zero byte.", "Give a folder, as in: walkdown scan .")
    root = os.path.realpath(given)
    if not os.path.lexists(root):
        raise TargetError(f"There is nothing at {shown}.", "Give the folder of a project, as in: walkdown scan .")
    if not Path(root).is_dir():
        raise TargetError(f"{shown} is a file.", "Give the folder it lies in; --include narrows the scan to it.")
    try:
        with os.scandir(root):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise TargetError(f"{shown} cannot be read: {reason}.", "Check who may read it.") from error
    if git_files.is_bare(root) and not os.path.lexists(f"{root}/.git"):
        raise TargetError(f"{shown} is a git folder without a project's files.", "Give a clone of it instead.")
    return root


def _scratch_folder(root: str, scratch: str | None) -> str:
    base = os.path.realpath(scratch or tempfile.gettempdir())
    if base == root or base.startswith(root.rstrip("/") + "/"):
        raise TargetError(
            f"The folder for temporary files, {base}, lies inside the target.", "Set TMPDIR to a folder outside of it."
        )
    return tempfile.mkdtemp(prefix="walkdown-git-", dir=base)


def _open(root: str, git: ScratchGit, wanted: Wanted) -> Target:
    notes: list[Note] = []
    found, doubt = git_files.find(root)
    if doubt is not None:
        notes.append(_doubt_note(doubt))
    state = State.BROKEN if doubt is not None and doubt.broken else State.NO_GIT
    plain = Facts(root, _name(root), state, Layout.PLAIN, notes=tuple(notes))
    if found is None:
        return Target(plain, git, None, wanted)
    try:
        return _open_repository(root, found, git, wanted)
    except GitError as error:
        code = "git-broken" if git.available else "git-absent"
        notes.append(Note(code, f"{error.what} It is looked at as a plain folder, without history.", error.do))
        state = State.BROKEN if found.top == root and git.available else State.NO_GIT
        return Target(msgspec.structs.replace(plain, state=state, notes=tuple(notes)), git, None, wanted)


def _open_repository(root: str, found: Found, git: ScratchGit, wanted: Wanted) -> Target:
    settings = read_settings(git, found)
    notes = _repository_notes(found, settings)
    git.set_up(settings.object_format)
    git.take_objects(found, git_files.exclude_rules(found.common))
    if git.borrowed:
        where = ", ".join(printable(store) for store in git.borrowed)
        notes.append(Note("borrowed-objects", f"The repository borrows objects from {where}."))
    head = git_files.read_head(found.git_dir)
    refs, complaints = git_files.read_refs(found.common)
    notes.extend(Note("odd-ref", text) for text in complaints)
    if settings.reftable:
        raise GitError("The repository keeps its refs in a reftable, which walkdown does not read yet.")
    commit = head.oid or refs.get(head.ref, "")
    history = GitHistory(git, commit, refs, settings.object_format)
    notes.extend(Note("odd-ref", text) for text in history.take_refs())
    state = _state(head, commit)
    prefix = os.path.relpath(root, found.top) if root != found.top else ""
    if prefix and (state is State.NO_COMMITS or not history.has_folder(prefix)):
        raise GitError(f"The folder lies in the repository {printable(found.top)}, whose last commit does not hold it.")
    history.prefix = prefix
    # Read and checked now: a repository whose objects do not add up is no history at all.
    history.read_head_tree()
    facts = Facts(
        root, _name(root), state, found.layout, found.top, found.git_dir, prefix, commit,
        printable(head.ref.removeprefix("refs/heads/")), settings.remote, settings.object_format,
        bool(git_files.shallow_edges(found.common)), settings.partial, bool(_strangers(found)), tuple(notes),
    )  # fmt: skip
    return Target(facts, git, history, wanted)


def _state(head: git_files.Head, commit: str) -> State:
    if not head.oid and not head.ref:
        raise GitError("HEAD names neither a branch nor a commit.")
    if not commit:
        return State.NO_COMMITS
    return State.BRANCH if head.ref else State.DETACHED


def _name(root: str) -> str:
    return printable(Path(root).name or root)


def _doubt_note(doubt: git_files.Doubt) -> Note:
    do = "Repair it, or clone again." if doubt.broken else "If it is yours: git worktree repair, or clone again."
    return Note(doubt.code, f"{doubt.text} It is looked at as a plain folder, without history.", do)


def _repository_notes(found: Found, settings: GitSettings) -> list[Note]:
    notes = []
    strangers = _strangers(found)
    if strangers:
        text = (
            f'git refuses this repository ("dubious ownership"): {", ".join(strangers)} belongs to another user.'
            " walkdown reads it through a git folder of its own, so nothing of it is run."
        )
        notes.append(Note("foreign-owner", text))
    if settings.partial:
        text = "A partial clone: what was never fetched of its history cannot be looked at."
        notes.append(Note("partial-clone", text, "To have all of it: git fetch --refetch --no-filter"))
    if settings.work_tree and found.layout is Layout.REPOSITORY:
        text = "Its git config says that its files lie elsewhere; this folder is what is looked at."
        notes.append(Note("work-tree-elsewhere", text))
    if settings.programs:
        named = ", ".join(settings.programs)
        text = f"Its git config names programs or files of its own ({named}); none of them is used."
        notes.append(Note("config-program", text))
    return notes


def _strangers(found: Found) -> list[str]:
    """What git would refuse on sight: parts of the repository that another user owns."""
    mine = {os.geteuid()}
    if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdecimal():
        mine.add(int(os.environ["SUDO_UID"]))
    places = dict.fromkeys((found.top, f"{found.top}/.git", found.git_dir))
    return [printable(place) for place in places if os.lstat(place).st_uid not in mine]
