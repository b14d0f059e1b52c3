"""The feed of a chain: blocks, swaps, reorganizations, and what is said of what is missing."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import (
    ChainFeed,
    ChainlinkOracle,
    Feed,
    Recorder,
    Source,
    UniswapV2Pair,
    UniswapV3Pool,
    read_swaps,
    replay,
)
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.microstructure import Interruption
from hedgeresearch.onchain import (
    BlockWithdrawn,
    PoolState,
    PoolSwap,
    swap_table,
)
from tests.feeds.chain.following import (
    SOON,
    broken,
    described,
    feed_of,
    followed_by,
    pool_at,
    random_swap,
    taken,
)
from tests.onchain.conftest import Chain, Packages
from tests.onchain.uniswap import Pair, deploy_pair, deploy_ranged

pytestmark = pytest.mark.long


def test_each_block_brings_its_swaps_then_its_state(any_chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(any_chain, packages, base_first=False)
    feed: Feed = feed_of(any_chain, UniswapV2Pair(pair.contract.address))
    start = any_chain.web3.eth.block_number

    async def followed(events: Any) -> list[Sourced]:
        found = await taken(events, 2)
        random_swap(pair, np.random.default_rng(1))
        return found + await taken(events, 3)

    events = followed_by(feed, followed)
    assert all(source == feed.sources[0] for source, _ in events)
    assert isinstance(events[0][1], Interruption)
    assert described(events) == [
        ("PoolState", start),
        ("PoolState", start + 1),
        ("PoolSwap", start + 2),
        ("PoolState", start + 2),
    ]
    swap = events[-2][1]
    state = events[-1][1]
    assert isinstance(swap, PoolSwap)
    assert isinstance(state, PoolState)
    assert swap.pool == state.pool == pool_at(pair)
    times = [event.receive_time for _, event in events]
    assert times == sorted(times)
    assert state.receive_time > 0 != state.event_time


def test_a_reorganization_withdraws_its_events(any_chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(any_chain, packages, base_first=True)
    feed = feed_of(any_chain, UniswapV2Pair(pair.contract.address))
    generator = np.random.default_rng(2)
    start = any_chain.web3.eth.block_number

    async def followed(events: Any) -> tuple[list[Sourced], list[Sourced]]:
        await taken(events, 2)
        mark = any_chain.snapshot()
        random_swap(pair, generator)
        before = await taken(events, 3)
        any_chain.revert(mark)
        random_swap(pair, generator)
        return before, await taken(events, 5)

    before, after = followed_by(feed, followed)
    assert described(after) == [
        ("BlockWithdrawn", start + 2),
        ("BlockWithdrawn", start + 1),
        ("PoolState", start + 1),
        ("PoolSwap", start + 2),
        ("PoolState", start + 2),
    ]
    lost = [event.block for _, event in after if isinstance(event, BlockWithdrawn)]
    given = [event.block for _, event in before if isinstance(event, PoolState)]
    assert lost == given[::-1]
    state = after[-1][1]
    assert isinstance(state, PoolState)
    assert state.pool == pool_at(pair)
    assert state.block not in lost


def test_what_is_left_after_reorganizations_is_the_chain(
    any_chain: Chain, packages: Packages
) -> None:
    """Random swaps and reversals: swaps that are not withdrawn are those of the chain's logs."""
    pair = deploy_pair(any_chain, packages, base_first=True)
    contract = UniswapV2Pair(pair.contract.address)
    feed = feed_of(any_chain, contract)
    first = any_chain.web3.eth.block_number + 1
    found: list[Any] = []

    async def collect() -> None:
        async for _, event in feed.events():
            if not isinstance(event, Interruption):
                found.append(event)

    async def followed() -> None:
        task = asyncio.create_task(collect())
        await trade_and_revert(pair, np.random.default_rng(4), found)
        await feed.aclose()
        await task

    asyncio.run(asyncio.wait_for(followed(), 300.0))
    assert sum(isinstance(event, BlockWithdrawn) for event in found) > 2
    expected = [event for _, event in read_swaps(any_chain.node, [contract], first)]
    assert swap_table(found, "WETH").equals(swap_table(expected, "WETH"))


async def trade_and_revert(pair: Pair, generator: np.random.Generator, found: list[Any]) -> None:
    """Swap twelve times, and take the chain back before some of the swaps.

    Each is waited for until what a feed has found ends with it.
    """
    marks: list[Any] = []
    for _ in range(12):
        if generator.random() < 0.3 and marks:
            place = int(generator.integers(len(marks)))
            pair.chain.revert(marks[place])
            del marks[place:]
        marks.append(pair.chain.snapshot())
        random_swap(pair, generator)
        head = pair.chain.web3.eth.get_block("latest").hash.to_0x_hex()
        while not found or found[-1].block.hash != head:
            await asyncio.sleep(SOON)


def test_swaps_of_both_kinds_are_read_from_logs(any_chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(any_chain, packages, base_first=True)
    ranged = deploy_ranged(any_chain, packages)
    ranged.provide(-600, 600, 10**18)
    first = any_chain.web3.eth.block_number + 1
    first_pool = pool_at(pair)
    states = []
    for seed in range(3):
        random_swap(pair, np.random.default_rng(seed))
        ranged.swap(bool(seed % 2), 10**15)
        states.append((pool_at(pair), ranged.contract.functions.slot0().call()[:2]))
    account = any_chain.web3.eth.default_account
    pair.send_tokens(0, 10**18)
    pair.send_tokens(1, 10**9)
    any_chain.send(pair.contract.functions.mint(account))
    pools = [UniswapV2Pair(pair.contract.address), UniswapV3Pool(ranged.contract.address)]
    found = read_swaps(any_chain.node, pools, first, blocks_per_request=2)
    v2 = [event for source, event in found if source.venue.startswith("uniswap-v2")]
    v3 = [event for source, event in found if source.venue.startswith("uniswap-v3")]
    assert [type(event) for event in v2] == [PoolSwap] * 3 + [PoolState]
    assert [event.pool for event in v2] == [*(pool for pool, _ in states), pool_at(pair)]
    assert [[one.pool.sqrt_price, one.pool.tick] for one in v3] == [
        list(slot) for _, slot in states
    ]
    assert [event.paid for event in v3] == [(0, 10**15), (10**15, 0), (0, 10**15)]
    assert all(event.receive_time == event.block.time for event in v2)
    before = first_pool
    for event in v2[:3]:
        side = int(event.paid[1] > 0)
        swap = before.swap((before.token0, before.token1)[side].name, event.paid[side])
        assert event.received == ((0, swap.received) if side == 0 else (swap.received, 0))
        assert event.paid[1 - side] == 0
        before = event.pool


def test_a_node_that_refuses_long_ranges_is_read_in_short_ones(
    chain: Chain, packages: Packages
) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    first = chain.web3.eth.block_number + 1
    for seed in range(4):
        random_swap(pair, np.random.default_rng(seed))
    contracts = [UniswapV2Pair(pair.contract.address)]

    def is_long(method: str, parameters: Any) -> bool:
        if method != "eth_getLogs":
            return False
        # as the provider of this chain names them
        return bool(parameters[0]["to_block"] - parameters[0]["from_block"] > 2)

    short = read_swaps(broken(chain, is_long), contracts, first)
    assert short == read_swaps(chain.node, contracts, first)
    assert len(short) == 4
    with pytest.raises(DataError, match="does not answer eth_getLogs"):
        read_swaps(broken(chain, lambda method, _: method == "eth_getLogs"), contracts, first)


def test_it_is_recorded_and_played_back(chain: Chain, packages: Packages, tmp_path: Path) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    ranged = deploy_ranged(chain, packages)
    ranged.provide(-600, 600, 10**18)
    oracle = chain.deploy_own("Oracle", "ETH / USD", 8)
    feed = feed_of(
        chain,
        UniswapV2Pair(pair.contract.address),
        UniswapV3Pool(ranged.contract.address, words=0),
        ChainlinkOracle(oracle.address, heartbeat=3_600),
    )

    async def followed(events: Any) -> list[Sourced]:
        found = await taken(events, 6)
        random_swap(pair, np.random.default_rng(1))
        return found + await taken(events, 7)

    found = followed_by(feed, followed)
    with Recorder(tmp_path) as recorder:
        for source, event in found:
            recorder.append(source, event)
    assert list(replay(tmp_path)) == found


def test_settings_that_cannot_be_are_refused() -> None:
    pytest.importorskip("web3")
    contract = UniswapV2Pair("0x" + "ab" * 20)
    url = "http://127.0.0.1:8545"
    assert ChainFeed(url, [contract], chain=10).sources == (
        Source("uniswap-v2:10", "0x" + "ab" * 20),
    )
    with pytest.raises(DataError, match="is the source of two contracts"):
        ChainFeed(url, [contract, contract], chain=1)
    with pytest.raises(DataError, match="contracts must be one or more of UniswapV2Pair"):
        ChainFeed(url, [], chain=1)
    with pytest.raises(DataError, match="must be an address that begins with http://"):
        ChainFeed("127.0.0.1:8545", [contract], chain=1)
    with pytest.raises(DataError, match="address must be '0x' and 40 hexadecimal digits"):
        UniswapV2Pair("0x1234")
    with pytest.raises(DataError, match="Only pools have swaps"):
        read_swaps(url, [ChainlinkOracle("0x" + "ab" * 20, 3_600)], 1)  # type: ignore[list-item]
