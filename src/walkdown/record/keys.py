"""Which key signs: the one named by --key, else the one the user's own git signs with."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import msgspec

from walkdown.errors import UsageError, WalkdownError
from walkdown.process import run_now
from walkdown.record.files import GPG, SSH
from walkdown.record.users import git_setting, read_own

LITERAL = "key::"
_KEY_BYTES = 256 * 1024
_PUBLIC = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[A-Za-z0-9@.-]+ +[A-Za-z0-9+/]{16,}={0,2}(?: [^\n]*)?")
_GPG_ID = re.compile(r"[^\s-][^\x00-\x1f\x7f]{0,200}")
_ADVICE = (
    "Tell git which key is yours: git config --global gpg.format ssh, then git config --global user.signingkey"
    " ~/.ssh/id_ed25519.pub. Or name one: --key FILE, --key gpg:ID. Or sign nothing: --unsigned."
)


class Key(msgspec.Struct, frozen=True):
    """`value`: full path of an SSH key file, or `key::` and a public key, or a GPG key's id. `told`: where it came
    from, in words. `program`: what signs with it, where the user's git names one."""

    kind: str
    value: str
    told: str
    program: str = ""


def find_key(named: str) -> Key:
    if not named:
        return _of_git()
    if named.startswith("gpg:"):
        return _gpg(named.removeprefix("gpg:").strip(), f"--key {named}")
    if literal := _literal(named):
        return Key(SSH, literal, "--key, through your agent", _ssh_program())
    return _file(Path(named).expanduser().absolute(), f"--key {named}")


def _of_git() -> Key:
    kind, value = git_setting("gpg.format").lower(), git_setting("user.signingkey")
    if literal := _literal(value):
        return Key(SSH, literal, "git's user.signingkey, through your agent", _ssh_program())
    if kind == "ssh":
        return _path_of_git(value) if value else _asked()
    if kind not in ("", "openpgp"):
        raise UsageError(f"Your git signs with gpg.format={kind}; walkdown signs with SSH or GPG.", _ADVICE)
    if not value:
        raise UsageError("Your git config names no key to sign with.", _ADVICE)
    return _gpg(value, f"git's user.signingkey ({value})")


def _path_of_git(value: str) -> Key:
    path = Path(value).expanduser()
    if not path.is_absolute():
        # Relative to what? Under git it is the folder one stands in, and that can be the target.
        raise UsageError(f"git's user.signingkey is {value}, which is no full path.", _ADVICE)
    return _file(path, f"git's user.signingkey ({value})")


def _asked() -> Key:
    """The key that gpg.ssh.defaultKeyCommand prints first, as git asks for it."""
    command = git_setting("gpg.ssh.defaultKeyCommand")
    if not command:
        raise UsageError("Your git signs with SSH, but names no key.", _ADVICE)
    try:
        ended = run_now(shlex.split(command), cwd="/", env=dict(os.environ))
    except (ValueError, IndexError, WalkdownError) as error:
        raise UsageError(f"git's gpg.ssh.defaultKeyCommand cannot be run: {error}", _ADVICE) from error
    lines = ended.stdout.decode("utf-8", "replace").splitlines() if ended.code == 0 else []
    keys = [literal for line in lines if (literal := _literal(line))]
    if not keys:
        raise UsageError(f"git's gpg.ssh.defaultKeyCommand ({command}) printed no SSH key.", _ADVICE)
    return Key(SSH, keys[0], "git's gpg.ssh.defaultKeyCommand, through your agent", _ssh_program())


def _literal(text: str) -> str:
    """`key::` and the public key, where the text is one; empty otherwise."""
    key = text.strip().removeprefix(LITERAL).strip()
    return LITERAL + key if _PUBLIC.fullmatch(key) else ""


def _file(path: Path, told: str) -> Key:
    """Private, or public: then the agent has the other half, or it lies beside."""
    data = read_own(path, _KEY_BYTES)
    if b"PRIVATE KEY-----" in data:
        return Key(SSH, str(path), told)
    if _literal(data.decode("utf-8", "replace")):
        return Key(SSH, str(path), told, _ssh_program())
    raise UsageError(f"{path} is no SSH key.", "Name a private or public key file, or a GPG key: --key gpg:ID")


def _ssh_program() -> str:
    """For public keys only: a private key in a file needs no program of its own."""
    return git_setting("gpg.ssh.program")


def _gpg(key: str, told: str) -> Key:
    if _GPG_ID.fullmatch(key) is None:
        raise UsageError(f"{key!r} is no id of a GPG key.", "Look it up: gpg --list-secret-keys")
    return Key(GPG, key, told, gpg_program())


def gpg_program() -> str:
    return git_setting("gpg.openpgp.program") or git_setting("gpg.program")
