"""Returns with fat tails and volatility clusters."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def clustered() -> pd.Series:
    """Fat tails whose volatility comes in clusters."""
    rng = np.random.default_rng(11)
    volatility = np.repeat(rng.choice([0.01, 0.04], size=40), 25)
    values = 0.001 + volatility * rng.standard_normal(1_000)
    return pd.Series(values, pd.date_range("2015-01-01", periods=1_000))
