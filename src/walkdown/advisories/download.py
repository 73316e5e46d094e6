"""Fetching over HTTPS with the standard library: bounded, checked, and gone on with where it broke off."""

from __future__ import annotations

import base64
import binascii
import contextlib
import datetime as dt
import email.utils
import hashlib
import http
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlsplit

import msgspec

from walkdown import __version__
from walkdown.advisories.moments import now_utc, stamp
from walkdown.errors import AdvisoryError

MIB = 1024 * 1024
_PIECE = 256 * 1024
_SECONDS = 30.0
_TRIES = 4
_WE = {"User-Agent": f"walkdown/{__version__}", "Accept-Encoding": "identity"}
_AGAIN = "Check the network and run it again; it goes on where it stopped."
# Answers that only make sense to who asked for the rest of a file, or whether it changed.
_ABOUT_PARTS = ("Range", "If-None-Match")
_OF_PARTS = (http.HTTPStatus.NOT_MODIFIED, http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
Progress = Callable[[int, int], None]


class Opener(Protocol):
    """What urllib's opener does; tests bring one that only knows their own server."""

    def open(self, fullurl: urllib.request.Request, data: None = None, timeout: float = _SECONDS) -> Any: ...


class Mark(msgspec.Struct, frozen=True):
    """Which version of which file a part is of. `size` 0: the server does not say."""

    url: str = ""
    etag: str = ""
    size: int = 0
    md5: str = ""
    as_of: str = ""


class NotThereError(AdvisoryError):
    """The server answers, and has no such file."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Never from https to anything less, and never to a host that nobody was told of."""

    def redirect_request(  # noqa: PLR0917 - the shape urllib asks for
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.startswith("https://"):
            raise AdvisoryError(f"{req.host} sends us on to an address without encryption; that is refused.")
        other = urlsplit(newurl).hostname
        if other != urlsplit(req.full_url).hostname:
            raise AdvisoryError(
                f"{req.host} sends us on to {other}; that is refused.",
                "Networks that want a sign-in first do that. Sign in, or use another network, and run it again.",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def usual_opener() -> Opener:
    """HTTPS through the proxies of the environment, if there are any; no files, no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),  # what a proxy may be spoken to by
        urllib.request.HTTPSHandler(),
        _Redirects(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def fetch_bytes(url: str, opener: Opener, *, most: int, accept: str = "*/*") -> tuple[bytes, str]:
    """A small file, whole, and the time its server gives it."""
    for _ in range(_TRIES):
        with contextlib.suppress(_BrokeOffError), _ask(opener, url, {"Accept": accept}) as response:
            if response.status != http.HTTPStatus.OK:
                raise _BrokeOffError
            mark = _mark(url, response)
            with _reading(url):
                data: bytes = response.read(most + 1)
            _bound(url, max(len(data), mark.size), most)
            if mark.size in (0, len(data)):
                return data, mark.as_of
    raise AdvisoryError(f"{url} broke off again and again.", _AGAIN)


def fetch_file(url: str, part: Path, opener: Opener, *, most: int, progress: Progress, accept: str = "*/*") -> Mark:
    """Bring `part` to the whole of the file, beginning with what an earlier try left of the same version of it."""
    for _ in range(_TRIES):
        with contextlib.suppress(_BrokeOffError):
            mark = _go_on(url, part, opener, most=most, progress=progress, accept=accept)
            if mark.size in (0, _size(part)):
                _verify(part, mark)
                return mark
    of = read_mark(part).size
    told = f"{_size(part) / MIB:.1f} of {of / MIB:.1f} MB" if of else f"{_size(part) / MIB:.1f} MB"
    raise AdvisoryError(f"The download of {url} broke off after {told}.", _AGAIN)


def read_mark(part: Path) -> Mark:
    try:
        return msgspec.json.decode(_mark_file(part).read_bytes(), type=Mark)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return Mark()


def forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _mark_file(part).unlink(missing_ok=True)


class _BrokeOffError(Exception):
    """The connection ended before the file did."""


def _go_on(url: str, part: Path, opener: Opener, *, most: int, progress: Progress, accept: str) -> Mark:
    mark, have = read_mark(part), _size(part)
    usable = have > 0 and mark.url == url and mark.etag.startswith('"') and have <= mark.size
    if not usable:
        forget(part)
        mark, have = Mark(), 0
    headers = {"If-None-Match": mark.etag} if usable and have == mark.size else {}
    if usable and have < mark.size:
        headers = {"Range": f"bytes={have}-", "If-Range": mark.etag}
    with _ask(opener, url, {"Accept": accept, **headers}) as response:
        if response.status == http.HTTPStatus.NOT_MODIFIED and have:
            return mark
        if not (response.status == http.HTTPStatus.PARTIAL_CONTENT and _continues(response, mark, have)):
            if response.status != http.HTTPStatus.OK:
                forget(part)
                raise _BrokeOffError
            forget(part)
            mark, have = _mark(url, response), 0
            _mark_file(part).write_bytes(msgspec.json.encode(mark))
        _bound(url, mark.size, most)
        _append(url, part, response, have=have, mark=mark, most=most, progress=progress)
    return mark


def _append(url: str, part: Path, response: Any, *, have: int, mark: Mark, most: int, progress: Progress) -> None:
    with part.open("ab") as file:
        progress(have, mark.size)
        while True:
            with _reading(url):
                piece = response.read(_PIECE)
            if not piece:
                return
            have += len(piece)
            if have > (mark.size or most):
                forget(part)  # of a body without an end nothing is kept
            _bound(url, have, mark.size or most)
            file.write(piece)
            progress(have, mark.size)


def _continues(response: Any, mark: Mark, have: int) -> bool:
    return bool(
        response.headers.get("Content-Range") == f"bytes {have}-{mark.size - 1}/{mark.size}"
        and response.headers.get("ETag", mark.etag) == mark.etag
    )


@contextlib.contextmanager
def _ask(opener: Opener, url: str, headers: dict[str, str]) -> Iterator[Any]:
    request = urllib.request.Request(url, headers=_WE | headers)  # noqa: S310
    try:
        response = opener.open(request, timeout=_SECONDS)
    except urllib.error.HTTPError as error:
        with error:
            if error.code in _OF_PARTS and not headers.keys().isdisjoint(_ABOUT_PARTS):
                yield error
                return
            if error.code == http.HTTPStatus.NOT_FOUND:
                raise NotThereError(f"{url} does not exist.") from error
            raise AdvisoryError(f"{url} answered {error.code}.", "Try again later.") from error
    except urllib.error.URLError as error:
        raise AdvisoryError(f"{url} cannot be reached: {error.reason}.", _AGAIN) from error
    except (http.client.HTTPException, OSError) as error:
        raise AdvisoryError(f"{url} cannot be reached: {error}.", _AGAIN) from error
    with response:
        yield response


@contextlib.contextmanager
def _reading(url: str) -> Iterator[None]:
    """Only reading from the network: a full disk is another matter."""
    try:
        yield
    except (http.client.HTTPException, OSError) as error:
        raise _BrokeOffError(url) from error


def _mark(url: str, response: Any) -> Mark:
    length = response.headers.get("Content-Length", "")
    return Mark(
        url=url,
        etag=response.headers.get("ETag", ""),
        size=int(length) if length.isdecimal() else 0,
        md5=_md5(response.headers.get_all("x-goog-hash") or []),
        as_of=_last_modified(response.headers.get("Last-Modified", "")),
    )


def _md5(hashes: list[str]) -> str:
    """Google's storage says what the file's bytes should add up to."""
    for one in ",".join(hashes).split(","):
        name, _, value = one.strip().partition("=")
        if name == "md5":
            with contextlib.suppress(binascii.Error, ValueError):
                return base64.b64decode(value, validate=True).hex()
    return ""


def _last_modified(text: str) -> str:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return ""
    return stamp(min(moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc), now_utc()))


def _verify(part: Path, mark: Mark) -> None:
    if not mark.md5:
        return
    digest = hashlib.md5(usedforsecurity=False)  # the transport is secured by TLS; this finds damage
    with part.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    if digest.hexdigest() != mark.md5:
        forget(part)
        raise AdvisoryError(f"The download of {mark.url} is damaged.", "Run it again; it starts from the beginning.")


def _bound(url: str, size: int, most: int) -> None:
    if size > most:
        raise AdvisoryError(f"{url} sends more than the {most:,} bytes it may; it is refused.")


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _mark_file(part: Path) -> Path:
    return part.with_name(part.name + ".json")
