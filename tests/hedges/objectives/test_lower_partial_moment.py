"""Hedge with the smallest lower partial moment, against searches and definitions."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

import hedgeresearch as hr
from tests.hedges.objectives.definitions import fit_to, symmetrized


@pytest.mark.parametrize("order", [1.0, 1.2, 1.5, 2.0, 3.5, 12.0])
@pytest.mark.parametrize("target", [0.0, 0.002])
def test_moment_is_at_most_that_of_a_search(returns, order, target):
    asset = returns["asset"].to_numpy() / 0.01
    hedge = returns["first"].to_numpy() / 0.01

    def moment(ratio):
        shortfall = np.maximum(100 * target - asset + ratio * hedge, 0.0)
        return float(np.mean(shortfall**order)) ** (1.0 / order)

    best = minimize_scalar(moment, bounds=(-1, 3), method="bounded", options={"xatol": 1e-9})
    fit = fit_to(hr.LowerPartialMomentHedge(order, target), returns[["asset", "first"]])
    found = fit.next_ratio["first"]
    assert moment(found) <= best.fun * (1.0 + 1e-14)
    assert found == pytest.approx(best.x, abs=1e-6)  # of a search by values


@pytest.mark.parametrize("order", [1.3, 2.0, 4.0])
def test_ratio_of_two_hedges_is_stationary(returns, order):
    found = fit_to(hr.LowerPartialMomentHedge(order, 0.001), returns).next_ratio.to_numpy()
    hedges = returns[["first", "second"]].to_numpy()
    short = np.maximum(0.001 - returns["asset"].to_numpy() + hedges @ found, 0.0)
    slopes = (short ** (order - 1.0))[:, None] * hedges
    np.testing.assert_allclose(slopes.sum(axis=0), 0.0, atol=1e-10 * np.abs(slopes).sum())


def test_symmetric_returns_give_ols_and_median_ratios(returns):
    """The semivariance is half the variance, order 1 half the absolute deviation."""
    both = symmetrized(returns)
    ols = fit_to(hr.OLSHedge(), both).next_ratio
    np.testing.assert_allclose(
        fit_to(hr.LowerPartialMomentHedge(), both).next_ratio, ols, rtol=1e-9
    )
    median = fit_to(hr.QuantileHedge(), both).next_ratio
    found = fit_to(hr.LowerPartialMomentHedge(1.0), both).next_ratio
    np.testing.assert_allclose(found, median, rtol=1e-8)


def test_semivariance_errors_are_the_sandwich(returns):
    found = fit_to(hr.LowerPartialMomentHedge(2.0, 0.001), returns)
    hedges = returns[["first", "second"]].to_numpy()
    hedged = returns["asset"].to_numpy() - hedges @ found.next_ratio.to_numpy()
    short = np.maximum(0.001 - hedged, 0.0)
    scores = short[:, None] * hedges
    middle = scores.T @ scores
    for lag in range(1, 6):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / 6) * (cross + cross.T)
    bread = np.linalg.inv(hedges[short > 0].T @ hedges[short > 0])
    n_short = np.count_nonzero(short)
    assert n_short < 250  # few enough for the correction
    expected = np.sqrt(np.diag(bread @ middle @ bread)) * n_short / (n_short - 3)
    np.testing.assert_allclose(found.standard_errors, expected, rtol=1e-8)


def test_target_below_all_returns_is_refused(returns):
    for order in (1.0, 2.0):
        message = "at least 3 hedged returns must fall short of the target"
        with pytest.raises(hr.DataError, match=message):
            fit_to(hr.LowerPartialMomentHedge(order, target=-0.5), returns)


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_exact_hedge_below_the_target_is_not_complete(returns):
    """Replication returns zero, below a positive target; a part that gains on average stays."""
    frame = pd.DataFrame({"asset": returns["first"], "itself": returns["first"]})
    assert fit_to(hr.LowerPartialMomentHedge(), frame).next_ratio["itself"] == pytest.approx(
        1.0, rel=1e-9
    )
    kept = 1.0 - fit_to(hr.LowerPartialMomentHedge(2.0, 1e-4), frame).next_ratio["itself"]

    def moment(share):
        return float(np.mean(np.maximum(1.0 - share * 1e4 * frame["asset"], 0.0) ** 2))

    best = minimize_scalar(moment, bounds=(0, 0.1), method="bounded", options={"xatol": 1e-12})
    assert kept == pytest.approx(best.x, rel=1e-5)  # of a search by values


def test_invalid_settings_are_refused():
    message = r"order must be 1, or from 1.2 to 100; got 1.1. Use 1, 2 or 3"
    with pytest.raises(hr.DataError, match=message):
        hr.LowerPartialMomentHedge(1.1)
    with pytest.raises(hr.DataError, match="target must lie strictly between"):
        hr.LowerPartialMomentHedge(target=np.nan)
