"""Statistics of the columns of a table, which decide which checks need a closer look."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._kernels.data_quality import column_statistics
from hedgeresearch.typing import Array

LONG_RUN = 10
"""Number of equal values in a row from which a run counts as long."""
SECONDS_PER_YEAR = 365.25 * 86400.0
UNDATED_PERIODS_PER_YEAR = 260.0
"""Number of rows in a year that is assumed where rows have no dates."""


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

    @cached_property
    def table(self) -> Array:
        """Statistics of each column, as ``column_statistics`` returns them."""
        return np.asarray(column_statistics(self.values, LONG_RUN))

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
        return self.table[:, 7]

    @property
    def repeats(self) -> Array:
        """Number of values in each column that equal the one before."""
        return self.table[:, 11]

    @property
    def largest(self) -> Array:
        """Size of the largest value of each column."""
        return self.table[:, 8]

    @property
    def longest_run(self) -> Array:
        """Length of the longest run of equal values in each column."""
        return self.table[:, 12]

    @property
    def longest_run_stop(self) -> Array:
        """Row after the longest run of equal values in each column."""
        return self.table[:, 13]

    @property
    def end_run(self) -> Array:
        """Length of the run of equal values at the end of each column."""
        return self.table[:, 14]

    @property
    def rows_in_long_runs(self) -> Array:
        """Number of values of each column in runs of ten or more."""
        return self.table[:, 15]

    @cached_property
    def autocorrelation(self) -> Array:
        """First autocorrelation of each column; zero for a constant one."""
        first = self.values[0]
        last = self.values[-1] - first
        n = self.n_rows
        mean = self.mean - first
        variance = self.table[:, 5] - n * mean**2
        # sum over t of (x_t - m)(x_{t-1} - m), from sums of x_t, of x_{t-1} and of their products
        covariance = self.table[:, 6] - mean * (2.0 * n * mean - last) + (n - 1) * mean**2
        moves = variance > 1e-12 * self.table[:, 5]
        return np.where(moves, covariance / np.where(moves, variance, 1.0), 0.0)

    @cached_property
    def seconds_per_row(self) -> float | None:
        """Mean time between rows, in seconds; None without dates."""
        dates = self.dates
        if isinstance(dates, pd.PeriodIndex):
            span = dates[-1].start_time - dates[0].start_time
        elif isinstance(dates, pd.DatetimeIndex):
            span = dates[-1] - dates[0]
        else:
            return None
        return float(span.total_seconds()) / max(self.n_rows - 1, 1)

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
