"""One sample and its fit for all tests of switching correlations."""

import pytest

from hedgeresearch.covariance.regime_switching.regime_correlation import RegimeCorrelation
from tests.covariance.regime_switching.simulation import simulate_switching


@pytest.fixture(scope="session")
def returns():
    return simulate_switching(2000, seed=1, n_series=3)[0]


@pytest.fixture(scope="session")
def fit(returns):
    return RegimeCorrelation(n_starts=4).fit(returns)
