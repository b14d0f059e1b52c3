"""Linear program of what weighs a tail: quantile regressions, CVaR and first partial moments.

It is solved in its dual: Koenker (2005), Quantile Regression, section 6.2. Of many observations
only those near the edge of the tail are in the program, as in Portnoy and Koenker (1997),
Statistical Science 12, section 5: the others are assumed on one side of it, and enter the program
when they turn out on the other side. The optimum is that of all observations.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.typing import Array, Mask

MAX_ROWS = 20_000
"""Number of observations up to which all are in the program; it takes tenths of a second."""
STRIDE = 7
"""Every seventh observation gives the first guess of the edge."""
FEW = 0.1
"""Share of the observations in the program, up to which others that were misplaced join them.

If there are more, the program is renewed, twice as large, about its own solution.
"""


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
    if len(y) <= MAX_ROWS:
        return _solve_program(y, x, totals)
    return _solve_near_the_edge(y, x, totals)


def _solve_near_the_edge(y: Array, x: Array, totals: Array) -> tuple[Array, Array]:
    """Solve ``solve_tail_program`` with the observations near the edge of the tail.

    An observation that is left out is below the edge, with s = 1, or above it. If all of them are
    so at the solution, the optimality conditions of the whole program hold.
    """
    b = _first_guess(y, x, totals)
    sizes = np.sqrt(np.einsum("ij,ij->i", x, x))
    n_near = MAX_ROWS
    renew = True
    while True:
        residuals = y - x @ b
        if renew:
            # a row of zeros stays on its side of the edge, wherever that is
            distances = np.full(len(y), np.inf)
            np.divide(np.abs(residuals), sizes, out=distances, where=sizes > 0.0)
            near = _nearest(distances, n_near)
            below = ~near & (residuals < 0.0)
        try:
            b, weights = _solve_program(y[near], x[near], totals - x[below].sum(axis=0))
        except DataError:  # with so many below the edge there is no solution
            if near.all():
                raise
            n_near *= 2
            renew = True
            continue
        residuals = y - x @ b
        misplaced = ~near & np.where(below, residuals > 0.0, residuals < 0.0)
        n_misplaced = np.count_nonzero(misplaced)
        if n_misplaced == 0:
            break
        renew = bool(n_misplaced > FEW * n_near)
        n_near *= 2 if renew else 1
        near |= misplaced
        below &= ~misplaced
    s = below.astype(float)
    s[near] = weights
    return b, s


def _first_guess(y: Array, x: Array, totals: Array) -> Array:
    """Return the solution for some of the observations; zero if they have none."""
    some = np.ascontiguousarray(x[::STRIDE])
    try:
        return solve_tail_program(y[::STRIDE], some, totals * len(some) / len(x))[0]
    except (DataError, ConvergenceError):
        return np.zeros(x.shape[1])


def _nearest(distances: Array, n_nearest: int) -> Mask:
    """Return whether each observation (n,) is one of the nearest, or as near as those."""
    if n_nearest >= len(distances):
        return np.ones(len(distances), dtype=bool)
    return np.asarray(distances <= np.partition(distances, n_nearest - 1)[n_nearest - 1])


def _solve_program(y: Array, x: Array, totals: Array) -> tuple[Array, Array]:
    """Solve ``solve_tail_program`` with all observations in the program."""
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
