"""Bars of several instruments on one clock, from quotes that never come together.

The value of a bar is the last quote at or before its end, on the clock of the receiver: the clocks
of venues differ, and a decision knows what had been received. Returns over bars that are short
compared with the time between quotes are too little correlated, because a move reaches one
instrument in one bar and the other in the next: Epps (1979), Journal of the American Statistical
Association 74.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.microstructure.events import Interruption, MarketEvent, Quote
from hedgeresearch.microstructure.possible import possible_events
from hedgeresearch.typing import Array, Indices

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""
MAX_BARS = 50_000_000
"""Largest number of bars, so that a wrong time does not fill the memory."""


@exported_by("hedgeresearch.microstructure")
def mid_prices(events: Iterable[MarketEvent]) -> pd.Series[float]:
    """Return the mean of bid and ask of each quote among some events.

    Parameters
    ----------
    events : events of one instrument at one venue, in the order in which they were received

    Returns
    -------
    Series (n_quotes,)
        By the time received, UTC; nan from an interruption of the feed, or a quote that cannot be,
        until the next quote.

    Raises
    ------
    DataError
        If there is no quote.

    Warns
    -----
    DataWarning
        If quotes or trades cannot be, such as a bid above the ask.

    Examples
    --------
    >>> from hedgeresearch.microstructure import Quote, mid_prices
    >>> quotes = [Quote(n, 99.0 + n, 1.0, 101.0 + n, 1.0, None, n * 10**9) for n in range(2)]
    >>> mid_prices(quotes).tolist()
    [100.0, 101.0]
    """
    times, mids = quoted_mids(possible_events(events))
    if not len(times):
        raise DataError("The events contain no quote. Record the stream of best bids and asks.")
    return pd.Series(mids, index=pd.DatetimeIndex(times, tz="UTC", name="received"), name="mid")


def quoted_mids(events: Iterable[MarketEvent]) -> tuple[Indices, Array]:
    """Return the times of quotes and their mids; nan at interruptions after the first quote.

    Quotes of nan, which say that there is none, count as interruptions.
    """
    times: list[int] = []
    mids: list[float] = []
    for event in events:
        if isinstance(event, Quote) and (times or not math.isnan(event.bid)):
            times.append(event.receive_time)
            mids.append(0.5 * (event.bid + event.ask))
        elif isinstance(event, Interruption) and times:
            times.append(event.receive_time)
            mids.append(math.nan)
    return np.array(times, dtype=np.int64), np.array(mids)


@exported_by("hedgeresearch.microstructure")
def quote_bars(prices: Mapping[str, pd.Series[float]], seconds: float) -> pd.DataFrame:
    """Return the last price of each instrument at the end of each bar.

    The first bar ends at the first whole second at which all instruments have a price, and each of
    the others a bar later.

    Parameters
    ----------
    prices : mapping from names to Series of prices by the time received; nan where an instrument
        has no price any more, as those of ``mid_prices`` after an interruption
    seconds : float > 0, length of a bar

    Returns
    -------
    DataFrame (n_bars, n_instruments)
        By the end of the bar; nan where there was no price.

    Raises
    ------
    DataError
        If times are not ascending or have no zone, or the instruments share no time.

    Warns
    -----
    DataWarning
        If a bar is shorter than the median time between two quotes of an instrument.

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.microstructure import quote_bars
    >>> start = pd.Timestamp("2026-03-02 12:00", tz="UTC")
    >>> times = start + pd.to_timedelta([0.0, 0.4, 1.0, 2.5], unit="s")
    >>> spot = pd.Series([100.0, 101.0, 102.0, 103.0], times)
    >>> quote_bars({"spot": spot}, seconds=1.0)["spot"].tolist()
    [100.0, 102.0, 102.0]
    """
    length = nanoseconds_in(seconds)
    if not prices:
        raise DataError("prices must hold at least one instrument; got none.")
    times = {name: checked_times(series, name) for name, series in prices.items()}
    _warn_of_short_bars(times, seconds)
    first = max(each[0] for each in times.values())
    last = min(each[-1] for each in times.values())
    first = -(-first // NANOSECONDS) * NANOSECONDS
    if last < first:
        raise DataError("The instruments share no time: one ends before another begins.")
    n_bars = (last - first) // length + 1
    if n_bars > MAX_BARS:
        raise DataError(f"{n_bars:,} bars are more than {MAX_BARS:,}. Use longer bars.")
    ends = first + length * np.arange(n_bars)
    columns = {}
    for name, series in prices.items():
        rows = np.searchsorted(times[name], ends, side="right") - 1
        columns[name] = series.to_numpy(dtype=float)[rows]
    return pd.DataFrame(columns, index=pd.DatetimeIndex(ends, tz="UTC", name="received"))


def nanoseconds_in(seconds: float) -> int:
    """Return the length of a bar in nanoseconds, of which it must have at least one."""
    check_between(seconds, "seconds", 0.0, math.inf)
    length = round(seconds * NANOSECONDS)
    if length == 0:
        raise DataError(f"A bar must last at least a nanosecond; got {seconds:g} s.")
    return length


def checked_times(series: Any, name: str) -> Indices:
    """Return the times of a series as nanoseconds; they must ascend and have a zone."""
    if not isinstance(series, pd.Series) or not isinstance(series.index, pd.DatetimeIndex):
        raise DataError(f"{name} must be a Series of prices by the time received.")
    if series.empty:
        raise DataError(f"{name} must hold at least one price; got none.")
    if series.index.tz is None:
        raise DataError(f"The times of {name} must have a zone. Call tz_localize('UTC').")
    if not series.index.is_monotonic_increasing:
        raise DataError(
            f"The times of {name} must ascend: a clock went back. Use the time received, and sort."
        )
    values = series.to_numpy(dtype=float)
    if not (np.isnan(values) | (np.isfinite(values) & (values > 0.0))).all():
        raise DataError(f"The prices of {name} must be positive and finite.")
    if np.isnan(values[0]):
        raise DataError(f"The first price of {name} must be a number; got nan. Leave it out.")
    times: Indices = series.index.as_unit("ns").asi8
    return times


def _warn_of_short_bars(times: Mapping[str, Indices], seconds: float) -> None:
    """Warn of bars within which an instrument is usually not quoted."""
    for name, each in times.items():
        if len(each) < 2:
            continue
        gap = float(np.median(np.diff(each))) / NANOSECONDS
        if gap > seconds:
            warn_caller(
                f"Bars of {seconds:g} s are shorter than the median time between two quotes of "
                f"{name}, {gap:.3g} s: most of its returns are zero. Use longer bars.",
                DataWarning,
            )
