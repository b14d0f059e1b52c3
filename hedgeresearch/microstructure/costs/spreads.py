r"""Spreads of trades, and measures of the price impact of volume.

With the price p of a trade of side d (+1 bought, -1 sold) and the mid price m that held a lag
before it, Huang and Stoll (1996), Journal of Financial Economics 41:

.. math:: \text{effective} = \frac{2 d (p - m)}{m}, \quad
          \text{realized} = \frac{2 d (p - m_{+h})}{m}, \quad
          \text{mark-out} = \frac{d (m_{+h} - p)}{m}

A venue sends a trade after the quote that it hit, so that the mid at the same instant is already
that after the trade: the lag is stated, never zero by default.

Amihud (2002), Journal of Financial Markets 5: the mean of the absolute return over the volume. Kyle
(1985), Econometrica 53: the slope of changes of the price on signed volume.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_not_negative
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.regression import least_squares, newey_west_lags
from hedgeresearch.microstructure.bars import quoted_mids
from hedgeresearch.microstructure.events import MarketEvent, Trade
from hedgeresearch.microstructure.possible import possible_events
from hedgeresearch.typing import Array, Indices

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""
HORIZONS = (1.0, 10.0, 60.0)
"""Times after a trade at which it is marked out, seconds."""
SPREADS = ["effective", "realized", "mark_out"]
MIN_BARS = 20
"""Minimum number of bars from which the impact of volume is estimated."""


@exported_by("hedgeresearch.microstructure")
def trade_spreads(
    events: Iterable[MarketEvent], *, lag: float, horizon: float = 10.0
) -> pd.DataFrame:
    """Return the spreads of each trade among some events.

    Parameters
    ----------
    events : events of one instrument at one venue, in the order in which they were received
    lag : float >= 0, seconds by which the quote that counts as the trade's own was received before
        the trade: .05 is a typical value
    horizon : float > 0, seconds after the trade at which the later mid price is taken

    Returns
    -------
    DataFrame (n_trades, 6)
        By the time received: price, size, side, effective and realized spread, and mark_out,
        shares of the mid price. Trades before the first quote, within a horizon of the last one,
        those of which one of both falls into an interruption, and those without a side are left
        out; their number is ``attrs["left_out"]``.

    Raises
    ------
    DataError
        If there is no quote, no trade with a quote before and after it, or the times of the quotes
        do not ascend.

    Warns
    -----
    DataWarning
        If trades or quotes cannot be, such as a price of zero: they are left out.

    Examples
    --------
    >>> from hedgeresearch.microstructure import Quote, Trade, trade_spreads
    >>> events = [
    ...     Quote(0, 99.0, 1.0, 101.0, 1.0, None, 0),
    ...     Trade(0, 101.0, 2.0, 1, None, 10**9),
    ...     Quote(1, 100.0, 1.0, 102.0, 1.0, None, 20 * 10**9),
    ... ]
    >>> trade_spreads(events, lag=0.05)["effective"].tolist()
    [0.02]
    """
    check_not_negative(lag, "lag", remedy="The quote must not come after the trade.")
    check_between(horizon, "horizon", 0.0, math.inf)
    times, mids, trades = _split(events)
    if (np.diff(times) < 0).any():
        raise DataError("The times of the quotes must ascend: a clock went back. Split them there.")
    traded = np.array([trade.receive_time for trade in trades], dtype=np.int64)
    before = np.searchsorted(times, traded - round(lag * NANOSECONDS), side="right") - 1
    ends = traded + round(horizon * NANOSECONDS)
    after = np.searchsorted(times, ends, side="right") - 1
    usable = (before >= 0) & (ends <= times[-1])
    usable &= np.isfinite(mids[before]) & np.isfinite(mids[after])
    usable &= np.array([trade.side != 0 for trade in trades])
    if not usable.any():
        raise DataError("No trade has a quote before it and one a horizon later. Record longer.")
    kept = [trade for trade, use in zip(trades, usable, strict=True) if use]
    table = _spread_table(kept, mids[before[usable]], mids[after[usable]])
    table.index = pd.DatetimeIndex(traded[usable], tz="UTC", name="received")
    table.attrs["left_out"] = int((~usable).sum())
    return table


@exported_by("hedgeresearch.microstructure")
def spreads_by_horizon(
    events: Iterable[MarketEvent], *, lag: float, horizons: Sequence[float] = HORIZONS
) -> pd.DataFrame:
    """Return volume-weighted mean spreads of trades for several times after them.

    The realized spread is what a maker has kept after a horizon, and falls with it as far as trades
    move the price.

    Parameters
    ----------
    events, lag : as of ``trade_spreads``
    horizons : floats > 0, seconds

    Returns
    -------
    DataFrame (n_horizons, 4)
        By seconds: effective, realized and mark_out in basis points of the mid price, and n_trades;
        nan where no trade has a quote a horizon after it.

    Raises
    ------
    DataError
        As ``trade_spreads``, if that holds for every horizon.

    Examples
    --------
    >>> from hedgeresearch.microstructure import Quote, Trade, spreads_by_horizon
    >>> second = 10**9
    >>> events = [
    ...     Quote(0, 99.0, 1.0, 101.0, 1.0, None, 0),
    ...     Trade(0, 101.0, 2.0, 1, None, second),
    ...     Quote(1, 100.0, 1.0, 102.0, 1.0, None, 2 * second),
    ...     Quote(2, 100.0, 1.0, 102.0, 1.0, None, 9 * second),
    ... ]
    >>> spreads_by_horizon(events, lag=0.05, horizons=[5.0]).round(1).to_dict("index")
    {5.0: {'effective': 200.0, 'realized': 0.0, 'mark_out': 0.0, 'n_trades': 1}}
    """
    every = possible_events(events)
    rows: dict[float, list[float]] = {}
    problem: DataError | None = None
    for horizon in horizons:
        try:
            table = trade_spreads(every, lag=lag, horizon=horizon)
        except DataError as error:
            problem = error
            rows[float(horizon)] = [math.nan, math.nan, math.nan, 0]
            continue
        means = np.average(table[SPREADS], axis=0, weights=table["size"])
        rows[float(horizon)] = [*(1e4 * means).tolist(), len(table)]
    if problem is not None and not any(row[-1] for row in rows.values()):
        raise problem
    whole = pd.DataFrame.from_dict(rows, orient="index", columns=[*SPREADS, "n_trades"])
    return whole.rename_axis("seconds").astype({"n_trades": int})


@exported_by("hedgeresearch.microstructure")
def amihud_illiquidity(returns: pd.Series[float], volume: pd.Series[float]) -> float:
    """Return the mean absolute return for a unit of volume.

    Parameters
    ----------
    returns : Series (n_dates,), fractions per period
    volume : Series (n_dates,), traded value per period, in one currency

    Raises
    ------
    DataError
        If the dates differ, a number is missing, or a volume is not positive.

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.microstructure import amihud_illiquidity
    >>> days = pd.date_range("2026-03-02", periods=2)
    >>> amihud_illiquidity(pd.Series([0.01, -0.02], days), pd.Series([1e6, 4e6], days))
    7.5...e-09
    """
    moves, traded = _same_dates(returns, volume)
    if not (traded > 0.0).all():
        raise DataError("The volume must be positive on each date. Leave dates without trade out.")
    return float(np.mean(np.abs(moves) / traded))


@exported_by("hedgeresearch.microstructure")
def kyle_lambda(
    price_changes: pd.Series[float], signed_volume: pd.Series[float]
) -> tuple[float, float]:
    """Return the change of the price for a unit of signed volume, and its standard error.

    Parameters
    ----------
    price_changes : Series (n_bars,), changes of the price, or returns
    signed_volume : Series (n_bars,), bought minus sold volume of each bar

    Returns
    -------
    slope, standard_error : floats; the error is robust to heteroskedasticity and autocorrelation
        (Newey and West 1987)

    Raises
    ------
    DataError
        If there are fewer than 20 bars, the dates differ, or the volume does not vary.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from hedgeresearch.microstructure import kyle_lambda
    >>> draws = np.random.default_rng(0).standard_normal((2, 500))
    >>> volume = pd.Series(100.0 * draws[0])
    >>> slope, error = kyle_lambda(2e-4 * volume + 0.01 * draws[1], volume)
    >>> round(slope, 6), abs(slope - 2e-4) < 2.0 * error
    (0.0002, True)
    """
    moves, traded = _same_dates(price_changes, signed_volume)
    if len(moves) < MIN_BARS:
        raise DataError(f"At least {MIN_BARS} bars are needed; got {len(moves)}.")
    if not np.ptp(traded) > 0.0:
        raise DataError("signed_volume must vary; it is the same on each bar.")
    regression = least_squares(moves, traded[:, None])
    variance = regression.covariance("HAC", newey_west_lags(len(moves)))[1, 1]
    return float(regression.coefficients[1]), math.sqrt(float(variance))


def _split(events: Iterable[MarketEvent]) -> tuple[Indices, Array, list[Trade]]:
    """Return times and mids of quotes, and trades; there must be both."""
    every = possible_events(events)
    times, mids = quoted_mids(every)
    trades = [event for event in every if isinstance(event, Trade)]
    if not len(times) or not trades:
        raise DataError(f"Quotes and trades are needed; got {len(times)} and {len(trades)}.")
    return times, mids, trades


def _spread_table(trades: list[Trade], before: Array, after: Array) -> pd.DataFrame:
    """Return the spreads of trades from the mids before and after each."""
    price = np.array([trade.price for trade in trades])
    side = np.array([float(trade.side) for trade in trades])
    return pd.DataFrame(
        {
            "price": price,
            "size": [trade.size for trade in trades],
            "side": side,
            "effective": 2.0 * side * (price - before) / before,
            "realized": 2.0 * side * (price - after) / before,
            "mark_out": side * (after - price) / before,
        }
    )


def _same_dates(one: Any, other: Any) -> tuple[Array, Array]:
    """Return two series as arrays; their dates must be the same."""
    for series in (one, other):
        if not isinstance(series, pd.Series) or not is_numeric_dtype(series) or series.empty:
            raise DataError("Both must be Series of at least one number.")
        if not np.isfinite(series.to_numpy(dtype=float, na_value=np.nan)).all():
            raise DataError("Both must be Series of finite numbers without gaps.")
    if not one.index.equals(other.index):
        raise DataError("Both must have the same dates. Join them first.")
    return one.to_numpy(dtype=float), other.to_numpy(dtype=float)
