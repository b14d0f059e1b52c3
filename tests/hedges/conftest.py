"""What tests of several hedges share."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def skewed_returns():
    """Skewed, heavy-tailed returns of an asset and two hedges, 300 dates, with means."""
    rng = np.random.default_rng(5)
    hedges = 0.01 * rng.standard_t(4, (300, 2)) @ np.array([[1.0, 0.4], [0.0, 0.8]]) + [4e-4, -2e-4]
    asset = (
        hedges @ [0.7, 0.3]
        + 0.006 * (rng.exponential(size=300) - 1.0)
        - 0.004 * (rng.exponential(size=300) - 1.0)
    )
    return pd.DataFrame(np.column_stack([asset, hedges]), columns=["asset", "first", "second"])
