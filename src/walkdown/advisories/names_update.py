"""`walkdown db update`: every package name there is, asked of the indexes themselves.

What is fetched is bounded, goes on where it broke off, and only takes the place of the older index when it is whole.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec

from walkdown.advisories.build import locked
from walkdown.advisories.download import Opener, Progress, fetch_bytes, fetch_file, forget
from walkdown.advisories.moments import read_moment
from walkdown.advisories.names import SHIPPED, check_day
from walkdown.advisories.names_store import Taken, in_lines, make, put, weigh
from walkdown.errors import AdvisoryError

PYPI = "https://pypi.org/simple/"
NPM = "https://replicate.npmjs.com/_all_docs"
LEAST = {"PyPI": 500_000, "npm": 2_000_000}  # a list shorter than that is a part of the list
MOST_BYTES = 512 * 1024 * 1024
PAGE = 10_000
MOST_PAGES = 10_000
_MOST_PAGE = 16 * 1024 * 1024
_PIECE = 1024 * 1024
_OVERLAP = 1_000
_GOES_ON = dt.timedelta(days=1)  # how old the beginning of a list may be that is gone on with
_BEGUN = "# begun "
_SIMPLE = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
_IN_JSON = re.compile(rb'"name"\s*:\s*"([^"\\]{1,300})"')
_IN_HTML = re.compile(rb'<a\s[^>]*?href="(?:[^"]*/)?([^"/]{1,300})/"')


class _Row(msgspec.Struct, frozen=True):
    id: str


class _Page(msgspec.Struct, frozen=True):
    rows: tuple[_Row, ...]
    total_rows: int = 0


def quiet(_done: int, _of: int) -> None:
    """Nobody watches."""


def update_names(
    folder: Path,
    ecosystem: str,
    opener: Opener,
    *,
    url: str = "",
    now: dt.datetime,
    force: bool = False,
    progress: Progress = quiet,
    shipped: Path | None = SHIPPED,
) -> Taken:
    """Bring the index of one ecosystem up to date. Whatever goes wrong, the one in use stays or the new one counts."""
    place = folder / "download"
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(place / f"{ecosystem}-names.lock"):
            part = place / f"{ecosystem}-names.part"
            fetch = _pypi if ecosystem == "PyPI" else _npm
            data = fetch(part, opener, url, now, progress)
            taken = put(folder, weigh(folder, data, force=force, now=now, shipped=shipped))
            forget(part)
            return taken
    except OSError as error:
        what = f"{error.filename or place}: {error.strerror or error}. The index of names stays as it was."
        raise AdvisoryError(what, "Make room or mend the permissions, and run it again.") from error


def _pypi(part: Path, opener: Opener, url: str, now: dt.datetime, progress: Progress) -> bytes:
    """One answer of some 40 MB, as JSON or as HTML."""
    mark = fetch_file(url or PYPI, part, opener, most=MOST_BYTES, progress=progress, accept=_SIMPLE)
    try:
        _check_whole(part)
        as_of = min(now, read_moment(mark.as_of)) if mark.as_of else now
        return make("PyPI", _listed(part), _day(as_of), "the simple index", least=LEAST["PyPI"])
    except AdvisoryError:
        forget(part)  # what is no list is not gone on with
        raise


def _check_whole(part: Path) -> None:
    end = b""
    if part.is_file():  # there is none where the answer had no body
        with part.open("rb") as file:
            file.seek(max(0, part.stat().st_size - 64))
            end = file.read().rstrip()
    if not end.endswith((b"}", b"</html>")):
        raise AdvisoryError("The list of PyPI names has no proper end.", "Run it again.")


def _listed(part: Path) -> Iterator[str]:
    """The names in JSON or HTML, read in pieces that overlap by a line or a name."""
    with part.open("rb") as file:
        kept = b""
        pattern = _IN_JSON if file.read(64).lstrip().startswith(b"{") else _IN_HTML
        file.seek(0)
        while piece := file.read(_PIECE):
            data = kept + piece
            end = 0
            for match in pattern.finditer(data):
                end = match.end()
                yield match.group(1).decode("utf-8", "replace")
            kept = data[max(end, len(data) - _OVERLAP) :]


def _npm(part: Path, opener: Opener, url: str, now: dt.datetime, progress: Progress) -> bytes:
    """Page after page; the names so far are kept in a file, and a broken run goes on behind the last of them. It speaks
    for the day it was begun: what was published since may lie before the place where it went on."""
    begun, last, count = _so_far(part, now)
    with part.open("ab") as file:
        for _ in range(MOST_PAGES):
            page = _page(opener, url or NPM, last)
            names = [row.id for row in page.rows]
            # A page begins with the key that it was asked to begin with.
            fresh = names[1:] if names[:1] == [last] else names
            if last in fresh:
                raise AdvisoryError("The list of npm names does not go on where it is asked to.", "Try again later.")
            if not fresh:
                break
            file.write("".join(f"{name}\n" for name in fresh if "\n" not in name).encode("utf-8", "replace"))
            file.flush()
            last, count = fresh[-1], count + len(fresh)
            if file.tell() > MOST_BYTES:
                forget(part)
                raise AdvisoryError("The list of npm names is larger than any should be.")
            progress(count, page.total_rows)
        else:
            forget(part)
            raise AdvisoryError("The list of npm names has no end.", "Try again later.")
    try:
        with part.open("rb") as lines:
            return make("npm", in_lines(lines), begun, "the replication feed", least=LEAST["npm"])
    except AdvisoryError:
        forget(part)
        raise


def _page(opener: Opener, url: str, last: str) -> _Page:
    start = f"&startkey={quote(msgspec.json.encode(last).decode(), safe='')}" if last else ""
    data, _ = fetch_bytes(f"{url}?limit={PAGE}{start}", opener, most=_MOST_PAGE, accept="application/json")
    try:
        return msgspec.json.decode(data, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AdvisoryError("The npm list answered with something that is no list.", "Try again later.") from error


def _so_far(part: Path, now: dt.datetime) -> tuple[str, str, int]:
    """The day a broken run was begun, the last whole name it has and how many; what was cut off behind it is dropped.
    Too old a beginning is not gone on with."""
    try:
        with part.open("rb") as file:
            begun = file.readline(_OVERLAP).decode("utf-8", "replace").strip().removeprefix(_BEGUN)
            fresh = dt.timedelta(0) <= now - check_day(begun) <= _GOES_ON
            count = sum(1 for line in file if line.endswith(b"\n"))
    except (FileNotFoundError, AdvisoryError):
        fresh = False
    if not fresh:
        part.write_text(f"{_BEGUN}{_day(now)}\n", "utf-8")
        return _day(now), "", 0
    return begun, _last_name(part) if count else "", count


def _last_name(part: Path) -> str:
    with part.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - 2 * _OVERLAP)
        file.seek(start)
        whole, _, cut = file.read().rpartition(b"\n")
        file.truncate(size - len(cut))
    return whole.rpartition(b"\n")[2].decode("utf-8", "replace")


def _day(now: dt.datetime) -> str:
    return now.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
