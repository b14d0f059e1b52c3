"""Gaussian log-likelihood of a BEKK model and its gradient by the matrices of the recursion.

H_t = Omega + sum_m A_m' x_{m,t-1} x_{m,t-1}' A_m + G' H_{t-1} G is linear in vech(H): h_t = omega +
news + P h_{t-1} (Engle and Kroner 1995, eq. 2.1). A first pass keeps h_t and w_t = dl_t / dh_t; a
second one, backwards, sums what a change of h_t adds to the likelihood of all later dates, lambda_t
= w_t + P' lambda_{t+1}, so that the cost does not grow with the number of parameters. The gradients
are sums of lambda_t, of lambda_t x_{t-1} x_{t-1}' and of lambda_t h_{t-1}.

vech holds the lower triangle row by row. A derivative by an element off the diagonal is that by
both elements. The gradients by A and G are (n, n), that by Omega is vech.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel

LOG_2PI = np.log(2.0 * np.pi)


@kernel(fast=True)
def full_gradient(intercept, loadings, g, shocks, first, path, by_intercept, by_loadings, by_g):
    """Return the log-likelihood of all dates and fill its gradient.

    Parameters
    ----------
    intercept : array (r,)
        vech(Omega), r = n (n + 1) / 2.
    loadings : array (m, n, n)
    g : array (n, n)
    shocks : array (n_dates, m, n)
        The errors and, if m = 2, the news.
    first : array (r,)
        vech(H_1).
    path : array (n_dates, 2 r)
        Scratch space: h and w of each date.
    by_intercept, by_loadings, by_g : arrays like intercept, loadings and g
        Overwritten.

    Returns
    -------
    float
        -inf if a covariance is not positive definite; the gradient is then not filled.
    """
    n_dates, m, n = shocks.shape
    r = n * (n + 1) // 2
    transition = np.empty((r, r))
    fill_transition(g, transition)
    factor = np.empty((n, n))
    inverse = np.empty((n, n))
    v = np.empty(n)
    for i in range(r):
        path[0, i] = first[i]
    total = 0.0
    for t in range(n_dates):
        h = path[t, :r]
        density = slope_of_density(h, shocks[t, 0], factor, inverse, v, path[t, r:])
        if density == -np.inf:
            return -np.inf
        total += density
        if t + 1 < n_dates:
            following = path[t + 1]
            for i in range(r):
                change = intercept[i]
                for j in range(r):
                    change += transition[i, j] * h[j]
                following[i] = change
            for s in range(m):
                transform(loadings[s], shocks[t, s], v)
                place = 0
                for i in range(n):
                    for j in range(i + 1):
                        following[place] += v[i] * v[j]
                        place += 1
    _full_gradient_backwards(loadings, g, transition, shocks, path, by_intercept, by_loadings, by_g)
    return total


@kernel(fast=True)
def _full_gradient_backwards(
    loadings, g, transition, shocks, path, by_intercept, by_loadings, by_g
):
    """Fill the gradients from h and w of each date."""
    n_dates, m, n = shocks.shape
    r = by_intercept.shape[0]
    later = np.zeros(r)
    now = np.empty(r)
    by_transition = np.zeros((r, r))
    v = np.empty(n)
    by_v = np.empty(n)
    by_intercept[:] = 0.0
    by_loadings[:] = 0.0
    for t in range(n_dates - 1, 0, -1):
        for i in range(r):
            now[i] = path[t, r + i]
        for j in range(r):
            for i in range(r):
                now[i] += transition[j, i] * later[j]
        for i in range(r):
            later[i] = now[i]
            by_intercept[i] += now[i]
            for j in range(r):
                by_transition[i, j] += now[i] * path[t - 1, j]
        for s in range(m):
            transform(loadings[s], shocks[t - 1, s], v)
            product_slopes(now, v, by_v)
            for k in range(n):
                for i in range(n):
                    by_loadings[s, k, i] += shocks[t - 1, s, k] * by_v[i]
    chain_transition(g, by_transition, by_g)


@kernel(fast=True)
def diagonal_gradient(intercept, loadings, g, shocks, first, path, by_intercept, by_loadings, by_g):
    """Return what ``full_gradient`` does where A, B and G are diagonal.

    Each element of H has a recursion of its own; only diagonal elements of ``by_loadings`` and
    ``by_g`` are filled.
    """
    n_dates, m, n = shocks.shape
    r = n * (n + 1) // 2
    weights = np.empty((m + 1, r))
    fill_weights(loadings, g, weights)
    factor = np.empty((n, n))
    inverse = np.empty((n, n))
    v = np.empty(n)
    for i in range(r):
        path[0, i] = first[i]
    total = 0.0
    for t in range(n_dates):
        h = path[t, :r]
        density = slope_of_density(h, shocks[t, 0], factor, inverse, v, path[t, r:])
        if density == -np.inf:
            return -np.inf
        total += density
        if t + 1 < n_dates:
            for i in range(r):
                path[t + 1, i] = intercept[i] + weights[m, i] * h[i]
            for s in range(m):
                place = 0
                for i in range(n):
                    for j in range(i + 1):
                        news = shocks[t, s, i] * shocks[t, s, j]
                        path[t + 1, place] += weights[s, place] * news
                        place += 1
    _diagonal_gradient_backwards(
        loadings, g, weights, shocks, path, by_intercept, by_loadings, by_g
    )
    return total


@kernel(fast=True)
def _diagonal_gradient_backwards(
    loadings, g, weights, shocks, path, by_intercept, by_loadings, by_g
):
    """Fill the gradients from h and w of each date."""
    n_dates, m, n = shocks.shape
    r = by_intercept.shape[0]
    later = np.zeros(r)
    by_weights = np.zeros((m + 1, r))
    by_intercept[:] = 0.0
    for t in range(n_dates - 1, 0, -1):
        for i in range(r):
            later[i] = path[t, r + i] + weights[m, i] * later[i]
            by_intercept[i] += later[i]
            by_weights[m, i] += later[i] * path[t - 1, i]
        for s in range(m):
            place = 0
            for i in range(n):
                for j in range(i + 1):
                    news = shocks[t - 1, s, i] * shocks[t - 1, s, j]
                    by_weights[s, place] += later[place] * news
                    place += 1
    by_diagonal = np.empty(n)
    for s in range(m):
        product_slopes(by_weights[s], np.diag(loadings[s]), by_diagonal)
        _fill_diagonal(by_loadings[s], by_diagonal)
    product_slopes(by_weights[m], np.diag(g), by_diagonal)
    _fill_diagonal(by_g, by_diagonal)


@kernel(fast=True)
def slope_of_density(h, e, factor, inverse, u, slope):  # noqa: C901, PLR0912 - loops over elements
    """Return the normal log-density of e given vech(H) = h, and fill its slope by h.

    Returns -inf if H is not positive definite. ``factor`` is overwritten with the Cholesky factor
    of H, ``inverse`` with its inverse, both lower triangles with the inverse of the diagonal on the
    diagonal, ``u`` with H^-1 e.
    """
    n = e.shape[0]
    determinant = 1.0
    place = 0
    for i in range(n):
        for j in range(i + 1):
            total = h[place]
            place += 1
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            if j < i:
                factor[i, j] = total * factor[j, j]
            else:
                if not total > 0.0:
                    return -np.inf
                determinant *= total
                factor[i, i] = 1.0 / np.sqrt(total)
    quadratic = 0.0
    for i in range(n):
        u[i] = 0.0
    for i in range(n):
        whitened = 0.0
        for j in range(i):
            total = 0.0
            for k in range(j, i):
                total += factor[i, k] * inverse[k, j]
            inverse[i, j] = -total * factor[i, i]
        inverse[i, i] = factor[i, i]
        for j in range(i + 1):
            whitened += inverse[i, j] * e[j]
        quadratic += whitened * whitened
        for j in range(i + 1):
            u[j] += inverse[i, j] * whitened
    place = 0
    for i in range(n):
        for j in range(i + 1):
            total = u[i] * u[j]
            for k in range(i, n):
                total -= inverse[k, i] * inverse[k, j]
            slope[place] = 0.5 * total if i == j else total
            place += 1
    return -0.5 * (n * LOG_2PI + np.log(determinant) + quadratic)


@kernel(fast=True)
def fill_transition(w, transition):
    """Fill the matrix (r, r) that takes vech(X) to vech(W'XW)."""
    n = w.shape[0]
    effect = 0
    for i in range(n):
        for j in range(i + 1):
            cause = 0
            for a in range(n):
                for b in range(a):
                    transition[effect, cause] = w[a, i] * w[b, j] + w[b, i] * w[a, j]
                    cause += 1
                transition[effect, cause] = w[a, i] * w[a, j]
                cause += 1
            effect += 1


@kernel(fast=True)
def chain_transition(w, by_transition, by_w):
    """Fill the gradient by W from that by the elements of ``fill_transition``."""
    n = w.shape[0]
    by_w[:] = 0.0
    effect = 0
    for i in range(n):
        for j in range(i + 1):
            cause = 0
            for a in range(n):
                for b in range(a + 1):
                    slope = by_transition[effect, cause] * (0.5 if a == b else 1.0)
                    by_w[a, i] += slope * w[b, j]
                    by_w[b, j] += slope * w[a, i]
                    by_w[b, i] += slope * w[a, j]
                    by_w[a, j] += slope * w[b, i]
                    cause += 1
            effect += 1


@kernel(fast=True)
def fill_weights(loadings, g, weights):
    """Fill the weights (m + 1, r) of news and of h of diagonal matrices: w_i w_j."""
    m, n = loadings.shape[:2]
    place = 0
    for i in range(n):
        for j in range(i + 1):
            for s in range(m):
                weights[s, place] = loadings[s, i, i] * loadings[s, j, j]
            weights[m, place] = g[i, i] * g[j, j]
            place += 1


@kernel(fast=True)
def transform(w, x, v):
    """Fill v = W'x."""
    n = x.shape[0]
    for i in range(n):
        v[i] = 0.0
    for k in range(n):
        for i in range(n):
            v[i] += w[k, i] * x[k]


@kernel(fast=True)
def product_slopes(by_product, v, by_v):
    """Fill the gradient by v from that by vech(vv')."""
    n = v.shape[0]
    for i in range(n):
        by_v[i] = 0.0
    place = 0
    for i in range(n):
        for j in range(i + 1):
            by_v[i] += by_product[place] * v[j]
            by_v[j] += by_product[place] * v[i]
            place += 1


@kernel
def _fill_diagonal(matrix, diagonal):
    matrix[:] = 0.0
    for i in range(diagonal.shape[0]):
        matrix[i, i] = diagonal[i]
