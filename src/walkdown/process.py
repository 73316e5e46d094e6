"""The one place that starts a child: quietly with limits on time, output and memory, or with the terminal handed over.

Every quiet child leads a session of its own, so that it and whatever it started can be ended together. Its environment
is built from nothing: a tool sees neither the user's tokens nor configuration that would change its answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from walkdown.errors import ChildTimedOutError, ChildTooLoudError, ProcessError

MIB = 1024 * 1024
GRACE_SECONDS = 0.8
_DYING_SECONDS = 0.3
_STDERR = 2

# What a child may need of the user's world to reach a network at all; nothing of it is passed on when offline.
_NETWORK_VARIABLES = (
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
)  # fmt: skip


_running: set[int] = set()  # the session of every quiet child that is alive


class Limits(msgspec.Struct, frozen=True):
    seconds: float = 600.0
    stdout_bytes: int = 256 * MIB
    stderr_bytes: int = 4 * MIB
    memory_bytes: int = 0


DEFAULT_LIMITS = Limits()
QUICK = Limits(seconds=30)


class Finished(msgspec.Struct, frozen=True):
    """A child that ended by itself. Its exit code is the caller's to judge."""

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float


def clean_environment(home: str, scratch: str, *, network: bool = False) -> dict[str, str]:
    """The environment of a quiet child: system programs, our own folders, and the way out only if it may go out."""
    own_bin = str(Path(sys.executable).parent)
    env = {
        "PATH": os.pathsep.join((own_bin, "/usr/local/bin", "/usr/bin", "/bin")),
        "HOME": home,
        "XDG_CONFIG_HOME": str(Path(home, "config")),
        "XDG_CACHE_HOME": str(Path(home, "cache")),
        "XDG_DATA_HOME": str(Path(home, "data")),
        "XDG_STATE_HOME": str(Path(home, "state")),
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    if network:
        env.update({name: os.environ[name] for name in _NETWORK_VARIABLES if name in os.environ})
    return env


async def run(
    argv: Sequence[str],
    *,
    cwd: str,
    env: Mapping[str, str],
    limits: Limits = DEFAULT_LIMITS,
    stdin: bytes = b"",
) -> Finished:
    """Run a child to its end. On cancellation, time-out or too much output its whole session is ended first."""
    started = time.monotonic()
    child, transport = await _start(argv, cwd, env, limits)
    session = transport.get_pid()
    _running.add(session)
    try:
        _bound_memory(transport.get_pid(), limits.memory_bytes)
        async with _deadline(argv[0], limits.seconds):
            _feed(transport, stdin)
            await child.ended
            # What the child started and left behind still holds our pipes: end it, or we would wait for it.
            await _end_session(child, transport)
            await child.closed
    finally:
        try:
            await _end_session(child, transport)
        finally:
            _running.discard(session)
            transport.close()
    return Finished(transport.get_returncode() or 0, child.printed(), bytes(child.err), time.monotonic() - started)


def run_now(
    argv: Sequence[str], *, cwd: str, env: Mapping[str, str], limits: Limits = QUICK, stdin: bytes = b""
) -> Finished:
    """`run` for callers that have no event loop of their own."""
    return asyncio.run(run(argv, cwd=cwd, env=env, limits=limits, stdin=stdin))


def end_all_now() -> None:
    """Kill every quiet child and what it started, whichever thread waits for it. For leaving at once."""
    left = [session for session in tuple(_running) if _signal_group(session, signal.SIGKILL)]
    deadline = time.monotonic() + _DYING_SECONDS
    while any(_signal_group(session, 0) for session in left) and time.monotonic() < deadline:
        time.sleep(0.02)


def run_with_terminal(argv: Sequence[str], *, cwd: str, env: Mapping[str, str] | None = None) -> int:
    """Run a child that may talk to the person (a passphrase, an editor): it inherits terminal and environment."""
    try:
        return subprocess.run(list(argv), cwd=cwd, env=None if env is None else dict(env), check=False).returncode
    except OSError as error:
        raise ProcessError(f"{argv[0]} could not be started: {error.strerror}.") from error


class _Child(asyncio.SubprocessProtocol):
    """Collects what a child prints, and tells when it ended, though its pipes may still be held by others.

    asyncio's own Process.wait() waits for the pipes too, so a forgotten grandchild would hold us while it lives.
    """

    def __init__(self, program: str, limits: Limits) -> None:
        loop = asyncio.get_running_loop()
        self.out, self.err = bytearray(), bytearray()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self.gone = asyncio.Event()
        self._program = program
        self._limits = limits

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == _STDERR:
            self.err += data[: self._limits.stderr_bytes - len(self.err)]
        elif len(self.out) + len(data) <= self._limits.stdout_bytes:
            self.out += data
        elif not self.ended.done():
            most = self._limits.stdout_bytes // MIB
            self.ended.set_exception(ChildTooLoudError(f"{self._program} printed more than {most} MB; it was stopped."))

    def printed(self) -> bytes:
        """All of standard output, once; it can be large, so the buffer is let go."""
        text = bytes(self.out)
        self.out.clear()
        return text

    def process_exited(self) -> None:
        self.gone.set()
        if not self.ended.done():
            self.ended.set_result(None)

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


async def _start(
    argv: Sequence[str], cwd: str, env: Mapping[str, str], limits: Limits
) -> tuple[_Child, asyncio.SubprocessTransport]:
    program = Path(argv[0]).name
    starting = asyncio.ensure_future(
        asyncio.get_running_loop().subprocess_exec(
            lambda: _Child(program, limits), *argv, cwd=cwd, env=dict(env), start_new_session=True
        )
    )
    # asyncio ends a child that is cancelled while it starts, but not what that child has started by then.
    cancelled = await _to_the_end(starting)
    try:
        transport, child = starting.result()
        if cancelled is not None:
            try:
                await _end_session(child, transport)
            finally:
                transport.close()
            raise cancelled
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProcessError(f"{argv[0]} could not be started: {reason}.", "Try: walkdown doctor") from error
    return child, transport


@contextlib.asynccontextmanager
async def _deadline(program: str, seconds: float) -> AsyncIterator[None]:
    """asyncio.timeout exists from 3.11 on only; this is the same for one task, for 3.10."""
    task = asyncio.current_task()
    late = False

    def ring() -> None:
        nonlocal late
        late = True
        if task is not None:
            task.cancel()

    handle = asyncio.get_running_loop().call_later(seconds, ring)
    try:
        yield
    except asyncio.CancelledError:
        if late:
            raise ChildTimedOutError(Path(program).name, seconds) from None
        raise
    finally:
        handle.cancel()


def _feed(transport: asyncio.SubprocessTransport, data: bytes) -> None:
    """A child that does not want its input closes the pipe; what it then prints or exits with tells the story."""
    pipe = transport.get_pipe_transport(0)
    if isinstance(pipe, asyncio.WriteTransport):
        pipe.write(data)
        pipe.close()


def _bound_memory(pid: int, most: int) -> None:
    """Linux can bound another process after its start; elsewhere children run without a bound."""
    if not most or sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))


async def _end_session(child: _Child, transport: asyncio.SubprocessTransport) -> None:
    """Ask everyone in the child's session to stop, wait a moment, then make them. We are often here because we are
    being cancelled, maybe more than once: that waits until nobody is left."""
    ending = asyncio.ensure_future(_end_group(child, transport.get_pid()))
    cancelled = await _to_the_end(ending)
    ending.result()
    if cancelled is not None:
        raise cancelled


async def _to_the_end(work: asyncio.Future[Any]) -> asyncio.CancelledError | None:
    """Wait for it whatever happens to us meanwhile; the last cancellation of ours, which is then to be raised."""
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as again:
            cancelled = again
    return cancelled


async def _end_group(child: _Child, group: int) -> None:
    if _signal_group(group, signal.SIGTERM):
        try:
            await _gone(group, GRACE_SECONDS)
        finally:  # whoever cancels even this wants it to go faster, not to be left undone
            if _signal_group(group, signal.SIGKILL):
                await _gone(group, _DYING_SECONDS)
    await child.gone.wait()


async def _gone(group: int, seconds: float) -> None:
    """Nobody tells us when the last grandchild is gone, so there is nothing to wait on but the clock."""
    deadline = time.monotonic() + seconds
    while _signal_group(group, 0) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


def _signal_group(group: int, number: int) -> bool:
    """False once nobody is left in the group."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
