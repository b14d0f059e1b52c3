"""Moving moments and the minimum-variance ratio against their definitions."""

import numpy as np
import pytest

from hedgeresearch._kernels.ewma import ewma_covariance
from hedgeresearch._kernels.minimum_variance import minimum_variance_ratios
from hedgeresearch._kernels.rolling import rolling_covariance


@pytest.fixture
def returns():
    return (
        np.random.default_rng(5).standard_normal((60, 3))
        @ np.array([[1, 0.5, 0], [0, 1, 0.2], [0, 0, 1]])
        + 5.0
    )


def test_ewma_is_the_weighted_mean_of_the_past(returns):
    path, weight = ewma_covariance(0.9, returns, np.zeros((3, 3)), 0.0)
    for t in range(1, 61):
        weights = 0.9 ** np.arange(t)[::-1]
        expected = np.einsum("t,ti,tj->ij", weights, returns[:t], returns[:t]) / weights.sum()
        np.testing.assert_allclose(path[t], expected, rtol=1e-12)
    assert weight == pytest.approx((0.9 ** np.arange(60)).sum())


def test_rolling_covariance_is_that_of_each_window(returns):
    path = rolling_covariance(returns, 10)
    assert len(path) == 51
    for t in range(51):
        np.testing.assert_allclose(path[t], np.cov(returns[t : t + 10], rowvar=False), rtol=1e-11)


def test_rolling_covariance_keeps_no_rounding_of_an_outlier(returns):
    shocked = returns.copy()
    shocked[5] = 1e9
    np.testing.assert_array_equal(
        rolling_covariance(shocked, 10)[6:], rolling_covariance(returns, 10)[6:]
    )


def test_ratios_solve_the_normal_equations(returns):
    covariances = rolling_covariance(returns, 20)
    ratios, pivots = minimum_variance_ratios(covariances)
    expected = [np.linalg.solve(c[1:, 1:], c[1:, 0]) for c in covariances]
    np.testing.assert_allclose(ratios, expected, rtol=1e-10)
    assert (pivots > 0).all()


def test_a_singular_matrix_has_no_ratio():
    covariance = np.array([[[1.0, 0.5, 0.5], [0.5, 1.0, 1.0], [0.5, 1.0, 1.0]], np.zeros((3, 3))])
    _, pivots = minimum_variance_ratios(covariance)
    assert (pivots < 1e-10).all()
