"""A person's signature under a record, made with their own key, in a folder that only they can read."""

from __future__ import annotations

import tempfile
from pathlib import Path

from walkdown.errors import RecordError
from walkdown.record import gpg, ssh
from walkdown.record.files import GPG, Seal
from walkdown.record.folder import slug_of
from walkdown.record.keys import Key
from walkdown.record.statement import Countersignature, canonical


def seal(statement: Countersignature, key: Key) -> Seal:
    """The terminal is handed over meanwhile. Nothing is written anywhere but into a temporary folder, which is gone
    afterwards, whatever happened."""
    data = canonical(statement)
    with tempfile.TemporaryDirectory(prefix="walkdown-") as folder:
        file = Path(folder, "countersignature.json")
        file.write_bytes(data)
        signature = gpg.sign(file, key) if key.kind == GPG else ssh.sign(file, key)
    if not _fits(data, signature, key):
        raise RecordError("The signature that was made does not fit. Nothing was signed.", f"The key: {key.told}.")
    return Seal(slug_of(statement.mail, statement.name), data, signature, key.kind)


def _fits(data: bytes, signature: bytes, key: Key) -> bool:
    """A signing program of the user's own may do something else than it should."""
    if key.kind == GPG:
        return gpg.check(data, signature, key.program).good
    return ssh.key_behind(data, signature) is not None
