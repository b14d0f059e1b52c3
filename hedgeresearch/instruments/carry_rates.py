r"""Rates that a hedge earns or pays: the basis of futures and the funding of perpetual contracts.

.. math:: b_t = \frac{365}{T - t} \ln\frac{F_t}{S_t}, \qquad
    k = \frac{1}{u_t - u_{t-w}} \sum_{i=0}^{w-1} f_{t-i}, \qquad
    z_t = \frac{x_t - \bar{x}_{t-w..t-1}}{s_{t-w..t-1}}

with F the price of a future that expires T - t days later, S the spot price and f the funding
rates, paid at the times u in years of 365 days: what was paid, divided by the time that passed.
A future converges to spot at expiry, so a short one
earns b a year if the spot price does not change: the cost of carry of Hull, Options, Futures, and
Other Derivatives, the chapter on forward and futures prices. The z-score compares a value with the
values before it, which do not include it.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch._validation.frames import check_index, index_kind
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.series import joined_series, on_dates, one_series
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.instruments.terms import as_timestamp
from hedgeresearch.typing import Array

DAYS_PER_YEAR = 365.0
PAYMENTS_PER_DAY = 3
"""Payments a day of a contract with 8-hourly funding."""
MOST_OFTEN = 1.5
"""Multiple of the declared payments a day from which rates are probably carried forward."""
MAX_FUNDING = 2.0
"""Funding a year, as a share of the notional, above which its unit is in doubt."""
ALIKE = 0.01
"""Relative difference up to which all periods between payments count as equally long."""
HOLE = 5.0
"""Multiple of the gaps around it from which a gap is one in the data."""
CONSTANT_TOLERANCE = 1e-12
"""Range of a window, relative to its largest value, below which it counts as constant."""


@exported_by("hedgeresearch.instruments")
def annualized_basis(
    future: pd.Series[float], spot: pd.Series[float], expiry: date | str | pd.Series[Any]
) -> pd.Series[float]:
    """Return the log of future over spot per year to expiry: what a short future earns.

    The value dated t is computed from the prices dated t, and known from then on.

    Parameters
    ----------
    future, spot : Series (n_dates,), positive prices at the same times
    expiry : date; or Series by date, such as ``RolledFutures.expiry``, for contracts that are
        rolled

    Returns
    -------
    Series (n_dates,), per year of 365 days

    Raises
    ------
    DataError
        If dates differ, prices are not positive, the expiry is not a date, or a price is not dated
        before it.

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
    check_positive_prices(prices, "a basis", "Pass prices, not returns.")
    left = years_left(prices.index, expiry)
    values = np.log(prices["future"].to_numpy() / prices["spot"].to_numpy()) / left
    return pd.Series(values, prices.index, name="annualized basis")


def years_left(dates: pd.DatetimeIndex, expiry: date | str | pd.Series[Any]) -> Array:
    """Return the years of 365 days from each date to the expiry, (n_dates,), all positive."""
    ends = _expiry_of(dates, expiry)
    if (ends.tz is None) != (dates.tz is None):
        raise DataError(
            "expiry and prices must both have a time zone, or none. "
            "Use pd.Timestamp('2024-03-29', tz=...)."
        )
    left = np.asarray((ends - dates) / pd.Timedelta(days=DAYS_PER_YEAR), dtype=float)
    if not (left > 0.0).all():
        first = int(np.argmin(left > 0.0))
        raise DataError(
            f"prices must be dated before the expiry; got {day(dates[first])} with expiry "
            f"{day(ends[first])}. Leave out prices from the expiry on: no time is left by which a "
            "basis could be annualized."
        )
    return left


def _expiry_of(dates: pd.DatetimeIndex, expiry: date | str | pd.Series[Any]) -> pd.DatetimeIndex:
    """Return the expiry on each date, (n_dates,)."""
    if not isinstance(expiry, pd.Series):
        return pd.DatetimeIndex([as_timestamp(expiry, "expiry")] * len(dates))
    check_index(expiry.index, "expiry")
    given = on_dates(expiry.to_frame(), dates, "expiry", "the prices").iloc[:, 0]
    timestamps = {one: as_timestamp(one, "every expiry") for one in set(given)}
    return pd.DatetimeIndex([timestamps[one] for one in given])


@exported_by("hedgeresearch.instruments")
def annualized_funding(
    rates: pd.Series[float], periods_per_year: float | None = None, window: int | None = None
) -> float:
    """Return the funding that was paid, per year of 365 days.

    It is the sum of the rates divided by the time over which they accrued, whatever the intervals
    between payments and whatever days a table has: eight hours and later one hour, or business days
    with the payments of a weekend added up on Monday. Zeros between payments change nothing.

    Parameters
    ----------
    rates : Series (n_periods,), funding rates, shares of the notional per period that a long
        position pays and a short one receives
    periods_per_year : float > 0, by which the mean rate is multiplied, such as 1095 for rates of
        eight hours, where payments are missing in the table; None counts the time that passed
    window : int, number of the last periods to add up; all if None. The period of the first of all
        rates began before the table: it is as long as the others if these are alike, otherwise the
        first rate is left out

    Returns
    -------
    float
        Share of the notional per year that a long position pays.

    Raises
    ------
    DataError
        If the window is longer than the rates, or periods_per_year is None and the rates have
        fewer than two dates.

    Warns
    -----
    DataWarning
        If a gap in the dates is much longer than those around it.

    Examples
    --------
    >>> dates = pd.date_range("2024-01-01", periods=6, freq="8h")
    >>> round(annualized_funding(pd.Series([0.0001] * 6, dates)), 4)
    0.1095
    """
    values = one_series(rates, "rates")
    if window is not None:
        check_at_least(window, "window", 1)
        if window > len(values):
            raise DataError(
                f"window must not exceed the {len(values)} rates; got {window}. "
                "Pass a longer history."
            )
    if periods_per_year is not None:
        check_between(periods_per_year, "periods_per_year", 0.0, math.inf)
        last = values if window is None else values.iloc[-window:]
        return float(last.mean() * periods_per_year)
    # the first period that is added up begins at the date before it
    used = values if window is None else values.iloc[-window - 1 :]
    return _paid_per_year(used, starts_before=window is None or window == len(values))


def funding_doubt(name: str, rhythm: str, rates: pd.Series[float], per_year: float) -> str:
    """Return what looks wrong in the rhythm or the unit of funding rates, or "".

    Parameters
    ----------
    name : of the instrument
    rhythm : {"8-hourly", "continuous"}, as its terms declare it, or "" if it does not matter
    rates : Series (n_periods,)
    per_year : what they add up to in a year
    """
    times = rates.index
    if rhythm == "8-hourly" and isinstance(times, pd.DatetimeIndex):
        days = (times[-1] - times[0]) / pd.Timedelta(days=1)
        paid = np.count_nonzero(rates.to_numpy()[1:]) / days
        if paid > MOST_OFTEN * PAYMENTS_PER_DAY:
            return (
                f"the funding of {name!r}, which is 8-hourly, should have {PAYMENTS_PER_DAY} "
                f"payments a day; its rates are not zero {paid:.0f} times a day, and each counts "
                "as a payment. Write zeros between payments instead of carrying rates forward, or "
                "declare funding='continuous' if it is paid this often."
            )
    if abs(per_year) > MAX_FUNDING:
        return (
            f"the funding of {name!r} should add up to less than {MAX_FUNDING:.0%} a year; got "
            f"{per_year:,.0%}. Rates in per cent or per year explain it: pass what is paid at each "
            "date, as a fraction of the notional."
        )
    return ""


def _paid_per_year(values: pd.Series[float], starts_before: bool) -> float:
    """Return the sum of rates (n_periods,) per year.

    Parameters
    ----------
    values : Series (n_periods,)
    starts_before : bool
        Whether the first rate counts, whose period began before the first date; otherwise its date
        only says when the next period began.
    """
    dates = values.index
    times = dates.to_timestamp() if isinstance(dates, pd.PeriodIndex) else dates
    if not isinstance(times, pd.DatetimeIndex) or len(times) < 2:
        raise DataError(
            "rates must have two dates or more, between which time passes; "
            f"got {index_kind(dates)}, {len(dates)} of them. Index them by their dates, or "
            "pass for example periods_per_year=1095 for rates of eight hours."
        )
    gaps = np.diff(times) / np.timedelta64(1, "s")
    _warn_of_holes(times, gaps)
    usual = float(np.median(gaps))
    counts_first = starts_before and bool((np.abs(gaps - usual) <= ALIKE * usual).all())
    paid = values.sum() if counts_first else values.iloc[1:].sum()
    seconds = gaps.sum() + (usual if counts_first else 0.0)
    return float(paid / seconds * DAYS_PER_YEAR * 86_400.0)


def _warn_of_holes(times: pd.DatetimeIndex, gaps: Array) -> None:
    """Warn of gaps between payments (n_gaps,) that are much longer than both of their neighbors."""
    if len(gaps) < 3:
        return
    before = np.concatenate([gaps[1:2], gaps[:-1]])
    after = np.concatenate([gaps[1:], gaps[-2:-1]])
    holes = np.flatnonzero(gaps > HOLE * np.maximum(before, after))
    if len(holes):
        first = int(holes[0])
        warn_caller(
            f"rates should have every payment; there is none between {day(times[first])} and "
            f"{day(times[first + 1])} ({counted(len(holes), 'such gap')}), and that time counts as "
            "one without funding. Add the payments, or pass periods_per_year.",
            DataWarning,
        )


@exported_by("hedgeresearch.instruments")
def z_score(series: pd.Series[float], window: int) -> pd.Series[float]:
    """Return how many standard deviations each value is from the mean of those before it.

    Parameters
    ----------
    series : Series (n_dates,)
    window : int >= 2, number of values before a date that give its mean and standard deviation
        (divisor window - 1)

    Returns
    -------
    Series (n_dates - window,), dated as the values

    Raises
    ------
    DataError
        If there are too few values, or those of a window are all equal.

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
            f"values must vary in every window; the {window} before {day(at)} do not. "
            "Lengthen the window."
        )
    return pd.Series(scores, values.index[window:], name="z-score")


def z_scores(values: Array, window: int) -> Array:
    """Return the z-score of each value (n,) among the ``window`` before it, (n - window,).

    NaN where these are all equal.
    """
    before = np.lib.stride_tricks.sliding_window_view(values, window)[:-1]
    largest = np.abs(before).max(axis=1)
    constant = np.ptp(before, axis=1) <= CONSTANT_TOLERANCE * largest
    deviation = np.where(constant, np.nan, before.std(axis=1, ddof=1))
    return np.asarray((values[window:] - before.mean(axis=1)) / deviation)


def check_window(window: int, n_dates: int) -> None:
    """Refuse a window that is too short or too long for a z-score."""
    check_at_least(window, "window", 2)
    if window >= n_dates:
        raise DataError(
            f"window must be less than the {n_dates} values; got {window}. Pass a longer history."
        )
