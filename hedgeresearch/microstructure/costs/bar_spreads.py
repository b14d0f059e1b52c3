"""The spread of an instrument from its bars, where no quotes are recorded."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._extras import missing_package
from hedgeresearch._validation.frames import check_frame
from hedgeresearch.errors import DataError

COLUMNS = ("open", "high", "low", "close")
MIN_BARS = 20
"""Minimum number of bars."""


@exported_by("hedgeresearch.microstructure")
def spread_from_bars(bars: Any) -> float:
    """Return the mean bid-ask spread from open, high, low and close prices.

    The estimator is EDGE of Ardia, Guidotti and Kroencke (2024), Journal of Financial Economics
    161, as its authors' package ``bidask`` computes it.

    Parameters
    ----------
    bars : DataFrame (n_bars,) with the columns open, high, low and close, in any case, of one
        instrument

    Returns
    -------
    float
        Share of the price: .01 for 1%. Noisy where the spread is small against the volatility of a
        bar: use many bars, and bars of minutes rather than days.

    Raises
    ------
    DataError
        If a column is missing, prices are not positive, highs and lows do not contain the rest, or
        they move too little to show a spread.
    MissingDataError
        If the package ``bidask`` is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from hedgeresearch.microstructure import spread_from_bars
    >>> generator = np.random.default_rng(0)
    >>> middle = 100.0 * np.exp(0.001 * generator.standard_normal((200, 50)).cumsum(axis=None))
    >>> prices = middle.reshape(200, 50) * (1.0 + 0.0005 * generator.choice([-1.0, 1.0], (200, 50)))
    >>> columns = [prices[:, 0], prices.max(axis=1), prices.min(axis=1), prices[:, -1]]
    >>> bars = pd.DataFrame(dict(zip(("open", "high", "low", "close"), columns, strict=True)))
    >>> round(spread_from_bars(bars.set_axis(pd.date_range("2024", periods=200))), 4)
    0.0014
    """
    try:
        from bidask import edge
    except ImportError as error:
        raise missing_package("The spread from bars", "bidask", "markets") from error
    frame = check_frame(_prices(bars), "bars", minimum_rows=MIN_BARS)
    if not (frame > 0.0).to_numpy().all():
        raise DataError("The prices of bars must be positive.")
    inside = (frame["high"] >= frame.max(axis=1)) & (frame["low"] <= frame.min(axis=1))
    if not inside.all():
        first = frame.index[int((~inside).to_numpy().argmax())]
        raise DataError(f"The high and low of the bar {first} do not contain its open and close.")
    spread = float(edge(frame["open"], frame["high"], frame["low"], frame["close"]))
    if not math.isfinite(spread):
        raise DataError("The bars move too little to show a spread. Use longer ones, or more.")
    return spread


def _prices(bars: Any) -> pd.DataFrame:
    """Return the four columns of bars under their names in lower case."""
    if not isinstance(bars, pd.DataFrame):
        raise DataError("bars must be a DataFrame with the columns open, high, low and close.")
    frame = bars.rename(columns=lambda name: str(name).lower())
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise DataError(f"bars lacks the columns {', '.join(missing)}.")
    return frame[list(COLUMNS)]
