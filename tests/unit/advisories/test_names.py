"""The index of names: what it forgets (no name it was given), how it is carried, and that no broken one is used."""

from __future__ import annotations

import datetime as dt
import json
import random
import string
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from helpers.upstream import NPM_PATH, Bucket, serving
from walkdown.advisories import bloom, names_update
from walkdown.advisories.names import SHIPPED, NameIndex, file_name, is_name, normalise
from walkdown.advisories.names_import import import_names
from walkdown.advisories.names_store import Taken, weigh
from walkdown.advisories.names_store import put as put_index
from walkdown.advisories.names_update import update_names
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
    strangers = sorted(set(some_names(40_000, seed=2)) - set(names))
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
    header = import_names(text, tmp_path / "own", now=NOW, shipped=None)
    assert (header.ecosystem, header.as_of, header.names) == ("PyPI", "2026-11-20T00:00:00Z", 2)
    array = tmp_path / "names.json"
    array.write_text('["express", "@hono/zod-validator"]')
    with pytest.raises(AdvisoryError, match="which index"):
        import_names(array, tmp_path / "own")
    import_names(array, tmp_path / "own", ecosystem="npm", as_of=DAY, now=NOW, shipped=None)
    index = NameIndex.open(tmp_path / "own", None)
    assert index.knows("PyPI", "django-money")
    assert index.knows("npm", "@hono/zod-validator")
    # A finished index is carried the same way.
    import_names(tmp_path / "own" / file_name("npm"), tmp_path / "elsewhere", now=NOW, shipped=None)
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
        import_names(list_, tmp_path / "own", now=NOW, shipped=None)
    assert path.read_bytes() == before


# -- fetched --------------------------------------------------------------------------------------------------------


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setattr(names_update, "LEAST", {"PyPI": 1_000, "npm": 10})
    with serving() as bucket:
        yield bucket


def updated(bucket: Bucket, folder: Path, ecosystem: str, now: dt.datetime = NOW, **more: Any) -> Taken:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    bucket.asked.clear()
    url = bucket.base + ("/simple/" if ecosystem == "PyPI" else NPM_PATH)
    return update_names(folder, ecosystem, opener, url=url, now=now, shipped=None, **more)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


@pytest.mark.parametrize("form", ["json", "html"])
def test_the_list_of_pypi_is_read_in_either_form(bucket: Bucket, tmp_path: Path, form: str) -> None:
    names = some_names(120_000)  # more than one piece of it
    bucket.files["/simple/"] = as_json(names) if form == "json" else as_html(names)
    taken = updated(bucket, tmp_path, "PyPI")
    assert (taken.kept, taken.header.names, taken.header.as_of) == (False, len(names), "2026-11-20T00:00:00Z")
    index = NameIndex.open(tmp_path, None)
    assert all(index.knows("PyPI", name) for name in names)
    assert left(tmp_path) == [file_name("PyPI")]
    assert updated(bucket, tmp_path, "PyPI").kept, "the same list again"


def as_json(names: list[str]) -> bytes:
    return json.dumps({"meta": {"api-version": "1.1"}, "projects": [{"name": name} for name in names]}).encode()


def as_html(names: list[str]) -> bytes:
    rows = "".join(f'<a href="/simple/{name}/">{name}</a>\n' for name in names)
    return f"<!DOCTYPE html><html><body>\n{rows}</body></html>".encode()


def test_a_broken_download_leaves_the_index_and_goes_on(bucket: Bucket, tmp_path: Path) -> None:
    before = put(tmp_path, "PyPI", ["flask"]).read_bytes()
    bucket.files["/simple/"] = as_json(some_names(5_000))
    bucket.break_after = [30_000, 0, 0, 0]
    with pytest.raises(AdvisoryError, match="broke off"):
        updated(bucket, tmp_path, "PyPI")
    assert (tmp_path / file_name("PyPI")).read_bytes() == before
    assert updated(bucket, tmp_path, "PyPI").header.names > 4_900
    assert bucket.asked == [("/simple/", "bytes=30000-")]


def test_half_of_one_list_is_not_gone_on_with_by_half_of_another(bucket: Bucket, tmp_path: Path) -> None:
    bucket.files["/simple/"] = as_json(some_names(5_000))
    bucket.break_after = [30_000, 0, 0, 0]
    with pytest.raises(AdvisoryError, match="broke off"):
        updated(bucket, tmp_path, "PyPI")
    names = some_names(5_000, seed=2)
    bucket.files["/simple/"] = as_json(names)
    assert updated(bucket, tmp_path, "PyPI").header.names == len(names)
    index = NameIndex.open(tmp_path, None)
    assert all(index.knows("PyPI", name) for name in names)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b'{"projects": [{"name": "only"}]}', b"<html>sign in</html>", b'{"name": "cut"', b"PK\x03\x04"],
)
def test_a_short_or_strange_answer_is_no_list(bucket: Bucket, tmp_path: Path, data: bytes) -> None:
    before = put(tmp_path, "PyPI", ["flask"]).read_bytes()
    bucket.files["/simple/"] = data
    with pytest.raises(AdvisoryError):
        updated(bucket, tmp_path, "PyPI")
    assert (tmp_path / file_name("PyPI")).read_bytes() == before
    assert left(tmp_path) == [file_name("PyPI")]


@pytest.mark.parametrize("ecosystem", ["PyPI", "npm"])
@pytest.mark.parametrize(
    "case",
    [("404", "does not exist"), ("503", "answered 503"), ("304", "answered 304"), ("endless", "more than the")],
)
def test_a_server_that_misbehaves_leaves_the_index(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ecosystem: str, case: tuple[str, str]
) -> None:
    harm, said = case
    before = put(tmp_path, ecosystem, ["flask"]).read_bytes()
    bucket.status = int(harm) if harm.isdigit() else 0
    if harm == "endless":
        bucket.files["/simple/"], bucket.names, bucket.endless, bucket.say_length = b"{", ["a"], True, False
        monkeypatch.setattr(names_update, "MOST_BYTES", 1_000_000)
        monkeypatch.setattr(names_update, "_MOST_PAGE", 1_000_000)
    with pytest.raises(AdvisoryError, match=said):
        updated(bucket, tmp_path, ecosystem)
    assert (tmp_path / file_name(ecosystem)).read_bytes() == before
    assert [name for name in left(tmp_path) if name not in (file_name(ecosystem), "npm-names.part")] == []


def test_a_list_that_lost_a_fifth_is_refused_unless_forced(bucket: Bucket, tmp_path: Path) -> None:
    before = put(tmp_path, "PyPI", some_names(7_000)).read_bytes()
    bucket.files["/simple/"] = as_json(some_names(5_000))
    with pytest.raises(AdvisoryError, match=r"only 5,000 names of PyPI; the one here has 7,000") as caught:
        updated(bucket, tmp_path, "PyPI")
    assert "--force" in caught.value.do
    assert (tmp_path / file_name("PyPI")).read_bytes() == before
    assert updated(bucket, tmp_path, "PyPI", force=True).header.names == 5_000
    assert bucket.unchanged == 1, "it was not fetched twice"


def test_two_updates_at_once_do_not_write_into_one_part(bucket: Bucket, tmp_path: Path) -> None:
    bucket.files["/simple/"] = as_json(some_names(5_000))
    said: list[str] = []

    def meanwhile(_done: int, _of: int) -> None:
        if not said:
            said.append("")
            with pytest.raises(AdvisoryError) as caught:
                updated(bucket, tmp_path, "PyPI")
            said[0] = caught.value.what

    updated(bucket, tmp_path, "PyPI", progress=meanwhile)
    assert said == ["Another walkdown is changing the advisory data right now."]


# -- npm, page by page ----------------------------------------------------------------------------------------------


@pytest.fixture
def pages(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    monkeypatch.setattr(names_update, "PAGE", 100)
    bucket.names = some_names(450)
    return bucket


def starts(bucket: Bucket) -> list[str]:
    return [json.loads(parse_qs(urlsplit(path).query).get("startkey", ['""'])[0]) for path in bucket.paths]


def test_npm_comes_page_by_page(pages: Bucket, tmp_path: Path) -> None:
    taken = updated(pages, tmp_path, "npm")
    assert (taken.header.names, taken.header.as_of) == (450, "2026-11-20T00:00:00Z")
    index = NameIndex.open(tmp_path, None)
    assert all(index.knows("npm", name) for name in pages.names)
    assert starts(pages)[:2] == ["", pages.names[99]]
    assert left(tmp_path) == [file_name("npm")]


def test_a_server_with_shorter_pages_than_asked_for_loses_no_name(pages: Bucket, tmp_path: Path) -> None:
    pages.longest_page = 7
    assert updated(pages, tmp_path, "npm").header.names == 450


@pytest.mark.parametrize(("later", "goes_on"), [(dt.timedelta(hours=23), True), (dt.timedelta(hours=25), False)])
def test_npm_goes_on_where_it_broke_off_and_speaks_for_the_day_it_was_begun(
    pages: Bucket, tmp_path: Path, later: dt.timedelta, goes_on: bool
) -> None:
    pages.break_after = [10**6, 10**6, 20, 20, 20, 20]
    with pytest.raises(AdvisoryError, match="broke off"):
        updated(pages, tmp_path, "npm")
    assert NameIndex.open(tmp_path, None).knows("npm", pages.names[0]) is None
    part = tmp_path / "download" / "npm-names.part"
    with part.open("ab") as file:
        file.write(b"cut-off-in-the-mid")  # as a kill would leave it
    taken = updated(pages, tmp_path, "npm", NOW + later)
    assert starts(pages)[0] == (pages.names[198] if goes_on else "")
    assert taken.header.names == 450
    assert taken.header.as_of == ("2026-11-20T00:00:00Z" if goes_on else "2026-11-21T01:00:00Z")
    index = NameIndex.open(tmp_path, None)
    assert all(index.knows("npm", name) for name in pages.names)


def test_a_server_that_begins_anew_with_each_page_has_no_list(pages: Bucket, tmp_path: Path) -> None:
    pages.obey_start = False
    with pytest.raises(AdvisoryError, match="does not go on where it is asked to"):
        updated(pages, tmp_path, "npm")
    assert len(pages.asked) == 2


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b"{}", b"", b'{"rows": [{"id": 5}]}', b"\xff"])
def test_no_page_of_npm(bucket: Bucket, tmp_path: Path, body: bytes) -> None:
    bucket.files[f"{NPM_PATH}?limit=10000"] = body
    with pytest.raises(AdvisoryError, match="something that is no list"):
        updated(bucket, tmp_path, "npm")


# -- what may follow the index in use --------------------------------------------------------------------------------


def test_an_older_index_does_not_take_the_place_of_a_newer_one(tmp_path: Path) -> None:
    put(tmp_path, "npm", ["express"])
    old = bloom.build("npm", ["express", "left-pad"], "2026-11-01T00:00:00Z")
    weighed = weigh(tmp_path, old, force=True, now=NOW, shipped=None)
    assert put_index(tmp_path, weighed).kept
    assert NameIndex.open(tmp_path, None).dated("npm") == DAY


def test_an_index_of_tomorrow_would_stay_for_ever(tmp_path: Path) -> None:
    data = bloom.build("npm", ["express"], "2026-11-23T00:00:00Z")
    with pytest.raises(AdvisoryError, match="still to come"):
        weigh(tmp_path, data, force=True, now=NOW, shipped=None)


def test_the_shipped_snapshot_counts_as_the_one_in_use(tmp_path: Path) -> None:
    data = bloom.build("PyPI", ["flask", "django"], "2026-11-20T00:00:00Z")
    with pytest.raises(AdvisoryError, match="only 2 names of PyPI"):
        weigh(tmp_path, data, force=False, now=dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc))


def test_a_filter_that_knows_every_name_comes_from_no_list(tmp_path: Path) -> None:
    data = bloom.build("npm", [f"package-{n}" for n in range(100)], DAY)
    header = bloom.decode(data, tmp_path).header
    bits = b"\xff" * (header.bits // 8)
    header = msgspec.structs.replace(header, digest=bloom._digest(header, bits))
    told = msgspec.json.encode(header)
    forged = bloom.MAGIC + len(told).to_bytes(4, "little") + told + bits
    with pytest.raises(AdvisoryError, match="not filled"):
        weigh(tmp_path, forged, force=True, now=NOW, shipped=None)


def test_what_a_killed_run_left_beside_the_index_goes(tmp_path: Path) -> None:
    (tmp_path / f".{file_name('npm')}.abc").write_bytes(b"half")
    data = bloom.build("npm", ["express"], DAY)
    put_index(tmp_path, weigh(tmp_path, data, force=False, now=NOW, shipped=None))
    assert left(tmp_path) == [file_name("npm")]


def test_the_snapshot_in_the_wheel_is_small_and_whole() -> None:
    size = sum(path.stat().st_size for path in SHIPPED.glob("*-names.bin"))
    assert 1_000_000 < size <= 1_500_000
    assert NameIndex.open(SHIPPED / "nowhere").is_shipped("PyPI")
