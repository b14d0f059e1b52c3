"""Roots of covariance matrices."""

import numpy as np
import pytest

from hedgeresearch.covariance.matrix_roots import scaled_roots


@pytest.fixture
def covariances():
    factors = np.random.default_rng(0).standard_normal((10, 3, 3))
    return factors @ np.swapaxes(factors, 1, 2)


def test_roots_times_their_transposes_are_covariances(covariances):
    roots, smallest = scaled_roots(covariances)
    np.testing.assert_allclose(roots @ np.swapaxes(roots, 1, 2), covariances, rtol=1e-9)
    scale = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    correlations = covariances / (scale[:, :, None] * scale[:, None, :])
    assert smallest == pytest.approx(np.linalg.eigvalsh(correlations).min(), rel=1e-9)


def test_units_scale_the_rows(covariances):
    units = np.array([1e-3, 1.0, 1e4])
    roots, _ = scaled_roots(covariances)
    scaled, _ = scaled_roots(covariances * np.outer(units, units))
    np.testing.assert_allclose(scaled, units[:, None] * roots, rtol=1e-9)


def test_a_series_without_variance_has_a_root_of_zero():
    root, smallest = scaled_roots(np.diag([0.0, 4.0]))
    np.testing.assert_array_equal(root, np.diag([0.0, 2.0]))
    assert smallest == 0.0
