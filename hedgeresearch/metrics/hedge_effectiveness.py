"""Returns of a hedged position, and how much variance the hedge removes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.asset_and_hedges import join_asset_and_hedges
from hedgeresearch._validation.frames import CONSTANT_TOLERANCE, check_frame
from hedgeresearch._validation.series import joined_series, one_series
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.metrics")
def hedged_returns(
    asset: pd.Series[float], hedges: pd.DataFrame, ratio: pd.DataFrame
) -> pd.Series[float]:
    """Return asset - ratio @ hedges, the returns of the hedged position, on the dates of ``ratio``.

    Parameters
    ----------
    asset : Series (n_dates,), fractions per period
    hedges : DataFrame (n_dates, n_hedges), fractions per period
    ratio : DataFrame (n_dates or fewer, n_hedges), each date's ratio made before that date

    Raises
    ------
    DataError
        If ``ratio`` has other columns than ``hedges`` or a date without returns.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> fit = hr.RollingOLSHedge(250).fit(asset, hedges)
    >>> hedged = hr.hedged_returns(asset, hedges, fit.ratio)
    >>> round(hr.effectiveness(hedged, asset[hedged.index]), 3)
    0.823
    """
    joined = join_asset_and_hedges(asset, hedges)
    ratio = check_frame(ratio, "ratio")
    names = list(joined.columns[1:])
    if list(ratio.columns) != names:
        raise DataError(
            f"ratio must have the columns of hedges, {names}; got {list(ratio.columns)}."
        )
    absent = ratio.index.difference(joined.index)
    if len(absent):
        raise DataError(
            f"every date of ratio must have returns; {len(absent)} have none, the first "
            f"{day(absent[0])}."
        )
    common = joined.loc[ratio.index]
    return (common.iloc[:, 0] - (ratio * common.iloc[:, 1:]).sum(axis=1)).rename("hedged")


@exported_by("hedgeresearch.metrics")
def variance(returns: pd.Series[float], ddof: int = 1) -> float:
    """Return the variance per period, in squared units of the returns.

    Parameters
    ----------
    returns : Series (n_dates,)
    ddof : int, the sum of squares is divided by n_dates - ddof: 1 is unbiased, some papers print 0

    Raises
    ------
    DataError
        If there are no more dates than ``ddof``.

    Examples
    --------
    >>> returns = pd.Series([0.01, -0.01, 0.03], pd.date_range("2020-01-01", periods=3))
    >>> round(variance(returns), 6)
    0.0004
    """
    check_at_least(ddof, "ddof", 0)
    return float(variance_of(one_series(returns, minimum_rows=ddof + 1).to_numpy(), ddof))


def variance_of(values: Array, ddof: int = 1) -> Array:
    """Return the variance over the last axis of values (..., n_dates)."""
    return np.asarray(values.var(axis=-1, ddof=ddof))


@exported_by("hedgeresearch.metrics")
def effectiveness(hedged: pd.Series[float], unhedged: pd.Series[float]) -> float:
    """Return the share of variance that a hedge removes, 1 - var(hedged) / var(unhedged).

    Source: Ederington (1979), Journal of Finance 34, eq. 8.

    Parameters
    ----------
    hedged, unhedged : Series (n_dates,), returns on the same dates

    Raises
    ------
    DataError
        If the dates differ or the unhedged returns are constant.

    Examples
    --------
    >>> dates = pd.date_range("2020-01-01", periods=4)
    >>> unhedged = pd.Series([0.02, -0.02, 0.04, -0.04], dates)
    >>> round(effectiveness(0.5 * unhedged, unhedged), 2)
    0.75
    """
    left, right = joined_series({"hedged": hedged, "unhedged": unhedged}).to_numpy().T
    if len(right) < 2 or right.max() - right.min() <= CONSTANT_TOLERANCE * np.abs(right).max():
        raise DataError(
            "unhedged returns must vary over two dates or more; their variance is zero."
        )
    return float(effectiveness_of(left, right))


def effectiveness_of(hedged: Array, unhedged: Array) -> Array:
    """Return the share of variance that is removed over the last axis of two arrays."""
    return np.asarray(1.0 - variance_of(hedged) / variance_of(unhedged))
