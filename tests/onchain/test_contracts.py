"""Swaps and positions against the published contracts, run by a virtual machine in this process."""

from collections.abc import Callable
from pathlib import Path
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
from hedgeresearch.onchain.ticks import SCALE
from tests.onchain.conftest import Chain, published_contract

pytestmark = pytest.mark.long
PLENTY = 10**40
GAS = {"gas": 20_000_000}
"""More than any call needs: to estimate it, the call would be run many times."""
V3 = "@uniswap/v3-core@1.0.1"
V2 = "@uniswap/v2-core@1.0.1"
FIRST_BASE = 5 * 10**20
FIRST_QUOTE = 10**12


def ordered_tokens(chain: Chain, first: tuple[str, int], second: tuple[str, int]) -> list[Any]:
    """Return two new tokens, of which the first has the lower address and so is token 0."""
    while True:
        tokens = [chain.deploy_own("Token", *first), chain.deploy_own("Token", *second)]
        if int(tokens[0].address, 16) < int(tokens[1].address, 16):
            return tokens


@pytest.fixture
def v3(chain: Chain, packages: Callable[[str], Path]) -> tuple[Chain, Any, Any, list[Any]]:
    """A pool of concentrated liquidity at the price one, a trader and the two tokens."""
    package = packages(V3)
    folder = "artifacts/contracts"
    factory = chain.deploy(
        published_contract(package, f"{folder}/UniswapV3Factory.sol/UniswapV3Factory.json")
    )
    interface = published_contract(package, f"{folder}/UniswapV3Pool.sol/UniswapV3Pool.json")
    tokens = ordered_tokens(chain, ("AAA", 18), ("BBB", 6))
    trader = chain.deploy_own("Trader")
    for token in tokens:
        token.functions.mint(trader.address, PLENTY).transact(GAS)
    addresses = [token.address for token in tokens]
    factory.functions.createPool(*addresses, 3_000).transact(GAS)
    address = factory.functions.getPool(*addresses, 3_000).call()
    pool = chain.web3.eth.contract(address=address, abi=interface["abi"])
    pool.functions.initialize(SCALE).transact(GAS)
    return chain, pool, trader, tokens


def provide(pool: Any, trader: Any, generator: np.random.Generator) -> dict[int, int]:
    """Provide liquidity in random ranges and everywhere; return the net liquidity by tick."""
    net: dict[int, int] = {}
    ranges = [(-887_220, 887_220, 10**18)]
    for _ in range(6):
        lower = 60 * int(generator.integers(-400, 300))
        upper = lower + 60 * int(generator.integers(1, 300))
        ranges.append((lower, upper, int(generator.integers(10**15, 10**18)) * 100))
    for lower, upper, liquidity in ranges:
        trader.functions.provide(pool.address, lower, upper, liquidity).transact(GAS)
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
def test_swaps_of_v3_equal_the_contract_to_the_base_unit(
    v3: tuple[Chain, Any, Any, list[Any]], seed: int
) -> None:
    _, pool, trader, tokens = v3
    generator = np.random.default_rng(seed)
    net = provide(pool, trader, generator)
    for _ in range(25):
        before = state_of(pool, net)
        falls = bool(generator.random() < 0.5)
        exact_payment = bool(generator.random() < 0.6)
        amount = int(10.0 ** generator.uniform(4.0, 20.0))
        token_in, token_out = ("AAA", "BBB") if falls else ("BBB", "AAA")
        if exact_payment:
            swap = before.swap(token_in, amount)
        else:
            amount = min(amount, before.swap(token_in, 10**18).received // 2)
            swap = before.swap_for(token_out, amount)
        held = [token.functions.balanceOf(trader.address).call() for token in tokens]
        signed = amount if exact_payment else -amount
        trader.functions.swap(pool.address, falls, signed).transact(GAS)
        after = [token.functions.balanceOf(trader.address).call() for token in tokens]
        changes = [now - then for now, then in zip(after, held, strict=True)]
        expected = [-swap.paid, swap.received]
        assert changes == (expected if falls else expected[::-1])
        assert state_of(pool, net) == swap.pool


@pytest.fixture(params=["base is token 0", "base is token 1"])
def v2(
    request: pytest.FixtureRequest, chain: Chain, packages: Callable[[str], Path]
) -> tuple[Chain, Any, list[Any], bool]:
    """A pair of Uniswap V2 with liquidity, its tokens, and whether the base is token 0."""
    package = packages(V2)
    factory_code = published_contract(package, "build/UniswapV2Factory.json")
    pair_interface = published_contract(package, "build/UniswapV2Pair.json")["abi"]
    account = chain.web3.eth.default_account
    factory = chain.deploy(factory_code, account)
    base, quote = ("WETH", 18), ("USDC", 6)
    base_first = request.param == "base is token 0"
    tokens = ordered_tokens(chain, *((base, quote) if base_first else (quote, base)))
    factory.functions.createPair(*(token.address for token in tokens)).transact(GAS)
    address = factory.functions.getPair(*(token.address for token in tokens)).call()
    pair = chain.web3.eth.contract(address=address, abi=pair_interface)
    amounts = (FIRST_BASE, FIRST_QUOTE) if base_first else (FIRST_QUOTE, FIRST_BASE)
    for token, amount in zip(tokens, amounts, strict=True):
        token.functions.mint(account, PLENTY).transact(GAS)
        token.functions.transfer(address, amount).transact(GAS)
    pair.functions.mint(account).transact(GAS)
    return chain, pair, tokens, base_first


@pytest.mark.parametrize("n_swaps", [20, pytest.param(150, marks=pytest.mark.slow)])
def test_a_provider_of_v2_is_hedged_by_its_delta(
    v2: tuple[Chain, Any, list[Any], bool], n_swaps: int
) -> None:
    """Random swaps: amounts to the base unit, variance removed, and where the gains go."""
    chain, pair, tokens, base_first = v2
    account = chain.web3.eth.default_account
    names = [Token("WETH", 18), Token("USDC", 6)]
    ordered = names if base_first else names[::-1]
    generator = np.random.default_rng(0)
    pool = ConstantProductPool(*ordered, *pair.functions.getReserves().call()[:2])
    steps = []
    for _ in range(n_swaps):
        side = int(generator.random() < 0.5)
        reserve = (pool.reserve0, pool.reserve1)[side]
        swap = pool.swap(ordered[side].name, int(reserve * generator.uniform(0.001, 0.02)))
        tokens[side].functions.transfer(pair.address, swap.paid).transact(GAS)
        out = (0, swap.received) if side == 0 else (swap.received, 0)
        pair.functions.swap(*out, account, b"").transact(GAS)
        assert tuple(pair.functions.getReserves().call()[:2]) == (
            swap.pool.reserve0,
            swap.pool.reserve1,
        )
        steps.append(step_of(pool, swap.pool, swap.paid, ordered[side], base_first))
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
