"""`walkdown db` as a person runs it: a real process with a state folder of its own."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import sys
from pathlib import Path

import msgspec
import pytest

from helpers.osv_files import many, packed
from walkdown.cli.db_about import WireDb
from walkdown.process import Finished, run_now

RUN = "import walkdown.cli.commands.data; from walkdown.cli.main import main; main()"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path


def db(folder: Path, *words: str, **more: str) -> Finished:
    env = {
        **os.environ,
        **{f"WALKDOWN_{name.upper()}_DIR": str(folder / name) for name in ("config", "cache", "state")},
        "WALKDOWN_OFFLINE": "",
        **more,
    }
    done = run_now((sys.executable, "-c", RUN, "db", *words), cwd=str(folder), env=env)
    assert b"Traceback" not in done.stderr
    return done


def lines(data: bytes) -> list[str]:
    return data.decode().splitlines()


def test_import_about_export_and_import_elsewhere(folder: Path) -> None:
    packed(folder / "all.zip", many(12, modified="2024-10-10T00:00:00Z"), {"bad.json": b"{}"})
    done = db(folder, "import", "all.zip")
    assert (done.code, done.stderr) == (0, b"")
    told = lines(done.stdout)
    assert told[0] == "PyPI: 12 advisories, as of 2024-10-10."
    lacking = "Only 12 advisories are here for PyPI, which cannot be all, so that known flaws would go unseen."
    assert told[1].startswith(f"  Partial. {lacking} All of them: walkdown db update --only PyPI, or")
    assert told[2].startswith("  1 could not be read as an advisory")
    assert "the limit is 30. A scan will say so too." in told[3]

    about = db(folder, "about")
    assert about.code == 0
    said = lines(about.stdout)
    assert said[0].startswith("12 advisories, ")
    assert said[0].endswith("All of it was read and is sound.")
    assert said[1] == "  PyPI    12 advisories as of 2024-10-10, from all.zip, 1 could not be read"
    assert said[2].startswith(f"          Partial. {lacking}")
    assert said[3].startswith("  npm     none: its packages cannot be checked.")
    names = said[said.index("Package names:") + 1 :]
    assert re.fullmatch(
        r"  PyPI    \d{3},\d{3} names as of \d{4}-\d\d-\d\d, the snapshot that came with walkdown", names[0]
    )
    assert names[-1].startswith("  npm     none: an invented name would not be noticed.")

    exported = db(folder, "export", "pack.zip")
    assert exported.code == 0
    other = folder / "other"
    other.mkdir()
    assert db(other, "import", str(folder / "pack.zip")).code == 0
    here, there = (
        msgspec.json.decode(db(place, "about", "--format", "json").stdout, type=WireDb) for place in (folder, other)
    )
    assert here.schema == "walkdown.db/1"
    assert here.about is not None
    assert there.about is not None
    assert here.about.digest == there.about.digest
    assert [part.whole for part in there.about.parts] == [False], "a pack of a part is no more than that"
    assert there.partial == here.partial
    assert here.partial[0].startswith(
        "1 PyPI advisory was unreadable when the data were taken in; what they are about is unknown. Only 12 advisories"
    )
    (index,) = here.names
    assert (index.ecosystem, index.shipped, index.bytes) == ("PyPI", True, Path(index.path).stat().st_size)
    assert there.names == here.names, "the same snapshot need not be carried over"
    assert here.about.digest in exported.stdout.decode()
    assert here.stale.endswith("the limit is 7.")
    assert here.age_days > 700


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "x.zip"), "There is no advisory data on this machine."),
        (("import", "nowhere.zip"), "nowhere.zip is neither a file nor a folder."),
        (("update", "--offline"), "Nothing was fetched: this run is told to stay offline."),
        (("update", "--only", "Go", "--offline"), "Nothing was fetched: this run is told to stay offline."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_and_a_way_out(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = db(folder, *words)
    assert (done.code, done.stdout) == (2, b"")
    first, advice = lines(done.stderr)
    assert first == f"walkdown: {said}"
    assert advice.strip()


@pytest.mark.parametrize("how", ["environment", "config"])
def test_offline_by_setting_counts_too(folder: Path, how: str) -> None:
    if how == "config":
        (folder / "config" / "config.toml").write_text("offline = true\n")
    done = db(folder, "update", WALKDOWN_OFFLINE="1" if how == "environment" else "")
    assert done.code == 2
    assert b"stay offline" in done.stderr


def test_an_ecosystem_that_does_not_exist(folder: Path) -> None:
    done = db(folder, "update", "--only", "Go", HTTPS_PROXY="http://127.0.0.1:1")
    assert done.code == 2
    assert lines(done.stderr)[0] == "walkdown: There is no Go to update."


def test_the_proxies_of_the_environment_are_used_and_a_dead_one_is_said(folder: Path) -> None:
    proxy = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:1")
    done = db(folder, "update", "--only", "pypi", **proxy, NO_PROXY="", no_proxy="")
    assert done.code == 2
    assert lines(done.stderr)[0].startswith("walkdown: The PyPI advisories could not be brought up to date. https://")
    assert "cannot be reached" in lines(done.stderr)[0]
    assert lines(done.stderr)[2].startswith(
        "walkdown: The index of PyPI names could not be brought up to date. https://"
    )
    assert done.stdout == b""


def test_a_hostile_name_reaches_no_terminal_raw(folder: Path) -> None:
    name = "all\x1b[2J\u202e.zip"
    packed(folder / name, many(3))
    assert db(folder, "import", name).code == 0
    out = db(folder, "about").stdout.decode()
    assert not {"\x1b", "\u202e"} & set(out)


def test_without_advisories_it_says_so_and_tells_of_the_names(folder: Path) -> None:
    done = db(folder, "about")
    assert (done.code, lines(done.stdout)[0]) == (2, "Package names:")
    assert lines(done.stderr)[0] == "walkdown: There is no advisory data on this machine."
    told = db(folder, "about", "--format", "json")
    found = msgspec.json.decode(told.stdout, type=WireDb)
    assert (told.code, found.about, found.problems) == (2, None, ("There is no advisory data on this machine.",))
    assert [one.ecosystem for one in found.names] == ["PyPI"]


def test_a_list_of_names_is_taken_in_and_a_broken_index_is_told(folder: Path) -> None:
    (folder / "npm.txt").write_text("# walkdown names npm 2025-01-02T00:00:00Z\nexpress\n@scope/thing\n")
    done = db(folder, "import", "npm.txt")
    assert (done.code, done.stdout, done.stderr) == (0, b"npm: 2 package names, as of 2025-01-02.\n", b"")
    packed(folder / "all.zip", many(3))
    assert db(folder, "import", "all.zip").code == 0
    about = db(folder, "about")
    assert about.code == 0
    assert "  npm     2 names as of 2025-01-02, from a file" in lines(about.stdout)
    assert b"the limit is 90. A scan will say so too." in about.stdout
    index = folder / "state" / "advisories" / "npm-names.bin"
    index.write_bytes(index.read_bytes()[:-1])
    broken = db(folder, "about")
    assert broken.code == 2
    assert lines(broken.stderr)[0].startswith("walkdown: The index of names npm-names.bin cannot be used:")
    assert db(folder, "import", "npm.txt").code == 0, "a broken one is replaced"
    assert db(folder, "about").code == 0


def test_a_list_that_does_not_say_what_it_is(folder: Path) -> None:
    (folder / "names.txt").write_text("# walkdown names of something\nexpress\n")
    done = db(folder, "import", "names.txt")
    assert (done.code, done.stdout) == (2, b"")
    assert "does not say of which index it is" in lines(done.stderr)[0]


def test_the_limits_a_person_set_count(folder: Path) -> None:
    day = (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    packed(folder / "all.zip", many(3, modified=day))
    assert db(folder, "import", "all.zip").code == 0
    (folder / "npm.txt").write_text(f"# walkdown names npm {day}\nexpress\n")
    assert db(folder, "import", "npm.txt").code == 0

    def stale() -> list[bool]:
        found = json.loads(db(folder, "about", "--format", "json").stdout)
        npm = next(one for one in found["names"] if one["ecosystem"] == "npm")
        return [bool(found["stale"]), bool(npm["stale"])]

    assert stale() == [True, False]
    (folder / "config" / "config.toml").write_text("advisory-days = 40\nindex-days = 5\n")
    assert stale() == [False, True]
