"""Recursion of Q and of its derivatives for many series, eight dates at once.

It is that of ``dcc``: y_{t+1} = e_t + b y_t for each element of Q and of its derivatives, where e_t
is the intercept and the news, so that within eight dates it is a running sum. Matrices are lower
triangles, packed row by row; residuals are in lanes (see ``lanes``), series by series, eight dates
after eight dates, zero after the last date. ``innovations`` are what enters Q: the residuals
themselves, or with the correction of Aielli (2013) z_i sqrt(q_ii), which depends on a and b but not
on the target.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import (
    WIDTH,
    below_zero,
    follow,
    lane,
    lead,
    load,
    running,
    running_back,
    spread,
    store,
    total,
)
from hedgeresearch._kernels.compilation.kernels import kernel

LAST = WIDTH - 1


@kernel
def in_lanes(values):
    """Return values (n_dates, n) in lanes, (n_eights * n * 8,), with zeros after the last date."""
    n_dates, n = values.shape
    n_eights = (n_dates + WIDTH - 1) // WIDTH
    lanes = np.zeros(n_eights * n * WIDTH)
    for t in range(n_dates):
        place = t // WIDTH * n * WIDTH + t % WIDTH
        for i in range(n):
            lanes[place + i * WIDTH] = values[t, i]
    return lanes


@kernel
def from_lanes(lanes, n_dates, n):
    """Return the values (n_dates, n) of lanes."""
    values = np.empty((n_dates, n))
    for t in range(n_dates):
        place = t // WIDTH * n * WIDTH + t % WIDTH
        for i in range(n):
            values[t, i] = lanes[place + i * WIDTH]
    return values


@kernel(fast=True)
def advance(parameters, innovations, place, n, intercept, upcoming, q):
    """Overwrite q with eight dates and ``upcoming``, the Q of the first of them, with the next."""
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    p = 0
    for i in range(n):
        x = load(innovations, place + i)
        news = a * x
        bad_news = g * x * below_zero(x)
        for j in range(i + 1):
            other = load(innovations, place + j)
            entering = intercept[p] + other * (news + bad_news * below_zero(other))
            now = running(follow(upcoming[p], entering), b)
            store(q, p, now)
            upcoming[p] = lane(entering, LAST) + b * lane(now, LAST)
            p += 1


@kernel(fast=True)
def advance_derivatives(
    parameters, asymmetric, innovations, moving, place, n, intercepts, upcoming, q, dq
):
    """Overwrite the derivatives of Q with respect to a, b and, if it is estimated, g.

    ``moving`` (2, n_eights * n * 8) are the derivatives of the innovations with respect to a and b;
    it is empty if they do not depend on them. ``intercepts`` and ``upcoming`` are (3, n (n + 1) /
    2), and ``dq`` is (3, n (n + 1) / 2 * 8). ``q`` is that of the same eight dates.
    """
    b = parameters[1]
    by_a = dq[0]
    by_b = dq[1]
    p = 0
    for i in range(n):
        x = load(innovations, place + i)
        for j in range(i + 1):
            entering = intercepts[0, p] + x * load(innovations, place + j)
            now = running(follow(upcoming[0, p], entering), b)
            store(by_a, p, now)
            upcoming[0, p] = lane(entering, LAST) + b * lane(now, LAST)
            entering = intercepts[1, p] + load(q, p)
            now = running(follow(upcoming[1, p], entering), b)
            store(by_b, p, now)
            upcoming[1, p] = lane(entering, LAST) + b * lane(now, LAST)
            p += 1
    if asymmetric:
        _advance_asymmetric_derivative(b, innovations, place, n, intercepts, upcoming, dq)
    for k in range(moving.shape[0]):
        _add_moving_innovations(parameters, innovations, moving[k], place, n, upcoming[k], dq[k])


@kernel(fast=True)
def _advance_asymmetric_derivative(b, innovations, place, n, intercepts, upcoming, dq):
    """Overwrite the derivative of Q with respect to g."""
    by_g = dq[2]
    p = 0
    for i in range(n):
        x = load(innovations, place + i)
        bad_news = x * below_zero(x)
        for j in range(i + 1):
            other = load(innovations, place + j)
            entering = intercepts[2, p] + bad_news * other * below_zero(other)
            now = running(follow(upcoming[2, p], entering), b)
            store(by_g, p, now)
            upcoming[2, p] = lane(entering, LAST) + b * lane(now, LAST)
            p += 1


@kernel(fast=True)
def _add_moving_innovations(parameters, innovations, moving, place, n, upcoming, by_one):
    """Add the effect of innovations that move with a parameter to the derivative of Q in it."""
    a = parameters[0]
    b = parameters[1]
    p = 0
    for i in range(n):
        x = load(innovations, place + i)
        dx = load(moving, place + i)
        for j in range(i + 1):
            entering = a * (dx * load(innovations, place + j) + x * load(moving, place + j))
            added = running(follow(0.0, entering), b)
            store(by_one, p, load(by_one, p) + added)
            upcoming[p] += lane(entering, LAST) + b * lane(added, LAST)
            p += 1


@kernel(fast=True)
def go_back(
    parameters,
    is_date,
    innovations,
    place,
    n,
    q,
    by_density,
    later,
    by_intercept,
    by_innovations,
    by_parameters,
):
    """Carry the derivatives with respect to Q from eight dates to those before.

    Parameters
    ----------
    parameters : array (3,)
    is_date : array (8,)
        Zero after the last date, else one.
    innovations : array (n_eights * n * 8,)
    place, n : int
        First lanes of the eight dates, and number of series.
    q, by_density : array (n (n + 1) / 2 * 8,)
        Q, and the derivatives of the density of each date with respect to it.
    later : array (n (n + 1) / 2,)
        Derivatives with respect to the Q of the date after them, overwritten with those with
        respect to the Q of the first of them.
    by_intercept : array (n (n + 1) / 2,)
        Sums to which the derivatives with respect to the intercept are added.
    by_innovations : array (n_eights * n * 8,)
        Overwritten for the eight dates.
    by_parameters : array (3 * 8,)
        Lanes to which the derivatives with respect to (a, b, g) are added, at a given intercept.
    """
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    present = load(is_date, 0)
    zeros = spread(0.0)
    by_a = load(by_parameters, 0)
    by_b = load(by_parameters, 1)
    by_g = load(by_parameters, 2)
    p = 0
    for i in range(n):
        x = load(innovations, place + i)
        fell = below_zero(x)
        by_x = zeros
        for j in range(i + 1):
            now = present * load(by_density, p) + b * lead(zeros, later[p])
            now = running_back(now, b)
            following = lead(now, later[p])
            by_intercept[p] += total(following)
            later[p] = lane(now, 0)
            other = load(innovations, place + j)
            both_fell = fell * below_zero(other)
            weight = following * (a + g * both_fell)
            by_x = by_x + weight * other
            store(by_innovations, place + j, load(by_innovations, place + j) + weight * x)
            news = following * x * other
            by_a = by_a + news
            by_b = by_b + following * load(q, p)
            by_g = by_g + both_fell * news
            p += 1
        store(by_innovations, place + i, load(by_innovations, place + i) + by_x)
    store(by_parameters, 0, by_a)
    store(by_parameters, 1, by_b)
    store(by_parameters, 2, by_g)


@kernel(fast=True)
def corrected_innovations(a, b, residuals, n, n_dates):
    """Return x = z sqrt(q) and its derivatives with respect to a and b, in lanes.

    q is the diagonal of Q, which needs no target: see ``dcc.recursion.corrected_residuals``.
    """
    innovations = np.zeros(residuals.shape[0])
    moving = np.zeros((2, residuals.shape[0]))
    for i in range(n):
        q = 1.0
        by_a = 0.0
        by_b = 0.0
        for t in range(n_dates):
            place = (t // WIDTH * n + i) * WIDTH + t % WIDTH
            z = residuals[place]
            square = z * z
            q_root = np.sqrt(q)
            innovations[place] = z * q_root
            moving[0, place] = 0.5 * z * by_a / q_root
            moving[1, place] = 0.5 * z * by_b / q_root
            by_a = square * q - 1.0 + (a * square + b) * by_a
            by_b = q - 1.0 + (a * square + b) * by_b
            q = 1.0 - a - b + (a * square + b) * q
    return innovations, moving


@kernel(fast=True)
def correlation_in_lanes(innovations, moving, n, n_dates):
    """Return the correlation of x and its derivatives with respect to a and b.

    Returns
    -------
    array (3, n (n + 1) / 2)
    """
    matrices = np.zeros((3, n * (n + 1) // 2))
    sums = np.zeros((3, n))
    for place in range(0, innovations.shape[0] // WIDTH, n):
        p = 0
        for i in range(n):
            x = load(innovations, place + i)
            dx_a = load(moving[0], place + i)
            dx_b = load(moving[1], place + i)
            sums[0, i] += total(x)
            sums[1, i] += total(dx_a)
            sums[2, i] += total(dx_b)
            for j in range(i + 1):
                other = load(innovations, place + j)
                matrices[0, p] += total(x * other)
                matrices[1, p] += total(dx_a * other + x * load(moving[0], place + j))
                matrices[2, p] += total(dx_b * other + x * load(moving[1], place + j))
                p += 1
    _center_and_scale(matrices, sums, n, n_dates)
    return matrices


@kernel
def _center_and_scale(matrices, sums, n, n_dates):
    """Make correlations, and their derivatives, of sums of products and of values."""
    own = np.empty((3, n))
    p = 0
    for i in range(n):
        for j in range(i + 1):
            matrices[0, p] -= sums[0, i] * sums[0, j] / n_dates
            for k in range(1, 3):
                both = sums[k, i] * sums[0, j] + sums[0, i] * sums[k, j]
                matrices[k, p] -= both / n_dates
            p += 1
        for k in range(3):
            own[k, i] = matrices[k, p - 1]
    p = 0
    for i in range(n):
        for j in range(i + 1):
            scale = 1.0 / np.sqrt(own[0, i] * own[0, j])
            matrices[0, p] *= scale
            for k in range(1, 3):
                change = 0.5 * (own[k, i] / own[0, i] + own[k, j] / own[0, j])
                matrices[k, p] = matrices[k, p] * scale - matrices[0, p] * change
            p += 1
