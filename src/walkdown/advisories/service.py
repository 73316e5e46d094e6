"""An advisory service on this machine, for as long as a scan needs it: pip-audit asks it as it would ask osv.dev.

It listens on 127.0.0.1 only, at a port of the system's choice, and answers nobody who does not know the token in its
path. One thread with an event loop of its own does it all: a stranger who connects and says nothing keeps nobody else
waiting. Whatever it cannot answer is an error to whoever asked, never an empty answer: that would read as "no flaw".
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import io
import secrets
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from http.client import HTTPException, parse_headers
from pathlib import Path
from typing import Annotated

import msgspec
from packaging.version import InvalidVersion, Version

from walkdown.advisories.answers import answer
from walkdown.advisories.osv import PYPI
from walkdown.advisories.store import Store
from walkdown.errors import AdvisoryError

_HOST = "127.0.0.1"
_TOKEN_BYTES = 24
_MOST_HEAD = 16 * 1024
_MOST_BODY = 16 * 1024
_MOST_OPEN = 300  # connections at a time; each child of ours holds one, and there are 256 at most
_SECONDS = 10.0  # for all that one connection has to say
_ENDING_SECONDS = 5.0

_OK, _MALFORMED, _NOT_FOUND, _WRONG_METHOD, _TOO_LARGE, _BROKEN = 200, 400, 404, 405, 413, 500
_REASONS = {
    _OK: "OK", _MALFORMED: "Bad Request", _NOT_FOUND: "Not Found", _WRONG_METHOD: "Method Not Allowed",
    _TOO_LARGE: "Content Too Large", _BROKEN: "Internal Server Error",
}  # fmt: skip


class _Package(msgspec.Struct, frozen=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    ecosystem: str


class _Query(msgspec.Struct, frozen=True):
    package: _Package
    version: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class _RefusedError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@contextlib.contextmanager
def serving(path: Path, digest: str) -> Iterator[str]:
    """The address to ask, while the context lasts. AdvisoryError where the store is not the one with this digest: what
    was said about the data beforehand would no longer be so."""
    with Store.open(path) as store:
        if store.about.digest != digest:
            raise AdvisoryError("The advisory data were renewed while this scan began.", "Scan again.")
        with _listener() as listener:
            service = _Service(store, listener)
            try:
                service.start()
                yield service.address
            finally:
                service.stop()


def _listener() -> socket.socket:
    """Bound before anything else runs. Python gives no child of ours a copy of it."""
    try:
        return socket.create_server((_HOST, 0))
    except OSError as error:
        what = f"The advisory data cannot be offered to pip-audit on this machine: {error.strerror}."
        raise AdvisoryError(what, "Look for what forbids a program to listen on 127.0.0.1.") from error


class _Service:
    def __init__(self, store: Store, listener: socket.socket) -> None:
        self._store = store
        self._listener = listener
        self._route = f"/{secrets.token_urlsafe(_TOKEN_BYTES)}/v1/query"
        self._up: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        # A daemon: should the app be ended without asking us, nothing waits for this thread.
        self._thread = threading.Thread(target=self._run, name="walkdown-advisories", daemon=True)
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.address = f"http://{_HOST}:{listener.getsockname()[1]}{self._route}"

    def start(self) -> None:
        self._thread.start()
        self._up.result()

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        if self._up.exception() is None:
            loop, ending = self._up.result()
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself meanwhile
                loop.call_soon_threadsafe(ending.set)
        self._thread.join(_ENDING_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            if self._up.done():
                raise
            self._up.set_exception(error)  # `start` waits for it

    async def _serve(self) -> None:
        ending = asyncio.Event()
        server = await asyncio.start_server(self._connected, sock=self._listener, limit=_MOST_HEAD)
        self._up.set_result((asyncio.get_running_loop(), ending))
        await ending.wait()
        # First nobody new, then those who are there: asyncio loses a caller whom it lets in while its server is closed.
        asyncio.get_running_loop().remove_reader(self._listener)
        await self._hang_up()
        server.close()

    async def _hang_up(self) -> None:
        """On everybody, also who is only just being let in."""
        while rest := asyncio.all_tasks() - {asyncio.current_task()}:
            talks = list(self._talks.items())
            for task, _ in talks:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            for _, writer in talks:
                # One that was let in a moment ago has a task that never began and closes nothing.
                await _cut(writer)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._talks) >= _MOST_OPEN:
            writer.close()
            return
        task = asyncio.get_running_loop().create_task(self._connection(reader, writer))
        self._talks[task] = writer
        task.add_done_callback(self._talks.pop)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.wait_for(self._converse(reader, writer), _SECONDS)
        except (asyncio.TimeoutError, asyncio.IncompleteReadError, OSError):
            pass  # it said too little for an answer, or went away: there is nobody to tell
        finally:
            await _cut(writer)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            status, body = _OK, await self._reply(reader)
        except _RefusedError as refused:
            status, body = refused.status, b"{}"
        except (asyncio.IncompleteReadError, OSError):
            raise
        except Exception:  # noqa: BLE001 - told to whoever asked, for whom it is a failure; a terminal is not ours here
            status, body = _BROKEN, b"{}"
        head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        writer.close()
        await writer.wait_closed()

    async def _reply(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError as error:
            raise _RefusedError(_TOO_LARGE) from error
        length = self._length(head)
        query = _query(await reader.readexactly(length))
        return answer(self._store, query.package.name, query.version)

    def _length(self, head: bytes) -> int:
        """Of the body that follows, where the request is for us."""
        first, _, rest = head.partition(b"\r\n")
        words = first.split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            raise _RefusedError(_MALFORMED)
        if not hmac.compare_digest(words[1], self._route.encode()):
            raise _RefusedError(_NOT_FOUND)
        if words[0] != b"POST":
            raise _RefusedError(_WRONG_METHOD)
        try:
            headers = parse_headers(io.BytesIO(rest))
        except (HTTPException, ValueError) as error:
            raise _RefusedError(_MALFORMED) from error
        lengths = headers.get_all("Content-Length", [])
        if len(lengths) != 1 or not (lengths[0].isascii() and lengths[0].isdigit()) or "Transfer-Encoding" in headers:
            raise _RefusedError(_MALFORMED)
        # Compared as text first: Python refuses to read a number of thousands of digits.
        if len(lengths[0]) > len(str(_MOST_BODY)) or int(lengths[0]) > _MOST_BODY:
            raise _RefusedError(_TOO_LARGE)
        return int(lengths[0])


async def _cut(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    # The socket is closed in the loop's next round. `wait_closed` would wait for what a cancelled task took with it.
    await asyncio.sleep(0)


def _query(body: bytes) -> _Query:
    try:
        query = msgspec.json.decode(body, type=_Query)
        Version(query.version)
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidVersion) as error:
        raise _RefusedError(_MALFORMED) from error
    if query.package.ecosystem != PYPI:
        raise _RefusedError(_MALFORMED)
    return query
