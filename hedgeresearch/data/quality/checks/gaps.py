"""Gaps between dates, which returns hide once the dates are dropped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.data.quality.checks.stale import CLOSED_SECONDS
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes, Clock
from hedgeresearch.typing import Array

DAY = 86400.0
MIN_GAP = 15.0 * DAY
"""Time between two rows, in seconds, from which something is missing: no holidays last longer."""
MIN_GAP_ROWS = 4.0
"""As ``MIN_GAP``, as a multiple of the mean time between rows."""
MIN_REGULAR_GAP_ROWS = 2.7
"""As ``MIN_GAP_ROWS`` for regular rows, of which three months may be shorter than others."""
MIN_REGULAR_SECONDS = 5.0 * DAY
"""Mean time between rows from which they may be weeks, months or quarters."""
MAX_IRREGULARITY = 0.2
"""Deviation of regular rows from the median time between rows, as a share of it."""
MIN_REGULAR = 0.9
"""Share of regular times between rows from which rows are regular."""
WEEK = 7.0 * DAY
MIN_CLOSINGS_A_WEEK = 0.5
"""Number of long gaps a week from which a market is known to close."""
MAX_MISSING_WEEKDAYS = 0.12
"""Share of weekdays that may be missing: holidays of one country are 0.04, of two 0.07."""
MAX_DAILY = 2.0 * DAY
"""Mean time between rows up to which they are daily."""
MIN_WEEKDAYS = 60.0
"""Number of weekdays from which their share can be judged."""
REMEDY = (
    "Compute returns after series have been aligned, hr.returns(align(...)), not before: "
    "otherwise the moves of the missing dates are lost."
)


def find_gaps(changes: Changes) -> list[DataProblem]:
    """Return the longest gap between dates, and weekdays that are missing often."""
    clock = changes.clock
    if clock is None or changes.n_rows < 3:
        return []
    if has_long_gap(changes, clock):
        return [_long_gap(changes, clock.gaps())]
    return [_missing_weekdays(changes)] if misses_weekdays(changes) else []


def has_long_gap(changes: Changes, clock: Clock) -> bool:
    """Return whether rows are missing between two rows, of three or more."""
    longest = clock.longest_gap
    if longest <= _certainly_short(changes):
        return False
    return longest > longest_gap(changes, clock.gaps())


def _certainly_short(changes: Changes) -> float:
    """Return a time up to which ``longest_gap`` allows gaps, without a look at all of them."""
    mean = changes.seconds_per_row or 0.0
    if changes.within_days:
        return min(CLOSED_SECONDS, max(DAY, MIN_REGULAR_GAP_ROWS * mean))
    return 0.0 if mean >= MIN_REGULAR_SECONDS else max(MIN_GAP, MIN_GAP_ROWS * mean)


def longest_gap(changes: Changes, gaps: Array) -> float:
    """Return the time between two rows, in seconds, up to which nothing is missing.

    Parameters
    ----------
    changes : Changes
    gaps : array (n_rows - 1,), time between successive rows in seconds
    """
    mean = changes.seconds_per_row or 0.0
    if changes.within_days:
        # a market that closes has a long gap each night or weekend
        n_long = int(np.count_nonzero(gaps > MIN_REGULAR_GAP_ROWS * mean))
        closes = n_long > float(gaps.sum()) / WEEK * MIN_CLOSINGS_A_WEEK
        return CLOSED_SECONDS if closes else max(DAY, MIN_REGULAR_GAP_ROWS * mean)
    if mean >= MIN_REGULAR_SECONDS:
        typical = float(np.median(gaps))
        if float((np.abs(gaps - typical) <= MAX_IRREGULARITY * typical).mean()) > MIN_REGULAR:
            return MIN_REGULAR_GAP_ROWS * typical
    return max(MIN_GAP, MIN_GAP_ROWS * mean)


def days_over_gaps(dates: pd.Index[Any]) -> Array:
    """Return the days since the row before, where rows are missing between them; zero elsewhere.

    Parameters
    ----------
    dates : Index (n_rows,), ascending

    Returns
    -------
    array (n_rows,)

    Examples
    --------
    >>> dates = pd.bdate_range("2024-01-01", periods=100).delete(range(30, 60))
    >>> days_over_gaps(dates)[[29, 30, 31]].tolist()
    [0.0, 45.0, 0.0]
    """
    days = np.zeros(len(dates))
    changes = Changes(np.empty((len(dates), 0)), dates, [], None)
    if changes.clock is None or len(dates) < 3:
        return days
    gaps = changes.clock.gaps()
    is_long = gaps > longest_gap(changes, gaps)
    days[1:][is_long] = gaps[is_long] / DAY
    return days


def misses_weekdays(changes: Changes) -> bool:
    """Return whether many weekdays are missing among daily rows."""
    seconds = changes.seconds_per_row or 0.0
    if changes.within_days or not 0.0 < seconds < MAX_DAILY:
        return False
    n_weekdays = _weekdays(changes)
    return n_weekdays >= MIN_WEEKDAYS and changes.n_rows < (1 - MAX_MISSING_WEEKDAYS) * n_weekdays


def _weekdays(changes: Changes) -> float:
    """Return the number of weekdays from the first row to the last, up to two days."""
    return (changes.seconds_per_row or 0.0) * (changes.n_rows - 1) / DAY * 5.0 / 7.0 + 1.0


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


def _missing_weekdays(changes: Changes) -> DataProblem:
    share = 1.0 - changes.n_rows / _weekdays(changes)
    return DataProblem(
        kind="gap",
        severity="warn",
        columns=(),
        dates=(),
        size=share,
        message=(
            f"daily rows should follow one another; {share:.0%} of the weekdays from "
            f"{day(changes.dates[0])} to {day(changes.dates[-1])} are missing."
        ),
        remedy=REMEDY,
    )
