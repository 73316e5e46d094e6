"""The part of Record that signs: who would, with which key, which record is there, and what came of the last try."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec

from walkdown.model import Actor
from walkdown.review import Board, Session
from walkdown.tui import record_words, signing
from walkdown.tui.background import start
from walkdown.tui.base import ModeScreen
from walkdown.tui.dialogs.sign import SignDialog
from walkdown.tui.signing import KeyAtHand, Lying, Order


class SigningScreen(ModeScreen):
    def __init__(self) -> None:
        super().__init__()
        self.record: Lying | None = None
        """What lies in the tree of exactly this content."""
        self.key: KeyAtHand | None = None
        self.order = Order()
        """What this person said the last time; a mistyped passphrase should not cost it."""
        self._order_of: Actor | None = None
        self.trouble = ""
        """Why the last try came to nothing."""
        self._record_of: object = None
        self._signing = False

    def show_signing(self) -> None:
        """Something of it is known now, or another than it was."""

    def look_who_signs(self) -> None:
        actor = self.walkdown.actor
        if actor != self._order_of:  # key and role are theirs; what it is for stays
            self._order_of, self.order = actor, Order(occasion=self.order.occasion)
            self.show_signing()

    def look_for_key(self) -> None:
        async def look() -> None:
            self.key = await asyncio.to_thread(signing.find_key)
            self.show_signing()

        start(self, look, "key", exclusive=True)

    def look_for_record(self, *, anew: bool = False) -> None:
        """Whether a record of exactly this content lies in the tree."""
        session, board = self.walkdown.session, self.walkdown.board
        looked = board.looked if board is not None else None
        if session is None or looked is None or (looked is self._record_of and not anew):
            return
        self._record_of = looked

        async def look() -> None:
            self.record = await asyncio.to_thread(signing.lying, session)
            self.show_signing()

        start(self, look, "record", exclusive=True)

    def action_sign(self) -> None:
        app = self.walkdown
        if app.session is None or app.board is None or self._signing:
            return
        if app.scanning.on:
            app.say("The scan is still under way: let it end first, so that the record says what it found.")
        elif app.board.looked is None:
            app.say("There is nothing to sign yet: r scans.")
        else:
            self._once(partial(self._sign, app.session, app.board, app.actor))

    def action_countersign(self) -> None:
        app = self.walkdown
        if app.session is not None and self.record is not None and not self._signing:
            self._once(partial(self._countersign, app.session, app.actor, self.record))

    def _once(self, work: Callable[[], Awaitable[str]]) -> None:
        self._signing = True
        start(self, partial(self._to_the_end, work), "sign")

    async def _to_the_end(self, work: Callable[[], Awaitable[str]]) -> None:
        """Whatever comes of it, the screen shows what is so then. `work` tells the file that was written."""
        try:
            self._written(await work())
        except signing.FAILURES as error:
            self.trouble = signing.why_not(error)
            self.walkdown.say(self.trouble, severity="error")
        finally:
            self._signing = False
        if (session := self.walkdown.session) is not None:
            await asyncio.to_thread(session.refresh)  # it looks at the records, too
            self.walkdown.show(session.board)
        self.show_signing()
        self.look_for_record(anew=True)

    def _written(self, file: str) -> None:
        if file:
            self.trouble = ""
            self.walkdown.say(f"Written down: {file}. Commit it: {record_words.COMMIT}")

    async def _sign(self, session: Session, seen: Board, actor: Actor) -> str:
        mask = session.review.masker.mask_text
        order = await self._asked(actor, [mask(f"{one.title}: {one.why}") for one in seen.obstacles])
        if order is None:
            return ""
        made = await signing.sign(self.walkdown, session, actor, order, seen)
        return made.path.name

    async def _countersign(self, session: Session, actor: Actor, record: Lying) -> str:
        order = await self._asked(actor, (), record=record.files.name)
        if order is None:
            return ""
        return (await signing.countersign(self.walkdown, session, actor, order, record)).name

    async def _asked(self, actor: Actor, exceptions: Sequence[str], *, record: str = "") -> Order | None:
        """With the key as git names it now: it may have been set up a moment ago."""
        self.key = await asyncio.to_thread(signing.find_key)
        dialog = SignDialog(actor, self.key, self.order, exceptions, record=record)
        order = await self.walkdown.push_screen_wait(dialog)
        if order is not None:
            kept = self.order.occasion if record else order.occasion
            self.order, self.trouble = msgspec.structs.replace(order, occasion=kept), ""
        return order
