"""Ratios of one covariance matrix, and what is refused."""

import numpy as np
import pytest

from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch.covariance.hedge_ratio import minimum_variance_ratio
from hedgeresearch.errors import DataError


def nearly_collinear(n_hedges, noise, rng):
    """Return the covariance of an asset and of hedges that are nearly one, (n, n)."""
    common = rng.normal(size=(200, 1))
    hedges = common + noise * rng.normal(size=(200, n_hedges))
    asset = common + rng.normal(size=(200, 1))
    return np.cov(np.column_stack([asset, hedges * rng.uniform(0.1, 10.0, n_hedges)]).T)


@pytest.mark.parametrize("n_hedges", [1, 2, 3, 6])
def test_pivots_bound_the_smallest_eigenvalue(n_hedges):
    rng = np.random.default_rng(n_hedges)
    for noise in 10.0 ** rng.uniform(-3.0, 1.0, 200):
        covariance = nearly_collinear(n_hedges, noise, rng)
        _, pivots = minimum_variance_ratios(covariance[None])
        scale = np.sqrt(np.diag(covariance)[1:])
        smallest = np.linalg.eigvalsh(covariance[1:, 1:] / np.outer(scale, scale))[0]
        assert pivots[0] ** n_hedges / np.e < smallest


@pytest.mark.parametrize("n_hedges", [2, 3, 6])
def test_hedges_up_to_the_tolerance_are_refused(n_hedges):
    rng = np.random.default_rng(n_hedges)
    names = [f"hedge{i}" for i in range(n_hedges)]
    with pytest.raises(DataError, match="must not be collinear"):
        minimum_variance_ratio(nearly_collinear(n_hedges, 1e-7, rng), names)
    covariance = nearly_collinear(n_hedges, 1e-3, rng)  # eigenvalues of about 1e-6
    expected = np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])
    found = minimum_variance_ratio(covariance, names)
    # a condition of 1e6 leaves ten digits
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_a_hedge_that_does_not_move_is_refused():
    with pytest.raises(DataError, match="a does not move"):
        minimum_variance_ratio(np.diag([1.0, 0.0]), ["a"])
