"""The one place that runs git, through GitPython, and only ever on a git folder of our own making.

A repository's config, hooks, attributes and index can start programs. So git never sees them: it gets a fresh folder
with our config, the target's HEAD and refs as plain object names, and links to its object folders. The environment is
built from nothing, so that neither the user's git settings nor a surrounding hook's variables count.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, Protocol

import msgspec

from walkdown.errors import GitError
from walkdown.target.git_files import Found, link_store, object_stores, shallow_edges

MIB = 1024 * 1024
SECONDS = 60.0
_PROGRAMS = "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin"

_CONFIG = """\
[core]
	repositoryformatversion = {version}
	bare = true
	logAllRefUpdates = false
	commitGraph = false
	multiPackIndex = false
	fsmonitor = false
	untrackedCache = false
	hooksPath = {null}
	excludesFile = {null}
	attributesFile = {null}
	quotePath = false
	protectHFS = false
	protectNTFS = false
[gc]
	auto = 0
[maintenance]
	auto = false
[protocol]
	allow = never
"""


class Answer(msgspec.Struct, frozen=True):
    code: int
    out: bytes
    err: bytes


class _Child(Protocol):
    """What we use of the process that GitPython starts."""

    pid: int
    stdout: IO[bytes]
    stderr: IO[bytes]

    def poll(self) -> int | None: ...
    def wait(self) -> int: ...


class ScratchGit:
    """git on a folder of ours. `folder` must exist and be empty; the caller removes it when done."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.git_dir = f"{folder}/git"
        self.empty = f"{folder}/empty"
        self.temporary = f"{folder}/work"
        self.home = f"{folder}/home"
        self.index = f"{folder}/index"
        self.new_objects = f"{folder}/new-objects"
        self._numbers = itertools.count()
        self.borrowed: tuple[str, ...] = ()
        self._running: set[_Child] = set()
        for path in (self.empty, self.temporary, self.home, self.new_objects):
            Path(path).mkdir()
        for path in ("refs/heads", "objects/info", "info"):
            Path(self.git_dir, path).mkdir(parents=True)
        self._program = shutil.which("git", path=_PROGRAMS)
        self.set_up("sha1")

    @property
    def available(self) -> bool:
        return self._program is not None

    def spare(self) -> str:
        """The path of a new temporary file, one that no other thread is using."""
        return f"{self.temporary}/{next(self._numbers)}"

    def set_up(self, object_format: str) -> None:
        """An empty repository that expects objects of this format."""
        text = _CONFIG.format(version=1 if object_format == "sha256" else 0, null=os.devnull)
        if object_format == "sha256":
            text += "[extensions]\n\tobjectFormat = sha256\n"
        Path(self.git_dir, "config").write_text(text, encoding="utf-8")
        Path(self.git_dir, "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")

    def take_objects(self, found: Found, exclude: bytes) -> None:
        """Link the target's objects in, and note where its history stops and what it ignores."""
        stores = object_stores(found.common)
        lines = [self.new_objects]
        for number, store in enumerate(stores):
            link = f"{self.folder}/store-{number}"
            link_store(store, link)
            lines.append(link)
        info = Path(self.git_dir, "objects", "info", "alternates")
        info.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="surrogateescape")
        edges = shallow_edges(found.common)
        if edges:
            Path(self.git_dir, "shallow").write_text("".join(f"{oid}\n" for oid in edges), encoding="utf-8")
        Path(self.git_dir, "info", "exclude").write_bytes(exclude)
        self.borrowed = tuple(stores[1:])

    def take_refs(self, refs: Iterable[tuple[str, str]], head: str) -> None:
        """HEAD is always taken as a commit, so that no ref's name matters to any later question."""
        lines = "".join(f"{oid} {name}\n" for name, oid in sorted(refs))
        Path(self.git_dir, "packed-refs").write_text(lines, encoding="utf-8", errors="surrogateescape")
        if head:
            Path(self.git_dir, "HEAD").write_text(f"{head}\n", encoding="utf-8")

    def ask(
        self,
        *arguments: str,
        stdin: bytes = b"",
        work_tree: str = "",
        index: str = "",
        writing: bool = False,
        seconds: float = SECONDS,
        most: int = 512 * MIB,
    ) -> Answer:
        """Run git to its end. What its exit code means is the caller's to know.

        Only with `writing` may it make objects: it then sees none of the target's, whose time stamps it would renew
        when it makes one that is there already.
        """
        if self._program is None:
            raise GitError("git is not installed.", "Install git 2.35 or newer to have the history looked at.")
        env = self._environment(work_tree or self.empty, index or self.index)
        if writing:
            env["GIT_OBJECT_DIRECTORY"] = self.new_objects
        # GitPython starts from the caller's whole environment; `env -i` starts from nothing.
        command = ["/usr/bin/env", "-i", *(f"{key}={value}" for key, value in env.items()), self._program, *arguments]
        with tempfile.TemporaryFile(dir=self.temporary) as feed:
            feed.write(stdin)
            feed.seek(0)
            python = _git_command(self.empty)
            handle: Any = python.execute(command, istream=feed, as_process=True, start_new_session=True)
            child: _Child = handle.proc
            self._running.add(child)
            try:
                return _watch(child, arguments[0], seconds, most)
            finally:
                self._running.discard(child)

    def stop(self) -> None:
        """End every git that still runs, from whatever thread; whoever waits for it gets an error or half an answer."""
        for child in tuple(self._running):
            _end(child)

    def tell(self, *arguments: str, **how: Any) -> bytes:
        """`ask`, where anything but success is an error."""
        answer = self.ask(*arguments, **how)
        if answer.code != 0:
            reason = answer.err.decode("utf-8", "replace").strip().splitlines()
            raise GitError(f"git {arguments[0]} failed: {reason[0] if reason else f'exit code {answer.code}'}")
        return answer.out

    def _environment(self, work_tree: str, index: str) -> dict[str, str]:
        return {
            "PATH": _PROGRAMS,
            "HOME": self.home,
            "XDG_CONFIG_HOME": self.home,
            "TMPDIR": self.temporary,
            "LC_ALL": "C",
            "GIT_DIR": self.git_dir,
            "GIT_WORK_TREE": work_tree,
            "GIT_INDEX_FILE": index,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_PAGER": "cat",
        }


def _watch(child: _Child, what: str, seconds: float, most: int) -> Answer:
    late = threading.Event()

    def ring() -> None:
        late.set()
        _end(child)

    alarm = threading.Timer(seconds, ring)
    alarm.daemon = True
    alarm.start()
    try:
        answer = _drain(child, what, most)
    finally:
        alarm.cancel()
        _end(child)
        child.stdout.close()
        child.stderr.close()
    if late.is_set():
        raise GitError(f"git {what} gave no answer within {seconds:.0f} s; it was stopped.")
    return answer


def _drain(child: _Child, what: str, most: int) -> Answer:
    errors = bytearray()

    def listen() -> None:
        while chunk := child.stderr.read(4096):
            if len(errors) < MIB:
                errors.extend(chunk)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    out = bytearray()
    while chunk := child.stdout.read(MIB):
        out += chunk
        if len(out) > most:
            _end(child)
            raise GitError(f"git {what} printed more than {most // MIB} MB; it was stopped.")
    code = child.wait()
    listener.join()
    return Answer(code, bytes(out), bytes(errors))


def _end(child: _Child) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _git_command(folder: str) -> Any:
    """GitPython, told where git is: on import it looks along the caller's PATH, which may lead into the target."""
    names = {"GIT_PYTHON_REFRESH": "quiet", "GIT_PYTHON_GIT_EXECUTABLE": shutil.which("git", path=_PROGRAMS) or "git"}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        from git.cmd import Git
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    return Git(folder)
