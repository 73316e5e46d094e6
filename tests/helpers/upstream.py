"""A server of the test's own that publishes advisories and names, and misbehaves as it is told to."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from helpers.osv_files import packed

MADE = "Fri, 20 Nov 2026 06:00:00 GMT"
NPM_PATH = "/_all_docs"
_PIECE = b"<p>not yet</p>\n" * 4096


class Bucket:
    """What the server has, how it misbehaves, and what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.break_after: list[int] = []  # bytes of the body after which the next answers end
        self.headers: dict[str, str] = {}
        self.obey_ranges = self.say_length = self.say_hash = True
        self.endless = False
        self.status = 0
        self.names: list[str] = []  # of npm, in pages
        self.longest_page = 10_000
        self.obey_start = True
        self.asked: list[tuple[str, str]] = []
        self.unchanged = 0  # answers "you have it already"
        self.base = ""

    def put(self, ecosystem: str, advisories: list[dict[str, Any]], folder: Path) -> None:
        self.files[f"/{ecosystem}/all.zip"] = packed(folder / "served.zip", advisories).read_bytes()
        rows = sorted(((one["modified"], one["id"]) for one in advisories), reverse=True)
        self.files[f"/{ecosystem}/modified_id.csv"] = "".join(f"{when},{name}\n" for when, name in rows).encode()
        for one in advisories:
            self.files[f"/{ecosystem}/{one['id']}.json"] = json.dumps(one).encode()

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def body(self, address: str) -> bytes | None:
        split = urlsplit(address)
        if split.path == NPM_PATH and self.names:
            return self._page(parse_qs(split.query))
        return self.files.get(address)

    def _page(self, query: dict[str, list[str]]) -> bytes:
        start = json.loads(query["startkey"][0]) if "startkey" in query and self.obey_start else ""
        most = min(int(query["limit"][0]), self.longest_page)
        rows = [{"id": name} for name in self.names if name >= start][:most]
        return json.dumps({"total_rows": len(self.names), "rows": rows}).encode()


class Handler(BaseHTTPRequestHandler):
    bucket: Bucket

    def do_GET(self) -> None:
        bucket = self.bucket
        asked = self.headers.get("Range", "")
        bucket.asked.append((self.path, asked))
        data = bucket.body(self.path)
        if bucket.status in (301, 302, 304):
            self._only_head(bucket.status, bucket.headers)
        elif bucket.status or data is None:
            self.send_error(bucket.status or 404)
        else:
            self._send(data, asked, f'"{hashlib.md5(data).hexdigest()}"')

    def _send(self, data: bytes, asked: str, etag: str) -> None:
        bucket = self.bucket
        if self.headers.get("If-None-Match") == etag:
            bucket.unchanged += 1
            self._only_head(304, {})
            return
        start = 0
        if asked and bucket.obey_ranges and self.headers.get("If-Range") == etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        headers = {"ETag": etag, "Content-Length": str(len(data) - start), "Last-Modified": MADE}
        if bucket.say_hash:
            headers["x-goog-hash"] = "md5=" + base64.b64encode(hashlib.md5(data).digest()).decode()
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        if not bucket.say_length:
            del headers["Content-Length"]
        self._only_head(206 if start else 200, headers | bucket.headers)
        body = data[start:]
        if bucket.break_after:
            body = body[: bucket.break_after.pop(0)]
        with contextlib.suppress(ConnectionError):  # a client that refuses hangs up
            self.wfile.write(body)
            while bucket.endless:
                self.wfile.write(_PIECE)

    def _only_head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        pass


@contextlib.contextmanager
def serving() -> Iterator[Bucket]:
    bucket = Bucket()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"bucket": bucket}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    bucket.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield bucket
    finally:
        bucket.endless = False
        server.shutdown()
        thread.join()
        server.server_close()
