"""Swaps and positions against the published contracts, run by a virtual machine in this process."""

from typing import Any

import numpy as np
import pytest

from hedgeresearch.onchain import (
    ConcentratedPool,
    ConstantProductPool,
    LiquidityRange,
    PoolPosition,
    Token,
)
from tests.onchain.conftest import Chain, Packages
from tests.onchain.uniswap import Pair, Ranged, deploy_pair, deploy_ranged

pytestmark = pytest.mark.long


@pytest.fixture
def v3(chain: Chain, packages: Packages) -> Ranged:
    return deploy_ranged(chain, packages)


def provide(pool: Ranged, generator: np.random.Generator) -> dict[int, int]:
    """Provide liquidity in random ranges and everywhere; return the net liquidity by tick."""
    net: dict[int, int] = {}
    ranges = [(-887_220, 887_220, 10**18)]
    for _ in range(6):
        lower = 60 * int(generator.integers(-400, 300))
        upper = lower + 60 * int(generator.integers(1, 300))
        ranges.append((lower, upper, int(generator.integers(10**15, 10**18)) * 100))
    for lower, upper, liquidity in ranges:
        pool.provide(lower, upper, liquidity)
        net[lower] = net.get(lower, 0) + liquidity
        net[upper] = net.get(upper, 0) - liquidity
    return net


def state_of(pool: Any, net: dict[int, int]) -> ConcentratedPool:
    sqrt_price, tick = pool.functions.slot0().call()[:2]
    return ConcentratedPool(
        Token("AAA", 18),
        Token("BBB", 6),
        sqrt_price,
        pool.functions.liquidity().call(),
        net,
        fee=3_000,
        tick=tick,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_swaps_of_v3_equal_the_contract_to_the_base_unit(v3: Ranged, seed: int) -> None:
    generator = np.random.default_rng(seed)
    net = provide(v3, generator)
    held_by = v3.trader.address
    for _ in range(25):
        before = state_of(v3.contract, net)
        falls = bool(generator.random() < 0.5)
        exact_payment = bool(generator.random() < 0.6)
        amount = int(10.0 ** generator.uniform(4.0, 20.0))
        token_in, token_out = ("AAA", "BBB") if falls else ("BBB", "AAA")
        if exact_payment:
            swap = before.swap(token_in, amount)
        else:
            amount = min(amount, before.swap(token_in, 10**18).received // 2)
            swap = before.swap_for(token_out, amount)
        held = [token.functions.balanceOf(held_by).call() for token in v3.tokens]
        signed = amount if exact_payment else -amount
        v3.swap(falls, signed)
        after = [token.functions.balanceOf(held_by).call() for token in v3.tokens]
        changes = [now - then for now, then in zip(after, held, strict=True)]
        expected = [-swap.paid, swap.received]
        assert changes == (expected if falls else expected[::-1])
        assert state_of(v3.contract, net) == swap.pool


@pytest.fixture(params=["base is token 0", "base is token 1"])
def v2(request: pytest.FixtureRequest, chain: Chain, packages: Packages) -> Pair:
    return deploy_pair(chain, packages, base_first=request.param == "base is token 0")


@pytest.mark.parametrize("n_swaps", [20, pytest.param(150, marks=pytest.mark.slow)])
def test_a_provider_of_v2_is_hedged_by_its_delta(v2: Pair, n_swaps: int) -> None:
    """Random swaps: amounts to the base unit, variance removed, and where the gains go."""
    names = [Token("WETH", 18), Token("USDC", 6)]
    ordered = names if v2.base_first else names[::-1]
    generator = np.random.default_rng(0)
    pool = ConstantProductPool(*ordered, *v2.contract.functions.getReserves().call()[:2])
    steps = []
    for _ in range(n_swaps):
        side = int(generator.random() < 0.5)
        reserve = (pool.reserve0, pool.reserve1)[side]
        swap = pool.swap(ordered[side].name, int(reserve * generator.uniform(0.001, 0.02)))
        v2.swap(side, swap.paid, swap.received)
        assert tuple(v2.contract.functions.getReserves().call()[:2]) == (
            swap.pool.reserve0,
            swap.pool.reserve1,
        )
        steps.append(step_of(pool, swap.pool, swap.paid, ordered[side], v2.base_first))
        pool = swap.pool
    changes, hedged, losses, volumes = np.array(steps).T
    assert 1.0 - np.var(hedged) / np.var(changes) > 0.999
    fees = 0.003 * volumes.sum()
    assert (losses < 0.0).all()
    assert hedged.sum() == pytest.approx(fees + losses.sum(), abs=1e-6 * volumes.sum())


def step_of(
    before: ConstantProductPool,
    after: ConstantProductPool,
    paid: int,
    token: Token,
    base_first: bool,
) -> tuple[float, float, float, float]:
    """Return change of value, hedged change, loss by gamma and volume of a swap, quote tokens."""
    liquidity = before.liquidity
    position = PoolPosition([LiquidityRange(liquidity)], "WETH", "USDC")
    price0, price1 = (pool.price if base_first else 1.0 / pool.price for pool in (before, after))
    value0 = position.value(price0)
    value1 = position.value(price1) * after.liquidity / liquidity
    hedge = position.delta(price0) * (price1 - price0)
    loss = position.value(price1) - value0 - hedge
    volume = token.amount(paid) * (price1 if token.name == "WETH" else 1.0)
    return value1 - value0, value1 - value0 - hedge, loss, volume
