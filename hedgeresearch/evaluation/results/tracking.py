"""Tracking errors of baskets in a backtest, in per cent a year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.evaluation.results.gains import UNHEDGED
from hedgeresearch.evaluation.results.tables import dates_per_year
from hedgeresearch.metrics.trading_activity import ratio_changes, turnover

IN_PERCENT = 100.0


@exported_by("hedgeresearch.evaluation")
def tracking_table(backtest: Backtest, periods_per_year: float | None = None) -> pd.DataFrame:
    """Return how well each model tracked the asset out of sample, as an index.

    Parameters
    ----------
    backtest : Backtest, of ``TrackingHedge`` and other models, whose ratios are weights
    periods_per_year : float > 0; by default the mean number of dates in a year of the data

    Returns
    -------
    DataFrame (models, 7)
        ``tracking error``, the standard deviation of the index less the basket, and
        ``difference``, the mean of the basket less the index before costs, both in per cent a year;
        ``cost``, in per cent a year, that of the entry included, which weighs the more the shorter
        the sample is; ``correlation`` with the index; ``instruments``, the mean number of weights
        other than zero; ``turnover a year``, the sum of absolute changes of weights after the
        entry, divided by the years, and ``largest change``, that of one date after the entry.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> members = hr.data.simulate_dcc(n_dates=750, n_series=7, correlation=0.4, seed=5).returns
    >>> data = members.assign(index=members.mean(axis=1))
    >>> tracker = hr.TrackingHedge(4, rebalance=60, turnover=0.2)
    >>> walk = hr.walk_forward(
    ...     {"four": tracker}, data["index"], members, window=250, refit_every=750
    ... )
    >>> tracking_table(walk).loc["four", ["tracking error", "largest change"]].round(2).to_dict()
    {'tracking error': 6.3, 'largest change': 0.09}
    """
    returns = backtest.date_returns
    per_year = periods_per_year
    if per_year is None:
        per_year = dates_per_year(returns.index, backtest.rows)
    index = returns[UNHEDGED]
    years = len(returns) / per_year
    rows = {}
    for name in backtest.models:
        error = returns[name]
        weights = pd.DataFrame(backtest.ratios[name])
        rows[name] = {
            "tracking error": IN_PERCENT * float(error.std(ddof=1)) * per_year**0.5,
            "difference": -IN_PERCENT * float(error.mean()) * per_year,
            "cost": IN_PERCENT * float(backtest.costs[name].mean()) * per_year,
            "correlation": float((index - error).corr(index)),
            "instruments": float(np.count_nonzero(weights, axis=1).mean()),
            "turnover a year": turnover(weights, entry=False) / years,
            "largest change": float(ratio_changes(weights).abs().sum(axis=1).iloc[1:].max()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
