"""Feeds of a chain that are followed step by step."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

import numpy as np

from hedgeresearch.feeds import ChainFeed, UniswapV2Pair, read_states
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.microstructure import Interruption
from hedgeresearch.onchain import ConstantProductPool, PoolState
from tests.onchain.conftest import Chain
from tests.onchain.uniswap import Pair

Result = TypeVar("Result")
SOON = 0.01
"""Seconds between two looks for a new block."""


async def taken(events: Any, number: int) -> list[Any]:
    """Return the next events of a feed."""
    return [await anext(events) for _ in range(number)]


def followed_by(feed: ChainFeed, work: Callable[[Any], Coroutine[Any, Any, Result]]) -> Result:
    """Return what some work finds in the events of a feed, which are then closed."""

    async def followed() -> Result:
        async with aclosing(feed.events()) as events:
            return await work(events)

    return asyncio.run(followed())


def feed_of(chain: Chain, *contracts: Any, **settings: Any) -> ChainFeed:
    return ChainFeed(chain.node, contracts, chain=chain.number, **{"poll": SOON} | settings)


def pool_at(pair: Pair) -> ConstantProductPool:
    """Return the pool as its contract is now."""
    (state,) = read_states(pair.chain.node, [UniswapV2Pair(pair.contract.address)]).values()
    assert isinstance(state, PoolState)
    assert isinstance(state.pool, ConstantProductPool)
    return state.pool


def random_swap(pair: Pair, generator: np.random.Generator) -> None:
    """Swap a random amount, in two blocks: it is paid in the first."""
    pool = pool_at(pair)
    side = int(generator.random() < 0.5)
    token = (pool.token0, pool.token1)[side]
    reserve = (pool.reserve0, pool.reserve1)[side]
    swap = pool.swap(token.name, int(reserve * generator.uniform(0.001, 0.02)))
    pair.swap(side, swap.paid, swap.received)


def described(events: list[Sourced]) -> list[tuple[str, int]]:
    """Return kind and block of events of a chain."""
    return [
        (type(event).__name__, event.block.number)
        for _, event in events
        if not isinstance(event, Interruption)
    ]


def broken(chain: Chain, fails: Callable[[str, Any], bool]) -> Any:
    """Return a node that does not answer requests, by method and parameters, that fail."""
    from web3.providers.eth_tester import AsyncEthereumTesterProvider

    class Broken(AsyncEthereumTesterProvider):
        async def make_request(self, method: Any, params: Any) -> Any:
            if fails(method, params):
                raise ConnectionError("the line is dead")
            return await super().make_request(method, params)

    node = Broken()
    node.ethereum_tester = chain.node.ethereum_tester
    return node
