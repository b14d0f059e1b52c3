"""The impact of the volume among some events: their trades and quotes on bars."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.bars import mid_prices, quote_bars
from hedgeresearch.microstructure.costs.spreads import amihud_illiquidity, kyle_lambda
from hedgeresearch.microstructure.events import MarketEvent, Trade
from hedgeresearch.microstructure.possible import possible_events


@exported_by("hedgeresearch.microstructure")
def trade_impact(events: Iterable[MarketEvent], seconds: float) -> pd.Series[float]:
    """Return Kyle's lambda and the illiquidity of Amihud on bars, in basis points per unit traded.

    Parameters
    ----------
    events : quotes and trades of one instrument at one venue, in the order in which they were
        received; trades of which the venue states no side count in Amihud's measure only
    seconds : float > 0, length of a bar: seconds, so that trade and change of the price fall into
        the same one

    Returns
    -------
    Series (4,)
        kyle_lambda, kyle_error (robust to autocorrelation), amihud (over bars with trades), n_bars.

    Raises
    ------
    DataError
        If there are no quotes, fewer than 20 bars, or the signed volume does not vary.

    Examples
    --------
    A price that moves by half a basis point for each unit bought:

    >>> import numpy as np
    >>> from hedgeresearch.microstructure import Quote, Trade, trade_impact
    >>> events, mid = [], 100.0
    >>> for step, size in enumerate(np.random.default_rng(0).standard_normal(400)):
    ...     time = step * 10**9 + 10**8
    ...     events.append(Trade(step, mid, abs(size), 1 if size > 0 else -1, None, time))
    ...     mid *= 1.0 + 0.5e-4 * size
    ...     events.append(Quote(step, mid - 0.01, 1.0, mid + 0.01, 1.0, None, time + 10**8))
    >>> trade_impact(events, seconds=2.0).round(3).to_dict()
    {'kyle_lambda': 0.5, 'kyle_error': 0.0, 'amihud': 0.351, 'n_bars': 199.0}
    """
    every = possible_events(events)
    bars = quote_bars({"mid": mid_prices(every)}, seconds)["mid"]
    moves = 1e4 * bars.pct_change(fill_method=None).iloc[1:]
    trades = [event for event in every if isinstance(event, Trade)]
    if not trades or len(moves) == 0:
        raise DataError(f"Trades on two bars or more are needed; got {len(trades)} trades.")
    assert isinstance(bars.index, pd.DatetimeIndex)
    ends = bars.index.as_unit("ns").asi8
    times = np.array([trade.receive_time for trade in trades], dtype=np.int64)
    # a bar holds what was received after the end of the one before it, up to its own
    place = np.searchsorted(ends, times, side="left") - 1
    inside = (place >= 0) & (place < len(moves))
    sizes = np.array([trade.size for trade in trades])[inside]
    sides = np.array([trade.side for trade in trades])[inside]
    volume = np.bincount(place[inside], weights=sizes, minlength=len(moves))
    signed = np.bincount(place[inside], weights=sizes * sides, minlength=len(moves))
    known = np.isfinite(moves.to_numpy())
    slope, error = kyle_lambda(moves[known], pd.Series(signed, moves.index)[known])
    traded = known & (volume > 0.0)
    illiquidity = amihud_illiquidity(moves[traded], pd.Series(volume, moves.index)[traded])
    found = {"kyle_lambda": slope, "kyle_error": error, "amihud": illiquidity}
    return pd.Series({**found, "n_bars": float(known.sum())}, name="bp per unit")
