"""Observations of the regimes of an option market: changes of volatility, standardized returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.options.panel.slices import at_the_money
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.typing import Array

OBSERVED_YEARS = 30.0 / 365.0
"""Years to expiry of the volatility that regimes are seen in."""
VOLATILITY_CHANGE = "change of log volatility"
STANDARDIZED_RETURN = "return over volatility"
DAYS_PER_YEAR = 252
"""Days of a year whose volatility is one of a day times its root."""


def observed_moves(rows: PanelArrays, columns: list[str]) -> Array:
    """Return what each known move shows of the regime, (n_moved, n_columns).

    The change of the logarithm of the volatility at the money, and the return over the volatility
    of the date before. Regimes are numbered by the variance of the first column, so that 0 is the
    one in which volatility moves little.
    """
    n_moved = rows.n_moved
    money = at_the_money(rows, OBSERVED_YEARS)
    some = money.rows[:n_moved]
    returns = rows.next_forward[some] / rows.forward[some] - 1.0
    daily = money.before[:n_moved] / np.sqrt(DAYS_PER_YEAR)
    observed = {
        VOLATILITY_CHANGE: np.log(money.after[:n_moved] / money.before[:n_moved]),
        STANDARDIZED_RETURN: returns / daily,
    }
    return np.column_stack([observed[name] for name in columns])


def observation_table(rows: PanelArrays, columns: list[str]) -> pd.DataFrame:
    """Return the observations by the date on which the move ended."""
    dates = rows.next_dates[: rows.n_moved]
    return pd.DataFrame(observed_moves(rows, columns), index=dates, columns=columns)


def advanced(fit: Any, values: Array, dates: pd.Index[Any], columns: Sequence[str]) -> Any:
    """Return a fit of regimes or covariances over new dates of valid values (n_new, n_columns)."""
    if isinstance(fit, RegimeFit) and fit.labels is not None:
        # labels are read by date
        return fit.advance(pd.DataFrame(values, index=dates, columns=list(columns)))
    return fit.advance_array(values, dates)
