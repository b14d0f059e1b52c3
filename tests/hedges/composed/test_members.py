"""Members of a combination: hedged returns of folds in arrays, and by fits to tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import recorded_warnings
from hedgeresearch.hedges.composed.members import hedged_out_of_fold
from tests.hedges.fitting import fit_to, split

MODELS = {
    "naive": hr.NaiveHedge(),
    "ols": hr.OLSHedge(),
    "rolling": hr.RollingOLSHedge(50),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)),
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "kalman": hr.KalmanHedge(),
}


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=520, n_series=3, correlation=0.6, seed=21).returns


@pytest.mark.long
def test_folds_are_hedged_by_fits_to_earlier_dates(returns):
    with recorded_warnings():
        found = hedged_out_of_fold(MODELS, returns, 2)
    assert found.shape == (260, len(MODELS))
    for column, model in enumerate(MODELS.values()):
        parts = []
        for first, end in ((260, 390), (390, 520)):
            new = returns.iloc[first:end]
            with recorded_warnings():
                ratio = fit_to(model, returns.iloc[:first]).extend(*split(new)).ratio
            parts.append(new["asset"] - (ratio * new.iloc[:, 1:]).sum(axis=1))
        np.testing.assert_allclose(found[:, column], pd.concat(parts), rtol=1e-6, atol=1e-10)


@dataclass(frozen=True)
class Doubled(hr.OLSHedge):
    """OLS with twice the ratio, whose closed form is inherited and does not hold."""

    def fit(self, asset, hedges):
        return hr.OLSHedge().fit(2.0 * asset, hedges)


def test_a_subclass_is_fitted_as_it_says(returns):
    found = hedged_out_of_fold({"own": Doubled(), "ols": hr.OLSHedge()}, returns, 1)
    asset = returns["asset"].iloc[260:].to_numpy()
    np.testing.assert_allclose(asset - found[:, 0], 2.0 * (asset - found[:, 1]), rtol=1e-9)


def test_warnings_of_folds_are_given(returns):
    constant = returns.copy()
    rng = np.random.default_rng(0)
    constant[:] = 0.01 * rng.standard_normal(returns.shape)  # no dynamics: a lies on its bound
    model = {"dcc": hr.MinimumVarianceHedge(hr.DCC())}
    with recorded_warnings() as caught:
        hedged_out_of_fold(model, constant, 2)
    assert any("lies on a bound" in one.message for one in caught)


def test_rare_regimes_of_folds_are_not_warned_of():
    returns = hr.data.simulate_dcc(n_dates=400, seed=0).returns[["asset", "hedge"]]
    wild = returns.copy()
    wild.iloc[50:54] *= 30.0
    hedge = {"regimes": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))}
    with recorded_warnings() as alone:
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1)).fit(wild["asset"], wild[["hedge"]])
    with recorded_warnings() as caught:
        hedged_out_of_fold(hedge, wild, 2)
    assert any("should be visited on" in one.message for one in alone)
    assert not any("should be visited on" in one.message for one in caught)
