"""Gaps between dates, which returns hide once the dates are dropped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.typing import Array

DAY = 86400.0
MIN_GAP = 15.0 * DAY
"""Time between two rows, in seconds, from which something is missing: no holidays last longer."""
MIN_GAP_ROWS = 4.0
"""As ``MIN_GAP``, as a multiple of the mean time between rows."""
MAX_MISSING_WEEKDAYS = 0.12
"""Share of weekdays that may be missing: holidays of one country are 0.04, of two 0.07."""
MAX_DAILY = 1.8 * DAY
"""Mean time between rows up to which they are daily."""
REMEDY = (
    "Compute returns after series have been aligned, hr.returns(align(...)), not before: "
    "otherwise the moves of the missing dates are lost."
)


def find_gaps(changes: Changes) -> list[DataProblem]:
    """Return the longest gap between dates, and weekdays that are missing often."""
    seconds = changes.seconds_per_row
    if seconds is None or changes.n_rows < 3:
        return []
    times = _seconds(changes.dates)
    gaps = np.diff(times)
    longest = float(gaps.max())
    if longest > max(MIN_GAP, MIN_GAP_ROWS * seconds):
        return [_long_gap(changes, gaps)]
    if changes.within_days or seconds > MAX_DAILY:
        return []
    return _missing_weekdays(changes, times)


def _seconds(dates: Any) -> Array:
    """Return the time of each date (n_rows,), in seconds since 1970."""
    if isinstance(dates, pd.PeriodIndex):
        dates = dates.to_timestamp()
    return np.asarray(dates.as_unit("ns").asi8 / 1e9)


def _long_gap(changes: Changes, gaps: Array) -> DataProblem:
    row = int(np.argmax(gaps))
    days = float(gaps[row] / DAY)
    before = changes.dates[row]
    after = changes.dates[row + 1]
    return DataProblem(
        kind="gap",
        severity="warn",
        columns=(),
        dates=(before, after),
        size=days,
        message=(
            f"rows should follow one another; {day(before)} is followed by {day(after)}, "
            f"{days:,.0f} days later."
        ),
        remedy=f"Fill in the missing rows, or use one of the two periods. {REMEDY}",
    )


def _missing_weekdays(changes: Changes, times: Array) -> list[DataProblem]:
    n_weekdays = np.busday_count(*pd.to_datetime(times[[0, -1]], unit="s").date) + 1
    share = 1.0 - changes.n_rows / n_weekdays
    if share < MAX_MISSING_WEEKDAYS or n_weekdays < 60:
        return []
    return [
        DataProblem(
            kind="gap",
            severity="warn",
            columns=(),
            dates=(),
            size=float(share),
            message=(
                f"daily rows should follow one another; {share:.0%} of the weekdays from "
                f"{day(changes.dates[0])} to {day(changes.dates[-1])} are missing."
            ),
            remedy=REMEDY,
        )
    ]
