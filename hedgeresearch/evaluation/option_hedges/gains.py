"""Gains of hedges of options on a benchmark, with intervals by the bootstrap of whole days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.estimation.stationary_bootstrap import draw_rows, optimal_block_length
from hedgeresearch.evaluation.comparison.difference_interval import interval_of_draws
from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.comparison.losses import MIN_OBSERVATIONS
from hedgeresearch.typing import Array

N_DRAWS = 500
"""Draws of the bootstrap."""
CONFIDENCE = 0.95
"""Confidence of the intervals."""


def gains_on(losses: pd.DataFrame, benchmark: str) -> pd.Series[float]:
    """Return the share of the benchmark's losses that each column removes, (models,)."""
    totals = losses.sum()
    gains: pd.Series[float] = 1.0 - totals / float(totals[benchmark])
    return gains


def gain_intervals(losses: pd.DataFrame, benchmark: str, seed: int) -> dict[str, pd.Series[float]]:
    """Return the ends of the intervals of the gains, NaN for too few days.

    Days are drawn in blocks as long as the losses and their differences need.
    """
    ends = pd.DataFrame(np.nan, losses.columns, ["gain, lower", "gain, upper"])
    if len(losses) >= MIN_OBSERVATIONS:
        other = losses[benchmark].to_numpy()
        for name in losses.columns:
            ends.loc[name] = _interval(losses[name].to_numpy(), other, seed)
    return {name: ends[name] for name in ends.columns}


def _interval(own: Array, other: Array, seed: int) -> tuple[float, float]:
    """Return the ends of the interval of one gain."""
    difference = other - own
    if not difference.any():
        return 0.0, 0.0
    gain = float(1.0 - own.sum() / other.sum())
    n_days = len(own)
    needed = optimal_block_length(np.column_stack([own, other, difference]))
    length = min(max(needed, lags_for(difference, total=own + other)), n_days - 1)
    draws = draw_rows(n_days, length, N_DRAWS, seed)
    drawn = np.array([1.0 - own[rows].sum() / other[rows].sum() for rows in draws])
    found = interval_of_draws(gain, drawn, length, n_days, CONFIDENCE)
    return found.lower, found.upper
