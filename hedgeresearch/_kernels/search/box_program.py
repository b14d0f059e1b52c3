r"""Quadratic programs with bounds, a given sum and a limit of the distance from a point.

.. math:: \min_x \; x'Gx - 2c'x, \quad l \le x \le u, \quad \textstyle\sum_i x_i = s,
          \quad \sum_i |x_i - h_i| \le \tau

by the dual active-set method of Goldfarb and Idnani (1983), Mathematical Programming 27, section 3:
it starts at the unconstrained minimum and adds the constraint that is violated most, so that the
value rises at every step. The limit of the distance stands for 2^n linear ones,
:math:`s'(x - h) \le \tau` for all vectors of signs s; the one that is violated is added.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place, solve_cholesky
from hedgeresearch._kernels.compilation.kernels import kernel

FEASIBLE = 1e-11
"""Violation of a constraint that counts as rounding, relative to its terms."""
DEPENDENT = 1e-12
"""Share of a constraint's direction below which those that hold already determine it."""
MAX_STEPS = 100
"""Number of steps for each variable after which the program is given up."""
EQUATION = -2
"""Mark of the constraint that is never dropped."""
CUT = -1
"""Mark of constraints of the distance."""


@kernel
def solve_box_program(  # noqa: C901, PLR0912 - one recursion
    matrix, linear, lower, upper, total, held, distance, x
):
    """Fill the minimum x (n,), and return its value; infinite if no x is feasible.

    It is minus infinity if rounding does not let the steps end.

    Parameters
    ----------
    matrix : array (n, n), positive definite
    linear, lower, upper : arrays (n,)
    total : sum of x; NaN for none
    held : array (n,), point from which the distance is measured
    distance : limit of the distance; infinite for none
    x : array (n,), filled
    """
    n = len(x)
    inverse = _inverse(matrix)
    for i in range(n):
        x[i] = _dot(inverse[i], linear, n)
    # k constraints hold: their rows, inverse times row, and the products of both
    k = 0
    rows = np.zeros((n + 1, n))
    reach = np.zeros((n + 1, n))
    products = np.zeros((n + 1, n + 1))
    multipliers = np.zeros(n + 1)
    marks = np.zeros(n + 1, dtype=np.int64)
    is_bound = np.zeros(n, dtype=np.int64)
    weights = np.empty(n + 1)
    row = np.empty(n)
    direction = np.empty(n)
    step = np.empty(n)
    for _ in range(MAX_STEPS * (n + 1)):
        mark, slack = _worst_constraint(
            x, lower, upper, total, held, distance, is_bound, marks, k, row
        )
        if slack >= 0.0:
            return _value(matrix, linear, x)
        for i in range(n):
            direction[i] = _dot(inverse[i], row, n)
        own = _dot(direction, row, n)
        multiplier = 0.0
        is_open = True
        while is_open:
            _fill_step(rows, reach, products, direction, k, weights, step)
            gain = _dot(step, row, n)
            partial, drop = _partial_step(multipliers, weights, marks, k)
            full = np.inf
            if gain > DEPENDENT * own and k < n:
                full = -slack / gain
            size = min(partial, full)
            if size == np.inf:
                return np.inf
            for j in range(k):
                multipliers[j] -= size * weights[j]
            multiplier += size
            if full < np.inf:
                slack += size * gain
                for i in range(n):
                    x[i] += size * step[i]
            is_open = partial < full
            if is_open:
                if marks[drop] >= 0:
                    is_bound[marks[drop]] = 0
                k -= 1
                _drop(drop, k, n, rows, reach, products, multipliers, marks)
        if mark >= 0:
            is_bound[mark] = 1
            x[mark] = lower[mark] if row[mark] > 0.0 else upper[mark]
        multipliers[k] = multiplier
        marks[k] = mark
        _add(row, direction, k, rows, reach, products)
        k += 1
    return -np.inf


@kernel
def _inverse(matrix):
    """Return the inverse of a positive definite matrix."""
    n = matrix.shape[0]
    factor = np.empty((n, n))
    inverse = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            factor[i, j] = matrix[i, j]
    cholesky_in_place(factor)
    for i in range(n):
        inverse[i, i] = 1.0
        solve_cholesky(factor, inverse[i])
    return inverse


@kernel
def _value(matrix, linear, x):
    """Return x'Gx - 2c'x."""
    n = len(x)
    value = 0.0
    for i in range(n):
        value += x[i] * (_dot(matrix[i], x, n) - 2.0 * linear[i])
    return value


@kernel
def _fill_step(rows, reach, products, direction, k, weights, step):
    """Fill the step that changes none of the k constraints that hold.

    ``weights`` is filled with what it subtracts of each constraint, r of the paper.
    """
    n = len(step)
    inner = np.empty((k, k))
    for i in range(k):
        weights[i] = _dot(rows[i], direction, n)
        for j in range(k):
            inner[i, j] = products[i, j]
    cholesky_in_place(inner)
    solve_cholesky(inner, weights)
    for i in range(n):
        step[i] = direction[i]
        for j in range(k):
            step[i] -= weights[j] * reach[j, i]


@kernel
def _partial_step(multipliers, weights, marks, k):
    """Return the step at which the first multiplier is zero, and the number of its constraint."""
    partial = np.inf
    drop = -1
    for j in range(k):
        if marks[j] != EQUATION and weights[j] > 0.0:
            ratio = multipliers[j] / weights[j]
            if ratio < partial:
                partial = ratio
                drop = j
    return partial, drop


@kernel
def _add(row, direction, k, rows, reach, products):
    """Add a constraint to the k that hold; ``direction`` is the inverse times its row."""
    n = len(row)
    for i in range(n):
        rows[k, i] = row[i]
        reach[k, i] = direction[i]
    for j in range(k + 1):
        products[j, k] = _dot(rows[j], direction, n)
        products[k, j] = products[j, k]


@kernel
def _worst_constraint(  # noqa: C901 - one search
    x, lower, upper, total, held, distance, is_bound, marks, k, row
):
    """Fill the row of the constraint row'x >= level that is violated most.

    Returns its mark, the number of the variable for a bound, and row'x - level, zero if there is
    none. The sum comes first, the distance last.
    """
    n = len(x)
    if not np.isnan(total) and (k == 0 or marks[0] != EQUATION):
        gap = -total
        for i in range(n):
            gap += x[i]
        for i in range(n):
            row[i] = -1.0 if gap > 0.0 else 1.0
        # an equation holds from now on, whether it was violated or not
        return EQUATION, min(-abs(gap), -1e-300)
    bound = -1
    slack = 0.0
    side = 1.0
    for i in range(n):
        if is_bound[i] == 0:
            below = x[i] - lower[i]
            if below < min(slack, -FEASIBLE * (1.0 + abs(lower[i]))):
                bound = i
                slack = below
                side = 1.0
            above = upper[i] - x[i]
            if above < min(slack, -FEASIBLE * (1.0 + abs(upper[i]))):
                bound = i
                slack = above
                side = -1.0
    if bound >= 0:
        for i in range(n):
            row[i] = 0.0
        row[bound] = side
        return bound, slack
    moved = 0.0
    for i in range(n):
        moved += abs(x[i] - held[i])
        row[i] = -1.0 if x[i] >= held[i] else 1.0
    if moved <= distance + FEASIBLE * (1.0 + distance):
        return CUT, 0.0
    return CUT, distance - moved


@kernel
def _drop(j, k, n, rows, reach, products, multipliers, marks):
    """Drop constraint j of those that hold; k are left."""
    for i in range(j, k):
        multipliers[i] = multipliers[i + 1]
        marks[i] = marks[i + 1]
        for m in range(n):
            rows[i, m] = rows[i + 1, m]
            reach[i, m] = reach[i + 1, m]
        for m in range(k + 1):
            products[i, m] = products[i + 1, m]
    for i in range(j, k):
        for m in range(k):
            products[m, i] = products[m, i + 1]


@kernel
def _dot(a, b, n):
    """Return the sum of products of the first n numbers."""
    total = 0.0
    for i in range(n):
        total += a[i] * b[i]
    return total
