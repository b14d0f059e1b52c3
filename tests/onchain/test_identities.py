"""Identities of concentrated liquidity over random ranges, in both orders of the tokens.

Prices begin at, just below or just above a tick at which liquidity begins or ends.
"""

from itertools import chain
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hedgeresearch.onchain import (
    ConcentratedPool,
    PoolPosition,
    Token,
    sqrt_price_at_tick,
    tick_at_sqrt_price,
)
from hedgeresearch.onchain.ticks import SCALE

LIMIT = 14_787
"""Highest tick on the grid of a fee of .3%, in units of its spacing of 60."""
DECIMALS = st.sampled_from([6, 8, 18])
NAMES = st.sampled_from(["AAA", "BBB"])


class Provided(NamedTuple):
    """A pool, and the range and liquidity of each position in it."""

    pool: ConcentratedPool
    positions: list[tuple[tuple[int, int], int]]


@st.composite
def pools(draw: st.DrawFn) -> Provided:
    """A pool of some ranges and one that reaches everywhere, whose price is next to a tick."""
    ranges = draw(
        st.lists(
            st.tuples(st.integers(-300, 299), st.integers(1, 200), st.integers(10**15, 10**20)),
            min_size=1,
            max_size=4,
        )
    )
    positions = [((60 * low, 60 * (low + width)), amount) for low, width, amount in ranges]
    positions.append(((-60 * LIMIT, 60 * LIMIT), 10**18))
    ends = sorted(set(chain.from_iterable(ticks for ticks, _ in positions[:-1])))
    root = sqrt_price_at_tick(draw(st.sampled_from(ends))) + draw(st.sampled_from([-1, 0, 1]))
    net: dict[int, int] = {}
    liquidity = 0
    for (low, high), amount in positions:
        net[low] = net.get(low, 0) + amount
        net[high] = net.get(high, 0) - amount
        if sqrt_price_at_tick(low) <= root < sqrt_price_at_tick(high):
            liquidity += amount
    tokens = [Token(name, draw(DECIMALS)) for name in ("AAA", "BBB")]
    return Provided(ConcentratedPool(*tokens, root, liquidity, net, fee=3_000), positions)


def held(provided: Provided, pool: ConcentratedPool, base: str) -> dict[str, float]:
    """Return the tokens of all positions at the price of a pool, by name."""
    price = pool.price if base == "AAA" else 1.0 / pool.price
    sums = np.zeros(2)
    for ticks, amount in provided.positions:
        position = PoolPosition.in_pool(provided.pool, amount, ticks, base=base)
        sums += position.amounts(price)
    return dict(zip((position.base, position.quote), sums.tolist(), strict=True))


@given(pools(), NAMES, NAMES, st.integers(12, 20))
@settings(deadline=None, max_examples=60)
def test_positions_give_and_take_what_a_swap_does(
    provided: Provided, token_in: str, base: str, digits: int
) -> None:
    """Together they receive the payment less the fee, and pay what the trader receives."""
    swap = provided.pool.swap(token_in, 10**digits)
    before = held(provided, provided.pool, base)
    after = held(provided, swap.pool, base)
    taken = swap.token_in.amount(swap.paid - swap.fee)
    given_out = swap.token_out.amount(swap.received)
    for token, change in ((swap.token_in, taken), (swap.token_out, -given_out)):
        # differences of floats of the size of what is held
        scale = before[token.name] + after[token.name]
        rounding = 1e-11 * scale + 20.0 / 10**token.decimals
        found = after[token.name] - before[token.name]
        assert found == pytest.approx(change, rel=1e-9, abs=rounding)


@given(pools(), st.integers(12, 20), st.booleans())
@settings(deadline=None, max_examples=60)
def test_the_other_order_of_the_tokens_swaps_alike(
    provided: Provided, digits: int, falls: bool
) -> None:
    """A pool whose tokens change places has the inverse price, and ticks of the other sign."""
    pool = provided.pool
    net = {-tick: -amount for tick, amount in pool.net_liquidity.items()}
    # the inverse is rounded, and a price at a tick belongs to the range above it
    root = SCALE * SCALE // pool.sqrt_price
    liquidity = sum(
        amount
        for (low, high), amount in provided.positions
        if sqrt_price_at_tick(-high) <= root < sqrt_price_at_tick(-low)
    )
    turned = ConcentratedPool(pool.token1, pool.token0, root, liquidity, net, fee=3_000)
    assert turned.price == pytest.approx(1.0 / pool.price, rel=1e-9)
    token_in = "AAA" if falls else "BBB"
    first = pool.swap(token_in, 10**digits)
    second = turned.swap(token_in, 10**digits)
    # rounding of the inverse moves the first base units
    assert second.received == pytest.approx(first.received, rel=1e-6, abs=30)
    assert second.pool.price == pytest.approx(1.0 / first.pool.price, rel=1e-6)


@given(pools(), st.integers(12, 18))
@settings(deadline=None, max_examples=60)
def test_a_swap_from_both_sides_of_a_tick_is_the_same(provided: Provided, digits: int) -> None:
    """The price at a tick, with the range above it or the one below: one base unit at most."""
    pool = provided.pool
    tick = tick_at_sqrt_price(pool.sqrt_price)
    assume(tick + 1 in pool.net_liquidity)
    at = sqrt_price_at_tick(tick + 1)
    net_at = pool.net_liquidity[tick + 1]
    begun = sum(amount for one, amount in pool.net_liquidity.items() if one <= tick)
    tokens = (pool.token0, pool.token1)
    settings_of = {"net_liquidity": pool.net_liquidity, "fee": 3_000}
    below = ConcentratedPool(*tokens, sqrt_price=at, liquidity=begun, tick=tick, **settings_of)
    above = ConcentratedPool(*tokens, sqrt_price=at, liquidity=begun + net_at, **settings_of)
    for token_in in ("AAA", "BBB"):
        ours = above.swap(token_in, 10**digits)
        other = below.swap(token_in, 10**digits)
        assert (ours.received, ours.pool.sqrt_price) == (other.received, other.pool.sqrt_price)
