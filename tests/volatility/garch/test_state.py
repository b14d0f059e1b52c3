"""Forecasts of a GARCH state."""

import numpy as np
import pytest

from hedgeresearch.volatility.garch.state import GARCHState


def test_forecasts_with_leverage_are_means_of_simulations():
    """Bad news comes half of the time."""
    omega, alpha, gamma, beta = (0.1, 0.05, 0.2, 0.8)
    first = 3.0
    noise = np.random.default_rng(0).standard_normal((200_000, 5))
    h = np.full(200_000, first)
    for t in range(5):
        e = np.sqrt(h) * noise[:, t]
        h = omega + (alpha + gamma * (e < 0)) * e**2 + beta * h
    state = GARCHState(np.array([0.0, omega, alpha, gamma, beta]), first)
    assert state.forecast(6)[5] == pytest.approx(h.mean(), rel=0.01)
