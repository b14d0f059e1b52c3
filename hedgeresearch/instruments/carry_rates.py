r"""The rates that a hedge earns or pays: the basis of futures, the funding of perpetuals, and how usual they are.

.. math:: b_t = \frac{365}{T - t} \ln\frac{F_t}{S_t}, \qquad
    k = \frac{n}{w} \sum_{i=0}^{w-1} f_{t-i}, \qquad
    z_t = \frac{x_t - \bar{x}_{t-w..t-1}}{s_{t-w..t-1}}

with F the price of a future that ends T - t days later, S the spot price and f the funding rates of n periods a year,
which are 365 days over the median spacing of their dates: daily sums make 365, rates of eight hours 1095. A
future meets spot when it ends, so that a short one earns b a year if spot stands still: the cost of carry of Hull,
Options, Futures, and Other Derivatives, the chapter on forward and futures prices. The standard score compares a value
with its own past, which leaves it out.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_index, index_kind
from hedgeresearch._validation.series import joined_series, on_dates, one_series
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.terms import as_date
from hedgeresearch.typing import Array

DAYS = 365.0
"""Days of a year."""


@exported_by("hedgeresearch.instruments")
def annualized_basis(
    future: pd.Series[float], spot: pd.Series[float], expiry: date | str | pd.Series[Any]
) -> pd.Series[float]:
    """Log of future over spot, per year of 365 days to expiry, (n_dates,): what a short future earns as it meets spot.

    The value dated t is made of the prices dated t, and known from then on.

    Parameters
    ----------
    future, spot : Series (n_dates,), positive prices of the same moments
    expiry : date; or Series by date, such as ``RolledFutures.expiry``, for contracts that are rolled

    Raises
    ------
    DataError
        If dates differ, prices are not positive, the expiry is no date, or a date is not before it.

    Examples
    --------
    >>> dates = pd.DatetimeIndex(["2024-03-01", "2024-03-02"])
    >>> future, spot = pd.Series([102.0, 101.0], dates), pd.Series([100.0, 100.0], dates)
    >>> annualized_basis(future, spot, "2024-03-31").round(4).tolist()
    [0.2409, 0.1252]
    """
    prices = joined_series({"future": future, "spot": spot})
    if not isinstance(prices.index, pd.DatetimeIndex):
        raise DataError(
            f"future and spot must be indexed by dates; got {index_kind(prices.index)}."
        )
    if not (prices > 0.0).all(axis=None):
        raise DataError(
            f"prices must be positive for a basis; {prices.min().idxmin()} goes down to {prices.min().min():g}. "
            "Give prices, not returns."
        )
    left = years_left(prices.index, expiry)
    values = np.log(prices["future"].to_numpy() / prices["spot"].to_numpy()) / left
    return pd.Series(values, prices.index, name="annualised basis")


def years_left(dates: pd.DatetimeIndex, expiry: date | str | pd.Series[Any]) -> Array:
    """Years of 365 days from each date to the expiry, (n_dates,), all positive."""
    if isinstance(expiry, pd.Series):
        check_index(expiry.index, "expiry")
        given = on_dates(expiry.to_frame(), dates, "expiry", "the prices").iloc[:, 0]
        known = {one: as_date(one, "every expiry") for one in set(given)}
        ends = pd.DatetimeIndex([known[one] for one in given])
    else:
        ends = pd.DatetimeIndex([as_date(expiry, "expiry")] * len(dates))
    if (ends.tz is None) != (dates.tz is None):
        raise DataError(
            "expiry and prices must both have a time zone, or none. Use pd.Timestamp('2024-03-29', tz=...)."
        )
    left = np.asarray((ends - dates) / pd.Timedelta(days=DAYS), dtype=float)
    if not (left > 0.0).all():
        first = int(np.argmin(left > 0.0))
        raise DataError(
            f"prices must be dated before the expiry; got {day(dates[first])} with expiry {day(ends[first])}. End them "
            "there: on its last day a basis is divided by no time."
        )
    return left


@exported_by("hedgeresearch.instruments")
def annualized_funding(
    rates: pd.Series[float], periods_per_year: float | None = None, window: int | None = None
) -> float:
    """Mean funding rate times periods a year, a share of the notional that a long pays a year, a short earns.

    Parameters
    ----------
    rates : Series (n_periods,), funding rates, shares of the notional per period
    periods_per_year : float > 0; left out, 365 days over the median spacing of the dates of those averaged: 1095 for
        rates of eight hours, 8760 for hourly values of continuous funding, 365 for daily sums. Give it where sums span
        gaps that the median does not see, such as those of weekends
    window : int, how many of the last periods are averaged; all if left out

    Raises
    ------
    DataError
        If the window is longer than the rates, or periods_per_year is left out and the rates have no two dates.

    Examples
    --------
    >>> annualized_funding(pd.Series([0.0001] * 6, pd.date_range("2024-01-01", periods=6, freq="8h")))
    0.1095
    """
    values = one_series(rates, "rates")
    dates = values.index
    if window is not None:
        check_at_least(window, "window", 1)
        if window > len(values):
            raise DataError(
                f"window must not exceed the {len(values)} rates; got {window}. Give a longer history."
            )
        # the first period that is averaged begins at the date before it
        values, dates = values.iloc[-window:], dates[-window - 1 :]
    a_year = periods_of_year(dates) if periods_per_year is None else periods_per_year
    check_between(a_year, "periods_per_year", 0.0, math.inf)
    return float(values.mean() * a_year)


def periods_of_year(dates: pd.Index[Any]) -> float:
    """How many periods make a year of 365 days, after the median spacing of the dates at which they end."""
    starts = dates.to_timestamp() if isinstance(dates, pd.PeriodIndex) else dates
    if not isinstance(starts, pd.DatetimeIndex) or len(starts) < 2:
        raise DataError(
            f"rates must have two dates or more, to tell how many make a year; got {index_kind(dates)}, "
            f"{len(dates)} of them. Index them by their dates, or give for example periods_per_year=1095 for rates of "
            "eight hours."
        )
    return float(pd.Timedelta(days=DAYS) / pd.Series(starts).diff().median())


@exported_by("hedgeresearch.instruments")
def z_score(series: pd.Series[float], window: int) -> pd.Series[float]:
    """How many standard deviations each value lies from the mean of the ``window`` values before it.

    Parameters
    ----------
    series : Series (n_dates,)
    window : int >= 2, values before a date of which mean and standard deviation (divisor window - 1) are made

    Returns
    -------
    Series (n_dates - window,), dated as the values

    Raises
    ------
    DataError
        If there are too few values, or those of a window are all alike.

    Examples
    --------
    >>> z_score(pd.Series([1.0, 2.0, 3.0, 4.0], pd.date_range("2024-01-01", periods=4)), 3).tolist()
    [2.0]
    """
    values = one_series(series, "series")
    check_window(window, len(values))
    scores = z_scores(values.to_numpy(), window)
    if not np.isfinite(scores).all():
        at = values.index[window + int(np.argmin(np.isfinite(scores)))]
        raise DataError(
            f"values must vary in every window; the {window} before {day(at)} do not. Lengthen the window."
        )
    return pd.Series(scores, values.index[window:], name="z-score")


def z_scores(values: Array, window: int) -> Array:
    """Scores of values (n,) among the ``window`` before each, (n - window,); NaN where these are alike."""
    before = np.lib.stride_tricks.sliding_window_view(values, window)[:-1]
    alike = np.ptp(before, axis=1) <= 1e-12 * np.abs(before).max(axis=1)
    spread = np.where(alike, np.nan, before.std(axis=1, ddof=1))
    return np.asarray((values[window:] - before.mean(axis=1)) / spread)


def check_window(window: int, n_dates: int) -> None:
    """Refuse a window of which a z-score cannot be made."""
    check_at_least(window, "window", 2)
    if window >= n_dates:
        raise DataError(
            f"window must be less than the {n_dates} values; got {window}. Give a longer history."
        )
