"""Standardized residuals against the definition, date by date."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import sqrtm

import hedgeresearch as hr
from hedgeresearch.covariance.residuals import remove_covariance


@pytest.fixture
def covariances():
    factors = np.random.default_rng(0).standard_normal((20, 3, 3))
    return factors @ np.swapaxes(factors, 1, 2) + np.diag([1e-4, 1.0, 100.0])


def test_residuals_are_their_definition(covariances):
    errors = np.random.default_rng(1).standard_normal((20, 3))
    found = remove_covariance(errors, covariances, pd.RangeIndex(20))
    for row, error, covariance in zip(found, errors, covariances, strict=True):
        scale = np.sqrt(np.diag(covariance))
        root = sqrtm(covariance / np.outer(scale, scale))
        np.testing.assert_allclose(row, np.linalg.solve(root, error / scale), rtol=1e-8)


def test_units_and_order_do_not_matter(covariances):
    errors = np.random.default_rng(1).standard_normal((20, 3))
    dates = pd.RangeIndex(20)
    residuals = remove_covariance(errors, covariances, dates)
    order = [2, 0, 1]
    units = np.array([1e3, 1.0, 1e-3])
    other = remove_covariance(
        (errors * units)[:, order],
        (covariances * np.outer(units, units))[:, order][:, :, order],
        dates,
    )
    np.testing.assert_allclose(other, residuals[:, order], rtol=1e-9)


def test_the_first_singular_date_is_named(covariances):
    covariances[[4, 7]] = np.ones((3, 3))
    dates = pd.bdate_range("2020-01-01", periods=20)
    with pytest.raises(hr.DataError, match="it is singular on 2020-01-07, as series are constant"):
        remove_covariance(np.ones((20, 3)), covariances, dates)
