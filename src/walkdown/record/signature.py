"""Signatures that anyone can check without walkdown: SSH keys through ssh-keygen, namespace `walkdown`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from walkdown.errors import RecordError
from walkdown.process import run_now, run_with_terminal

NAMESPACE = "walkdown"


def sign_with_ssh(file: Path, key: Path) -> Path:
    """Write FILE.sig. The terminal is handed over: keys ask for passphrases and touches."""
    signature = file.with_name(file.name + ".sig")
    signature.unlink(missing_ok=True)
    code = run_with_terminal(["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(key), str(file)], cwd=".")
    if code != 0 or not signature.exists():
        raise RecordError(f"ssh-keygen did not sign {file.name} (exit code {code}).", f"Is {key} a key of yours?")
    return signature


def signed_by(file: Path, signature: Path, mail: str, allowed_signers: Path) -> bool:
    """True where ssh-keygen accepts the signature as one of `mail`, whom `allowed_signers` names."""
    argv = ["ssh-keygen", "-Y", "verify", "-n", NAMESPACE, "-f", str(allowed_signers)]
    argv += ["-I", mail, "-s", str(signature)]
    with tempfile.TemporaryDirectory(prefix="walkdown-") as home:
        env = {"PATH": os.defpath, "HOME": home, "LANG": "C.UTF-8"}
        return run_now(argv, cwd=home, env=env, stdin=file.read_bytes()).code == 0


def is_signature(file: Path, signature: Path) -> bool:
    """True where the signature fits the file, whoever made it: tells tampered from unknown."""
    argv = ["ssh-keygen", "-Y", "check-novalidate", "-n", NAMESPACE, "-s", str(signature)]
    with tempfile.TemporaryDirectory(prefix="walkdown-") as home:
        env = {"PATH": os.defpath, "HOME": home, "LANG": "C.UTF-8"}
        return run_now(argv, cwd=home, env=env, stdin=file.read_bytes()).code == 0
