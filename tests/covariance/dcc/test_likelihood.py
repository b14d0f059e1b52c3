"""Derivatives of the likelihood of a correlation with respect to its targets."""

import numpy as np
import pytest

from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood
from hedgeresearch.covariance.dcc.panel_passes import PanelPass


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
    _, by_moments = likelihood.residual_gradient(parameters, NORMAL)
    found = by_moments * (2 - np.eye(3))  # both of two symmetric elements move
    a, b, g = parameters
    corrected = likelihood.corrected
    s = likelihood.target(a, b)[0]
    news = likelihood.news_target

    def mean_density(s, news):
        intercept = (1 - a - b) * s - g * news
        first = s if corrected else intercept + b * s
        x, _ = likelihood._innovations(parameters)
        rules = (NORMAL, likelihood.equicorrelation)
        return PanelPass((a, b, g), *rules, z, x, intercept, first).value()

    for i in range(3):
        for j in range(i, 3):
            step = np.zeros((3, 3))
            step[i, j] = 1e-5
            step[j, i] = 1e-5
            slope = (mean_density(s + step, news) - mean_density(s - step, news)) / 2e-5
            assert found[0, i, j] == pytest.approx(slope, rel=1e-5, abs=1e-9)
            slope = (mean_density(s, news + step) - mean_density(s, news - step)) / 2e-5
            assert found[1, i, j] == pytest.approx(slope, rel=1e-5, abs=1e-9)
