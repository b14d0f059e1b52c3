"""Linear algebra of a quasi-Newton step, for a few parameters."""

from __future__ import annotations

import numpy as np
from numba import njit

from hedgeresearch._kernels.linear_algebra import cholesky_in_place, solve_cholesky


@njit(cache=True)
def ascent_direction(curvature, gradient, free):
    """Return the solution d of curvature d = gradient over the free parameters, zero for others.

    The curvature is scaled to a diagonal of ones, plus 1e-9. A parameter whose curvature is
    rounding relative to the largest does not move, so that one without effect on the likelihood
    gives no infinite step.
    """
    k = gradient.shape[0]
    index = np.nonzero(free & (np.diag(curvature) > 1e-24 * np.diag(curvature).max()))[0]
    m = index.shape[0]
    matrix = np.empty((m, m))
    right = np.empty(m)
    scale = np.empty(m)
    for i in range(m):
        scale[i] = np.sqrt(curvature[index[i], index[i]] + 1e-300)
    for i in range(m):
        right[i] = gradient[index[i]] / scale[i]
        for j in range(m):
            matrix[i, j] = curvature[index[i], index[j]] / (scale[i] * scale[j])
        matrix[i, i] += 1e-9
    direction = np.zeros(k)
    if cholesky_in_place(matrix) > 0.0:
        solve_cholesky(matrix, right)
    for i in range(m):
        direction[index[i]] = right[i] / scale[i]
    return direction


@njit(cache=True)
def bfgs_update(curvature, step, change):
    """Return the BFGS update, damped so that it stays positive definite.

    Nocedal and Wright (2006), eq. 18.14-18.16.
    """
    along = curvature @ step
    expected = step @ along
    seen = step @ change
    if seen < 0.2 * expected:
        weight = 0.8 * expected / (expected - seen)
        change = weight * change + (1.0 - weight) * along
        seen = step @ change
    return curvature - np.outer(along, along) / expected + np.outer(change, change) / seen
