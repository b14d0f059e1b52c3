"""Observations of the regimes of an option market: changes of volatility, standardized returns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.options.panel.slices import at_the_money
from hedgeresearch.typing import Array

OBSERVED_YEARS = 30.0 / 365.0
"""Years to expiry of the volatility that regimes are seen in."""
VOLATILITY_CHANGE = "change of log volatility"
STANDARDIZED_RETURN = "return over volatility"
DAYS_PER_YEAR = 252
"""Days of a year whose volatility is one of a day times its root."""


def observed_moves(rows: PanelArrays) -> Array:
    """Return what each known move shows of the regime, (n_moved, 2).

    The columns are the change of the logarithm of the volatility at the money, and the return over
    the volatility of the date before. Regimes are numbered by the variance of the first, so that 0
    is the one in which volatility moves little.
    """
    n_moved = rows.n_moved
    before, after, _ = at_the_money(rows, OBSERVED_YEARS)
    firsts = rows.starts[:-1][:n_moved]
    returns = rows.next_forward[firsts] / rows.forward[firsts] - 1.0
    daily = before[:n_moved] / np.sqrt(DAYS_PER_YEAR)
    return np.column_stack([np.log(after[:n_moved] / before[:n_moved]), returns / daily])


def observation_table(rows: PanelArrays, columns: list[str]) -> pd.DataFrame:
    """Return some of the observations by the date on which the move ended."""
    table = pd.DataFrame(
        observed_moves(rows),
        index=rows.next_dates[: rows.n_moved],
        columns=[VOLATILITY_CHANGE, STANDARDIZED_RETURN],
    )
    return table[columns]
