"""The linear algebra of a quasi-Newton step, for a handful of parameters."""

from __future__ import annotations

import numpy as np
from numba import njit

from hedgeresearch._kernels.linear_algebra import cholesky_in_place, solve_cholesky


@njit(cache=True)
def ascent_direction(curvature, gradient, free):
    """The solution d of curvature d = gradient over the free parameters, zero for the others.

    The curvature is taken with a diagonal scaled to ones, plus 1e-9; a parameter whose curvature is rounding beside the
    largest stays, so that one that the likelihood does not feel gives no infinite step.
    """
    k = gradient.shape[0]
    index = np.nonzero(free & (np.diag(curvature) > 1e-24 * np.diag(curvature).max()))[0]
    m = index.shape[0]
    matrix, right, scale = np.empty((m, m)), np.empty(m), np.empty(m)
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
    """The BFGS update, damped so that it stays positive definite: Nocedal and Wright (2006), eq. 18.14-18.16."""
    along = curvature @ step
    expected, seen = step @ along, step @ change
    if seen < 0.2 * expected:
        weight = 0.8 * expected / (expected - seen)
        change = weight * change + (1.0 - weight) * along
        seen = step @ change
    return curvature - np.outer(along, along) / expected + np.outer(change, change) / seen
