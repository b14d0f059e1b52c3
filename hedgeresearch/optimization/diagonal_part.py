r"""Largest diagonal that a positive definite matrix contains.

.. math:: \max_d \; \textstyle\sum_i d_i, \quad Q - \mathrm{diag}(d) \succeq 0, \quad d \ge 0

This is minimum-trace factor analysis: Shapiro (1982), Psychometrika 47. The semidefinite program
is solved by Newton steps on its logarithmic barrier: Boyd and Vandenberghe (2004), Convex
Optimization, section 11.6.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch.typing import Array

FIRST_BARRIER = 0.1
"""Weight of the barrier at the start, for a matrix with unit diagonal."""
LAST_BARRIER = 1e-6
"""Weight of the barrier at the end: the sum is then within n times it of the largest."""
FALL = 0.2
"""Factor by which the weight falls."""
MAX_STEPS = 50
"""Largest number of Newton steps for each weight."""
SAFETY = 1.0 - 1e-9
"""Factor of the result, so that the remainder stays positive semidefinite in rounding."""


def largest_diagonal(matrix: Array) -> Array:
    """Return d (n,) of the largest sum for which matrix - diag(d) is positive semidefinite.

    Parameters
    ----------
    matrix : array (n, n), positive definite
    """
    scale = np.sqrt(np.diag(matrix))
    unit = matrix / np.outer(scale, scale)
    n = len(unit)
    d = np.full(n, 0.5 * float(np.linalg.eigvalsh(unit)[0]))
    weight = FIRST_BARRIER
    while weight >= LAST_BARRIER:
        d = _center(unit, d, weight)
        weight *= FALL
    return np.asarray(SAFETY * d * scale**2)


def _center(unit: Array, d: Array, weight: float) -> Array:
    """Return the maximum of sum(d) + weight (log det(unit - diag(d)) + sum(log(d)))."""
    for _ in range(MAX_STEPS):
        inverse = np.linalg.inv(unit - np.diag(d))
        gradient = 1.0 - weight * np.diag(inverse) + weight / d
        curvature = weight * (inverse**2 + np.diag(1.0 / d**2))
        step = np.linalg.solve(curvature, gradient)
        decrement = float(gradient @ step)
        size = 1.0
        while not _is_inside(unit, d + size * step):
            size *= 0.5
        # damped outside the region of quadratic convergence
        size = min(size, 1.0 / (1.0 + (decrement / weight) ** 0.5)) if decrement > weight else size
        d = d + size * step
        if decrement <= 1e-8 * weight:
            break
    return d


def _is_inside(unit: Array, d: Array) -> bool:
    """Return whether d is positive and leaves the matrix positive definite."""
    if not (d > 0.0).all():
        return False
    try:
        np.linalg.cholesky(unit - np.diag(d))
    except np.linalg.LinAlgError:
        return False
    return True
