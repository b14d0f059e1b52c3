"""Times of the Kalman hedge; no time is asserted."""

import resource
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

ONCE = {"rounds": 1, "iterations": 1, "warmup_rounds": 0}


def returns(n_hedges: int, n_dates: int) -> tuple[pd.Series, pd.DataFrame]:
    frame = hr.data.simulate_dcc(n_dates, n_series=1 + n_hedges, seed=1).returns
    return frame["asset"], frame.drop(columns="asset")


def note(benchmark: Any, case: str, aim: float, rival: float | None = None) -> None:
    benchmark.extra_info.update(
        {"case": case, "aim": aim} | ({} if rival is None else {"rival": rival})
    )


@pytest.mark.parametrize(
    ("dynamics", "n_hedges", "aim", "rival"),
    [
        ("random_walk", 1, 0.15, 0.46),
        ("mean_reverting", 1, 0.3, None),
        ("random_walk", 5, 1.0, None),
    ],
)
def test_estimation(
    benchmark: Any, dynamics: Any, n_hedges: int, aim: float, rival: float | None
) -> None:
    """The other software is the filter of pykalman alone, with guessed variances."""
    note(benchmark, f"Kalman {dynamics}, {n_hedges} x 5000, likelihood", aim, rival)
    data = returns(n_hedges, 5000)
    fit = benchmark.pedantic(
        hr.KalmanHedge(dynamics).fit, data, rounds=5, iterations=1, warmup_rounds=1
    )
    assert fit.estimates.gradient_norm < 1e-4


def test_estimation_from_an_earlier_fit(benchmark: Any) -> None:
    note(benchmark, "Kalman random_walk, 1 x 5000, from an earlier fit", 0.05)
    asset, hedges = returns(1, 5020)
    model = hr.KalmanHedge()
    earlier = model.fit(asset.iloc[:5000], hedges.iloc[:5000])
    arguments = (asset.iloc[20:], hedges.iloc[20:])
    settings = {"warm_start": earlier}
    fit = benchmark.pedantic(
        model.fit, arguments, settings, rounds=5, iterations=1, warmup_rounds=1
    )
    assert fit.estimates.gradient_norm < 1e-4


def test_intervals_of_the_path(benchmark: Any) -> None:
    note(benchmark, "Kalman random_walk, 1 x 5000, bands", 0.1)
    fit = hr.KalmanHedge().fit(*returns(1, 5000))
    assert (
        np.isfinite(benchmark.pedantic(fit.bands, rounds=3, iterations=1, warmup_rounds=1))
        .all()
        .all()
    )


def test_a_million_dates(benchmark: Any) -> None:
    note(benchmark, "Kalman random_walk, 1 x 1,000,000, likelihood", 10.0)
    values = hr.data.simulate_dcc(10_000, seed=1).returns.to_numpy()
    values = np.tile(values, (100, 1)) + 1e-4 * np.random.default_rng(0).standard_normal(
        (1_000_000, 2)
    )
    frame = pd.DataFrame(
        values, pd.date_range("1990-01-01", periods=1_000_000, freq="min"), ["asset", "hedge"]
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fit = benchmark.pedantic(hr.KalmanHedge().fit, (frame["asset"], frame[["hedge"]]), **ONCE)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024**2
    assert len(fit.ratio) == 1_000_000 - 20
    assert grown < 1.0  # GiB: a few numbers for every date


def test_one_bar(benchmark: Any) -> None:
    note(benchmark, "Kalman, extend by one bar", 1e-3)
    asset, hedges = returns(1, 1000)
    fit = hr.KalmanHedge().fit(asset.iloc[:-1], hedges.iloc[:-1])
    assert len(benchmark(fit.extend, asset.iloc[-1:], hedges.iloc[-1:]).ratio) == 1
