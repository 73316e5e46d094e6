"""Our own copies of the files a child may see: no tool is ever pointed at the target itself.

So its configs and ignore files hide nothing, odd names cannot be misread as options, and the bytes that are scanned are
the bytes that were hashed. Copies lie in a private folder that goes with the scan, in memory where there is plenty of
it; what a killed scan left behind is swept away by the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from walkdown.errors import TargetError, WalkdownError
from walkdown.model import BatchFile, SkipKind, Skipped, SourceFile

_LONGEST_NAME = 200
_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder below it
_MOST_IN_MEMORY = 200_000_000
_TIMES_IN_MEMORY = 4
_SPARE = 64_000_000
Reader = Callable[[str], bytes]


class Scratch:
    """A private folder with an own subfolder for each child, and a pool so that each file is written once. `copies`:
    where those go, if not there too."""

    def __init__(self, root: Path, copies: Path | None = None) -> None:
        self.root = root
        self._copies = copies or root
        self._pool = self._copies / "pool"
        self._pool.mkdir()
        self._count = 0
        self._pooled_already: set[Path] = set()
        self._writing = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Take everything away, for good: a thread of an interrupted scan may still be writing copies."""
        with self._writing:
            self._closed = True
        for root in {self.root, self._copies}:
            shutil.rmtree(root, ignore_errors=True)

    def for_copies(self, purpose: str) -> Path:
        self._count += 1
        path = self._copies / f"{self._count:04d}-{purpose}-view"
        path.mkdir()
        return path

    def folder(self, purpose: str) -> Path:
        self._count += 1
        path = self.root / f"{self._count:04d}-{purpose}"
        path.mkdir()
        return path

    def view(
        self, folder: Path, files: Sequence[SourceFile], read: Reader, name_of: Callable[[str], str]
    ) -> tuple[list[BatchFile], list[Skipped]]:
        """Put the files into `folder`, called as `name_of` says where that name is free and can be misread by nobody.
        A file that changed or vanished since it was hashed is a gap."""
        shown: list[BatchFile] = []
        lost: list[Skipped] = []
        taken: set[str] = set()
        for number, file in enumerate(files):
            try:
                pooled = self._pooled(file, read)
            except TargetError as error:
                lost.append(Skipped(file.path, SkipKind.GAP, "unreadable", str(error)))
                continue
            name = name_of(file.path)
            if not is_plain(name) or name.lower() in taken:  # some file systems know no case
                name = f"_odd/{number}{_ending(name)}"
            try:
                name = self._placed(pooled, folder, name, f"_odd/{number}{_ending(name)}")
            except OSError as error:
                # The words of the error name a path of ours.
                why = f"no copy of it could be made: {error.strerror}"
                lost.append(Skipped(file.path, SkipKind.GAP, "unreadable", why))
                continue
            taken.add(name.lower())
            shown.append(BatchFile(file.path, name, file.content))
        return shown, lost

    def _placed(self, pooled: Path, folder: Path, name: str, odd: str) -> str:
        """The name that it got. A copy may be called as a folder of other copies is; then it becomes an odd one."""
        with self._open():
            try:
                _link(pooled, folder / name)
            except OSError:
                name = odd
                _link(pooled, folder / name)
        return name

    def _pooled(self, file: SourceFile, read: Reader) -> Path:
        # Hashed, since a content id ends in what the file's name says, and names can be long or odd.
        path = self._pool / hashlib.blake2b(file.content.encode("utf-8", "replace"), digest_size=20).hexdigest()
        if path not in self._pooled_already:
            data = read(file.path)
            # Several scanners may want the same file at once, each from a thread of its own; only one writes.
            with self._open():
                if path not in self._pooled_already:
                    path.write_bytes(data)  # a full disk leaves half a file, which the next one to want it overwrites
                    self._pooled_already.add(path)
        return path

    @contextlib.contextmanager
    def _open(self) -> Iterator[None]:
        with self._writing:
            if self._closed:
                raise WalkdownError("The scan was interrupted.")
            yield


def is_plain(path: str) -> bool:
    """A name that no tool, shell or report can misread."""
    if len(path) >= _LONGEST_NAME or not path.isprintable() or path.startswith("/") or "\\" in path:
        return False
    parts = path.split("/")
    return parts[0].lower() != "_odd" and all(
        part not in ("", ".", "..", ".git") and not part.startswith("-") and len(part) < 120 for part in parts
    )


@contextlib.contextmanager
def scratch(needed: int = 0, memory: Path = _MEMORY) -> Iterator[Scratch]:
    """A folder for one scan, gone when it ends. `needed`: the bytes of all files that may be copied."""
    try:
        root = _private(Path(tempfile.gettempdir()))
    except OSError as error:
        what = f"No folder for temporary copies could be made in {tempfile.gettempdir()}: {error.strerror}."
        raise WalkdownError(what, "Free some space, or point TMPDIR at another folder.") from error
    with contextlib.ExitStack() as held:
        held.callback(os.close, _lock(root))
        copies = _in_memory(needed, memory)
        if copies is not None:
            held.callback(os.close, _lock(copies))
        opened = Scratch(root, copies)
        held.callback(opened.close)
        yield opened


def _private(parent: Path) -> Path:
    """A new folder that only this user can look into, beside those of other scans."""
    home = _home(parent)
    home.mkdir(mode=0o700, exist_ok=True)
    if not _is_ours(home):
        home = Path(tempfile.mkdtemp(prefix="walkdown-", dir=parent))
    _sweep(home)
    return Path(tempfile.mkdtemp(prefix="scan-", dir=home))


def _home(parent: Path) -> Path:
    return parent / f"walkdown-{os.getuid()}"


def _is_ours(home: Path) -> bool:
    return not home.is_symlink() and home.stat().st_uid == os.getuid()


def _in_memory(needed: int, memory: Path) -> Path | None:
    """Thousands of small files cost less there, and what is under review is not written to a disk. None where a person
    named another place, or where there is not plenty of room."""
    if _home(memory).is_dir() and _is_ours(_home(memory)):
        _sweep(_home(memory))  # before looking for room: what killed scans left there may be what takes it
    if any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")) or not os.path.ismount(memory):
        return None
    try:
        room = os.statvfs(memory)
        if needed > _MOST_IN_MEMORY or room.f_bavail * room.f_frsize < _TIMES_IN_MEMORY * needed + _SPARE:
            return None
        return _private(memory)
    except OSError:
        return None  # not ours to use, then


def _lock(root: Path) -> int:
    """Held as long as we live, whatever ends us: that is how the next scan knows."""
    handle = os.open(root / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _sweep(home: Path) -> None:
    for root in home.glob("scan-*"):
        try:
            handle = os.open(root / ".lock", os.O_RDWR)
        except OSError:
            continue  # just being made, or just gone
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(root, ignore_errors=True)
        finally:
            os.close(handle)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:  # most files share their folder with the one before
        target.parent.mkdir(parents=True, exist_ok=True)
        _link_or_copy(source, target)
    except OSError:
        _link_or_copy(source, target)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        raise  # whatever has that name may be a link to another pooled file, which a copy would write into
    except OSError:  # a file system without hard links
        try:
            shutil.copyfile(source, target)
        except OSError:
            target.unlink(missing_ok=True)  # half a file would be scanned as if it were the whole one
            raise


def _ending(path: str) -> str:
    suffix = PurePosixPath(path).suffix
    return suffix if suffix.isascii() and suffix[1:].isalnum() and len(suffix) < 12 else ""
