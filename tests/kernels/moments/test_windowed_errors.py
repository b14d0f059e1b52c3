"""Sampling covariances of slopes in many windows, against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from hedgeresearch._kernels.moments.windowed_errors import slope_variances


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("lags", [0, 3])
@pytest.mark.parametrize("decay", [1.0, 0.97])
def test_covariances_equal_those_of_each_regression(lags, decay, corrected):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 2))
    values = np.column_stack([x @ [0.7, -0.2] + rng.standard_normal(60), x])
    begins = np.array([0, 5, 20])
    ends = begins + 40
    weights = decay ** np.arange(40)[::-1]
    ratios = []
    expected = []
    largest = []
    for begin, end in zip(begins, ends, strict=True):
        window = values[begin:end]
        regression = sm.WLS(window[:, 0], sm.add_constant(window[:, 1:]), weights).fit()
        # The influence of each date, from the definition m = w x u.
        means = weights @ window / weights.sum()
        deviations = window[:, 1:] - means[1:]
        residuals = regression.resid
        if corrected:
            design = sm.add_constant(window[:, 1:]) * np.sqrt(weights)[:, None]
            leverage = np.diag(design @ np.linalg.pinv(design))
            largest.append(leverage.max())
            residuals = residuals / (1 - leverage)
        moments = weights[:, None] * deviations * residuals[:, None]
        total = moments.T @ moments
        for lag in range(1, lags + 1):
            cross = moments[lag:].T @ moments[:-lag]
            total += (1 - lag / (lags + 1)) * (cross + cross.T)
        inverse = np.linalg.inv((weights[:, None] * deviations).T @ deviations)
        ratios.append(regression.params[1:])
        expected.append(inverse @ total @ inverse)
    options = (np.full(3, lags), decay, np.full(3, corrected))
    variances, last, leverages = slope_variances(values, begins, ends, np.array(ratios), *options)
    np.testing.assert_allclose(leverages, largest or np.zeros(3), rtol=1e-9)
    np.testing.assert_allclose(variances, np.diagonal(expected, axis1=1, axis2=2), rtol=1e-9)
    np.testing.assert_allclose(last, expected[-1], rtol=1e-9)
