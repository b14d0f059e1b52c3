"""Least squares and its standard errors against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from hedgeresearch.errors import DataError
from hedgeresearch.estimation.regression import (
    hac_degrees_of_freedom,
    least_squares,
    long_run_sum,
    newey_west_lags,
)


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


def test_small_sample_errors_use_the_residuals_of_hc3(sample):
    """HAC without lags is HC3; with lags it sums the same products."""
    y, x = sample
    regression = least_squares(y, x)
    expected = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3").cov_params()
    found = regression.covariance("HAC", 0, small_sample=True)
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    design = sm.add_constant(x)
    leverage = np.diag(design @ np.linalg.pinv(design))
    moments = design * (regression.residuals / (1 - leverage))[:, None]
    bread = np.linalg.inv(design.T @ design)
    expected = bread @ long_run_sum(moments, 4) @ bread
    found = regression.covariance("HAC", 4, small_sample=True)
    np.testing.assert_allclose(found, expected, rtol=1e-8)


@pytest.mark.parametrize("kind", ["HAC", "HC0", "HC1", "HC3"])
def test_a_slope_that_rests_on_one_date_has_no_robust_error(kind):
    rng = np.random.default_rng(0)
    x = np.zeros((30, 1))
    x[7] = 0.02
    regression = least_squares(rng.standard_normal(30), x)
    assert np.isfinite(regression.covariance("nonrobust")).all()
    with pytest.raises(DataError, match="moves on a single date"):
        regression.covariance(kind, 2)


def test_degrees_of_freedom_fall_with_lags_and_coefficients():
    assert hac_degrees_of_freedom(20, 2, 0) == pytest.approx(18.0)
    assert hac_degrees_of_freedom(20, 2, 3) == pytest.approx(1 / (1 / 18 + 3 / 30))
    assert hac_degrees_of_freedom(2.5, 3, 2) == 1.0
    assert hac_degrees_of_freedom(249, 2, 0) == 247.0
    assert np.isinf(hac_degrees_of_freedom(250, 2, 4))


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
