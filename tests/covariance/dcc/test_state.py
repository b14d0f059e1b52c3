"""Filter state of a DCC: limits and forecasts."""

import numpy as np
import pytest

from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.covariance.news import expected_news
from hedgeresearch.volatility.garch.state import GARCHState


def test_correlation_without_dynamics_is_constant():
    target = np.array([[1.1, 0.4], [0.4, 0.9]])
    parameters = [(0, 0.1, 0.05, 0, 0.9), (0, 0.2, 0.1, 0, 0.8)]
    univariate = tuple(GARCHState(np.array(p), 1.0) for p in parameters)
    state = DCCState(univariate, np.zeros(3), False, target, target, target, np.inf)
    path = state.path(np.random.default_rng(0).standard_normal((50, 2)), np.arange(2))
    correlations = path[:, 0, 1] / np.sqrt(path[:, 0, 0] * path[:, 1, 1])
    np.testing.assert_allclose(correlations, 0.4 / np.sqrt(0.99), rtol=1e-12)


@pytest.mark.long
def test_forecasts_with_news_are_means_of_simulations():
    """The forecast by (a + b)^k alone would be .06 lower at step 10."""
    a, b, g = parameters = np.array([0.02, 0.9, 0.1])
    target = np.array([[1.0, 0.6], [0.6, 1.0]])
    intercept = (1 - a - b) * target - g * expected_news(target)
    now = np.array([[1.0, 0.9], [0.9, 1.0]])
    univariate = tuple(GARCHState(np.array([0.0, 1.0, 0.0, 0.0, 0.0]), 1.0) for _ in range(2))
    state = DCCState(univariate, parameters, False, target, intercept, now, np.inf)
    rng = np.random.default_rng(1)
    rho = np.empty(4000)
    for i in range(4000):
        q = now.copy()
        for _ in range(9):
            scale = np.sqrt(np.diag(q))
            z = np.linalg.cholesky(q / np.outer(scale, scale)) @ rng.standard_normal(2)
            news = np.minimum(z, 0)
            q = intercept + a * np.outer(z, z) + g * np.outer(news, news) + b * q
        rho[i] = q[0, 1] / np.sqrt(q[0, 0] * q[1, 1])
    assert state.forecast(10)[9, 0, 1] == pytest.approx(rho.mean(), abs=0.015)
