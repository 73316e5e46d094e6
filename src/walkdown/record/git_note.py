"""A record as a git note on the commit that was signed: `refs/notes/walkdown`, which every git shows and pushes.

The target is hostile, so git never runs in it. The note is built in a git folder of ours; then its objects are laid
beside the target's own, and the ref is moved under the lock that git itself would take. No hook hears of it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from walkdown.errors import GitError, RecordError
from walkdown.record.files import RecordFiles
from walkdown.record.loose_objects import lay_objects, open_or_make
from walkdown.record.note_text import MOST_NOTE, records_in, with_record
from walkdown.target.git_files import Found, is_oid, read_refs
from walkdown.target.git_files import find as find_repository
from walkdown.target.opened import Target
from walkdown.target.plain_read import read_below
from walkdown.target.scratch_git import MIB, ScratchGit

REF = "refs/notes/walkdown"
_MOST_COMMITS = 200
_MOST_LISTED = 64 * MIB
_TRIES, _PAUSE = 40, 0.05  # 2 seconds: whoever moves the ref holds the lock for a moment only
_WHO = "walkdown <walkdown@localhost>"


class _Digests(msgspec.Struct, frozen=True, rename="camel"):
    git_commit: str = ""


class _Subject(msgspec.Struct, frozen=True):
    digest: _Digests = _Digests()


class _About(msgspec.Struct, frozen=True):
    subject: tuple[_Subject, ...] = ()


def attach(target: Target, files: RecordFiles) -> None:
    """Beside whatever is attached there already. RecordError where it cannot be; then nothing was changed."""
    found = _repository(target)
    if found is None:
        raise RecordError(
            "There is no git repository here that a note could be attached in.",
            "The record in .walkdown/signoffs is enough; commit it.",
        )
    if target.facts.foreign_owner:
        raise RecordError(
            "The repository belongs to another user; walkdown writes nothing into its git folder.",
            "Let its owner attach the record.",
        )
    commit = _commit_of(files)
    try:
        with _lock(found.common) as lock, _git_for(target, found) as git:
            old = _tip(found.common)
            new, objects = _noted(git, commit, old, files)
            if new != old:
                lay_objects(git.new_objects, found.common, objects)
                lock.move(new)
    except GitError as error:
        raise RecordError(
            f"The note cannot be made: {error.what}", error.do or "Clone the repository again."
        ) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RecordError(
            f"The note cannot be written into the git folder: {reason}.",
            "The record in .walkdown/signoffs is enough; commit it, or make the git folder writable.",
        ) from error


def find(target: Target) -> RecordFiles | None:
    """The newest record on HEAD, else on the nearest commit before it. RecordError where a note of ours is damaged."""
    found = _repository(target)
    if found is None or not target.facts.head:
        return None
    try:
        tip = _tip(found.common)
        if not tip:
            return None
        with _git_for(target, found) as git:
            return _nearest(git, tip, target.facts.head)
    except GitError as error:
        raise RecordError(f"The git notes cannot be read: {error.what}", error.do) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RecordError(f"The git notes cannot be read: {reason}.") from error


def _repository(target: Target) -> Found | None:
    if target.history is None:
        return None
    found, _ = find_repository(target.facts.top)
    return found


def _commit_of(files: RecordFiles) -> str:
    try:
        subjects = msgspec.json.decode(files.json, type=_About).subject
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RecordError(f"{files.name} is no record that can be read.", "Attach another one.") from error
    commit = subjects[0].digest.git_commit if subjects else ""
    if not is_oid(commit):
        raise RecordError(f"{files.name} names no commit, so there is nothing to attach it to.", "Commit, then sign.")
    return commit


@contextlib.contextmanager
def _git_for(target: Target, found: Found) -> Iterator[ScratchGit]:
    """A git folder of its own: the target's was made when it was opened, and others may have attached notes since."""
    if target.history is None:
        raise GitError("There is no history.")
    folder = target.history.git.spare()
    Path(folder).mkdir()
    try:
        git = ScratchGit(folder)
        git.set_up(target.history.object_format)
        git.take_objects(found, b"")
        yield git
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- reading ---------------------------------------------------------------------------------------------------------


def _tip(common: str) -> str:
    """The commit that the ref names now; empty where there is none. A loose ref counts before a packed one."""
    try:
        text = read_below(common, REF, 1024).decode("ascii", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return read_refs(common)[0].get(REF, "")
    if not is_oid(text):
        what = f"{REF} leads to another ref." if text.startswith("ref:") else f"{REF} holds no commit."
        raise RecordError(what, f"Look at it with: git show-ref {REF}")
    return text


def _nearest(git: ScratchGit, tip: str, head: str) -> RecordFiles | None:
    notes = _notes(git, tip)
    listed = git.tell("rev-list", "--first-parent", f"--max-count={_MOST_COMMITS}", "--end-of-options", head)
    fault: RecordError | None = None
    for commit in listed.decode("ascii").split():
        for path in notes.get(commit, ()):
            try:
                records = records_in(_note(git, f"{tip}:{path}"))
            except RecordError as error:
                fault = fault or error
                continue
            if records:
                return records[0]
    if fault is not None:
        raise fault
    return None


def _notes(git: ScratchGit, tip: str) -> dict[str, list[str]]:
    """Where in the notes' tree each commit's note is; git spreads them over folders once they are many."""
    listed = git.tell("ls-tree", "-r", "-z", "--name-only", "--full-tree", f"{tip}^{{tree}}", most=_MOST_LISTED)
    found: dict[str, list[str]] = {}
    for raw in listed.split(b"\0")[:-1]:
        path = raw.decode("ascii", "replace")
        if is_oid(path.replace("/", "")):
            found.setdefault(path.replace("/", ""), []).append(path)
    return found


def _note(git: ScratchGit, name: str) -> bytes:
    size = (
        git.tell("cat-file", "--batch-check=%(objecttype) %(objectsize)", stdin=f"{name}\n".encode()).decode().split()
    )
    if size[0] != "blob" or not size[1].isdecimal():
        raise RecordError("The git note of this commit is missing or no text.", "Fetch the notes again.")
    if int(size[1]) > MOST_NOTE:
        raise RecordError(
            "The git note of this commit is too large to be read.", "Use the record in .walkdown/signoffs."
        )
    return git.tell("cat-file", "blob", name, most=MOST_NOTE)


# --- building --------------------------------------------------------------------------------------------------------


def _noted(git: ScratchGit, commit: str, old: str, files: RecordFiles) -> tuple[str, tuple[str, ...]]:
    """The commit that the ref is to name, and the objects to lay beside the target's, in the order they lean on one
    another. Other people's notes stay as they are."""
    if git.ask("cat-file", "-e", f"{commit}^{{commit}}").code != 0:
        raise RecordError(
            f"The commit that was signed, {commit[:12]}, is not in this clone.", "Fetch it, or attach where it is."
        )
    index = git.spare()
    places: list[str] = []
    if old:
        places = _notes(git, old).get(commit, [])
        git.tell("read-tree", f"{old}^{{tree}}", index=index)
    path = places[-1] if places else _place(git, old, commit)
    before = _note(git, f"{old}:{path}") if places else b""
    after = with_record(before, files)
    if after == before:
        return old, ()
    blob = _made(git, "blob", after)
    entry = f"100644 {blob}\t{path}\0".encode()
    git.tell("update-index", "-z", "--index-info", stdin=entry, index=index)
    tree = git.tell("write-tree", "--missing-ok", index=index, writing=True).decode().strip()
    new = _made(git, "commit", _commit(tree, old, files.name))
    listed = git.tell("ls-tree", "-r", "-d", "-z", "--full-tree", tree, most=_MOST_LISTED)
    trees = [line.split(b"\t")[0].split(b" ")[2].decode() for line in listed.split(b"\0")[:-1]]
    return new, tuple(dict.fromkeys((blob, *reversed(trees), tree, new)))


def _place(git: ScratchGit, old: str, commit: str) -> str:
    """In the folders that git made for its notes, where there are any."""
    path, rest = "", commit
    while old and len(rest) > 2:
        kind = git.ask("cat-file", "-t", f"{old}:{path}{rest[:2]}").out.strip()
        spread = kind == b"tree" or (not path and _is_spread(git, old))
        if not spread:
            break
        path, rest = f"{path}{rest[:2]}/", rest[2:]
    return path + rest


def _is_spread(git: ScratchGit, old: str) -> bool:
    names = git.tell("ls-tree", "-d", "-z", "--name-only", f"{old}^{{tree}}", most=_MOST_LISTED).split(b"\0")[:-1]
    return any(len(name) == 2 for name in names)


def _made(git: ScratchGit, kind: str, data: bytes) -> str:
    """Its parent or tree may lie where git, while it writes, does not look; so a commit goes in as plain bytes."""
    return git.tell("hash-object", "-w", "-t", kind, "--stdin", stdin=data, writing=True).decode().strip()


def _commit(tree: str, parent: str, name: str) -> bytes:
    when = f"{datetime.now(timezone.utc).timestamp():.0f} +0000"
    lines = [f"tree {tree}", *([f"parent {parent}"] if parent else []), f"author {_WHO} {when}"]
    return "\n".join((*lines, f"committer {_WHO} {when}", "", f"Sign-off {name}", "")).encode()


# --- moving the ref --------------------------------------------------------------------------------------------------


class _Lock:
    """`walkdown.lock` beside the ref, as git takes it: while it is there, nobody else moves the ref."""

    def __init__(self, folder: int, descriptor: int) -> None:
        self._folder = folder
        self._descriptor = descriptor
        self.moved = False

    def move(self, commit: str) -> None:
        os.write(self._descriptor, f"{commit}\n".encode())
        os.fsync(self._descriptor)
        os.rename("walkdown.lock", "walkdown", src_dir_fd=self._folder, dst_dir_fd=self._folder)
        self.moved = True
        os.fsync(self._folder)


@contextlib.contextmanager
def _lock(common: str) -> Iterator[_Lock]:
    folder = open_or_make(common, REF.rpartition("/")[0])
    try:
        descriptor = _taken(folder)
        lock = _Lock(folder, descriptor)
        try:
            yield lock
        finally:
            os.close(descriptor)
            if not lock.moved:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink("walkdown.lock", dir_fd=folder)
    finally:
        os.close(folder)


def _taken(folder: int) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for _ in range(_TRIES):
        try:
            return os.open("walkdown.lock", flags, 0o666, dir_fd=folder)
        except FileExistsError:
            time.sleep(_PAUSE)
    raise RecordError(
        f"Somebody else is writing {REF}: its lock is there.",
        f"Try again. If nobody is, delete {REF}.lock in the git folder.",
    )
