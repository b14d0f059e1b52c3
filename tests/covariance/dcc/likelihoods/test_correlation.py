"""Derivatives of the likelihood of a correlation with respect to its targets."""

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.dcc.recursion import dcc_correlation
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from tests.covariance.dcc.slow_density import log_density_of_path


@pytest.mark.parametrize(
    "rules",
    [{}, {"asymmetric": True}, {"corrected": True}, {"corrected": True, "equicorrelation": True}],
    ids=str,
)
def test_target_gradient_is_the_numerical_derivative(rules):
    """Other S and N enter through the intercept and the first Q."""
    noise = np.random.default_rng(5).standard_normal((300, 3))
    z = noise @ np.linalg.cholesky(0.5 * np.eye(3) + 0.5).T
    likelihood = CorrelationLikelihood(z, **rules)
    parameters = np.array([0.05, 0.9, 0.02 if rules.get("asymmetric") else 0.0])
    gradient = likelihood.passes.gradient(parameters, NORMAL)
    found = gradient.by_moments * (2 - np.eye(3))  # both of two symmetric elements move
    a, b, g = parameters
    corrected = likelihood.corrected
    s = likelihood.target(a, b)[0]
    news = likelihood.news_target

    def mean_density(s, news):
        intercept = (1 - a - b) * s - g * news
        first = s if corrected else intercept + b * s
        path = dcc_correlation(parameters, corrected, z, intercept, first)[:-1]
        if likelihood.equicorrelation:
            rho = (path.sum(axis=(1, 2)) - 3) / 6
            path = rho[:, None, None] * (1 - np.eye(3)) + np.eye(3)
        return log_density_of_path(z, path, NORMAL).mean()

    for i in range(3):
        # with the correction S is a correlation, whose diagonal does not move
        for j in range(i + corrected, 3):
            step = np.zeros((3, 3))
            step[i, j] = 1e-5
            step[j, i] = 1e-5
            slope = (mean_density(s + step, news) - mean_density(s - step, news)) / 2e-5
            assert found[0, i, j] == pytest.approx(slope, rel=1e-5, abs=1e-9)
            slope = (mean_density(s, news + step) - mean_density(s, news - step)) / 2e-5
            assert found[1, i, j] == pytest.approx(slope, rel=1e-5, abs=1e-9)
