"""A package index on this machine that answers as badly as a test wants it to."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = "application/vnd.pypi.simple.v1+json"
Answer = Callable[["Asked"], None]


class FakeIndex:
    """`answers`: by path, without the first `/`; what is not in there is a 404. `asked`: the paths, in their order."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.ending = threading.Event()
        self.base = ""

    def pypi(self, name: str, files: Sequence[Mapping[str, Any]], **more: Any) -> None:
        self.says(f"{name}/", {"meta": {"api-version": "1.4"}, "name": name, "files": files, **more}, JSON)

    def npm(self, name: str, versions: dict[str, Any], **more: Any) -> None:
        self.says(name.replace("/", "%2F"), {"name": name, "versions": versions, **more}, "application/json")

    def says(
        self, path: str, what: object, kind: str, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        data = what if isinstance(what, bytes) else json.dumps(what).encode()
        self.answers[path] = lambda asked: asked.send(data, kind, status, headers or {})


class Asked(BaseHTTPRequestHandler):
    index: FakeIndex

    def do_GET(self) -> None:
        path = self.path.removeprefix("/")
        self.index.asked.append(path)
        self.index.headers.append(dict(self.headers))
        answer = self.index.answers.get(path)
        with contextlib.suppress(OSError):  # whoever asked has hung up
            if answer is None:
                self.send(b"", "text/html", 404, {})
            else:
                answer(self)

    def send(self, data: bytes, kind: str, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for key, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)

    def drip(self) -> None:
        """A byte now and then, for ever."""
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.end_headers()
        while not self.index.ending.wait(0.02):
            self.wfile.write(b" ")
            self.wfile.flush()

    def hang(self) -> None:
        """Says nothing at all."""
        self.index.ending.wait()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
        """Tests print nothing."""


@contextlib.contextmanager
def fake_index() -> Iterator[FakeIndex]:
    index = FakeIndex()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Asked", (Asked,), {"index": index}))
    index.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        index.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()
