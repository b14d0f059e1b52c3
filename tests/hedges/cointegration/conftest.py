"""Prices shared by the tests of cointegration."""

import numpy as np
import pytest

from tests.hedges.cointegration.prices import dated, tied


@pytest.fixture(scope="session")
def levels():
    """Log prices of an asset that is tied to two hedges."""
    return tied(500, seed=0, n_hedges=2)


@pytest.fixture(scope="session")
def prices(levels):
    """Prices of an asset that is tied to two hedges."""
    return dated(levels, ["asset", "hedge", "other"])


@pytest.fixture(scope="session")
def adjusting_prices():
    """Three prices, the first tied to the others, with autocorrelated changes."""
    rng = np.random.default_rng(3)
    mixing = np.array([[1.0, 0, 0], [0.6, 1, 0], [0.4, 0.5, 1]])
    noise = 0.01 * rng.standard_normal((600, 3)) @ mixing.T
    levels = np.zeros((600, 3))
    changes = np.zeros((600, 3))
    for t in range(1, 600):
        spread = levels[t - 1] @ [1.0, -0.8, -0.3]
        changes[t] = noise[t] + [-0.1 * spread, 0.05 * spread, 0.0] + 0.2 * changes[t - 1, ::-1]
        levels[t] = levels[t - 1] + changes[t]
    return dated(levels, ["spot", "future", "other"])


@pytest.fixture(scope="session")
def unrelated_prices():
    """Prices of two random walks."""
    steps = np.random.default_rng(1).standard_normal((400, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    return dated(0.01 * steps.cumsum(axis=0) + np.log(0.5), ["spot", "future"])
