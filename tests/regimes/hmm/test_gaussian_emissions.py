"""Normal densities, of complete observations and of those with gaps."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions


@pytest.fixture(scope="module")
def emissions():
    covariances = np.array([[[1.0, 0.5], [0.5, 0.8]], [[6.0, -1.0], [-1.0, 4.0]]])
    return GaussianEmissions(np.array([[0.1, 0.0], [-0.2, 0.1]]), covariances)


def test_densities_are_normal(emissions):
    observations = np.random.default_rng(1).standard_normal((5, 2))
    for k, (mean, covariance) in enumerate(zip(*emissions.moments, strict=True)):
        expected = multivariate_normal(mean, covariance).logpdf(observations)
        found = emissions.log_densities(observations)[:, k]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_density_with_a_gap_is_that_of_what_is_observed(emissions):
    observations = np.array([[np.nan, 0.7], [-0.4, np.nan], [np.nan, np.nan]])
    found = emissions.log_densities(observations)
    for k, (mean, covariance) in enumerate(zip(*emissions.moments, strict=True)):
        second = multivariate_normal(mean[1], covariance[1, 1]).logpdf(0.7)
        first = multivariate_normal(mean[0], covariance[0, 0]).logpdf(-0.4)
        np.testing.assert_allclose(found[:, k], [second, first, 0.0], rtol=1e-12)


def test_weighted_estimates_are_weighted_moments(emissions):
    rng = np.random.default_rng(2)
    observations = rng.standard_normal((50, 2))
    weights = rng.dirichlet([1.0, 1.0], 50)
    found = emissions.reestimate(observations, weights)
    for k in range(2):
        mean = np.average(observations, axis=0, weights=weights[:, k])
        covariance = np.cov(observations, rowvar=False, aweights=weights[:, k], ddof=0)
        np.testing.assert_allclose(found.means[k], mean, rtol=1e-10)
        np.testing.assert_allclose(found.covariances[k], covariance, rtol=1e-10)
