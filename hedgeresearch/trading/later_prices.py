r"""Mark-outs of fills: by how much the price has moved in their favor some time later.

.. math:: \frac{d \, (m_{t + h} - p)}{p}

for a fill at the price p at time t, with d = +1 for a purchase and the mid price m that holds h
later. Positive is a gain of the fill: it was bought before the price rose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError, DataWarning, warn_caller

HORIZONS = (1.0, 10.0, 60.0)
"""Seconds after a fill."""
MAX_AGE = 60.0
"""Seconds up to which a price counts.

A market whose changes alone are recorded may rest as long, and what is older is likely to be that
of a gap. A limit as short as a horizon would leave out the fills after which the price rested, and
so distort the mean."""
COLUMNS = ["mean", "error", "n_fills", "left_out", "too_old", "oldest"]


@exported_by("hedgeresearch.trading")
def mark_outs(
    fills: pd.DataFrame,
    direction: Literal["buy", "sell"],
    market: pd.DataFrame,
    horizons: Sequence[float] = HORIZONS,
    *,
    max_age: float = MAX_AGE,
) -> pd.DataFrame:
    """Return by how much the price has moved in favor of fills, at some times after each.

    Parameters
    ----------
    fills : DataFrame (n_fills,) by time, columns price and size, both > 0
    direction : {"buy", "sell"}
    market : DataFrame by time, column price (> 0), mid prices that go on after the last fill
    horizons : floats > 0, seconds
    max_age : float > 0, seconds before a horizon up to which the last price then counts; a fill
        whose price is older is left out at that horizon

    Returns
    -------
    DataFrame (n_horizons, 6)
        By seconds: mean, weighted by size, and its standard error, shares of the price of the fill,
        negative where the price has moved against it; n_fills, number of fills; left_out, number of
        fills without a price, and too_old, those among them whose price was older than max_age: for
        the others the market has not begun or has ended; oldest, age of the oldest price that
        counts, seconds. nan where no fill is left, or, of the error, where only one is.

    Raises
    ------
    DataError
        If a column is missing, a number is out of range, or times do not ascend or have no zone
        where those of the other have one.

    Warns
    -----
    DataWarning
        If no fill has a price at one of the horizons.

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.trading import mark_outs
    >>> start = pd.Timestamp("2026-03-02 12:00", tz="UTC")
    >>> fills = pd.DataFrame({"price": [100.0], "size": [2.0]}, index=[start])
    >>> times = start + pd.to_timedelta([0.0, 0.5, 5.0, 20.0], unit="s")
    >>> market = pd.DataFrame({"price": [100.0, 100.1, 99.9, 99.8]}, index=times)
    >>> mark_outs(fills, "buy", market, horizons=[1.0, 10.0])["mean"].round(4).tolist()
    [0.001, -0.001]
    """
    check_choice(direction, "direction", ("buy", "sell"))
    for seconds in horizons:
        check_between(seconds, "each horizon", 0.0, math.inf)
    check_between(max_age, "max_age", 0.0, math.inf)
    filled = _checked(fills, ("price", "size"), "fills")
    prices = _checked(market, ("price",), "market")
    if (filled.index.tz is None) != (prices.index.tz is None):
        raise DataError("The times of market and fills must both have a zone, or neither.")
    side = 1.0 if direction == "buy" else -1.0
    rows = [_mark_out(filled, prices, side, float(seconds), max_age) for seconds in horizons]
    index = pd.Index(list(horizons), name="seconds", dtype=float)
    found = pd.DataFrame(rows, index, columns=COLUMNS)
    _warn_of_none(found, max_age)
    return found


def _warn_of_none(found: pd.DataFrame, max_age: float) -> None:
    """Warn of horizons at which no fill has a price."""
    empty = found.index[found["n_fills"] == 0]
    if len(empty):
        listed = ", ".join(f"{seconds:g}" for seconds in empty)
        warn_caller(
            f"No fill has a price {listed} s later: the market has none then, or none that is at "
            f"most {max_age:g} s old. Give prices of that time, or a larger maximal age.",
            DataWarning,
        )


def _mark_out(
    fills: Any, market: Any, side: float, seconds: float, max_age: float
) -> tuple[float, float, int, int, int, float]:
    """Return mean, error, numbers of fills and the age of the oldest price at a horizon."""
    ends = fills.index + pd.Timedelta(seconds, unit="s")
    rows = market.index.searchsorted(ends, side="right") - 1
    known = np.asarray((rows >= 0) & (ends <= market.index[-1]))
    ages = np.asarray((ends - market.index[rows]) / pd.Timedelta(1, unit="s"), dtype=float)
    usable = known & (ages <= max_age)
    n_fills = int(usable.sum())
    left_out = len(fills) - n_fills
    too_old = int((known & ~usable).sum())
    if not n_fills:
        return math.nan, math.nan, 0, left_out, too_old, math.nan
    oldest = float(ages[usable].max())
    price = fills["price"].to_numpy(dtype=float)[usable]
    weights = fills["size"].to_numpy(dtype=float)[usable]
    weights = weights / weights.sum()
    later = market["price"].to_numpy(dtype=float)[rows[usable]]
    moves = side * (later - price) / price
    mean = float(weights @ moves)
    error = math.nan
    if n_fills > 1:
        # of a weighted mean of independent moves with one variance
        variance = weights @ (moves - mean) ** 2 / (1.0 - weights @ weights)
        error = math.sqrt(float(variance * (weights @ weights)))
    return mean, error, n_fills, left_out, too_old, oldest


def _checked(table: Any, columns: Sequence[str], role: str) -> Any:
    """Return a table by ascending times with positive numbers in some columns."""
    if not isinstance(table, pd.DataFrame) or not set(columns) <= set(table.columns):
        raise DataError(f"{role} must be a DataFrame with the columns {' and '.join(columns)}.")
    if table.empty or not isinstance(table.index, pd.DatetimeIndex):
        raise DataError(f"{role} must be by time, with at least one row.")
    if not table.index.is_monotonic_increasing:
        raise DataError(f"The times of the {role} must ascend. Sort them.")
    for name in columns:
        numbers = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
        bad = ~(np.isfinite(numbers) & (numbers > 0.0))
        if bad.any():
            raise DataError(
                f"Each {name} of the {role} must be a number above zero; got "
                f"{table[name].iloc[int(np.argmax(bad))]!r} at {table.index[int(np.argmax(bad))]}."
            )
    return table
