"""A small advisory service on loopback, shaped like osv.dev, for the real pip-audit to ask, and stores of ours made of
the same advisories."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from walkdown.advisories.build import Origin, building
from walkdown.advisories.osv import decode
from walkdown.advisories.store import About

Advisories = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)


def make_store(path: Path, advisories: Sequence[Mapping[str, Any]], *, as_of: datetime = NOW) -> About:
    with building(path) as builder:
        for one in advisories:
            builder.add(decode(json.dumps(one).encode()))
        ecosystems = {affected["package"]["ecosystem"] for one in advisories for affected in one["affected"]}
        origin = Origin(as_of.isoformat().replace("+00:00", "Z"), "test", whole=True)
        return builder.finish(dict.fromkeys(ecosystems, origin), force=True, now=as_of)


def listed_in(advisories: Sequence[Mapping[str, Any]]) -> Callable[[str, str], list[Mapping[str, Any]]]:
    """Answers as a service that knows no ranges: an advisory speaks of the versions it lists, and of no other."""

    def answer(name: str, version: str) -> list[Mapping[str, Any]]:
        return [
            one
            for one in advisories
            if any(a["package"]["name"] == name and version in a["versions"] for a in one["affected"])
        ]

    return answer


@contextmanager
def osv_service(advisories: Advisories, *, status: int = 200, broken: bool = False) -> Iterator[str]:
    with upstream(lambda name, version: advisories.get((name, version), ()), status=status, broken=broken) as url:
        yield url


@contextmanager
def upstream(
    answer: Callable[[str, str], Sequence[Mapping[str, Any]]], *, status: int = 200, broken: bool = False
) -> Iterator[str]:
    """The address to ask, while the context lasts. `answer`: the advisories for a name and a version."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = answer(asked["package"]["name"], asked["version"])
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
    name: str,
    known_as: str,
    *,
    aliases: Sequence[str] = (),
    introduced: str = "0",
    fixed: Sequence[str] = (),
    versions: Sequence[str] = (),
    severity: str = "",
    **more: Any,
) -> dict[str, Any]:
    events = [{"introduced": introduced}, *({"fixed": version} for version in fixed)]
    affected = {
        "package": {"name": name, "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
        "versions": list(versions),
    }
    rated = {"severity": [{"type": "CVSS_V3", "score": severity}]} if severity else {}
    return {
        "id": known_as, "modified": "2026-11-01T00:00:00Z", "published": "2026-10-31T01:02:03.456Z",
        "aliases": list(aliases), "summary": "A flaw.", "affected": [affected], **rated, **more,
    }  # fmt: skip
