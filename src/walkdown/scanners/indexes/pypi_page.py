"""Reads a project's page of the older, HTML form of the Simple API (PEP 503, 592, 792), as company mirrors still serve.

A page is only believed where it lists a file of the project, or says in so many words that it is such an index: what a
hotel's network or a proxy shows instead is HTML as well.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

from packaging.utils import canonicalize_name

from walkdown.scanners.indexes.fetching import NoAnswerError
from walkdown.scanners.indexes.wire import Why

_VERSION_BEHIND = re.compile(r"-(?=\d|v\d)")
_MOST_FILES = 200_000

Row = tuple[str, bool | str, str | None]


def read_page(name: str, body: bytes) -> tuple[list[Row], tuple[str, str]]:
    """The files as (name, yanked, upload time), and the project's status with its reason."""
    page = _Page(name)
    try:
        page.feed(body.decode("utf-8", "replace"))
    except AssertionError as error:  # the library's way to say that it cannot make sense of it
        raise NoAnswerError(Why.NO_INDEX) from error
    if not page.files and "pypi:repository-version" not in page.told:
        raise NoAnswerError(Why.NO_INDEX)
    told = page.told
    return page.files, (told.get("pypi:project-status", ""), told.get("pypi:project-status-reason", ""))


class _Page(HTMLParser):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.files: list[Row] = []
        self.told: dict[str, str] = {}
        self._name = name

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "meta" and given.get("name", "").startswith("pypi:"):
            self.told.setdefault(given["name"], given.get("content", ""))
        if tag == "a" and len(self.files) < _MOST_FILES:
            filename = unquote(given.get("href", "").partition("#")[0].rpartition("/")[2])
            if self._is_of_project(filename):
                yanked = given["data-yanked"] or True if "data-yanked" in given else False
                self.files.append((filename, yanked, given.get("data-upload-time")))

    def _is_of_project(self, filename: str) -> bool:
        """`zope.interface-5.0.tar.gz` is a file of zope-interface; the version starts at some hyphen before a digit."""
        if not filename.endswith((".whl", ".gz", ".zip", ".egg", ".bz2", ".tgz", ".exe", ".msi", ".rpm", ".xz")):
            return False
        heads = (filename[: hyphen.start()] for hyphen in _VERSION_BEHIND.finditer(filename[:300]))
        return any(canonicalize_name(head) == self._name for head in heads)
