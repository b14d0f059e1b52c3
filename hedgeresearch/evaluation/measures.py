"""Measures of a hedge, as functions of returns."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._validation import check_frame, join_asset_and_hedges
from hedgeresearch._wording import day
from hedgeresearch.errors import DataError


def hedged_returns(asset: pd.Series[float], hedges: pd.DataFrame, ratio: pd.DataFrame) -> pd.Series[float]:
    """Returns of the hedged position, asset - ratio @ hedges, on the dates of ``ratio``: (n_dates,).

    Parameters
    ----------
    asset : Series (n_dates,); hedges : DataFrame (n_dates, n_hedges), fractions per period
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
    joined, ratio = join_asset_and_hedges(asset, hedges), check_frame(ratio, "ratio")
    if list(ratio.columns) != list(joined.columns[1:]):
        raise DataError(
            f"ratio must have the columns of hedges, {list(joined.columns[1:])}; got {list(ratio.columns)}."
        )
    absent = ratio.index.difference(joined.index)
    if len(absent):
        raise DataError(f"every date of ratio must have returns; {len(absent)} have none, the first {day(absent[0])}.")
    common = joined.loc[ratio.index]
    return (common.iloc[:, 0] - (ratio * common.iloc[:, 1:]).sum(axis=1)).rename("hedged")


def effectiveness(hedged: pd.Series[float], unhedged: pd.Series[float]) -> float:
    """Share of the variance that a hedge removes, 1 - var(hedged) / var(unhedged) (Ederington 1979, eq. 8).

    Parameters
    ----------
    hedged, unhedged : Series (n_dates,), returns on the same dates

    Raises
    ------
    DataError
        If the dates differ or the unhedged returns are constant.
    """
    frames = {name: check_frame(data, name) for name, data in (("unhedged", unhedged), ("hedged", hedged))}
    joined = join_asset_and_hedges(*(frame.iloc[:, 0].rename(name) for name, frame in frames.items()))
    variance = float(joined["unhedged"].var())
    if len(joined) < 2 or variance == 0.0:
        raise DataError("unhedged returns must vary over two dates or more; their variance is zero.")
    return 1.0 - float(joined["hedged"].var()) / variance
