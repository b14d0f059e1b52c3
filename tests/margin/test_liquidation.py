"""Liquidation prices against equity, a root finder and print; collateral against paths."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.margined import Margined
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.margin.liquidation import (
    collateral_for_price,
    collateral_for_probability,
    liquidation_price,
)
from hedgeresearch.margin.price_range import PriceRange, simulate_price_range

ENTRY = 20_000.0
MAINTENANCE = 0.03
LINEAR = LinearContract("LINEAR", 1, maintenance_margin=MAINTENANCE)
INVERSE = InverseContract("INVERSE", 1, maintenance_margin=MAINTENANCE)
Surplus = Callable[[np.ndarray, float, float], np.ndarray]


def linear_surplus(price: np.ndarray, collateral: float, units: float) -> np.ndarray:
    """Equity less maintenance margin of a linear contract, in currency."""
    equity = collateral + units * (price - ENTRY)
    return equity - MAINTENANCE * abs(units) * price


def inverse_surplus(price: np.ndarray, coins: float, face: float) -> np.ndarray:
    """Equity less maintenance margin of an inverse contract, in coins."""
    equity = coins + face * (1.0 / ENTRY - 1.0 / price)
    return equity - MAINTENANCE * abs(face) / price


@pytest.mark.parametrize("leverage", [1.2, 3.0, 10.0, 30.0])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("contract", "surplus", "size", "value"),
    [(LINEAR, linear_surplus, 0.5, ENTRY * 0.5), (INVERSE, inverse_surplus, ENTRY * 0.5, 0.5)],
)
def test_equity_first_meets_maintenance_margin_there(
    contract: Margined, surplus: Surplus, size: float, value: float, sign: int, leverage: float
) -> None:
    contracts = sign * size
    collateral = value / leverage
    price = liquidation_price(contract, collateral, contracts, ENTRY)
    beyond = np.linspace(ENTRY, ENTRY / 100 if sign > 0 else ENTRY * 10, 200_001)
    solvent = surplus(beyond, collateral, contracts) > 0.0
    first = int(np.argmin(solvent))
    assert solvent[:first].all()
    assert not solvent[first:].any()
    low, high = sorted(beyond[first - 1 : first + 1])
    assert low <= price <= high
    root = brentq(surplus, low, high, args=(collateral, contracts), xtol=1e-10)
    assert price == pytest.approx(root, rel=1e-12)


@pytest.mark.parametrize("extra", [0.0, 0.3])
def test_covered_positions_are_never_liquidated(extra: float) -> None:
    collateral = 0.5 * ENTRY * (1 + extra)
    assert liquidation_price(LINEAR, collateral, 0.5, ENTRY) == 0.0
    assert (linear_surplus(np.geomspace(1e-6, ENTRY, 1_000), collateral, 0.5) > 0.0).all()
    coins = 0.5 * (1 + extra)
    assert liquidation_price(INVERSE, coins, -0.5 * ENTRY, ENTRY) == np.inf
    prices = np.geomspace(ENTRY, 1e12, 1_000)
    # exactly covered, equity and maintenance margin both vanish as the price rises
    assert (inverse_surplus(prices, coins, -0.5 * ENTRY) > -1e-16).all()


def test_almost_covered_positions_have_a_distant_price() -> None:
    assert 0.0 < liquidation_price(LINEAR, 0.4999 * ENTRY, 0.5, ENTRY) < 0.001 * ENTRY
    assert 1_000 * ENTRY < liquidation_price(INVERSE, 0.4999, -0.5 * ENTRY, ENTRY) < np.inf


@pytest.mark.parametrize(
    ("others_margin", "others_profit", "amount", "units", "entry", "maintenance", "printed"),
    [
        (71_200.81144, -56_354.57, 135_365.0, 3_683.979, 1_456.84, 0.1, 1_153.26),
        (356_512.508, -448_192.89, 16_300.0, 109.488, 32_481.98, 0.025, 26_316.89),
        (0.0, 0.0, 135_365.0, 3_683.979, 1_456.84, 0.1, 1_114.78),
        (0.0, 0.0, 16_300.0, 109.488, 32_481.98, 0.025, 18_778.73),
    ],
)
def test_prices_equal_the_examples_of_binance(
    others_margin: float,
    others_profit: float,
    amount: float,
    units: float,
    entry: float,
    maintenance: float,
    printed: float,
) -> None:
    """Two contracts of one wallet of 1,535,443.01 USDT, cross and isolated, as printed by Binance.

    The other contract's margin and loss are not collateral; the amount by which a tier reduces
    maintenance margin is.
    """
    collateral = 1_535_443.01 - others_margin + others_profit + amount
    price = liquidation_price(LINEAR, collateral, units, entry, maintenance)
    assert price == pytest.approx(printed, abs=0.005)  # half a unit of the last digit printed


@pytest.mark.parametrize("today", [17_500.0, 21_000.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_marking_to_market_leaves_the_price_unchanged(today: float, sign: int) -> None:
    contracts = sign * 0.5
    at_entry = liquidation_price(LINEAR, 2_500.0, contracts, ENTRY)
    marked = 2_500.0 + contracts * (today - ENTRY)
    assert liquidation_price(LINEAR, marked, contracts, today) == pytest.approx(at_entry, rel=1e-12)
    contracts = sign * 10_000.0
    at_entry = liquidation_price(INVERSE, 0.125, contracts, ENTRY)
    marked = 0.125 + contracts * (1 / ENTRY - 1 / today)
    found = liquidation_price(INVERSE, marked, contracts, today)
    assert found == pytest.approx(at_entry, rel=1e-12)


@pytest.mark.parametrize(
    ("price", "sign"), [(12_000.0, 1), (19_500.0, 1), (20_500.0, -1), (90_000.0, -1)]
)
def test_collateral_for_price_inverts_the_price(price: float, sign: int) -> None:
    collateral = collateral_for_price(LINEAR, price, sign * 0.5, ENTRY)
    found = liquidation_price(LINEAR, collateral, sign * 0.5, ENTRY)
    assert found == pytest.approx(price, rel=1e-12)
    coins = collateral_for_price(INVERSE, price, sign * 10_000.0, ENTRY)
    found = liquidation_price(INVERSE, coins, sign * 10_000.0, ENTRY)
    assert found == pytest.approx(price, rel=1e-10)


def test_contracts_count_as_multiples_of_their_size() -> None:
    future = LinearContract("F", 50, maintenance_margin=MAINTENANCE)
    quanto = QuantoContract("Q", 50, fixed_rate=2.0, maintenance_margin=MAINTENANCE)
    coin = InverseContract("C", 100, maintenance_margin=MAINTENANCE)
    units = liquidation_price(LINEAR, 1e5, -100, ENTRY)
    assert liquidation_price(future, 1e5, -2, ENTRY) == units
    assert liquidation_price(quanto, 1e5, -1, ENTRY) == units
    assert liquidation_price(coin, 0.1, 50, ENTRY) == liquidation_price(INVERSE, 0.1, 5_000, ENTRY)


def test_maintenance_margin_replaces_that_of_the_contract() -> None:
    unknown = LinearContract("F", 1)
    known = LinearContract("F", 1, maintenance_margin=0.01)
    expected = liquidation_price(known, 2_000.0, 0.5, ENTRY)
    assert liquidation_price(unknown, 2_000.0, 0.5, ENTRY, 0.01) == expected
    assert liquidation_price(LINEAR, 2_000.0, 0.5, ENTRY, 0.01) == expected
    message = "maintenance_margin must be known; 'F' has none. Pass it as a share"
    with pytest.raises(DataError, match=message):
        liquidation_price(unknown, 2_000.0, 0.5, ENTRY)


def test_arrays_give_the_prices_of_their_elements() -> None:
    collateral = np.array([[900.0], [2_000.0], [30_000.0]])
    units = np.array([0.5, -0.5])
    grid = liquidation_price(LINEAR, collateral, units, ENTRY)
    for row, amount in enumerate(collateral[:, 0]):
        for column, held in enumerate(units):
            alone = liquidation_price(LINEAR, float(amount), float(held), ENTRY)
            assert grid[row, column] == alone
    faces = pd.Series([-10_000.0, 10_000.0, -5_000.0])
    shares = [0.01, 0.02, 0.03]
    several = liquidation_price(INVERSE, 0.3, faces, ENTRY, shares)
    for found, face, share in zip(several, faces, shares, strict=True):
        assert found == liquidation_price(INVERSE, 0.3, face, ENTRY, share)
    assert several[2] == np.inf


@pytest.mark.parametrize("contract", [LINEAR, INVERSE])
@pytest.mark.parametrize(
    ("position", "message"),
    [
        ((0.0, 1.0, ENTRY, 0.01), "must lie strictly between 0 and inf; got 0.0"),
        ((np.nan, 1.0, ENTRY, 0.01), "must lie strictly between 0 and inf; got nan"),
        (([1e6, -1.0], 1.0, ENTRY, 0.01), "must lie strictly between 0 and inf; got -1.0"),
        (("much", 1.0, ENTRY, 0.01), "got 'much'"),
        ((1e6, 0.0, ENTRY, 0.01), "contracts must not be 0; there is no position"),
        ((1e6, True, ENTRY, 0.01), "got True"),
        ((1e6, 1.0, -1.0, 0.01), "entry must lie strictly between 0 and inf; got -1"),
        ((1e6, 1.0, ENTRY, 1.0), "maintenance_margin must lie strictly between 0 and 1; got 1.0"),
        ((1e6, 1.0, ENTRY, 0.0), "maintenance_margin must lie strictly between 0 and 1; got 0.0"),
        (([1e6, 1e6], [1.0, 1.0, 1.0], ENTRY, 0.01), "must share their shape"),
    ],
)
def test_invalid_positions_are_refused(contract: Margined, position: tuple, message: str) -> None:
    with pytest.raises(DataError, match=message):
        liquidation_price(contract, *position)


@pytest.mark.parametrize("instrument", ["BTC", None, LinearContract])
def test_objects_that_are_no_contract_are_refused(instrument: object) -> None:
    message = "instrument must be a contract, such as LinearContract"
    with pytest.raises(DataError, match=message):
        liquidation_price(instrument, 1e6, 1.0, ENTRY, 0.01)


def test_insufficient_collateral_is_refused_with_the_amount() -> None:
    message = r"collateral must exceed .* 600, .* got 250\. Add more than 350, or hold"
    with pytest.raises(DataError, match=message):
        liquidation_price(LINEAR, [10_000.0, 250.0], -1.0, ENTRY)
    message = r"collateral must exceed .* 0\.03, .* Add more than 0\.02"
    with pytest.raises(DataError, match=message):
        liquidation_price(INVERSE, 0.01, ENTRY, ENTRY)


@pytest.mark.parametrize("contract", [LINEAR, INVERSE])
def test_prices_on_the_other_side_of_entry_are_refused(contract: Margined) -> None:
    message = "price must be below entry, 20000, for a long position; got 21000"
    with pytest.raises(DataError, match=message):
        collateral_for_price(contract, [19_000.0, 21_000.0], 1.0, ENTRY)
    message = "price must be above entry, 20000, for a short position; got 20000"
    with pytest.raises(DataError, match=message):
        collateral_for_price(contract, ENTRY, -1.0, ENTRY)


@pytest.fixture(scope="module")
def paths() -> PriceRange:
    rng = np.random.default_rng(7)
    dates = pd.date_range("2020-01-01", periods=800)
    returns = pd.Series(0.03 * rng.standard_t(4, size=800), dates)
    return simulate_price_range(returns, ENTRY, 30, n_paths=4_000, seed=1)


@pytest.mark.parametrize("probability", [0.0004, 0.01, 0.29])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("contract", "size"), [(LINEAR, 0.5), (INVERSE, 10_000.0)])
def test_collateral_for_probability_is_the_smallest(
    paths: PriceRange, probability: float, sign: int, contract: Margined, size: float
) -> None:
    contracts = sign * size

    def liquidated(collateral: float) -> float:
        price = liquidation_price(contract, collateral, contracts, ENTRY)
        lost = paths.lowest <= price if sign > 0 else paths.highest >= price
        return float(np.mean(lost))

    collateral = collateral_for_probability(contract, paths, contracts, probability=probability)
    assert liquidated(collateral) <= probability
    # slightly less liquidates one more path, and one per cent less at least that
    assert liquidated(collateral * (1 - 1e-7)) > probability
    assert liquidated(collateral * 0.99) > probability


def test_collateral_is_never_less_than_maintenance_margin() -> None:
    """A price that only rises: no path falls at all, and margin is required all the same."""
    dates = pd.date_range("2020-01-01", periods=20)
    returns = pd.Series(0.01 + 0.001 * np.arange(20.0), dates)
    rising = simulate_price_range(returns, ENTRY, 5, block_length=1, keep_mean=True)
    assert (rising.lowest == ENTRY).all()
    required = collateral_for_probability(LINEAR, rising, 2.0, 0.05)
    # the difference is the share of the price that collateral clears
    assert required == pytest.approx(0.05 * 2.0 * ENTRY, rel=1e-7)
    assert required > 0.05 * 2.0 * ENTRY


def test_collateral_is_proportional_to_the_position(paths: PriceRange) -> None:
    one = collateral_for_probability(LINEAR, paths, -1.0, 0.02)
    seven = collateral_for_probability(LINEAR, paths, -7.0, 0.02)
    assert seven == pytest.approx(7.0 * one, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"price_range": [1.0, 2.0]}, "price_range must come from simulate_price_range"),
        ({"contracts": 0.0}, "contracts must not be 0"),
        ({"contracts": np.inf}, "contracts must lie strictly between"),
        ({"maintenance_margin": 1.5}, "maintenance_margin must lie strictly between 0 and 1"),
        ({"probability": 1.0}, "probability must lie strictly between 0 and 1"),
        (
            {"probability": 0.0001},
            r"at least that of one path, 0\.00025; got 0\.0001. Draw more paths",
        ),
        ({"instrument": "quanto"}, "instrument must be a contract, such as LinearContract"),
    ],
)
def test_invalid_collateral_arguments_are_refused(
    paths: PriceRange, arguments: dict, message: str
) -> None:
    valid = {"instrument": LINEAR, "price_range": paths, "contracts": 1.0}
    with pytest.raises(DataError, match=message):
        collateral_for_probability(**(valid | arguments))
