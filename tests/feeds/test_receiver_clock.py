"""A clock that is set is noticed by one that never is, and interrupts every source."""

import asyncio
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import pytest

from hedgeresearch.feeds import CcxtFeed, Source
from hedgeresearch.feeds.chain.feed import ChainFeed
from hedgeresearch.feeds.receiver_clock import LEAST_STEP, Moment, ReceiverClock
from hedgeresearch.microstructure import Interruption

SECOND = 1_000_000_000


def steps_of(walls: list[int], steady: list[int]) -> list[int]:
    """Return the steps of a clock; the steady one is read twice around each time."""
    times: Iterator[int] = iter(walls)
    beats = iter(steady)
    clock = ReceiverClock(lambda: next(times), lambda: next(beats))
    return [clock.read().step for _ in walls]


def test_a_clock_set_forward_and_back_is_measured() -> None:
    walls = [100 * SECOND, 101 * SECOND, 107 * SECOND, 108 * SECOND, 106 * SECOND]
    steady = list(chain.from_iterable((n * SECOND, n * SECOND) for n in range(5)))
    assert steps_of(walls, steady) == [0, 0, 5 * SECOND, 0, -3 * SECOND]


def test_drift_and_a_process_that_rests_are_no_steps() -> None:
    drift = LEAST_STEP // 2
    walls = [n * (SECOND + drift) for n in range(5)]
    steady = list(chain.from_iterable((n * SECOND, n * SECOND) for n in range(5)))
    assert steps_of(walls, steady) == [0] * 5
    # a second passes after the first look at the steady clock, or after the time was read
    rests = [0, 0, SECOND, 2 * SECOND, 3 * SECOND, 4 * SECOND, 5 * SECOND, 5 * SECOND]
    assert steps_of([0, 2 * SECOND, 3 * SECOND, 5 * SECOND], rests) == [0] * 4


def test_an_interruption_has_the_earlier_of_both_times() -> None:
    assert Moment(107 * SECOND, 5 * SECOND).interruption_time == 102 * SECOND
    assert Moment(106 * SECOND, -3 * SECOND).interruption_time == 106 * SECOND
    assert "set back by 3 s" in Moment(106 * SECOND, -3 * SECOND).reason
    assert "set forward by 5 s" in Moment(107 * SECOND, 5 * SECOND).reason


def stepping(step: int) -> ReceiverClock:
    """Return a clock that is set after it was read once."""
    walls = chain([100 * SECOND], repeat(100 * SECOND + step))
    return ReceiverClock(lambda: next(walls), lambda: 0)


@pytest.mark.long
def test_a_feed_by_ccxt_interrupts_all_sources() -> None:
    feed = CcxtFeed("kraken", ("BTC/USD", "ETH/USD"))
    feed._clock = stepping(2 * SECOND)

    async def received() -> list[Any]:
        times = [await feed._received() for _ in range(3)]
        await feed.exchange.close()
        return [times, [feed._arrived.get_nowait() for _ in range(feed._arrived.qsize())]]

    times, events = asyncio.run(received())
    assert times == [100 * SECOND, 102 * SECOND, 102 * SECOND]
    assert [source.symbol for source, _ in events] == ["BTC/USD", "ETH/USD"]
    for _, event in events:
        assert isinstance(event, Interruption)
        assert event.receive_time == 100 * SECOND


def test_a_feed_of_a_chain_interrupts_all_sources() -> None:
    from hedgeresearch.feeds import ChainlinkOracle, UniswapV2Pair

    pair = UniswapV2Pair("0x" + "1" * 40)
    oracle = ChainlinkOracle("0x" + "2" * 40, 3600)
    feed = ChainFeed("http://127.0.0.1:1", [pair, oracle], chain=1)
    feed._clock = stepping(-2 * SECOND)
    assert feed._clock_was_set() == []
    found = feed._clock_was_set()
    assert [source for source, _ in found] == list(feed.sources)
    assert {event.receive_time for _, event in found} == {98 * SECOND}
    assert all(isinstance(source, Source) for source, _ in found)
    assert feed._clock_was_set() == []
