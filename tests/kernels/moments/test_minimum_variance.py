"""Minimum-variance ratios against the normal equations."""

import numpy as np

from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios


def test_ratios_solve_the_normal_equations():
    rng = np.random.default_rng(5)
    samples = rng.standard_normal((41, 20, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.2], [0, 0, 1]])
    covariances = np.array([np.cov(sample, rowvar=False) for sample in samples])
    ratios, pivots = minimum_variance_ratios(covariances)
    expected = [np.linalg.solve(c[1:, 1:], c[1:, 0]) for c in covariances]
    np.testing.assert_allclose(ratios, expected, rtol=1e-10)
    assert (pivots > 0).all()


def test_singular_matrix_has_pivot_of_zero():
    covariance = np.array([[[1.0, 0.5, 0.5], [0.5, 1.0, 1.0], [0.5, 1.0, 1.0]], np.zeros((3, 3))])
    _, pivots = minimum_variance_ratios(covariance)
    assert (pivots < 1e-10).all()
