"""A regime that was hardly ever visited: its parameters rest on a handful of dates."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import ConvergenceWarning, warn_caller

FEWEST_DATES = 20
"""Dates with a smoothed probability above one half that a regime needs to be believed."""


def warn_of_rare_regimes(smoothed: pd.DataFrame) -> None:
    """Warn of regimes visited on fewer than 20 dates, by their smoothed probabilities (n_dates, k), and name these."""
    for regime in smoothed.columns:
        visited = smoothed.index[smoothed[regime] > 0.5]
        if len(visited) < FEWEST_DATES:
            named = f"only on {', '.join(map(day, visited))}" if len(visited) else "never"
            warn_caller(
                f"regime {regime} should be visited on {FEWEST_DATES} dates or more; it was visited {named}. "
                "Look for outliers on these dates, use fewer regimes or take more dates.",
                ConvergenceWarning,
            )
