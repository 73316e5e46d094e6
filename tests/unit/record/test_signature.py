"""Signing with real keys: files, agents, certificates, passphrases at a terminal, GPG. Nothing is left behind."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from helpers.command import Command
from helpers.repos import make_repo
from helpers.signers import Agent, Keyring, by_file, certificate, public, ssh_key, statement, tool
from helpers.terminal import on_terminal
from walkdown.errors import RecordError
from walkdown.record.files import Seal
from walkdown.record.keys import Key
from walkdown.record.signature import seal
from walkdown.record.ssh import key_behind
from walkdown.record.statement import canonical
from walkdown.record.users import find_program


@pytest.fixture(autouse=True)
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary things, which must be empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    yield folder
    assert list(folder.iterdir()) == []


def accepted(folder: Path, made: Seal, line: str, principal: str = "ada@example.org") -> bool:
    """As anyone would check it by hand, without walkdown."""
    assert made.signature is not None
    (folder / "allowed").write_text(f"{line}\n")
    (folder / "x.sig").write_bytes(made.signature)
    argv = ("-Y", "verify", "-n", "walkdown", "-I", principal, "-f", folder / "allowed", "-s", folder / "x.sig")
    return tool("ssh-keygen", *argv, stdin=made.statement, fine=(0, 255)).code == 0


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_ssh_keygen_accepts_what_a_key_file_signed(tmp_path: Path, kind: str) -> None:
    key = ssh_key(tmp_path, "id", kind)
    made = seal(statement(), by_file(key))
    assert (made.slug, made.kind, made.statement) == ("ada-example-org", "ssh", canonical(statement()))
    assert accepted(tmp_path, made, f"ada@example.org {public(key)}")


def test_an_agent_signs_for_a_public_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ssh_key(tmp_path, "id")
    agent = Agent(key)
    try:
        key.unlink()
        line = f"ada@example.org {public(key)}"
        monkeypatch.setenv("SSH_AUTH_SOCK", agent.socket)
        for value in (f"{key}.pub", f"key::{public(key)}"):
            assert accepted(tmp_path, seal(statement(), Key("ssh", value, "a test")), line)
    finally:
        agent.end()


@pytest.mark.parametrize("literal", [True, False])
def test_a_public_key_that_nobody_holds_signs_nothing(tmp_path: Path, literal: bool) -> None:
    key = ssh_key(tmp_path, "id")
    key.unlink()
    value = f"key::{public(key)}" if literal else f"{key}.pub"
    with pytest.raises(RecordError, match="Nothing was signed") as caught:
        seal(statement(), Key("ssh", value, "a test"))
    assert "ssh-add -l" in caught.value.do


def test_a_key_that_vanished_signs_nothing(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="Nothing was signed"):
        seal(statement(), by_file(tmp_path / "gone"))


def test_a_certificate_signs(tmp_path: Path) -> None:
    authority, key = ssh_key(tmp_path, "ca"), ssh_key(tmp_path, "id")
    made = seal(statement(), by_file(certificate(authority, key, "ada@example.org")))
    assert accepted(tmp_path, made, f"*@example.org cert-authority {public(authority)}")


def test_a_signer_of_the_users_own_is_called_like_ssh_keygen(tmp_path: Path) -> None:
    key = ssh_key(tmp_path, "id")
    signer = tmp_path / "signer"
    signer.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/called\nexec ssh-keygen "$@"\n')
    signer.chmod(0o755)
    made = seal(statement(), Key("ssh", f"{key}.pub", "a test", str(signer)))
    assert accepted(tmp_path, made, f"ada@example.org {public(key)}")
    assert (tmp_path / "called").read_text().startswith("-Y sign -n walkdown -f")


def test_a_signer_that_signs_something_else_is_found_out(tmp_path: Path) -> None:
    key = ssh_key(tmp_path, "id")
    signer = tmp_path / "signer"
    signer.write_text(
        f'#!/bin/sh\nfor file; do :; done\nprintf x >>"$file"\nexec ssh-keygen -Y sign -n git -f {key} "$file"\n'
    )
    signer.chmod(0o755)
    with pytest.raises(RecordError, match="does not fit"):
        seal(statement(), Key("ssh", f"{key}.pub", "a test", str(signer)))


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="/opt/none is not on this machine"):
        seal(statement(), Key("ssh", f"key::{public(ssh_key(tmp_path, 'id'))}", "a test", "/opt/none"))


def test_programs_are_not_looked_for_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ssh_key(tmp_path, "id")
    program = tmp_path / "ssh-keygen"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".:{tmp_path.name}::/usr/bin:/bin")
    assert accepted(tmp_path, seal(statement(), by_file(key)), f"ada@example.org {public(key)}")


def test_programs_of_the_repository_one_stands_in_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`npm run` puts node_modules/.bin first: a package could bring an ssh-keygen that finds every signature good."""
    repo = make_repo(tmp_path, {"api/node_modules/.bin/ssh-keygen": "#!/bin/sh\nexit 0\n"})
    program = repo / "api" / "node_modules" / ".bin" / "ssh-keygen"
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.chdir(repo / "api")
    assert key_behind(b"anything", b"no signature") is None
    assert find_program("ssh-keygen") != str(program)
    monkeypatch.chdir(tmp_path)
    assert find_program("ssh-keygen") == str(program)


SEAL = """
import sys
from pathlib import Path
import msgspec
from walkdown.record.keys import find_key
from walkdown.record.signature import seal
from walkdown.record.statement import Countersignature
from walkdown.errors import RecordError
try:
    made = seal(msgspec.json.decode(sys.argv[1], type=Countersignature), find_key(sys.argv[2]))
except RecordError as error:
    sys.exit(f"refused: {error}")
except KeyboardInterrupt:
    sys.exit("interrupted")
Path(sys.argv[3]).write_bytes(msgspec.json.encode(made))
print("sealed", made.slug)
"""


def arguments(key: Path, out: Path) -> list[str]:
    return [sys.executable, "-c", SEAL, canonical(statement()).decode(), str(key), str(out)]


def test_a_passphrase_is_typed_at_the_terminal(tmp_path: Path) -> None:
    command = Command(tmp_path / "world")
    key, out = ssh_key(tmp_path, "id", passphrase="open sesame"), tmp_path / "seal"
    steps = [("wait", "passphrase"), ("type", "open sesame\n"), ("wait", "sealed ada-example-org")]
    ended = on_terminal(command, steps, argv=arguments(key, out))
    assert (ended.code, ended.restored, ended.left) == (0, True, []), ended.out
    assert "open sesame" not in ended.out
    made = msgspec.json.decode(out.read_bytes(), type=Seal)
    assert accepted(tmp_path, made, f"ada@example.org {public(key)}")


@pytest.mark.parametrize(("typed", "said"), [("wrong\n", "Nothing was signed"), ("\x03", "interrupted")])
def test_a_wrong_passphrase_or_ctrl_c_signs_nothing(tmp_path: Path, typed: str, said: str) -> None:
    command = Command(tmp_path / "world")
    key, out = ssh_key(tmp_path, "id", passphrase="open sesame"), tmp_path / "seal"
    ended = on_terminal(command, [("wait", "passphrase"), ("type", typed)], argv=arguments(key, out))
    assert ended.code != 0
    assert said in ended.out
    assert (ended.restored, ended.left) == (True, [])
    assert not out.exists()
    assert list(command.temporary.iterdir()) == []


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyring]:
    made = Keyring()
    monkeypatch.setenv("GNUPGHOME", str(made.home))
    yield made
    made.end()


def test_gpg_accepts_what_a_gpg_key_signed(tmp_path: Path, keyring: Keyring) -> None:
    keyring.new("Ada <ada@example.org>")
    made = seal(statement(), Key("gpg", "ada@example.org", "a test"))
    assert (made.kind, made.suffix, made.statement) == ("gpg", ".asc", canonical(statement()))
    assert made.signature is not None
    (tmp_path / "x.asc").write_bytes(made.signature)
    (tmp_path / "x").write_bytes(made.statement)
    keyring.gpg("--verify", tmp_path / "x.asc", tmp_path / "x")


def test_a_gpg_key_that_is_not_there_signs_nothing(keyring: Keyring) -> None:
    with pytest.raises(RecordError, match="Nothing was signed") as caught:
        seal(statement(), Key("gpg", "nobody@example.org", "a test"))
    assert "gpg --list-secret-keys" in caught.value.do


@pytest.mark.skipif(shutil.which("pinentry-curses") is None, reason="pinentry-curses is not on this machine")
def test_gpg_asks_for_its_passphrase_at_the_terminal(tmp_path: Path, keyring: Keyring) -> None:
    command, out = Command(tmp_path / "world"), tmp_path / "seal"
    # Without a count the agent measures first how slow this machine may make guessing.
    config = f"pinentry-program {shutil.which('pinentry-curses')}\ns2k-count 65536\n"
    (keyring.home / "gpg-agent.conf").write_text(config)
    keyring.gpg("--pinentry-mode", "loopback", "--passphrase", "open sesame", "--quick-gen-key",
                "Ada <ada@example.org>", "ed25519", "sign", "0")  # fmt: skip
    keyring.forget()
    argv = [sys.executable, "-c", SEAL, canonical(statement()).decode(), "gpg:ada@example.org", str(out)]
    steps = [("wait", "<OK>"), ("type", "open sesame\r"), ("wait", "sealed ada-example-org")]
    ended = on_terminal(command, steps, argv=argv, env={"GNUPGHOME": str(keyring.home)})
    assert ended.code == 0, ended.out
    assert "open sesame" not in ended.out
    made = msgspec.json.decode(out.read_bytes(), type=Seal)
    assert made.signature is not None
    (tmp_path / "x.asc").write_bytes(made.signature)
    keyring.gpg("--verify", tmp_path / "x.asc", "-", stdin=made.statement)
