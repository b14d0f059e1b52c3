"""Filter state of a DCC: limits and forecasts."""

import pickle

import numpy as np
import pytest

from hedgeresearch._kernels.dcc.recursion import dcc_last
from hedgeresearch.covariance.correlation import filter_residuals
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


@pytest.mark.parametrize("corrected", [False, True])
def test_bars_and_their_table_give_the_same_bits(corrected):
    """A state that was moved bar by bar is the state of the recursions of its parts."""
    target = np.array([[1.1, 0.4], [0.4, 0.9]])
    margins = [np.array(p) for p in [(0.1, 0.1, 0.05, 0.02, 0.9), (0, 0.2, 0.1, 0, 0.8)]]
    univariate = tuple(GARCHState(margin, 1.0 + i) for i, margin in enumerate(margins))
    parameters = np.array([0.05, 0.9, 0.0 if corrected else 0.01])
    first = DCCState(univariate, parameters, corrected, target, 0.05 * target, target, 7.0)
    returns = np.random.default_rng(0).standard_normal((40, 2))
    later = first
    for t in range(len(returns)):
        before = later
        kept = before.q.copy()
        later = later.advance(returns[t : t + 1])
        np.testing.assert_array_equal(before.q, kept)
    whole = first.advance(np.asfortranarray(returns))
    np.testing.assert_array_equal(later.values, whole.values)
    residuals, variances, _ = filter_residuals(univariate, returns)
    q = dcc_last(parameters, corrected, residuals, 0.05 * target, target)
    np.testing.assert_allclose(later.q, q, rtol=1e-13)
    np.testing.assert_allclose(later.values[0], variances[-1], rtol=1e-14)
    named = later.named
    for name in ("parameters", "corrected", "target", "intercept", "degrees_of_freedom"):
        assert getattr(later, name) is getattr(first, name)
    assert [state.next_variance for state in named.univariate] == later.values[0].tolist()
    assert later.constant_means
    np.testing.assert_array_equal(named.next_covariance, later.next_covariance)
    np.testing.assert_array_equal(named.forecast(5), later.forecast(5))
    np.testing.assert_array_equal(named.means(returns), later.means(returns))
    block = np.array([1])
    np.testing.assert_array_equal(named.path(returns, block), later.path(returns, block))
    np.testing.assert_array_equal(named.advance(returns).values, later.advance(returns).values)
    again = pickle.loads(pickle.dumps(later))
    np.testing.assert_array_equal(again.advance(returns).values, later.advance(returns).values)


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
