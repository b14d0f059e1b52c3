"""The expanding OLS hedge against OLS."""

import numpy as np
import pytest

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


def test_next_ratio_is_that_of_ols(asset, hedges):
    ols = hr.OLSHedge().fit(asset, hedges)
    expanding = hr.ExpandingOLSHedge(30).fit(asset, hedges)
    assert len(expanding.ratio) == 370
    np.testing.assert_allclose(expanding.next_ratio, ols.next_ratio, rtol=1e-11)
    np.testing.assert_allclose(expanding.standard_errors, ols.standard_errors, rtol=1e-10)
    np.testing.assert_allclose(expanding.next_covariance, ols.next_covariance, rtol=1e-11)


def test_invalid_settings_are_refused(asset, hedges):
    with pytest.raises(hr.DataError, match="hac_lags must be smaller than min_dates, 60; got 60"):
        hr.ExpandingOLSHedge(hac_lags=60)
    message = "min_dates must be smaller than the number of dates, 50; got 60"
    with pytest.raises(hr.DataError, match=message):
        hr.ExpandingOLSHedge().fit(asset[:50], hedges[:50])
    with pytest.raises(hr.DataError, match="min_dates must be at least 4 for 2 hedges; got 3"):
        hr.ExpandingOLSHedge(3).fit(asset, hedges)
