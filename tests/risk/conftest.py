"""A hedged position, five dates of returns and a covariance."""

import numpy as np
import pandas as pd
import pytest

NAMES = ["asset", "near", "far"]


@pytest.fixture
def exposures() -> pd.Series:
    """A million long, hedged with 600,000 and 250,000 sold."""
    return pd.Series([1_000_000.0, -600_000.0, -250_000.0], NAMES)


@pytest.fixture
def returns() -> pd.DataFrame:
    """Five dates; the asset's worst are the third and the first."""
    values = [
        [-0.04, -0.03, -0.05],
        [0.01, 0.02, 0.00],
        [-0.10, -0.08, 0.02],
        [0.03, 0.03, 0.04],
        [0.00, -0.01, 0.01],
    ]
    return pd.DataFrame(values, pd.date_range("2020-03-09", periods=5), NAMES)


@pytest.fixture
def covariance() -> pd.DataFrame:
    """Volatilities 2, 1 and 3%; correlations .8 and .5 with the asset, .4 between the hedges."""
    volatility = np.array([0.02, 0.01, 0.03])
    correlation = np.array([[1.0, 0.8, 0.5], [0.8, 1.0, 0.4], [0.5, 0.4, 1.0]])
    return pd.DataFrame(correlation * np.outer(volatility, volatility), NAMES, NAMES)
