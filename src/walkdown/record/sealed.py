"""The countersignatures of a record: does each belong to it, and does anybody vouch for who made it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from walkdown.errors import RecordError, WalkdownError
from walkdown.record.files import MOST_SIGNATURES, RecordFiles, Seal
from walkdown.record.reading import MOST_COUNTERSIGNATURE_BYTES as MOST
from walkdown.record.reading import countersignature_of, is_canonical, read_json, time_of
from walkdown.record.statement import Countersignature, Predicate, sha256
from walkdown.record.trust import Trust, vouch
from walkdown.record.verification import TAMPERED, UNKNOWN_SIGNER, UNREADABLE, UNSIGNED, Problem, Vouched

SKEW = timedelta(hours=1)
_MISSING = "its signature is missing"
JSON, NAME, COUNTERSIGNATURE, SIGNATURE = "JSON", "name", "countersignature", "signature"


class Sealed(msgspec.Struct, frozen=True):
    signers: tuple[Vouched, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def check_seals(files: RecordFiles, predicate: Predicate, trust: Trust, now: datetime) -> Sealed:
    if len(files.seals) > MOST_SIGNATURES:
        much = (
            f"Unreadable: {len(files.seals)} countersignatures lie beside {files.name}; {MOST_SIGNATURES} are the most."
        )
        return Sealed(problems=(Problem(UNREADABLE, much, (COUNTERSIGNATURE,)),))
    each = [_check(seal, files, predicate, trust, now) for seal in files.seals]
    signers = tuple(signer for one in each for signer in one.signers)
    problems = tuple(problem for one in each for problem in one.problems)
    notes = [note for one in each for note in one.notes]
    signed = sum(seal.signature is not None for seal in files.seals)
    if not signed:
        problems += (_unsigned(files, predicate),)
    elif not any(one.trusted for one in signers) and not problems:
        problems += (_unknown(signers),)
    notes += _notes(signers, predicate)
    return Sealed(signers, problems, tuple(notes))


def _unsigned(files: RecordFiles, predicate: Predicate) -> Problem:
    by = predicate.signer.name or "somebody"
    if predicate.unsigned and not files.seals:
        line = f"UNSIGNED: {by} made {files.name} without a signature. Whoever can write here could have written it."
        return Problem(UNSIGNED, line, (SIGNATURE,))
    line = f"UNSIGNED: {files.name} says that {by} signed it, and the signature is missing. Nobody vouches for it."
    return Problem(UNSIGNED, line, (SIGNATURE,))


def _unknown(signers: Sequence[Vouched]) -> Problem:
    people = ", ".join(f"{one.name} <{one.mail}>" for one in signers if one.why or one.key)
    why = next((f" ({one.why})" for one in signers if one.why), "")
    line = f"Unknown signer: nobody you trust vouches for {people or 'who signed'}{why}."
    return Problem(UNKNOWN_SIGNER, line, (SIGNATURE,))


def _check(seal: Seal, files: RecordFiles, predicate: Predicate, trust: Trust, now: datetime) -> Sealed:
    file = f"{files.name}.{seal.slug}.json"
    try:
        value = read_json(seal.statement, file, MOST)
        statement = countersignature_of(value, file)
        canonical = is_canonical(value, seal.statement, file)
    except RecordError as error:
        return Sealed(problems=(Problem(UNREADABLE, f"Unreadable: {error}", (COUNTERSIGNATURE,)),))
    problems = [] if canonical else [_tampered(f"{file} was edited: it is not in canonical form", COUNTERSIGNATURE)]
    if statement.record_sha256 != sha256(files.json):
        problems.append(_tampered(f"{file} was made for other bytes than {files.name}.json", JSON, COUNTERSIGNATURE))
    if statement.record != files.name:
        problems.append(_tampered(f"{file} was made for a record of another name", NAME, COUNTERSIGNATURE))
    notes, clock = _times(statement, predicate, file, now)
    vouched = _vouched(seal, statement, trust, file)
    if isinstance(vouched, Problem):
        unfit = msgspec.structs.replace(vouched, parts=(COUNTERSIGNATURE, SIGNATURE))
        return Sealed(problems=(*problems, unfit, *clock), notes=notes)
    vouched = msgspec.structs.replace(vouched, file=vouched.file or file)
    if problems:  # whoever signed, signed something else
        vouched = msgspec.structs.replace(vouched, trusted=False, why="it was made for something else")
    if seal.signature is None:
        notes = (*notes, f"The signature of {file} is missing; {statement.name} does not count as a signer.")
    return Sealed((vouched,), (*problems, *clock), notes)


def _vouched(seal: Seal, statement: Countersignature, trust: Trust, file: str) -> Vouched | Problem:
    if seal.signature is None:
        return Vouched(
            file, statement.name, statement.mail, statement.role, statement.time, statement.by_machine, trusted=False,
            why=_MISSING,
        )  # fmt: skip
    try:
        return vouch(seal, statement, trust)
    except WalkdownError as error:
        return Problem(UNREADABLE, f"Unreadable: the signature of {file} cannot be checked: {error}", (SIGNATURE,))


def _times(
    statement: Countersignature, predicate: Predicate, file: str, now: datetime
) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    signed, made = time_of(statement.time), time_of(predicate.made)
    ahead = (ahead_of(f"{file} was signed", signed, now),) if signed > now + SKEW else ()
    if signed < made - SKEW:
        return (
            f"{file} says it was signed at {statement.time}, before the record was made ({predicate.made}).",
        ), ahead
    return (), ahead


def ahead_of(what: str, then: datetime, now: datetime) -> Problem:
    line = (
        f"Unreadable: {what} at {then:%Y-%m-%dT%H:%M:%SZ}, and here it is {now:%Y-%m-%dT%H:%M:%SZ}; one of the two"
        " clocks is wrong."
    )
    return Problem(UNREADABLE, line, (JSON,))


def _notes(signers: Sequence[Vouched], predicate: Predicate) -> list[str]:
    notes = [f"Nobody you trust vouches for {_person(one)}: {one.why}" for one in _others(signers)]
    keys = [one.key for one in signers if one.trusted and one.key]
    if len(keys) != len(set(keys)):
        notes.append("Two of the countersignatures were made with the same key: that is one signer, not two.")
    maker = predicate.signer
    if not predicate.unsigned and maker.mail and signers and maker.mail not in {one.mail for one in signers}:
        notes.append(f"The record says that {maker.name} <{maker.mail}> made it; others signed it.")
    machines = [one for one in signers if one.by_machine]
    if predicate.by_machine or machines:
        notes.append(
            "A machine signed: no person typed anything."
            if len(machines) == len(signers)
            else f"{', '.join(one.name for one in machines)}: signed by a machine."
        )
    return notes


def _others(signers: Sequence[Vouched]) -> list[Vouched]:
    """Signatures that nobody vouches for, beside one that somebody does."""
    if not any(one.trusted for one in signers):
        return []
    return [one for one in signers if not one.trusted and one.why != _MISSING]


def _person(one: Vouched) -> str:
    return f"{one.name} <{one.mail}>" if one.mail else one.name


def _tampered(what: str, *parts: str) -> Problem:
    return Problem(TAMPERED, f"Tampered: {what}.", parts)
