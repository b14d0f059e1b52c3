"""The hedge of a coin by inverse contracts: by the definition, by brute force, in closed form and through a model."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from hedgeresearch.data.conversion import returns
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.returns import contracts_for, instrument_returns

FACE, PRICE = 100.0, 60_000.0
FUTURE = InverseContract("FUTURE", FACE, currency="BTC")


def simulated_prices(
    basis: float = 0.008, noise: float = 0.003, trend: float = 0.0
) -> pd.DataFrame:
    """Daily closes of a coin, and of a future on it at a premium whose level varies from close to close."""
    rng = np.random.default_rng(0)
    coin = PRICE * np.exp(
        np.concatenate([[0.0], np.cumsum(trend + 0.04 * rng.standard_normal(1000))])
    )
    future = coin * np.exp(basis + noise * rng.standard_normal(1001))
    return pd.DataFrame({"BTC": coin, "FUTURE": future}, pd.date_range("2021-01-01", periods=1001))


def gains(prices: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """What one coin and one inverse contract gain each day, in dollars, by the definition."""
    spot, future = prices["BTC"].to_numpy(), prices["FUTURE"].to_numpy()
    return np.diff(spot), FACE * (1 / future[:-1] - 1 / future[1:]) * spot[1:]


def minimum_variance(asset: np.ndarray, hedge: np.ndarray) -> float:
    """-Cov / Var."""
    return float(-np.cov(asset, hedge)[0, 1] / np.var(hedge, ddof=1))


def brute_force(asset: np.ndarray, hedge: np.ndarray) -> float:
    """The number of contracts at which the variance of the sum is smallest."""
    scale = asset.var()
    return minimize_scalar(
        lambda n: (asset + n * hedge).var() / scale, bracket=(-1000.0, -200.0), tol=1e-12
    ).x


def hedge_of_one_coin(prices: pd.DataFrame, kind: str) -> float:
    """Through returns of the contract, OLS and the number of contracts at the first price."""
    hedges = instrument_returns(prices[["FUTURE"]], FUTURE, kind, {"FUTURE": prices["BTC"]})
    fit = OLSHedge().fit(returns(prices["BTC"], kind), hedges)
    assert fit.returns_kind == kind
    position = PRICE if kind == "simple" else 1.0
    return contracts_for(
        fit.next_ratio["FUTURE"], position, FUTURE, prices["FUTURE"].iloc[0], PRICE, kind
    )


def test_hedge_of_price_changes_by_definition_and_brute_force() -> None:
    prices = simulated_prices()
    asset, hedge = gains(prices)
    by_definition = minimum_variance(asset, hedge)
    assert hedge_of_one_coin(prices, "difference") == pytest.approx(by_definition, rel=1e-9)
    assert brute_force(asset, hedge) == pytest.approx(by_definition, abs=0.005)  # two decimals
    np.testing.assert_allclose(
        FUTURE.path_profit(1.0, prices["FUTURE"], prices["BTC"]), hedge, rtol=1e-9
    )


def test_hedge_of_returns_by_definition_and_brute_force() -> None:
    """A coin bought at today's price each day: what it gains is today's price times the day's return."""
    prices = simulated_prices()
    asset, hedge = gains(prices)
    restarted = PRICE * asset / prices["BTC"].to_numpy()[:-1]
    by_definition = minimum_variance(restarted, hedge)
    assert hedge_of_one_coin(prices, "simple") == pytest.approx(by_definition, rel=1e-9)
    assert brute_force(restarted, hedge) == pytest.approx(by_definition, abs=0.005)  # two decimals


def test_treating_the_contract_as_linear_sells_too_little() -> None:
    """A future 0.8 % above spot, give or take 0.3 %: a coin of 60,000 needs 599 contracts; treated as linear, 594."""
    prices = simulated_prices()
    exact = hedge_of_one_coin(prices, "simple")
    wrong = returns(prices["FUTURE"]).to_numpy()  # M (F1 - F0) / F0, over M
    linear = minimum_variance(returns(prices["BTC"]).to_numpy(), wrong) * PRICE / FACE
    assert exact == pytest.approx(-598.76, abs=0.005)
    assert linear == pytest.approx(-594.06, abs=0.005)
    as_linear = instrument_returns(prices, LinearContract("FUTURE", 1))
    ratio = OLSHedge().fit(returns(prices["BTC"]), as_linear).next_ratio["FUTURE"]
    assert -ratio * PRICE / FACE == pytest.approx(linear, rel=1e-9)


def test_both_treatments_agree_without_a_basis() -> None:
    prices = simulated_prices(basis=0.0, noise=0.0)
    assert hedge_of_one_coin(prices, "simple") == pytest.approx(-PRICE / FACE, rel=1e-9)
    hedge = instrument_returns(prices, FUTURE, rates={"FUTURE": prices["BTC"]})["FUTURE"]
    # 1/F0 - 1/F1 is the difference of numbers that are almost the same
    np.testing.assert_allclose(hedge, returns(prices["BTC"]), rtol=1e-9, atol=1e-14)


def lognormal(variance: float) -> tuple[float, float]:
    """Mean and variance of exp(x), x normal with mean 0."""
    mean = np.exp(variance / 2)
    return mean, mean**2 * (np.exp(variance) - 1)


def test_closed_form_of_lognormal_months() -> None:
    """Months that start at 60,000 and a premium b: H = M exp(-b) (R - B) and dS = 60,000 (R - 1), R, B lognormal."""
    premium, n_months = 0.0075, 400_000
    (_, var_spot), (mean_basis, var_basis) = lognormal(0.2**2), lognormal(0.02**2)
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
    assert minimum_variance(spot - PRICE, FACE * (future / entry - 1)) == pytest.approx(
        linear, abs=0.3
    )


def test_returns_and_price_changes_ask_for_different_contracts_where_prices_trend() -> None:
    """Price changes weight dates by the price they had: half of it back then, half as many contracts."""
    trending = simulated_prices(trend=-0.002)
    by_returns, by_changes = (
        hedge_of_one_coin(trending, kind) for kind in ("simple", "difference")
    )
    level = (trending["BTC"] / PRICE).mean()
    assert level < 0.5
    assert by_returns == pytest.approx(
        -600.0, abs=5.0
    )  # whatever the price has done, but for the noise
    assert by_changes / by_returns == pytest.approx(
        level, abs=0.05
    )  # the mean price, but for the weights
