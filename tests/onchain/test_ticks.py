"""Ticks against the numbers of the contract, exact powers and each other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import (
    price_at_tick,
    sqrt_price_at_tick,
    tick_at_price,
    tick_at_sqrt_price,
)
from hedgeresearch.onchain.ticks import MAX_TICK, MIN_TICK, SCALE

TICKS = st.integers(MIN_TICK, MAX_TICK)


@pytest.mark.parametrize(
    ("tick", "expected"),
    [
        (-887_272, 4295128739),
        (-887_271, 4295343490),
        (887_271, 1461373636630004318706518188784493106690254656249),
        (887_272, 1461446703485210103287273052203988822378723970342),
    ],
)
def test_the_ends_are_those_of_the_contract(tick: int, expected: int) -> None:
    assert sqrt_price_at_tick(tick) == expected


@given(TICKS)
def test_a_tick_is_the_power_of_its_price(tick: int) -> None:
    exact = math.exp(0.5 * tick * math.log(1.0001))
    # at the lowest tick the contract's number has ten digits
    assert sqrt_price_at_tick(tick) / SCALE == pytest.approx(exact, rel=1e-9)


@given(st.integers(MIN_TICK, MAX_TICK - 1))
def test_the_tick_of_a_price_is_the_highest_below_it(tick: int) -> None:
    first = sqrt_price_at_tick(tick)
    following = sqrt_price_at_tick(tick + 1)
    assert tick_at_sqrt_price(first) == tick
    assert tick_at_sqrt_price(following - 1) == tick
    assert tick_at_sqrt_price(following) == tick + 1


@given(st.integers(-200_000, 200_000), st.sampled_from([6, 8, 18]), st.sampled_from([6, 8, 18]))
def test_prices_and_ticks_are_inverse(tick: int, decimals0: int, decimals1: int) -> None:
    price = price_at_tick(tick, decimals0, decimals1)
    assert tick_at_price(price, decimals0, decimals1) == tick


def test_ticks_lie_on_the_grid_of_the_pool() -> None:
    tick = tick_at_price(2_000.0, 18, 6, spacing=60)
    assert tick % 60 == 0
    assert price_at_tick(tick, 18, 6) == pytest.approx(2_000.0, rel=0.003)


@pytest.mark.parametrize("tick", [887_273, -887_273, 1.5, True])
def test_ticks_out_of_range_are_refused(tick: int) -> None:
    with pytest.raises(DataError, match=r"tick must be a whole number from -887272 to 887272"):
        sqrt_price_at_tick(tick)


def test_a_pool_without_a_first_price_is_refused() -> None:
    with pytest.raises(DataError, match=r"a pool without a first price is zero"):
        tick_at_sqrt_price(0)


def test_a_price_of_the_wrong_decimals_is_refused() -> None:
    with pytest.raises(DataError, match=r"decimals must be|the tick of the price"):
        tick_at_price(1e25, 0, 18)


@pytest.mark.parametrize("spacing", [0, -60, 1.0])
def test_a_spacing_that_cannot_be_is_refused(spacing: int) -> None:
    with pytest.raises(DataError, match=r"spacing must be a whole number of at least 1"):
        tick_at_price(2_000.0, 18, 6, spacing=spacing)
