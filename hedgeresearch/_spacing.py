"""Spacing of the rows of a table: the name of one period, and horizons as rows, time and words.

A horizon is a number of rows (an ``int``) or an elapsed time ("10d", "8h", a Timedelta). Elapsed
time is that of the calendar: "7d" is seven rows of a daily table and five of business days. Words
count rows by the name of their period, so that what was computed can be checked: "the next 5
business days", "the next 90 bars (30 days)".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._durations import (
    DAY,
    LONG_UNITS,
    MONTH,
    SECONDS,
    Horizon,
    as_duration,
    check_horizon,
    in_long_units,
    months_meant,
    time_in_words,
)
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MAX_STEPS = 100_000
"""Largest number of rows ahead of forecasts and simulations, so that they end."""
MOST_ROWS = 10_000
"""Number of the last rows from which a spacing is found."""
MOST_DATES = 2_500
"""The same for rows that are a day or more apart."""
TYPICAL_SHARE = 0.5
"""Share of gaps that must equal the median for a regular spacing."""
SAME_GAP = 0.02
"""Relative difference up to which two gaps within a day count as equal."""
WHOLE = 0.01
"""Relative distance from a whole number of units up to which a gap is that number."""
DAILY = 20 * 3600.0
"""Median gap in seconds from which rows are counted by their local dates."""
MONTH_MARGIN = 6.0
"""Days by which a month, quarter or year of dated rows may differ from its mean."""
SHORTEST_MONTH = 0.9
"""Share of a mean month, quarter or year from which a time counts as one: February is shorter."""
RARE = 0.02
"""Share of rows up to which a day of the week counts as not traded."""
LONGEST_HOLIDAY = 4.5 * 86400.0
"""Time in seconds for which a market may be closed: a weekend with holidays."""
MANY = 100
"""Number of seconds, minutes or hours from which words add a longer unit."""


@dataclass(frozen=True)
class Spacing:
    """Time between the rows of a table, and words for it.

    Attributes
    ----------
    unit : "millisecond", "second", "minute", "hour", "day", "business day", "week", "month",
        "quarter" or "year"; "bar" for rows at irregular times, "observation" for rows without times
    count : int, number of units in one period
    seconds : array (n_rows,), time of the last rows since the first of them; empty without times

    Examples
    --------
    >>> daily = spacing_of(pd.date_range("2024-01-01", periods=100, freq="D"))
    >>> daily.period, daily.describe(1), daily.describe(5), daily.rows_of("1w")
    ('day', 'the next day', 'the next 5 days', 7)
    >>> spacing_of(pd.date_range("2024-01-01", periods=500, freq="8h")).describe(90)
    'the next 90 bars (30 days)'
    """

    unit: str
    count: int = 1
    seconds: Array = field(default_factory=lambda: np.empty(0), repr=False, compare=False)

    @property
    def period(self) -> str:
        """Name of one period, such as "minute", "8 hours" or "business day"."""
        return self.unit if self.count == 1 else f"{self.count} {self.unit}s"

    @property
    def row(self) -> str:
        """Noun by which rows are counted: the unit, or "bar" for several units."""
        return self.unit if self.count == 1 else "bar"

    def span(self, n_rows: int) -> str:
        """Return a number of rows in words, such as "1 day" or "90 bars (30 days)"."""
        if n_rows == 1:
            return f"1 {self.unit}" if self.count == 1 else self.period
        words = f"{n_rows:,} {self.row}s"
        short = self.unit in SECONDS and n_rows >= MANY
        time = self.elapsed(n_rows)
        if time is None or not (self.row == "bar" or short):
            return words
        about = "about " if self.unit == "bar" else ""
        return f"{words} ({about}{time_in_words(time)})"

    def describe(self, n_rows: int) -> str:
        """Return the time ahead in words, such as "the next day" or "the next 5 days"."""
        if n_rows == 1:
            return f"the next {self.period}"
        return f"the next {self.span(n_rows)}"

    def elapsed(self, n_rows: int) -> pd.Timedelta | None:
        """Return the time that a number of rows usually spans; None without times."""
        n_gaps = len(self.seconds) - 1
        if n_gaps < 1:
            return None
        if n_rows <= n_gaps // 2:
            seconds = float(np.median(self.seconds[n_rows:] - self.seconds[:-n_rows]))
        else:
            seconds = n_rows * self.mean_seconds
        return pd.Timedelta(seconds=min(seconds, 9e9))

    @cached_property
    def mean_seconds(self) -> float:
        """Mean time between rows, in seconds; zero without times."""
        if len(self.seconds) < 2:
            return 0.0
        return float(self.seconds[-1] - self.seconds[0]) / (len(self.seconds) - 1)

    @property
    def long_last_step(self) -> pd.Timedelta | None:
        """Time from the row before the last to the last, if it is longer than a step can be.

        None for a usual step: one of less than 1.5 usual ones, or no longer than one before, than a
        holiday of a market that closes, or than twice one before where rows are irregular.
        """
        gaps = np.diff(self.seconds)
        if len(gaps) < 2:
            return None
        last = float(gaps[-1])
        longest = float(gaps[:-1].max()) * (2.0 if self.unit == "bar" else 1.0 + SAME_GAP)
        if self.unit == "business day":
            longest = max(longest, LONGEST_HOLIDAY)
        if last <= max(longest, 1.5 * float(np.median(gaps))):
            return None
        return pd.Timedelta(seconds=last)

    def rows_of(
        self,
        horizon: Horizon,
        name: str = "horizon",
        most: int | None = None,
        *,
        covered: bool = False,
    ) -> int:
        """Return the number of rows in a horizon, which is that number already or a time.

        A time gives the number of later rows that a row usually has within it (the median): 5
        business days in "7d", 90 bars of 8 hours in "30d". Months, quarters and years are rounded.

        Parameters
        ----------
        horizon : int or time
        name : str, of the argument, for messages
        most : int or None, largest number of rows
        covered : whether rows that fall short of a time are one more, see ``rows_covering``

        Raises
        ------
        DataError
            If it is neither, not positive, shorter than a period or too long, or rows have no
            times.
        """
        check_horizon(horizon, name)
        rows = self._rows_of(horizon, name)
        if covered and isinstance(horizon, str | timedelta | np.timedelta64):
            rows = max(rows, self.rows_covering(as_duration(horizon, name)))
        if most is not None and rows > most:
            raise DataError(
                f"{name} must be at most {most:,} rows; got {rows:,}. Choose a shorter one."
            )
        return rows

    def _rows_of(self, horizon: Horizon, name: str) -> int:
        if not isinstance(horizon, str | timedelta | np.timedelta64):
            return int(horizon)
        if len(self.seconds) < 2:
            raise DataError(
                f"{name} must be a number of rows where these have no dates and times, or only "
                f"one; got {horizon!r}. Pass a whole number, or index the data by time."
            )
        counted = in_long_units(horizon)
        if counted is not None and counted[1] == self.unit == "business day":
            return int(counted[0])
        rows = self.rows_within(as_duration(horizon, name))
        if rows < 1:
            raise DataError(
                f"{name} must be at least one row of the data, which is {self._one_row}; got "
                f"{horizon!r}. Pass a longer time, or a number of rows.{months_meant(horizon)}"
            )
        return rows

    @property
    def _one_row(self) -> str:
        if self.unit == "bar":
            return f"{time_in_words(pd.Timedelta(seconds=self.mean_seconds))} on average"
        return self.span(1)

    def rows_covering(self, time: pd.Timedelta) -> int:
        """Return the number of later rows that span a time, one more where they fall short of it.

        Business days are counted as the market has them: ten days hold seven.
        """
        rows = self.rows_within(time)
        elapsed = self.elapsed(rows) if rows else pd.Timedelta(0)
        if elapsed is None or self.unit == "business day":
            return max(rows, 1)
        margin = SAME_GAP * time.total_seconds()
        if self.unit in ("month", "quarter", "year"):
            margin = max(margin, (1.0 - SHORTEST_MONTH) * MONTH * DAY)
        elif self.unit in ("day", "week"):
            margin = max(margin, DAY / 12.0)
        return rows + (elapsed.total_seconds() < time.total_seconds() - margin)

    def rows_within(self, time: pd.Timedelta) -> int:
        """Return the number of later rows that a row usually has within a time; it may be zero."""
        seconds = time.total_seconds()
        times = self.seconds
        if len(times) < 2:
            return 0
        if self.unit in ("month", "quarter", "year"):
            periods = seconds / DAY / (self.count * LONG_UNITS[self.unit])
            return 0 if periods < SHORTEST_MONTH else max(round(periods), 1)
        # a margin for rounding, for clocks that change and for bars that are stamped late
        within = seconds + SAME_GAP * min(seconds, self.mean_seconds)
        if self.unit in ("day", "week", "business day"):
            within += DAY / 12.0
        starts = int(np.searchsorted(times, times[-1] - within, side="right"))
        if starts < len(times) // 2:
            return int(within / self.mean_seconds)
        rows = np.searchsorted(times, times[:starts] + within, side="right")
        return int(np.median(rows - np.arange(starts) - 1))


def rows_in(
    horizon: Horizon,
    index: pd.Index[Any],
    name: str = "horizon",
    most: int | None = None,
    *,
    covered: bool = False,
) -> int:
    """Return the number of rows of an index in a horizon, see ``Spacing.rows_of``."""
    is_time = isinstance(horizon, str | timedelta | np.timedelta64)
    spacing = spacing_of(index) if is_time else Spacing("observation")
    return spacing.rows_of(horizon, name, most, covered=covered)


def spacing_of(index: pd.Index[Any]) -> Spacing:
    """Return the spacing of an index of ascending dates, periods or numbers.

    Parameters
    ----------
    index : Index (n_rows,); its last 10,000 rows are used
    """
    last = index[-MOST_ROWS:]
    if isinstance(last, pd.PeriodIndex):
        last = last.to_timestamp()
    if not isinstance(last, pd.DatetimeIndex):
        return Spacing("observation")
    if len(last) < 2:
        return Spacing("bar")
    # a view of the clock in UTC, and of the local one for dates
    stamps = last.to_numpy() if last.tz is None else last.tz_convert(None).to_numpy()
    seconds = (stamps - stamps[0]) / np.timedelta64(1, "s")
    gaps = np.diff(seconds)
    median = float(np.median(gaps))
    if median < DAILY:
        unit, count = _unit_within_a_day(gaps, median)
    else:
        local = stamps if last.tz is None else last.tz_localize(None).to_numpy()
        unit, count = _unit_of_dates(local[-MOST_DATES:].astype("datetime64[D]"))
    return Spacing(unit, count, seconds)


def _unit_within_a_day(gaps: Array, median: float) -> tuple[str, int]:
    """Return the unit of gaps in seconds (n_gaps,), and how many of them a gap usually has."""
    if (np.abs(gaps - median) <= SAME_GAP * median).mean() > TYPICAL_SHARE:
        for unit, seconds in SECONDS.items():
            count = round(median / seconds)
            if count and abs(median - count * seconds) <= WHOLE * median:
                return unit, count
    return "bar", 1


def _unit_of_dates(days: Array) -> tuple[str, int]:
    """Return the unit of gaps between dates (n_rows,), and how many of them a gap usually has."""
    gaps = np.diff(days).astype(int)
    if _skips_weekends(days, gaps):
        return "business day", 1
    median = int(np.median(gaps))
    equal = float((gaps == median).mean())
    months = max(round(median / MONTH), 1)
    is_calendar = (np.abs(gaps - months * MONTH) <= MONTH_MARGIN).mean() > 0.9
    if is_calendar and not (equal > 0.9 and len(gaps) > 3):
        return _months(months)
    if equal <= TYPICAL_SHARE:
        return "bar", 1
    return ("week", median // 7) if median % 7 == 0 else ("day", median)


def _months(months: int) -> tuple[str, int]:
    """Return a number of months in the longest unit of which it is a multiple."""
    if months % 12 == 0:
        return "year", months // 12
    return ("quarter", 1) if months == 3 else ("month", months)


def _skips_weekends(days: Array, gaps: Array) -> bool:
    """Return whether rows (n_rows,) are dated on working days, one after the other."""
    # day 0 of numpy's calendar, 1970-01-01, was a Thursday
    weekdays = (days.astype(int) + 3) % 7
    shares = np.bincount(weekdays, minlength=7) / len(days)
    traded = shares > RARE
    if len(days) < 10 or traded.sum() < 5:
        traded = np.arange(7) < 5
    if traded.sum() != 5 or shares[~traded].sum() > 2 * RARE:
        return False
    steps = np.busday_count(days[:-1], days[1:], weekmask=traded.tolist())
    return bool(np.median(steps) <= 1 and gaps.max() > 1 and gaps.min() < 7)
