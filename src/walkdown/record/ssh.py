"""SSH signatures through ssh-keygen, namespace `walkdown`. Decided by exit codes alone, never by what it says."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from walkdown.errors import RecordError
from walkdown.process import clean_environment, run_now
from walkdown.record.handing_over import hand_over
from walkdown.record.keys import LITERAL, Key
from walkdown.record.users import find_program

NAMESPACE = "walkdown"
_REFUSED = 255
_FINGERPRINT = re.compile(rb"SHA256:[A-Za-z0-9+/]{43}")


def sign(file: Path, key: Key) -> bytes:
    """The signature of a file in a private folder. The terminal is handed over: keys ask for passphrases, touches."""
    program = find_program(key.program or "ssh-keygen")
    argv = [program, "-Y", "sign", "-n", NAMESPACE]
    if key.value.startswith(LITERAL):
        public = file.with_name("key.pub")
        public.write_text(key.value.removeprefix(LITERAL) + "\n", encoding="utf-8")
        argv += ["-U", "-f", str(public)]
        hint = "Your agent must hold the key: ssh-add -l"
    else:
        argv += ["-f", key.value]
        hint = "Was the passphrase right? Of a public key the agent must hold the other half: ssh-add -l"
    code = hand_over([*argv, str(file)], cwd=str(file.parent))
    signature = file.with_name(file.name + ".sig")
    if code != 0 or not signature.is_file():
        raise RecordError(f"{Path(program).name} did not sign (exit code {code}). Nothing was signed.", hint)
    return signature.read_bytes()


def key_behind(data: bytes, signature: bytes) -> str | None:
    """The fingerprint of the key that signed exactly these bytes, whoever's it is; None where the signature does not
    fit. The fingerprint is for people to read; nothing is decided by it."""
    code, said = _keygen(data, signature, ["-Y", "check-novalidate"], {})
    if code != 0:
        return None
    found = _FINGERPRINT.search(said)
    return found[0].decode() if found else "an unnamed key"


def accepts(data: bytes, signature: bytes, principal: str, allowed: bytes, revoked: str = "") -> bool:
    """True where ssh-keygen takes it as a signature of `principal` by these allowed-signers lines, as of today."""
    argv = ["-Y", "verify", "-I", principal, "-f", "allowed"]
    argv += ["-r", revoked] if revoked else []
    return _keygen(data, signature, argv, {"allowed": allowed})[0] == 0


def _keygen(data: bytes, signature: bytes, argv: Sequence[str], files: dict[str, bytes]) -> tuple[int, bytes]:
    program = find_program("ssh-keygen")
    with tempfile.TemporaryDirectory(prefix="walkdown-") as folder:
        for name, content in {"signature": signature, **files}.items():
            Path(folder, name).write_bytes(content)
        ended = run_now(
            [program, *argv, "-n", NAMESPACE, "-s", "signature"],
            cwd=folder,
            env=clean_environment(folder, folder),
            stdin=data,
        )
    if ended.code not in (0, _REFUSED):
        what = f"ssh-keygen could not check a signature (exit code {ended.code})."
        raise RecordError(what, "walkdown needs OpenSSH 8.2 or newer: ssh -V")
    return ended.code, ended.stdout
