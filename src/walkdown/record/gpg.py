"""GPG signatures, against the user's own keyring and without any network. Decided by exit codes and status lines."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote_to_bytes

import msgspec

from walkdown.errors import RecordError
from walkdown.process import Finished, clean_environment, run_now
from walkdown.record.handing_over import hand_over
from walkdown.record.keys import Key
from walkdown.record.users import find_program

_QUIET = (
    "--batch", "--no-tty", "--status-fd", "1", "--disable-dirmngr", "--no-auto-key-retrieve", "--no-auto-key-locate",
)  # fmt: skip
_ARMOR = b"-----BEGIN PGP SIGNATURE-----"
_STATUS = re.compile(r"\[GNUPG:\] ([A-Z_]+)(?: (.*))?")
_SPOILED = {
    "EXPSIG": "the signature has expired",
    "EXPKEYSIG": "the key has expired",
    "REVKEYSIG": "the key was revoked",
}
_WEAK_HASHES = ("1", "2", "3")  # MD5, SHA-1, RIPEMD-160
_WHOLE_FILE = "00"  # the class of a signature over a file's bytes, not over its text
_VALID = ("f", "u")
_MAIL = re.compile(r"<([^<>\s]+)>$")


class Answer(msgspec.Struct, frozen=True):
    """`fits`: None where this cannot be told here. `good`: by a key in the keyring that is neither expired nor revoked.
    `key`: its fingerprint. `owner`: fingerprint of the primary key. `sure`: the key's owner is known."""

    fits: bool | None
    good: bool = False
    key: str = ""
    owner: str = ""
    sure: bool = False
    why: str = ""


def sign(file: Path, key: Key) -> bytes:
    """The signature of a file in a private folder. The terminal is handed over: pinentry asks there."""
    program = find_program(key.program or "gpg")
    out = file.with_name(file.name + ".asc")
    argv = [program, "--no-textmode", "--armor", f"--local-user={key.value}", f"--output={out}", "--detach-sign"]
    code = hand_over([*argv, str(file)], cwd=str(file.parent), env=_with_terminal_name())
    if code != 0 or not out.is_file():
        what = f"gpg did not sign (exit code {code}). Nothing was signed."
        raise RecordError(what, f"Is {key.value} a key of yours? See: gpg --list-secret-keys")
    return out.read_bytes()


def _with_terminal_name() -> dict[str, str]:
    """gpg's agent runs elsewhere and must be told which terminal to ask at."""
    terminal = next((os.ttyname(one) for one in (0, 1, 2) if os.isatty(one)), "")
    return {**os.environ, "GPG_TTY": terminal} if terminal else dict(os.environ)


def check(data: bytes, signature: bytes, program: str = "") -> Answer:
    if not signature.lstrip().startswith(_ARMOR):
        return Answer(False, why="it is no detached signature")
    with _files(data, signature) as folder:
        ended = _gpg(folder, ["--verify", "signature", "signed"], program)
    said = _statuses(ended)
    names = [name for name, _ in said]
    if "BADSIG" in names or "PLAINTEXT" in names:
        return Answer(False, why="it was made over other bytes")
    if names.count("NEWSIG") != 1:
        return Answer(False, why="it does not hold exactly one signature")
    words = dict(said)
    for name, why in _SPOILED.items():
        if name in words:
            return Answer(True, key=_first(words.get("VALIDSIG", "")), why=why)
    if "ERRSIG" in words:
        key = words["ERRSIG"].split()[-1]
        missing = "NO_PUBKEY" in words
        return Answer(None, key=key, why="the key is not in your keyring" if missing else "your gpg cannot check it")
    return _good(ended, words)


def _good(ended: Finished, words: dict[str, str]) -> Answer:
    valid = words.get("VALIDSIG", "").split()
    if ended.code != 0 or "GOODSIG" not in words or len(valid) < 10:
        return Answer(None, why=f"your gpg cannot check it (exit code {ended.code})")
    if valid[8] != _WHOLE_FILE:
        return Answer(None, key=valid[0], why="it was made in text mode and does not cover every byte")
    if valid[7] in _WEAK_HASHES:
        return Answer(None, key=valid[0], why="it was made with a hash that can be forged")
    sure = "TRUST_FULLY" in words or "TRUST_ULTIMATE" in words
    return Answer(True, good=True, key=valid[0], owner=valid[-1], sure=sure)


def mails_of(owner: str, program: str = "") -> tuple[str, ...]:
    """The mail addresses that the user's keyring takes as really this key's: any other user id is only a claim that
    the key's owner made up."""
    with _files(b"", b"") as folder:
        ended = _gpg(folder, ["--with-colons", "--fixed-list-mode", "--list-keys", f"0x{owner}"], program)
    rows = [line.split(":") for line in _lines(ended)]
    disabled = any(row[0] == "pub" and len(row) > 11 and "D" in row[11] for row in rows)
    if ended.code != 0 or disabled:
        return ()
    names = [_unescaped(row[9]) for row in rows if row[0] == "uid" and len(row) > 9 and row[1] in _VALID]
    return tuple(mail for name in names if (mail := _mail(name)))


def _unescaped(text: str) -> str:
    return unquote_to_bytes(text.replace("%", "%25").replace("\\x", "%")).decode("utf-8", "replace")


def _mail(name: str) -> str:
    found = _MAIL.search(name)
    return found[1] if found else name if "@" in name and " " not in name else ""


@contextmanager
def _files(data: bytes, signature: bytes) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="walkdown-") as folder:
        Path(folder, "signed").write_bytes(data)
        Path(folder, "signature").write_bytes(signature)
        yield folder


def keyring() -> Path:
    """Where the user's GPG has its keys, if it has any."""
    return Path(os.environ.get("GNUPGHOME") or "~/.gnupg").expanduser().absolute()


def _gpg(folder: str, argv: Sequence[str], program: str) -> Finished:
    """With the user's keyring and nothing else of their environment. Where they have none, none is made for them."""
    home = keyring()
    if not home.is_dir():
        home = Path(folder, "no-keyring")
        home.mkdir(mode=0o700)
    env = {**clean_environment(folder, folder), "GNUPGHOME": str(home)}
    return run_now([find_program(program or "gpg"), *_QUIET, *argv], cwd=folder, env=env)


def _statuses(ended: Finished) -> list[tuple[str, str]]:
    return [(found[1], found[2] or "") for line in _lines(ended) if (found := _STATUS.fullmatch(line))]


def _lines(ended: Finished) -> list[str]:
    """Only a line feed ends a line: a name in a key may hold any other character that Python takes for an end."""
    return ended.stdout.decode("utf-8", "replace").split("\n")


def _first(text: str) -> str:
    return text.partition(" ")[0]
