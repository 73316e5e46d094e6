"""Programs come from walkdown's own environment or from safe folders of the PATH, never from the target."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from walkdown.model import Where
from walkdown.scanners.programs import Programs

MAJOR, MINOR = sys.version_info[:2]
NEWER, NEWEST = f"{MAJOR}.{MINOR + 1}", f"{MAJOR}.{MINOR + 2}"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def program(folder: Path, name: str, *, mode: int = 0o755, text: str = "\x7fELF") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    path.chmod(mode)
    return path


def find(target: Path, *path: Path | str, own: Path | None = None, home: Path | None = None) -> Programs:
    joined = os.pathsep.join(str(entry) for entry in path)
    return Programs(target, own=[own or target.parent / "own"], path=joined, home=home or target.parent / "home")


def test_is_a_where(target: Path) -> None:
    where: Where = find(target)
    assert where.script("scanner") is None


def test_own_environment_comes_first(target: Path, tmp_path: Path) -> None:
    own, other = program(tmp_path / "own", "scanner"), program(tmp_path / "bin", "scanner")
    assert find(target, other.parent, own=own.parent).script("scanner") == str(own)
    assert find(target, other.parent).script("scanner") == str(own)
    own.unlink()
    assert find(target, other.parent).script("scanner") == str(other)


def test_own_environment_counts_even_inside_the_target(target: Path) -> None:
    own = program(target / ".venv" / "bin", "scanner")
    assert find(target, own=own.parent).script("scanner") == str(own)


def test_path_folders_in_order(target: Path, tmp_path: Path) -> None:
    second, first = program(tmp_path / "b", "scanner"), program(tmp_path / "a", "scanner")
    assert find(target, first.parent, second.parent).script("scanner") == str(first)


@pytest.mark.parametrize("entry", [".", "", "bin", "./bin"])
def test_relative_path_entries_are_not_followed(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    program(tmp_path / "bin", "scanner")
    program(tmp_path, "scanner")
    monkeypatch.chdir(tmp_path)
    assert find(target, entry).script("scanner") is None


def test_nothing_inside_the_target(target: Path, tmp_path: Path) -> None:
    planted = program(target / "bin", "scanner")
    (tmp_path / "door").symlink_to(planted.parent)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "scanner").symlink_to(planted)
    for entry in (planted.parent, tmp_path / "door", tmp_path / "links", f"{tmp_path}/links/../target/bin"):
        assert find(target, entry).script("scanner") is None


def test_a_target_reached_through_a_link_is_the_same_target(target: Path, tmp_path: Path) -> None:
    planted = program(target / "bin", "scanner")
    (tmp_path / "alias").symlink_to(target)
    assert Programs(tmp_path / "alias", own=[], path=str(planted.parent)).script("scanner") is None


def test_a_link_out_of_the_target_is_not_taken_either(target: Path, tmp_path: Path) -> None:
    real = program(tmp_path / "bin", "scanner")
    (target / "scanner").symlink_to(real)
    assert find(target, target).script("scanner") is None


def test_nothing_that_everybody_may_change(target: Path, tmp_path: Path) -> None:
    safe = program(tmp_path / "safe", "scanner")
    open_file = program(tmp_path / "file", "scanner", mode=0o777)
    open_folder = program(tmp_path / "folder", "scanner")
    open_above = program(tmp_path / "above" / "bin", "scanner")
    behind_link = tmp_path / "link" / "scanner"
    behind_link.parent.mkdir()
    behind_link.symlink_to(open_file)
    open_folder.parent.chmod(0o777 | stat.S_ISVTX)
    open_above.parent.parent.chmod(0o777)
    for found in (open_file, open_folder, open_above, behind_link):
        assert find(target, found.parent).script("scanner") is None
        assert find(target, found.parent, safe.parent).script("scanner") == str(safe)


def test_not_a_program(target: Path, tmp_path: Path) -> None:
    program(tmp_path / "a", "scanner", mode=0o644)
    (tmp_path / "b" / "scanner").mkdir(parents=True)
    assert find(target, tmp_path / "a", tmp_path / "b", tmp_path / "missing").script("scanner") is None


@pytest.mark.parametrize("name", ["", "../scanner", "/bin/sh", "a/b"])
def test_only_bare_names(target: Path, name: str) -> None:
    with pytest.raises(ValueError, match="bare program name"):
        find(target).script(name)


def test_newer_pythons_newest_first_and_once(target: Path, tmp_path: Path) -> None:
    newer, newest = program(tmp_path / "a", f"python{NEWER}"), program(tmp_path / "b", f"python{NEWEST}")
    program(tmp_path / "a", f"python{MAJOR}.{MINOR}")
    program(tmp_path / "a", f"python{NEWER}-config")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / newer.name).symlink_to(newer)
    found = find(target, newer.parent, newest.parent, tmp_path / "c").other_pythons()
    assert list(found) == [(str(newest), NEWEST), (str(newer), NEWER)]


def test_a_virtual_environment_is_not_the_python_it_links_to(target: Path, tmp_path: Path) -> None:
    base = program(tmp_path / "base", f"python{NEWER}")
    environment = tmp_path / "home" / ".local/share/pipx/venvs/bandit"
    (environment / "bin").mkdir(parents=True)
    (environment / "pyvenv.cfg").touch()
    (environment / "bin" / base.name).symlink_to(base)
    found = find(target, base.parent).other_pythons()
    assert list(found) == [(str(base), NEWER), (str(environment / "bin" / base.name), NEWER)]


def test_launcher_scripts_are_not_interpreters(target: Path, tmp_path: Path) -> None:
    program(tmp_path / "shims", f"python{NEWER}", text="#!/bin/sh\n")
    real = program(tmp_path / "home" / ".pyenv/versions/x/bin", f"python{NEWER}")
    assert list(find(target, tmp_path / "shims").other_pythons()) == [(str(real), NEWER)]


def test_no_python_of_the_target(target: Path) -> None:
    program(target / "bin", f"python{NEWER}")
    program(target / ".pyenv/versions/x/bin", f"python{NEWER}")
    assert list(find(target, target / "bin", home=target).other_pythons()) == []


def test_ask_gives_what_was_printed_and_asks_once(target: Path, tmp_path: Path) -> None:
    count = tmp_path / "count"
    where = find(target)
    argv = (sys.executable, "-I", "-c", f"open({str(count)!r}, 'a').write('x'); print('hello')")
    assert where.ask(argv) == b"hello\n"
    assert where.ask(argv) == b"hello\n"
    assert count.read_text() == "x"


def test_ask_without_an_answer(target: Path, tmp_path: Path) -> None:
    where = find(target)
    assert where.ask((sys.executable, "-I", "-c", "print('no'); raise SystemExit(3)")) is None
    assert where.ask((str(tmp_path / "missing"),)) is None
    assert where.ask((sys.executable, "-I", "-c", "import time; time.sleep(60)"), seconds=0.2) is None


def test_ask_wants_an_absolute_program(target: Path) -> None:
    for argv in ((), ("python",), ("./python",)):
        with pytest.raises(ValueError, match="absolute"):
            find(target).ask(argv)


def test_ask_hides_the_users_environment(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "abc")
    said = find(target).ask((sys.executable, "-I", "-c", "import os; print(os.environ.get('SOME_TOKEN'), os.getcwd())"))
    assert said is not None
    token, folder = said.decode().split()
    assert token == "None"
    assert Path(folder) != Path.cwd()


class TestOwnPackages:
    """Of the environment the tests run in."""

    def test_module_and_version(self, target: Path) -> None:
        where = Programs(target)
        assert where.python_module("bandit") == (sys.executable, "-I", "-m", "bandit")
        assert where.version_of("bandit")[0].isdigit()

    def test_what_is_not_installed(self, target: Path) -> None:
        where = Programs(target)
        assert where.python_module("no_such_module_of_walkdown") is None
        assert where.version_of("no-such-distribution-of-walkdown") == ""

    def test_a_module_of_the_folder_we_were_started_in_does_not_count(
        self, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (target / "planted_scanner.py").touch()
        information = target / "planted_scanner-9.dist-info"
        information.mkdir()
        (information / "METADATA").write_text("Metadata-Version: 2.1\nName: planted-scanner\nVersion: 9\n")
        monkeypatch.syspath_prepend(str(target))
        where = Programs(target)
        assert where.python_module("planted_scanner") is None
        assert where.version_of("planted-scanner") == ""

    def test_only_top_level_modules(self, target: Path) -> None:
        with pytest.raises(ValueError, match="top-level"):
            Programs(target).python_module("os.path")

    def test_looking_for_a_module_does_not_import_it(self, target: Path) -> None:
        code = (
            "import sys; from walkdown.scanners.programs import Programs;"
            "from walkdown.scanners.bandit.scanner import Bandit;"
            f"print(type(Bandit().find(Programs({str(target)!r}, path=''))).__name__, 'bandit' in sys.modules)"
        )
        assert Programs(target).ask((sys.executable, "-I", "-c", code)) == b"tuple False\n"
