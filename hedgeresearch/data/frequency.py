"""Prices and returns at a lower frequency: the last row of each week, month or other period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError, DataWarning, warn_caller

OLD_NAMES = {"M": "ME", "Q": "QE", "Y": "YE", "A": "YE", "H": "h", "T": "min", "S": "s"}
"""Frequencies by the names that pandas had before version 2.2."""
MOST_LEFT_OUT = 1
"""Rows that may be missing at the end of the last period: one can be a holiday."""


@exported_by("hedgeresearch.data")
def at_frequency(table: pd.DataFrame, freq: str, *, summed: Sequence[Any] = ()) -> pd.DataFrame:
    """Return prices or returns at a lower frequency, dated by the last row of each period.

    Of prices, the last row of each period in which every price is present is kept, so that all
    columns have the same date. Returns (noted in ``attrs["returns"]``) are compounded over the
    period; log returns and differences are added.

    Parameters
    ----------
    table : DataFrame, shape (n_dates, n_columns)
        On ascending dates.
    freq : str
        Frequency in the words of pandas: "W-FRI" (weeks that end on Friday), "ME" (months), "QE",
        "D", "8h".
    summed : sequence
        Columns of prices that are added over each period instead, such as funding rates.

    Raises
    ------
    DataError
        If the frequency is unknown, the rows have no dates, fewer than two periods are left, or
        returns have a gap.

    Warns
    -----
    DataWarning
        If the last period is not over.

    Examples
    --------
    >>> prices = pd.DataFrame({"oil": range(1, 9)}, pd.date_range("2024-01-04", periods=8))
    >>> at_frequency(prices, "W-FRI")["oil"].to_dict()
    {Timestamp('2024-01-05 00:00:00'): 2, Timestamp('2024-01-11 00:00:00'): 8}
    """
    if not isinstance(table.index, pd.DatetimeIndex):
        raise DataError(
            f"rows must have dates to be sampled by freq={freq!r}; got {table.index[:1]!r}. "
            "Read the dates with hr.read_prices(..., date=COLUMN)."
        )
    prices = table.columns.difference(list(summed), sort=False)
    periods = _periods(table.index, freq)
    complete = table[prices].notna().all(axis=1).to_numpy()
    rows = pd.Series(np.arange(len(table))[complete]).groupby(periods[complete]).max()
    if len(rows) < 2:
        raise DataError(
            f"freq={freq!r} must leave at least two periods; got {len(rows)} from "
            f"{len(table)} rows. Use a higher frequency."
        )
    _warn_of_open_period(table.index, freq)
    kind = table.attrs.get("returns")
    if kind and table.isna().any(axis=None):
        raise DataError(
            "returns must have no gaps to be compounded; the first is on "
            f"{day(table.index[table.isna().any(axis=1)][0])}. Fill it or drop the date."
        )
    found = table.iloc[rows.to_numpy()].copy()
    added = list(table.columns) if kind else list(summed)
    if added:
        found[added] = _totals(table[added], periods, kind).loc[rows.index].to_numpy()
    return found


def _periods(dates: pd.DatetimeIndex, freq: str) -> Any:
    """Return the period of each date as a label, (n_dates,)."""
    name = OLD_NAMES.get(freq, freq)
    try:
        groups = pd.Series(np.arange(len(dates)), dates).groupby(pd.Grouper(freq=name))
        return groups.ngroup().to_numpy()
    except (ValueError, TypeError, ArithmeticError):  # "0D" divides by zero
        raise DataError(
            "freq must be a frequency such as 'W-FRI' (weeks that end on Friday), 'ME' (months), "
            f"'QE' (quarters), 'D' (days) or '8h'; got {freq!r}."
        ) from None


def _totals(table: pd.DataFrame, periods: Any, kind: str | None) -> pd.DataFrame:
    """Return simple returns compounded over each period, or other columns added."""
    if kind == "simple":
        return (1.0 + table).groupby(periods).prod(min_count=1) - 1.0
    return table.groupby(periods).sum(min_count=1)


def _warn_of_open_period(dates: pd.DatetimeIndex, freq: str) -> None:
    """Warn if several more rows would belong to the last period."""
    last = dates[-1]
    step = pd.Series(dates).diff().median()
    later = [last + step * (number + 1) for number in range(MOST_LEFT_OUT + 1)]
    if (dates.day_of_week < 5).all() and step >= pd.Timedelta("1D"):
        later = list(pd.bdate_range(last, periods=MOST_LEFT_OUT + 2, tz=dates.tz)[1:])
    with_later = pd.DatetimeIndex([*dates, *later])
    periods = _periods(with_later, freq)
    if periods[-1] == periods[len(dates) - 1]:
        warn_caller(
            f"the last period of freq={freq!r} is not over on {day(last)}: its last return covers "
            "a part of it. Leave out its rows to use whole periods only.",
            DataWarning,
        )
