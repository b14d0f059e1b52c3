"""Hedged returns for tests of hedges, and pairs for panels."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="session")
def panel():
    """An asset, four hedged returns and a copy of one, 300 dates.

    Volatility moves, and dates are correlated.
    """
    n = 300
    rng = np.random.default_rng(11)
    moving = np.repeat([1.0, 2.5, 0.7], n // 3)[:, None] * 0.01
    shared = rng.normal(size=(n, 1))
    noise = rng.normal(size=(n, 4))
    hedged = (0.6 * shared + noise * [1.0, 0.7, 1.4, 1.1]) * moving
    hedged[1:] += 0.2 * hedged[:-1]
    dates = pd.bdate_range("2020-01-01", periods=n, name="date")
    table = pd.DataFrame(hedged, dates, ["ols", "good", "bad", "like"])
    table.insert(0, "unhedged", 3 * moving[:, 0] * rng.normal(size=n) + table["ols"])
    return table.assign(copy=table["ols"])


@pytest.fixture(scope="session")
def pairs():
    """Three pairs on different dates, one with two hedges, one of log returns."""
    tables = {
        "oil": hr.data.simulate_dcc(n_dates=400, seed=1).returns,
        "gas": hr.data.simulate_dcc(n_dates=330, n_series=3, seed=2).returns.shift(500, freq="B"),
        "coal": hr.data.simulate_dcc(n_dates=361, seed=3).returns.iloc[5:],
    }
    tables["coal"].attrs = {"returns": "log"}
    return {name: (table.iloc[:, 0], table.iloc[:, 1:]) for name, table in tables.items()}
