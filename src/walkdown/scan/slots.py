"""How many children run at once. Who asks about the whole repository goes first: it takes long and comes in one piece,
so at the end of a scan it would keep everybody waiting, with most cores idle."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import AsyncIterator


class Slots:
    def __init__(self, many: int) -> None:
        self._free = many
        self._count = itertools.count()
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []

    @contextlib.asynccontextmanager
    async def take(self, *, first: bool = False) -> AsyncIterator[None]:
        """One slot, in the order of asking but for those who go first."""
        await self._get(first=first)
        try:
            yield
        finally:
            self._give()

    async def _get(self, *, first: bool) -> None:
        if self._free:
            self._free -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (not first, next(self._count), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._give()  # it was handed over in the same moment
            raise

    def _give(self) -> None:
        while self._waiting:
            waiter = heapq.heappop(self._waiting)[2]
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1
