r"""Bound of the quadratic objective of all baskets of few instruments.

.. math:: \min_x \; x'Qx - 2c'x, \quad \#\{i : x_i \ne 0\} \le k

under the constraints of ``box_program``. With a diagonal D for which Q - D is positive
semidefinite, and z_i the degree to which instrument i is in the basket, the perspective relaxation

.. math:: p(z) = \min_x \; x'(Q - D)x + \textstyle\sum_i d_i x_i^2 / z_i - 2c'x,
          \quad 0 \le z \le 1, \quad \sum_i z_i \le k

is convex in z, so that its tangent at any z, whose slopes are :math:`-d_i x_i^2 / z_i^2`, is a
bound of all baskets: Frangioni and Gentile (2006), Mathematical Programming 106. Steps between x
and the best z for it approach the largest bound.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.search.box_program import solve_box_program

LEAST = 1e-4
"""Smallest degree z of an instrument, so that its tangent is finite."""


@kernel
def bound_baskets(  # noqa: C901 - one recursion
    matrix,
    diagonal,
    linear,
    lower,
    upper,
    total,
    held,
    distance,
    state,
    room,
    cutoff,
    close,
    rounds,
    z,
):
    """Return the bound of all baskets, and the slopes of its tangent (n,).

    Parameters
    ----------
    matrix, diagonal, linear, lower, upper, total, held, distance : Q, D, c and the constraints
    state : array (n,) of int, 1 for what is in the basket, -1 for what is not, 0 for what may be
    room : int, number of the latter that may be in; at least one and fewer than there are
    cutoff : a bound above it is as good as any
    close : share of the distance to it, at which the steps end
    rounds : int, largest number of steps
    z : array (n,), degrees at which the steps start; overwritten by those at the end
    """
    n = len(linear)
    trial = matrix.copy()
    x = np.zeros(n)
    slopes = np.zeros(n)
    best_slopes = np.zeros(n)
    taken = np.zeros(n, dtype=np.int64)
    best = -np.inf
    for _ in range(rounds):
        for i in range(n):
            z[i] = 1.0 if state[i] == 1 else max(z[i], LEAST)
            trial[i, i] = matrix[i, i] - diagonal[i] + diagonal[i] / z[i]
        value = solve_kept(trial, linear, lower, upper, total, held, distance, state, x)
        if value == np.inf:
            return np.inf, slopes
        # the tangent, at the z of the largest slopes
        bound = value
        for i in range(n):
            slopes[i] = diagonal[i] * (x[i] / z[i]) ** 2
            if state[i] == 0:
                bound += slopes[i] * z[i]
        _mark_largest(slopes, state, room, taken)
        for i in range(n):
            if taken[i] == 1:
                bound -= slopes[i]
        if bound > best:
            best = bound
            for i in range(n):
                best_slopes[i] = slopes[i]
        if best >= cutoff or value - best <= close * (cutoff - best):
            break
        _share_degrees(diagonal, x, state, room, taken, slopes, z)
    return best, best_slopes


@kernel
def solve_kept(matrix, linear, lower, upper, total, held, distance, state, x):
    """Fill the best x (n,) that is zero where the state is -1, and return its value."""
    n = len(linear)
    columns = np.zeros(n, dtype=np.int64)
    m = 0
    left = distance
    for i in range(n):
        x[i] = 0.0
        if state[i] == -1:
            left -= abs(held[i])
        else:
            columns[m] = i
            m += 1
    if left < 0.0:
        return np.inf
    inner = np.empty((m, m))
    parts = np.empty((4, m))
    for i in range(m):
        parts[0, i] = linear[columns[i]]
        parts[1, i] = lower[columns[i]]
        parts[2, i] = upper[columns[i]]
        parts[3, i] = held[columns[i]]
        for j in range(m):
            inner[i, j] = matrix[columns[i], columns[j]]
    found = np.zeros(m)
    value = solve_box_program(inner, parts[0], parts[1], parts[2], total, parts[3], left, found)
    for i in range(m):
        x[columns[i]] = found[i]
    return value


@kernel
def _mark_largest(values, state, count, taken):
    """Set ``taken`` to one for the largest values of what may be in the basket."""
    n = len(values)
    for i in range(n):
        taken[i] = 0
    for _ in range(count):
        best = -1
        for i in range(n):
            if state[i] == 0 and taken[i] == 0 and (best < 0 or values[i] > values[best]):
                best = i
        taken[best] = 1


@kernel
def _share_degrees(diagonal, x, state, room, taken, sizes, z):
    """Fill z of what may be in, proportional to its size, at most one, with the sum ``room``.

    It is the best z for x. ``taken`` and ``sizes`` (n,) are overwritten.
    """
    n = len(x)
    rest = 0.0
    for i in range(n):
        taken[i] = 0
        sizes[i] = np.sqrt(diagonal[i]) * abs(x[i])
        if state[i] == 0:
            rest += sizes[i]
    left = float(room)
    is_open = True
    while is_open:
        is_open = False
        for i in range(n):
            if state[i] == 0 and taken[i] == 0 and left > 0.0 and sizes[i] * left > rest:
                # in any order: a size that is above its share now is above it at the end
                taken[i] = 1
                z[i] = 1.0
                rest -= sizes[i]
                left -= 1.0
                is_open = True
    for i in range(n):
        if state[i] == 0 and taken[i] == 0:
            z[i] = max(sizes[i] * left / rest, LEAST) if rest > 0.0 else LEAST
