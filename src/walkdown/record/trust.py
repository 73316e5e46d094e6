"""Whom the person who checks a record believes, and whether that covers a countersignature. Never asks the tree."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import msgspec

from walkdown.errors import RecordError, UsageError
from walkdown.record import gpg, ssh
from walkdown.record.allowed import read_lines, why_not
from walkdown.record.files import GPG, Seal
from walkdown.record.folder import readable_slug
from walkdown.record.keys import gpg_program
from walkdown.record.statement import Countersignature
from walkdown.record.users import git_setting, read_own
from walkdown.record.verification import TAMPERED, Problem, Vouched
from walkdown.target.git_files import find as find_repository

MOST_TRUST_BYTES = 4 * 1024 * 1024
_PRINCIPAL = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,500}")
_NOBODY = "Name whom to believe: --allowed-signers FILE, or git's gpg.ssh.allowedSignersFile."

_KEYRING_IN_TREE = "your GPG keyring is not used: it lies in the tree that is verified"


class Allowed(msgspec.Struct, frozen=True):
    """Allowed-signers lines, and in words where they come from."""

    lines: bytes
    told: str


class Trust(msgspec.Struct, frozen=True):
    """`revoked`: path of a file of keys that count no more. `gpg`: the user's keyring counts. `notes`: what of the
    user's own setup could not be used, and why."""

    allowed: tuple[Allowed, ...]
    revoked: str = ""
    gpg: bool = True
    gpg_program: str = ""
    notes: tuple[str, ...] = ()


def find_trust(named: str, config: str, from_ref: Allowed | None, *, tree: str = "") -> Trust:
    """`named`: --allowed-signers; where that or a ref is given, only these count. `config`: the user's setting.
    `tree`: the folder that is verified; a file in it cannot say whom to believe about it."""
    allowed: list[Allowed] = []
    notes: list[str] = []
    tree = _whole(tree)
    if named:
        allowed.append(_read(Path(named).absolute(), f"--allowed-signers {named}", tree))
    if from_ref is not None:
        allowed.append(from_ref)
    only = bool(allowed)
    if not only and config:
        allowed.append(_read(Path(config), f"your config's allowed-signers ({config})", tree))
    if not only and (value := git_setting("gpg.ssh.allowedSignersFile")):
        found = _of_git(value, tree)
        if isinstance(found, Allowed):
            allowed.append(found)
        else:
            notes.append(found)
    revoked, note = _revoked_of_git()
    notes += [note] if note else []
    own_keys = not _is_within(gpg.keyring(), tree)
    if not only and not own_keys:
        notes.append(_KEYRING_IN_TREE)
    return Trust(tuple(allowed), revoked, not only and own_keys, gpg_program(), tuple(notes))


def _whole(tree: str) -> str:
    """The repository of a folder that is verified: whoever changes the one can change all of the other."""
    found = find_repository(str(Path(tree).resolve()))[0] if tree else None
    return found.top if found is not None else tree


def _revoked_of_git() -> tuple[str, str]:
    """The file of revoked keys, which count out whatever else was named; or why there is none."""
    value = git_setting("gpg.ssh.revocationFile")
    path = Path(value).expanduser()
    if value and not (path.is_absolute() and path.is_file()):
        return "", f"git's gpg.ssh.revocationFile ({value}) is not used: there is no such file by a full path"
    return (str(path), "") if value else ("", "")


def _read(path: Path, told: str, tree: str) -> Allowed:
    if _is_within(path, tree):
        what = f"{path} lies in the tree that it should vouch for: whoever changed the tree could have changed it."
        raise UsageError(what, "Keep it elsewhere, or take it from a commit that you trust: --trust-ref main")
    return Allowed(read_own(path, MOST_TRUST_BYTES), told)


def _of_git(value: str, tree: str) -> Allowed | str:
    """Git's own setting may be out of date without anybody having asked us to use it: then it is only told."""
    path, told = Path(value).expanduser(), f"git's gpg.ssh.allowedSignersFile ({value})"
    if not path.is_absolute():
        return f"{told} is no full path and would be looked for in the tree"
    if _is_within(path, tree):
        return f"{told} lies in the tree that is verified"
    try:
        return Allowed(read_own(path, MOST_TRUST_BYTES), told)
    except UsageError as error:
        return f"{told} is not used: {error.what.rstrip('.')}"


def _is_within(path: Path, tree: str) -> bool:
    return bool(tree) and path.resolve().is_relative_to(Path(tree).resolve())


def principal_of(statement: Countersignature) -> str:
    """What stands before a key in an allowed-signers file: the mail; for someone without one, the name made plain."""
    return statement.mail or readable_slug(statement.name)


def vouch(seal: Seal, statement: Countersignature, trust: Trust) -> Vouched | Problem:
    """`statement` is what `seal.statement` says. A signature that does not fit it makes the record a tampered one; a
    missing one only means that this person does not count."""
    file = f"{statement.record}.{seal.slug}.json"
    if seal.signature is None:
        return _vouched(file, statement, why=f"the signature beside {file} is missing")
    if seal.kind == GPG:
        return _vouch_gpg(file, seal.statement, seal.signature, statement, trust)
    key = ssh.key_behind(seal.statement, seal.signature)
    if key is None:
        return _unfit(file, ".sig", "was not made over it for walkdown")
    principal = principal_of(statement)
    if _PRINCIPAL.fullmatch(principal) is None:
        return _vouched(file, statement, key=key, why="it was not signed with a mail that anyone could vouch for")
    trusted, why = _by_allowed(seal.statement, seal.signature, principal, key, trust)
    return _vouched(file, statement, key=key, why=why, trusted=trusted)


def _unfit(file: str, suffix: str, why: str) -> Problem:
    return Problem(TAMPERED, f"Tampered: {file}{suffix} does not fit {file}: it {why}.", (file, file + suffix))


def _vouched(file: str, by: Countersignature, *, key: str = "", why: str = "", trusted: bool = False) -> Vouched:
    return Vouched(file, by.name, by.mail, by.role, by.time, by.by_machine, trusted, key, why)


def _by_allowed(data: bytes, signature: bytes, principal: str, key: str, trust: Trust) -> tuple[bool, str]:
    reasons = list(trust.notes)
    for allowed in trust.allowed:
        lines = read_lines(allowed.lines)
        if not ssh.accepts(data, signature, principal, lines.text):
            reasons.append(f"{allowed.told}: {why_not(lines, key, principal, datetime.now().astimezone())}")
        elif trust.revoked and not ssh.accepts(data, signature, principal, lines.text, trust.revoked):
            reasons.append(f"{allowed.told} names this key, but git's gpg.ssh.revocationFile does not let it count")
        else:
            return True, f"{allowed.told} names this key for {principal}"
    if not trust.allowed:
        reasons.append(f"nobody is named whom you believe. {_NOBODY}")
    return False, "; ".join(reasons)


def _vouch_gpg(
    file: str, data: bytes, signature: bytes, statement: Countersignature, trust: Trust
) -> Vouched | Problem:
    try:
        answer = gpg.check(data, signature, trust.gpg_program)
        why = _by_keyring(answer, statement.mail, trust)
    except RecordError as error:  # no gpg here; another signature may be all that is needed
        return _vouched(file, statement, why=f"it cannot be checked: {error}")
    if answer.fits is False:
        return _unfit(file, ".asc", answer.why)
    told = why or "your GPG keyring says that the key is theirs"
    # By the key that a person is known by: two of its subkeys are not two people.
    return _vouched(file, statement, key=answer.owner or answer.key, why=told, trusted=not why)


def _by_keyring(answer: gpg.Answer, mail: str, trust: Trust) -> str:
    """Why the keyring does not vouch for the key as that of this mail; empty where it does."""
    if not answer.good:
        return answer.why
    if not trust.gpg:
        named = "only the allowed signers that were named count, and those are SSH keys"
        return _KEYRING_IN_TREE if _KEYRING_IN_TREE in trust.notes else named
    mails = gpg.mails_of(answer.owner, trust.gpg_program) if answer.sure else ()
    if not mails:
        why = "your keyring has the key but does not say that it is really theirs; if you know that it is"
        return f"{why}: gpg --sign-key {answer.owner}"
    if not any(_same_mail(one, mail) for one in mails):
        return f"in your keyring the key belongs to {', '.join(mails[:3])}, not to {mail or 'someone without a mail'}"
    return ""


def _same_mail(one: str, other: str) -> bool:
    """Case counts for nothing, except outside of ASCII, where letters that look alike are many."""
    return one == other or (one.isascii() and other.isascii() and one.lower() == other.lower())
