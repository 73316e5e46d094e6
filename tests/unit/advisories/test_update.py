"""Updates over the network, against a server of the test's own: whole, changed, broken off, lying, and not at all."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from helpers.osv_files import NOW, imported, many, osv, packed
from walkdown.advisories import download, update
from walkdown.advisories.download import NotThereError, fetch_file, usual_opener
from walkdown.advisories.packs import quiet
from walkdown.advisories.store import Store
from walkdown.advisories.update import Source, Updated, update_one
from walkdown.cli.db import update_all
from walkdown.errors import AdvisoryError
from walkdown.settings import Folders

MADE = "Fri, 20 Nov 2026 06:00:00 GMT"


class Bucket:
    """What the server has, how it misbehaves, and what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.break_after: list[int] = []  # bytes of the body after which the next answers end
        self.headers: dict[str, str] = {}
        self.obey_ranges = self.say_length = True
        self.status = 0
        self.asked: list[tuple[str, str]] = []
        self.unchanged = 0  # answers "you have it already"
        self.base = ""

    def put(self, ecosystem: str, advisories: list[dict[str, Any]], folder: Path) -> None:
        self.files[f"/{ecosystem}/all.zip"] = packed(folder / "served.zip", advisories).read_bytes()
        rows = sorted(((one["modified"], one["id"]) for one in advisories), reverse=True)
        self.files[f"/{ecosystem}/modified_id.csv"] = "".join(f"{when},{name}\n" for when, name in rows).encode()
        for one in advisories:
            self.files[f"/{ecosystem}/{one['id']}.json"] = json.dumps(one).encode()

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    bucket: Bucket

    def do_GET(self) -> None:
        bucket = self.bucket
        asked = self.headers.get("Range", "")
        bucket.asked.append((self.path, asked))
        data = bucket.files.get(self.path)
        if bucket.status or data is None:
            self.send_error(bucket.status or 404)
            return
        etag = f'"{hashlib.md5(data).hexdigest()}"'
        if self.headers.get("If-None-Match") == etag:
            bucket.unchanged += 1
            self.send_response(304)
            self.end_headers()
            return
        start = 0
        if asked and bucket.obey_ranges and self.headers.get("If-Range") == etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        headers = {
            "ETag": etag, "Content-Length": str(len(data) - start), "Last-Modified": MADE,
            "x-goog-hash": "md5=" + base64.b64encode(hashlib.md5(data).digest()).decode(),
        }  # fmt: skip
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        if not bucket.say_length:
            del headers["Content-Length"]
        for name, value in (headers | bucket.headers).items():
            self.send_header(name, value)
        self.end_headers()
        body = data[start:]
        if bucket.break_after:
            body = body[: bucket.break_after.pop(0)]
        with contextlib.suppress(ConnectionError):  # a client that refuses hangs up
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        pass


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    bucket = Bucket()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"bucket": bucket}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    bucket.base = f"http://127.0.0.1:{server.server_port}"
    yield bucket
    server.shutdown()
    thread.join()
    server.server_close()


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
    assert bucket.paths == ["/PyPI/modified_id.csv", "/PyPI/all.zip"]
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


def test_one_that_fails_does_not_keep_the_other_from_its_update(
    bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.put("npm", many(5, ecosystem="npm"), tmp_path)
    folders = Folders(config=tmp_path / "c", cache=tmp_path / "k", state=tmp_path / "s")
    source = Source(urllib.request.build_opener(urllib.request.ProxyHandler({})), bucket.base)
    assert update_all(folders, ("PyPI", "npm"), source, force=False) == 2
    out, err = capsys.readouterr()
    assert out == "npm: 5 advisories (all of it).\n"
    assert err.startswith("walkdown: PyPI was not updated. ")
