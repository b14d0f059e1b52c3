"""Shares of a position's variance against loops, rows of the table and known limits."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.risk import connectedness, variance_sources
from hedgeresearch.risk.systemic.vector_autoregression import fit_autoregression

N = 600
DAYS = pd.date_range("2020-01-01", periods=N, name="date")


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    """Three legs, of which the second follows the first a day later."""
    draws = np.random.default_rng(3).standard_normal((N, 3))
    values = draws @ np.array([[1.0, 0.3, 0.6], [0.0, 1.0, 0.2], [0.0, 0.0, 0.8]])
    values[1:, 1] += 0.5 * values[:-1, 0]
    return pd.DataFrame(0.01 * values, DAYS, ["a", "b", "c"])


def shares_by_loops(returns: pd.DataFrame, weights: dict[str, float], horizon: int) -> list[float]:
    """Follow a shock of each leg and those correlated with it, step by step."""
    model = fit_autoregression(returns.to_numpy(), 1)
    sigma = model.residuals.T @ model.residuals / len(model.residuals)
    w = [weights[name] for name in returns.columns]
    parts = []
    for j in range(3):
        # one standard deviation of leg j, and what the other legs are expected to do with it
        moved = [sigma[i, j] / sigma[j, j] ** 0.5 for i in range(3)]
        total = 0.0
        for _ in range(horizon):
            total += sum(w[i] * moved[i] for i in range(3)) ** 2
            moved = [
                sum(model.coefficients[0][i, k] * moved[k] for k in range(3)) for i in range(3)
            ]
        parts.append(total)
    return [part / sum(parts) for part in parts]


@pytest.mark.parametrize("horizon", [1, 4, 10])
def test_shares_are_those_of_loops_over_shocks(returns: pd.DataFrame, horizon: int) -> None:
    weights = {"a": 1.0, "b": -0.7, "c": 0.4}
    found = variance_sources(returns, weights, horizon=horizon)
    expected = shares_by_loops(returns, weights, horizon)
    np.testing.assert_allclose(found.shares, expected, rtol=1e-9)
    assert found.shares.sum() == pytest.approx(1.0)
    assert found.n_dates == N


def test_one_leg_has_its_row_of_the_table(returns: pd.DataFrame) -> None:
    table = connectedness(returns, n_lags=2).table
    for name in returns.columns:
        weights = {leg: float(leg == name) for leg in returns.columns}
        found = variance_sources(returns, weights, n_lags=2).shares
        pd.testing.assert_series_equal(found, table.loc[name], check_names=False)


def test_a_hedge_at_its_best_ratio_is_no_source(returns: pd.DataFrame) -> None:
    """Its shocks are not correlated with what is left of the asset."""
    model = fit_autoregression(returns[["a", "c"]].to_numpy(), 1)
    sigma = model.error_covariance
    best = sigma[0, 1] / sigma[1, 1]
    found = [
        variance_sources(returns[["a", "c"]], {"a": 1.0, "c": -k * best}, horizon=1).shares["c"]
        for k in (1.0, 1.5, 2.0)
    ]
    assert found[0] == pytest.approx(0.0, abs=1e-12)
    assert 0.01 < found[1] < found[2]


def test_size_of_the_position_does_not_matter(returns: pd.DataFrame) -> None:
    one = variance_sources(returns, {"a": 1.0, "b": -0.7, "c": 0.4}).shares
    other = variance_sources(returns, pd.Series({"c": -400.0, "b": 700.0, "a": -1000.0})).shares
    np.testing.assert_allclose(one, other, rtol=1e-10)
    assert list(other.index) == ["a", "b", "c"]


def bad(returns: pd.DataFrame) -> list[tuple[pd.DataFrame, Any, str]]:
    twice = returns.assign(b=returns["a"])
    prices = pd.DataFrame(np.cumsum(returns.to_numpy(), axis=0) + 1.0, DAYS, returns.columns)
    explosive = prices * np.exp(0.02 * np.arange(N))[:, None]
    whole = {"a": 1.0, "b": -1.0, "c": 0.0}
    return [
        (returns, {"a": 1.0}, "weights must name the columns of returns, a, b, c; got a"),
        (returns, [1.0, 2.0, 3.0], "weights must map each leg"),
        (returns, whole | {"c": np.nan}, "the weight of 'c' must"),
        (returns.iloc[:40], whole, "must have at least 41 observations"),
        (twice, whole, "what it holds offsets exactly"),
        (explosive, whole, "not stable"),
    ]


@pytest.mark.parametrize("case", range(6))
def test_bad_input_is_refused(returns: pd.DataFrame, case: int) -> None:
    frame, weights, message = bad(returns)[case]
    with pytest.raises(DataError, match=message):
        variance_sources(frame, weights)


def test_plain_values_are_the_attributes() -> None:
    returns = hr.returns(hr.load("nasdaq_sp500"))
    found = variance_sources(returns, {"NASDAQ": 1.0, "SP500": -0.8})
    plain = found.to_dict()
    assert plain["shares"] == found.shares.to_dict()
    assert plain["n_observations"] == len(returns)
