"""`walkdown db` as a person runs it: a real process with a state folder of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec
import pytest

from helpers.osv_files import many, packed
from walkdown.cli.db import AboutJson
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
    assert told[1].startswith("  1 could not be read as an advisory")
    assert "the limit is 30. A scan will say so too." in told[2]

    about = db(folder, "about")
    assert about.code == 0
    said = lines(about.stdout)
    assert said[0].startswith("12 advisories, ")
    assert said[0].endswith("All of it was read and is sound.")
    assert said[1] == "  PyPI    12 advisories as of 2024-10-10, from all.zip, 1 could not be read"
    assert said[2].startswith("  npm     none: its packages cannot be checked.")

    exported = db(folder, "export", "pack.zip")
    assert exported.code == 0
    other = folder / "other"
    other.mkdir()
    assert db(other, "import", str(folder / "pack.zip")).code == 0
    here, there = (
        msgspec.json.decode(db(place, "about", "--format", "json").stdout, type=AboutJson) for place in (folder, other)
    )
    assert here.about.digest == there.about.digest
    assert here.about.digest in exported.stdout.decode()
    assert here.stale.endswith("the limit is 7.")
    assert here.age_days > 700


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("about",), "There is no advisory data on this machine."),
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
    assert lines(done.stderr)[0] == "walkdown: There is no ecosystem Go here."


def test_the_proxies_of_the_environment_are_used_and_a_dead_one_is_said(folder: Path) -> None:
    proxy = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:1")
    done = db(folder, "update", "--only", "pypi", **proxy, NO_PROXY="", no_proxy="")
    assert done.code == 2
    assert lines(done.stderr)[0].startswith("walkdown: PyPI was not updated. https://")
    assert "cannot be reached" in lines(done.stderr)[0]


def test_a_hostile_name_reaches_no_terminal_raw(folder: Path) -> None:
    name = "all\x1b[2J\u202e.zip"
    packed(folder / name, many(3))
    assert db(folder, "import", name).code == 0
    out = db(folder, "about").stdout.decode()
    assert not {"\x1b", "\u202e"} & set(out)
