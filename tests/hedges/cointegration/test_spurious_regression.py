"""Estimates from the levels of random walks, against simulations."""

import numpy as np
import pytest

from hedgeresearch.hedges.cointegration.spurious_regression import random_walk_scatter
from tests.hedges.cointegration.prices import random_walks


@pytest.mark.long
def test_scatter_equals_that_of_simulated_estimates():
    """1000 steps with correlation 0.5: standard deviation .545 from levels, .027 from returns."""
    estimates = []
    for seed in range(1000):
        levels = random_walks(1000, seed)
        changes = np.diff(levels, axis=0)
        estimates.append([np.polyfit(x[:, 1], x[:, 0], 1)[0] for x in (levels, changes)])
    by_hand = np.std(estimates, axis=0)
    found = random_walk_scatter(np.array([[1.0, 0.5], [0.5, 1.0]]), 1000, n_walks=1000)
    # A standard deviation from 1000 draws with heavy tails is known to a few percent.
    np.testing.assert_allclose(by_hand, [0.545, 0.027], rtol=0.06)
    np.testing.assert_allclose([found.levels[0], found.returns[0]], [0.545, 0.027], rtol=0.06)


def test_scatter_has_the_units_of_a_ratio():
    covariance = np.array([[1.0, 0.3, 0.2], [0.3, 1.0, 0.1], [0.2, 0.1, 1.0]])
    scale = np.array([1e-4, 1e4, 1.0])
    unit = random_walk_scatter(covariance, 300)
    scaled = random_walk_scatter(covariance * np.outer(scale, scale), 300)
    np.testing.assert_allclose(scaled.levels, unit.levels * 1e-4 / scale[1:], rtol=1e-9)
