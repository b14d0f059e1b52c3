"""Moments of mixtures against definitions and draws."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.mixture import mixture_covariance, weighted_moments


def test_covariance_is_that_of_draws_from_the_mixture():
    """sum_k p_k (S_k + m_k m_k') - m m', as written, and by simulation."""
    rng = np.random.default_rng(0)
    p = np.array([0.3, 0.7])
    means = np.array([[1.0, -2.0], [-0.5, 0.4]])
    covariances = np.array([[[1.0, 0.3], [0.3, 2.0]], [[0.5, -0.2], [-0.2, 0.4]]])
    found = mixture_covariance(p[None], means, covariances)[0]
    mean = p @ means
    written = sum(
        w * (s + np.outer(m, m)) for w, s, m in zip(p, covariances, means, strict=True)
    ) - np.outer(mean, mean)
    np.testing.assert_allclose(found, written, rtol=1e-13)
    regime = rng.choice(2, size=200_000, p=p)
    draws = np.stack(
        [rng.multivariate_normal(m, s, 200_000) for m, s in zip(means, covariances, strict=True)]
    )
    np.testing.assert_allclose(np.cov(draws[regime, np.arange(200_000)].T), found, atol=0.03)


def test_weighted_moments_equal_their_definition():
    rng = np.random.default_rng(0)
    values = rng.standard_normal((200, 2))
    p = rng.dirichlet([1, 2], 200)
    means, covariances = weighted_moments(values, p)
    for k in range(2):
        mean = np.average(values, axis=0, weights=p[:, k])
        np.testing.assert_allclose(means[k], mean)
        expected = np.cov(values, rowvar=False, aweights=p[:, k], ddof=0)
        np.testing.assert_allclose(covariances[k], expected, rtol=1e-10)
    with pytest.raises(hr.DataError, match="regime 1 has 0.2 dates"):
        weighted_moments(values, np.tile([0.999, 0.001], (200, 1)))
