"""Forecasts of value at risk by historical simulation: the quantile of the past window of returns.

Source: Hendricks (1996), Federal Reserve Bank of New York Economic Policy Review 2(1), "historical simulation".
"""

from __future__ import annotations

from typing import get_args

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import check_at_least, check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.metrics.risk_measures import Quantile, last_of_tail


@exported_by("hedgeresearch.evaluation")
def historical_value_at_risk(
    returns: pd.Series[float], window: int = 250, level: float = 0.05, quantile: Quantile = "linear"
) -> pd.Series[float]:
    """Value at risk of each date from the ``window`` returns before it, (n_dates - window,): positive losses.

    Parameters
    ----------
    returns : Series (n_dates,), such as hedged returns, whose ratios are out of sample as well
    window : int, dates in each quantile
    level : float in (0, 1), the share of the dates with larger losses
    quantile : "linear" or "inverted_cdf", as in ``value_at_risk``

    Raises
    ------
    DataError
        If the window is not shorter than the data.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> hr.evaluation.historical_value_at_risk(nasdaq, window=500).round(4).tail(2).tolist()
    [0.0185, 0.0185]
    """
    check_at_least(window, "window", 2)
    check_between(level, "level", 0.0, 1.0)
    check_choice(quantile, "quantile", get_args(Quantile))
    series = one_series(returns)
    if not len(series) > window:
        raise DataError(
            f"window must be shorter than the data, {len(series)} dates; got {window}. Choose a shorter one."
        )
    windows = series.rolling(window)
    if quantile == "linear":
        quantiles = windows.quantile(level)
    else:
        position = last_of_tail(window, level, quantile)
        quantiles = windows.quantile(position / (window - 1), interpolation="nearest")
    return (-quantiles).shift().iloc[window:].rename("value at risk")
