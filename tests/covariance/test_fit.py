"""A covariance fit: hedges by name, sums of returns, warnings and refusals."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def fit(percent_log_returns):
    return hr.DCC().fit(percent_log_returns.iloc[:1500])


def test_a_hedge_needs_different_series(fit):
    for hedges in ([], ["NASDAQ"], ["SP500", "SP500"]):
        with pytest.raises(hr.DataError, match="asset and hedges must be different series"):
            fit.hedge_ratio("NASDAQ", hedges)


def test_an_unknown_series_is_refused(fit):
    with pytest.raises(hr.DataError, match=r"must be one of \['NASDAQ', 'SP500'\]; got 'DAX'"):
        fit.path(["NASDAQ", "DAX"])


def test_one_hedge_may_be_named_without_a_list(fit):
    pd.testing.assert_frame_equal(
        fit.hedge_ratio("NASDAQ", "SP500"), fit.hedge_ratio("NASDAQ", ["SP500"])
    )


def test_covariance_and_correlation_are_the_path(fit):
    path = fit.path()
    np.testing.assert_array_equal(fit.covariance.to_numpy().reshape(path.shape), path)
    expected = path[:, 0, 1] / np.sqrt(path[:, 0, 0] * path[:, 1, 1])
    np.testing.assert_allclose(fit.correlation("NASDAQ", "SP500"), expected, rtol=1e-14)


def test_autocorrelated_returns_are_not_aggregated(simulated_panel):
    fit = hr.CCC(hr.ArchModel(mean="AR", lags=1)).fit(simulated_panel.iloc[:500, :2])
    message = r"aggregate\(\) needs univariate models with a constant mean"
    with pytest.raises(hr.DataError, match=message):
        fit.aggregate(5)


def test_a_horizon_may_be_a_time(fit):
    pd.testing.assert_frame_equal(fit.forecast("1w"), fit.forecast(5))
    pd.testing.assert_frame_equal(fit.aggregate("1w"), fit.aggregate(5))
    with pytest.raises(hr.DataError, match="horizon must be at most 100,000 rows; got 1,000,000,0"):
        fit.forecast(10**9)


@pytest.mark.parametrize("model", [hr.SampleCovariance(), hr.DCC(), hr.BEKK("scalar"), hr.DECO()])
def test_series_has_correlation_one_with_itself(model):
    returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    fit = model.fit(returns)
    assert (fit.correlation("asset", "asset") == 1.0).all()
    assert fit.correlation("asset", "asset").index.equals(fit.dates)
    with pytest.raises(hr.DataError, match="every series must be named once"):
        fit.path(["asset", "hedge", "asset"])
    with pytest.raises(hr.DataError, match="the series must be one of"):
        fit.correlation("gold", "gold")
