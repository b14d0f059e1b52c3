"""Least squares of few coefficients that are not negative."""

from __future__ import annotations

import numpy as np

from hedgeresearch.typing import Array, Mask

ROUNDING = 1e-12
"""Slope, relative to the sizes it is a product of, up to which a coefficient stays at zero."""


def nonnegative_least_squares(system: Array, target: Array) -> Array:
    """Return the y >= 0 (n,) of least |system y - target|.

    Problem NNLS of Lawson and Hanson (1974), Solving Least Squares Problems, chapter 23, after the
    system (m, n) has been reduced to a triangle. SciPy has the same; the package that holds it is
    slow to import.

    Parameters
    ----------
    system : array (m, n), more rows than columns
    target : array (m,)
    """
    sizes = np.linalg.norm(system, axis=0)
    sizes[sizes == 0.0] = 1.0
    orthogonal, triangle = np.linalg.qr(system / sizes)
    return np.asarray(_by_active_set(triangle, target @ orthogonal) / sizes)


def _by_active_set(triangle: Array, reduced: Array) -> Array:
    """Return the y >= 0 (n,) of least |triangle y - reduced|, for columns of unit length."""
    smallest = ROUNDING * float(np.linalg.norm(reduced))
    solution: Array = np.zeros(triangle.shape[1])
    positive = np.zeros(len(solution), dtype=bool)
    barred = positive.copy()  # those that rounding alone lets rise
    while True:
        slope = (reduced - triangle @ solution) @ triangle
        slope[positive | barred | (slope <= smallest)] = 0.0
        if not slope.any():
            return solution
        entering = int(np.argmax(slope))
        positive[entering] = True
        solution, positive = _inside(triangle, reduced, solution, positive)
        barred[:] = False
        barred[entering] = not positive[entering]


def _inside(triangle: Array, reduced: Array, start: Array, positive: Mask) -> tuple[Array, Mask]:
    """Return the best coefficients of those that may be positive, and which of them are.

    On the way from the start, those that reach zero are left out.
    """
    while True:
        best = np.zeros(len(start))
        best[positive] = np.linalg.lstsq(triangle[:, positive], reduced)[0]
        leaving = positive & (best <= 0.0)
        if not leaving.any():
            return best, positive
        distance = (start - best)[leaving]
        steps = np.divide(start[leaving], distance, out=np.zeros(len(distance)), where=distance > 0)
        start = start + steps.min() * (best - start)
        positive = positive.copy()
        positive[np.flatnonzero(leaving)[steps == steps.min()]] = False
        start[~positive] = 0.0
