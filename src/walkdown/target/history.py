"""Questions to the target's git history, asked through the scratch git dir: what is committed, ignored, new, missing.

Paths go in and come out as the system knows them unless a name says `printable`. Nothing here compares files through
git: the bytes we read ourselves are held against the names of committed blobs; no filter, attribute or index has a say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from walkdown.errors import GitError
from walkdown.model import Blob
from walkdown.target.git_files import is_oid
from walkdown.target.inventory import Known, git_name
from walkdown.target.names import ATTRIBUTES, ATTRIBUTES_PATH, is_record, printable
from walkdown.target.scratch_git import ScratchGit
from walkdown.target.staged import staged_paths
from walkdown.target.versions import versions

REF_MOST = 256
_SUFFIX = re.compile(r"[~^:@]")
_SHORT = re.compile(r"[0-9a-f]{4,63}")
COUNT_SECONDS = 120.0
IGNORED_SECONDS = 30.0


class TreeEntry(msgspec.Struct, frozen=True):
    mode: str
    kind: str
    oid: str


class GitHistory:
    """Fulfils the model's History protocol. `prefix`: the folder of the repository that is looked at, empty for all;
    `head_tree`: what HEAD holds below it."""

    def __init__(self, git: ScratchGit, head: str, refs: Mapping[str, str], object_format: str) -> None:
        self.git = git
        self.head = head
        self.prefix = ""
        self.head_tree: Mapping[str, TreeEntry] = {}
        self._refs = dict(refs)
        self.object_format = object_format

    def take_refs(self) -> list[str]:
        """Hand HEAD and every ref that leads to an object to the scratch git dir; say which ones do not."""
        oids = dict.fromkeys((*([self.head] if self.head else []), *self._refs.values()))
        wanted = "".join(f"{oid}\n" for oid in oids).encode()
        lines = self.git.tell("cat-file", "--batch-check", stdin=wanted).splitlines()
        kinds = {oid: line.split(b" ")[1] for oid, line in zip(oids, lines, strict=True)}
        if self.head and kinds[self.head] != b"commit":
            raise GitError("The commit that HEAD names is not in the repository.")
        lost = sorted(name for name, oid in self._refs.items() if kinds[oid] == b"missing")
        for name in lost:
            del self._refs[name]
        self.git.take_refs(self._refs.items(), self.head)
        return [f"The ref {printable(name)} names an object that is not in the repository." for name in lost]

    @property
    def git_dir(self) -> str:
        return self.git.git_dir

    @cached_property
    def tips(self) -> tuple[str, ...]:
        """Every commit that a branch, tag, remote or HEAD names."""
        found = {oid for kind, oid, _ in self._named if kind == "commit"}
        return tuple(sorted(found | {self.head} if self.head else found))

    @cached_property
    def _named(self) -> tuple[tuple[str, str, str], ...]:
        """Kind, object and printable name of every ref, and of what an annotated tag leads to."""
        kinds = "%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)"
        found = []
        for line in self.git.tell("for-each-ref", f"--format={kinds}").splitlines():
            kind, oid, inner_kind, inner, name = os.fsdecode(line).split(" ", 4)
            found.append((inner_kind or kind, inner or oid, printable(name)))
        return tuple(found)

    def roots(self) -> tuple[str, ...]:
        """The first commits, by which a repository is known again. Empty for a shallow clone, which lacks them."""
        if not self.head or Path(self.git_dir, "shallow").exists():
            return ()
        return tuple(sorted(self.git.tell("rev-list", "--max-parents=0", "HEAD").decode().split()))

    def commit_of(self, ref: str) -> str:
        """The commit that a person's text names. It goes to git as one revision, never as an option."""
        if not ref or ref.startswith("-") or len(ref) > REF_MOST or any(ord(letter) < 32 for letter in ref):
            raise GitError(f"{ref[:60]!r} does not name a commit.", "Give a branch, a tag or a commit id.")
        meanings = [] if is_oid(ref) else self._meanings(_SUFFIX.split(ref, maxsplit=1)[0])
        if len(meanings) > 1:
            what = f"{ref!r} is the name of more than one commit here: {', '.join(meanings[:3])}."
            raise GitError(what, f"Say which one, in full: {meanings[-1]}")
        answer = self.git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        oid = answer.out.decode("ascii", "replace").strip()
        if answer.code != 0 or not is_oid(oid):
            raise GitError(f"{ref!r} names no commit of this repository.", "Give a branch, a tag or a commit id.")
        return oid

    def _meanings(self, name: str) -> list[str]:
        """What git would take a name for, where that is not one commit. Git itself takes a tag before a branch, so that
        whoever may push a tag `main` could say what `main` is."""
        places = ("refs/", "refs/tags/", "refs/heads/", "refs/remotes/", "")
        named = {full: oid for _, oid, full in self._named}
        found = {full: named[full] for place in places if (full := place + name) in named}
        if found and _SHORT.fullmatch(name):
            found |= dict.fromkeys(self.git.tell("rev-parse", f"--disambiguate={name}").decode().split(), "")
        return list(found) if len(set(found.values())) > 1 else []

    def missing_objects(self, since: Sequence[str] = (), seconds: float = COUNT_SECONDS) -> int:
        """How many objects the history names and the clone does not have. Raises GitError where that cannot be told."""
        ask = ["rev-list", "--objects", "--all", "--missing=print", "--stdin"]
        without = "".join(f"^{oid}\n" for oid in since if is_oid(oid))
        # HEAD may be detached from every ref.
        stdin = f"{self.head}\n{without}".encode() if self.head else without.encode()
        listed = self.git.tell(*ask, stdin=stdin, seconds=seconds)
        return listed.count(b"\n?") + listed.startswith(b"?")

    def new_commits(self, since: Sequence[str]) -> tuple[str, ...] | None:
        """Commits that were not there when the tips were `since`, newest first; None where those are not known now."""
        if not self._all_known(since):
            return None
        without = "".join(f"^{oid}\n" for oid in since)
        start = "".join(f"{oid}\n" for oid in self.tips)
        listed = self.git.tell("rev-list", "--topo-order", "--stdin", stdin=(start + without).encode())
        return tuple(listed.decode().split())

    def blobs(self, since: Sequence[str]) -> tuple[Blob, ...] | None:
        """Every version of a file that was not there when the tips were `since`, oldest first; None where one of those
        is not known now, or is no part of the history any more: what was found in it may be gone with it."""
        new = self.new_commits(since)
        if new is None or not self.reachable(since):
            return None
        named = [(oid, name) for kind, oid, name in self._named if kind in ("blob", "tree")]
        return versions(self.git, new[::-1], named)

    def reachable(self, oids: Sequence[str]) -> bool:
        """True where today's history holds all of these commits. A rewritten branch leaves its old ones lying about."""
        if not oids:
            return True
        if not self._all_known(oids):
            return False
        asked = "".join(f"{oid}\n" for oid in oids) + "".join(f"^{oid}\n" for oid in self.tips)
        return not self.git.tell("rev-list", "--max-count=1", "--stdin", stdin=asked.encode())

    def _all_known(self, oids: Sequence[str]) -> bool:
        if not all(is_oid(oid) for oid in oids):
            return False
        if not oids:
            return True
        listed = self.git.tell("cat-file", "--batch-check", stdin="".join(f"{oid}\n" for oid in oids).encode())
        return all(line.split(b" ")[1:2] == [b"commit"] for line in listed.splitlines())

    def tree_of(self, commit: str) -> dict[str, TreeEntry]:
        """Everything in a commit's tree, folders too, below the prefix; checked against the tree's own name."""
        listed = self.git.tell("ls-tree", "-r", "-t", "-z", "--full-tree", commit)
        entries: dict[str, TreeEntry] = {}
        for line in listed.split(b"\0")[:-1]:
            mode, kind, rest = line.split(b" ", 2)
            oid, _, path = rest.partition(b"\t")
            entries[os.fsdecode(path)] = TreeEntry(mode.decode(), kind.decode(), oid.decode())
        # Object files can be doctored too: a tree is what its entries hash to, whatever the pack's index claims.
        if tree_name(entries, self.object_format) != self._tree_in(commit):
            raise GitError("The objects of the repository do not match their own names.", "Clone it again.")
        return below(entries, self.prefix)

    def _tree_in(self, commit: str) -> str:
        data = self.git.tell("cat-file", "commit", commit)
        if git_name("commit", data, self.object_format) != commit:
            raise GitError("A commit of the repository does not match its own name.", "Clone it again.")
        return data.split(b"\n", 1)[0].removeprefix(b"tree ").decode("ascii", "replace")

    def read_head_tree(self) -> None:
        """Raises GitError where HEAD's commit or tree is not what its name says."""
        if self.head:
            self.head_tree = self.tree_of(self.head)

    def has_folder(self, path: str) -> bool:
        answer = self.git.ask("cat-file", "-t", f"{self.head}:{path}")
        return answer.code == 0 and answer.out.strip() == b"tree"

    def tree_without_records(self) -> str:
        """The name HEAD's tree would have if walkdown had never put a record into it."""
        if not self.head:
            return ""
        ours = git_name("blob", ATTRIBUTES, self.object_format)
        kept = {
            path: entry
            for path, entry in self.head_tree.items()
            if not (
                entry.kind == "blob"
                and entry.mode.startswith("100")
                and (is_record(printable(path)) or (path == ATTRIBUTES_PATH and entry.oid == ours))
            )
        }
        return tree_name(kept, self.object_format)

    def known(self, top: str, git_dir: str, prefix: str) -> Known:
        """What the inventory needs to hear from git before it walks. Raises GitError where the ignore rules cannot be
        told; `committed_only` can be told then, too."""
        known = self.committed_only()
        staged, absent = staged_paths(self.git, git_dir, prefix)
        ignored = self._ignored(top, prefix, [path for path in staged if path not in known.committed])
        return msgspec.structs.replace(known, ignored=frozenset(ignored), absent=absent)

    def committed_only(self) -> Known:
        tree = self.head_tree
        committed = {path: entry.oid for path, entry in tree.items() if entry.kind == "blob"}
        modules = frozenset(path for path, entry in tree.items() if entry.kind == "commit")
        return Known(committed, modules=modules, hash_name=self.object_format)

    def _ignored(self, top: str, prefix: str, also_tracked: Iterable[str]) -> set[str]:
        """Files and folders (ending in `/`) that git's rules leave out. Tracked: what HEAD holds and `also_tracked`."""
        index = self.git.spare()
        self.git.tell("read-tree", *([self.head] if self.head else ["--empty"]), index=index)
        start = f"{prefix}/" if prefix else ""
        lines = [b"100644 %s\t%s\0" % (b"1" * self.width, os.fsencode(start + path)) for path in also_tracked]
        if lines:
            # Names git would not take (such as `.git/x`) are no file of the project: then all of them stay out.
            self.git.ask("update-index", "-z", "--index-info", stdin=b"".join(lines), index=index)
        listed = self.git.tell(
            "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory",
            *(["--", start] if start else []), work_tree=top, index=index, seconds=IGNORED_SECONDS,
        )  # fmt: skip
        Path(index).unlink()
        paths = (os.fsdecode(path) for path in listed.split(b"\0")[:-1])
        return {path[len(start) :] for path in paths if path.startswith(start) and path != start}

    @property
    def width(self) -> int:
        return 64 if self.object_format == "sha256" else 40

    def read_at(self, commit: str, path: str) -> bytes | None:
        """A file's bytes in a commit, by its os path below the prefix; None where it was not there."""
        start = f"{self.prefix}/" if self.prefix else ""
        answer = self.git.ask("cat-file", "blob", f"{self.commit_of(commit)}:{start}{path}")
        return answer.out if answer.code == 0 else None

    def lacking(self, oids: Sequence[str]) -> frozenset[str]:
        """Those of the objects that the clone does not have."""
        asked = "".join(f"{oid}\n" for oid in dict.fromkeys(oids))
        listed = self.git.tell("cat-file", "--batch-check", stdin=asked.encode()).decode()
        return frozenset(line.split(" ")[0] for line in listed.splitlines() if line.endswith(" missing"))

    def small_blobs(self, oids: Sequence[str], most: int) -> dict[str, bytes]:
        """The bytes of those objects that are no larger than `most`."""
        asked = "".join(f"{oid}\n" for oid in dict.fromkeys(oids))
        listed = self.git.tell("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked.encode())
        words = [line.split(" ") for line in listed.decode().splitlines()]
        small = [oid for oid, size in words if size.isdecimal() and int(size) <= most]
        data = self.git.tell("cat-file", "--batch=%(objectsize)", stdin="".join(f"{oid}\n" for oid in small).encode())
        found, at = {}, 0
        for oid in small:
            end = data.index(b"\n", at)
            size = int(data[at:end])
            found[oid] = data[end + 1 : end + 1 + size]
            at = end + 2 + size
        return found


def below(entries: Mapping[str, TreeEntry], prefix: str) -> dict[str, TreeEntry]:
    if not prefix:
        return dict(entries)
    start = f"{prefix}/"
    return {path[len(start) :]: entry for path, entry in entries.items() if path.startswith(start)}


def tree_name(entries: Mapping[str, TreeEntry], hash_name: str) -> str:
    """The name of the tree that holds exactly these files; names of folders in `entries` are computed, not believed."""
    children: dict[str, list[tuple[bytes, str, str, str]]] = {"": []}
    for path, entry in entries.items():
        if entry.kind != "tree":
            _place(children, path, entry.mode.lstrip("0"), entry.oid)
    # Deepest first: a folder's name is known once those below it are.
    for folder in sorted((name for name in children if name), key=lambda name: name.count("/"), reverse=True):
        _hang(children, folder, "40000", _hash_children(children[folder], hash_name))
    return _hash_children(children[""], hash_name)


def _place(children: dict[str, list[tuple[bytes, str, str, str]]], path: str, mode: str, oid: str) -> None:
    parent = path.rpartition("/")[0]
    while parent not in children:
        children[parent] = []
        parent = parent.rpartition("/")[0]
    _hang(children, path, mode, oid)


def _hang(children: dict[str, list[tuple[bytes, str, str, str]]], path: str, mode: str, oid: str) -> None:
    parent, _, name = path.rpartition("/")
    # git sorts a folder as if its name ended in a slash.
    key = os.fsencode(name) + (b"/" if mode == "40000" else b"")
    children[parent].append((key, mode, name, oid))


def _hash_children(children: list[tuple[bytes, str, str, str]], hash_name: str) -> str:
    data = bytearray()
    for _, mode, name, oid in sorted(children):
        data += f"{mode} ".encode() + os.fsencode(name) + b"\0" + bytes.fromhex(oid)
    return git_name("tree", bytes(data), hash_name)
