"""Trades that a path of ratios needs.

A ratio is notional of the hedge per notional of the asset. The trade of a date is the change of the
ratio since the date before, made before that date's returns; the first date enters the whole hedge,
and the last one is not closed. The drift of both notionals within a period, of the order of a
return, is ignored: a constant ratio trades once.
"""

from __future__ import annotations

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_flag


@exported_by("hedgeresearch.metrics")
def ratio_changes(ratio: pd.DataFrame) -> pd.DataFrame:
    """Return the hedge sold at each date before its return, per notional of the asset.

    Purchases are negative.

    Parameters
    ----------
    ratio : DataFrame (n_dates, n_hedges), each date's ratio made before that date

    Returns
    -------
    DataFrame (n_dates, n_hedges)

    Examples
    --------
    >>> ratio = pd.DataFrame({"gas": [0.5, 0.75, 0.25]}, pd.date_range("2020-01-01", periods=3))
    >>> ratio_changes(ratio)["gas"].tolist()
    [0.5, 0.25, -0.5]
    """
    path = check_frame(ratio, "ratio")
    return path - path.shift(fill_value=0.0)


@exported_by("hedgeresearch.metrics")
def turnover(ratio: pd.DataFrame, entry: bool = True) -> float:
    """Return the sum of absolute changes of the ratios of all hedges, in notionals of the asset.

    Parameters
    ----------
    ratio : DataFrame (n_dates, n_hedges), each date's ratio made before that date
    entry : bool, whether the first date's ratio counts, which is entered from no hedge

    Examples
    --------
    >>> ratio = pd.DataFrame({"gas": [0.5, 0.75, 0.25]}, pd.date_range("2020-01-01", periods=3))
    >>> turnover(ratio), turnover(ratio, entry=False)
    (1.25, 0.75)
    """
    check_flag(entry, "entry")
    trades = ratio_changes(ratio).abs().to_numpy()
    return float(trades[0 if entry else 1 :].sum())


@exported_by("hedgeresearch.metrics")
def ratio_summary(ratio: pd.DataFrame) -> pd.DataFrame:
    """Return mean, standard deviation, range and turnover of each hedge's ratio, (n_hedges, 5).

    The standard deviation describes the path (divisor n_dates); it is not a standard error. The
    turnover includes the entry.

    Parameters
    ----------
    ratio : DataFrame (n_dates, n_hedges), each date's ratio made before that date

    Examples
    --------
    >>> ratio = pd.DataFrame({"gas": [0.5, 0.75, 0.25]}, pd.date_range("2020-01-01", periods=3))
    >>> ratio_summary(ratio).round(3)
         mean  standard deviation   min   max  turnover
    gas   0.5               0.204  0.25  0.75      1.25
    """
    path = check_frame(ratio, "ratio")
    return pd.DataFrame(
        {
            "mean": path.mean(),
            "standard deviation": path.std(ddof=0),
            "min": path.min(),
            "max": path.max(),
            "turnover": ratio_changes(path).abs().sum(),
        }
    )
