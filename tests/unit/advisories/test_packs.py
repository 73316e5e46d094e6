"""What a person brings in: archives, folders and packs, honest, broken and hostile ones."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from helpers.osv_files import DAY, NOW, imported, many, osv, packed
from walkdown.advisories import bloom, zips
from walkdown.advisories.export import MANIFEST, export_to
from walkdown.advisories.names import NameIndex, file_name
from walkdown.advisories.packs import import_from
from walkdown.advisories.store import Store, partial
from walkdown.errors import AdvisoryError


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "state" / "store.sqlite"


def refused(path: Path, store: Path, said: str) -> None:
    """The archive is refused, and what was there before is there still."""
    before = imported(packed(path.with_name("good.zip"), many(3)), store).about
    with pytest.raises(AdvisoryError, match=said):
        imported(path, store)
    with Store.open(store) as opened:
        opened.check()
        assert opened.about == before
    assert sorted(file.name for file in store.parent.iterdir()) == ["store.lock", "store.sqlite"]


def test_an_archive_of_osv(tmp_path: Path, store: Path) -> None:
    advisories = [*many(20), osv("newest", 99, modified="2026-11-19T10:00:00Z"), osv("a", 100, ecosystem="Go")]
    done = imported(packed(tmp_path / "all.zip", advisories), store)
    assert done.about.counts == (("PyPI", 21),)
    assert done.about.as_of == "2026-11-19T10:00:00.000000Z"
    assert done.about.source == "all.zip"
    assert done.told == ("1 are about neither PyPI nor npm and were left out.",)


def test_a_folder_of_files(tmp_path: Path, store: Path) -> None:
    folder = tmp_path / "advisories"
    (folder / "deep" / "er").mkdir(parents=True)
    for n, one in enumerate(many(20)):
        (folder / ("deep/er" if n % 2 else ".") / f"{n}.json").write_text(json.dumps(one))
    (folder / "README.md").write_text("not one")
    (folder / "broken.json").write_text("{")
    os.mkfifo(folder / "pipe.json")  # opening it for reading would wait for ever
    (tmp_path / "elsewhere").write_text(json.dumps(osv("elsewhere", 99)))
    (folder / "link.json").symlink_to(tmp_path / "elsewhere")
    packed(folder / "inner.zip", many(2))
    done = imported(folder, store)
    assert done.about.counts == (("PyPI", 20),)
    assert [said.split(" ", 1)[0] for said in done.told] == ["3", "1"]
    assert done.about.parts[0].unread == 3


def test_a_date_still_to_come_makes_nothing_fresh(tmp_path: Path, store: Path) -> None:
    future = osv("x", 1, modified="2099-01-01T00:00:00Z")
    old = osv("y", 2, modified="2024-01-01T00:00:00Z")
    assert imported(packed(tmp_path / "a.zip", [future, old]), store).about.as_of == "2024-01-01T00:00:00.000000Z"
    other = tmp_path / "other" / "store.sqlite"
    assert imported(packed(tmp_path / "b.zip", [future]), other).about.as_of == "1970-01-01T00:00:00.000000Z"


def test_files_that_are_no_advisories_are_counted_and_told(tmp_path: Path, store: Path) -> None:
    bad = {"a.json": b"{}", "b.json": b'{"id": "X-1", "modified": "never"}', "c.json": b"\xff"}
    done = imported(packed(tmp_path / "all.zip", many(20), bad), store)
    assert done.about.counts == (("PyPI", 20),)
    assert done.about.parts[0].unread == 3
    assert done.told[0].startswith("3 could not be read as an advisory and were left out; the first: This is no OSV")


def test_too_many_of_them_are_refused(tmp_path: Path, store: Path) -> None:
    bad = {f"{n}.json": b"{}" for n in range(6)}
    path = packed(tmp_path / "all.zip", many(20), bad)
    refused(path, store, r"6 of the 26 files in all.zip are no advisories.*Nothing was changed")
    assert imported(path, store, force=True).about.counts == (("PyPI", 20),)


@pytest.mark.parametrize("more", [{}, {"a.json": b"{}"}, {"readme.txt": b"hello"}, {"empty.json": b""}])
def test_an_archive_without_an_advisory_is_refused(tmp_path: Path, store: Path, more: dict[str, bytes]) -> None:
    refused(packed(tmp_path / "all.zip", [], more), store, "holds no advisory about PyPI or npm")


def test_only_other_ecosystems_is_as_good_as_nothing(tmp_path: Path, store: Path) -> None:
    refused(packed(tmp_path / "all.zip", many(9, ecosystem="crates.io")), store, "holds no advisory")


def test_names_that_lead_out_and_archives_inside_are_left_alone(tmp_path: Path, store: Path) -> None:
    names = ("../up.json", "/abs.json", "a/../../b.json", "..\\win.json", "C:\\win.json", "C:/win.json")
    inner = packed(tmp_path / "inner.zip", many(3)).read_bytes()
    evil = json.dumps(osv("evil", 666)).encode()
    more = {**dict.fromkeys(names, evil), "more/inner.ZIP": inner, "x.json.gz": b"x"}
    done = imported(packed(tmp_path / "all.zip", many(5), more), store)
    assert done.about.counts == (("PyPI", 5),)
    assert done.told == (
        "2 were archives inside the archive; they were not opened.",
        "6 had names that lead out of the archive; they were not read.",
    )
    written = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {"all.zip", "inner.zip", "store.sqlite", "store.lock"}


def test_of_an_advisory_that_is_there_twice_the_newer_counts(tmp_path: Path, store: Path) -> None:
    old, new = osv("x", 1, modified="2026-01-01T00:00:00Z"), osv("x", 1, summary="newer")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Python's, about two entries with one name
        path = packed(tmp_path / "all.zip", [new, old, *many(9, first=2)])
    done = imported(path, store)
    assert done.told == ("1 were there twice; the newer one counts.",)
    with Store.open(store) as opened:
        assert [one.summary for one in opened.affecting("PyPI", "x")] == ["newer"]


def test_truncated(tmp_path: Path, store: Path) -> None:
    path = packed(tmp_path / "all.zip", many(50))
    whole = path.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        path.write_bytes(whole[:length])
        refused(path, store, "damaged or is no zip")


def test_a_flipped_byte_is_found_by_the_checksum(tmp_path: Path, store: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for one in many(20):
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    path.write_bytes(path.read_bytes().replace(b'"fixed": "1.5"', b'"fixed": "0.5"', 1))
    refused(path, store, "damaged or is no zip .*CRC")


def test_encrypted(tmp_path: Path, store: Path) -> None:
    path = packed(tmp_path / "all.zip", many(5))
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x01\x02")
    data[place + 8] |= 1
    path.write_bytes(data)
    refused(path, store, "all.zip is encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_packing_is_not_unpacked(tmp_path: Path, store: Path, method: int) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.json", json.dumps(osv("x")))
    refused(path, store, "packed in an unusual way")


def test_a_bomb_in_one_entry_is_left_out_unread(tmp_path: Path, store: Path) -> None:
    done = imported(packed(tmp_path / "all.zip", many(9), {"bomb.json": b" " * (64 << 20)}), store)
    assert "1 could not be read" in done.told[0]
    assert "larger than 8 MiB" in done.told[0]


def test_a_bomb_of_many_entries_is_refused_before_anything_is_unpacked(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bombs = {f"{n}.json": b" " * (1 << 20) for n in range(40)}
    path = packed(tmp_path / "all.zip", many(2), bombs)
    monkeypatch.setattr(zips, "MOST_UNPACKED", 32 << 20)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(AdvisoryError, match="bytes large when unpacked; more than 33,554,432 is refused"):
        imported(path, store)


def test_an_entry_that_lies_about_its_size_is_damage(tmp_path: Path, store: Path) -> None:
    path = packed(tmp_path / "all.zip", many(2), {"bomb.json": b" " * (16 << 20)})
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<L", 100)
    path.write_bytes(data)
    refused(path, store, "damaged or is no zip")


@pytest.mark.parametrize(
    "case",
    [
        ("MOST_ENTRIES", 4, "5 entries long"),
        ("_MOST_DIRECTORY", 99, "bytes of file names"),
        ("MOST_ARCHIVE", 99, "long"),
    ],
)
def test_more_than_any_honest_archive_has_is_refused(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[str, int, str]
) -> None:
    bound, most, said = case
    path = packed(tmp_path / "all.zip", many(5))
    monkeypatch.setattr(zips, bound, most)
    with pytest.raises(AdvisoryError, match=said):
        imported(path, store)


def test_a_list_of_entries_of_impossible_length_is_not_read_into_memory(tmp_path: Path, store: Path) -> None:
    """Also where only the far end record (zip64) says how long it is."""
    path = packed(tmp_path / "all.zip", many(5))
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\x05\x06")
    data[end + 12 : end + 16] = b"\xff" * 4
    far = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 5, 5, 1 << 40, 0)
    path.write_bytes(data[:end] + far + b"PK\x06\x07" + struct.pack("<LQL", 0, end, 1) + data[end:])
    refused(path, store, r"1,099,511,627,776 bytes of file names long")


def test_a_decoy_at_the_end_hides_no_long_list(tmp_path: Path, store: Path) -> None:
    path = packed(tmp_path / "all.zip", many(5))
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<L", 1 << 30)
    data[end + 20 : end + 22] = struct.pack("<H", 22)
    path.write_bytes(bytes(data) + b"PK\x05\x06" + bytes(18))
    refused(path, store, r"1,073,741,824 bytes of file names long")


def test_what_is_neither_file_nor_folder(tmp_path: Path, store: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing", "pipe"):
        with pytest.raises(AdvisoryError, match="neither a file nor a folder"):
            imported(tmp_path / name, store)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(AdvisoryError, match="no zip"):
        imported(tmp_path / "text", store)
    assert not store.exists()


def pack(tmp_path: Path, store: Path) -> Path:
    imported(packed(tmp_path / "pypi.zip", [*many(9), osv("gone", 50, withdrawn=NOW.isoformat())]), store)
    imported(packed(tmp_path / "npm.zip", many(4, ecosystem="npm", modified="2026-11-01T00:00:00Z")), store)
    own = store.parent
    for ecosystem in ("PyPI", "npm"):
        names = (f"{ecosystem.lower()}-{n}" for n in range(2_000))
        bloom.write(own / file_name(ecosystem), bloom.build(ecosystem, names, DAY))
    with Store.open(store) as opened:
        export_to(tmp_path / "pack.zip", opened, NameIndex.open(own, None))
    return tmp_path / "pack.zip"


def test_a_pack_carries_everything_over(tmp_path: Path, store: Path) -> None:
    path = pack(tmp_path, store)
    other = tmp_path / "other" / "store.sqlite"
    about = imported(path, other).about
    with Store.open(store) as here, Store.open(other) as there:
        assert about.digest == here.about.digest
        assert [(one.as_of, one.source, one.digest) for one in about.parts] == [
            (one.as_of, one.source, one.digest) for one in here.about.parts
        ]
        for ecosystem in ("PyPI", "npm"):
            assert list(here.lines(ecosystem)) == list(there.lines(ecosystem))
        index = NameIndex.open(other.parent, None)
        export_to(tmp_path / "again.zip", there, index)
    # The stores differ in when they were made, so the manifests do; everything else is the same.
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(tmp_path / "again.zip") as two:
        members = [name for name in one.namelist() if name != MANIFEST]
        assert [one.read(name) for name in members] == [two.read(name) for name in members]
        assert {"PyPI.jsonl", "npm.jsonl", "pypi-names.bin", "npm-names.bin"} == set(members)
    assert (index.knows("npm", "npm-1999"), index.knows("PyPI", "pypi-0")) == (True, True)
    assert [header.as_of for header in index.headers] == [DAY, DAY]


def taken(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*") if path.suffix != ".lock")


def changed(path: Path, name: str, old: bytes, new: bytes) -> Path:
    """The pack with a piece of one member replaced; every checksum of the zip fits."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    assert old in members[name]
    members[name] = members[name].replace(old, new, 1)
    return packed(path, [], {name: data for name, data in members.items() if data})


@pytest.mark.parametrize(
    "case",
    [
        ("PyPI.jsonl", b'"fixed":"1.5"', b'"fixed":"0.5"', "not the ones that were packed"),
        ("PyPI.jsonl", b'"PyPI"', b'"npm"', "damaged"),
        ("PyPI.jsonl", b'{"id"', b'{"di"', "damaged: This is no OSV"),
        ("npm.jsonl", b"}\n", b"} ", "damaged"),
        (MANIFEST, b"walkdown-advisories/2", b"walkdown-advisories/9", "another version of walkdown"),
        (MANIFEST, b'"ecosystem":"PyPI"', b'"ecosystem":"Go"', "ecosystems that it cannot hold"),
        (MANIFEST, b'"advisories":10', b'"advisories":11', "do not add up"),
        (MANIFEST, b'"form"', b'"from"', "damaged"),
        (MANIFEST, b'{"ecosystem":"npm","as_of"', b'{"ecosystem":"PyPI","as_of"', "indexes that it cannot hold"),
        (MANIFEST, b'{"ecosystem":"npm","as_of"', b'{"ecosystem":"../../x","as_of"', "indexes that it cannot hold"),
        (MANIFEST, b'"names":2000', b'"names":2001', "not the one that was packed"),
        ("npm-names.bin", b"walkdown names 1", b"walkdown names 2", "cannot be used: it is not one"),
        ("npm-names.bin", b'"names":2000', b'"names":2001', "checksum is wrong"),
        ("pypi-names.bin", b'"ecosystem":"PyPI"', b'"ecosystem":"conda"', "cannot be used"),
    ],
)
def test_a_pack_that_was_changed_on_the_way_is_refused(
    tmp_path: Path, store: Path, case: tuple[str, bytes, bytes, str]
) -> None:
    name, old, new, said = case
    path = changed(pack(tmp_path, store), name, old, new)
    with pytest.raises(AdvisoryError, match=said):
        imported(path, tmp_path / "other" / "store.sqlite")
    assert taken(tmp_path / "other") == [], "neither advisories nor names"


def test_a_pack_with_a_part_missing_or_cut_is_refused(tmp_path: Path, store: Path) -> None:
    path = pack(tmp_path, store)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    with pytest.raises(AdvisoryError, match="damaged"):
        imported(path, tmp_path / "other" / "store.sqlite")
    path.write_bytes(whole)
    with zipfile.ZipFile(path) as archive:
        everything = {name: archive.read(name) for name in archive.namelist()}
    packed(path, [], {MANIFEST: everything[MANIFEST]})
    with pytest.raises(AdvisoryError, match=r"npm-names.bin is missing|pypi-names.bin is missing"):
        imported(path, tmp_path / "other" / "store.sqlite")
    members = {name: data for name, data in everything.items() if not name.endswith(".jsonl")}
    packed(path, [], members)
    with pytest.raises(AdvisoryError, match=r"PyPI.jsonl is missing"):
        imported(path, tmp_path / "other" / "store.sqlite")
    assert taken(tmp_path / "other") == []


def test_a_pack_from_the_future_is_refused(tmp_path: Path, store: Path) -> None:
    path = pack(tmp_path, store)
    with zipfile.ZipFile(path) as archive:
        day = json.loads(archive.read(MANIFEST))["about"]["parts"][0]["as_of"][:10]
    changed(path, MANIFEST, day.encode(), b"2031-01-01")
    with pytest.raises(AdvisoryError, match="of 2031-01-01, which is still to come"):
        imported(path, tmp_path / "other" / "store.sqlite")


def test_an_export_is_whole_or_not_there(tmp_path: Path, store: Path) -> None:
    pack(tmp_path, store)
    no_names = NameIndex.open(tmp_path / "none", None)
    with Store.open(store) as opened:
        for place in (tmp_path, tmp_path / "no" / "folder.zip"):
            with pytest.raises(AdvisoryError, match="cannot be written"):
                export_to(place, opened, no_names)
    digest = hashlib.sha256((tmp_path / "pack.zip").read_bytes()).hexdigest()
    data = bytearray(store.read_bytes())
    at = data.rfind(b"TEST-2026-5")
    data[at : at + 4] = b"ROTS"
    store.write_bytes(data)
    with Store.open(store) as opened, pytest.raises(AdvisoryError, match="damaged"):
        export_to(tmp_path / "pack.zip", opened, no_names)
    assert hashlib.sha256((tmp_path / "pack.zip").read_bytes()).hexdigest() == digest


# -- names in a pack or in a folder ----------------------------------------------------------------------------------


def test_a_bomb_in_place_of_the_names(tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pack(tmp_path, store)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    packed(path, [], members | {"npm-names.bin": b"\0" * 5_000_000})
    monkeypatch.setattr(bloom, "MOST_BYTES", 1_000_000)
    with pytest.raises(AdvisoryError, match="larger than"):
        imported(path, tmp_path / "other" / "store.sqlite")
    assert taken(tmp_path / "other") == []


def test_an_index_of_a_pack_that_is_refused_leaves_the_advisories_too(tmp_path: Path, store: Path) -> None:
    path = pack(tmp_path, store)
    other = tmp_path / "other" / "store.sqlite"
    before = imported(packed(tmp_path / "few.zip", many(3)), other).about
    many_names = (f"npm-{n}" for n in range(9_000))
    bloom.write(other.parent / file_name("npm"), bloom.build("npm", many_names, "2026-11-01T00:00:00Z"))
    with pytest.raises(AdvisoryError, match=r"only 2,000 names of npm; the one here has 9,000"):
        imported(path, other)
    with Store.open(other) as opened:
        assert opened.about == before
    assert NameIndex.open(other.parent, None).dated("npm") == "2026-11-01T00:00:00Z"
    imported(path, other, force=True)
    assert NameIndex.open(other.parent, None).dated("npm") == DAY


def test_a_folder_may_hold_names_and_advisories_or_only_one_of_them(tmp_path: Path, store: Path) -> None:
    folder = tmp_path / "stick"
    (folder / "deeper").mkdir(parents=True)
    (folder / "names.txt").write_text(f"# walkdown names npm {DAY}\nexpress\n")
    (folder / "readme.txt").write_text("nothing for walkdown")
    os.mkfifo(folder / "pipe.txt")
    (folder / "link.bin").symlink_to("/dev/zero")
    only = import_from(folder, store, force=False, now=NOW, shipped=None)
    assert (only.about, [one.header.ecosystem for one in only.names]) == (None, ["npm"])
    assert not store.exists()
    (folder / "deeper" / "one.json").write_text(json.dumps(osv("flask")))
    both = import_from(folder, store, force=False, now=NOW, shipped=None)
    assert both.about is not None
    assert both.about.counts == (("PyPI", 1),)
    assert [one.kept for one in both.names] == [True]


def test_names_that_lead_out_count_as_unread(tmp_path: Path, store: Path) -> None:
    more = {"../../PYSEC-1.json": json.dumps(osv("flask", 99)).encode()}
    about = imported(packed(tmp_path / "all.zip", many(5), more), store).about
    assert partial(about, "PyPI").startswith("1 PyPI advisory was unreadable")
    assert partial(about, "npm") == ""
