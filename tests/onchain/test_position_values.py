"""Many positions at once, against each of them alone; identities over random ranges."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import LiquidityRange, PoolPosition, position_values, price_at_tick

TICKS = st.integers(-200_000, 200_000)
WIDTHS = st.integers(1, 50_000)
DECIMALS = st.sampled_from([6, 8, 18])


def values_alone(liquidity: float, lower: float, upper: float, price: float) -> list[float]:
    """Return tokens, value and gamma of one position, case by case as the paper writes them."""
    root = math.sqrt(price)
    low, high = math.sqrt(lower), math.sqrt(upper)
    if price < lower:
        base, quote, gamma = liquidity * (1.0 / low - 1.0 / high), 0.0, 0.0
    elif price >= upper:
        base, quote, gamma = 0.0, liquidity * (high - low), 0.0
    else:
        base = liquidity * (1.0 / root - 1.0 / high)
        quote = liquidity * (root - low)
        gamma = -liquidity / (2.0 * price**1.5)
    return [base, quote, base * price + quote, gamma]


@given(st.lists(st.tuples(TICKS, WIDTHS, st.floats(1e-3, 1e6), TICKS), min_size=1, max_size=20))
def test_many_positions_are_each_alone(rows: list[tuple[int, int, float, int]]) -> None:
    lower = np.array([1.0001 ** row[0] for row in rows])
    upper = np.array([1.0001 ** (row[0] + row[1]) for row in rows])
    liquidity = np.array([row[2] for row in rows])
    price = np.array([1.0001 ** row[3] for row in rows])
    found = position_values(liquidity, lower, upper, price)
    for place, numbers in enumerate(zip(liquidity, lower, upper, price, strict=True)):
        expected = values_alone(*(float(number) for number in numbers))
        actual = [float(column[place]) for column in found]
        scale = max(map(abs, expected))
        assert actual == pytest.approx(expected, rel=1e-9, abs=1e-12 * scale)


@given(TICKS, WIDTHS, TICKS, DECIMALS, DECIMALS)
def test_a_position_is_worth_the_same_in_both_tokens(
    lower: int, width: int, at: int, decimals0: int, decimals1: int
) -> None:
    """In the other token prices are turned round, and base and quote tokens change places."""
    low, high = (price_at_tick(one, decimals0, decimals1) for one in (lower, lower + width))
    price = price_at_tick(at, decimals0, decimals1)
    one = position_values(1.0, low, high, price)
    other = position_values(1.0, 1.0 / high, 1.0 / low, 1.0 / price)
    assert float(other.base) == pytest.approx(float(one.quote), rel=1e-7)
    assert float(other.quote) == pytest.approx(float(one.base), rel=1e-7)
    assert float(other.value) * price == pytest.approx(float(one.value), rel=1e-7)


@given(TICKS, WIDTHS, st.floats(0.0, 1.0), st.floats(-0.5, 1.5))
def test_a_range_is_the_sum_of_its_parts(lower: int, width: int, cut: float, at: float) -> None:
    low, high = 1.0001**lower, 1.0001 ** (lower + width)
    middle = low * (high / low) ** (0.01 + 0.98 * cut)
    price = low * (high / low) ** at
    whole = position_values(1.0, low, high, price)
    parts = position_values(1.0, [low, middle], [middle, high], price)
    assert parts.value.sum() == pytest.approx(float(whole.value), rel=1e-9)
    assert parts.base.sum() == pytest.approx(float(whole.base), rel=1e-6, abs=1e-12)
    if price not in (low, middle, high):
        assert parts.gamma.sum() == pytest.approx(float(whole.gamma), rel=1e-12)


@given(TICKS, WIDTHS)
def test_value_and_delta_are_continuous_at_both_ends(lower: int, width: int) -> None:
    low, high = 1.0001**lower, 1.0001 ** (lower + width)
    for end in (low, high):
        sides = position_values(1.0, low, high, [end * (1.0 - 1e-12), end, end * (1.0 + 1e-12)])
        assert np.ptp(sides.value) <= 1e-9 * sides.value[1]
        assert np.ptp(sides.base) <= 1e-9 / math.sqrt(low)
        # the range holds its lower price, and not its upper one
        assert sides.gamma[1] == (pytest.approx(-0.5 / low**1.5, rel=1e-9) if end == low else 0.0)
        outside = 0 if end == low else 2
        assert sides.gamma[outside] == 0.0
        assert sides.gamma[2 - outside] == pytest.approx(-0.5 / end**1.5, rel=1e-9)


def test_arrays_are_combined_to_a_grid() -> None:
    liquidity = np.array([1.0, 2.0, 3.0])
    prices = np.array([1_400.0, 2_000.0])
    grid = position_values(liquidity[:, None], 1_500.0, 2_500.0, prices[None, :])
    assert grid.value.shape == (3, 2)
    one = PoolPosition([LiquidityRange(3.0, 1_500.0, 2_500.0)], "WETH", "USDC")
    np.testing.assert_allclose(grid.value[2], one.value(prices), rtol=1e-14)


@pytest.mark.parametrize(
    "numbers",
    [
        ([1.0, -1.0], 1.0, 2.0, 1.5),
        ([1.0, math.nan], 1.0, 2.0, 1.5),
        (1.0, [1.0, 2.0], 2.0, 1.5),
        (1.0, 1.0, 2.0, [1.5, 0.0]),
        (1.0, [0.0, math.nan], 2.0, 1.5),
        (1.0, 1.0, 2.0, [1.5, math.inf]),
    ],
)
def test_the_first_position_that_cannot_be_is_named(numbers: tuple[object, ...]) -> None:
    with pytest.raises(DataError, match=r"got liquidity, lower, upper and price .* in row 1"):
        position_values(*numbers)  # type: ignore[arg-type]
