"""Never more at once than there are slots, in order but for those who go first, and none lost by cancelling."""

from __future__ import annotations

import asyncio

from walkdown.scan.slots import Slots


async def worker(slots: Slots, name: str, log: list[str], *, first: bool = False) -> None:
    async with slots.take(first=first):
        log.append(name)
        await asyncio.sleep(0)


def test_those_who_go_first_go_first_and_the_rest_in_order() -> None:
    async def run() -> list[str]:
        slots, log = Slots(1), list[str]()
        async with slots.take():
            tasks = [asyncio.create_task(worker(slots, name, log)) for name in "abc"]
            await asyncio.sleep(0)
            tasks.append(asyncio.create_task(worker(slots, "whole", log, first=True)))
            await asyncio.sleep(0)
            assert log == []
        await asyncio.gather(*tasks)
        return log

    assert asyncio.run(run()) == ["whole", "a", "b", "c"]


def test_never_more_at_once_than_there_are() -> None:
    async def run() -> int:
        slots, now, most = Slots(3), 0, 0

        async def one() -> None:
            nonlocal now, most
            async with slots.take():
                now += 1
                most = max(most, now)
                await asyncio.sleep(0)
                now -= 1

        await asyncio.gather(*(one() for _ in range(20)))
        return most

    assert asyncio.run(run()) == 3


def test_whoever_is_cancelled_takes_no_slot_along() -> None:
    async def run() -> list[str]:
        slots, log = Slots(1), list[str]()
        async with slots.take():
            gone = [asyncio.create_task(worker(slots, "gone", log)) for _ in range(3)]
            await asyncio.sleep(0)
            gone[0].cancel()
            await asyncio.sleep(0)
        gone[1].cancel()  # in the moment in which it is handed the slot
        await asyncio.gather(*gone, return_exceptions=True)
        await asyncio.wait_for(worker(slots, "after", log), 5)
        return log

    assert asyncio.run(run()) == ["gone", "after"]
