"""Least squares and its standard errors against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from hedgeresearch.estimation.regression import least_squares, long_run_sum, newey_west_lags


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((300, 2)) * [1e-2, 10.0]
    y = 0.1 + x @ [80.0, -0.3] + rng.standard_normal(300) * (1.0 + np.abs(x[:, 1]) / 10)
    return y, x


@pytest.mark.parametrize("kind", ["nonrobust", "HC0", "HC1", "HC3"])
def test_covariance_agrees_with_statsmodels(sample, kind):
    y, x = sample
    regression = least_squares(y, x)
    expected = sm.OLS(y, sm.add_constant(x)).fit(cov_type=kind)
    np.testing.assert_allclose(regression.coefficients, expected.params, rtol=1e-10)
    np.testing.assert_allclose(regression.covariance(kind), expected.cov_params(), rtol=1e-8)
    assert regression.degrees_of_freedom == expected.df_resid


@pytest.mark.parametrize("lags", [0, 1, 5])
def test_hac_covariance_agrees_with_statsmodels(sample, lags):
    y, x = sample
    settings = {"maxlags": lags, "use_correction": False}
    expected = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HAC", cov_kwds=settings)
    found = least_squares(y, x).covariance("HAC", lags)
    np.testing.assert_allclose(found, expected.cov_params(), rtol=1e-8)


def test_weighted_coefficients_agree_with_statsmodels(sample):
    y, x = sample
    weights = 0.99 ** np.arange(300)[::-1]
    regression = least_squares(y, x, weights)
    expected = sm.WLS(y, sm.add_constant(x), weights).fit()
    np.testing.assert_allclose(regression.coefficients, expected.params, rtol=1e-10)
    found = regression.covariance("nonrobust")
    np.testing.assert_allclose(found, expected.cov_params(), rtol=1e-8)


def test_long_run_sum_equals_its_definition():
    moments = np.random.default_rng(1).standard_normal((50, 2))
    expected = np.zeros((2, 2))
    for s in range(50):
        for t in range(50):
            weight = max(1 - abs(s - t) / 4, 0.0)
            expected += weight * np.outer(moments[s], moments[t])
    np.testing.assert_allclose(long_run_sum(moments, 3), expected, rtol=1e-12)


@pytest.mark.parametrize(("n_dates", "lags"), [(100, 4), (1000, 6), (5000, 9)])
def test_newey_west_lags_follow_the_rule(n_dates, lags):
    assert newey_west_lags(n_dates) == lags
