"""Gains of effectiveness over OLS in a backtest, whose bootstrap is drawn once for all models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.evaluation.comparison.difference_interval import (
    DrawnHedge,
    block_length,
    drawn_gains,
    interval_of_draws,
)
from hedgeresearch.evaluation.comparison.losses import MIN_OBSERVATIONS
from hedgeresearch.metrics.hedge_effectiveness import effectiveness

UNHEDGED = "unhedged"
BENCHMARK = "ols"
"""Model from which gains are measured."""
MAX_DRAWN_DATES = 10_000_000
"""Dates that the bootstrap of a gain draws, in total over its draws."""
MAX_DRAWS = 1000
"""Draws of the bootstrap of a gain, unless they exceed that total."""
MIN_DRAWS = 200
"""Draws of the bootstrap of a gain, however many dates there are."""
CONFIDENCE = 0.95
"""Confidence of the interval of a gain."""


def gains_on_benchmark(
    hedged_returns: pd.DataFrame, seed: int, horizon: int
) -> dict[Any, dict[str, float]]:
    """Return the effectiveness of each model less that of OLS, with intervals from common draws.

    The intervals are those of ``bootstrap_difference``; they are NaN for too few dates.

    Parameters
    ----------
    hedged_returns : DataFrame (n_spans, n_models), the asset under "unhedged"
    seed : int
    horizon : int
    """
    benchmark = hedged_returns[BENCHMARK]
    unhedged = hedged_returns[UNHEDGED]
    removed = {name: effectiveness(hedged_returns[name], unhedged) for name in hedged_returns}
    rows: dict[Any, dict[str, float]] = {}
    for name, gain in removed.items():
        rows[name] = _gain(gain - removed[BENCHMARK])
    n_dates = len(hedged_returns)
    compared = []
    for name in hedged_returns:
        if name == BENCHMARK or hedged_returns[name].equals(benchmark):
            rows[name] = _gain(0.0, 0.0, 0.0)
        else:
            compared.append(name)
    if n_dates < max(MIN_OBSERVATIONS, 2 * horizon + 1) or not compared:
        return rows
    n_bootstrap = max(min(MAX_DRAWN_DATES // n_dates, MAX_DRAWS), MIN_DRAWS)
    others = benchmark.to_numpy()
    series = [hedged_returns[name].to_numpy() for name in compared]
    hedges = [DrawnHedge(own, block_length(own, others, horizon)) for own in series]
    draws = drawn_gains(hedges, others, unhedged.to_numpy(), n_bootstrap, seed)
    for name, hedge, drawn in zip(compared, hedges, draws, strict=True):
        difference = rows[name]["gain on ols"]
        found = interval_of_draws(difference, drawn, hedge.block_length, n_dates, CONFIDENCE)
        rows[name] = _gain(difference, found.lower, found.upper)
    return rows


def _gain(gain: float, lower: float = np.nan, upper: float = np.nan) -> dict[str, float]:
    return {"gain on ols": gain, "gain, lower": lower, "gain, upper": upper}
