"""A small advisory service on loopback, shaped like osv.dev, so that the real pip-audit has somebody to ask."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Advisories = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]


@contextmanager
def osv_service(advisories: Advisories, *, status: int = 200, broken: bool = False) -> Iterator[str]:
    """The address to ask, while the context lasts. `advisories`: those for each (name, version)."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = advisories.get((asked["package"]["name"], asked["version"]), ())
            body = json.dumps({"vulns": list(found)} if found else {}).encode()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body[:5] if broken else body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def advisory(
    name: str, known_as: str, *, aliases: Sequence[str] = (), fixed: Sequence[str] = (), summary: str = "A flaw."
) -> dict[str, Any]:
    events = [{"introduced": "0"}, *({"fixed": version} for version in fixed)]
    affected = {
        "package": {"name": name, "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {"id": known_as, "aliases": list(aliases), "summary": summary, "affected": [affected]}
