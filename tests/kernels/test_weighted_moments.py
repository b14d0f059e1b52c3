"""Covariances of all past dates with decaying weights, against their definition."""

import numpy as np
import pytest

from hedgeresearch._kernels.weighted_moments import weighted_covariances


@pytest.mark.parametrize("decay", [0.9, 1.0])
def test_covariances_equal_weighted_ones_of_the_past(decay):
    values = np.random.default_rng(1).standard_normal((40, 3)) + 7.0
    weights = np.zeros(2)
    path = weighted_covariances(values, decay, weights, np.zeros(3), np.zeros((3, 3)))
    for t in range(2, 41):
        w = decay ** np.arange(t)[::-1]
        expected = np.cov(values[:t], rowvar=False, aweights=w, ddof=1)
        np.testing.assert_allclose(path[t], expected, rtol=1e-10)
    assert weights[0] == pytest.approx((decay ** np.arange(40)).sum())


def test_moments_continue_in_place():
    values = np.random.default_rng(2).standard_normal((30, 2))
    whole = weighted_covariances(values, 0.95, np.zeros(2), np.zeros(2), np.zeros((2, 2)))
    state = (np.zeros(2), np.zeros(2), np.zeros((2, 2)))
    first = weighted_covariances(values[:20], 0.95, *state)
    second = weighted_covariances(values[20:], 0.95, *state)
    np.testing.assert_array_equal(np.concatenate([first, second[1:]]), whole)
