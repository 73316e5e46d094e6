"""What a stranger's git folder says, read as plain files: where it is, what HEAD names, its refs and object stores.

Nothing here runs git, and nothing here believes a pointer that its other end does not confirm: a `.git` file or a
`commondir` in an unpacked archive may name any repository of the person who unpacked it.
"""

from __future__ import annotations

import os
import re
import stat
from enum import Enum
from pathlib import Path

import msgspec

from walkdown.errors import GitError
from walkdown.target.plain_read import TooLargeError, read_if_there

SMALL = 64 * 1024
PACKED_REFS_MOST = 64 * 1024 * 1024
REFS_MOST = 200_000
STORES_MOST = 16
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"refs/(?!.*(?:\.\.|//|@\{|/\.|\.lock(?:/|$)|/$|\.$))[^\x00-\x20\x7f~^:?*\[\\]+")


class Layout(Enum):
    PLAIN = "plain"
    REPOSITORY = "repository"
    WORKTREE = "worktree"
    SUBMODULE = "submodule"


class Found(msgspec.Struct, frozen=True):
    """A git folder that belongs to `top`. `common` holds refs and objects, which linked worktrees share."""

    top: str
    git_dir: str
    common: str
    layout: Layout


class Doubt(msgspec.Struct, frozen=True):
    """There is something named .git, and it cannot be used. `broken`: it is damaged, not merely somebody else's."""

    code: str
    text: str
    broken: bool = False


class Head(msgspec.Struct, frozen=True):
    """`ref` where a branch is checked out, else `oid`."""

    ref: str = ""
    oid: str = ""


def is_oid(text: str) -> bool:
    return _OID.fullmatch(text) is not None


def find(root: str) -> tuple[Found | None, Doubt | None]:
    """The repository that `root` is the top of, or lies in."""
    folder = root
    while True:
        found, doubt = _at(folder)
        # A stray `.git` further up says nothing about this folder; git walks past it too.
        if found is not None or (doubt is not None and folder == root):
            return found, doubt
        parent = folder.rpartition("/")[0] or "/"
        if parent == folder:
            return None, None
        folder = parent


def is_bare(root: str) -> bool:
    """True for a git folder itself, with no files of a project to look at."""
    return Path(root, "HEAD").is_file() and all(Path(root, name).is_dir() for name in ("objects", "refs"))


def _at(top: str) -> tuple[Found | None, Doubt | None]:
    place = f"{top}/.git"
    try:
        mode = os.lstat(place).st_mode
    except OSError:
        return None, None
    if stat.S_ISDIR(mode):
        return _from_folder(top, place)
    if stat.S_ISREG(mode):
        return _from_file(top, place)
    if stat.S_ISLNK(mode):
        return None, Doubt("git-link", "`.git` is a symbolic link; walkdown does not follow it.")
    return None, Doubt("git-odd", "`.git` is neither a folder nor a file.", broken=True)


def _from_folder(top: str, git_dir: str) -> tuple[Found | None, Doubt | None]:
    if os.path.lexists(f"{git_dir}/commondir"):
        return None, Doubt("git-elsewhere", "`.git` claims to share another repository's objects; not followed.")
    if not is_bare(git_dir):
        return None, Doubt("git-broken", "`.git` lacks HEAD, refs or objects: it is no repository any more.", True)
    return Found(top, git_dir, git_dir, Layout.REPOSITORY), None


def _from_file(top: str, place: str) -> tuple[Found | None, Doubt | None]:
    text = _text(place)
    if text is None or not text.startswith("gitdir:"):
        return None, Doubt("git-broken", "The file `.git` does not name a git folder.", broken=True)
    git_dir = os.path.realpath(Path(top, text[len("gitdir:") :].strip(" \n\r\t")))
    if not Path(git_dir).is_dir():
        return None, Doubt("git-gone", "The file `.git` names a git folder that is not there.", broken=True)
    common = _worktree_common(top, git_dir)
    if common is not None:
        return Found(top, git_dir, common, Layout.WORKTREE), None
    if _is_submodule(top, git_dir):
        return Found(top, git_dir, git_dir, Layout.SUBMODULE), None
    return None, Doubt(
        "git-elsewhere", "The file `.git` names a git folder that does not name this folder in return; not followed."
    )


def _worktree_common(top: str, git_dir: str) -> str | None:
    """Where a linked worktree keeps refs and objects, if both ends agree that it is one."""
    back = _text(f"{git_dir}/gitdir")
    shared = _text(f"{git_dir}/commondir")
    if back is None or shared is None:
        return None
    common = os.path.realpath(Path(git_dir, shared.strip("\n")))
    named = os.path.realpath(Path(git_dir, back.strip("\n")))
    if named != f"{os.path.realpath(top)}/.git" or git_dir.rpartition("/")[0] != f"{common}/worktrees":
        return None
    return common if is_bare(common) else None


def _is_submodule(top: str, git_dir: str) -> bool:
    """A submodule's config names its work tree; git writes that line itself, plain and unquoted but for odd names."""
    config = _text(f"{git_dir}/config", 1024 * 1024)
    if config is None or not is_bare(git_dir) or os.path.lexists(f"{git_dir}/commondir"):
        return False
    for line in config.splitlines():
        key, equals, value = line.partition("=")
        if equals and key.strip().lower() == "worktree":
            value = value.strip().strip('"').replace("\\\\", "\\").replace('\\"', '"')
            return os.path.realpath(Path(git_dir, value)) == os.path.realpath(top)
    return False


def read_head(git_dir: str) -> Head:
    """Empty where HEAD names nothing that git would accept."""
    place = Path(git_dir, "HEAD")
    # Long ago HEAD was a link to the branch's file.
    linked = place.is_symlink()
    text = str(place.readlink()) if linked else (_text(str(place)) or "")
    text = text.removesuffix("\n").strip(" \t")
    if linked or text.startswith("ref:"):
        ref = text.removeprefix("ref:").strip(" \t")
        return Head(ref=ref) if _REF.fullmatch(ref) else Head()
    return Head(oid=text) if is_oid(text) else Head()


def read_refs(common: str) -> tuple[dict[str, str], list[str]]:
    """Every ref that names an object, and what had to be left out. `refs/replace/` makes objects pass for others: not
    taken."""
    notes: list[str] = []
    refs = _packed_refs(common, notes)
    pending: dict[str, str] = {}
    for name, text in _loose_refs(common, notes):
        if text.startswith("ref:"):
            pending[name] = text[4:].strip()
        elif is_oid(text):
            refs[name] = text
        else:
            notes.append(f"The ref {name} holds no object name.")
    for name, goal in pending.items():
        end = goal
        for _ in range(5):
            end = pending.get(end, end)
        if end in refs:
            refs[name] = refs[end]
    return {name: oid for name, oid in refs.items() if not name.startswith("refs/replace/")}, notes


def _packed_refs(common: str, notes: list[str]) -> dict[str, str]:
    refs: dict[str, str] = {}
    try:
        data = read_if_there(f"{common}/packed-refs", PACKED_REFS_MOST)
    except TooLargeError:
        notes.append("The file packed-refs is too large; the refs in it are left out.")
        return refs
    except OSError:
        notes.append("The file packed-refs cannot be read; the refs in it are left out.")
        return refs
    for line in (data or b"").decode("utf-8", "surrogateescape").split("\n"):
        oid, _, name = line.partition(" ")
        if is_oid(oid) and _REF.fullmatch(name):
            refs[name] = oid
    return refs


def _loose_refs(common: str, notes: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    folders = ["refs"]
    while folders and len(found) < REFS_MOST:
        below = folders.pop()
        try:
            entries = sorted(os.scandir(f"{common}/{below}"), key=lambda entry: entry.name)
        except OSError:
            notes.append(f"The folder {below} of the repository cannot be read.")
            continue
        for entry in entries:
            name = f"{below}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                folders.append(name)
            elif _REF.fullmatch(name):
                text = _text(entry.path)
                if text is None:
                    notes.append(f"The ref {name} is not a file.")
                else:
                    found.append((name, text.strip()))
    return found


def shallow_edges(common: str) -> tuple[str, ...]:
    """The commits where a shallow clone's history stops."""
    lines = (_text(f"{common}/shallow", 16 * 1024 * 1024) or "").split("\n")
    return tuple(line for line in lines if is_oid(line))


def exclude_rules(common: str) -> bytes:
    return (_text(f"{common}/info/exclude", 1024 * 1024) or "").encode("utf-8", "surrogateescape")


def object_stores(common: str) -> list[str]:
    """The repository's object folder and those it borrows from, nearest first."""
    stores: list[str] = []
    pending = [f"{common}/objects"]
    while pending and len(stores) < STORES_MOST:
        store = os.path.realpath(pending.pop(0))
        if store in stores or not Path(store).is_dir():
            continue
        stores.append(store)
        lines = (_text(f"{store}/info/alternates", 1024 * 1024) or "").split("\n")
        pending.extend(str(Path(store, line)) for line in lines if line and not line.startswith(("#", '"')))
    return stores


def link_store(store: str, into: str) -> None:
    """Give git a store of links to the object folders alone: no commit graph and no borrowing of the target's own.

    Folders, not files: Kingfisher passes over packs that are links themselves, and then finds nothing, silently.
    """
    Path(into).mkdir()
    for name in (*(f"{byte:02x}" for byte in range(256)), "pack"):
        source = f"{store}/{name}"
        if os.path.lexists(source):
            _only_files(source)
            Path(into, name).symlink_to(source)


def _only_files(folder: str) -> None:
    """git would wait for ever on a pipe that has the name of an object, and follow a link anywhere."""
    try:
        with os.scandir(folder) as entries:
            odd = Path(folder).is_symlink() or not all(entry.is_file(follow_symlinks=False) for entry in entries)
    except OSError as error:
        raise GitError(f"The object folder {Path(folder).name} of the repository cannot be read.") from error
    if odd:
        raise GitError("Among the repository's objects is something that is no file.", "Clone it again.")


def _text(path: str, most: int = SMALL) -> str | None:
    """A small file of a git folder; None where there is none or it cannot be read as one."""
    try:
        data = read_if_there(path, most)
    except OSError:
        return None
    return None if data is None else data.decode("utf-8", "surrogateescape")
