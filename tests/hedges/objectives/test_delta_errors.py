"""Errors by the delta method against the bootstrap, and coverage of their intervals."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.bootstrap import bootstrap_ratios
from tests.hedges.objectives.definitions import fit_to

MODELS = {
    "total least squares": hr.TotalLeastSquaresHedge(2.0),
    "mean and variance": hr.MeanVarianceHedge(5.0),
    "median": hr.QuantileHedge(),
    "shortfall": hr.LowerPartialMomentHedge(1.0),
    "semivariance": hr.LowerPartialMomentHedge(),
}


@pytest.mark.long
@pytest.mark.parametrize("name", MODELS)
def test_errors_are_near_those_of_the_bootstrap(returns, name):
    found = fit_to(MODELS[name], returns)
    drawn = bootstrap_ratios(found, n_bootstrap=80).std(axis=0)
    np.testing.assert_allclose(found.standard_errors, drawn, rtol=0.35)  # few draws


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_intervals_cover_the_true_ratio(name):
    """95% intervals over 400 samples of 500 dates, whose noise varies with the hedge."""
    rng = np.random.default_rng(8)
    held = []
    truth = {"total least squares": None}.get(name, 0.8)
    hedge = 0.01 * rng.standard_t(6, (400, 500))
    volatility = 0.006 * np.sqrt(0.5 + 0.5 * (hedge / 0.01) ** 2)
    asset = 0.8 * hedge + volatility * rng.standard_t(6, (400, 500))
    if truth is None:
        one = pd.DataFrame({"asset": asset.ravel(), "hedge": hedge.ravel()})
        truth = fit_to(MODELS[name], one).next_ratio["hedge"]
    for a, h in zip(asset, hedge, strict=True):
        interval = fit_to(MODELS[name], pd.DataFrame({"asset": a, "hedge": h})).conf_int()
        held.append(interval.loc["hedge", "lower"] < truth < interval.loc["hedge", "upper"])
    assert 0.90 < np.mean(held) < 0.99
