"""Summed outer products of the scores of both steps of the usual DCC of two series, in segments.

Both margins are GARCH(1,1) without leverage and with normal innovations; the correlation is that of
``pair_plain``.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import WIDTH, load, root, spread, store
from hedgeresearch._kernels.arithmetic.segments import fill_mask, in_segments
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.pair_plain import pair_segment_starts
from hedgeresearch._kernels.garch.symmetric import segment_starts

ROWS = 16
"""Number of rows of a sample in segments whose scores are held at a time."""
MARGIN = 4
"""Largest number of scores of a margin: those by mu, omega, alpha and beta."""


@kernel
def plain_score_products(parameters, x, y, targets, margins, n_kept, returns, products):
    """Fill ``products`` (k, k), zeros, with summed outer products of the scores of both steps.

    Parameters
    ----------
    parameters : array (4,)
        a and b first.
    x, y : array (n_dates,)
        Standardized residuals.
    targets : array (6,)
    margins : array (2, 6)
        Parameters of both univariate models.
    n_kept : int
        Number of the parameters of each that are estimated, of mu, omega, alpha and beta the last.
    returns : two arrays (n_dates,)
        Returns of unit variance.
    products : array (k, k)
        Scores are those of the first univariate model, of the second and of the correlation.
    """
    n_dates = x.shape[0]
    size = 2 * MARGIN + 2
    sums = np.zeros((size, size))
    residuals = np.empty((2, (n_dates + WIDTH - 1) // WIDTH * WIDTH))
    units = np.empty(residuals.shape)
    residuals[0] = in_segments(x)
    residuals[1] = in_segments(y)
    units[0] = in_segments(returns[0])
    units[1] = in_segments(returns[1])
    _add_products(parameters, n_dates, residuals, targets, margins, units, sums)
    places = np.empty(2 * n_kept + 2, np.int64)
    for i in range(n_kept):
        places[i] = MARGIN - n_kept + i
        places[n_kept + i] = 2 * MARGIN - n_kept + i
    places[2 * n_kept] = 2 * MARGIN
    places[2 * n_kept + 1] = 2 * MARGIN + 1
    for i in range(places.shape[0]):
        for j in range(places.shape[0]):
            products[i, j] = sums[max(places[i], places[j]), min(places[i], places[j])]


@kernel(fast=True)
def _add_products(parameters, n_dates, residuals, targets, margins, units, sums):
    """Add products of all ten scores to the lower triangle of ``sums`` (10, 10)."""
    m = residuals.shape[1] // WIDTH
    scores = np.empty(sums.shape[0] * ROWS * WIDTH)
    starts = np.empty((2, 5 * WIDTH))
    of_pair = np.empty(9 * WIDTH)
    for s in range(2):
        segment_starts(margins[s], n_dates, units[s], starts[s])
    x = residuals[0]
    y = residuals[1]
    pair_segment_starts(parameters[0], parameters[1], x, y, targets, of_pair)
    for begin in range(0, m, ROWS):
        stop = min(begin + ROWS, m)
        for s in range(2):
            place = s * MARGIN * ROWS
            _fill_margin(margins[s], n_dates, units[s], begin, stop, starts[s], scores, place)
        place = 2 * MARGIN * ROWS
        _fill_correlation(parameters, n_dates, x, y, targets, begin, stop, of_pair, scores, place)
        for i in range(sums.shape[0]):
            for j in range(i + 1):
                added = 0.0
                for t in range((stop - begin) * WIDTH):
                    added += scores[i * ROWS * WIDTH + t] * scores[j * ROWS * WIDTH + t]
                sums[i, j] += added


@kernel(fast=True)
def _fill_margin(margin, n_dates, segments, begin, stop, state, scores, place):
    """Fill four times 16 rows of ``scores``, from ``place``, and move the state (40,) past them."""
    mu = margin[0]
    omega = margin[1]
    alpha = margin[2]
    beta = margin[4]
    m = segments.shape[0] // WIDTH
    h = load(state, 0)
    by_mu = load(state, 1)
    by_omega = load(state, 2)
    by_alpha = load(state, 3)
    by_beta = load(state, 4)
    mask = spread(1.0)
    numbers = np.empty(WIDTH)
    n_full = n_dates - (WIDTH - 1) * m
    for i in range(begin, stop):
        if i >= n_full:
            fill_mask(i, n_dates, m, numbers)
            mask = load(numbers, 0)
        e = load(segments, i) - mu
        square = e * e
        inverse = mask / h
        factor = (square * inverse - mask) * inverse * 0.5
        row = place + i - begin
        store(scores, row, factor * by_mu + e * inverse)
        store(scores, row + ROWS, factor * by_omega)
        store(scores, row + 2 * ROWS, factor * by_alpha)
        store(scores, row + 3 * ROWS, factor * by_beta)
        by_mu = by_mu * beta - e * (2.0 * alpha)
        by_omega = by_omega * beta + 1.0
        by_alpha = by_alpha * beta + square
        by_beta = by_beta * beta + h
        h = h * beta + (square * alpha + omega)
    store(state, 0, h)
    store(state, 1, by_mu)
    store(state, 2, by_omega)
    store(state, 3, by_alpha)
    store(state, 4, by_beta)


@kernel(fast=True)
def _fill_correlation(  # noqa: PLR0915 - one recursion
    parameters, n_dates, x, y, targets, begin, stop, state, scores, place
):
    """Fill twice 16 rows of ``scores``, from ``place``, and move the state (72,) past them."""
    a = parameters[0]
    b = parameters[1]
    s11 = targets[0]
    s12 = targets[1]
    s22 = targets[2]
    rest = 1.0 - a - b
    m = x.shape[0] // WIDTH
    q11 = load(state, 0)
    q12 = load(state, 1)
    q22 = load(state, 2)
    a11 = load(state, 3)
    a12 = load(state, 4)
    a22 = load(state, 5)
    b11 = load(state, 6)
    b12 = load(state, 7)
    b22 = load(state, 8)
    mask = spread(1.0)
    numbers = np.empty(WIDTH)
    n_full = n_dates - (WIDTH - 1) * m
    for i in range(begin, stop):
        if i >= n_full:
            fill_mask(i, n_dates, m, numbers)
            mask = load(numbers, 0)
        u = load(x, i)
        v = load(y, i)
        uu = u * u
        uv = u * v
        vv = v * v
        pq = q11 * q22
        determinant = pq - q12 * q12
        w = 1.0 / (determinant * pq)
        one_over_pq = determinant * w
        d = pq * pq * w
        one_over_root = root(pq) * one_over_pq
        r = q12 * one_over_root
        quadratic = (uu - r * uv * 2.0 + vv) * d
        by_r = d * (r + uv - r * quadratic) * mask
        half = r * one_over_pq * 0.5
        row = place + i - begin
        by_q = a12 * one_over_root - half * (a11 * q22 + a22 * q11)
        store(scores, row, by_r * by_q)
        by_q = b12 * one_over_root - half * (b11 * q22 + b22 * q11)
        store(scores, row + ROWS, by_r * by_q)
        a11 = a11 * b + (uu - s11)
        a12 = a12 * b + (uv - s12)
        a22 = a22 * b + (vv - s22)
        b11 = b11 * b + (q11 - s11)
        b12 = b12 * b + (q12 - s12)
        b22 = b22 * b + (q22 - s22)
        q11 = q11 * b + (uu * a + rest * s11)
        q12 = q12 * b + (uv * a + rest * s12)
        q22 = q22 * b + (vv * a + rest * s22)
    store(state, 0, q11)
    store(state, 1, q12)
    store(state, 2, q22)
    store(state, 3, a11)
    store(state, 4, a12)
    store(state, 5, a22)
    store(state, 6, b11)
    store(state, 7, b12)
    store(state, 8, b22)
