"""Signers with real keys: SSH keys, an agent that holds them, a GPG keyring. All of it ends with the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from walkdown.process import Finished, Limits, run_now
from walkdown.record.keys import Key
from walkdown.record.statement import Countersignature

LONG_AGO = "20200101"


def tool(*argv: str | Path, stdin: bytes = b"", fine: tuple[int, ...] = (0,)) -> Finished:
    """A real tool, in the environment of the test."""
    ended = run_now(list(map(str, argv)), cwd="/", env=dict(os.environ), limits=Limits(seconds=60), stdin=stdin)
    assert ended.code in fine, (argv, ended.stderr.decode("utf-8", "replace"))
    return ended


def ssh_key(folder: Path, name: str, kind: str = "ed25519", passphrase: str = "") -> Path:
    path = folder / name
    tool("ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", path)
    return path


def by_file(path: Path) -> Key:
    return Key("ssh", str(path), "a test")


def public(path: Path) -> str:
    return path.with_name(path.name + ".pub").read_text().strip()


def fingerprint(path: Path) -> str:
    return tool("ssh-keygen", "-l", "-f", path).stdout.decode().split()[1]


def certificate(authority: Path, key: Path, principals: str) -> Path:
    tool("ssh-keygen", "-q", "-s", authority, "-I", "a test", "-n", principals, f"{key}.pub")
    return key.with_name(key.name + "-cert.pub")


def statement(mail: str = "ada@example.org", name: str = "Ada Example", record: str = "") -> Countersignature:
    record = record or "2026-11-20-0123456789ab"
    return Countersignature("0" * 64, record, name, mail, "developer", "2026-11-20T12:00:00Z")


class Agent:
    """An ssh-agent with these keys in it; SSH_AUTH_SOCK says where it listens."""

    def __init__(self, *keys: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="wd-", dir="/tmp"))
        self.socket = str(self._folder / "s")
        self._process = subprocess.Popen(("ssh-agent", "-D", "-a", self.socket), stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._process.stdout.readline()  # it listens now
        for key in keys:
            self.run("ssh-add", "-q", key)

    def run(self, *argv: str | Path) -> Finished:
        env = {**os.environ, "SSH_AUTH_SOCK": self.socket}
        ended = run_now(list(map(str, argv)), cwd="/", env=env)
        assert ended.code == 0, ended.stderr
        return ended

    def end(self) -> None:
        self._process.terminate()
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)


class Keyring:
    """A folder for GPG. Its path is short, for the agent's socket lies in it."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="wd-", dir="/tmp"))

    def gpg(self, *argv: str | Path, stdin: bytes = b"") -> Finished:
        return tool("gpg", "--homedir", self.home, "--batch", "-q", "--no-tty", *argv, stdin=stdin)

    def new(self, user: str, expires: str = "0") -> str:
        """A new key without a passphrase; its fingerprint."""
        self.gpg("--passphrase", "", "--quick-gen-key", user, "ed25519", "sign", expires)
        return self.fingerprint(user)

    def fingerprint(self, user: str) -> str:
        rows = self.gpg("--with-colons", "--list-keys", user).stdout.decode().split("\n")
        return next(row.split(":")[9] for row in rows if row.startswith("fpr:"))

    def take(self, other: Keyring, key: str) -> None:
        """Import a public key; that says nothing yet of whose it is."""
        self.gpg("--import", stdin=other.gpg("--export", key).stdout)

    def sign(self, data: bytes, *how: str) -> bytes:
        return self.gpg("--armor", *(how or ("--detach-sign",)), stdin=data).stdout

    def forget(self) -> None:
        """What the agent remembers of passphrases goes with it; the next call starts another."""
        tool("gpgconf", "--homedir", self.home, "--kill", "all")

    def end(self) -> None:
        self.forget()
        shutil.rmtree(self.home, ignore_errors=True)
