"""Forecasts of a GARCH state."""

import numpy as np
import pytest

from hedgeresearch.volatility.garch.state import GARCHState


def test_forecasts_with_leverage_are_means_of_simulations():
    """Bad news comes half of the time."""
    omega = 0.1
    alpha = 0.05
    gamma = 0.2
    beta = 0.8
    first = 3.0
    noise = np.random.default_rng(0).standard_normal((200_000, 5))
    h = np.full(200_000, first)
    for t in range(5):
        e = np.sqrt(h) * noise[:, t]
        h = omega + (alpha + gamma * (e < 0)) * e**2 + beta * h
    state = GARCHState(np.array([0.0, omega, alpha, gamma, beta]), first)
    assert state.forecast(6)[5] == pytest.approx(h.mean(), rel=0.01)


def test_innovations_are_normal_or_student():
    """Unit variance; the kurtosis of Student-t is 3 + 6 / (nu - 4)."""
    parameters = np.array([0.0, 0.1, 0.05, 0.0, 0.9])
    for nu, kurtosis in ((np.inf, 3.0), (12.0, 3.75)):
        state = GARCHState(parameters, 1.0, nu)
        draws = state.innovations(400_000, np.random.default_rng(0))
        assert draws.var() == pytest.approx(1.0, abs=0.01)
        assert np.mean(draws**4) == pytest.approx(kurtosis, abs=0.1)


def test_filter_keeps_the_parameters():
    parameters = np.array([0.1, 0.1, 0.05, 0.0, 0.9])
    state = GARCHState(parameters, 1.0, 7.0)
    means, variances, after = state.filter(np.array([1.1]))
    np.testing.assert_array_equal(means, [0.1, 0.1])
    np.testing.assert_allclose(variances, [1.0, 0.1 + 0.05 + 0.9])
    assert after.parameters is parameters
    assert after.degrees_of_freedom == 7.0
    assert after.next_variance == variances[1]
