"""Statistics of the columns of a table, which decide which checks need a closer look."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._kernels.checks.data_quality import (
    column_covariance,
    column_statistics,
    largest_step,
)
from hedgeresearch.typing import Array, Indices

LONG_RUN = 10
"""Number of equal values in a row from which a run counts as long."""
SECONDS_PER_YEAR = 365.25 * 86400.0
TICKS_PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
"""Number of ticks in a second, by the unit of an index of dates."""
UNDATED_PERIODS_PER_YEAR = 260.0
"""Number of rows in a year that is assumed where rows have no dates."""


class Clock(NamedTuple):
    """Times of rows (n_rows,), in ticks since 1970, and the number of ticks in a second."""

    ticks: Indices
    per_second: float

    @property
    def longest_gap(self) -> float:
        """Longest time between successive rows, in seconds."""
        return float(largest_step(self.ticks)) / self.per_second

    def gaps(self) -> Array:
        """Return the time between successive rows, (n_rows - 1,), in seconds."""
        return np.asarray(np.diff(self.ticks) / self.per_second)


@dataclass(frozen=True, eq=False)
class Changes:
    """Changes of several series, with their dates, names and statistics.

    Attributes
    ----------
    values : array (n_rows, n_columns)
        Returns, or differences of prices.
    dates : Index (n_rows,)
    names : list, n_columns names
    kind : "simple", "log", "difference", or None if not noted
    """

    values: Array
    dates: pd.Index[Any]
    names: list[Any]
    kind: str | None

    @classmethod
    def of(cls, frame: pd.DataFrame, kind: str | None) -> Changes:
        """Return the changes in a table (n_rows, n_columns)."""
        return cls(frame.to_numpy(), frame.index, list(frame.columns), kind)

    @cached_property
    def table(self) -> Array:
        """Statistics of each column, as ``column_statistics`` returns them."""
        return np.asarray(column_statistics(self.columns, LONG_RUN))

    @cached_property
    def columns(self) -> Array:
        """The values as (n_columns, n_rows), one series after the other."""
        # a copy, as kernels are compiled again for arrays that are read-only
        return np.array(self.values.T, order="C")

    @cached_property
    def covariance(self) -> Array:
        """Covariance of the columns, (n_columns, n_columns)."""
        return np.asarray(column_covariance(self.columns))

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.values)

    @property
    def lowest(self) -> Array:
        """Lowest value of each column."""
        return self.table[:, 0]

    @property
    def highest(self) -> Array:
        """Highest value of each column."""
        return self.table[:, 1]

    @property
    def mean(self) -> Array:
        """Mean of each column."""
        return self.table[:, 2] / self.n_rows

    @property
    def mean_size(self) -> Array:
        """Mean absolute value of each column."""
        return self.table[:, 3] / self.n_rows

    @property
    def sum_of_squares(self) -> Array:
        """Sum of squares of each column."""
        return self.table[:, 4]

    @property
    def zeros(self) -> Array:
        """Number of zeros in each column."""
        return self.table[:, 6]

    @property
    def repeats(self) -> Array:
        """Number of values in each column that equal the one before."""
        return self.table[:, 8]

    @property
    def largest(self) -> Array:
        """Size of the largest value of each column."""
        return self.table[:, 7]

    @property
    def longest_run(self) -> Array:
        """Length of the longest run of equal values in each column."""
        return self.table[:, 9]

    @property
    def longest_run_stop(self) -> Array:
        """Row after the longest run of equal values in each column."""
        return self.table[:, 10]

    @property
    def end_run(self) -> Array:
        """Length of the run of equal values at the end of each column."""
        return self.table[:, 11]

    @property
    def rows_in_long_runs(self) -> Array:
        """Number of values of each column in runs of ten or more."""
        return self.table[:, 12]

    @property
    def block_factor(self) -> Array:
        """Largest factor between the mean sizes of neighboring tenths of each column."""
        return self.table[:, 13]

    @property
    def autocorrelation(self) -> Array:
        """First autocorrelation of each column; zero for a constant one."""
        return self.table[:, 5]

    @cached_property
    def clock(self) -> Clock | None:
        """Times of the rows; None without dates."""
        dates: Any = self.dates
        if isinstance(dates, pd.PeriodIndex):
            dates = dates.to_timestamp()
        if not isinstance(dates, pd.DatetimeIndex):
            return None
        ticks: Any = dates.asi8
        return Clock(ticks, TICKS_PER_SECOND[dates.unit])

    @cached_property
    def seconds_per_row(self) -> float | None:
        """Mean time between rows, in seconds; None without dates."""
        clock = self.clock
        if clock is None:
            return None
        span = float(clock.ticks[-1] - clock.ticks[0]) / clock.per_second
        return span / max(self.n_rows - 1, 1)

    @property
    def rows_per_year(self) -> float:
        """Mean number of rows in a year; that of business days without dates."""
        seconds = self.seconds_per_row
        if not seconds:
            return UNDATED_PERIODS_PER_YEAR
        return SECONDS_PER_YEAR / seconds

    @property
    def within_days(self) -> bool:
        """True where there are several rows a day."""
        seconds = self.seconds_per_row
        return seconds is not None and seconds < 0.7 * 86400.0


def price_changes(prices: pd.DataFrame, kind: str = "log") -> Changes:
    """Return the changes of prices (n_dates, n_columns): differences where logs do not exist."""
    values = prices.to_numpy()
    if kind == "log" and (values > 0.0).all():
        values = np.log(values)
    else:
        kind = "difference"
    return Changes(np.diff(values, axis=0), prices.index[1:], list(prices.columns), kind)
