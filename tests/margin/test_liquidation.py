"""Liquidation prices against equity on a grid of prices, a root finder and print; collateral against drawn paths."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from hedgeresearch.errors import DataError
from hedgeresearch.margin.liquidation import (
    collateral_needed,
    inverse_collateral,
    inverse_liquidation_price,
    linear_collateral,
    linear_liquidation_price,
)
from hedgeresearch.margin.price_range import PriceRange, simulate_price_range

ENTRY = 20_000.0
MAINTENANCE = 0.03


def linear_surplus(price: np.ndarray, wallet: float, units: float) -> np.ndarray:
    """Equity less maintenance margin of a linear contract, in currency."""
    return wallet + units * (price - ENTRY) - MAINTENANCE * abs(units) * price


def inverse_surplus(price: np.ndarray, coins: float, face: float) -> np.ndarray:
    """Equity less maintenance margin of an inverse contract, in coins."""
    return coins + face * (1.0 / ENTRY - 1.0 / price) - MAINTENANCE * abs(face) / price


CASES = [
    (linear_liquidation_price, linear_surplus, ENTRY * 0.5 / leverage, sign * 0.5)
    for leverage in (1.2, 3.0, 10.0, 30.0)
    for sign in (1, -1)
] + [
    (inverse_liquidation_price, inverse_surplus, 0.5 / leverage, sign * ENTRY * 0.5)
    for leverage in (1.2, 3.0, 10.0, 30.0)
    for sign in (1, -1)
]


@pytest.mark.parametrize(("price_of", "surplus", "own", "size"), CASES)
def test_equity_meets_maintenance_there_and_not_before(
    price_of: Callable[..., float], surplus: Callable[..., np.ndarray], own: float, size: float
) -> None:
    price = price_of(own, size, ENTRY, MAINTENANCE)
    beyond = np.linspace(ENTRY, ENTRY / 100 if size > 0 else ENTRY * 10, 200_001)
    solvent = surplus(beyond, own, size) > 0.0
    first = int(np.argmin(solvent))
    assert solvent[:first].all()
    assert not solvent[first:].any()
    low, high = sorted(beyond[first - 1 : first + 1])
    assert low <= price <= high
    assert price == pytest.approx(
        brentq(surplus, low, high, args=(own, size), xtol=1e-10), rel=1e-12
    )


@pytest.mark.parametrize("extra", [0.0, 0.3])
def test_positions_that_are_never_liquidated(extra: float) -> None:
    assert linear_liquidation_price(0.5 * ENTRY * (1 + extra), 0.5, ENTRY, MAINTENANCE) == 0.0
    assert (
        linear_surplus(np.geomspace(1e-6, ENTRY, 1_000), 0.5 * ENTRY * (1 + extra), 0.5) > 0.0
    ).all()
    assert inverse_liquidation_price(0.5 * (1 + extra), -0.5 * ENTRY, ENTRY, MAINTENANCE) == np.inf
    prices = np.geomspace(ENTRY, 1e12, 1_000)
    # exactly covered, equity and maintenance both vanish as the price rises
    assert (inverse_surplus(prices, 0.5 * (1 + extra), -0.5 * ENTRY) > -1e-16).all()


def test_just_short_of_full_collateral_there_is_a_price() -> None:
    assert 0.0 < linear_liquidation_price(0.4999 * ENTRY, 0.5, ENTRY, MAINTENANCE) < 0.001 * ENTRY
    assert (
        1_000 * ENTRY < inverse_liquidation_price(0.4999, -0.5 * ENTRY, ENTRY, MAINTENANCE) < np.inf
    )


@pytest.mark.parametrize(
    ("others_margin", "others_profit", "amount", "units", "entry", "maintenance", "printed"),
    [
        (71_200.81144, -56_354.57, 135_365.0, 3_683.979, 1_456.84, 0.1, 1_153.26),
        (356_512.508, -448_192.89, 16_300.0, 109.488, 32_481.98, 0.025, 26_316.89),
        (0.0, 0.0, 135_365.0, 3_683.979, 1_456.84, 0.1, 1_114.78),
        (0.0, 0.0, 16_300.0, 109.488, 32_481.98, 0.025, 18_778.73),
    ],
)
def test_examples_that_binance_prints(
    others_margin: float,
    others_profit: float,
    amount: float,
    units: float,
    entry: float,
    maintenance: float,
    printed: float,
) -> None:
    """Two contracts of one wallet of 1,535,443.01 USDT, cross and isolated, from its page on how they are found.

    What the other contract needs and has lost is not in the wallet; the amount by which a tier reduces maintenance is.
    """
    wallet = 1_535_443.01 - others_margin + others_profit + amount
    # half a unit of the last digit printed
    assert linear_liquidation_price(wallet, units, entry, maintenance) == pytest.approx(
        printed, abs=0.005
    )


@pytest.mark.parametrize("today", [17_500.0, 21_000.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_marking_to_market_leaves_the_price_where_it_is(today: float, sign: int) -> None:
    linear = linear_liquidation_price(2_500.0, sign * 0.5, ENTRY, MAINTENANCE)
    marked = 2_500.0 + sign * 0.5 * (today - ENTRY)
    assert linear_liquidation_price(marked, sign * 0.5, today, MAINTENANCE) == pytest.approx(
        linear, rel=1e-12
    )
    inverse = inverse_liquidation_price(0.125, sign * 10_000.0, ENTRY, MAINTENANCE)
    coins = 0.125 + sign * 10_000.0 * (1 / ENTRY - 1 / today)
    assert inverse_liquidation_price(coins, sign * 10_000.0, today, MAINTENANCE) == pytest.approx(
        inverse, rel=1e-12
    )


@pytest.mark.parametrize(
    ("level", "sign"), [(12_000.0, 1), (19_500.0, 1), (20_500.0, -1), (90_000.0, -1)]
)
def test_collateral_is_the_inverse_of_the_price(level: float, sign: int) -> None:
    wallet = linear_collateral(level, sign * 0.5, ENTRY, MAINTENANCE)
    assert linear_liquidation_price(wallet, sign * 0.5, ENTRY, MAINTENANCE) == pytest.approx(
        level, rel=1e-12
    )
    coins = inverse_collateral(level, sign * 10_000.0, ENTRY, MAINTENANCE)
    assert inverse_liquidation_price(coins, sign * 10_000.0, ENTRY, MAINTENANCE) == pytest.approx(
        level, rel=1e-10
    )


def test_arrays_are_floats_one_by_one() -> None:
    wallets, units = np.array([[900.0], [2_000.0], [30_000.0]]), np.array([0.5, -0.5])
    grid = linear_liquidation_price(wallets, units, ENTRY, MAINTENANCE)
    alone = [
        [linear_liquidation_price(float(w), float(q), ENTRY, MAINTENANCE) for q in units]
        for w in wallets[:, 0]
    ]
    np.testing.assert_array_equal(grid, alone)
    faces = pd.Series([-10_000.0, 10_000.0, -5_000.0])
    several = inverse_liquidation_price(0.3, faces, ENTRY, [0.01, 0.02, 0.03])
    alone = [
        inverse_liquidation_price(0.3, f, ENTRY, m)
        for f, m in zip(faces, (0.01, 0.02, 0.03), strict=True)
    ]
    np.testing.assert_array_equal(several, alone)
    assert several[2] == np.inf


@pytest.mark.parametrize("price_of", [linear_liquidation_price, inverse_liquidation_price])
@pytest.mark.parametrize(
    ("position", "message"),
    [
        ((0.0, 1.0, ENTRY, 0.01), "must lie strictly between 0 and inf; got 0.0"),
        ((np.nan, 1.0, ENTRY, 0.01), "must lie strictly between 0 and inf; got nan"),
        (([1e6, -1.0], 1.0, ENTRY, 0.01), "must lie strictly between 0 and inf; got -1.0"),
        (("much", 1.0, ENTRY, 0.01), "got 'much'"),
        ((1e6, 0.0, ENTRY, 0.01), "must not be 0; there is no position"),
        ((1e6, True, ENTRY, 0.01), "got True"),
        ((1e6, 1.0, -1.0, 0.01), "entry must lie strictly between 0 and inf; got -1"),
        ((1e6, 1.0, ENTRY, 1.0), "maintenance must lie strictly between 0 and 1; got 1.0"),
        ((1e6, 1.0, ENTRY, 0.0), "maintenance must lie strictly between 0 and 1; got 0.0"),
        (([1e6, 1e6], [1.0, 1.0, 1.0], ENTRY, 0.01), "must share their shape"),
    ],
)
def test_bad_positions_are_refused(
    price_of: Callable[..., float], position: tuple, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        price_of(*position)


def test_a_position_liquidated_at_once_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(
        DataError, match=r"wallet must exceed .* 600, .* got 250\. Add collateral of more than 350"
    ):
        linear_liquidation_price([10_000.0, 250.0], -1.0, ENTRY, 0.03)
    with pytest.raises(
        DataError, match=r"coins must exceed .* 0\.03, .* Add collateral of more than 0\.02"
    ):
        inverse_liquidation_price(0.01, ENTRY, ENTRY, 0.03)


@pytest.mark.parametrize("collateral", [linear_collateral, inverse_collateral])
def test_a_level_on_the_other_side_is_refused(collateral: Callable[..., float]) -> None:
    with pytest.raises(
        DataError, match="level must lie below entry, 20000, for a long position; got 21000"
    ):
        collateral([19_000.0, 21_000.0], 1.0, ENTRY, 0.03)
    with pytest.raises(
        DataError, match="level must lie above entry, 20000, for a short position; got 20000"
    ):
        collateral(ENTRY, -1.0, ENTRY, 0.03)


@pytest.fixture(scope="module")
def drawn() -> PriceRange:
    rng = np.random.default_rng(7)
    dates = pd.date_range("2020-01-01", periods=800)
    return simulate_price_range(
        pd.Series(0.03 * rng.standard_t(4, size=800), dates), ENTRY, 30, n_paths=4_000, seed=1
    )


@pytest.mark.parametrize("probability", [0.0004, 0.01, 0.29])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("contract", ["linear", "inverse"])
def test_collateral_is_the_least_that_holds_the_probability(
    drawn: PriceRange, probability: float, sign: int, contract: str
) -> None:
    size = sign * (0.5 if contract == "linear" else 10_000.0)
    price_of = linear_liquidation_price if contract == "linear" else inverse_liquidation_price

    def liquidated(own: float) -> float:
        level = price_of(own, size, ENTRY, MAINTENANCE)
        return float(
            np.mean(drawn.lowest <= level) if sign > 0 else np.mean(drawn.highest >= level)
        )

    own = collateral_needed(drawn, size, MAINTENANCE, probability, contract=contract)
    assert liquidated(own) <= probability
    # a hair less is one path more, and one per cent less at least that
    assert liquidated(own * (1 - 1e-7)) > probability
    assert liquidated(own * 0.99) > probability


def test_collateral_is_never_less_than_maintenance() -> None:
    """A price that only rises: no path falls at all, and margin must still be there."""
    rising = simulate_price_range(
        pd.Series(0.01 + 0.001 * np.arange(20.0), pd.date_range("2020-01-01", periods=20)),
        ENTRY,
        5,
        block_length=1,
    )
    assert (rising.lowest == ENTRY).all()
    # what is above it is the share by which collateral clears a level
    assert collateral_needed(rising, 2.0, 0.05) == pytest.approx(0.05 * 2.0 * ENTRY, rel=1e-7)
    assert collateral_needed(rising, 2.0, 0.05) > 0.05 * 2.0 * ENTRY


def test_collateral_scales_with_the_position(drawn: PriceRange) -> None:
    one, seven = collateral_needed(drawn, -1.0, 0.02), collateral_needed(drawn, -7.0, 0.02)
    assert seven == pytest.approx(7.0 * one, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"drawn": [1.0, 2.0]}, "drawn must come from simulate_price_range"),
        ({"size": 0.0}, "must not be 0"),
        ({"size": np.inf}, "size must lie strictly between"),
        ({"maintenance": 1.5}, "maintenance must lie strictly between 0 and 1"),
        ({"probability": 1.0}, "probability must lie strictly between 0 and 1"),
        (
            {"probability": 0.0001},
            r"at least that of one path, 0\.00025; got 0\.0001. Draw more paths",
        ),
        ({"contract": "quanto"}, "contract must be one of 'linear', 'inverse'"),
    ],
)
def test_bad_collateral_questions_are_refused(
    drawn: PriceRange, arguments: dict, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        collateral_needed(**{"drawn": drawn, "size": 1.0, "maintenance": 0.02, **arguments})
