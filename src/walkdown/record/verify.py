"""Does a record still speak for this tree? Answers offline, without a scanner, from the files and the tree alone."""

from __future__ import annotations

from pathlib import Path

import msgspec

from walkdown.errors import RecordError
from walkdown.record.folder import countersignatures
from walkdown.record.signature import is_signature, signed_by
from walkdown.record.statement import Countersignature, Digest, Statement, canonical, read_statement, sha256

VALID, STALE, TAMPERED, UNKNOWN_SIGNER, UNSIGNED = 0, 4, 5, 6, 7


class Verification(msgspec.Struct, frozen=True):
    code: int
    line: str
    signers: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()


def verify(record: Path, now: Digest, allowed_signers: Path | None) -> Verification:
    data = record.read_bytes()
    statement = read_statement(data, record.name)
    fault = _tampered(record, data, statement)
    if fault:
        return Verification(TAMPERED, fault)
    files = countersignatures(record)
    if not files:
        return Verification(UNSIGNED, f"Unsigned: nobody signed {record.name}.")
    signers: list[str] = []
    for file in files:
        verdict = _signer(file, data, allowed_signers)
        if isinstance(verdict, Verification):
            return verdict
        signers.append(verdict)
    return _staleness(statement, now, tuple(signers))


def _tampered(record: Path, data: bytes, statement: Statement) -> str:
    if canonical(statement) != data:
        return f"Tampered: {record.name} is not in canonical form; it was changed after it was made."
    markdown = record.with_suffix(".md")
    if not markdown.exists():
        return f"Tampered: {markdown.name} is missing."
    if sha256(markdown.read_bytes()) != statement.predicate.markdown_sha256:
        return f"Tampered: {markdown.name} is not the text that {record.name} was made with."
    return ""


def _signer(file: Path, record: bytes, allowed_signers: Path | None) -> Verification | str:
    """The signer's name, or why this countersignature cannot be believed."""
    try:
        signer = msgspec.json.decode(file.read_bytes(), type=Countersignature)
    except msgspec.MsgspecError as error:
        raise RecordError(f"{file.name} is no countersignature: {error}.") from error
    if signer.record_sha256 != sha256(record):
        return Verification(TAMPERED, f"Tampered: {file.name} was made for another record.")
    signature = file.with_name(file.name + ".sig")
    if not signature.exists():
        return Verification(UNSIGNED, f"Unsigned: {signature.name} is missing.")
    if not is_signature(file, signature):
        return Verification(TAMPERED, f"Tampered: {signature.name} does not fit {file.name}.")
    if allowed_signers is None or not signed_by(file, signature, signer.mail, allowed_signers):
        return Verification(UNKNOWN_SIGNER, f"Unknown signer: nobody you trust vouches for {signer.mail}.")
    return f"{signer.name} <{signer.mail}>"


def _staleness(statement: Statement, now: Digest, signers: tuple[str, ...]) -> Verification:
    then = statement.subject[0].digest
    who = " and ".join(signers)
    if then.looked == now.looked:
        return Verification(VALID, f"Valid: {who} signed exactly what lies here.", signers)
    decided = tuple(item.id for item in statement.predicate.items if item.decision is not None)
    line = f"Stale: files changed since {who} signed; {len(decided)} decided items may reopen."
    return Verification(STALE, line, signers, decided)
