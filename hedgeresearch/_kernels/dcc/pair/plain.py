"""Value, gradient and information of the normal, symmetric DCC of two series, in segments of dates.

It is the usual model: the recursions of Q, and of its derivatives by a and b, are linear in what is
known, so that eight segments of the sample advance at once (see ``arithmetic.segments``).
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import (
    WIDTH,
    lane,
    load,
    root,
    smaller,
    spread,
    store,
    total,
)
from hedgeresearch._kernels.arithmetic.segments import SHORT, fill_mask, take_logarithms
from hedgeresearch._kernels.compilation.kernels import kernel

LOG_2_PI = 1.8378770664093453


@kernel(fast=True)
def plain_evaluation(  # noqa: PLR0915 - one recursion
    parameters, n_dates, x, y, targets, gradient, information
):
    """Return the mean log-density of a normal, symmetric DCC; fill its derivatives.

    Parameters
    ----------
    parameters : array (4,)
    n_dates : int
    x, y : array (8 m,)
        Standardized residuals in segments.
    targets : array (6,)
    gradient : array (4,)
    information : array (4, 4)
        Of both, what belongs to a and b is overwritten.
    """
    a = parameters[0]
    b = parameters[1]
    m = x.shape[0] // WIDTH
    s11 = targets[0]
    s12 = targets[1]
    s22 = targets[2]
    rest = 1.0 - a - b
    c11 = rest * s11
    c12 = rest * s12
    c22 = rest * s22
    numbers = np.empty(9 * WIDTH)
    pair_segment_starts(a, b, x, y, targets, numbers)
    q11 = load(numbers, 0)
    q12 = load(numbers, 1)
    q22 = load(numbers, 2)
    a11 = load(numbers, 3)
    a12 = load(numbers, 4)
    a22 = load(numbers, 5)
    b11 = load(numbers, 6)
    b12 = load(numbers, 7)
    b22 = load(numbers, 8)
    sum_a = spread(0.0)
    sum_b = spread(0.0)
    sum_aa = spread(0.0)
    sum_ab = spread(0.0)
    sum_bb = spread(0.0)
    quadratics = spread(0.0)
    logarithms = 0.0
    product = spread(1.0)
    lowest = spread(1.0)
    mask = spread(1.0)
    n_full = n_dates - (WIDTH - 1) * m
    for i in range(m):
        u = load(x, i)
        v = load(y, i)
        pq = q11 * q22
        deviation = root(pq)
        determinant = pq - q12 * q12
        lowest = smaller(determinant, lowest)
        w = 1.0 / (determinant * pq)
        one_over_pq = determinant * w
        d = pq * pq * w
        if i < n_full:
            product = product * d
        else:
            fill_mask(i, n_dates, m, numbers)
            mask = load(numbers, 0)
            product = product * (d * mask + (1.0 - mask))
        if i & SHORT == SHORT or i == m - 1:
            store(numbers, 0, product)
            logarithms += take_logarithms(numbers, i == m - 1)
            product = load(numbers, 0)
        one_over_root = deviation * one_over_pq
        r = q12 * one_over_root
        uu = u * u
        uv = u * v
        vv = v * v
        quadratic = (uu - r * uv * 2.0 + vv) * d
        quadratics = quadratics + quadratic
        by_r = d * (r + uv - r * quadratic) * mask
        half = r * one_over_pq * 0.5
        score_a = by_r * (a12 * one_over_root - half * (a11 * q22 + a22 * q11))
        score_b = by_r * (b12 * one_over_root - half * (b11 * q22 + b22 * q11))
        sum_a = sum_a + score_a
        sum_b = sum_b + score_b
        sum_aa = sum_aa + score_a * score_a
        sum_ab = sum_ab + score_a * score_b
        sum_bb = sum_bb + score_b * score_b
        a11 = a11 * b + (uu - s11)
        a12 = a12 * b + (uv - s12)
        a22 = a22 * b + (vv - s22)
        b11 = b11 * b + (q11 - s11)
        b12 = b12 * b + (q12 - s12)
        b22 = b22 * b + (q22 - s22)
        q11 = q11 * b + (uu * a + c11)
        q12 = q12 * b + (uv * a + c12)
        q22 = q22 * b + (vv * a + c22)
    for k in range(WIDTH):
        if not lane(lowest, k) > 0.0:
            return -np.inf
    gradient[0] = total(sum_a) / n_dates
    gradient[1] = total(sum_b) / n_dates
    information[0, 0] = total(sum_aa) / n_dates
    information[0, 1] = total(sum_ab) / n_dates
    information[1, 0] = information[0, 1]
    information[1, 1] = total(sum_bb) / n_dates
    return 0.5 * (logarithms - total(quadratics)) / n_dates - LOG_2_PI


@kernel(fast=True)
def pair_segment_starts(a, b, x, y, targets, starts):
    """Fill ``starts`` (72,) with Q and its derivatives at the first date of each segment.

    The rows of eight are elements (1, 1), (1, 2) and (2, 2) of Q, then those of its derivative by a
    and of that by b.
    """
    m = x.shape[0] // WIDTH
    _segment_ends(a, b, x, y, targets, starts)
    power = b**m
    by_power = m * b ** (m - 1)
    for i in range(3):
        s = targets[i]
        q = (1.0 - a) * s
        by_a = -s
        by_b = 0.0
        for k in range(WIDTH):
            end_q = power * q + starts[i * WIDTH + k]
            end_a = power * by_a + starts[(3 + i) * WIDTH + k]
            end_b = power * by_b + by_power * q + starts[(6 + i) * WIDTH + k]
            starts[i * WIDTH + k] = q
            starts[(3 + i) * WIDTH + k] = by_a
            starts[(6 + i) * WIDTH + k] = by_b
            q = end_q
            by_a = end_a
            by_b = end_b


@kernel(fast=True)
def _segment_ends(a, b, x, y, targets, ends):
    """Fill ``ends`` (72,) with the same after each segment, of recursions from zero."""
    m = x.shape[0] // WIDTH
    # recursions driven by products of the residuals and by one, and those driven by these
    of_11 = spread(0.0)
    of_12 = spread(0.0)
    of_22 = spread(0.0)
    of_one = spread(0.0)
    twice_11 = spread(0.0)
    twice_12 = spread(0.0)
    twice_22 = spread(0.0)
    twice_one = spread(0.0)
    for i in range(m):
        u = load(x, i)
        v = load(y, i)
        twice_11 = twice_11 * b + of_11
        twice_12 = twice_12 * b + of_12
        twice_22 = twice_22 * b + of_22
        twice_one = twice_one * b + of_one
        of_11 = of_11 * b + u * u
        of_12 = of_12 * b + u * v
        of_22 = of_22 * b + v * v
        of_one = of_one * b + 1.0
    rest = 1.0 - a - b
    s11 = targets[0]
    s12 = targets[1]
    s22 = targets[2]
    store(ends, 0, of_11 * a + of_one * (rest * s11))
    store(ends, 1, of_12 * a + of_one * (rest * s12))
    store(ends, 2, of_22 * a + of_one * (rest * s22))
    store(ends, 3, of_11 - of_one * s11)
    store(ends, 4, of_12 - of_one * s12)
    store(ends, 5, of_22 - of_one * s22)
    store(ends, 6, twice_11 * a + (twice_one * rest - of_one) * s11)
    store(ends, 7, twice_12 * a + (twice_one * rest - of_one) * s12)
    store(ends, 8, twice_22 * a + (twice_one * rest - of_one) * s22)
