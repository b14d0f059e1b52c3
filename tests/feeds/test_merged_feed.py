"""Times of receipt of merged feeds go back only where those of one feed do."""

import asyncio
from collections.abc import AsyncGenerator

from hedgeresearch.feeds import MergedFeed, Source
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.microstructure import Quote


class Given:
    """A feed whose events are given in turns: each at the step that it is due at."""

    def __init__(self, source: Source, turns: "Turns", times: dict[int, int]) -> None:
        self.sources = (source,)
        self._turns = turns
        self._times = times

    async def events(self) -> AsyncGenerator[Sourced, None]:
        for step, time in self._times.items():
            await self._turns.wait_for(step)
            yield self.sources[0], Quote(step, 99.0, 1.0, 101.0, 1.0, None, time)

    async def aclose(self) -> None:
        pass


class Turns:
    """Steps, each of which begins when the event of the one before was given."""

    def __init__(self) -> None:
        self.step = 0
        self._changed = asyncio.Condition()

    async def wait_for(self, step: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self.step >= step)

    async def go_on(self) -> None:
        async with self._changed:
            self.step += 1
            self._changed.notify_all()


async def merged(one: dict[int, int], other: dict[int, int]) -> list[int]:
    """Return the times of the events of two feeds, by the step at which each gives an event."""
    turns = Turns()
    feeds = [Given(Source("v", name), turns, times) for name, times in (("A", one), ("B", other))]
    found = []
    async for _, event in MergedFeed(*feeds).events():
        found.append(event.receive_time)
        await turns.go_on()
    return found


def test_batches_that_overlap_do_not_go_back() -> None:
    # A gives what it received at 10 and 30 together, before B gives what it received at 20
    times = asyncio.run(merged({0: 10, 1: 30, 4: 50}, {2: 20, 3: 40}))
    assert times == [10, 30, 30, 40, 50]


def test_a_clock_of_one_feed_that_goes_back_is_passed_on() -> None:
    times = asyncio.run(merged({0: 100, 2: 60, 4: 80}, {1: 110, 3: 70}))
    assert times == [100, 110, 60, 70, 80]
