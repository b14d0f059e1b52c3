r"""The cost of an execution, against the prices that could have been had.

For fills of q_i units at prices p_i, with the price m_0 at the decision and m at the end, Perold
(1988), Journal of Portfolio Management 14: the implementation shortfall of an order of Q units is

.. math:: d \Big( \sum_i q_i (p_i - m_0) + \big(Q - \sum_i q_i\big) (m - m_0) \Big) + \text{fees}

with d = +1 to buy and -1 to sell: what the paper portfolio that traded everything at the decision
gained more than the real one. It is the sum of the delay until the order arrived at the market, the
trading since then, the opportunity lost on what was not filled, and fees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

INFINITE = float("inf")
ROUNDING = 1e-9
"""Share of an order up to which the sum of its fills may differ by rounding."""
COLUMNS = ("price", "size")
"""Columns that fills must have; "fee" is optional."""


@exported_by("hedgeresearch.trading")
@dataclass(frozen=True)
class ExecutionReport:
    """The cost of an order and its parts; positive numbers are costs.

    Attributes
    ----------
    shortfall : float, money, implementation shortfall: delay + trading + opportunity + fees
    delay : float, money, units filled, each at the arrival price less the decision price
    trading : float, money, units filled, each at its price less the arrival price
    opportunity : float, money, units not filled, each at the end price less the decision price;
        these are signs of a buy, and those of a sell the other way round
    fees : float, money
    shortfall_share : float, shortfall over the value of the order at the decision
    mean_price : float, mean price of the fills, by size
    against_arrival, against_twap, against_vwap : floats, shares of each benchmark by which the mean
        price is worse; nan without the prices or volumes that they need
    filled : float, share of the order that was filled

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.trading import analyze_execution
    >>> times = pd.date_range("2026-03-02 12:00", periods=2, freq="1min", tz="UTC")
    >>> fills = pd.DataFrame({"price": [100.2, 100.4], "size": [6.0, 4.0]}, index=times)
    >>> terms = {"decision_price": 100.0, "arrival_price": 100.1}
    >>> report = analyze_execution(fills, "buy", 10.0, **terms)
    >>> round(report.mean_price, 2), round(report.shortfall, 2), report.filled
    (100.28, 2.8, 1.0)
    """

    shortfall: float
    delay: float
    trading: float
    opportunity: float
    fees: float
    shortfall_share: float
    mean_price: float
    against_arrival: float
    against_twap: float
    against_vwap: float
    filled: float


@exported_by("hedgeresearch.trading")
def analyze_execution(
    fills: pd.DataFrame,
    direction: Literal["buy", "sell"],
    size: float,
    *,
    decision_price: float,
    arrival_price: float,
    market: pd.DataFrame | None = None,
    end_price: float | None = None,
) -> ExecutionReport:
    """Return the implementation shortfall of an order and its parts.

    Parameters
    ----------
    fills : DataFrame (n_fills,) by time, columns price and size, both > 0, and optionally fee, in
        money
    direction : {"buy", "sell"}
    size : float > 0, units that were to be traded
    decision_price, arrival_price : floats > 0, mid price when the trade was decided on and when the
        order arrived at the market
    market : DataFrame by time, columns price (> 0) and optionally volume (>= 0), mid or trade
        prices from arrival to the last fill, for the time- and volume-weighted means; a price
        counts for the time until the next one
    end_price : float > 0, mid price at which what was not filled is valued, less the decision
        price, such as that after the last fill or of the close; needed if there is any

    Returns
    -------
    ExecutionReport

    Raises
    ------
    DataError
        If a column is missing, a number is out of range, fills exceed the order, a price is needed
        that was not given, or several prices of the market are later than the last fill.

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.trading import analyze_execution
    >>> times = pd.date_range("2026-03-02 12:00", periods=2, freq="1min", tz="UTC")
    >>> fills = pd.DataFrame({"price": [100.2, 100.4], "size": [6.0, 4.0]}, index=times)
    >>> report = analyze_execution(
    ...     fills, "buy", 10.0, decision_price=100.0, arrival_price=100.1
    ... )
    >>> round(report.shortfall, 6), round(report.delay, 6), round(report.trading, 6)
    (2.8, 1.0, 1.8)
    """
    check_choice(direction, "direction", ("buy", "sell"))
    check_between(size, "size", 0.0, INFINITE)
    check_between(decision_price, "decision_price", 0.0, INFINITE)
    check_between(arrival_price, "arrival_price", 0.0, INFINITE)
    prices, sizes, fees = _checked_fills(fills, size)
    side = 1.0 if direction == "buy" else -1.0
    filled = float(sizes.sum())
    unfilled = size - filled if filled < size * (1.0 - ROUNDING) else 0.0
    mean_price = float(prices @ sizes / filled)
    delay = side * filled * (arrival_price - decision_price)
    trading = side * float(sizes @ (prices - arrival_price))
    opportunity = side * unfilled * (_end_price(end_price, unfilled) - decision_price)
    shortfall = delay + trading + opportunity + fees
    _check_market(market, fills.index)
    twap, vwap = _means(market, fills.index)
    return ExecutionReport(
        shortfall=shortfall,
        delay=delay,
        trading=trading,
        opportunity=opportunity,
        fees=fees,
        shortfall_share=shortfall / (size * decision_price),
        mean_price=mean_price,
        against_arrival=side * (mean_price / arrival_price - 1.0),
        against_twap=side * (mean_price / twap - 1.0),
        against_vwap=side * (mean_price / vwap - 1.0),
        filled=filled / size,
    )


def _checked_fills(fills: Any, size: float) -> tuple[Array, Array, float]:
    """Return prices, sizes and the sum of fees of checked fills."""
    if not isinstance(fills, pd.DataFrame) or not set(COLUMNS) <= set(fills.columns):
        raise DataError("fills must be a DataFrame with the columns price and size.")
    if fills.empty:
        raise DataError("fills must hold at least one fill; an order without any has no price.")
    prices = _positive(fills, "price", "fills")
    sizes = _positive(fills, "size", "fills")
    if sizes.sum() > size * (1.0 + ROUNDING):
        raise DataError(
            f"The fills, {sizes.sum():g} units, exceed the order of {size:g}. Pass the size of the "
            "whole order, and the fills of that order alone."
        )
    fees = float(_finite(fills, "fee", "fills").sum()) if "fee" in fills.columns else 0.0
    return prices, sizes, fees


def _finite(table: pd.DataFrame, name: str, role: str) -> Array:
    """Return a column of a table, whose numbers must be finite."""
    if not is_numeric_dtype(table[name]):
        raise DataError(f"Each {name} of the {role} must be a number; got {table[name].dtype}.")
    numbers: Array = table[name].to_numpy(dtype=float, na_value=np.nan)
    bad = ~np.isfinite(numbers)
    if bad.any():
        raise DataError(
            f"Each {name} of the {role} must be finite; got {numbers[bad][0]:g} in row "
            f"{table.index[int(np.argmax(bad))]}."
        )
    return numbers


def _positive(table: pd.DataFrame, name: str, role: str) -> Array:
    """Return a column of a table, whose numbers must be positive."""
    numbers = _finite(table, name, role)
    bad = numbers <= 0.0
    if bad.any():
        raise DataError(
            f"Each {name} of the {role} must be positive; got {numbers[bad][0]:g} in row "
            f"{table.index[int(np.argmax(bad))]}. The direction is an argument, not a sign."
        )
    return numbers


def _end_price(end_price: float | None, unfilled: float) -> float:
    """Return the price of what was not filled; any number if everything was."""
    if unfilled == 0.0:
        return 0.0
    if end_price is None:
        raise DataError(
            f"{unfilled:g} units were not filled. Pass end_price=, at which they are valued."
        )
    check_between(end_price, "end_price", 0.0, INFINITE)
    return end_price


def _check_market(market: pd.DataFrame | None, filled: pd.Index[Any]) -> None:
    """Refuse a market without prices, or with more than one after the last fill."""
    if market is None:
        return
    if not isinstance(market, pd.DataFrame) or "price" not in market.columns or market.empty:
        raise DataError("market must be a DataFrame with the column price and at least one row.")
    if not isinstance(filled, pd.DatetimeIndex):
        return
    if not isinstance(market.index, pd.DatetimeIndex):
        raise DataError("market must have times, as the fills do.")
    if (market.index.tz is None) != (filled.tz is None):
        raise DataError("The times of market and fills must both have a zone, or neither.")
    if not market.index.is_monotonic_increasing:
        raise DataError("The times of market must not decrease. Sort it: market.sort_index().")
    n_later = int((market.index > filled.max()).sum())
    if n_later > 1:
        raise DataError(
            f"{n_later} prices of the market are later than the last fill, {filled.max()}, and are "
            "no benchmark of it. Cut the market there."
        )


def _means(market: pd.DataFrame | None, filled: pd.Index[Any]) -> tuple[float, float]:
    """Return time- and volume-weighted mean prices of the market; nan where they are not known.

    A price counts for the time until the next one, the last until the last fill; volume after
    the last fill does not count.
    """
    if market is None:
        return np.nan, np.nan
    prices = _positive(market, "price", "market")
    ends = np.append(market.index[1:], [filled.max()])
    held = np.clip((pd.DatetimeIndex(ends) - market.index) / pd.Timedelta(1, "s"), 0.0, None)
    lasting = np.asarray(held, dtype=float)
    twap = float(prices @ lasting / lasting.sum()) if lasting.any() else float(prices.mean())
    if "volume" not in market.columns:
        return twap, np.nan
    volume = _finite(market, "volume", "market")
    if (volume < 0.0).any() or not volume.any():
        raise DataError("The volume of the market must not be negative, nor zero in all rows.")
    counted = np.where(market.index <= filled.max(), volume, 0.0)
    return twap, float(prices @ counted / counted.sum()) if counted.any() else np.nan
