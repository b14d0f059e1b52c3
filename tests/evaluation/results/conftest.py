"""A backtest with costs and regimes, and its results in plain NumPy."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.evaluation.runs import WINDOW, walk

FEE = 0.0005
CARRY = 0.0001


@pytest.fixture(scope="session")
def two_hedges() -> pd.DataFrame:
    """Returns of an asset and two hedges, 650 dates."""
    return hr.data.simulate_dcc(n_dates=650, n_series=3, seed=3).returns


@pytest.fixture(scope="session")
def backtest(two_hedges: pd.DataFrame) -> hr.evaluation.Backtest:
    models = {
        "rolling": hr.RollingOLSHedge(60),
        "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    }
    return walk(models, two_hedges, refit_every=100, cost=hr.Costs(fee=FEE, carry=CARRY))


@pytest.fixture(scope="session")
def by_hand(
    backtest: hr.evaluation.Backtest, two_hedges: pd.DataFrame
) -> dict[str, dict[str, Any]]:
    """Hedged returns, total ratios, trades and costs of each model."""
    values = two_hedges.to_numpy()[WINDOW:]
    results = {}
    for name in backtest.hedged_returns:
        ratio = np.zeros((400, 2))
        if name in backtest.models:
            ratio = backtest.ratios[name].to_numpy()
        trades = np.abs(np.diff(ratio, axis=0, prepend=np.zeros((1, 2)))).sum(axis=1)
        cost = FEE * trades - CARRY * ratio.sum(axis=1)
        hedged = values[:, 0] - (ratio * values[:, 1:]).sum(axis=1)
        results[name] = {
            "gross": hedged,
            "net": hedged - cost,
            "cost": cost,
            "trades": trades,
            "total": ratio.sum(axis=1),
        }
    return results
