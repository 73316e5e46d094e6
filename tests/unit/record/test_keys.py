"""Which key signs: named, or the user's own by their global git config; never by anything in a repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.signers import Agent, public, ssh_key, tool
from walkdown.errors import UsageError
from walkdown.record.keys import find_key


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path


def git(**settings: str) -> None:
    for name, value in settings.items():
        tool("git", "config", "--global", name.replace("__", "."), value)


def test_a_private_and_a_public_file_can_be_named(home: Path) -> None:
    path = ssh_key(home, "mine")
    assert (find_key("~/mine").kind, find_key("~/mine").value) == ("ssh", str(path))
    assert find_key(f"{path}.pub").value == f"{path}.pub"


def test_a_gpg_key_is_named_by_its_id() -> None:
    key = find_key("gpg:ada@example.org")
    assert (key.kind, key.value, key.program) == ("gpg", "ada@example.org", "")


@pytest.mark.parametrize("named", ["gpg:", "gpg:--homedir=/x", "nowhere", ".", "gpg:a\nb"])
def test_what_cannot_be_a_key_is_refused_with_a_reason(named: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_key(named)
    assert caught.value.do


def test_a_file_that_is_no_key_is_refused(home: Path) -> None:
    (home / "notes").write_text("ssh keys are fine\n")
    with pytest.raises(UsageError, match="is no SSH key"):
        find_key(str(home / "notes"))


def test_gits_ssh_key_is_used(home: Path) -> None:
    ssh_key(home, "id")
    git(gpg__format="ssh", user__signingkey="~/id.pub")
    key = find_key("")
    assert (key.kind, key.value) == ("ssh", str(home / "id.pub"))
    assert "user.signingkey" in key.told


@pytest.mark.parametrize("prefix", ["key::", ""])
def test_gits_key_may_be_the_public_key_itself(home: Path, prefix: str) -> None:
    text = public(ssh_key(home, "id"))
    git(gpg__format="ssh", user__signingkey=prefix + text, gpg__ssh__program="/opt/signer")
    key = find_key("")
    assert (key.kind, key.value, key.program) == ("ssh", f"key::{text}", "/opt/signer")


def test_gits_command_may_tell_the_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ssh_key(home, "id")
    agent = Agent(path)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", agent.socket)
        git(gpg__format="ssh", gpg__ssh__defaultKeyCommand="ssh-add -L")
        assert public(path) in find_key("").value
    finally:
        agent.end()


def test_a_command_that_tells_no_key_is_named(home: Path) -> None:
    git(gpg__format="ssh", gpg__ssh__defaultKeyCommand="false --really")
    with pytest.raises(UsageError, match="false --really"):
        find_key("")


def test_a_program_of_the_users_own_is_not_asked_for_a_private_key_in_a_file(home: Path) -> None:
    path = ssh_key(home, "id")
    git(gpg__ssh__program="/opt/signer")
    assert (find_key(str(path)).program, find_key(f"{path}.pub").program) == ("", "/opt/signer")


@pytest.mark.parametrize("settings", [{}, {"gpg__format": "openpgp"}])
def test_gits_gpg_key_is_used(settings: dict[str, str]) -> None:
    git(user__signingkey="ABCD1234", gpg__program="/opt/gpg", **settings)
    key = find_key("")
    assert (key.kind, key.value, key.program) == ("gpg", "ABCD1234", "/opt/gpg")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"gpg__format": "ssh"},
        {"gpg__format": "x509", "user__signingkey": "me"},
        {"gpg__format": "ssh", "user__signingkey": "~/gone"},
        {"user__signingkey": "--homedir=/x"},
    ],
)
def test_without_a_usable_key_one_is_told_what_to_do(settings: dict[str, str]) -> None:
    git(**settings)
    with pytest.raises(UsageError) as caught:
        find_key("")
    assert caught.value.do
    if "user__signingkey" not in settings:
        for word in ("git config --global gpg.format ssh", "user.signingkey", "--key", "--unsigned"):
            assert word in caught.value.do


def test_a_relative_path_would_be_another_key_in_each_tree(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh_key(home, "id")
    monkeypatch.chdir(home)
    git(gpg__format="ssh", user__signingkey="id")
    with pytest.raises(UsageError, match="no full path"):
        find_key("")


def test_a_key_from_an_included_file_counts(home: Path) -> None:
    ssh_key(home, "id")
    git(include__path=str(home / "more"))
    (home / "more").write_text("[gpg]\n\tformat = ssh\n[user]\n\tsigningkey = ~/id\n")
    assert find_key("").value == str(home / "id")


def test_the_repository_one_stands_in_names_no_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = home / "repo"
    tool("git", "init", "-q", repo)
    evil = f"touch {home / 'ran'}"
    for name, value in (("gpg.format", "ssh"), ("gpg.ssh.defaultKeyCommand", evil), ("user.signingkey", "~/id")):
        tool("git", "-C", repo, "config", name, value)
    ssh_key(home, "id")
    monkeypatch.chdir(repo)
    monkeypatch.setenv("GIT_DIR", str(repo / ".git"))
    with pytest.raises(UsageError, match="names no key"):
        find_key("")
    assert not (home / "ran").exists()
