"""Fees of a position, against even moves in small steps and against whole pools."""

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.evaluation import PoolFees
from hedgeresearch.evaluation.pool_hedges.fees import share_inside
from hedgeresearch.onchain import LiquidityRange, PoolPosition

PRICES = st.lists(st.floats(500.0, 4_000.0), min_size=2, max_size=12)


def on_days(values: object) -> "pd.Series[float]":
    series = pd.Series(values, dtype=float)
    return series.set_axis(pd.date_range("2026-01-01", periods=len(series), name="date"))


def in_small_steps(prices: list[float], lower: float, upper: float) -> list[float]:
    """Return for each move the part of its way in a range, by 800 even steps of the root."""
    shares = []
    for before, after in pairwise(prices):
        way = np.linspace(math.sqrt(before), math.sqrt(after), 801)
        middles = 0.5 * (way[1:] + way[:-1])
        inside = (middles >= math.sqrt(lower)) & (middles < math.sqrt(upper))
        shares.append(float(inside.mean()))
    return shares


@given(PRICES)
@settings(max_examples=30, deadline=None)
def test_fees_are_those_of_an_even_move(values: list[float]) -> None:
    prices = on_days(values)
    volume = on_days(np.arange(1.0, len(values) + 1.0))
    ranges = [LiquidityRange(10.0, 1_500.0, 2_500.0), LiquidityRange(5.0, 900.0, 1_800.0)]
    earned = PoolFees(3_000, volume, 100.0).earned(PoolPosition(ranges, "WETH", "USDC"), prices)
    shares = [
        0.1 * first + 0.05 * second
        for first, second in zip(
            in_small_steps(values, 1_500.0, 2_500.0),
            in_small_steps(values, 900.0, 1_800.0),
            strict=True,
        )
    ]
    assert earned.iloc[0] == 0.0
    expected = 0.003 * volume.to_numpy()[1:] * shares
    # a step at each end of a range is counted or not
    step = 0.003 * len(values) * 0.15 / 800
    np.testing.assert_allclose(earned.to_numpy()[1:], expected, atol=step)


@given(PRICES)
@settings(max_examples=30, deadline=None)
def test_fees_do_not_depend_on_the_base(values: list[float]) -> None:
    """Along an even move of the root of the other price the way is divided otherwise."""
    volume = on_days(np.ones(len(values)))
    fees = PoolFees(3_000, volume, 100.0)
    whole = PoolPosition([LiquidityRange(10.0)], "WETH", "USDC")
    turned = PoolPosition([LiquidityRange(10.0)], "USDC", "WETH")
    np.testing.assert_allclose(
        fees.earned(whole, on_days(values)), fees.earned(turned, 1.0 / on_days(values)), rtol=1e-12
    )


def test_who_provides_the_whole_pool_earns_all_fees() -> None:
    prices = on_days([2_000.0, 2_100.0, 2_100.0, 1_900.0])
    volume = on_days([1e6, 2e6, 3e6, 4e6])
    whole = PoolPosition([LiquidityRange(50.0)], "WETH", "USDC")
    earned = PoolFees(500, volume, 50.0).earned(whole, prices)
    assert earned.tolist() == pytest.approx([0.0, 1_000.0, 1_500.0, 2_000.0])


def test_a_pool_with_more_liquidity_pays_less() -> None:
    prices = on_days([2_000.0, 2_100.0, 2_200.0])
    position = PoolPosition([LiquidityRange(10.0)], "WETH", "USDC")
    liquidity = on_days([10.0, 20.0, 40.0])
    earned = PoolFees(3_000, on_days([1e3] * 3), liquidity).earned(position, prices)
    assert earned.tolist() == pytest.approx([0.0, 1.5, 0.75])


def test_outside_its_range_a_position_earns_nothing() -> None:
    position = PoolPosition([LiquidityRange(10.0, 1_500.0, 2_500.0)], "WETH", "USDC")
    prices = on_days([2_600.0, 2_700.0, 2_700.0, 2_500.0])
    earned = PoolFees(3_000, on_days([1e3] * 4), 100.0).earned(position, prices)
    assert earned.tolist() == [0.0, 0.0, 0.0, 0.0]


def test_numbers_that_cannot_be_are_refused() -> None:
    prices = on_days([2_000.0, 2_100.0])
    position = PoolPosition([LiquidityRange(10.0)], "WETH", "USDC")
    volume = on_days([1.0, 1.0])
    with pytest.raises(DataError, match="must include the position's own, whose share is 10"):
        PoolFees(3_000, volume, 1.0).earned(position, prices)
    with pytest.raises(DataError, match="volume must not be negative; got -1"):
        PoolFees(3_000, -volume, 100.0)
    with pytest.raises(DataError, match="liquidity must be positive; got 0"):
        PoolFees(3_000, volume, 0.0)
    with pytest.raises(DataError, match="prices and volume must share their dates"):
        PoolFees(3_000, volume.iloc[:1], 100.0).earned(position, prices)
    with pytest.raises(DataError, match="fee must be a whole number of parts per million"):
        PoolFees(0.003, volume, 100.0)  # type: ignore[arg-type]


def test_a_price_that_stays_where_two_ranges_meet_is_in_one() -> None:
    prices = np.full(3, 2_000.0)
    below = share_inside(prices, 1_500.0, 2_000.0)
    above = share_inside(prices, 2_000.0, 2_500.0)
    assert (below + above).tolist() == [1.0, 1.0, 1.0]
