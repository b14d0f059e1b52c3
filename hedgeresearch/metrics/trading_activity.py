"""What a path of ratios asks a hedger to do.

A ratio is notional of the hedge per notional of the asset. What is traded at a date is the change of the ratio since
the date before, made before that date's returns; the first date enters the whole hedge, and the last one is not closed.
The drift of both notionals within a period, of the order of a return, is ignored: a constant ratio trades once.
"""

from __future__ import annotations

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_flag


@exported_by("hedgeresearch.metrics")
def ratio_changes(ratio: pd.DataFrame) -> pd.DataFrame:
    """Hedge that is sold (bought, if negative) at each date before its return, per notional of the asset.

    Parameters
    ----------
    ratio : DataFrame (n_dates, n_hedges), each date's ratio made before that date

    Returns
    -------
    DataFrame (n_dates, n_hedges)
    """
    path = check_frame(ratio, "ratio")
    return path - path.shift(fill_value=0.0)


@exported_by("hedgeresearch.metrics")
def turnover(ratio: pd.DataFrame, entry: bool = True) -> float:
    """Sum of the absolute changes of the ratios of all hedges, in notionals of the asset.

    Parameters
    ----------
    ratio : DataFrame (n_dates, n_hedges), each date's ratio made before that date
    entry : whether the first date's ratio, entered from nothing, counts

    Examples
    --------
    >>> ratio = pd.DataFrame({"gas": [0.5, 0.75, 0.25]}, pd.date_range("2020-01-01", periods=3))
    >>> turnover(ratio), turnover(ratio, entry=False)
    (1.25, 0.75)
    """
    check_flag(entry, "entry")
    traded = ratio_changes(ratio).abs().to_numpy()
    return float(traded[0 if entry else 1 :].sum())


@exported_by("hedgeresearch.metrics")
def ratio_summary(ratio: pd.DataFrame) -> pd.DataFrame:
    """Each hedge's mean ratio, its standard deviation, range and turnover (n_hedges, 5); the entry counts.

    The standard deviation is that of the path (divisor n_dates), not an error of estimation.

    Parameters
    ----------
    ratio : DataFrame (n_dates, n_hedges), each date's ratio made before that date

    Examples
    --------
    >>> ratio = pd.DataFrame({"gas": [0.5, 0.75, 0.25]}, pd.date_range("2020-01-01", periods=3))
    >>> ratio_summary(ratio).round(3)
         mean  standard deviation  least  greatest  turnover
    gas   0.5               0.204   0.25      0.75      1.25
    """
    path = check_frame(ratio, "ratio")
    return pd.DataFrame(
        {
            "mean": path.mean(),
            "standard deviation": path.std(ddof=0),
            "least": path.min(),
            "greatest": path.max(),
            "turnover": ratio_changes(path).abs().sum(),
        }
    )
