"""Times of reading a chain and of the mathematics of positions; no time is asserted.

Twenty pools are to be read at one block within 40 ms, value, delta and gamma of 10,000 positions
computed within 50 ms.
"""

import asyncio
from typing import Any

import numpy as np
import pytest

from hedgeresearch.feeds import UniswapV2Pair, UniswapV3Pool
from hedgeresearch.feeds.chain.node import Node
from hedgeresearch.feeds.chain.reading import checked_contracts, connected, states_at
from hedgeresearch.onchain import position_values
from tests.feeds.chain.conftest import anvil as anvil
from tests.feeds.chain.conftest import any_chain as any_chain
from tests.feeds.chain.conftest import chain as chain
from tests.feeds.chain.conftest import packages as packages
from tests.onchain.conftest import Chain, Packages
from tests.onchain.uniswap import deploy_pair, deploy_ranged

ROUNDS = {"rounds": 10, "iterations": 1, "warmup_rounds": 2}
N_POOLS = 20
N_POSITIONS = 10_000


def test_speed_of_reading_pools(any_chain: Chain, packages: Packages, benchmark: Any) -> None:
    """States of ten pairs and ten ranged pools, with the header of their block."""
    contracts: list[Any] = []
    for _ in range(N_POOLS // 2):
        pair = deploy_pair(any_chain, packages, base_first=True)
        ranged = deploy_ranged(any_chain, packages)
        contracts += [UniswapV2Pair(pair.contract.address), UniswapV3Pool(ranged.contract.address)]
    by_source = checked_contracts(contracts, any_chain.number)
    loop = asyncio.new_event_loop()
    node = Node(any_chain.node)
    readers = loop.run_until_complete(connected(node, by_source, any_chain.number))

    async def states() -> list[Any]:
        return await states_at(node, readers, await node.head())

    found = benchmark.pedantic(lambda: loop.run_until_complete(states()), **ROUNDS)
    loop.run_until_complete(node.close())
    loop.close()
    assert len(found) == N_POOLS
    assert all(callable(state) for state in found)


def test_speed_of_many_positions(benchmark: Any) -> None:
    rng = np.random.default_rng(0)
    lower = rng.uniform(500.0, 3_000.0, N_POSITIONS)
    upper = lower * rng.uniform(1.01, 3.0, N_POSITIONS)
    liquidity = rng.uniform(1.0, 1e6, N_POSITIONS)
    found = benchmark(position_values, liquidity, lower, upper, 2_000.0)
    assert np.isfinite(found.value).all()


@pytest.mark.parametrize("n_prices", [200])
def test_speed_of_many_positions_at_many_prices(benchmark: Any, n_prices: int) -> None:
    rng = np.random.default_rng(0)
    lower = rng.uniform(500.0, 3_000.0, (N_POSITIONS, 1))
    prices = np.linspace(400.0, 5_000.0, n_prices)
    found = benchmark.pedantic(
        position_values, (1e3, lower, 2.0 * lower, prices), rounds=3, iterations=1
    )
    assert found.value.shape == (N_POSITIONS, n_prices)
