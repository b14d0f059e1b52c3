"""Contracts held that expire before the next observation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.instruments.terms import last_moment, on_clock_of
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.typing import Array

N_GAPS = 2_500
"""Number of the last gaps between dates from which the next date is expected."""


def expiring(problem: HedgeProblem, holdings: Array) -> dict[str, pd.Timestamp]:
    """Return the expiry of each contract held that ends before the next observation, by name.

    A table without timestamps has no next date.
    """
    held = {
        one.name: pd.Timestamp(one.expiry)
        for one, contracts in zip(problem.terms, holdings.tolist(), strict=True)
        if one.expiry is not None and contracts
    }
    following = next_date(problem) if held else None
    if following is None:
        return {}
    now = problem.market.last_date
    found = {}
    for name, expiry in held.items():
        if on_clock_of(last_moment(expiry), now) < following:
            found[name] = on_clock_of(expiry, now)
    return found


def next_date(problem: HedgeProblem) -> pd.Timestamp | None:
    """Return when the next observation is expected; None for a table without timestamps."""
    dates = problem.market.table.index[-N_GAPS - 1 :]
    if not isinstance(dates, pd.DatetimeIndex):
        return None
    following: pd.Timestamp = problem.market.last_date + _next_gap(dates)
    return following


def _next_gap(dates: pd.DatetimeIndex) -> pd.Timedelta:
    """Return the expected gap after the last of dates (n_dates,): that after its like.

    These are the dates on its day of the week and at its time of day, so that weekends and nights
    count; without any, the median of all gaps.
    """
    gaps = pd.Series(np.diff(dates))
    hours = dates - dates.normalize()
    alike = (dates.day_of_week == dates.day_of_week[-1]) & (hours == hours[-1])
    like_gaps = gaps[alike[:-1]]
    return pd.Timedelta((like_gaps if len(like_gaps) else gaps).median())
