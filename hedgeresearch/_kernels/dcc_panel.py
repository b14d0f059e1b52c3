"""Passes over the dates of a dynamic correlation of many series, eight dates at once.

The recursion is that of ``dcc``, y_{t+1} = e_t + b y_t for each element of Q and of its
derivatives, where e_t is the intercept and the news; within eight dates it is a running sum.
Matrices are lower triangles, packed row by row; residuals are in lanes (see ``lanes``), series by
series, eight dates after eight dates, zero after the last date. ``innovations`` are what enters Q:
the residuals themselves, or with the correction of Aielli (2013) z_i sqrt(q_ii), which depends on
a and b but not on the target. ``density`` is (nu, log c, d log c / d nu).
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.correlated_density import (
    correlated_log_density,
    equicorrelated_log_density,
)
from hedgeresearch._kernels.lanes import (
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

SEGMENT = 16
"""Number of eights of dates whose Q the backward pass computes again from one that it kept."""
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
def _advance(parameters, innovations, place, n, intercept, upcoming, q):
    """Overwrite q with eight dates and ``upcoming``, the Q of the first of them, with the next."""
    a, b, g = parameters
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
def _advance_derivatives(
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
def panel_value(
    parameters, equicorrelation, density, residuals, innovations, n_dates, intercept, first
):
    """Return the mean log-density of the dates; -inf where a Q is not positive definite.

    ``intercept`` and ``first``, Q_1, are (n (n + 1) / 2,).
    """
    size = intercept.shape[0]
    n = int(np.sqrt(2.0 * size))
    n_eights = residuals.shape[0] // (n * WIDTH)
    q = np.empty(size * WIDTH)
    upcoming = first.copy()
    matrix = np.empty(n * n * WIDTH)
    vectors = np.empty((4 * n + 1) * WIDTH)
    terms = np.empty(5 * WIDTH)
    value = 0.0
    for eight in range(n_eights):
        place = eight * n
        _advance(parameters, innovations, place, n, intercept, upcoming, q)
        if equicorrelation:
            equicorrelated_log_density(q, residuals, place, density, n, True, vectors, terms)
        else:
            correlated_log_density(q, residuals, place, density, n, True, matrix, vectors, terms)
        for date in range(min(WIDTH, n_dates - eight * WIDTH)):
            value += terms[date]
        if not value > -np.inf:
            return -np.inf
    return value / n_dates


@kernel(fast=True)
def panel_scores(
    parameters,
    asymmetric,
    equicorrelation,
    density,
    residuals,
    innovations,
    moving,
    n_dates,
    intercept,
    first,
    derivatives,
    log_density,
    scores,
):
    """Return the mean log-density, and overwrite that of each date and the scores.

    Parameters
    ----------
    parameters : (a, b, g)
    asymmetric, equicorrelation : bool
        Whether g is estimated, and whether the correlations of a date are equal.
    density : tuple
    residuals, innovations : array (n_eights * n * 8,)
    moving : array (2 or 0, n_eights * n * 8)
        Derivatives of the innovations with respect to a and b, if they depend on them.
    n_dates : int
    intercept, first : array (n (n + 1) / 2,)
    derivatives : array (2, 3, n (n + 1) / 2)
        Derivatives of the intercept and of Q_1 with respect to (a, b, g).
    log_density : array (n_dates,)
    scores : array (n_dates, 4)
        Derivatives with respect to (a, b, g, nu), zero for what is not estimated.
    """
    size = intercept.shape[0]
    n = int(np.sqrt(2.0 * size))
    n_eights = residuals.shape[0] // (n * WIDTH)
    n_moves = 3 if asymmetric else 2
    q = np.empty(size * WIDTH)
    dq = np.empty((3, size * WIDTH))
    upcoming = first.copy()
    upcoming_moves = derivatives[1].copy()
    matrix = np.empty(n * n * WIDTH)
    vectors = np.empty((4 * n + 1) * WIDTH)
    terms = np.empty(5 * WIDTH)
    along = np.empty(WIDTH)
    value = 0.0
    for eight in range(n_eights):
        place = eight * n
        _advance(parameters, innovations, place, n, intercept, upcoming, q)
        _advance_derivatives(
            parameters,
            asymmetric,
            innovations,
            moving,
            place,
            n,
            derivatives[0],
            upcoming_moves,
            q,
            dq,
        )
        if equicorrelation:
            equicorrelated_log_density(q, residuals, place, density, n, False, vectors, terms)
        else:
            correlated_log_density(q, residuals, place, density, n, False, matrix, vectors, terms)
        n_now = min(WIDTH, n_dates - eight * WIDTH)
        for date in range(n_now):
            t = eight * WIDTH + date
            log_density[t] = terms[date]
            scores[t, 2] = 0.0
            scores[t, 3] = terms[WIDTH + date]
            value += terms[date]
        if not value > -np.inf:
            return -np.inf
        for k in range(n_moves):
            by_one = dq[k]
            sums = spread(0.0)
            for p in range(size):
                sums = sums + load(q, p) * load(by_one, p)
            store(along, 0, sums)
            for date in range(n_now):
                scores[eight * WIDTH + date, k] = along[date]
    return value / n_dates


@kernel(fast=True)
def panel_gradient(
    parameters, equicorrelation, density, residuals, innovations, n_dates, intercept, first
):
    """Return the derivatives of the summed log-density with respect to what the pass is given.

    One pass back over the dates: the derivative with respect to Q_t is that of the density of date
    t and b times that with respect to Q_{t+1}. Of every 128 dates only the first Q is kept, from
    which the others are computed again.

    Returns
    -------
    by_residuals, by_innovations : array (n_eights * n * 8,)
        At given innovations and at given residuals; zero after the last date.
    by_intercept, by_first : array (n (n + 1) / 2,)
        With respect to both of two symmetric elements.
    """
    size = intercept.shape[0]
    n = int(np.sqrt(2.0 * size))
    n_eights = residuals.shape[0] // (n * WIDTH)
    n_segments = (n_eights + SEGMENT - 1) // SEGMENT
    q = np.empty(size * WIDTH)
    matrix = np.empty(n * n * WIDTH)
    vectors = np.empty((4 * n + 1) * WIDTH)
    terms = np.empty(5 * WIDTH)
    by_residuals = np.zeros(residuals.shape[0])
    by_innovations = np.zeros(residuals.shape[0])
    by_intercept = np.zeros(size)
    later = np.zeros(size)
    kept = np.empty((n_segments, size))
    starts = np.empty((SEGMENT, size))
    is_date = np.ones(WIDTH)
    upcoming = first.copy()
    for eight in range(n_eights):
        if eight % SEGMENT == 0:
            kept[eight // SEGMENT] = upcoming
        _advance(parameters, innovations, eight * n, n, intercept, upcoming, q)
    for segment in range(n_segments - 1, -1, -1):
        begin = segment * SEGMENT
        end = min(begin + SEGMENT, n_eights)
        upcoming[:] = kept[segment]
        for eight in range(begin, end):
            starts[eight - begin] = upcoming
            _advance(parameters, innovations, eight * n, n, intercept, upcoming, q)
        for eight in range(end - 1, begin - 1, -1):
            place = eight * n
            upcoming[:] = starts[eight - begin]
            _advance(parameters, innovations, place, n, intercept, upcoming, q)
            if equicorrelation:
                equicorrelated_log_density(q, residuals, place, density, n, False, vectors, terms)
            else:
                correlated_log_density(
                    q, residuals, place, density, n, False, matrix, vectors, terms
                )
            for date in range(WIDTH):
                is_date[date] = 1.0 if eight * WIDTH + date < n_dates else 0.0
            present = load(is_date, 0)
            for i in range(n):
                store(by_residuals, place + i, present * load(vectors, n + i))
            _go_back(
                parameters, is_date, innovations, place, n, q, later, by_intercept, by_innovations
            )
    return by_residuals, by_innovations, by_intercept, later


@kernel(fast=True)
def _go_back(parameters, is_date, innovations, place, n, q, later, by_intercept, by_innovations):
    """Carry the derivatives with respect to Q from eight dates to those before.

    ``q`` holds the derivatives of the densities of the eight dates; ``later``, those with respect
    to the Q of the date after them, is overwritten with those of the first of them.
    """
    a, b, g = parameters
    present = load(is_date, 0)
    zeros = spread(0.0)
    p = 0
    for i in range(n):
        x = load(innovations, place + i)
        fell = below_zero(x)
        by_x = zeros
        for j in range(i + 1):
            now = present * load(q, p) + b * lead(zeros, later[p])
            now = running_back(now, b)
            following = lead(now, later[p])
            by_intercept[p] += total(following)
            later[p] = lane(now, 0)
            other = load(innovations, place + j)
            weight = following * (a + g * fell * below_zero(other))
            by_x = by_x + weight * other
            store(by_innovations, place + j, load(by_innovations, place + j) + weight * x)
            p += 1
        store(by_innovations, place + i, load(by_innovations, place + i) + by_x)
