"""Scores of a BEKK model, date by date, by the matrices of the recursion.

The derivatives of vech(H) advance with it: dh_t = P dh_{t-1} + what the elements of A, B and G add
(Engle and Kroner 1995, section 4). In diagonal models each element of H depends on its own weights
only, w_i w_j of news and of h, so that it has m + 2 derivatives, whatever the number of series.

The order of the derivatives is vech(Omega), then A, B if there are news, and G: their elements row
by row, or their diagonals.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.bekk.gradient import (
    fill_transition,
    fill_weights,
    slope_of_density,
    transform,
)
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(fast=True)
def full_scores(intercept, loadings, g, shocks, first, log_likelihood, scores, information):  # noqa: C901 - loops over elements
    """Fill the log-likelihood of each date, its scores, and the sum of their outer products.

    Parameters
    ----------
    intercept, loadings, g, shocks, first : arrays
        See ``full_gradient``.
    log_likelihood : array (n_dates,)
        -inf at a date whose covariance is not positive definite, at which the sums end.
    scores : array (n_dates, k), or (1, k) to keep those of the last date only
    information : array (k, k)
    """
    n_dates, m, n = shocks.shape
    r = n * (n + 1) // 2
    k = information.shape[0]
    transition = np.empty((r, r))
    fill_transition(g, transition)
    derivatives = np.zeros((r, k))
    moved = np.empty((r, k))
    h = first.copy()
    following = np.empty(r)
    slope = np.empty(r)
    factor = np.empty((n, n))
    product = np.empty((n, n))
    v = np.empty(n)
    information[:] = 0.0
    for t in range(n_dates):
        x = shocks[t]
        log_likelihood[t] = slope_of_density(h, x[0], factor, product, v, slope)
        if log_likelihood[t] == -np.inf:
            return
        score = scores[min(t, scores.shape[0] - 1)]
        for q in range(k):
            score[q] = 0.0
        for i in range(r):
            for q in range(k):
                score[q] += slope[i] * derivatives[i, q]
        add_outer_product(score, information)
        _advance_derivatives(transition, derivatives, moved)
        _fill_product(h, g, product)
        for i in range(r):
            following[i] = intercept[i]
            for j in range(r):
                following[i] += transition[i, j] * h[j]
        for s in range(m):
            transform(loadings[s], x[s], v)
            place = 0
            for i in range(n):
                for j in range(i + 1):
                    following[place] += v[i] * v[j]
                    place += 1
            # d (vv') / d A_cl = x_c (e_l v' + v e_l')
            for c in range(n):
                _add_effects(r + (s * n + c) * n, x[s, c], v, moved)
        # d (G'HG) / d G_cl = e_l (HG)_c + (HG)_c' e_l'
        for c in range(n):
            _add_effects(r + (m * n + c) * n, 1.0, product[c], moved)
        h, following = following, h
        derivatives, moved = moved, derivatives


@kernel(fast=True)
def _advance_derivatives(transition, derivatives, moved):
    """Fill I + transition @ derivatives, with I for the derivatives by Omega."""
    r, k = derivatives.shape
    for i in range(r):
        for q in range(k):
            moved[i, q] = 0.0
        for j in range(r):
            weight = transition[i, j]
            for q in range(k):
                moved[i, q] += weight * derivatives[j, q]
        moved[i, i] += 1.0


@kernel
def _add_effects(begin, size, v, derivatives):
    """Add the effects of a row of A, whose elements begin at a column, on vech(H)."""
    place = 0
    for i in range(v.shape[0]):
        for j in range(i + 1):
            derivatives[place, begin + i] += size * v[j]
            derivatives[place, begin + j] += size * v[i]
            place += 1


@kernel(fast=True)
def diagonal_scores(intercept, loadings, g, shocks, first, log_likelihood, scores, information):
    """Fill what ``full_scores`` fills where A, B and G are diagonal, by their diagonals."""
    n_dates, m, n = shocks.shape
    r = n * (n + 1) // 2
    k = information.shape[0]
    weights = np.empty((m + 1, r))
    fill_weights(loadings, g, weights)
    diagonals = np.empty((m + 1, n))
    for i in range(n):
        for s in range(m):
            diagonals[s, i] = loadings[s, i, i]
        diagonals[m, i] = g[i, i]
    derivatives = np.zeros((r, m + 2))
    h = first.copy()
    slope = np.empty(r)
    factor = np.empty((n, n))
    inverse = np.empty((n, n))
    u = np.empty(n)
    information[:] = 0.0
    for t in range(n_dates):
        x = shocks[t]
        log_likelihood[t] = slope_of_density(h, x[0], factor, inverse, u, slope)
        if log_likelihood[t] == -np.inf:
            return
        score = scores[min(t, scores.shape[0] - 1)]
        for q in range(r, k):
            score[q] = 0.0
        place = 0
        for i in range(n):
            for j in range(i + 1):
                weight = weights[m, place]
                score[place] = slope[place] * derivatives[place, 0]
                derivatives[place, 0] = 1.0 + weight * derivatives[place, 0]
                following = intercept[place] + weight * h[place]
                for s in range(m + 1):
                    by_weight = slope[place] * derivatives[place, 1 + s]
                    score[r + s * n + i] += by_weight * diagonals[s, j]
                    score[r + s * n + j] += by_weight * diagonals[s, i]
                    cause = x[s, i] * x[s, j] if s < m else h[place]
                    derivatives[place, 1 + s] = cause + weight * derivatives[place, 1 + s]
                    if s < m:
                        following += weights[s, place] * cause
                h[place] = following
                place += 1
        add_outer_product(score, information)


@kernel(fast=True)
def add_outer_product(score, information):
    """Add the outer product of a score (k,), of full symmetry."""
    k = score.shape[0]
    for i in range(k):
        for j in range(k):
            information[i, j] += score[i] * score[j]


@kernel(fast=True)
def _fill_product(h, g, product):
    """Fill H G given vech(H) = h."""
    n = g.shape[0]
    product[:] = 0.0
    place = 0
    for i in range(n):
        for j in range(i + 1):
            for k in range(n):
                product[i, k] += h[place] * g[j, k]
                if j < i:
                    product[j, k] += h[place] * g[i, k]
            place += 1
