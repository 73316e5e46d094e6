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
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from walkdown.errors import ChildTimedOut, ChildTooLoud, ProcessError

MIB = 1024 * 1024
GRACE_SECONDS = 0.8
_CHUNK = 256 * 1024

# What a child may need of the user's world to reach a network at all; nothing of it is passed on when offline.
_NETWORK_VARIABLES = (
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
)  # fmt: skip


class Limits(msgspec.Struct, frozen=True):
    seconds: float = 600.0
    stdout_bytes: int = 256 * MIB
    stderr_bytes: int = 4 * MIB
    memory_bytes: int = 0


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
    argv: Sequence[str], *, cwd: str, env: Mapping[str, str], limits: Limits = Limits(), stdin: bytes = b""
) -> Finished:
    """Run a child to its end. On cancellation, time-out or too much output its whole session is ended first."""
    started = time.monotonic()
    child = await _start(argv, cwd, env, feed=bool(stdin))
    try:
        _bound_memory(child.pid, limits.memory_bytes)
        async with _deadline(argv[0], limits.seconds):
            stdout, stderr, _ = await asyncio.gather(
                _drain(child.stdout, limits.stdout_bytes, argv[0]),
                _drain(child.stderr, limits.stderr_bytes, argv[0], cut=True),
                _feed(child.stdin, stdin),
            )
            code = await child.wait()
    finally:
        # Also after a clean end: a grandchild left behind would hold our folders and the user's machine.
        await _end_session(child)
    return Finished(code, stdout, stderr, time.monotonic() - started)


def run_now(
    argv: Sequence[str], *, cwd: str, env: Mapping[str, str], limits: Limits = Limits(seconds=30), stdin: bytes = b""
) -> Finished:
    """`run` for callers that have no event loop of their own."""
    return asyncio.run(run(argv, cwd=cwd, env=env, limits=limits, stdin=stdin))


def run_with_terminal(argv: Sequence[str], *, cwd: str, env: Mapping[str, str] | None = None) -> int:
    """Run a child that may talk to the person (a passphrase, an editor): it inherits terminal and environment."""
    try:
        return subprocess.run(list(argv), cwd=cwd, env=None if env is None else dict(env), check=False).returncode
    except OSError as error:
        raise ProcessError(f"{argv[0]} could not be started: {error.strerror}.") from error


async def _start(argv: Sequence[str], cwd: str, env: Mapping[str, str], *, feed: bool) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=dict(env),
            stdin=asyncio.subprocess.PIPE if feed else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=_CHUNK,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProcessError(f"{argv[0]} could not be started: {reason}.", "Try: walkdown doctor") from error


@contextlib.asynccontextmanager
async def _deadline(program: str, seconds: float):  # type: ignore[no-untyped-def]
    """asyncio.timeout exists from 3.11 on only; this is the same for one task, for 3.10."""
    task = asyncio.current_task()
    assert task is not None
    late = False

    def ring() -> None:
        nonlocal late
        late = True
        task.cancel()

    handle = asyncio.get_running_loop().call_later(seconds, ring)
    try:
        yield
    except asyncio.CancelledError:
        if late:
            raise ChildTimedOut(Path(program).name, seconds) from None
        raise
    finally:
        handle.cancel()


async def _drain(stream: asyncio.StreamReader | None, most: int, program: str, *, cut: bool = False) -> bytes:
    """Read to the end. Beyond the limit: forget the rest (`cut`), or give up on the child."""
    assert stream is not None
    kept = bytearray()
    while chunk := await stream.read(_CHUNK):
        if len(kept) + len(chunk) <= most:
            kept += chunk
        elif not cut:
            raise ChildTooLoud(f"{Path(program).name} printed more than {most // MIB} MB; it was stopped.")
    return bytes(kept)


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    # A child that does not want its input closes the pipe; what it then prints or exits with tells the story.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stream.write(data)
        await stream.drain()
    stream.close()


def _bound_memory(pid: int, most: int) -> None:
    """Linux can bound another process after its start; elsewhere children run without a bound."""
    if not most or sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))


async def _end_session(child: asyncio.subprocess.Process) -> None:
    """Ask everyone in the child's session to stop, wait a moment, then make them. Shielded: we are often here because
    we are being cancelled ourselves."""
    ending = asyncio.ensure_future(_end_group(child))
    try:
        await asyncio.shield(ending)
    except asyncio.CancelledError:
        await ending
        raise


async def _end_group(child: asyncio.subprocess.Process) -> None:
    if _signal_group(child.pid, signal.SIGTERM):
        deadline = time.monotonic() + GRACE_SECONDS
        while _signal_group(child.pid, 0) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        _signal_group(child.pid, signal.SIGKILL)
    await child.wait()
    transport = child._transport  # type: ignore[attr-defined]
    transport.close()


def _signal_group(group: int, number: int) -> bool:
    """False once nobody is left in the group."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
