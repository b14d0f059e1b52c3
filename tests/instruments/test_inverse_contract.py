"""Inverse contracts by hand and by print, and the hedge of a coin by them.

The hedge is computed from the definition, by brute force, in closed form and through a model.
"""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from hedgeresearch.data.conversion import returns
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.returns import contracts_for, instrument_returns

PERPETUAL = InverseContract("PERP", 100, fee=0.0005, funding="8-hourly")
FACE = 100.0
PRICE = 60_000.0
FUTURE = InverseContract("FUTURE", FACE, currency="BTC")


def test_profit_worth_and_notional_by_hand() -> None:
    assert PERPETUAL.size == 100
    assert PERPETUAL.payoff(-500, 50_000.0, 40_000.0) == pytest.approx(0.25, rel=1e-14)
    profit = PERPETUAL.profit(-500, 50_000.0, 40_000.0, rate=39_000.0)
    assert profit == pytest.approx(9_750.0, rel=1e-14)
    assert PERPETUAL.worth(50_000.0) == 0.002
    assert PERPETUAL.notional(50_000.0) == 100.0
    notionals = PERPETUAL.notional(np.array([1.0, 50_000.0]), 40_000.0)
    np.testing.assert_array_equal(notionals, [100.0, 100.0])


@pytest.mark.parametrize(
    ("entry", "exit", "printed", "unit"),
    [(5_000.0, 6_000.0, 0.33, 0.01), (90.0, 95.0, 5.848, 0.001), (0.25, 0.30, 6_667.0, 1.0)],
)
def test_payoffs_equal_the_examples_of_an_exchange(
    entry: float, exit: float, printed: float, unit: float
) -> None:
    """Crypto Facilities, "Calculation of profit and loss": 10,000 contracts of one dollar."""
    coins = InverseContract("X", 1).payoff(10_000, entry, exit)
    assert coins == pytest.approx(printed, abs=unit / 2)


def test_short_position_is_convex_in_coins() -> None:
    assert PERPETUAL.convexity(50_000.0) == -2 * 100 / 50_000**3
    fall = PERPETUAL.payoff(-1, 50_000.0, 45_000.0)
    rise = PERPETUAL.payoff(-1, 50_000.0, 55_000.0)
    assert fall > -rise > 0


def test_face_values_that_are_not_positive_are_refused() -> None:
    with pytest.raises(DataError, match="value must be a number above 0; got -100. Pass the face"):
        InverseContract("X", -100)


@pytest.mark.parametrize("price", [0.0, -5.0, math.nan])
def test_prices_that_are_not_positive_are_refused(price: float) -> None:
    message = f"prices of the inverse contract 'PERP' must be positive; got {price:g}"
    for given in (price, np.array([50_000.0, price])):
        with pytest.raises(DataError, match=message):
            PERPETUAL.notional(given)
    with pytest.raises(DataError, match="contract 'PERP' must be positive; got -1"):
        PERPETUAL.payoff(1, 50_000.0, np.array([1.0, -1.0]))


def simulated_prices(
    basis: float = 0.008, noise: float = 0.003, trend: float = 0.0
) -> pd.DataFrame:
    """Daily closes of a coin, and of a future on it at a premium that varies from day to day."""
    rng = np.random.default_rng(0)
    log_returns = trend + 0.04 * rng.standard_normal(1000)
    coin = PRICE * np.exp(np.concatenate([[0.0], np.cumsum(log_returns)]))
    future = coin * np.exp(basis + noise * rng.standard_normal(1001))
    return pd.DataFrame({"BTC": coin, "FUTURE": future}, pd.date_range("2021-01-01", periods=1001))


def gains(prices: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Gains of one coin and of one inverse contract each day, in dollars, by the definition."""
    spot = prices["BTC"].to_numpy()
    future = prices["FUTURE"].to_numpy()
    return np.diff(spot), FACE * (1 / future[:-1] - 1 / future[1:]) * spot[1:]


def minimum_variance(asset: np.ndarray, hedge: np.ndarray) -> float:
    """-Cov / Var."""
    return float(-np.cov(asset, hedge)[0, 1] / np.var(hedge, ddof=1))


def brute_force(asset: np.ndarray, hedge: np.ndarray) -> float:
    """The number of contracts at which the variance of the sum is smallest."""
    scale = asset.var()

    def variance(contracts: float) -> float:
        return (asset + contracts * hedge).var() / scale

    return minimize_scalar(variance, bracket=(-1000.0, -200.0), tol=1e-12).x


def hedge_of_one_coin(prices: pd.DataFrame, kind: str) -> float:
    """Number of contracts at the first price, from returns of the contract and OLS."""
    hedges = instrument_returns(prices[["FUTURE"]], FUTURE, kind, {"FUTURE": prices["BTC"]})
    fit = OLSHedge().fit(returns(prices["BTC"], kind), hedges)
    assert fit.returns_kind == kind
    position = PRICE if kind == "simple" else 1.0
    ratio = fit.next_ratio["FUTURE"]
    return contracts_for(ratio, position, FUTURE, prices["FUTURE"].iloc[0], PRICE, kind)


def test_hedge_of_price_changes_has_the_smallest_variance() -> None:
    prices = simulated_prices()
    asset, hedge = gains(prices)
    by_definition = minimum_variance(asset, hedge)
    assert hedge_of_one_coin(prices, "difference") == pytest.approx(by_definition, rel=1e-9)
    assert brute_force(asset, hedge) == pytest.approx(by_definition, abs=0.005)  # two decimals
    profit = FUTURE.path_profit(1.0, prices["FUTURE"], prices["BTC"])
    np.testing.assert_allclose(profit, hedge, rtol=1e-9)


def test_hedge_of_returns_has_the_smallest_variance() -> None:
    """A coin bought at the first price each day gains that price times the return of the day."""
    prices = simulated_prices()
    asset, hedge = gains(prices)
    restarted = PRICE * asset / prices["BTC"].to_numpy()[:-1]
    by_definition = minimum_variance(restarted, hedge)
    assert hedge_of_one_coin(prices, "simple") == pytest.approx(by_definition, rel=1e-9)
    assert brute_force(restarted, hedge) == pytest.approx(by_definition, abs=0.005)  # two decimals


def test_treating_the_contract_as_linear_sells_too_little() -> None:
    """A future 0.8% (+- 0.3%) above spot: a coin of 60,000 needs 599 contracts, not 594."""
    prices = simulated_prices()
    exact = hedge_of_one_coin(prices, "simple")
    wrong = returns(prices["FUTURE"]).to_numpy()  # M (F1 - F0) / F0, over M
    linear = minimum_variance(returns(prices["BTC"]).to_numpy(), wrong) * PRICE / FACE
    assert exact == pytest.approx(-598.76, abs=0.005)
    assert linear == pytest.approx(-594.06, abs=0.005)
    as_linear = instrument_returns(prices, LinearContract("FUTURE", 1))
    ratio = OLSHedge().fit(returns(prices["BTC"]), as_linear).next_ratio["FUTURE"]
    assert -ratio * PRICE / FACE == pytest.approx(linear, rel=1e-9)


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_linear_and_inverse_hedges_agree_without_a_basis() -> None:
    prices = simulated_prices(basis=0.0, noise=0.0)
    assert hedge_of_one_coin(prices, "simple") == pytest.approx(-PRICE / FACE, rel=1e-9)
    hedge = instrument_returns(prices, FUTURE, rates={"FUTURE": prices["BTC"]})["FUTURE"]
    # 1/F0 - 1/F1 is the difference of numbers that are almost the same
    np.testing.assert_allclose(hedge, returns(prices["BTC"]), rtol=1e-9, atol=1e-14)


def lognormal(variance: float) -> tuple[float, float]:
    """Mean and variance of exp(x), x normal with mean 0."""
    mean = np.exp(variance / 2)
    return mean, mean**2 * (np.exp(variance) - 1)


def test_hedge_of_lognormal_months_equals_its_closed_form() -> None:
    """For months that start at 60,000 and a premium b, and R and B lognormal.

    H = M exp(-b) (R - B) and dS = 60,000 (R - 1).
    """
    premium = 0.0075
    n_months = 400_000
    _, var_spot = lognormal(0.2**2)
    mean_basis, var_basis = lognormal(0.02**2)
    exact = -PRICE / FACE * np.exp(premium) * var_spot / (var_spot + var_basis)
    # linear: M (R / B - 1), in which the basis is multiplied with the price
    var_future = lognormal(0.2**2 + 0.02**2)[1]
    linear = -PRICE / FACE * mean_basis * var_spot / var_future
    assert (round(exact), round(linear)) == (-599, -594)
    rng = np.random.default_rng(4)
    spot = PRICE * np.exp(0.2 * rng.standard_normal(n_months))
    future = spot * np.exp(premium + 0.02 * rng.standard_normal(n_months))
    entry = PRICE * np.exp(premium)
    hedge = FUTURE.profit(1.0, entry, future, spot)
    # the standard error over 400,000 months is 0.1
    assert minimum_variance(spot - PRICE, hedge) == pytest.approx(exact, abs=0.3)
    treated_as_linear = minimum_variance(spot - PRICE, FACE * (future / entry - 1))
    assert treated_as_linear == pytest.approx(linear, abs=0.3)


def test_returns_and_price_changes_differ_where_prices_trend() -> None:
    """Price changes weight dates by their price: half the price, half as many contracts."""
    trending = simulated_prices(trend=-0.002)
    by_returns = hedge_of_one_coin(trending, "simple")
    by_changes = hedge_of_one_coin(trending, "difference")
    level = (trending["BTC"] / PRICE).mean()
    assert level < 0.5
    # at any path of the price, apart from the noise
    assert by_returns == pytest.approx(-600.0, abs=5.0)
    # the mean price, apart from the weights
    assert by_changes / by_returns == pytest.approx(level, abs=0.05)


def test_a_contract_in_another_currency_is_worth_its_coins() -> None:
    """100 dollars at 50,000 dollars a coin, for an account in which a coin costs 40,000 euros."""
    quoted = InverseContract("PERP", 100, quote="USD")
    assert quoted.notional(50_000.0, rate=40_000.0) == pytest.approx(80.0, rel=1e-12)
    assert InverseContract("PERP", 100).notional(50_000.0, rate=40_000.0) == 100.0
    # a coin held is hedged by its coins, whatever the rate between the currencies
    contracts = contracts_for(1.0, 40_000.0, quoted, 50_000.0, 40_000.0)
    assert contracts == pytest.approx(-500.0, rel=1e-12)
