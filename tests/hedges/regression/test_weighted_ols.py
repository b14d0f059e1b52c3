"""The weighted OLS hedge against statsmodels and its limit."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import hedgeresearch as hr


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=400, n_series=3, correlation=0.7, seed=3).returns


@pytest.fixture(scope="module")
def asset(returns):
    return returns["asset"]


@pytest.fixture(scope="module")
def hedges(returns):
    return returns[["hedge", "hedge2"]]


def test_ratio_agrees_with_statsmodels(asset, hedges):
    fit = hr.WeightedOLSHedge(40).fit(asset, hedges)
    weights = 0.5 ** (np.arange(400)[::-1] / 40)
    found = sm.WLS(asset, sm.add_constant(hedges), weights=weights).fit()
    np.testing.assert_allclose(fit.next_ratio, found.params[1:], rtol=1e-10)
    covariance = np.cov(np.column_stack([asset, hedges]), rowvar=False, aweights=weights)
    np.testing.assert_allclose(fit.next_covariance, covariance, rtol=1e-10)


def test_long_half_life_is_expanding_ols(asset, hedges):
    expanding = hr.ExpandingOLSHedge(20).fit(asset, hedges)
    weighted = hr.WeightedOLSHedge(1e12).fit(asset, hedges)
    pd.testing.assert_frame_equal(weighted.ratio, expanding.ratio, rtol=1e-8)
    np.testing.assert_allclose(
        weighted.bands(), expanding.bands(), rtol=1e-7
    )  # the weights still fall by 3e-10


def test_invalid_settings_are_refused(asset, hedges):
    with pytest.raises(hr.DataError, match="hac_lags must be a whole number of at least 0; got -1"):
        hr.WeightedOLSHedge(10, hac_lags=-1)
    with pytest.raises(hr.DataError, match="half_life must lie strictly between 0 and inf; got 0"):
        hr.WeightedOLSHedge(0)
    with pytest.raises(hr.DataError, match="must have at least 21 rows; got 20"):
        hr.WeightedOLSHedge(10).fit(asset[:20], hedges[:20])
