"""Derivatives of the mean score of the normal, symmetric DCC of two series, in segments.

It is ``dcc.pair.sensitivity`` for the usual model. The recursion that runs backward over the dates
is linear, too: a first pass gives what is added within each segment, a second one begins at what
the segments after it leave.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import WIDTH, lane, load, root, spread, store, total
from hedgeresearch._kernels.arithmetic.segments import fill_mask, in_segments
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.pair.plain import pair_segment_starts, plain_evaluation
from hedgeresearch._kernels.dcc.pair.stencils import BACKWARD, CENTRAL


@kernel(steers=True)
def plain_sensitivity(parameters, steps, backward, shrunk, x, y, targets, information, by_z):
    """Differentiate the mean score; return its derivatives by the elements of S and N, (4, 6).

    Arguments are those of ``pair_sensitivity``; there are steps for a and b only.
    """
    n = x.shape[0]
    first = in_segments(x)
    second = in_segments(y)
    by_targets = np.zeros((4, 6))
    for i in range(4):
        for j in range(4):
            information[i, j] = 0.0
    gradient = np.zeros(4)
    products = np.empty((4, 4))
    by_residuals = np.empty((2, first.shape[0]))
    of_density = np.empty(3 * first.shape[0])
    sums = np.empty(6)
    for p in range(2):
        by_residuals[:] = 0.0
        stencil = BACKWARD if backward[p] else CENTRAL
        for k in range(stencil.shape[0]):
            shifted = parameters.copy()
            shifted[p] += stencil[k, 0] * steps[p]
            weight = stencil[k, 1] / steps[p]
            plain_evaluation(shifted, n, first, second, targets, gradient, products)
            information[p, 0] -= weight * gradient[0]
            information[p, 1] -= weight * gradient[1]
            plain_gradient(
                shifted, n, first, second, weight, targets, of_density, by_residuals, sums
            )
            a = shifted[0]
            b = shifted[1]
            for i in range(3):  # C is (1 - a - b) S, and Q_1 is C + b S
                through_c = sums[i] + sums[3 + i]
                by_targets[p, i] += (1.0 - a - b) * through_c + b * sums[3 + i]
        _in_order(by_residuals, n, by_z[p])
        if not shrunk:
            add_through_covariance(x, y, by_targets[p], by_z[p])
    return by_targets


@kernel(fast=True)
def plain_gradient(parameters, n_dates, x, y, weight, targets, of_density, by_z, sums):
    """Add a multiple of the gradient of the mean log-density by residuals at given C and Q_1.

    Parameters
    ----------
    parameters : array (4,)
    n_dates : int
    x, y : array (8 m,)
        Residuals in segments.
    weight : float
        The multiple.
    targets : array (6,)
    of_density : array (24 m,)
        Overwritten with the derivatives of each log-density by the elements of its Q.
    by_z : array (2, 8 m)
    sums : array (6,)
        Overwritten with the derivatives by the elements of Q, summed over the dates but the first,
        and then those by the elements of Q_1.
    """
    a = parameters[0]
    b = parameters[1]
    m = x.shape[0] // WIDTH
    share = weight / n_dates
    _differentiate_densities(parameters, n_dates, x, y, share, targets, of_density, by_z)
    # what dates after a segment leave to it: derivatives by the Q of the next date
    next11 = spread(0.0)
    next12 = spread(0.0)
    next22 = spread(0.0)
    for i in range(m - 1, -1, -1):
        next11 = next11 * b + load(of_density, i)
        next12 = next12 * b + load(of_density, m + i)
        next22 = next22 * b + load(of_density, 2 * m + i)
    power = b**m
    ends = np.zeros(3 * WIDTH)
    for k in range(WIDTH - 1, 0, -1):
        ends[k - 1] = power * ends[k] + lane(next11, k)
        ends[WIDTH + k - 1] = power * ends[WIDTH + k] + lane(next12, k)
        ends[2 * WIDTH + k - 1] = power * ends[2 * WIDTH + k] + lane(next22, k)
    next11 = load(ends, 0)
    next12 = load(ends, 1)
    next22 = load(ends, 2)
    sum11 = spread(0.0)
    sum12 = spread(0.0)
    sum22 = spread(0.0)
    by_x = by_z[0]
    by_y = by_z[1]
    for i in range(m - 1, -1, -1):
        u = load(x, i)
        v = load(y, i)
        sum11 = sum11 + next11
        sum12 = sum12 + next12
        sum22 = sum22 + next22
        through = next11 * u * (2.0 * a) + next12 * v * a
        store(by_x, i, load(by_x, i) + through)
        through = next22 * v * (2.0 * a) + next12 * u * a
        store(by_y, i, load(by_y, i) + through)
        next11 = next11 * b + load(of_density, i)
        next12 = next12 * b + load(of_density, m + i)
        next22 = next22 * b + load(of_density, 2 * m + i)
    sums[0] = total(sum11)
    sums[1] = total(sum12)
    sums[2] = total(sum22)
    sums[3] = lane(next11, 0)
    sums[4] = lane(next12, 0)
    sums[5] = lane(next22, 0)


@kernel(fast=True)
def _differentiate_densities(parameters, n_dates, x, y, share, targets, of_density, by_z):
    """Differentiate ``share`` times each log-density by Q, and add its derivatives by residuals."""
    a = parameters[0]
    b = parameters[1]
    m = x.shape[0] // WIDTH
    numbers = np.empty(9 * WIDTH)
    pair_segment_starts(a, b, x, y, targets, numbers)
    q11 = load(numbers, 0)
    q12 = load(numbers, 1)
    q22 = load(numbers, 2)
    rest = 1.0 - a - b
    c11 = rest * targets[0]
    c12 = rest * targets[1]
    c22 = rest * targets[2]
    by_x = by_z[0]
    by_y = by_z[1]
    mask = spread(1.0)
    n_full = n_dates - (WIDTH - 1) * m
    for i in range(m):
        if i >= n_full:
            fill_mask(i, n_dates, m, numbers)
            mask = load(numbers, 0)
        u = load(x, i)
        v = load(y, i)
        uu = u * u
        uv = u * v
        vv = v * v
        pq = q11 * q22
        deviation = root(pq)
        determinant = pq - q12 * q12
        w = 1.0 / (determinant * pq)
        one_over_pq = determinant * w
        one_over_root = deviation * one_over_pq
        r = q12 * one_over_root
        d = pq * pq * w * share
        quadratic = (uu - r * uv * 2.0 + vv) * (pq * pq * w)
        by_r = d * (r + uv - r * quadratic) * mask
        half = by_r * r * one_over_pq * -0.5
        store(by_x, i, load(by_x, i) + d * (r * v - u))
        store(by_y, i, load(by_y, i) + d * (r * u - v))
        store(of_density, i, half * q22)
        store(of_density, m + i, by_r * one_over_root)
        store(of_density, 2 * m + i, half * q11)
        q11 = q11 * b + (uu * a + c11)
        q12 = q12 * b + (uv * a + c12)
        q22 = q22 * b + (vv * a + c22)


@kernel
def _in_order(segments, n_dates, values):
    """Fill ``values`` (2, n_dates) with those of segments (2, 8 m), in the order of the dates."""
    m = segments.shape[1] // WIDTH
    for s in range(2):
        for k in range(WIDTH):
            for i in range(min(m, n_dates - k * m)):
                values[s, k * m + i] = segments[s, i * WIDTH + k]


@kernel
def add_through_covariance(x, y, by_s, by_z):
    """Add what the residuals contribute through S, their covariance; ``by_s`` (3 or more,).

    Its arithmetic is strict: whole loops without a recursion may be optimized differently where
    they are a part of another kernel.
    """
    n = x.shape[0]
    mean_x = 0.0
    mean_y = 0.0
    for t in range(n):
        mean_x += x[t]
        mean_y += y[t]
    mean_x /= n
    mean_y /= n
    on11 = 2.0 * by_s[0] / (n - 1)
    on12 = by_s[1] / (n - 1)
    on22 = 2.0 * by_s[2] / (n - 1)
    for t in range(n):
        by_z[0, t] += on11 * (x[t] - mean_x) + on12 * (y[t] - mean_y)
        by_z[1, t] += on22 * (y[t] - mean_y) + on12 * (x[t] - mean_x)
