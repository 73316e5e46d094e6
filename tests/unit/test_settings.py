"""Settings: what wins over what, whose word counts, and one clear sentence for a broken file."""

from __future__ import annotations

from pathlib import Path

import pytest

from walkdown.errors import SettingsError
from walkdown.model import Severity
from walkdown.settings import Folders, accept_project, load


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    (tmp_path / "config").mkdir()
    return Folders(tmp_path / "config", tmp_path / "cache", tmp_path / "state")


def user(folders: Folders, text: str) -> None:
    (folders.config / "config.toml").write_text(text)


def test_nothing_configured_gives_the_defaults(folders: Folders) -> None:
    settings = load(folders, None, "", {})
    assert (settings.fail_on, settings.offline, settings.exclude) == (Severity.HIGH, False, ())


def test_the_users_config_counts(folders: Folders) -> None:
    user(folders, 'exclude = ["vendor/**"]\nfail-on = "medium"\njobs = 3\nmax-file-mb = 0.5\n')
    settings = load(folders, None, "", {})
    assert (settings.exclude, settings.fail_on, settings.jobs) == (("vendor/**",), Severity.MEDIUM, 3)
    assert settings.max_file_bytes == 512 * 1024


@pytest.mark.parametrize(
    ("text", "path"),
    [("signers", "{config}/signers"), ("~/signers", "{home}/signers"), ("/etc/signers", "/etc/signers")],
)
def test_whom_one_believes_is_a_file_by_the_config_or_a_full_path(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, text: str, path: str
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    user(folders, f'allowed-signers = "{text}"\n')
    assert load(folders, None, "", {}).allowed_signers == path.format(config=folders.config, home="/home/ada")


def test_a_project_cannot_say_whom_to_believe(folders: Folders) -> None:
    with pytest.raises(SettingsError, match="allowed-signers"):
        accept_project(folders, b'allowed-signers = "signers"\n', "this")


def test_an_environment_variable_asks_for_offline(folders: Folders) -> None:
    assert load(folders, None, "", {"WALKDOWN_OFFLINE": "1"}).offline
    assert not load(folders, None, "", {"WALKDOWN_OFFLINE": "0"}).offline


def test_a_projects_config_counts_only_once_a_person_accepted_exactly_it(folders: Folders) -> None:
    project = b'exclude = ["**"]\nfail-on = "critical"\n'
    before = load(folders, project, "this", {})
    assert (before.exclude, before.project_digest) == ((), "")
    assert "nobody accepted it" in before.notes[0]
    digest = accept_project(folders, project, "this")
    after = load(folders, project, "this", {})
    assert (after.exclude, after.fail_on, after.project_digest) == (("**",), Severity.CRITICAL, digest)
    assert load(folders, project + b"\n", "this", {}).project_digest == "", "a changed file was never accepted"
    assert load(folders, project, "another", {}).project_digest == "", "accepted for one project, it counts in no other"


def test_the_users_threshold_wins_over_the_projects(folders: Folders) -> None:
    user(folders, 'fail-on = "low"\n')
    project = b'fail-on = "critical"\n'
    accept_project(folders, project, "this")
    assert load(folders, project, "this", {}).fail_on is Severity.LOW


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fail-on = ", "not valid TOML"),
        ('fail-on = "terrible"', "fail-on"),
        ("jobs = []", "jobs"),
        ("offlien = true", "offlien"),
    ],
)
def test_a_broken_config_is_one_sentence_with_the_file_and_the_key(folders: Folders, text: str, said: str) -> None:
    user(folders, text)
    with pytest.raises(SettingsError) as caught:
        load(folders, None, "", {})
    assert said in str(caught.value)
    assert "config.toml" in str(caught.value)


def test_a_project_cannot_declare_commands(folders: Folders) -> None:
    project = b'[[scanners]]\nname = "x"\ncommand = ["touch", "/tmp/x"]\n'
    with pytest.raises(SettingsError, match="scanners"):
        accept_project(folders, project, "this")


def test_how_old_data_may_be_is_the_users_to_say(folders: Folders) -> None:
    usual = load(folders, None, "", {})
    assert (usual.advisory_days, usual.index_days) == (None, 90)
    user(folders, "advisory-days = 14\nindex-days = 365\n")
    settings = load(folders, None, "", {})
    assert (settings.advisory_days, settings.index_days) == (14, 365)
    with pytest.raises(SettingsError, match="advisory-days"):
        accept_project(folders, b"advisory-days = 3650\n", "this")


@pytest.mark.parametrize("key", ["advisory-days", "index-days"])
@pytest.mark.parametrize(
    ("value", "said"), [("0", ">= 1"), ("-7", ">= 1"), ("3651", "<= 3650"), ('"7"', "`int"), ("7.5", "`int")]
)
def test_a_number_of_days_that_cannot_be_meant(folders: Folders, key: str, value: str, said: str) -> None:
    user(folders, f"{key} = {value}\n")
    with pytest.raises(SettingsError) as caught:
        load(folders, None, "", {})
    assert "config.toml" in caught.value.what
    assert said in caught.value.what
    assert key in caught.value.what
