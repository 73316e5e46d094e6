"""The record's files in a tree: found however one names them, read with care, written as a whole and over nothing."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from walkdown.errors import RecordError
from walkdown.record.files import MOST_SIGNATURES, RecordFiles, Seal
from walkdown.record.folder import FOLDER, all_records, find_record, publish, publish_seal, slug_of
from walkdown.target.names import ATTRIBUTES, ATTRIBUTES_PATH, is_record

NAME = "2026-11-20-0123456789ab"


def record(name: str = NAME, made: str = "", *seals: Seal) -> RecordFiles:
    made = made or f"{name[:10]}T12:00:00Z"
    data = msgspec.json.encode({"predicate": {"made": made}}) + b"\n"
    return RecordFiles(name, data, b"# Sign-off of a test\n", seals)


def sealed(mail: str, text: bytes = b"{}\n", kind: str = "ssh") -> Seal:
    return Seal(slug_of(mail, ""), text, b"signed " + mail.encode(), kind)


ADA, BOB = sealed("ada@example.org"), sealed("bob@example.org", kind="gpg")


def everything(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_what_was_published_is_found_again(tmp_path: Path) -> None:
    files = record(NAME, "", ADA, BOB)
    assert publish(tmp_path, files) == tmp_path / FOLDER / f"{NAME}.json"
    assert find_record(tmp_path, "") == files
    names = set(everything(tmp_path))
    assert names == {
        ATTRIBUTES_PATH,
        *(f"{FOLDER}/{NAME}.{rest}" for rest in ("md", "json")),
        *(f"{FOLDER}/{NAME}.ada-example-org.{rest}" for rest in ("json", "json.sig")),
        *(f"{FOLDER}/{NAME}.bob-example-org.{rest}" for rest in ("json", "json.asc")),
    }
    assert all(is_record(name) for name in names - {ATTRIBUTES_PATH})
    assert (tmp_path / ATTRIBUTES_PATH).read_bytes() == ATTRIBUTES


def test_one_more_signature_changes_nothing_else(tmp_path: Path) -> None:
    publish(tmp_path, record(NAME, "", ADA))
    before = everything(tmp_path)
    path = publish_seal(tmp_path, NAME, BOB)
    assert path.name == f"{NAME}.bob-example-org.json"
    after = everything(tmp_path)
    assert {name: after[name] for name in before} == before
    assert find_record(tmp_path, NAME).seals == (ADA, BOB)


@pytest.mark.parametrize("kind", ["ssh", "gpg"])
def test_nobody_signs_twice(tmp_path: Path, kind: str) -> None:
    publish(tmp_path, record(NAME, "", ADA))
    before = everything(tmp_path)
    with pytest.raises(RecordError, match="this person has signed"):
        publish_seal(tmp_path, NAME, sealed("ada@example.org", b"other", kind))
    assert everything(tmp_path) == before


def test_a_signature_needs_a_record(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="There is no record"):
        publish_seal(tmp_path, NAME, ADA)
    assert list(tmp_path.iterdir()) == []


def test_the_same_again_is_fine(tmp_path: Path) -> None:
    files = record(NAME, "", ADA)
    publish(tmp_path, files)
    before = everything(tmp_path)
    publish(tmp_path, files)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("taken", [f"{NAME}.json", f"{NAME}.md", f"{NAME}.ada-example-org.json"])
def test_nothing_is_written_over_and_nothing_is_left_half_done(tmp_path: Path, taken: str) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / taken).write_bytes(b"somebody else's")
    with pytest.raises(RecordError, match="Nothing was signed"):
        publish(tmp_path, record(NAME, "", ADA))
    assert everything(tmp_path) == {f"{FOLDER}/{taken}": b"somebody else's"}


def test_a_gitattributes_of_the_projects_own_stays(tmp_path: Path) -> None:
    (tmp_path / ".walkdown").mkdir()
    (tmp_path / ATTRIBUTES_PATH).write_bytes(b"* text\n")
    publish(tmp_path, record())
    assert (tmp_path / ATTRIBUTES_PATH).read_bytes() == b"* text\n"


def as_link(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def as_file(path: Path, elsewhere: Path) -> None:
    path.write_text("a file")


@pytest.mark.parametrize("make", [as_link, as_file])
@pytest.mark.parametrize("part", [".walkdown", ".walkdown/signoffs"])
def test_a_record_never_leaves_the_tree(tmp_path: Path, make: Callable[[Path, Path], None], part: str) -> None:
    root, elsewhere = tmp_path / "repo", tmp_path / "elsewhere"
    (root / part).parent.mkdir(parents=True)
    elsewhere.mkdir()
    (elsewhere / "signoffs").mkdir()
    make(root / part, elsewhere)
    before = everything(tmp_path)
    with pytest.raises(RecordError, match="Nothing was signed"):
        publish(root, record())
    with pytest.raises(RecordError, match="Nothing was signed"):
        publish_seal(root, NAME, ADA)
    assert everything(tmp_path) == before
    publish(tmp_path / "elsewhere", record())
    shutil.copytree(elsewhere / FOLDER, elsewhere / "signoffs", dirs_exist_ok=True)
    with pytest.raises(RecordError, match="reached by a link"):
        find_record(root, "")
    assert all_records(root) == ()


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder that one may look at and not write to, also where the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="wd-", dir="/tmp"))
    (folder / "code.py").write_text("pass\n")
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_tree_that_cannot_be_written_to(locked: Path) -> None:
    with pytest.raises(RecordError, match=r"Permission denied. Nothing was signed"):
        publish(locked, record())
    assert [path.name for path in locked.iterdir()] == ["code.py"]


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The system refuses any file over some size, as it would where no room is left."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    large = msgspec.structs.replace(record(NAME, "", ADA), json=b"x" * 100_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(RecordError, match="Nothing was signed"):
            publish(tmp_path, large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, count = os.fsync, [0]

    def interrupted(descriptor: int) -> None:
        count[0] += 1
        if count[0] == 4:
            os.kill(os.getpid(), signal.SIGINT)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, record(NAME, "", ADA))
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", none)
    publish(tmp_path, record(NAME, "", ADA))
    assert find_record(tmp_path, "") == record(NAME, "", ADA)
    with pytest.raises(RecordError, match="says something else"):
        publish(tmp_path, record(NAME, "another time"))
    assert len(everything(tmp_path)) == 5


def test_what_a_killed_run_left_is_no_code_no_signature_and_goes_with_the_next(tmp_path: Path) -> None:
    publish(tmp_path, record(NAME, "", ADA))
    parts = [f"{NAME}.new.part-0123456789ab.{suffix}" for suffix in ("md", "json", "sig", "asc")]
    for part in parts:
        assert is_record(f"{FOLDER}/{part}")
        (tmp_path / FOLDER / part).write_bytes(b"half")
    (tmp_path / FOLDER / f"{NAME}.bob-example-org.json.sig").write_bytes(b"no statement ever came to it")
    assert find_record(tmp_path, "").seals == (ADA,)
    publish_seal(tmp_path, NAME, BOB)
    assert find_record(tmp_path, "").seals == (ADA, BOB)
    assert not [path for path in (tmp_path / FOLDER).iterdir() if ".part-" in path.name]
    assert not (tmp_path / FOLDER / f"{NAME}.bob-example-org.json.sig").exists()


def at_once(work: list[Callable[[], object]]) -> list[str]:
    """What each of them came to: empty where it went well."""
    said = [""] * len(work)
    gate = threading.Barrier(len(work))

    def one(number: int) -> None:
        gate.wait()
        try:
            work[number]()
        except RecordError as error:
            said[number] = str(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_many_who_sign_at_once_lose_nothing(tmp_path: Path) -> None:
    publish(tmp_path, record())
    seals = [sealed(f"person{number}@example.org") for number in range(12)]
    said = at_once([lambda seal=seal: publish_seal(tmp_path, NAME, seal) for seal in seals])  # type: ignore[misc]
    assert said == [""] * 12
    assert set(find_record(tmp_path, NAME).seals) == set(seals)


def test_of_one_person_who_signs_in_two_windows_one_counts_whole(tmp_path: Path) -> None:
    publish(tmp_path, record())
    seals = [Seal("ada", b"statement %d" % number, b"signature %d" % number) for number in range(12)]
    said = at_once([lambda seal=seal: publish_seal(tmp_path, NAME, seal) for seal in seals])  # type: ignore[misc]
    assert sorted(bool(one) for one in said) == [False] + [True] * 11
    (kept,) = find_record(tmp_path, NAME).seals
    assert kept in seals, "its statement and its signature are of the same window"
    assert seals.index(kept) == said.index("")


def test_first_records_at_once_are_all_there(tmp_path: Path) -> None:
    files = [record(f"2026-11-20-{number:012x}", "", ADA) for number in range(12)]
    assert at_once([lambda one=one: publish(tmp_path, one) for one in files]) == [""] * 12  # type: ignore[misc]
    assert set(all_records(tmp_path)) == set(files)


def test_the_newest_is_the_one_made_last(tmp_path: Path) -> None:
    old = record("2026-11-19-ffffffffffff")
    early = record("2026-11-20-ffffffffffff", "2026-11-20T08:00:00Z")
    late = record("2026-11-20-000000000000", "2026-11-20T09:00:00Z")
    for one in (early, old, late):
        publish(tmp_path, one)
    assert find_record(tmp_path, "") == late
    assert all_records(tmp_path) == (late, early, old)


def test_a_record_is_found_by_name_and_by_the_path_of_any_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, other = tmp_path / "repo", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    files = record(NAME, "", ADA)
    publish(root, files)
    publish(root, record("2026-11-21-0123456789ab"))
    folder = root / FOLDER
    for name in (
        NAME,
        f"{NAME}.json",
        f"{NAME}.md",
        f"{NAME}.ada-example-org.json",
        f"{NAME}.ada-example-org.json.sig",
    ):
        assert find_record(root, name) == files
        assert find_record(other, str(folder / name)) == files
    monkeypatch.chdir(folder)
    assert find_record(other, f"{NAME}.json") == files
    assert find_record(other, f"./{NAME}") == files
    monkeypatch.chdir(tmp_path)
    assert find_record(other, f"repo/{FOLDER}/{NAME}.md") == files
    assert find_record(root, f"{FOLDER}/{NAME}.md") == files, "from anywhere, as it is written in the tree"


@pytest.mark.parametrize(
    "named", ["", "2026-11-20-ffffffffffff", "nonsense", "/", "2026-11-20-0123456789ab/..", "x\0", "../../etc/passwd"]
)
def test_a_record_that_is_not_there_is_one_clear_error(tmp_path: Path, named: str) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "nonsense.json").write_text("{}")
    (tmp_path / FOLDER / "2026-13-45-0123456789ab.json").write_text("{}")
    with pytest.raises(RecordError) as caught:
        find_record(tmp_path, named)
    assert (caught.value.code, bool(caught.value.do)) == (2, True)


def test_there_may_be_no_folder_at_all(tmp_path: Path) -> None:
    assert all_records(tmp_path) == ()
    with pytest.raises(RecordError, match="walkdown sign"):
        find_record(tmp_path, "")


@pytest.mark.parametrize("file", ["json", "md", "ada-example-org.json", "ada-example-org.json.sig"])
@pytest.mark.parametrize("what", ["link", "pipe", "folder", "huge"])
def test_only_regular_files_of_sensible_size_are_read(tmp_path: Path, file: str, what: str) -> None:
    publish(tmp_path, record(NAME, "", ADA))
    path = tmp_path / FOLDER / f"{NAME}.{file}"
    path.rename(tmp_path / "aside")
    if what == "link":
        path.symlink_to(tmp_path / "aside")
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        with path.open("wb") as opened:
            opened.truncate(65 * 1024 * 1024)
    with pytest.raises(RecordError, match=f"{NAME}.{file}"):
        find_record(tmp_path, "")
    publish(tmp_path, record("2026-11-19-000000000000"))
    assert [one.name for one in all_records(tmp_path)] == ["2026-11-19-000000000000"]


def test_what_is_missing_is_told_apart(tmp_path: Path) -> None:
    publish(tmp_path, record(NAME, "", ADA))
    (tmp_path / FOLDER / f"{NAME}.md").unlink()
    (tmp_path / FOLDER / f"{NAME}.ada-example-org.json.sig").unlink()
    found = find_record(tmp_path, "")
    assert (found.markdown, found.seals) == (None, (Seal(ADA.slug, ADA.statement, None),))


def test_junk_beside_a_record_is_not_its(tmp_path: Path) -> None:
    publish(tmp_path, record(NAME, "", ADA))
    for name in (f"{NAME}.a.b.json", f"{NAME}.json.bak", f"{NAME}..json", f"x{NAME}.ada.json", f"{NAME}.é.json"):
        (tmp_path / FOLDER / name).write_text("junk")
    assert find_record(tmp_path, "") == record(NAME, "", ADA)


def test_signatures_are_bounded(tmp_path: Path) -> None:
    publish(tmp_path, record())
    for number in range(MOST_SIGNATURES):
        (tmp_path / FOLDER / f"{NAME}.p{number}.json").write_text("{}")
    assert len(find_record(tmp_path, "").seals) == MOST_SIGNATURES
    with pytest.raises(RecordError, match="more are not read"):
        publish_seal(tmp_path, NAME, ADA)
    (tmp_path / FOLDER / f"{NAME}.q.json").write_text("{}")
    with pytest.raises(RecordError, match="more than 100"):
        find_record(tmp_path, "")


def test_deep_json_is_no_way_to_bring_it_down(tmp_path: Path) -> None:
    publish(tmp_path, msgspec.structs.replace(record(), json=b'{"x":' + b"[" * 5_000_000))
    publish(tmp_path, record("2026-11-20-ffffffffffff"))
    assert find_record(tmp_path, "").name == "2026-11-20-ffffffffffff"


MAILS = ["ada@example.org", "ada.b@example.org", "ada-b@example.org", "ada+b@example.org", "ada@b.example.org",
         "a@b", "ada@example-org", "ada-example@org", "ada_b@example.org", "ädä@example.org", "", "x" * 300,
         "x" * 299 + "y", "../../etc", "ada@example.org.", "日本"]  # fmt: skip


def test_two_mails_never_share_a_file() -> None:
    slugs = [slug_of(mail, "Ada") for mail in MAILS]
    assert len(set(slugs)) == len(MAILS)
    for slug in slugs:
        assert is_record(f"{FOLDER}/{NAME}.{slug}.json.sig"), slug
    assert slug_of("ada@example.org", "Anyone") == "ada-example-org"
    assert slug_of("Ada@Example.ORG", "") == "ada-example-org", "case makes nobody another person"


def test_without_a_mail_the_name_tells_people_apart() -> None:
    names = ["Ada Example", "Ada-Example", "ada example", "艾达", "ada@example.org"]
    slugs = [slug_of("", name) for name in names]
    assert len({*slugs, slug_of("ada@example.org", "")}) == len(names) + 1
    assert slugs[0].startswith("ada-example_")
