"""The index of names: what it forgets (no name it was given), how it is carried, and that no broken one is used."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import string
import urllib.request
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from walkdown.advisories import bloom
from walkdown.advisories.names import SHIPPED, NameIndex, file_name, is_name, normalise
from walkdown.advisories.names_update import import_names, update_npm, update_pypi
from walkdown.advisories.popular import is_well_used, popular
from walkdown.errors import AdvisoryError

DAY = "2026-11-17T00:00:00Z"
NOW = dt.datetime(2026, 11, 20, tzinfo=dt.timezone.utc)


def some_names(count: int, seed: int = 1) -> list[str]:
    pick = random.Random(seed)
    return sorted({"".join(pick.choices(string.ascii_lowercase, k=12)) for _ in range(count)})


def put(folder: Path, ecosystem: str, names: list[str], day: str = DAY) -> Path:
    path = folder / file_name(ecosystem)
    bloom.write(path, bloom.build(ecosystem, iter(names), day))
    return path


def test_it_never_forgets_a_name_and_rarely_invents_one(tmp_path: Path) -> None:
    names = some_names(20_000)
    path = put(tmp_path, "PyPI", names)
    index = bloom.read(path)
    assert all(name in index for name in names)
    strangers = [name for name in some_names(40_000, seed=2) if name not in set(names)]
    assert len([name for name in strangers if name in index]) / len(strangers) < 0.005
    assert path.stat().st_size < len(names) * 1.5 + 500


@pytest.mark.parametrize("damage", ["bits", "header", "cut", "magic", "ones", "zeros", "empty", "long"])
def test_a_damaged_file_is_refused(tmp_path: Path, damage: str) -> None:
    path = put(tmp_path, "PyPI", some_names(5_000))
    data = bytearray(path.read_bytes())
    start = data.index(b"}") + 1
    if damage == "bits":
        data[-1] ^= 1
    elif damage == "header":
        data = data.replace(b"2026-11-17", b"2036-11-17")
    elif damage == "cut":
        del data[-100:]
    elif damage == "magic":
        data[0] ^= 1
    elif damage in ("ones", "zeros"):
        data = resealed(data[:start], (b"\xff" if damage == "ones" else b"\0") * (len(data) - start))
    elif damage == "empty":
        data.clear()
    else:
        data[len(bloom.MAGIC) : len(bloom.MAGIC) + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    with pytest.raises(AdvisoryError):
        bloom.read(path)


def resealed(head: bytearray, bits: bytes) -> bytearray:
    """An honest checksum over dishonest bits."""
    told = bytes(head[len(bloom.MAGIC) + 4 :])
    header = msgspec.json.decode(told, type=bloom.Header)
    header = msgspec.structs.replace(header, digest=bloom._digest(header, bits))
    told = msgspec.json.encode(header)
    return bytearray(bloom.MAGIC + len(told).to_bytes(4, "little") + told + bits)


def test_an_empty_list_is_no_index() -> None:
    with pytest.raises(AdvisoryError, match="empty"):
        bloom.build("npm", iter(()), DAY)


def test_the_older_index_stays_where_the_new_one_is_not_sound(tmp_path: Path) -> None:
    path = put(tmp_path, "npm", ["left-pad"])
    before = path.read_bytes()
    with pytest.raises(AdvisoryError):
        bloom.write(path, before[:-1])
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_several_ecosystems_in_one_folder_and_the_newest_wins(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    put(own, "npm", ["express"], "2026-09-29T00:00:00Z")
    put(shipped, "PyPI", ["flask"])
    put(own, "PyPI", ["django"], "2026-10-01T00:00:00Z")
    index = NameIndex.open(own, shipped)
    assert (index.knows("PyPI", "Flask"), index.knows("PyPI", "django")) == (True, False)
    assert (index.knows("npm", "express"), index.knows("npm", "Express")) == (True, False)
    assert (index.as_of, index.dated("PyPI")) == ("2026-09-29T00:00:00Z", DAY)
    assert NameIndex.open(tmp_path / "none", None).knows("npm", "express") is None


def test_a_broken_index_is_told_and_another_used(tmp_path: Path) -> None:
    put(tmp_path / "shipped", "PyPI", ["flask"])
    path = put(tmp_path / "own", "PyPI", ["flask", "newer"], "2026-11-19T00:00:00Z")
    path.write_bytes(path.read_bytes()[:-1])
    index = NameIndex.open(tmp_path / "own", tmp_path / "shipped")
    assert index.dated("PyPI") == DAY
    assert len(index.problems) == 1
    # A file that is of another ecosystem than its name says would call every package invented.
    put(tmp_path / "swapped", "npm", ["flask"]).rename(tmp_path / "swapped" / file_name("PyPI"))
    assert NameIndex.open(tmp_path / "swapped", None).problems


def test_the_shipped_snapshot_knows_what_people_use() -> None:
    index = NameIndex.open(Path("nowhere"))
    assert index.dated("PyPI") == DAY
    assert [name for name in popular("PyPI") if not index.knows("PyPI", name)] == []
    assert index.knows("PyPI", "Typing_Extensions") is True
    assert index.knows("PyPI", "no-such-package-of-anyone-4711") is False
    assert (SHIPPED / file_name("PyPI")).stat().st_size < 1_500_000


def test_names_are_spelled_as_their_index_does() -> None:
    assert normalise("PyPI", "Foo__Bar.baz") == "foo-bar-baz"
    assert normalise("npm", "JSONStream") == "JSONStream"
    good = [is_name("npm", name) for name in ("@scope/name", "JSONStream", "a.b_c")]
    bad = [is_name("npm", name) for name in ("@scope", "a/b", "a b", "", "x" * 300, "a\nb")]
    assert (all(good), any(bad)) == (True, False)
    assert (is_name("PyPI", "a-b"), is_name("PyPI", "-a"), is_name("PyPI", "a b")) == (True, False, False)


def test_well_used_names_are_known_though_they_are_not_on_the_short_list() -> None:
    assert is_well_used("npm", "atob")
    assert is_well_used("PyPI", "boto3")
    assert not is_well_used("PyPI", "reqeusts")


# -- carried by hand ------------------------------------------------------------------------------------------------


def test_a_list_of_names_is_imported(tmp_path: Path) -> None:
    text = tmp_path / "names.txt"
    text.write_text("# walkdown names PyPI 2026-11-20T00:00:00Z\nFlask\nDJango_Money\n")
    header = import_names(text, tmp_path / "own")
    assert (header.ecosystem, header.as_of, header.names) == ("PyPI", "2026-11-20T00:00:00Z", 2)
    array = tmp_path / "names.json"
    array.write_text('["express", "@hono/zod-validator"]')
    with pytest.raises(AdvisoryError, match="which index"):
        import_names(array, tmp_path / "own")
    import_names(array, tmp_path / "own", ecosystem="npm", as_of=DAY)
    index = NameIndex.open(tmp_path / "own", None)
    assert index.knows("PyPI", "django-money")
    assert index.knows("npm", "@hono/zod-validator")
    # A finished index is carried the same way.
    import_names(tmp_path / "own" / file_name("npm"), tmp_path / "elsewhere")
    assert NameIndex.open(tmp_path / "elsewhere", None).knows("npm", "express")


@pytest.mark.parametrize(
    "text",
    ["", "# walkdown names conda 2026-11-20T00:00:00Z\na\n", "# walkdown names npm 2026-99-20T00:00:00Z\na\n",
     "# walkdown names npm 2026-11-20T00:00:00Z\n", "# walkdown names npm 2026-11-20T00:00:00Z\nok\nno name\nno name\n"],  # noqa: E501
)  # fmt: skip
def test_what_is_no_list_of_names_changes_nothing(tmp_path: Path, text: str) -> None:
    path = put(tmp_path / "own", "npm", ["express"])
    before = path.read_bytes()
    list_ = tmp_path / "names.txt"
    list_.write_text(text)
    with pytest.raises(AdvisoryError):
        import_names(list_, tmp_path / "own")
    assert path.read_bytes() == before


# -- fetched --------------------------------------------------------------------------------------------------------


class Answer(io.BytesIO):
    def __init__(self, data: bytes, status: int = 200, length: int | None = None) -> None:
        super().__init__(data)
        self.status = status
        self.headers = Message()
        self.headers["Content-Length"] = str(len(data) if length is None else length)


@pytest.mark.parametrize("form", ["json", "html"])
def test_the_list_of_pypi_is_read_in_either_form(tmp_path: Path, form: str) -> None:
    names = some_names(120_000)  # more than one piece of it
    data = as_json(names) if form == "json" else as_html(names)
    header = update_pypi(tmp_path, lambda request: Answer(data), url="http://127.0.0.1/", now=NOW, least=1_000)
    assert (header.names, header.as_of) == (len(names), "2026-11-20T00:00:00Z")
    index = NameIndex.open(tmp_path, None)
    assert all(index.knows("PyPI", name) for name in names)
    assert [one.name for one in tmp_path.iterdir()] == [file_name("PyPI")]


def as_json(names: list[str]) -> bytes:
    return json.dumps({"meta": {"api-version": "1.1"}, "projects": [{"name": name} for name in names]}).encode()


def as_html(names: list[str]) -> bytes:
    rows = "".join(f'<a href="/simple/{name}/">{name}</a>\n' for name in names)
    return f"<!DOCTYPE html><html><body>\n{rows}</body></html>".encode()


def test_a_broken_download_leaves_the_index_and_goes_on(tmp_path: Path) -> None:
    path = put(tmp_path, "PyPI", ["flask"])
    before = path.read_bytes()
    data = as_json(some_names(5_000))
    asked: list[str | None] = []

    def opener(request: urllib.request.Request) -> IO[bytes]:
        asked.append(request.get_header("Range"))
        if len(asked) == 1:
            return Answer(data[:30_000], length=len(data))
        return Answer(data[30_000:], status=206)

    with pytest.raises(AdvisoryError, match="broke off"):
        update_pypi(tmp_path, opener, now=NOW, least=1_000)
    assert path.read_bytes() == before
    assert update_pypi(tmp_path, opener, now=NOW, least=1_000).names > 4_900
    assert asked == [None, "bytes=30000-"]


@pytest.mark.parametrize(
    "data", [b"{}", b'{"projects": [{"name": "only"}]}', b"<html>sign in</html>", b'{"name": "cut"']
)
def test_a_short_or_strange_answer_is_no_list(tmp_path: Path, data: bytes) -> None:
    path = put(tmp_path, "PyPI", ["flask"])
    before = path.read_bytes()
    with pytest.raises(AdvisoryError):
        update_pypi(tmp_path, lambda request: Answer(data), now=NOW)
    assert path.read_bytes() == before


def test_npm_comes_page_by_page_and_goes_on_where_it_broke_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("walkdown.advisories.names_update.PAGE", 100)
    names = some_names(450)
    starts: list[str] = []

    def opener(request: urllib.request.Request) -> IO[bytes]:
        start = json.loads(parse_qs(urlsplit(request.full_url).query).get("startkey", ['""'])[0])
        starts.append(start)
        if len(starts) == 3:
            raise OSError("gone")
        page = [name for name in names if name >= start][:100]
        return Answer(json.dumps({"rows": [{"id": name} for name in page]}).encode())

    with pytest.raises(AdvisoryError, match="no answer"):
        update_npm(tmp_path, opener, now=NOW, least=10)
    assert NameIndex.open(tmp_path, None).knows("npm", names[0]) is None
    assert update_npm(tmp_path, opener, now=NOW, least=10).names == len(names)
    assert starts[2] == starts[3]
    index = NameIndex.open(tmp_path, None)
    assert all(index.knows("npm", name) for name in names)
