"""Speed of connectedness, of the two findings of a recommendation, and of index tracking."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def ten() -> pd.DataFrame:
    """Returns of ten series on 2,699 days: 2,500 windows of 200."""
    return hr.data.simulate_dcc(n_dates=2699, n_series=10, correlation=0.4, seed=0).returns


@pytest.fixture(scope="module")
def index() -> pd.DataFrame:
    """An index of 30 members that differ in size, the index first."""
    members = hr.data.simulate_dcc(n_dates=750, n_series=30, correlation=0.4, seed=1).returns
    sizes = np.random.default_rng(2).pareto(1.2, 30) + 0.1
    return pd.concat([(members @ sizes / sizes.sum()).rename("index"), members], axis=1)


def test_rolling_connectedness(benchmark: Any, ten: pd.DataFrame) -> None:
    benchmark.pedantic(hr.risk.rolling_connectedness, (ten, 200), rounds=1)


def test_variance_sources(benchmark: Any, ten: pd.DataFrame) -> None:
    weights = pd.Series([1.0, *[-0.1] * 9], ten.columns)
    benchmark(hr.risk.variance_sources, ten, weights)


def test_breakdown_of_200_draws(benchmark: Any, ten: pd.DataFrame) -> None:
    asset = ten.iloc[:1400, 0]
    hedge = ten.iloc[:1400, 1]
    turbulent = hedge.abs().rolling(21).mean().rank(pct=True) > 0.8
    benchmark(hr.risk.correlation_breakdown, asset, hedge, turbulent, n_bootstrap=200)


@pytest.mark.parametrize("n_max", [5, 10])
def test_tracking_of_30_members(benchmark: Any, index: pd.DataFrame, n_max: int) -> None:
    benchmark(hr.TrackingHedge(n_max).fit, index["index"], index.iloc[:, 1:])
