"""Linear program of objectives that weigh a tail: quantiles, CVaR and first partial moments.

It is solved in its dual: Koenker (2005), Quantile Regression, section 6.2.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.typing import Array


def check_tail_size(share: float, returns: pd.DataFrame, setting: str) -> None:
    """Refuse a tail with fewer observations than coefficients.

    Parameters
    ----------
    share : float, of the observations that are in the tail
    returns : DataFrame (n_dates, 1 + n_hedges)
    setting : str, the setting with its value, such as "q=0.05"
    """
    n_dates, n_coefficients = returns.shape
    if share * n_dates < n_coefficients:
        raise DataError(
            f"the tail must contain at least {n_coefficients} dates for {n_coefficients - 1} "
            "hedges; "
            f"{setting} leaves {share * n_dates:.3g} of {n_dates}. "
            "Use a longer sample or a larger tail."
        )


def solve_tail_program(y: Array, x: Array, totals: Array) -> tuple[Array, Array]:
    """Minimize sum_t max(x_t'b - y_t, 0) - totals'b over b.

    The dual program is min_s y's with x's = totals, 0 <= s <= 1.

    Parameters
    ----------
    y : array (n_dates,)
    x : array (n_dates, k)
    totals : array (k,)

    Returns
    -------
    b : array (k,)
    s : array (n_dates,)
        1 for a date below x_t'b, 0 above, between 0 and 1 on it.

    Raises
    ------
    DataError
        If the objective is unbounded.
    ConvergenceError
        If no optimum is found.
    """
    from scipy.optimize import linprog

    solution = linprog(y, A_eq=x.T, b_eq=totals, bounds=(0.0, 1.0), method="highs-ds")
    if solution.status == 2:
        raise DataError(
            "every position in the hedges must lose on average in its worst dates; one gains, so "
            "that no finite ratio is best. Use a smaller tail, a longer sample, or returns without "
            "a strong trend."
        )
    if solution.status != 0:
        raise ConvergenceError(
            f"the linear program must reach an optimum; HiGHS reports: {solution.message}"
        )
    return np.asarray(solution.eqlin.marginals), np.asarray(solution.x)
