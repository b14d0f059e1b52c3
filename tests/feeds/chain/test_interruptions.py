"""Interruptions of the feed of a chain: what is missing, and when it is said."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import AaveLoan, ChainFeed, UniswapV2Pair
from hedgeresearch.feeds.chain import feed as feed_module
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.microstructure import Interruption
from hedgeresearch.onchain import LoanState, PoolState
from tests.feeds.chain.following import SOON, described, feed_of, random_swap, taken
from tests.feeds.chain.test_reading import ACCOUNT, aave_market
from tests.onchain.conftest import Chain, Packages
from tests.onchain.uniswap import deploy_pair

pytestmark = pytest.mark.long


def test_missing_blocks_are_said(chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    feed = feed_of(chain, UniswapV2Pair(pair.contract.address), depth=3)

    async def followed() -> list[Sourced]:
        events = feed.events()
        await taken(events, 2)
        for _ in range(5):
            chain.mine()
        return await taken(events, 2)

    (_, interruption), (_, state) = asyncio.run(followed())
    assert isinstance(interruption, Interruption)
    assert "blocks are missing" in interruption.reason
    assert isinstance(state, PoolState)
    assert state.block.number == chain.web3.eth.block_number


def test_a_chain_that_stands_still_is_said_once(chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    feed = feed_of(chain, UniswapV2Pair(pair.contract.address), silence=0.05)

    async def followed() -> list[Sourced]:
        events = feed.events()
        found = await taken(events, 3)
        chain.mine()
        return found + await taken(events, 2)

    events = [event for _, event in asyncio.run(followed())]
    kinds = [type(event) for event in events]
    assert kinds == [Interruption, PoolState, Interruption, PoolState, Interruption]
    assert "no new block has come for" in getattr(events[2], "reason", "")


def test_a_state_that_cannot_be_read_is_said_once(chain: Chain) -> None:
    market, tokens = aave_market(chain)
    feed = feed_of(chain, AaveLoan(ACCOUNT, market.address))
    account = chain.web3.to_checksum_address(ACCOUNT)

    def owe(amount: int) -> None:
        holding = (account, tokens[1].address, 0, amount, True)
        chain.send(market.functions.setHolding(*holding))

    async def followed() -> list[Sourced]:
        events = feed.events()
        found = await taken(events, 2)
        owe(0)
        found += await taken(events, 1)
        chain.mine()
        owe(10**9)
        return found + await taken(events, 1)

    events = [event for _, event in asyncio.run(followed())]
    assert [type(event) for event in events] == [Interruption, LoanState, Interruption, LoanState]
    assert "it owes nothing" in getattr(events[2], "reason", "")


def broken(chain: Chain, fails: Callable[[], bool]) -> Any:
    """Return a node that does not answer while ``fails``."""
    from web3.providers.eth_tester import AsyncEthereumTesterProvider

    class Broken(AsyncEthereumTesterProvider):
        async def make_request(self, method: Any, params: Any) -> Any:
            if fails():
                raise ConnectionError("the line is dead")
            return await super().make_request(method, params)

    node = Broken()
    node.ethereum_tester = chain.node.ethereum_tester
    return node


def test_a_lost_connection_is_said_and_made_again(
    chain: Chain, packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "FIRST_PAUSE", SOON)
    pair = deploy_pair(chain, packages, base_first=True)
    is_dead = [False]
    node = broken(chain, lambda: is_dead[0])
    contract = UniswapV2Pair(pair.contract.address)
    feed = ChainFeed(node, [contract], chain=chain.number, poll=SOON)
    start = chain.web3.eth.block_number

    async def followed() -> list[Sourced]:
        events = feed.events()
        found = await taken(events, 2)
        is_dead[0] = True
        found += await taken(events, 1)
        chain.mine()
        is_dead[0] = False
        while isinstance(found[-1][1], Interruption):
            found += await taken(events, 1)
        return found

    events = asyncio.run(followed())
    reason = getattr(events[2][1], "reason", "")
    assert "does not answer eth_getBlockByNumber (ConnectionError: the line is dead)" in reason
    # the block of meanwhile follows the last one
    assert described(events) == [("PoolState", start), ("PoolState", start + 1)]


def test_a_reorganization_while_the_connection_was_lost_is_withdrawn(
    chain: Chain, packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "FIRST_PAUSE", SOON)
    pair = deploy_pair(chain, packages, base_first=True)
    is_dead = [False]
    node = broken(chain, lambda: is_dead[0])
    feed = ChainFeed(node, [UniswapV2Pair(pair.contract.address)], chain=chain.number, poll=SOON)
    generator = np.random.default_rng(5)

    async def followed() -> list[Sourced]:
        events = feed.events()
        await taken(events, 2)
        mark = chain.snapshot()
        random_swap(pair, generator)
        await taken(events, 3)
        is_dead[0] = True
        await taken(events, 1)
        chain.revert(mark)
        is_dead[0] = False
        found = await taken(events, 1)
        while isinstance(found[-1][1], Interruption):
            found = await taken(events, 1)
        return found + await taken(events, 1)

    assert [kind for kind, _ in described(asyncio.run(followed()))] == ["BlockWithdrawn"] * 2


def test_a_block_that_is_lost_while_it_is_read_gives_nothing(
    chain: Chain, packages: Packages
) -> None:
    """The chain is taken back between the header and the state, and the read is of no block."""
    pair = deploy_pair(chain, packages, base_first=True)
    marks: list[Any] = []

    def taken_back() -> bool:
        if marks and chain.web3.eth.block_number == lost:
            chain.revert(marks.pop())
            chain.mine()
        return False

    lost = chain.web3.eth.block_number + 1
    requests = itertools.count()
    node = broken(chain, lambda: next(requests) > 0 and armed[0] and taken_back())
    armed = [False]
    feed = ChainFeed(node, [UniswapV2Pair(pair.contract.address)], chain=chain.number, poll=SOON)

    async def followed() -> list[Sourced]:
        events = feed.events()
        await taken(events, 2)
        marks.append(chain.snapshot())
        chain.send(pair.tokens[0].functions.transfer(pair.contract.address, 10**18))
        seen: list[str] = [chain.web3.eth.get_block("latest").hash.to_0x_hex()]
        armed[0] = True
        found = await taken(events, 1)
        state = found[0][1]
        assert isinstance(state, PoolState)
        assert state.block.hash not in seen
        return found

    assert described(asyncio.run(followed())) == [("PoolState", lost)]


def test_another_chain_ends_it(chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    feed = ChainFeed(chain.node, [UniswapV2Pair(pair.contract.address)], chain=1)
    with pytest.raises(DataError, match="not of chain 1"):
        asyncio.run(taken(feed.events(), 2))
