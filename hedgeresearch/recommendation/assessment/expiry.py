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
    return {
        one.name: on_clock_of(pd.Timestamp(one.expiry), now)
        for one, contracts in zip(problem.terms, holdings.tolist(), strict=True)
        if contracts and _ends_before(one.expiry, following)
    }


def _ends_before(expiry: object, following: pd.Timestamp) -> bool:
    if not isinstance(expiry, pd.Timestamp):
        return False
    return bool(on_clock_of(last_moment(expiry), following) < following)
