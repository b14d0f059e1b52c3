"""Conversion of prices to returns."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, cast

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.data.quality.door import warn_of_returns

NOT_POSITIVE = (
    "Correct wrong prices, and leave out columns that are no prices, such as returns and funding "
    'rates; for prices that can be zero or negative, use kind="difference".'
)
Data = TypeVar("Data", pd.Series, pd.DataFrame)


@exported_by("hedgeresearch.data")
def returns(prices: Data, kind: Literal["simple", "log", "difference"] = "simple") -> Data:
    """Return the change of prices from each date to the next.

    Parameters
    ----------
    prices : DataFrame, shape (n_dates, n_columns), or Series
        Prices on ascending dates, without gaps.
    kind : {"simple", "log", "difference"}
        With p the price of a date and q the price of the date before: p / q - 1, log(p / q) or
        p - q. Simple returns of positions add up across instruments, log returns across time
        (Campbell, Lo and MacKinlay 1997, section 1.4). Differences are for prices that can be zero
        or negative, such as spreads or power.

    Returns
    -------
    DataFrame, shape (n_dates - 1, n_columns), or Series
        Fractions per period (differences: units of the prices), from the second date on. ``attrs``
        are those of ``prices`` and ``"returns"``, the kind.

    Raises
    ------
    DataError
        If the prices are not numbers on ascending, unique dates, have a gap or an infinity, have
        fewer than two rows, or are not positive where the kind divides by them.

    Examples
    --------
    >>> prices = pd.Series([100.0, 110.0, 99.0], pd.date_range("2020-01-01", periods=3), name="oil")
    >>> returns(prices).round(6).tolist()
    [0.1, -0.1]
    >>> returns(prices, kind="difference").tolist()
    [10.0, -11.0]
    """
    check_choice(kind, "kind", ("simple", "log", "difference"))
    frame = check_frame(prices, "prices", minimum_rows=2)
    if kind != "difference":
        check_positive_prices(
            frame,
            f"{kind} returns",
            NOT_POSITIVE,
        )
    values = frame.to_numpy()
    if kind == "difference":
        warn_of_returns(frame)
    change = np.diff(values, axis=0)
    if kind == "log":
        change = np.log1p(change / values[:-1])
    elif kind == "simple":
        change = change / values[:-1]
    result: Any = pd.DataFrame(change, frame.index[1:], frame.columns)
    if isinstance(prices, pd.Series):
        result = result.iloc[:, 0].rename(prices.name)
    result.attrs = {**prices.attrs, "returns": kind}
    return cast(Data, result)
