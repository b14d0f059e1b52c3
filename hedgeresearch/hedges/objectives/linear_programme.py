"""The linear programme of everything that weighs a tail: quantiles, CVaR and first partial moments.

Solved in its dual (Koenker 2005, Quantile Regression, section 6.2). Errors: the kernel sandwich of Powell (1991) with
the bandwidth of Hall and Sheather (1988), Koenker (2005) section 3.4.2, around a long-run sum of the scores, which may
be dependent.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.typing import Array


def check_tail(share: float, returns: pd.DataFrame, setting: str) -> None:
    """Refuse a tail of fewer dates than coefficients."""
    n_dates, needed = len(returns), returns.shape[1]
    if share * n_dates < needed:
        raise DataError(
            f"the tail must hold at least {needed} dates for {needed - 1} hedges; {setting} leaves "
            f"{share * n_dates:.3g} of {n_dates}. Take a longer sample or a thicker tail."
        )


class Standardized(NamedTuple):
    """What the ratio of least variance leaves of the asset, and the hedges, each of size one.

    Attributes
    ----------
    left : array (n_dates,), not centred
    hedges : array (n_dates, k), not centred
    ratio : array (k,), that of least variance
    size : float, of what it leaves
    units : array (k,), what turns coefficients of ``left`` on ``hedges`` into a ratio, to be added
    """

    left: Array
    hedges: Array
    ratio: Array
    size: float
    units: Array


def standardize(returns: Array, about_zero: bool = False) -> Standardized:
    """Units in which tolerances of an optimiser mean the same for all data; (n_dates, 1 + k), the asset first.

    The size of what is left is its standard deviation, or its root mean square ``about_zero``.
    """
    asset, hedges = returns[:, 0], returns[:, 1:]
    ratio = least_squares(asset, hedges).coefficients[1:]
    left = asset - hedges @ ratio
    size = float(np.sqrt(np.mean(left**2))) if about_zero else float(left.std())
    scale = hedges.std(axis=0)
    return Standardized(left / size, hedges / scale, ratio, size, size / scale)


def tail_programme(y: Array, x: Array, totals: Array) -> tuple[Array, Array]:
    """Minimise sum_t max(x_t'b - y_t, 0) - totals'b, as the dual programme: min_s y's with x's = totals, 0 <= s <= 1.

    Parameters
    ----------
    y : array (n_dates,)
    x : array (n_dates, k)
    totals : array (k,)

    Returns
    -------
    b : array (k,)
    s : array (n_dates,), 1 for a date below x_t'b, 0 above, between on it

    Raises
    ------
    DataError
        If b can be driven to infinity with profit.
    ConvergenceError
        If no optimum is found.
    """
    from scipy.optimize import linprog

    solution = linprog(y, A_eq=x.T, b_eq=totals, bounds=(0.0, 1.0), method="highs-ds")
    if solution.status == 2:
        raise DataError(
            "some position in the hedges must lose in its worst dates on average, as every other; one gains, so that "
            "no finite ratio is best. Take a thinner tail, a longer sample, or returns without a strong trend."
        )
    if solution.status != 0:
        raise ConvergenceError(
            f"the linear programme must reach an optimum; HiGHS says: {solution.message}"
        )
    return np.asarray(solution.eqlin.marginals), np.asarray(solution.x)


def tail_influence(x: Array, residuals: Array, scores: Array, share: float) -> Array:
    """Influence of each date on coefficients of x (n_dates, k) that split residuals (n_dates,) at their ``share``.

    Scores (n_dates, k) over the density of the residuals at zero, which a normal kernel estimates.
    """
    wide = bandwidth(residuals, share)
    density = np.exp(-0.5 * (residuals / wide) ** 2) / (np.sqrt(2.0 * np.pi) * wide)
    return np.asarray(
        scores @ np.linalg.pinv((x * density[:, None]).T @ x / len(x), hermitian=True)
    )


def bandwidth(residuals: Array, share: float) -> float:
    """That of Hall and Sheather at 95 %, turned from probabilities into residuals (Koenker 2005, section 3.4.2)."""
    from scipy.special import ndtri

    z = ndtri(share)
    height = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    wide = (
        len(residuals) ** (-1 / 3)
        * ndtri(0.975) ** (2 / 3)
        * (1.5 * height**2 / (2.0 * z**2 + 1.0)) ** (1 / 3)
    )
    while not 0.0 < share - wide < share + wide < 1.0:
        wide /= 2.0  # few dates
    quartiles = np.subtract(*np.quantile(residuals, [0.75, 0.25])) / (ndtri(0.75) - ndtri(0.25))
    return float((ndtri(share + wide) - ndtri(share - wide)) * min(residuals.std(), quartiles))
