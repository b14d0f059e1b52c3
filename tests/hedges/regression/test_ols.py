"""The OLS hedge against definitions, statsmodels and the bundled data."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

import hedgeresearch as hr
from tests.hedges.fitting import split


@pytest.fixture
def nasdaq(simple_returns):
    return simple_returns["NASDAQ"]


@pytest.fixture
def sp500(simple_returns):
    return simple_returns[["SP500"]]


def newey_west(x, residuals, lags):
    """Return the HAC covariance of coefficients: Bartlett weights, no correction."""
    moments = x * residuals[:, None]
    middle = moments.T @ moments
    for lag in range(1, lags + 1):
        cross = moments[lag:].T @ moments[:-lag]
        middle += (1 - lag / (lags + 1)) * (cross + cross.T)
    bread = np.linalg.inv(x.T @ x)
    return bread @ middle @ bread


def test_bundled_data_give_the_known_ratio(nasdaq, sp500):
    fit = hr.OLSHedge().fit(nasdaq, sp500)
    assert fit.next_ratio["SP500"] == pytest.approx(1.17, abs=0.01)
    assert fit.expected_effectiveness == pytest.approx(0.79, abs=0.005)  # R2
    assert (fit.ratio["SP500"] == fit.next_ratio["SP500"]).all()


def test_estimates_and_errors_equal_their_definitions(nasdaq, sp500):
    fit = hr.OLSHedge(hac_lags=9).fit(nasdaq, sp500)
    x = np.column_stack([np.ones(len(nasdaq)), sp500])
    coefficients, *_ = np.linalg.lstsq(x, nasdaq.to_numpy(), rcond=None)
    covariance = newey_west(x, nasdaq.to_numpy() - x @ coefficients, 9)
    np.testing.assert_allclose(fit.summary["estimate"], coefficients, rtol=1e-8)
    np.testing.assert_allclose(
        fit.summary["standard error"], np.sqrt(np.diag(covariance)), rtol=1e-8
    )
    np.testing.assert_allclose(
        fit.summary["t"], coefficients / np.sqrt(np.diag(covariance)), rtol=1e-7
    )


def test_more_lags_than_dates_are_refused(nasdaq, sp500):
    with pytest.raises(
        hr.DataError, match="hac_lags must be smaller than the number of dates, 20; got 20"
    ):
        hr.OLSHedge(hac_lags=20).fit(nasdaq[:20], sp500[:20])


def test_constant_differs_from_a_hedge_of_its_name(nasdaq, sp500):
    summary = hr.OLSHedge().fit(nasdaq, sp500.rename(columns={"SP500": "constant"})).summary
    assert list(summary.index) == ["(constant)", "constant"]


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=300, n_series=3, seed=4).returns


@pytest.mark.parametrize("cov", ["HC0", "HC1", "HC3", "nonrobust", "HAC"])
def test_errors_agree_with_statsmodels(returns, cov):
    asset, hedges = split(returns)
    fit = hr.OLSHedge(standard_errors=cov).fit(asset, hedges)
    settings = {"cov_kwds": {"maxlags": 5}} if cov == "HAC" else {}
    theirs = sm.OLS(asset, sm.add_constant(hedges)).fit(cov_type=cov, **settings)
    np.testing.assert_allclose(fit.summary["estimate"], theirs.params, rtol=1e-8)
    np.testing.assert_allclose(fit.summary["standard error"], theirs.bse, rtol=1e-8)
    np.testing.assert_allclose(fit.summary["p"], theirs.pvalues, rtol=1e-6)
    np.testing.assert_allclose(fit.standard_errors, theirs.bse.iloc[1:], rtol=1e-8)
    np.testing.assert_allclose(fit.conf_int(0.9), theirs.conf_int(0.1).iloc[1:], rtol=1e-7)
    expected = (
        theirs.f_test("hedge = 1, hedge2 = 1")
        if cov == "nonrobust"
        else theirs.wald_test("hedge = 1, hedge2 = 1", use_f=False, scalar=True)
    )
    assert fit.wald_test().p_value == pytest.approx(float(expected.pvalue), rel=1e-6)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_nonrobust_intervals_use_the_t_distribution():
    asset = pd.Series([0.1, 0.3, 0.2, 0.6, 0.5], name="asset")
    hedge = pd.DataFrame({"hedge": [0.0, 0.2, 0.3, 0.5, 0.6]})
    fit = hr.OLSHedge(standard_errors="nonrobust").fit(asset, hedge)
    theirs = stats.linregress(hedge["hedge"], asset)
    half = stats.t.ppf(0.975, 3) * theirs.stderr
    np.testing.assert_allclose(
        fit.conf_int().loc["hedge"], [theirs.slope - half, theirs.slope + half], rtol=1e-9
    )


def test_names_of_parameters_and_hedges_differ(returns):
    renamed = returns.set_axis(["asset", "constant", "(constant)"], axis=1)
    fit = hr.OLSHedge().fit(*split(renamed))
    assert fit.summary.index.tolist() == ["((constant))", "constant", "(constant)"]
    assert fit.conf_int().shape == (2, 2)
    with pytest.raises(hr.DataError, match="must have names that differ as text"):
        hr.OLSHedge().fit(*split(returns.set_axis(["asset", 1, "1"], axis=1)))
