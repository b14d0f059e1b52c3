"""Speed of the liquidity report and of the covariance of ticks on simulated events."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.microstructure import BINANCE_SPOT, hayashi_yoshida, liquidity_report
from tests.microstructure.test_report import quoted


def test_a_report_on_five_thousand_events(benchmark: Any) -> None:
    events = quoted()
    report = benchmark(liquidity_report, events, BINANCE_SPOT)
    assert report.history.known > 0.9


@pytest.mark.parametrize("n_ticks", [100_000])
def test_the_covariance_of_ticks(benchmark: Any, n_ticks: int) -> None:
    generator = np.random.default_rng(0)
    steps = 1e-5 * generator.standard_normal((2, n_ticks))
    start = pd.Timestamp("2026-03-02", tz="UTC").value
    series = [
        pd.Series(
            100.0 * np.exp(path.cumsum()),
            pd.DatetimeIndex(start + generator.integers(1, 10**8, n_ticks).cumsum(), tz="UTC"),
        )
        for path in (steps[0], 0.8 * steps[0] + 0.6 * steps[1])
    ]
    found = benchmark(hayashi_yoshida, *series)
    assert found.n_asset > 0.9 * n_ticks
