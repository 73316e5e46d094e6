"""One question to a package index: bounded in bytes and in time, and never sent on to another host.

Nothing a server says is repeated, and no address either: it may hold the password of a mirror or of a proxy.
"""

from __future__ import annotations

import base64
import http
import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from typing import Any

import msgspec

from walkdown import __version__
from walkdown.scanners.indexes.addresses import without_password
from walkdown.scanners.indexes.wire import Why

_SECONDS = 10.0  # for the server to say anything at all
_PIECE = 64 * 1024
_MOST_REDIRECTS = 3
_GZIP = 31  # zlib's way to say: with gzip's own head and checksum


class Reply(msgspec.Struct, frozen=True):
    body: bytes
    kind: str


class NoAnswerError(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class NotThereError(Exception):
    """The index answers, and has no such package."""


class Index:
    """A package index at an address, which may hold a user and a password."""

    def __init__(self, base: str) -> None:
        parts = urllib.parse.urlsplit(base)
        self.base = without_password(base)
        self._headers = {"User-Agent": f"walkdown/{__version__}", "Accept-Encoding": "gzip"}
        if parts.username:
            pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
            self._headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        self._opener = _opener()

    def get(self, path: str, accept: str, *, most: int, seconds: float) -> Reply:
        until = time.monotonic() + seconds
        url = f"{self.base}/{path}"
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._open(url, accept)
            with response:
                if response.status == http.HTTPStatus.OK:
                    return Reply(_body(response, most, until), response.headers.get("Content-Type", ""))
                url = _same_host(url, response.headers.get("Location", ""))
        raise NoAnswerError(Why.MOVED)

    def _open(self, url: str, accept: str) -> Any:
        request = urllib.request.Request(url, headers={**self._headers, "Accept": accept})  # noqa: S310
        try:
            return self._opener.open(request, timeout=_SECONDS)
        except urllib.error.HTTPError as error:
            if 300 <= error.code < 400:
                return error  # its body is not read, however long it is
            error.close()
            if error.code in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE):
                raise NotThereError from error
            raise NoAnswerError(Why.REFUSED) from error
        except TimeoutError as error:
            raise NoAnswerError(Why.TOO_SLOW) from error
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise NoAnswerError(Why.UNREACHABLE) from error


def _opener() -> urllib.request.OpenerDirector:
    """Without what would follow redirects by itself: that reads their bodies to the end, without a bound."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _same_host(url: str, location: str) -> str:
    try:
        target = urllib.parse.urljoin(url, location)
        old, new = urllib.parse.urlsplit(url), urllib.parse.urlsplit(target)
    except ValueError as error:
        raise NoAnswerError(Why.MOVED) from error
    if not location or (old.scheme, old.netloc) != (new.scheme, new.netloc):
        raise NoAnswerError(Why.MOVED)
    return urllib.parse.quote(target, safe=":/?&=%@+~!$',;()*[]-._")


def _body(response: Any, most: int, until: float) -> bytes:
    """Piece by piece, so that a server that drips is left in time. `most` counts what was unpacked, too."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise NoAnswerError(Why.NO_INDEX)
    unpack = zlib.decompressobj(_GZIP) if coding != "identity" else None
    parts: list[bytes] = []
    size = 0
    try:
        while piece := response.read1(_PIECE):
            part = unpack.decompress(piece, most - size + 1) if unpack else piece
            size += len(part)
            parts.append(part)
            if size > most:
                raise NoAnswerError(Why.TOO_LARGE)
            if time.monotonic() > until:
                raise NoAnswerError(Why.TOO_SLOW)
    except TimeoutError as error:
        raise NoAnswerError(Why.TOO_SLOW) from error
    except (http.client.HTTPException, OSError) as error:
        raise NoAnswerError(Why.UNREACHABLE) from error
    except zlib.error as error:
        raise NoAnswerError(Why.NO_INDEX) from error
    length = response.headers.get("Content-Length", "")
    if (unpack and not unpack.eof) or (not unpack and length.isdecimal() and int(length[:20]) != size):
        raise NoAnswerError(Why.UNREACHABLE)  # it broke off
    return b"".join(parts)
