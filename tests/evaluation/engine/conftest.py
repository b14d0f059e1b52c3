"""Returns and prices on which models are walked."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="session")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=400, seed=11).returns


@pytest.fixture(scope="session")
def prices() -> pd.DataFrame:
    """Two cointegrated prices that drift apart in level, 400 dates."""
    rng = np.random.default_rng(2)
    hedge = np.cumsum(rng.normal(2e-4, 0.01, 400))
    spread = np.zeros(400)
    for t in range(1, 400):
        spread[t] = 0.8 * spread[t - 1] + rng.normal(0.0, 0.004)
    levels = np.column_stack([0.9 * hedge + spread, hedge])
    dates = pd.bdate_range("2010-01-04", periods=400, name="date")
    return 50.0 * np.exp(pd.DataFrame(levels, dates, ["asset", "hedge"]))
