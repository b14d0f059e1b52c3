"""Positions of liquidity providers against reference values, differences and pools."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import (
    ConcentratedPool,
    ConstantProductPool,
    LiquidityRange,
    PoolPosition,
    Token,
    price_at_tick,
)

ETHER = Token("WETH", 18)
USDC = Token("USDC", 6)
PRICES = st.floats(1e-3, 1e6)


def one_range(lower: float = 1_500.0, upper: float = 2_500.0) -> PoolPosition:
    return PoolPosition([LiquidityRange(1_000.0, lower, upper)], "WETH", "USDC")


def test_its_greeks_are_the_reference_values() -> None:
    position = one_range()
    assert position.value(2_000.0) == pytest.approx(10712.885637917421, rel=1e-14)
    assert position.delta(2_000.0) == pytest.approx(2.3606797749978967, rel=1e-13)
    assert position.gamma(2_000.0) == pytest.approx(-0.005590169943749474, rel=1e-14)
    assert position.amounts(2_000.0)[1] == pytest.approx(5991.526087921628, rel=1e-13)


def test_below_its_range_it_is_all_base_above_all_quote() -> None:
    position = one_range()
    assert position.delta(1_000.0) == pytest.approx(5.819888974716112, rel=1e-13)
    assert position.amounts(1_000.0)[1] == 0.0
    assert position.delta(3_000.0) == 0.0
    assert position.gamma(1_000.0) == 0.0
    assert position.gamma(3_000.0) == 0.0


def test_a_range_holds_its_lower_price_and_not_its_upper() -> None:
    """Where one range ends the next one earns: a contract's ticks are [lower, upper)."""
    position = one_range()
    assert position.is_in_range(1_500.0)
    assert not position.is_in_range(2_500.0)
    ranges = [LiquidityRange(1_000.0, 1_500.0, 2_000.0), LiquidityRange(1_000.0, 2_000.0, 2_500.0)]
    adjacent = PoolPosition(ranges, "WETH", "USDC")
    assert adjacent.is_in_range(2_000.0)
    assert adjacent.gamma(2_000.0) == pytest.approx(position.gamma(2_000.0))
    assert position.gamma([1_500.0, 2_500.0]).tolist() == [-500.0 / 1_500.0**1.5, 0.0]


@given(PRICES, st.floats(1.01, 100.0), st.floats(0.2, 5.0))
def test_delta_is_the_derivative_of_the_value(lower: float, ratio: float, where: float) -> None:
    position = one_range(lower, lower * ratio)
    price = lower * ratio**0.5 * where
    step = 1e-5 * price
    difference = (position.value(price + step) - position.value(price - step)) / (2.0 * step)
    scale = 1_000.0 / math.sqrt(lower)
    assert position.delta(price) == pytest.approx(difference, abs=1e-5 * scale)


def test_gamma_is_the_derivative_of_delta() -> None:
    position = one_range()
    difference = (position.delta(2_000.5) - position.delta(1_999.5)) / 1.0
    assert position.gamma(2_000.0) == pytest.approx(difference, rel=1e-6)


@given(PRICES, PRICES)
def test_it_never_gains_on_holding_its_tokens(start: float, price: float) -> None:
    position = one_range()
    loss = position.loss_against_holding(start, price)
    assert loss <= 1e-9 * (position.value(start) + position.delta(start) * price)
    assert position.loss_against_holding(start, start) == 0.0


def test_the_loss_of_the_whole_range_is_the_known_formula() -> None:
    position = one_range(0.0, math.inf)
    start = 2_000.0
    for ratio in (0.25, 0.5, 2.0, 4.0):
        held = position.delta(start) * start * ratio + position.amounts(start)[1]
        share = position.loss_against_holding(start, start * ratio) / held
        assert share == pytest.approx(2.0 * math.sqrt(ratio) / (1.0 + ratio) - 1.0, rel=1e-12)


def test_several_ranges_are_the_sum_of_each() -> None:
    ranges = [LiquidityRange(1_000.0, 1_500.0, 2_500.0), LiquidityRange(50.0, 1_900.0, 2_100.0)]
    both = PoolPosition(ranges, "WETH", "USDC")
    prices = np.array([1_400.0, 1_950.0, 2_000.0, 2_300.0])
    for name in ("value", "delta", "gamma"):
        each = [getattr(PoolPosition([one], "WETH", "USDC"), name)(prices) for one in ranges]
        np.testing.assert_allclose(getattr(both, name)(prices), sum(each), rtol=1e-14)


@pytest.mark.parametrize("base", ["WETH", "USDC"])
def test_a_whole_pool_holds_its_reserves(base: str) -> None:
    pool = ConstantProductPool(ETHER, USDC, 10**21, 2 * 10**12)
    position = PoolPosition.in_pool(pool, math.isqrt(10**21 * 2 * 10**12), base=base)
    price = pool.price if base == "WETH" else 1.0 / pool.price
    amounts = dict(zip((position.base, position.quote), position.amounts(price), strict=True))
    assert amounts["WETH"] == pytest.approx(1_000.0, rel=1e-12)
    assert amounts["USDC"] == pytest.approx(2_000_000.0, rel=1e-12)


@pytest.mark.parametrize("base", ["WETH", "USDC"])
def test_a_position_gives_and_takes_what_a_swap_does(base: str) -> None:
    liquidity = 10**15
    ticks = (-203_220, -198_120)
    pool = ConcentratedPool(
        ETHER,
        USDC,
        3543191142285914205922034,
        liquidity,
        {ticks[0]: liquidity, ticks[1]: -liquidity},
        fee=3_000,
    )
    position = PoolPosition.in_pool(pool, liquidity, ticks, base=base)
    swap = pool.swap("WETH", 10**18)
    before, after = pool.price, swap.pool.price
    if base == "USDC":
        before, after = 1.0 / before, 1.0 / after
    changes = np.subtract(position.amounts(after), position.amounts(before))
    amounts = dict(zip((position.base, position.quote), changes, strict=True))
    assert amounts["WETH"] == pytest.approx(0.997, rel=1e-9)
    assert amounts["USDC"] == pytest.approx(-USDC.amount(swap.received), rel=1e-9)


def test_the_range_in_the_other_token_is_turned_round() -> None:
    pool = ConcentratedPool(
        ETHER,
        USDC,
        3543191142285914205922034,
        10**15,
        {-203_220: 10**15, -198_120: -(10**15)},
        3_000,
    )
    in_ether = PoolPosition.in_pool(pool, 10**15, (-203_220, -198_120), base="USDC")
    lower, upper = price_at_tick(-203_220, 18, 6), price_at_tick(-198_120, 18, 6)
    assert in_ether.ranges[0].lower == pytest.approx(1.0 / upper, rel=1e-14)
    assert in_ether.ranges[0].upper == pytest.approx(1.0 / lower, rel=1e-14)
    in_dollars = PoolPosition.in_pool(pool, 10**15, (-203_220, -198_120), base="WETH")
    assert in_ether.value(1.0 / 2_000.0) * 2_000.0 == pytest.approx(in_dollars.value(2_000.0))


def test_a_position_of_a_value_has_it() -> None:
    position = PoolPosition.of_value(50_000.0, 2_000.0, 1_800.0, 2_200.0, "WETH", "USDC")
    assert position.value(2_000.0) == pytest.approx(50_000.0, rel=1e-14)


def test_its_table_has_a_row_for_each_price() -> None:
    table = one_range().table([1_400.0, 2_000.0])
    assert list(table.columns) == ["value", "WETH", "USDC", "delta", "gamma"]
    assert table.loc[2_000.0, "value"] == pytest.approx(10712.885637917421)
    assert table.index.name == "price"


@pytest.mark.parametrize(
    ("lower", "upper"), [(2_500.0, 1_500.0), (-1.0, 2_500.0), (2_000.0, 2_000.0), (math.nan, 1.0)]
)
def test_a_range_that_is_none_is_refused(lower: float, upper: float) -> None:
    with pytest.raises(DataError, match=r"0 <= lower < upper"):
        LiquidityRange(1_000.0, lower, upper)


def test_prices_that_are_not_positive_are_refused() -> None:
    with pytest.raises(DataError, match=r"Prices must be positive; got -1"):
        one_range().value([2_000.0, -1.0])


def test_a_position_without_a_range_is_refused() -> None:
    with pytest.raises(DataError, match=r"one or more LiquidityRange"):
        PoolPosition([], "WETH", "USDC")
    with pytest.raises(DataError, match=r"one or more LiquidityRange"):
        PoolPosition(LiquidityRange(1.0), "WETH", "USDC")  # type: ignore[arg-type]


def test_a_constant_product_has_no_range() -> None:
    pool = ConstantProductPool(ETHER, USDC, 10**21, 2 * 10**12)
    with pytest.raises(DataError, match=r"has no range. Leave out ticks"):
        PoolPosition.in_pool(pool, 10**15, (-203_220, -198_120), base="WETH")
    with pytest.raises(DataError, match=r"liquidity must be a whole number of base units"):
        PoolPosition.in_pool(pool, 1e15, base="WETH")  # type: ignore[arg-type]


def test_a_base_that_the_pool_does_not_hold_is_refused() -> None:
    pool = ConstantProductPool(ETHER, USDC, 10**21, 2 * 10**12)
    with pytest.raises(DataError, match=r"base must be one of WETH and USDC; got 'ETH'"):
        PoolPosition.in_pool(pool, 10**15, base="ETH")


@pytest.mark.parametrize("first", ["WETH", "USDC"])
def test_ticks_of_a_contract_give_the_same_position_in_either_order(first: str) -> None:
    tokens = (ETHER, USDC) if first == "WETH" else (USDC, ETHER)
    ticks = (-203_220, -198_120) if first == "WETH" else (198_120, 203_220)
    held = PoolPosition.at_ticks(10**15, ticks, tokens, base="WETH")
    (one,) = held.ranges
    assert one.liquidity == pytest.approx(10**15 / 10**12)
    lower = 1.0001**-203_220 * 10**12
    assert one.lower == pytest.approx(lower, rel=1e-9)
    assert one.upper == pytest.approx(1.0001**-198_120 * 10**12, rel=1e-9)
    turned = PoolPosition.at_ticks(10**15, ticks, tokens, base="USDC")
    assert turned.ranges[0].upper == pytest.approx(1.0 / lower, rel=1e-9)
    everywhere = PoolPosition.at_ticks(10**15, None, tokens, base="WETH").ranges[0]
    assert (everywhere.lower, everywhere.upper) == (0.0, math.inf)
    with pytest.raises(DataError, match="base must be one of"):
        PoolPosition.at_ticks(10**15, ticks, tokens, base="DAI")


def test_observed_fees_are_a_rate_per_year() -> None:
    held = one_range()
    earning = held.with_observed_fees(0.05, 20.0, price=2_000.0, period="73d")
    assert earning.fee_rate == pytest.approx(5.0 * 120.0 / held.value(2_000.0))
    assert earning.ranges == held.ranges
    with pytest.raises(DataError, match="must be a positive time"):
        held.with_observed_fees(0.05, 20.0, price=2_000.0, period="73")
    with pytest.raises(DataError, match="base must not be negative"):
        held.with_observed_fees(-0.05, 20.0, price=2_000.0, period="73d")


def test_a_price_within_any_of_the_ranges_is_in_range() -> None:
    held = one_range()
    assert held.is_in_range(1_500.1)
    assert not held.is_in_range(1_499.9)
    assert not held.is_in_range(2_500.1)
    both = PoolPosition([*held.ranges, LiquidityRange(1.0, 2_400.0, 2_600.0)], "WETH", "USDC")
    assert both.is_in_range(2_550.0)
