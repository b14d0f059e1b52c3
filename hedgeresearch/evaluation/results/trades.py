"""Trades and costs of a path of ratios on dates of which some may have been left out.

A hedge is closed at the end of the dates before a gap and entered again after it. The hedge of the
last date of all is not closed, as in ``trading.hedging_costs``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from hedgeresearch.evaluation.results.spans import blocks_of
from hedgeresearch.metrics.trading_activity import turnover
from hedgeresearch.trading.costs import Costs, hedging_costs
from hedgeresearch.typing import Indices


def costs_of_blocks(ratio: pd.DataFrame, rows: Indices, costs: Costs) -> pd.Series[float]:
    """Return the cost of each date, (n_dates,), closing at gaps included.

    Parameters
    ----------
    ratio : DataFrame (n_dates, n_hedges), held over each date
    rows : array (n_dates,), positions of these dates in the data
    costs : Costs
    """
    parts = [hedging_costs(ratio.iloc[block], costs) for block in blocks_of(rows)]
    trading = replace(costs, carry=0.0)
    for part, closed in zip(parts, _closed_at_gaps(ratio, rows), strict=False):
        # closing a hedge trades as much as entering it
        part.iloc[-1] += float(hedging_costs(closed, trading).iloc[0])
    return pd.concat(parts)


def turnover_of_blocks(ratio: pd.DataFrame, rows: Indices) -> float:
    """Return the sum of absolute changes of the ratios, closing at gaps included.

    Parameters are those of :func:`costs_of_blocks`.
    """
    measure: Callable[[pd.DataFrame], float] = turnover
    held = sum(measure(ratio.iloc[block]) for block in blocks_of(rows))
    return held + sum(measure(closed) for closed in _closed_at_gaps(ratio, rows))


def _closed_at_gaps(ratio: pd.DataFrame, rows: Indices) -> list[pd.DataFrame]:
    """Return the last ratios before each gap, (1, n_hedges) each."""
    return [ratio.iloc[block].tail(1) for block in blocks_of(rows)][:-1]
