"""The inventory: every file by its bytes, and a true reason for everything that is not looked at."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest

from helpers.repos import commit, git, make_repo, write
from walkdown.errors import TargetError
from walkdown.model import SkipKind
from walkdown.record.statement import Countersignature, canonical
from walkdown.target import Inventory, Wanted, content_id, inventory, is_record, open_target, plain_read, printable
from walkdown.target.globs import Globs
from walkdown.target.inventory import Known
from walkdown.target.names import ATTRIBUTES, ATTRIBUTES_PATH

EVERYTHING = Wanted()


def take(root: Path, wanted: Wanted = EVERYTHING) -> Inventory:
    return inventory.take(str(root), Known(), wanted)


def skips(taken: Inventory) -> dict[str, tuple[SkipKind, str]]:
    return {skip.path: (skip.kind, skip.code) for skip in taken.skipped}


def paths(taken: Inventory) -> list[str]:
    return [file.path for file in taken.files]


def test_same_bytes_same_id_unless_the_name_changes_what_they_mean(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x\n", "b/c.py": "x\n", "a.js": "x\n", "d.py": "y\n", "Makefile": "x\n", ".env": "x\n"})
    ids = {file.path: file.content for file in take(tmp_path).files}
    assert ids["a.py"] == ids["b/c.py"] == content_id("z.py", b"x\n")
    assert len({ids["a.py"], ids["a.js"], ids["d.py"], ids["Makefile"], ids[".env"]}) == 5


def test_the_looked_digest_follows_names_and_bytes_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x\n", "b.py": "y\n"})
    first = take(tmp_path).looked
    os.utime(tmp_path / "a.py", (1, 1))
    assert take(tmp_path).looked == first
    write(tmp_path, {"a.py": "y\n", "b.py": "x\n"})
    assert take(tmp_path).looked != first


def test_what_is_not_text_or_too_large(tmp_path: Path) -> None:
    write(tmp_path, {"logo.png": b"\x89PNG\0\0", "hidden.js": b"//\0\nfetch()", "empty.py": ""})
    write(tmp_path, {"data.json": b"1" * 2000, "big.py": b"#" * 2000})
    taken = take(tmp_path, Wanted(huge_bytes=1000))
    assert paths(taken) == ["empty.py"]
    assert skips(taken) == {
        "logo.png": (SkipKind.SCOPE, "binary"),
        "hidden.js": (SkipKind.GAP, "binary-source"),
        "data.json": (SkipKind.SCOPE, "large-data"),
        "big.py": (SkipKind.GAP, "too-large"),
    }
    (hidden,) = [skip for skip in taken.skipped if skip.path == "hidden.js"]
    assert "first in line 1:" in hidden.reason
    assert len(take(tmp_path, Wanted(huge_bytes=2000)).files) == 3


# Very large files that hold what a scanner looks for, and those that are data however they are named.
LARGE = [
    "requirements.txt", "requirements-dev.in", "requirements/prod.txt", "constraints.txt", "package.json", "yarn.lock",
    "package-lock.json", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock",
    "pdm.lock", "pylock.prod.toml", "setup.cfg", "go.mod", "secrets.json", "aws-credentials.json", "appsettings.json",
    "app.config.json", "google_service_account.json", "notes.txt", "pom.xml", "server.pem", "tls.key", "work.ipynb",
    ".env.prod.json",
]  # fmt: skip
DATA = ["users.json", "monkeys.json", "table.csv", "map.svg", "app.js.map", "words.dat", "README.md"]


def test_a_very_large_file_is_a_gap_where_its_name_promises_something_to_find(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys([*LARGE, *DATA], "x" * 2000))
    taken = take(tmp_path, Wanted(huge_bytes=1000))
    assert skips(taken) == {
        **dict.fromkeys(LARGE, (SkipKind.GAP, "too-large")),
        **dict.fromkeys(DATA, (SkipKind.SCOPE, "large-data")),
    }


@pytest.mark.parametrize("name", ["yarn.lock", "bun.lockb", "data.json", "a.txt", "a.xml", "a.pem", "a.key", "a.ipynb"])
def test_zero_bytes_do_not_hide_what_is_named_like_text(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: b"x\0y", "table.csv": b"x\0y"})
    assert skips(take(tmp_path)) == {
        name: (SkipKind.GAP, "binary-source"),
        "table.csv": (SkipKind.SCOPE, "binary"),
    }


def test_the_binary_lock_of_bun_is_a_gap_only_where_no_text_stands_beside_it(tmp_path: Path) -> None:
    lock = b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\0\0"
    write(tmp_path, {"api/bun.lockb": lock, "web/bun.lock": "{}", "web/bun.lockb": lock})
    taken = take(tmp_path)
    assert skips(taken) == {
        "api/bun.lockb": (SkipKind.GAP, "binary-source"),
        "web/bun.lockb": (SkipKind.SCOPE, "binary"),
    }
    assert "--save-text-lockfile" in next(skip.reason for skip in taken.skipped if skip.kind is SkipKind.GAP)


@pytest.mark.parametrize("encoding", ["UTF-16-LE", "UTF-16-BE", "UTF-32-LE"])
def test_text_of_wide_letters_is_a_gap_whatever_its_name(tmp_path: Path, encoding: str) -> None:
    text = "\ufeffflask==0.5\n"
    # No byte of these letters is a zero.
    chinese = "\ufeff\u4e2d\u6587"
    files = {"requirements.txt": text, "strings.dat": text, "noname": chinese}
    write(tmp_path, {name: content.encode(encoding) for name, content in files.items()})
    taken = take(tmp_path)
    assert skips(taken) == dict.fromkeys(files, (SkipKind.GAP, "wide-text"))
    assert all(encoding[:6] in skip.reason and "Save it as UTF-8" in skip.reason for skip in taken.skipped)


def test_the_mark_of_wide_letters_makes_no_text(tmp_path: Path) -> None:
    # An odd number of bytes, and half a letter without its other half.
    write(tmp_path, {"song.mp3": b"\xff\xfe\0", "photo.raw": b"\xff\xfe\0\xd8a\0"})
    assert skips(take(tmp_path)) == dict.fromkeys(("song.mp3", "photo.raw"), (SkipKind.SCOPE, "binary"))


def test_odd_names_survive_and_can_be_read_back(tmp_path: Path) -> None:
    names = ["new\nline.py", "esc\x1b[31m.py", "a[/]b.py", "-rf.py", "spa ce.py", "quote'\".py", "ü.py", "\u202egnp.py"]
    write(tmp_path, {name: f"{name!r}\n" for name in names})
    raw = [b"latin-\xe9.py", b"half-\xed\xa0\x80.py", b"spelled-\\xe9.py", b"latin-\\xe9.py"]
    for number, spelled in enumerate(raw):
        (tmp_path / os.fsdecode(spelled)).write_text(f"{number}\n")
    with open_target(tmp_path) as target:
        assert len(target.files) == len(names) + len(raw)
        for name in names:
            assert target.read(name) == f"{name!r}\n".encode()
        assert target.read("latin-\\xe9.py") == b"0\n"
        assert target.read("half-\\xed\\xa0\\x80.py") == b"1\n"
        assert target.read("spelled-\\x5cxe9.py") == b"2\n"
        assert target.read("latin-\\x5cxe9.py") == b"3\n"


def test_printable_forms_never_collide() -> None:
    assert printable(os.fsdecode(b"a\xff")) == "a\\xff"
    assert printable("a\\xff") == "a\\x5cxff"
    assert printable("a\\b") == "a\\b"


def test_a_path_longer_than_the_system_takes_in_one_call(tmp_path: Path) -> None:
    depth, name = 40, "d" * 120
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=descriptor)
        below = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    file = os.open("deep.py", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor)
    os.write(file, b"deep\n")
    os.close(file)
    os.close(descriptor)
    with open_target(tmp_path) as target:
        [found] = target.files
        assert len(found.path) > 4096
        assert target.read(found.path) == b"deep\n"


def test_folders_far_apart_are_all_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_read, "KEPT_OPEN", 2)
    names = [f"{'d/' * depth}{kind}.py" for depth in range(8) for kind in ("a", "e/b", "d2/c", "z/y/x/w")]
    write(tmp_path, {name: f"{name}\n" for name in names})
    before = len(list(Path("/dev/fd").iterdir()))
    assert {file.path: file.content for file in take(tmp_path).files} == {
        name: content_id(name.rpartition("/")[2], f"{name}\n".encode()) for name in names
    }
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_endless_folders_end_in_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "DEEPEST", 3)
    write(tmp_path, {"1/2/3/4/seen.py": "x\n", "1/2/3/4/5/unseen.py": "x\n"})
    taken = take(tmp_path)
    assert paths(taken) == ["1/2/3/4/seen.py"]
    assert skips(taken) == {"1/2/3/4/5/": (SkipKind.GAP, "too-deep")}


def test_links_are_named_and_never_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    write(outside, {"secret.py": "x\n"})
    write(root, {"real.py": "x\n", "folder/f.py": "x\n"})
    for name, goal in {
        "same.py": "real.py", "away.py": "../outside/secret.py", "away": str(outside), "gone.py": "nowhere.py",
        "loop": "loop", "inner": "folder", "etc": "/etc/passwd",
    }.items():  # fmt: skip
        (root / name).symlink_to(goal)
    taken = take(root)
    assert paths(taken) == ["folder/f.py", "real.py"]
    found = {path: code for path, (kind, code) in skips(taken).items() if kind is SkipKind.SCOPE}
    assert found.pop("loop") in ("link", "link-broken")
    assert found == {
        "same.py": "link", "inner": "link", "away": "link-outside", "etc": "link-outside", "gone.py": "link-broken",
    }  # fmt: skip
    assert skips(taken)["away.py"] == (SkipKind.GAP, "link-outside")


READ_ALIKE = [
    ("app.py", "lib/main.py"), ("LICENSE.txt", "COPYING"), ("requirements.txt", "requirements/prod.txt"),
    ("tests/requirements.txt", "requirements.txt"), ("web/package.json", "package.json"), ("ci.yml", "shared.yaml"),
    ("tool", "tool.sh"), ("Dockerfile", "deploy/Dockerfile"), (".env", "deploy/.env"), ("AGENTS.md", "notes.bin"),
]  # fmt: skip
READ_OTHERWISE = [
    ("app.py", "app.txt"), ("app.py", "README"), ("requirements.txt", "wanted.txt"), ("app.js", "app.bin"),
    ("requirements.txt", "requirements/dev.txt"), ("package.json", "p.json"), (".env", ".env.example"),
    ("notes.txt", "notes.bin"), ("go.mod", "mod.txt"), ("poetry.lock", "uv.lock"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("link", "goal", "expected"),
    [
        *((link, goal, (SkipKind.SCOPE, "link")) for link, goal in READ_ALIKE),
        *((link, goal, (SkipKind.GAP, "link-unread")) for link, goal in READ_OTHERWISE),
    ],
)
def test_a_link_is_no_gap_only_if_its_goal_is_read_as_the_same(
    tmp_path: Path, link: str, goal: str, expected: tuple[SkipKind, str]
) -> None:
    write(tmp_path, {goal: b"\0" if goal.endswith(".bin") else "x\n"})
    place = tmp_path / link
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(os.path.relpath(tmp_path / goal, place.parent))
    assert skips(take(tmp_path))[link] == expected


def test_a_link_to_what_is_left_out_is_a_gap_and_to_a_gap_it_is_told_once(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {".gitignore": "local.py\n", "odd.py": b"\0"})
    write(repo, {"local.py": "x\n"})
    for name, goal in {"config.py": "local.py", "again.py": "odd.py", "chosen.py": "local.py"}.items():
        (repo / name).symlink_to(goal)
    with open_target(repo, wanted=Wanted(exclude=("chosen.py",))) as target:
        assert skips(target.inventory) == {
            "local.py": (SkipKind.SCOPE, "ignored"),
            "config.py": (SkipKind.GAP, "link-unread"),
            "odd.py": (SkipKind.GAP, "binary-source"),
            "again.py": (SkipKind.SCOPE, "link"),
            "chosen.py": (SkipKind.SCOPE, "chosen"),
        }


def test_the_marker_of_an_environment_alone_hides_no_folder(tmp_path: Path) -> None:
    markers = {f"{name}/pyvenv.cfg": "home = /usr/bin\n" for name in ("app", "unix", "windows", "packages", "link")}
    write(tmp_path, {**markers, "app/main.py": "x\n", "app/bin/run.py": "x\n", "link/evil.py": "x\n"})
    write(tmp_path, {"unix/bin/python3": "", "windows/Scripts/python.exe": "", "packages/lib/python3.12/x.py": "x\n"})
    (tmp_path / "link/bin").symlink_to("../unix/bin")
    taken = take(tmp_path)
    assert {"app/main.py", "app/bin/run.py", "link/evil.py"} <= set(paths(taken))
    assert {path for path, (_, code) in skips(taken).items() if code == "usual-folder"} == {
        "unix/", "windows/", "packages/",
    }  # fmt: skip


def test_pipes_and_sockets_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(tmp_path, os.O_RDONLY)
        # The name of a socket may only be short.
        listening.bind(f"/proc/self/fd/{here}/sock" if Path("/proc/self/fd").exists() else str(tmp_path / "sock"))
        os.close(here)
        taken = take(tmp_path)
    assert skips(taken) == {"pipe.py": (SkipKind.SCOPE, "special"), "sock": (SkipKind.SCOPE, "special")}


def test_what_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    write(tmp_path, {"closed.py": "x\n", "shut/a.py": "x\n"})
    (tmp_path / "closed.py").chmod(0)
    if os.access(tmp_path / "closed.py", os.R_OK):
        pytest.skip("this user may read everything")
    (tmp_path / "shut").chmod(0)
    try:
        taken = take(tmp_path)
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert skips(taken) == {"closed.py": (SkipKind.GAP, "unreadable"), "shut/": (SkipKind.GAP, "unreadable")}


def test_a_file_that_vanishes_or_turns_into_a_link_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.py": "x\n", "b.py": "x\n", "c.py": "x\n"})
    real = plain_read.read_at

    def meanwhile(folder: int, name: str, most: int) -> bytes:
        if name == "a.py":
            (tmp_path / "b.py").unlink()
            (tmp_path / "c.py").unlink()
            (tmp_path / "c.py").symlink_to("/etc/passwd")
        return real(folder, name, most)

    monkeypatch.setattr(inventory, "read_at", meanwhile)
    taken = take(tmp_path)
    assert paths(taken) == ["a.py"]
    assert skips(taken) == {"b.py": (SkipKind.GAP, "vanished"), "c.py": (SkipKind.GAP, "changing")}


def test_reading_again_tells_when_the_bytes_are_others(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x\n"})
    with open_target(tmp_path) as target:
        assert target.look("a.py").same
        write(tmp_path, {"a.py": "y\n"})
        assert not target.look("a.py").same
        assert target.read("a.py") == b"y\n"
        (tmp_path / "a.py").unlink()
        (tmp_path / "a.py").symlink_to("/etc/passwd")
        with pytest.raises(TargetError, match="no longer be read"):
            target.read("a.py")
        with pytest.raises(TargetError, match="not among the files"):
            target.read("../../etc/passwd")


DAY = "2025-03-04-" + "ab" * 32


@pytest.mark.parametrize("end", ["md", "json", "ada.json", "ada.json.sig", "ada@example-org.asc"])
def test_record_shaped(end: str) -> None:
    assert is_record(f".walkdown/signoffs/{DAY}.{end}")


@pytest.mark.parametrize(
    "path",
    [
        f".walkdown/{DAY}.md",
        f"sub/.walkdown/signoffs/{DAY}.md",
        f".walkdown/signoffs/{DAY}.py",
        f".walkdown/signoffs/x/{DAY}.md",
        ".walkdown/signoffs/evil.json",
        f".walkdown/signoffs/{DAY}.json\n",
        f".walkdown/signoffs/{DAY}.md.py",
        ".walkdown/rules.yml",
    ],
)
def test_not_record_shaped(path: str) -> None:
    assert not is_record(path)


STATEMENT = b'{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"urn:walkdown:signoff:1","subject":[]}\n'
COUNTERSIGNATURE = canonical(Countersignature("0" * 64, DAY, "Ada", "ada@example.org", "", "2025-03-04T00:00:00Z"))
RECORDS = {
    f".walkdown/signoffs/{DAY}.json": STATEMENT,
    f".walkdown/signoffs/{DAY}.md": b"# Sign-off of shop\n",
    f".walkdown/signoffs/{DAY}.ada.json": COUNTERSIGNATURE,
    f".walkdown/signoffs/{DAY}.ada.json.sig": b"-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n",
    f".walkdown/signoffs/{DAY}.ada.json.asc": b"-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n",
}


@pytest.mark.parametrize(
    ("end", "data"),
    [
        ("json", b'{"aws_secret_access_key": "x"}\n'),
        ("json", b""),
        ("json", b'{"_type":"https://in-toto.io/Statement/v1","predicateType":"urn:other:1","key":"x"}\n'),
        ("json", b'{"note":"urn:walkdown:signoff:1 https://in-toto.io/Statement/v1"}\n'),
        ("md", b"# Passwords\n"),
        ("sig", b"password = x\n"),
        ("sig", b"-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\npassword = x\n"),
        ("asc", b"-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n"),
    ],
)
def test_the_name_of_a_record_alone_hides_no_file(tmp_path: Path, end: str, data: bytes) -> None:
    path = f".walkdown/signoffs/{DAY}.{end}"
    write(tmp_path, {path: data})
    assert paths(take(tmp_path)) == [path]


def test_what_is_named_like_a_record_and_cannot_be_scanned_is_a_gap(tmp_path: Path) -> None:
    binary, large = (f".walkdown/signoffs/{DAY}.{end}.md" for end in ("binary", "large"))
    write(tmp_path, {binary: b"\0", large: "x" * 2000, **RECORDS})
    taken = take(tmp_path, Wanted(huge_bytes=10))
    assert skips(taken) == {
        binary: (SkipKind.GAP, "binary-source"),
        large: (SkipKind.GAP, "too-large"),
        **dict.fromkeys(RECORDS, (SkipKind.SCOPE, "record")),
    }


def test_records_change_neither_digest_and_everything_else_does(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "x\n", "sub/b.py": "x\n"})
    with open_target(repo) as target:
        before = (target.tree, target.looked)
    write(repo, RECORDS)
    commit(repo)
    with open_target(repo) as target:
        assert (target.tree, target.looked) == before
        assert target.tree != git(repo, "rev-parse", "HEAD^{tree}")
        assert {skip.code for skip in target.skipped} == {"record"}
        assert not target.dirty
    write(repo, {".walkdown/signoffs/plan.py": "x\n"})
    commit(repo)
    with open_target(repo) as target:
        assert target.tree != before[0]
        assert target.looked != before[1]


def test_changes_against_the_commit(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"same.py": "1\n", "edited.py": "1\n", "gone.py": "1\n", "crlf.py": "1\n2\n"})
    write(repo, {"edited.py": "2\n", "gone.py": None, "new.py": "1\n", "crlf.py": "1\r\n2\r\n"})
    with open_target(repo) as target:
        taken = target.inventory
        assert (taken.modified, taken.untracked, taken.deleted) == (("edited.py",), ("new.py",), ("gone.py",))
        assert target.dirty
        assert skips(taken) == {"gone.py": (SkipKind.SCOPE, "deleted")}


def test_a_sparse_checkout_leaves_gaps(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"api/a.py": "1\n", "web/b.ts": "1\n"})
    git(repo, "sparse-checkout", "set", "api")
    with open_target(repo) as target:
        assert skips(target.inventory) == {"web/b.ts": (SkipKind.GAP, "not-checked-out")}


def test_content_that_the_clone_never_got_is_a_gap(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "1\n", "b.py": "2\n", "c.py": "3\n"})
    oid = git(repo, "rev-parse", "HEAD:a.py")
    (repo / ".git/objects" / oid[:2] / oid[2:]).unlink()
    write(repo, {"a.py": None, "b.py": None})
    with open_target(repo) as target:
        assert skips(target.inventory) == {
            "a.py": (SkipKind.GAP, "missing-object"),
            "b.py": (SkipKind.SCOPE, "deleted"),
        }


def test_a_file_kept_by_lfs_is_not_modified(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"model\n").hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 6\n"
    repo = make_repo(tmp_path, {"a.txt": pointer, "b.txt": pointer})
    write(repo, {"a.txt": "model\n", "b.txt": "other\n"})
    with open_target(repo) as target:
        assert target.inventory.modified == ("b.txt",)


@pytest.mark.parametrize(
    ("pattern", "hits", "misses"),
    [
        ("*.py", ["a.py", "x/y/a.py"], ["a.pyc"]),
        ("src/*.py", ["src/a.py"], ["src/x/a.py", "lib/src/a.py"]),
        ("src/**/*.py", ["src/a.py", "src/x/y/a.py"], ["a.py"]),
        ("vendor", ["vendor/x/a.py", "a/vendor/b.js"], ["vendored/a.py"]),
        ("docs/", ["docs/a.md"], ["mydocs/a.md"]),
        ("**/gen/*", ["gen/a", "x/gen/a"], ["gen"]),
        ("a[1].py", ["a[1].py"], ["a1.py"]),
    ],
)
def test_patterns(pattern: str, hits: list[str], misses: list[str]) -> None:
    globs = Globs([pattern])
    assert [path for path in hits if not globs.match(path)] == []
    assert [path for path in misses if globs.match(path)] == []


def test_chosen_files_only(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x\n", "b.js": "x\n", "old/c.py": "x\n"})
    taken = take(tmp_path, Wanted(include=("*.py",), exclude=("old",)))
    assert paths(taken) == ["a.py"]
    assert skips(taken) == {"b.js": (SkipKind.SCOPE, "chosen"), "old/": (SkipKind.SCOPE, "chosen")}


def test_other_version_control_hides_nothing_that_is_committed(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {".hg/evil.py": "x\n"})
    write(repo, {"sub/.svn/x.py": "x\n"})
    with open_target(repo) as target:
        assert paths(target.inventory) == [".hg/evil.py"]
        assert skips(target.inventory) == {"sub/.svn": (SkipKind.SCOPE, "version-control")}


def test_the_records_attributes_count_as_part_of_them_while_they_say_what_walkdown_wrote(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {"a.py": "x = 1\n"})
    with open_target(repo) as target:
        before = (target.looked, target.tree)
    write(repo, {ATTRIBUTES_PATH: ATTRIBUTES})
    with open_target(repo) as target:
        assert (target.looked, target.tree, target.dirty) == (*before, False)
    commit(repo)
    with open_target(repo) as target:
        assert (target.looked, target.tree) == before
    write(repo, {ATTRIBUTES_PATH: ATTRIBUTES + b"* filter=hide\n"})
    with open_target(repo) as target:
        assert target.looked != before[0]
        assert target.dirty
        assert ATTRIBUTES_PATH in {file.path for file in target.files}
