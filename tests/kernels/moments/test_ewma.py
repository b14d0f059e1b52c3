"""Exponentially weighted second moments against their definition."""

import numpy as np
import pytest

from hedgeresearch._kernels.moments.ewma import ewma_covariance, ewma_last


@pytest.fixture
def returns():
    mixing = np.array([[1, 0.5, 0], [0, 1, 0.2], [0, 0, 1]])
    return np.random.default_rng(5).standard_normal((60, 3)) @ mixing + 5.0


def test_ewma_is_weighted_mean_of_the_past(returns):
    path, weight = ewma_covariance(0.9, returns, np.zeros((3, 3)), 0.0)
    for t in range(1, 61):
        weights = 0.9 ** np.arange(t)[::-1]
        expected = np.einsum("t,ti,tj->ij", weights, returns[:t], returns[:t]) / weights.sum()
        np.testing.assert_allclose(path[t], expected, rtol=1e-12)
    assert weight == pytest.approx((0.9 ** np.arange(60)).sum())


def test_last_mean_is_the_end_of_the_path(returns):
    path, weight = ewma_covariance(0.9, returns, np.eye(3), 2.0)
    last, last_weight = ewma_last(0.9, returns, np.eye(3), 2.0)
    np.testing.assert_array_equal(last, path[-1])
    assert last_weight == weight
