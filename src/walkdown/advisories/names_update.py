"""Makes the index of package names: from the indexes themselves, or from a file that was carried here by hand.

What is fetched is bounded, can go on where it broke off, and only takes the place of the older index when it is whole.
The opener is given: it is what asks the net, and in tests a server of their own.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.parse import quote

import msgspec

from walkdown.advisories import bloom
from walkdown.advisories.names import ECOSYSTEMS, check_day, file_name, is_name, normalise
from walkdown.errors import AdvisoryError

PYPI = "https://pypi.org/simple/"
NPM = "https://replicate.npmjs.com/_all_docs"
LEAST = {"PyPI": 500_000, "npm": 2_000_000}  # a list shorter than that is a part of the list
MOST_BYTES = 512 * 1024 * 1024
PAGE = 10_000
MOST_PAGES = 2_000
_MOST_PAGE = 16 * 1024 * 1024
_PIECE = 1024 * 1024
_MOST_ODD = 0.01
_LONGEST_LINE = 1_000
_HEAD = re.compile(r"# walkdown names (PyPI|npm) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
_IN_JSON = re.compile(rb'"name"\s*:\s*"([^"\\]{1,300})"')
_IN_HTML = re.compile(rb'<a\s[^>]*?href="(?:[^"]*/)?([^"/]{1,300})/"')

Opener = Callable[[urllib.request.Request], IO[bytes]]


class _Row(msgspec.Struct, frozen=True):
    id: str


class _Page(msgspec.Struct, frozen=True):
    rows: tuple[_Row, ...]


def import_names(path: Path, folder: Path, *, ecosystem: str = "", as_of: str = "") -> bloom.Header:
    """A finished index, or a list: one name a line under `# walkdown names npm 2026-11-20T00:00:00Z`, or a JSON array
    of names, whose ecosystem and day must then be told."""
    with _readable(path) as file:
        first = file.read(_LONGEST_LINE)
        file.seek(0)
        if first.startswith(bloom.MAGIC):
            return _take_finished(path, folder)
        if head := _HEAD.match(first.decode("utf-8", "replace")):
            ecosystem, as_of = head.groups()
        if ecosystem not in ECOSYSTEMS or not as_of:
            raise AdvisoryError(
                f"{path.name} does not say of which index it is and of which day.",
                "Begin it with a line such as: # walkdown names npm 2026-11-20T00:00:00Z",
            )
        names = _in_array(file) if first.lstrip().startswith(b"[") else _in_lines(file)
        return _put(folder, ecosystem, names, as_of, "a file", least=1)


def update_pypi(folder: Path, opener: Opener, *, url: str = PYPI, now: dt.datetime, least: int = 0) -> bloom.Header:
    """One answer of some 40 MB, as JSON or as HTML: both are read as they come."""
    part = folder / ".pypi-names.part"
    folder.mkdir(parents=True, exist_ok=True)
    _download(part, opener, url)
    header = _put(folder, "PyPI", _listed(part), _day(now), "the simple index", least=least or LEAST["PyPI"])
    part.unlink(missing_ok=True)
    return header


def update_npm(folder: Path, opener: Opener, *, url: str = NPM, now: dt.datetime, least: int = 0) -> bloom.Header:
    """Page after page; the names so far are kept in a file, and a broken run goes on behind the last of them."""
    part = folder / ".npm-names.part"
    folder.mkdir(parents=True, exist_ok=True)
    last = _last_line(part)
    with part.open("ab") as file:
        for _ in range(MOST_PAGES):
            names = _page(opener, url, last)
            # CouchDB begins a page with the key that it was asked to begin behind.
            fresh = [name for name in names if name != last]
            file.write("".join(f"{name}\n" for name in fresh if "\n" not in name).encode())
            file.flush()
            if len(names) < PAGE or not fresh:
                break
            last = fresh[-1]
        else:
            raise AdvisoryError("The list of npm names has no end.", "Try again later.")
    with part.open("rb") as lines:
        header = _put(folder, "npm", _in_lines(lines), _day(now), "the replication feed", least=least or LEAST["npm"])
    part.unlink(missing_ok=True)
    return header


def _page(opener: Opener, url: str, last: str) -> list[str]:
    start = f"&startkey={quote(msgspec.json.encode(last).decode(), safe='')}" if last else ""
    request = urllib.request.Request(f"{url}?limit={PAGE}{start}", headers={"Accept": "application/json"})  # noqa: S310
    with _answer(opener, request) as answer:
        data = answer.read(_MOST_PAGE + 1)
    if len(data) > _MOST_PAGE:
        raise AdvisoryError("A page of the npm list is larger than any should be.")
    try:
        return [row.id for row in msgspec.json.decode(data, type=_Page).rows]
    except msgspec.DecodeError as error:
        raise AdvisoryError("The npm list answered with something that is no list.", "Try again later.") from error


def _download(part: Path, opener: Opener, url: str) -> None:
    """Goes on behind what is there, where the server can; where it cannot, it sends all, and we begin again."""
    held = part.stat().st_size if part.exists() else 0
    headers = {"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.5", "Accept-Encoding": "identity"}
    if held:
        headers["Range"] = f"bytes={held}-"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the address is ours or the person's own
    with _answer(opener, request) as answer, part.open("r+b" if held else "wb") as file:
        goes_on = held and getattr(answer, "status", 200) == 206
        file.seek(held if goes_on else 0)
        file.truncate()
        wanted = getattr(answer, "headers", {}).get("Content-Length")
        got = 0
        while piece := answer.read(_PIECE):
            got += len(piece)
            if file.tell() + len(piece) > MOST_BYTES:
                raise AdvisoryError("The list of PyPI names is larger than any should be.")
            file.write(piece)
    if wanted is not None and wanted.isdigit() and got != int(wanted):
        raise AdvisoryError("The list of PyPI names broke off.", "Run it again: it goes on where it stopped.")
    if not _is_whole(part):
        part.unlink(missing_ok=True)
        raise AdvisoryError("The list of PyPI names has no proper end.", "Run it again.")


def _is_whole(part: Path) -> bool:
    with part.open("rb") as file:
        file.seek(max(0, part.stat().st_size - 64))
        return file.read().rstrip().endswith((b"}", b"</html>"))


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
            kept = data[max(end, len(data) - _LONGEST_LINE) :]


def _in_lines(file: IO[bytes]) -> Iterator[str]:
    while line := file.readline(_LONGEST_LINE):
        name = line.decode("utf-8", "replace").strip()
        if name and not name.startswith("#"):
            yield name


def _in_array(file: IO[bytes]) -> Iterator[str]:
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise AdvisoryError("The list of names is larger than any should be.")
    try:
        yield from msgspec.json.decode(data, type=list[str])
    except msgspec.DecodeError as error:
        raise AdvisoryError("The list of names is no JSON array of names.") from error


def _put(folder: Path, ecosystem: str, names: Iterator[str], as_of: str, source: str, *, least: int) -> bloom.Header:
    check_day(as_of)
    counts = {"odd": 0, "good": 0}
    data = bloom.build(ecosystem, _checked(ecosystem, names, counts), as_of, source)
    if counts["good"] < least:
        raise AdvisoryError(
            f"The list has only {counts['good']:,} names of {ecosystem}; the whole has more than {least:,}.",
            "The index in use was left as it is. Try again later.",
        )
    if counts["odd"] > _MOST_ODD * counts["good"]:
        raise AdvisoryError(f"{counts['odd']:,} entries of the list cannot be names of {ecosystem} packages.")
    return bloom.write(folder / file_name(ecosystem), data).header


def _checked(ecosystem: str, names: Iterator[str], counts: dict[str, int]) -> Iterator[str]:
    before = ""
    for name in itertools.chain(names):
        plain = normalise(ecosystem, name)
        if not is_name(ecosystem, plain):
            counts["odd"] += 1
        elif plain != before:
            counts["good"] += 1
            yield plain
        before = plain


def _take_finished(path: Path, folder: Path) -> bloom.Header:
    header = bloom.read(path).header
    check_day(header.as_of)
    if header.ecosystem not in ECOSYSTEMS:
        raise AdvisoryError(f"{path.name} is an index of an ecosystem that walkdown does not know.")
    folder.mkdir(parents=True, exist_ok=True)
    return bloom.write(folder / file_name(header.ecosystem), path.read_bytes()).header


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise AdvisoryError(f"{path.name} cannot be read.", "Name an existing file.") from error


@contextlib.contextmanager
def _answer(opener: Opener, request: urllib.request.Request) -> Iterator[IO[bytes]]:
    try:
        with opener(request) as answer:
            yield answer
    except (urllib.error.URLError, HTTPException, OSError) as error:
        raise AdvisoryError(
            "The index of package names gave no answer.", "Check the network and run it again; it goes on where it was."
        ) from error


def _last_line(part: Path) -> str:
    """The last whole name of a broken run; what was cut off behind it is dropped."""
    if not part.exists():
        return ""
    data = part.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        part.write_bytes(whole)
    return whole.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")


def _day(now: dt.datetime) -> str:
    return now.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
