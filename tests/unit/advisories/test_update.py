"""Updates over the network, against a server of the test's own: whole, changed, broken off, lying, and not at all."""

from __future__ import annotations

import base64
import datetime as dt
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.osv_files import NOW, imported, many, osv, packed
from helpers.upstream import Bucket, serving
from walkdown.advisories import download, names_update, update
from walkdown.advisories.download import NotThereError, fetch_file, usual_opener
from walkdown.advisories.names import NameIndex, names_folder
from walkdown.advisories.packs import quiet
from walkdown.advisories.store import FEWEST, Store, partial, store_path
from walkdown.advisories.update import Source, Updated, update_one
from walkdown.cli.db import update_all, wanted
from walkdown.errors import AdvisoryError, UsageError
from walkdown.settings import Folders


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with serving() as bucket:
        yield bucket


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "advisories" / "store.sqlite"


def fetched(bucket: Bucket, store: Path, ecosystem: str = "PyPI", **more: Any) -> Updated:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    bucket.asked.clear()
    return update_one(
        store, ecosystem, Source(opener, bucket.base), offline=more.pop("offline", False), now=NOW, **more
    )


def parts(store: Path) -> list[str]:
    return sorted(path.name for path in (store.parent / "download").iterdir() if not path.name.endswith(".lock"))


def test_the_first_time_all_of_it(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", [*many(30), osv("other", 99, ecosystem="npm")], tmp_path)
    done = fetched(bucket, store)
    assert done.changed is None
    assert done.about.counts == (("PyPI", 30),)  # npm is not what was asked for
    assert done.about.as_of == "2026-11-20T06:00:00.000000Z"
    assert done.about.source == "osv.dev"
    assert bucket.paths == ["/PyPI/all.zip"]
    assert parts(store) == []


def test_later_only_what_changed(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(30), tmp_path)
    fetched(bucket, store)
    news = [osv("package-3", 3, modified="2026-11-20T01:00:00Z", summary="worse"), osv("new", 31)]
    bucket.put("PyPI", [*many(2), *news, *many(27, first=4)], tmp_path)
    done = fetched(bucket, store)
    assert done.changed == 2
    assert bucket.paths == ["/PyPI/modified_id.csv", "/PyPI/TEST-2026-3.json", "/PyPI/TEST-2026-31.json"]
    assert done.about.counts == (("PyPI", 31),)
    with Store.open(store) as opened:
        opened.check()
        assert [one.summary for one in opened.affecting("PyPI", "package-3")] == ["worse"]
    assert fetched(bucket, store).changed == 0
    assert bucket.paths == ["/PyPI/modified_id.csv"]


def test_both_ways_lead_to_the_same_data(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("npm", many(10, ecosystem="npm"), tmp_path)
    fetched(bucket, store, "npm")
    bucket.put("npm", [*many(10, ecosystem="npm"), osv("evil", 11, ecosystem="npm")], tmp_path)
    changed = fetched(bucket, store, "npm")
    whole = fetched(bucket, tmp_path / "other" / "store.sqlite", "npm")
    assert changed.changed == 1
    assert whole.changed is None
    assert changed.about.digest == whole.about.digest


@pytest.mark.parametrize("why", ["old", "many", "hole", "no-list", "broken-list", "empty-list", "damaged"])
def test_where_a_list_of_changes_does_not_do_it_is_the_whole(
    bucket: Bucket, store: Path, tmp_path: Path, why: str
) -> None:
    bucket.put("PyPI", many(30), tmp_path)
    fetched(bucket, store)
    bucket.put("PyPI", [*many(30), osv("new", 31, modified="2026-11-20T01:00:00Z")], tmp_path)
    listing = "/PyPI/modified_id.csv"
    if why == "old":
        update_at = NOW + dt.timedelta(days=31)
        source = Source(urllib.request.build_opener(), bucket.base)
        assert update_one(store, "PyPI", source, offline=False, now=update_at).changed is None
        return
    if why == "many":
        bucket.put("PyPI", [*many(30), *many(update.MOST_CHANGED + 1, first=100)], tmp_path)
    elif why == "hole":
        bucket.files[listing] = b"2026-11-20T01:00:00Z,TEST-2026-31\n"
    elif why == "no-list":
        del bucket.files[listing]
    elif why == "broken-list":
        bucket.files[listing] += b"<html>maintenance</html>\n"
    elif why == "empty-list":
        bucket.files[listing] = b""
    else:
        store.write_bytes(b"rot")
    assert fetched(bucket, store).changed is None


def test_a_download_that_broke_off_goes_on_where_it_stopped(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(50), tmp_path)
    size = len(bucket.files["/PyPI/all.zip"])
    bucket.break_after = [1000, 0, 500]
    assert fetched(bucket, store).about.counts == (("PyPI", 50),)
    assert [asked for _, asked in bucket.asked] == ["", "bytes=1000-", "bytes=1000-", "bytes=1500-"]
    assert size > 1500


def test_also_at_the_next_update(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(50), tmp_path)
    bucket.break_after = [700, 0, 0, 0]
    with pytest.raises(AdvisoryError, match="broke off after") as caught:
        fetched(bucket, store)
    assert "goes on where it stopped" in caught.value.do
    assert not store.exists()
    assert parts(store) == ["PyPI.zip.part", "PyPI.zip.part.json"]
    fetched(bucket, store)
    assert bucket.asked == [("/PyPI/all.zip", "bytes=700-")]
    assert parts(store) == []


def test_a_part_of_another_version_is_not_gone_on_with(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(50), tmp_path)
    bucket.break_after = [700, 0, 0, 0]
    with pytest.raises(AdvisoryError):
        fetched(bucket, store)
    bucket.put("PyPI", many(60), tmp_path)
    assert fetched(bucket, store).about.counts == (("PyPI", 60),)
    assert bucket.asked == [("/PyPI/all.zip", "bytes=700-")]  # asked for the rest, given the whole, and saw it


def test_a_server_that_knows_no_ranges(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(50), tmp_path)
    bucket.obey_ranges = False
    bucket.break_after = [700]
    assert fetched(bucket, store).about.counts == (("PyPI", 50),)


def test_a_whole_download_that_was_refused_is_not_fetched_twice(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    imported(packed(tmp_path / "a.zip", many(100, modified="2026-11-01T00:00:00Z")), store)
    bucket.put("PyPI", many(300, first=1000), tmp_path)
    before = store.read_bytes()
    with pytest.raises(AdvisoryError, match="100 of 100 PyPI advisories would be lost"):
        fetched(bucket, store)
    assert store.read_bytes() == before
    assert fetched(bucket, store, force=True).about.counts == (("PyPI", 300),)
    assert bucket.paths == ["/PyPI/all.zip"], "to a part that a person brought, no changes are added"
    assert bucket.unchanged == 1


def test_damage_that_the_hash_tells(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(5), tmp_path)
    bucket.headers = {"x-goog-hash": "crc32c=AAAA,md5=" + base64.b64encode(b"0" * 16).decode()}
    with pytest.raises(AdvisoryError, match="is damaged"):
        fetched(bucket, store)
    assert parts(store) == []
    assert not store.exists()


@pytest.mark.parametrize("body", [b"", b"<html>sign in to the hotel's network</html>", b"PK\x03\x04 and no end"])
def test_what_is_no_archive(bucket: Bucket, store: Path, tmp_path: Path, body: bytes) -> None:
    before = imported(packed(tmp_path / "a.zip", many(5)), store).about
    bucket.files["/PyPI/all.zip"] = body
    with pytest.raises(AdvisoryError, match="damaged or is no zip"):
        fetched(bucket, store)
    assert parts(store) == []
    with Store.open(store) as opened:
        assert opened.about == before


@pytest.mark.parametrize("announced", [True, False])
def test_more_than_it_may_send_is_refused(bucket: Bucket, tmp_path: Path, announced: bool) -> None:
    bucket.put("PyPI", many(50), tmp_path)
    bucket.say_length = announced
    opener = urllib.request.build_opener()
    with pytest.raises(AdvisoryError, match="more than the 99 bytes it may"):
        fetch_file(f"{bucket.base}/PyPI/all.zip", tmp_path / "part", opener, most=99, progress=quiet)
    assert not (tmp_path / "part").exists() or (tmp_path / "part").stat().st_size == 0


def test_a_changed_file_that_is_broken_leaves_the_old_advisory(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(30), tmp_path)
    fetched(bucket, store)
    news = [osv(f"package-{n}", n, modified="2026-11-20T01:00:00Z") for n in (1, 2, 3)]
    bucket.put("PyPI", [*news, *many(27, first=4)], tmp_path)
    bucket.files["/PyPI/TEST-2026-1.json"] = b"{}"
    del bucket.files["/PyPI/TEST-2026-2.json"]
    done = fetched(bucket, store)
    assert done.changed == 1
    assert done.told[0].startswith("2 could not be read")
    assert done.about.counts == (("PyPI", 30),)
    assert done.about.parts[0].unread == 2


def test_a_file_about_another_advisory_than_asked_for(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(30), tmp_path)
    before = fetched(bucket, store).about
    bucket.put("PyPI", [*many(30), osv("new", 31)], tmp_path)
    bucket.files["/PyPI/TEST-2026-31.json"] = json.dumps(osv("package-1", 1)).encode()
    with pytest.raises(AdvisoryError, match="is about TEST-2026-1"):
        fetched(bucket, store)
    with Store.open(store) as opened:
        assert opened.about == before


def test_offline_nothing_is_asked(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(5), tmp_path)
    with pytest.raises(AdvisoryError, match="Nothing was fetched") as caught:
        fetched(bucket, store, offline=True)
    assert "walkdown db import FILE" in caught.value.do
    assert bucket.asked == []
    assert not store.parent.exists()


def test_a_server_in_trouble_and_none_at_all(bucket: Bucket, store: Path) -> None:
    bucket.status = 503
    with pytest.raises(AdvisoryError, match="answered 503"):
        fetched(bucket, store)
    bucket.status = 404
    with pytest.raises(NotThereError):
        fetched(bucket, store)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(AdvisoryError, match="cannot be reached"):
        update_one(store, "PyPI", Source(opener, "http://127.0.0.1:1"), offline=False, now=NOW)


def test_two_updates_at_once_do_not_write_into_one_part(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(50), tmp_path)
    said: list[str] = []

    def meanwhile(_done: int, _of: int) -> None:
        if not said:
            said.append("")
            with pytest.raises(AdvisoryError, match="Another walkdown") as caught:
                update_one(store, "PyPI", Source(opener, bucket.base), offline=False, now=NOW)
            said[0] = caught.value.what

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    fetched(bucket, store, progress=meanwhile)
    assert said == ["Another walkdown is changing the advisory data right now."]


def test_no_redirect_away_from_encryption(bucket: Bucket) -> None:
    bucket.status = 0
    request = urllib.request.Request("https://example.org/all.zip")
    with pytest.raises(AdvisoryError, match="without encryption"):
        download._Redirects().redirect_request(request, None, 302, "", {}, f"{bucket.base}/x")  # type: ignore[arg-type]
    assert bucket.asked == []


def test_the_usual_opener_opens_neither_files_nor_ftp(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    file.write_bytes(b"x")
    for url in (file.as_uri(), "ftp://127.0.0.1/all.zip", "data:,x"):
        with pytest.raises(AdvisoryError, match="cannot be reached"):
            fetch_file(url, tmp_path / "part", usual_opener(), most=10, progress=quiet)


# -- a server or a network that is not what it seems -----------------------------------------------------------------


def direct(bucket: Bucket) -> Source:
    """With our own opener, that has its own rules about being sent on."""
    return Source(usual_opener(), bucket.base)


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("https://login.example.org/hotel", "sends us on to login.example.org; that is refused"),
        ("http://127.0.0.1:9/all.zip", "without encryption"),
        ("file:///etc/passwd", "answered 302"),
    ],
)
def test_being_sent_on_is_refused_and_the_store_stays(
    bucket: Bucket, store: Path, tmp_path: Path, to: str, said: str
) -> None:
    before = imported(packed(tmp_path / "a.zip", many(5), {}), store).about
    bucket.status, bucket.headers = 302, {"Location": to}
    with pytest.raises(AdvisoryError, match=said):
        update_one(store, "npm", direct(bucket), offline=False, now=NOW)
    assert bucket.paths == ["/npm/all.zip"]
    with Store.open(store) as opened:
        assert opened.about == before


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize("announced", [True, False])
def test_of_a_body_without_an_end_nothing_is_kept(
    bucket: Bucket, store: Path, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    monkeypatch.setattr(update, "MOST_ARCHIVE", 1_000_000)
    bucket.files["/npm/all.zip"] = b"PK"
    bucket.endless, bucket.say_length = True, announced
    bucket.headers = {"Content-Length": str(10**12)} if announced else {}
    with pytest.raises(AdvisoryError, match="more than the 1,000,000 bytes it may"):
        update_one(store, "npm", direct(bucket), offline=False, now=NOW)
    assert not (store.parent / "download" / "npm.zip.part").exists()


@pytest.mark.parametrize("by", [-200, 200])
def test_a_server_that_is_wrong_about_the_size(bucket: Bucket, store: Path, tmp_path: Path, by: int) -> None:
    bucket.put("PyPI", many(50), tmp_path)
    bucket.say_hash = False
    bucket.headers = {"Content-Length": str(len(bucket.files["/PyPI/all.zip"]) + by)}
    with pytest.raises(AdvisoryError, match="damaged" if by < 0 else "broke off after"):
        fetched(bucket, store)
    assert not store.exists()


def test_you_have_it_already_says_a_server_that_was_not_asked(bucket: Bucket, store: Path) -> None:
    bucket.status = 304
    with pytest.raises(AdvisoryError, match="answered 304"):
        fetched(bucket, store)


@pytest.mark.parametrize(
    "body", [b"<html>sign in</html>", b"", b'{"id": "TEST-2026-31"', b"{}", b"\xff\xfe", b"[" * 100_000]
)
def test_a_page_in_an_advisorys_place_is_counted_as_unread(
    bucket: Bucket, store: Path, tmp_path: Path, body: bytes
) -> None:
    bucket.put("PyPI", many(30), tmp_path)
    fetched(bucket, store)
    bucket.put("PyPI", [*many(30), osv("new", 31, modified="2026-11-20T01:00:00Z")], tmp_path)
    bucket.files["/PyPI/TEST-2026-31.json"] = body
    done = fetched(bucket, store)
    assert done.about.counts == (("PyPI", 30),)
    assert partial(done.about, "PyPI").startswith("1 PyPI advisory was unreadable")
    bucket.put("PyPI", [*many(30), osv("new", 31, modified="2026-11-20T01:00:00Z")], tmp_path)
    mended = fetched(bucket, store)
    assert (mended.changed, mended.about.counts) == (1, (("PyPI", 31),))
    assert "unreadable" not in partial(mended.about, "PyPI")


def test_an_advisory_that_is_cut_off_is_asked_for_again(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(30), tmp_path)
    fetched(bucket, store)
    bucket.put("PyPI", [*many(30), osv("new", 31, modified="2026-11-20T01:00:00Z")], tmp_path)
    bucket.break_after = [10**6, 20, 20]  # the list is whole
    assert fetched(bucket, store).about.counts == (("PyPI", 31),)
    assert bucket.paths == ["/PyPI/modified_id.csv", *["/PyPI/TEST-2026-31.json"] * 3]


def test_an_advisory_that_is_always_cut_off_leaves_the_store(bucket: Bucket, store: Path, tmp_path: Path) -> None:
    bucket.put("PyPI", many(30), tmp_path)
    before = fetched(bucket, store).about
    bucket.put("PyPI", [*many(30), osv("new", 31, modified="2026-11-20T01:00:00Z")], tmp_path)
    bucket.break_after = [10**6, 20, 20, 20, 20]
    with pytest.raises(AdvisoryError, match="broke off again and again"):
        fetched(bucket, store)
    with Store.open(store) as opened:
        assert opened.about == before


# -- the whole command -----------------------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short lists of names are whole ones here."""
    monkeypatch.setattr(names_update, "LEAST", {"PyPI": 10, "npm": 10})


def everything(bucket: Bucket, tmp_path: Path) -> tuple[Folders, Source]:
    bucket.names = [f"name-{n:03}" for n in range(30)]
    rows = [{"name": f"name-{n}"} for n in range(20)]
    bucket.files["/simple/"] = json.dumps({"projects": rows}).encode()
    folders = Folders(config=tmp_path / "c", cache=tmp_path / "k", state=tmp_path / "s")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    names = {"PyPI": f"{bucket.base}/simple/", "npm": f"{bucket.base}/_all_docs"}
    return folders, Source(opener, bucket.base, names)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("fails", ["advisories", "names"])
def test_one_that_fails_does_not_keep_the_others_from_their_update(
    bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str], fails: str
) -> None:
    folders, source = everything(bucket, tmp_path)
    asked = (*wanted(("advisories",)), *wanted(("npm", "names")))
    for ecosystem in ("npm", "PyPI") if fails == "names" else ("npm",):
        bucket.put(ecosystem, many(5, ecosystem=ecosystem), tmp_path)
    if fails == "names":
        bucket.names = []
    assert update_all(folders, asked, source, force=False) == 2
    out, err = capsys.readouterr()
    done = ["npm: 5 advisories (all of it), as of ", "npm: 30 package names, as of "]
    if fails == "names":
        done = ["PyPI: 5 advisories (all of it), as of ", done[0]]
    assert [line.startswith(told) for line, told in zip(out.splitlines(), done, strict=True)] == [True, True]
    lost = "The PyPI advisories" if fails == "advisories" else "The index of npm names"
    assert err.startswith(f"walkdown: {lost} could not be brought up to date. http://127.0.0.1")
    assert NameIndex.open(names_folder(folders), None).knows("npm", "name-007") is (None if fails == "names" else True)
    with Store.open(store_path(folders)) as opened:
        assert opened.covers("npm")


@pytest.mark.parametrize(
    ("only", "means"),
    [
        ((), ["PyPI advisories", "PyPI names", "npm advisories", "npm names"]),
        (("NPM",), ["npm advisories", "npm names"]),
        (("names",), ["PyPI names", "npm names"]),
        (("names", "pypi"), ["PyPI names"]),
        (("npm", "PyPI", "advisories"), ["PyPI advisories", "npm advisories"]),
    ],
)
def test_what_only_means(only: tuple[str, ...], means: list[str]) -> None:
    assert [f"{one.ecosystem} {one.kind}" for one in wanted(only)] == means


def test_only_of_what_there_is() -> None:
    with pytest.raises(UsageError, match="There is no Go to update") as caught:
        wanted(("npm", "Go"))
    assert caught.value.do == "There are: PyPI, npm, advisories, names."


def test_a_single_advisory_that_was_brought_is_replaced_by_all_of_them(
    bucket: Bucket, store: Path, tmp_path: Path
) -> None:
    """Even where few changed since: the changes alone would leave it as partial as it was."""
    imported(packed(tmp_path / "a.zip", many(1)), store)
    bucket.put("PyPI", many(FEWEST["PyPI"]), tmp_path)
    bucket.files["/PyPI/modified_id.csv"] = b"2026-11-19T08:00:00Z,TEST-2026-1\n"
    done = fetched(bucket, store)
    assert (done.changed, done.about.counts) == (None, (("PyPI", 2_000),))
    assert partial(done.about, "PyPI") == ""
    bucket.put("PyPI", [*many(FEWEST["PyPI"]), osv("new", 2001, modified="2026-11-20T01:00:00Z")], tmp_path)
    later = fetched(bucket, store)
    assert (later.changed, later.about.counts) == (1, (("PyPI", 2_001),))
    assert partial(later.about, "PyPI") == ""
