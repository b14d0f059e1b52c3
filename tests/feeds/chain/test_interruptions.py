"""Interruptions of the feed of a chain: what is missing, and when it is said."""

import asyncio
import sys
from typing import Any

import numpy as np
import pytest

from hedgeresearch.errors import DataError, MissingDataError
from hedgeresearch.feeds import AaveLoan, ChainFeed, UniswapV2Pair
from hedgeresearch.feeds.chain import feed as feed_module
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.microstructure import Interruption
from hedgeresearch.onchain import LoanState, PoolState
from tests.feeds.chain.conftest import chain_at, free_port, started
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
from tests.feeds.chain.test_reading import ACCOUNT, aave_market
from tests.onchain.conftest import Chain, Packages
from tests.onchain.uniswap import deploy_pair

pytestmark = pytest.mark.long


def test_missing_blocks_are_said(chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    feed = feed_of(chain, UniswapV2Pair(pair.contract.address), depth=3)

    async def followed(events: Any) -> list[Sourced]:
        await taken(events, 2)
        for _ in range(5):
            chain.mine()
        return await taken(events, 2)

    (_, interruption), (_, state) = followed_by(feed, followed)
    assert isinstance(interruption, Interruption)
    assert "blocks are missing" in interruption.reason
    assert isinstance(state, PoolState)
    assert state.block.number == chain.web3.eth.block_number


def test_a_chain_that_stands_still_is_said_once(chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    feed = feed_of(chain, UniswapV2Pair(pair.contract.address), silence=0.05)

    async def followed(events: Any) -> list[Sourced]:
        found = await taken(events, 3)
        chain.mine()
        return found + await taken(events, 2)

    events = [event for _, event in followed_by(feed, followed)]
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

    async def followed(events: Any) -> list[Sourced]:
        found = await taken(events, 2)
        owe(0)
        found += await taken(events, 1)
        chain.mine()
        owe(10**9)
        return found + await taken(events, 1)

    events = [event for _, event in followed_by(feed, followed)]
    assert [type(event) for event in events] == [Interruption, LoanState, Interruption, LoanState]
    assert "it owes nothing" in getattr(events[2], "reason", "")


def test_a_lost_connection_is_said_and_made_again(
    chain: Chain, packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "FIRST_PAUSE", SOON)
    pair = deploy_pair(chain, packages, base_first=True)
    is_dead = [False]
    node = broken(chain, lambda method, parameters: is_dead[0])
    contract = UniswapV2Pair(pair.contract.address)
    feed = ChainFeed(node, [contract], chain=chain.number, poll=SOON)
    start = chain.web3.eth.block_number

    async def followed(events: Any) -> list[Sourced]:
        found = await taken(events, 2)
        is_dead[0] = True
        found += await taken(events, 1)
        chain.mine()
        is_dead[0] = False
        while isinstance(found[-1][1], Interruption):
            found += await taken(events, 1)
        return found

    events = followed_by(feed, followed)
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
    node = broken(chain, lambda method, parameters: is_dead[0])
    feed = ChainFeed(node, [UniswapV2Pair(pair.contract.address)], chain=chain.number, poll=SOON)
    generator = np.random.default_rng(5)

    async def followed(events: Any) -> list[Sourced]:
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

    assert [kind for kind, _ in described(followed_by(feed, followed))] == ["BlockWithdrawn"] * 2


@pytest.mark.parametrize("request_name", ["eth_getLogs", "eth_call"])
def test_a_block_that_is_lost_while_it_is_read_gives_nothing(
    chain: Chain, packages: Packages, request_name: str
) -> None:
    """The chain is taken back between the header and the logs, or between these and the state."""
    pair = deploy_pair(chain, packages, base_first=True)
    marks: list[Any] = []

    def taken_back(method: str, parameters: Any) -> bool:
        if marks and method == request_name:
            chain.revert(marks.pop())
            random_swap(pair, np.random.default_rng(1))
        return False

    node = broken(chain, taken_back)
    feed = ChainFeed(node, [UniswapV2Pair(pair.contract.address)], chain=chain.number, poll=SOON)

    async def followed(events: Any) -> tuple[str, list[Sourced]]:
        await taken(events, 2)
        mark = chain.snapshot()
        pair.send_tokens(0, 10**18)
        lost = chain.web3.eth.get_block("latest").hash.to_0x_hex()
        marks.append(mark)
        return lost, await taken(events, 3)

    lost, found = followed_by(feed, followed)
    assert [kind for kind, _ in described(found)] == ["PoolState", "PoolSwap", "PoolState"]
    events = [event for _, event in found if not isinstance(event, Interruption)]
    assert all(event.block.hash != lost for event in events)  # type: ignore[union-attr]
    state = events[-1]
    assert isinstance(state, PoolState)
    assert state.pool == pool_at(pair)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_a_node_that_dies_and_comes_back_is_said(
    anvil: str, packages: Packages, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that starts again has another chain, without the contract: that ends the feed."""
    monkeypatch.setattr(feed_module, "FIRST_PAUSE", SOON)
    port = free_port()
    process = started(anvil, port)
    pair = deploy_pair(chain_at(port, scheme), packages, base_first=True)
    feed = feed_of(pair.chain, UniswapV2Pair(pair.contract.address))

    async def followed(events: Any) -> list[Sourced]:
        found = await taken(events, 2)
        process.kill()
        process.wait()
        found += await taken(events, 2)
        again = started(anvil, port)
        try:
            with pytest.raises(DataError, match="has answered 0 bytes"):
                while True:
                    await anext(events)
        finally:
            again.kill()
            again.wait()
        return found

    events = [event for _, event in followed_by(feed, followed)]
    assert [type(event) for event in events] == [
        Interruption,
        PoolState,
        Interruption,
        Interruption,
    ]
    for event in events[2:]:
        assert f"{scheme}://127.0.0.1:{port}" in getattr(event, "reason", "")


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "web3", None)
    with pytest.raises(MissingDataError, match=r"pip install 'hedgeresearch\[chain\]'"):
        ChainFeed("http://127.0.0.1:8545", [UniswapV2Pair("0x" + "ab" * 20)], chain=1)


def test_another_chain_ends_it(chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    feed = ChainFeed(chain.node, [UniswapV2Pair(pair.contract.address)], chain=1)
    with pytest.raises(DataError, match="not of chain 1"):
        asyncio.run(taken(feed.events(), 2))
