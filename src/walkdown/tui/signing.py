"""From a typed word to a signed record: what is prepared, sealed with the terminal handed over, and published.

Whatever fails on the way fails before anything is written; then all is as before, and a line says why.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from textual.app import SuspendNotSupported

from walkdown.errors import UsageError, WalkdownError
from walkdown.model import Actor
from walkdown.record import keys
from walkdown.record.files import RecordFiles, Seal
from walkdown.record.folder import find_record, slug_of
from walkdown.record.keys import Key
from walkdown.record.signature import seal
from walkdown.record.statement import Countersignature, Occasion, Signer
from walkdown.record.verification import TAMPERED, UNREADABLE, Verification
from walkdown.review import Board, Session
from walkdown.review.checking import check_record, trust_for
from walkdown.review.signoff import How, Made, Prepared, add_seal, countersignature_of, finish, prepare
from walkdown.safetext import for_terminal
from walkdown.tui.aside import put_aside

if TYPE_CHECKING:
    from walkdown.tui.app import WalkdownApp

_SET_UP = "Name a key file when you sign, or set git config --global user.signingkey (with gpg.format ssh)."


class KeyAtHand(msgspec.Struct, frozen=True):
    """The person's key, or why there is none."""

    key: Key | None = None
    trouble: str = ""

    @property
    def told(self) -> str:
        """Where it was found, without the key itself, which stands beside it."""
        return self.key.told.partition(" (")[0] if self.key else ""

    @property
    def named(self) -> str:
        """As it is typed."""
        if self.key is None:
            return ""
        return f"gpg:{self.key.value}" if self.key.kind == "gpg" else self.key.value


class Order(msgspec.Struct, frozen=True):
    """What the person asked for. `key` is None for an unsigned record."""

    role: str = ""
    occasion: Occasion = Occasion()
    key: Key | None = None
    named: str = ""

    @property
    def unsigned(self) -> bool:
        return self.key is None


class Lying(msgspec.Struct, frozen=True):
    """A record in the tree that is of exactly what was looked at now, and as it was signed."""

    files: RecordFiles
    checked: Verification

    def signed_by(self, actor: Actor) -> bool:
        return slug_of(actor.mail, actor.name) in {one.slug for one in self.files.seals}


def find_key(named: str = "") -> KeyAtHand:
    """May ask git's config and what it names: not for the thread that paints."""
    try:
        key = keys.find_key(named)
    except WalkdownError as error:
        # Its advice names flags of the command; here there is a field for each.
        return KeyAtHand(trouble=error.what if named else f"{error.what} {_SET_UP}")
    return KeyAtHand(msgspec.structs.replace(key, told="as you named it") if named else key)


def lying(session: Session) -> Lying | None:
    """The newest record, where a second person could sign it as it is. Nothing is scanned for that."""
    review = session.review
    try:
        files = find_record(Path(review.target.root), "")
        checked = check_record(review, files.name, trust_for(review, "", ""))
    except WalkdownError:
        return None  # none, or none that anybody could sign; `walkdown verify` says what is wrong with it
    fits = checked.statement is not None and checked.statement.about.digest.looked == review.target.looked
    broken = {one.code for one in checked.problems} & {TAMPERED, UNREADABLE}
    return Lying(files, checked) if fits and not broken else None


def signer_of(actor: Actor, role: str = "") -> Signer:
    return Signer(actor.name, actor.mail, role)


def paper_of(session: Session, actor: Actor, order: Order, *, unsigned: bool) -> str:
    """The paper as it would read if it were signed now, as `order` says. In a thread."""
    how = How(True, False, unsigned, signer_of(actor, order.role), order.occasion)
    return (prepare(session, how).files.markdown or b"").decode()


async def sign(app: WalkdownApp, session: Session, actor: Actor, order: Order, seen: Board) -> Made:
    """`seen`: what lay before the person when they typed the word. Raises where it did not come to a record."""
    prepared = await asyncio.to_thread(_prepared, session, actor, order, seen)
    one = None
    if order.key is not None:
        # As the record names them: masked, whatever somebody typed.
        signer = prepared.statement.predicate.signer
        statement = countersignature_of(prepared.files, signer, machine=False)
        one = await handed_over(app, statement, order.key)
    return await asyncio.to_thread(finish, session, prepared, one)


def _prepared(session: Session, actor: Actor, order: Order, seen: Board) -> Prepared:
    signer = signer_of(actor, order.role)
    made = prepare(session, How(bool(seen.obstacles), False, order.unsigned, signer, order.occasion))
    now = made.board
    if now.looked is not seen.looked or now.obstacles != seen.obstacles or now.state.decisions != seen.state.decisions:
        raise UsageError("Not signed: what is decided is no longer what you saw.", "Look at it, then sign again.")
    return made


async def countersign(app: WalkdownApp, session: Session, actor: Actor, order: Order, record: Lying) -> Path:
    if order.key is None:
        raise UsageError("A countersignature is a signature: it needs a key.", "Name one.")
    statement = countersignature_of(record.files, signer_of(actor, order.role), machine=False)
    one = await handed_over(app, statement, order.key)
    return await asyncio.to_thread(add_seal, session.review, record.files, one)


def why_not(error: Exception) -> str:
    """Why nothing was signed, for the person who tried."""
    if isinstance(error, SuspendNotSupported):
        return "This terminal cannot put the app aside. Sign in another one: walkdown sign"
    if isinstance(error, OSError):
        return f"Not signed: {error.strerror or 'the disk refused'}. Nothing was written."
    return str(error)


FAILURES = (WalkdownError, SuspendNotSupported, OSError)
"""What may go wrong on the way and leaves all as it was."""


async def handed_over(app: WalkdownApp, statement: Countersignature, key: Key) -> Seal:
    """With the app put aside: keys ask for passphrases, PINs and touches. Ctrl-C there ends only the asking."""

    def asked() -> Seal:
        sys.stdout.write(_before(statement, key))
        sys.stdout.flush()
        return seal(statement, key)

    return await put_aside(app, asked)


def _before(statement: Countersignature, key: Key) -> str:
    record, where = for_terminal(statement.record), for_terminal(key.told.partition(" (")[0])
    return f"\nwalkdown: signing {record} with your key ({where}).\nCtrl-C goes back; nothing is signed then.\n\n"
