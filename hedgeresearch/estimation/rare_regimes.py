"""Warning of regimes that were visited on a few dates, on which their parameters depend."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import ConvergenceWarning, warn_caller
from hedgeresearch.typing import Array

MIN_DATES = 20
"""Number of dates with a smoothed probability above one half that a reliable regime needs."""


RARE = "should be visited on"
"""Words by which the warning is known."""


def has_rare_regimes(smoothed: Array) -> bool:
    """Return whether a regime was visited on too few dates, by smoothed probabilities."""
    return bool(((smoothed > 0.5).sum(axis=0) < MIN_DATES).any())


def rare_regime_messages(smoothed: pd.DataFrame) -> list[str]:
    """Return a sentence for each regime that was visited on fewer than 20 dates, with these dates.

    Parameters
    ----------
    smoothed : DataFrame (n_dates, k), smoothed probabilities
    """
    messages = []
    for regime in smoothed.columns:
        visited = smoothed.index[smoothed[regime] > 0.5]
        if len(visited) < MIN_DATES:
            dates = ", ".join(map(day, visited))
            found = f"was visited only on {dates}" if len(visited) else "was never visited"
            messages.append(
                f"regime {regime} {RARE} {MIN_DATES} dates or more; it {found}. "
                "Look for outliers on these dates, use fewer regimes or more dates."
            )
    return messages


def warn_of_rare_regimes(smoothed: pd.DataFrame) -> None:
    """Warn of regimes that were visited on fewer than 20 dates, and name these dates.

    Parameters
    ----------
    smoothed : DataFrame (n_dates, k), smoothed probabilities
    """
    if has_rare_regimes(smoothed.to_numpy()):
        for message in rare_regime_messages(smoothed):
            warn_caller(message, ConvergenceWarning)
