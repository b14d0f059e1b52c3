"""Contracts held that expire before the next observation."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.instruments.terms import last_moment, on_clock_of
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.typing import Array

N_GAPS = 100
"""Number of the last gaps between dates from which the next date is expected."""


def expiring(problem: HedgeProblem, holdings: Array) -> dict[str, pd.Timestamp]:
    """Return the expiry of each contract held that ends before the next observation, by name.

    The next observation is expected after the median gap between the last dates; a table without
    timestamps has none.
    """
    dates = problem.market.table.index[-N_GAPS - 1 :]
    if not isinstance(dates, pd.DatetimeIndex):
        return {}
    now = problem.market.last_date
    following = now + pd.Series(dates).diff().median()
    found = {}
    for one, contracts in zip(problem.terms, holdings.tolist(), strict=True):
        if one.expiry is None or not contracts:
            continue
        expiry = pd.Timestamp(one.expiry)
        if on_clock_of(last_moment(expiry), now) < following:
            found[one.name] = on_clock_of(expiry, now)
    return found
