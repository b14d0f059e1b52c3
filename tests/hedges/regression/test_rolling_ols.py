"""The rolling OLS hedge against regressions of each window."""

import numpy as np
import pytest
import statsmodels.api as sm

import hedgeresearch as hr


@pytest.fixture
def nasdaq(simple_returns):
    return simple_returns["NASDAQ"]


@pytest.fixture
def sp500(simple_returns):
    return simple_returns[["SP500"]]


def test_ratio_is_ols_of_each_window(nasdaq, sp500):
    fit = hr.RollingOLSHedge(120).fit(nasdaq[:400], sp500[:400])
    for t in (120, 257, 399):
        window = slice(t - 120, t)
        expected = np.polyfit(sp500["SP500"][window], nasdaq[window], 1)[0]
        assert fit.ratio["SP500"].loc[nasdaq.index[t]] == pytest.approx(expected, rel=1e-9)
    assert fit.next_ratio["SP500"] == pytest.approx(
        np.polyfit(sp500["SP500"][280:400], nasdaq[280:400], 1)[0]
    )


@pytest.mark.filterwarnings("ignore:a column should have one unit")
def test_invalid_windows_are_refused(nasdaq, sp500):
    with pytest.raises(
        hr.DataError, match="window must be shorter than the data, 100 dates; got 100"
    ):
        hr.RollingOLSHedge(100).fit(nasdaq[:100], sp500[:100])
    with pytest.raises(hr.DataError, match="window must be a whole number of at least 3"):
        hr.RollingOLSHedge(2)
    three = sp500.assign(b=nasdaq**2, c=nasdaq**3)
    with pytest.raises(hr.DataError, match="window must be at least 5 for 3 hedges; got 4"):
        hr.RollingOLSHedge(4).fit(nasdaq, three)


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
def test_constant_hedge_in_a_window_is_named(nasdaq, sp500):
    still = sp500.copy()
    still.iloc[200:260] = 0.0
    with pytest.raises(hr.DataError, match="hedges on .* must vary; SP500 does not move"):
        hr.RollingOLSHedge(50).fit(nasdaq, still)


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=400, n_series=3, correlation=0.7, seed=3).returns


@pytest.fixture(scope="module")
def asset(returns):
    return returns["asset"]


@pytest.fixture(scope="module")
def hedges(returns):
    return returns[["hedge", "hedge2"]]


def test_errors_agree_with_statsmodels(asset, hedges):
    fit = hr.RollingOLSHedge(120, hac_lags=4, small_sample=False).fit(asset, hedges)
    found = sm.OLS(asset[280:], sm.add_constant(hedges[280:])).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4}
    )
    np.testing.assert_allclose(fit.next_ratio, found.params[1:], rtol=1e-10)
    np.testing.assert_allclose(fit.standard_errors, found.bse[1:], rtol=1e-10)


def test_more_lags_than_window_are_refused():
    with pytest.raises(hr.DataError, match="hac_lags must be smaller than window, 60; got 60"):
        hr.RollingOLSHedge(60, hac_lags=60)
