"""The topics of a scan: each content is looked into once, and what cannot be read is never taken for unchanged."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from walkdown.cache import Cache
from walkdown.errors import TargetError
from walkdown.model import SourceFile, Topics
from walkdown.scan.topics import topics_of_files
from walkdown.target.topics import TOPICS

TREE = {"api.py": b"@app.get('/')\n", "twin.py": b"@app.get('/')\n", "tests/test_api.py": b"x\n", "README.md": b"Hi\n"}


class Reader:
    def __init__(self, tree: Mapping[str, bytes], broken: frozenset[str] = frozenset()) -> None:
        self.tree = tree
        self.broken = broken
        self.read: list[str] = []

    @property
    def files(self) -> list[SourceFile]:
        return [SourceFile(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in self.tree.items()]

    def __call__(self, path: str) -> bytes:
        self.read.append(path)
        if path in self.broken:
            raise TargetError(f"{path} changed while the scan ran.")
        return self.tree[path]

    def topics(self, cache: Cache | None) -> Topics:
        return topics_of_files(self.files, self, cache, b"k" * 32)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with contextlib.closing(Cache(tmp_path)) as made:
        yield made


def test_each_content_is_looked_into_once(cache: Cache) -> None:
    first = Reader(TREE)
    told = first.topics(cache)
    assert len(first.read) == 1, "twins, tests and prose need no reading"
    assert {one.name: one.files for one in told.digests} == {
        "code": 2, "entrance": 2, "prose": 1, "tests": 1, "text": 4,
    }  # fmt: skip
    again = Reader(TREE)
    assert (again.topics(cache), again.read) == (told, [])
    one_more = Reader(TREE | {"new.py": b"import stripe\n"})
    assert "payment" in {one.name for one in one_more.topics(cache).digests}
    assert one_more.read == ["new.py"]


def test_with_and_without_a_cache_the_answer_is_the_same(cache: Cache) -> None:
    known = Reader(TREE).topics(cache)
    part = {path: data for path, data in TREE.items() if path != "twin.py"}
    assert Reader(TREE).topics(None) == known
    assert Reader(part).topics(None) == Reader(part).topics(cache) != known


def test_a_file_that_cannot_be_read_counts_for_every_topic_and_is_tried_again(cache: Cache) -> None:
    unread = Reader(TREE | {"gone.py": b"plain"}, frozenset({"gone.py"})).topics(cache)
    assert {one.name for one in unread.digests} == TOPICS
    mended = Reader(TREE | {"gone.py": b"plain"})
    assert {one.name for one in mended.topics(cache).digests} == {"code", "entrance", "prose", "tests", "text"}
    assert mended.read == ["gone.py"]


def test_a_kept_answer_that_is_broken_is_made_anew(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = {"README.md": b"Hi\n"}
    told = Reader(readme).topics(cache)
    get = cache.get
    monkeypatch.setattr(cache, "get", lambda keys: dict.fromkeys(get(keys), b"\xc1"))
    assert Reader(readme).topics(cache) == told
