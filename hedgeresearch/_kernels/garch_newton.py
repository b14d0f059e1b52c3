"""Newton steps for GARCH(1,1) where quasi-Newton steps have become slow: on long, flat ridges.

The curvature is |H|, with the eigenvectors of the Hessian and the absolute values of its
eigenvalues, so that a step rises in every direction (Nocedal and Wright 2006, section 3.4).
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.box_search import VALUE, gradient_norm, is_free
from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.garch_coordinates import garch_jacobian, garch_parameters
from hedgeresearch._kernels.garch_hessian import garch_hessian
from hedgeresearch._kernels.garch_likelihood import garch_evaluate
from hedgeresearch._kernels.inference import eigen_in_place
from hedgeresearch._kernels.linear_algebra import cholesky_in_place, solve_cholesky

SHARP = 1e-8
"""Largest component of the projected gradient, per date, that steps need not improve."""
HIDDEN = 1e-7
"""Gain in the log-likelihood that rounding may hide."""
MAX_STEPS = 20
MAX_CUTS = 12
FLOOR = 1e-9
"""Smallest curvature of a direction, relative to the curvatures of its coordinates."""


@kernel
def newton_climb(search, searched, point, returns, best):  # noqa: C901 - loops over coordinates
    """Follow Newton steps from where a search is, until its gradient is zero to rounding.

    Parameters
    ----------
    search : BoxSearch
        Its point, gradient and value are overwritten.
    searched : array (k,) of int
        Coordinates that are searched.
    point : array (6,)
        A full point, for the coordinates that are not searched; scratch space.
    returns : array (n_dates,)
        Returns of unit variance.
    best : float
        Mean log-likelihood that is known to be reached elsewhere; a search that has no hope of it
        ends.

    Returns
    -------
    float
        Largest component of the projected gradient.
    """
    k = searched.shape[0]
    n_dates = returns.shape[0]
    gradient = np.empty(k)
    information = np.empty((k, k))
    norm = gradient_norm(search.point, search.gradient, search.low, search.high)
    for _ in range(MAX_STEPS):
        if not norm > SHARP or is_hopeless(search, best, n_dates):
            break
        for i in range(k):
            point[searched[i]] = search.point[i]
        fill_curvature(search, searched, point, returns)
        turn_within_box(search)
        length = 1.0
        is_accepted = False
        value = -np.inf
        for _ in range(MAX_CUTS):
            expected = 0.0
            for i in range(k):
                end = search.point[i] + length * search.direction[i]
                search.trial[i] = min(max(end, search.low[i]), search.high[i])
                point[searched[i]] = search.trial[i]
                expected += search.gradient[i] * (search.trial[i] - search.point[i])
            if expected > 0.0:
                value = garch_evaluate(point, searched, returns, gradient, information)
                gain = n_dates * (value - search.numbers[VALUE])
                reached = gradient_norm(search.trial, gradient, search.low, search.high)
                is_hidden = n_dates * expected < HIDDEN
                if is_hidden:
                    is_accepted = gain > -HIDDEN and reached < 0.5 * norm
                else:
                    is_accepted = gain >= 1e-4 * n_dates * expected
                if is_accepted or is_hidden:
                    break
            length /= 3.0
        if not is_accepted:
            break
        norm = reached
        search.numbers[VALUE] = value
        for i in range(k):
            search.point[i] = search.trial[i]
            search.gradient[i] = gradient[i]
    return norm


@kernel
def is_hopeless(search, best, n_dates):
    """Return whether a search is far below a value, next to the gain that its direction promises.

    A search that gains little and is lower by more than many such gains will not catch up.
    """
    promised = 0.0
    for i in range(search.point.shape[0]):
        promised += search.gradient[i] * search.direction[i]
    return n_dates * (best - search.numbers[VALUE]) > 20.0 * n_dates * promised + 0.02


@kernel
def fill_curvature(search, searched, point, returns):  # noqa: C901 - loops over coordinates
    """Overwrite the curvature of a search by |H| over its free coordinates, at a point (6,)."""
    k = searched.shape[0]
    hessian = np.empty((6, 6))
    garch_hessian(garch_parameters(point), returns, hessian)
    in_box = np.zeros((6, 6))
    add_bends(search, searched, point, in_box)
    jacobian = garch_jacobian(point)
    index = np.empty(k, np.int64)
    m = 0
    for a in range(k):
        search.curvature[a, a] = 0.0
        if is_free(search, a):
            index[m] = a
            m += 1
    matrix = np.empty((m, m))
    scale = np.empty(m)
    for a in range(m):
        for b in range(a + 1):
            row = searched[index[a]]
            column = searched[index[b]]
            total = in_box[row, column]
            for i in range(6):
                for j in range(6):
                    total += jacobian[i, row] * hessian[i, j] * jacobian[j, column]
            matrix[a, b] = -total
            matrix[b, a] = -total
        scale[a] = math.sqrt(max(abs(matrix[a, a]), 1e-300))
    for a in range(m):
        for b in range(m):
            matrix[a, b] /= scale[a] * scale[b]
    vectors = np.empty((m, m))
    eigen_in_place(matrix, vectors)
    for a in range(m):
        for b in range(m):
            total = 0.0
            for c in range(m):
                total += vectors[a, c] * max(abs(matrix[c, c]), FLOOR) * vectors[b, c]
            search.curvature[index[a], index[b]] = total * scale[a] * scale[b]


@kernel
def turn_within_box(search):  # noqa: C901 - loops over coordinates
    """Overwrite the direction with the step to the maximum of the quadratic model within the box.

    A coordinate whose step would leave the box ends at the bound, the one that leaves it furthest
    first, and the steps of the others follow from that.
    """
    k = search.point.shape[0]
    index = np.empty(k, np.int64)
    room = np.empty(k)
    m = 0
    for i in range(k):
        search.direction[i] = 0.0
        if is_free(search, i) and search.curvature[i, i] > 0.0:
            index[m] = i
            m += 1
    while m > 0:
        factor = np.empty((m, m))
        step = np.empty(m)
        for a in range(m):
            i = index[a]
            step[a] = search.gradient[i]
            for j in range(k):
                step[a] -= search.curvature[i, j] * search.direction[j]
            for b in range(m):
                factor[a, b] = search.curvature[i, index[b]]
            factor[a, a] *= 1.0 + FLOOR
        if not cholesky_in_place(factor) > 0.0:
            break
        solve_cholesky(factor, step)
        furthest = -1
        excess = 1.0
        for a in range(m):
            i = index[a]
            end = search.high[i] if step[a] > 0.0 else search.low[i]
            room[a] = end - search.point[i]
            if abs(step[a]) > excess * abs(room[a]):
                excess = abs(step[a]) / max(abs(room[a]), 1e-300)
                furthest = a
        if furthest < 0:
            for a in range(m):
                search.direction[index[a]] = step[a]
            break
        search.direction[index[furthest]] = room[furthest]
        m -= 1
        index[furthest] = index[m]


@kernel
def add_bends(search, searched, point, in_box):
    """Add the gradient times the second derivatives of the parameters by the coordinates, (6, 6).

    With alpha = 2 p s (1 - b), gamma = 2 p s (2 b - 1) and beta = p (1 - s), those of (p, s), (p,
    b) and (s, b) are g_s / p, g_b / p and g_b / s for the gradient g by the coordinates.
    """
    slope = np.zeros(6)
    for a in range(searched.shape[0]):
        slope[searched[a]] = search.gradient[a]
    in_box[1, 1] += slope[1]
    if point[2] > 0.0:
        in_box[2, 3] += slope[3] / point[2]
        in_box[2, 4] += slope[4] / point[2]
    if point[3] > 0.0:
        in_box[3, 4] += slope[4] / point[3]
    if point[5] > 0.0:
        in_box[5, 5] -= 2.0 * slope[5] / point[5]
    for i in range(6):
        for j in range(i):
            in_box[i, j] = in_box[j, i]
