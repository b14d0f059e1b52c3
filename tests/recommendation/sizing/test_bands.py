"""Half-widths of no-trade bands are those of the closed forms."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.bands import BandBasis, Bands, tracking_error_half_widths
from hedgeresearch.recommendation.sizing.contracts import ContractTerms, JointLimits
from hedgeresearch.recommendation.sizing.decision import TargetHoldings
from hedgeresearch.recommendation.sizing.decisions import trade_to_bands

Advise = Callable[..., hr.recommendation.Recommendation]
TargetVariance = Callable[[hr.recommendation.Recommendation], float]
UNITS = {"A": 400_000.0}
AVERSION = 1e-6


@pytest.mark.parametrize("model", [hr.OLSHedge(), hr.RollingOLSHedge(60)])
def test_half_widths_equal_the_closed_forms(
    advise: Advise, target_variance: TargetVariance, model: Any
) -> None:
    optimal = advise(UNITS, ["F"], model, rebalancing=hr.CostOptimalBands(AVERSION))
    moves = target_variance(optimal)
    covariance = optimal.valuation.covariance
    variance = float(covariance[1, 1])
    cost = (0.0001 + 0.0001) * 50 * optimal.problem.market.price("F")
    expected = hr.trading.no_trade_band(cost, moves, AVERSION, variance, step=1.0, lot=1.0)
    assert optimal.summary.loc["F", "band"] == pytest.approx(expected, rel=1e-9)
    other = advise(UNITS, ["F"], model, rebalancing=hr.NoTradeBands(tracking_error=0.3))
    hedged = np.sqrt(covariance[0, 0] - covariance[0, 1] ** 2 / variance)
    wide = hr.trading.tracking_error_band(
        0.3 * hedged, variance**0.5, target_variance=moves, step=1.0, lot=1.0
    )
    # OLS has minimum variance but for degrees of freedom
    assert other.summary.loc["F", "band"] == pytest.approx(wide, rel=1e-3)
    assert wide > 1.0


@pytest.mark.parametrize("correlation", [0.0, 0.95])
@pytest.mark.parametrize("common", [0.0, 1.0])
def test_several_hedges_keep_the_tracking_error_together(correlation: float, common: float) -> None:
    """The error is never far above the allowed one, and near it if hedges move alike."""
    n = 3
    steps = 2500
    allowed = 8.0
    volatility = np.array([1.0, 2.0, 0.5])
    rng = np.random.default_rng(1)
    covariance = (correlation + (1 - correlation) * np.eye(n)) * np.outer(volatility, volatility)
    factor = rng.normal(size=(steps, 1))
    moves = np.sqrt(common) * factor + np.sqrt(1 - common) * rng.normal(size=(steps, n))
    path = (-100 + 0.4 * np.cumsum(moves, axis=0)) / volatility
    lots = np.full(n, 1e-3)
    widths, unstable = tracking_error_half_widths(
        (0.4 / volatility) ** 2, covariance, allowed, lots
    )
    assert not unstable.any()
    basis = BandBasis((0.4 / volatility) ** 2, volatility, widths, unstable)
    bands = Bands(widths, path.mean(axis=0), unstable, basis)
    terms = ContractTerms(
        volatility,
        lots,
        np.full(n, -np.inf),
        np.full(n, np.inf),
        np.zeros(n),
        lots,
        np.full(n, np.inf),
    )
    held = np.zeros(n)
    added = []
    for target in path:
        targets = TargetHoldings(target, lots * np.round(target / lots), target, target)
        trades = trade_to_bands(held, targets, bands, terms, JointLimits(), hr.NoTradeBands())
        held = trades.holdings
        added.append((held - target) @ covariance @ (held - target) / allowed**2)
    assert added[0] < 1e-6  # the first trade goes to the target
    assert np.mean(added) < 1.1
    if common == 1.0 or correlation == 0.0:
        assert np.mean(added) > 0.8
    # one hedge alone may have all of it, uncorrelated ones the root of their share, alike ones
    # their share
    share = np.sqrt(n) if correlation == 0.0 else np.sqrt(n + n * (n - 1) * correlation)
    alone = hr.trading.tracking_error_band(allowed / share, 1.0, target_variance=0.16, step=1.0)
    np.testing.assert_allclose(widths * volatility, alone, rtol=1e-9)


def test_unstable_targets_are_traded_to_the_nearest_lot(advise: Advise) -> None:
    narrow = hr.NoTradeBands(tracking_error=1e-4)
    found = advise(UNITS, ["F"], hr.RollingOLSHedge(20), rebalancing=narrow)
    assert found.plan.bands.unstable.tolist() == [True]
    assert found.summary.loc["F", "band"] == 0.5
    assert not advise(UNITS, ["F"]).plan.bands.unstable.any()


def test_bands_of_a_longer_horizon_use_one_period(advise: Advise) -> None:
    """A fit of twenty days has the band of its covariance per day."""
    rules = {"rebalancing": hr.CostOptimalBands(risk_aversion=1e-6)}
    found = advise({"A": 40_000.0}, ["F"], hr.HorizonHedge(hr.RollingOLSHedge(100), 20), **rules)
    problem = found.problem
    daily = replace(problem.fit, next_covariance=problem.fit.period_covariance, horizon=1)
    again = hr.recommend(
        daily, problem.position, problem.instruments, problem.market, margin=hr.Margin(), **rules
    )
    assert found.summary["band"].tolist() == again.summary["band"].tolist()
    assert found.volatility["unhedged"] == pytest.approx(
        again.volatility["unhedged"] * 20.0**0.5, rel=1e-12
    )
