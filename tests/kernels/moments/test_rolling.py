"""Moments of a rolling window against those of each window."""

import numpy as np
import pytest

from hedgeresearch._kernels.moments.rolling import (
    expanding_covariance,
    rolling_covariance,
    rolling_mean,
)


@pytest.fixture
def returns():
    mixing = np.array([[1, 0.5, 0], [0, 1, 0.2], [0, 0, 1]])
    return np.random.default_rng(5).standard_normal((60, 3)) @ mixing + 5.0


def test_rolling_mean_equals_that_of_each_window(returns):
    means = rolling_mean(returns, 10)
    assert len(means) == 51
    for t in range(51):
        np.testing.assert_allclose(means[t], returns[t : t + 10].mean(axis=0), rtol=1e-12)


def test_rolling_covariance_equals_that_of_each_window(returns):
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


def test_expanding_covariance_equals_that_of_the_first_dates(returns):
    path = expanding_covariance(returns)
    assert len(path) == 61
    assert not path[:2].any()
    for t in range(2, 61):
        np.testing.assert_allclose(path[t], np.cov(returns[:t], rowvar=False), rtol=1e-11)
