"""BEKK recursion and Gaussian likelihood: Engle and Kroner (1995), eq. 2.1-2.3 and section 4.

H_t = Omega + sum_m A_m' x_{m,t-1} x_{m,t-1}' A_m + G' H_{t-1} G. The shocks x_1 are the errors that
enter the likelihood; x_2, if present, is the bad news of the asymmetric model of Kroner and Ng
(1998), eq. 13.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel

LOG_2PI = np.log(2.0 * np.pi)


@kernel
def _advance(intercept, loadings, g, shocks, h, product, v):  # noqa: C901 - loops over elements
    """Overwrite h with the covariance of the next date.

    ``product`` (N, N) and ``v`` (N,) are scratch space.
    """
    n = h.shape[0]
    for i in range(n):
        for j in range(n):
            product[i, j] = 0.0
            for k in range(n):
                product[i, j] += h[i, k] * g[k, j]
    for i in range(n):
        for j in range(i + 1):
            h[i, j] = intercept[i, j]
            for k in range(n):
                h[i, j] += g[k, i] * product[k, j]
    for m in range(loadings.shape[0]):
        for i in range(n):
            v[i] = 0.0
            for k in range(n):
                v[i] += loadings[m, k, i] * shocks[m, k]
            for j in range(i + 1):
                h[i, j] += v[i] * v[j]
    for i in range(n):
        for j in range(i):
            h[j, i] = h[i, j]


@kernel
def bekk_covariance(intercept, loadings, g, shocks, first):
    """Return H_t of n + 1 dates from H_1 = ``first``, (n + 1, N, N).

    ``loadings`` are (m, N, N), ``shocks`` (n, m, N).
    """
    n_dates, _, n = shocks.shape
    path = np.empty((n_dates + 1, n, n))
    path[0] = first
    product = np.empty((n, n))
    v = np.empty(n)
    for t in range(n_dates):
        path[t + 1] = path[t]
        _advance(intercept, loadings, g, shocks[t], path[t + 1], product, v)
    return path


@kernel
def bekk_last(intercept, loadings, g, shocks, first):
    """Return the last covariance of ``bekk_covariance``, (N, N)."""
    h = first.copy()
    product = np.empty_like(first)
    v = np.empty(first.shape[0])
    for t in range(shocks.shape[0]):
        _advance(intercept, loadings, g, shocks[t], h, product, v)
    return h


@kernel
def _density(h, e, inverse, u):  # noqa: C901 - loops over elements
    """Return the normal log-density of e; -inf if H is not positive definite.

    ``h`` holds the lower triangle row by row. ``inverse`` is overwritten with H^-1 and ``u`` with
    H^-1 e, by Gauss-Jordan elimination, whose pivots multiply to the determinant.
    """
    n = e.shape[0]
    log_determinant = 0.0
    quadratic = 0.0
    place = 0
    for i in range(n):
        for j in range(i + 1):
            inverse[i, j] = inverse[j, i] = h[place]
            place += 1
    for k in range(n):
        pivot = inverse[k, k]
        if not pivot > 0.0:
            return -np.inf
        log_determinant += np.log(pivot)
        inverse[k, k] = 1.0
        for j in range(n):
            inverse[k, j] /= pivot
        for i in range(n):
            if i != k:
                multiple = inverse[i, k]
                inverse[i, k] = 0.0
                for j in range(n):
                    inverse[i, j] -= multiple * inverse[k, j]
    for i in range(n):
        u[i] = 0.0
        for k in range(n):
            u[i] += inverse[i, k] * e[k]
        quadratic += u[i] * e[i]
    return -0.5 * (n * LOG_2PI + log_determinant + quadratic)


@kernel
def _quadratic_map(w, d_w, by_cause):
    """Fill vech(W'XW) for each element of vech X, and its derivatives, (r, r, 1 + k).

    Row (a, b) gives element (i, j) of the first column, w_ai w_bj + w_bi w_aj, or half of it if a =
    b; r = N (N + 1) / 2.
    """
    n = w.shape[0]
    k = d_w.shape[2]
    cause = 0
    for a in range(n):
        for b in range(a + 1):
            share = 0.5 if a == b else 1.0
            effect = 0
            for i in range(n):
                for j in range(i + 1):
                    by_cause[cause, effect, 0] = share * (w[a, i] * w[b, j] + w[b, i] * w[a, j])
                    for p in range(k):
                        first = d_w[a, i, p] * w[b, j] + w[a, i] * d_w[b, j, p]
                        second = d_w[b, i, p] * w[a, j] + w[b, i] * d_w[a, j, p]
                        by_cause[cause, effect, 1 + p] = share * (first + second)
                    effect += 1
            cause += 1


@kernel
def _forcing(intercept, loadings, g, d_intercept, d_loadings, d_g):
    """Return the contributions to (H, dH) of the next date, and the transition of (H, dH).

    Contributions (1 + (m + 1) r, r, 1 + k) are those of a constant one, of each element of x x',
    and of each element of H. The last do not contribute to the column of H itself, which the
    transition G' (H, dH) G, (r, r), contains.
    """
    m, n = loadings.shape[:2]
    r = n * (n + 1) // 2
    k = d_g.shape[2]
    forcing = np.zeros((1 + (m + 1) * r, r, 1 + k))
    place = 0
    for i in range(n):
        for j in range(i + 1):
            forcing[0, place, 0] = intercept[i, j]
            forcing[0, place, 1:] = d_intercept[i, j]
            place += 1
    for s in range(m):
        _quadratic_map(loadings[s], d_loadings[s], forcing[1 + s * r : 1 + (s + 1) * r])
    last = forcing[1 + m * r :]
    _quadratic_map(g, d_g, last)
    transition = last[:, :, 0].T.copy()
    last[:, :, 0] = 0.0
    return forcing, transition


@kernel
def _nonzero_span(values):
    """Return the first nonzero place of each row and the one after the last.

    Rows of diagonal models are short.
    """
    rows, width = values.shape
    begin = np.zeros(rows, dtype=np.int64)
    end = np.zeros(rows, dtype=np.int64)
    for c in range(rows):
        for q in range(width):
            if values[c, q] != 0.0:
                if end[c] == 0:
                    begin[c] = q
                end[c] = q + 1
    return begin, end


@kernel
def _advance_state(forcing, begin, end, transition, causes, state, following):
    """Fill ``following`` = transition (H, dH) + causes @ forcing.

    Only the nonzero span of each row of ``forcing`` is visited.
    """
    r, width = state.shape
    following[:] = forcing[0]
    for c in range(1, causes.shape[0]):
        cause = causes[c]
        for q in range(begin[c], end[c]):
            following[q] += cause * forcing[c, q]
    for i in range(r):
        for j in range(r):
            weight = transition[i, j]
            if weight != 0.0:
                for p in range(width):
                    following[i * width + p] += weight * state[j, p]


@kernel
def bekk_scores(intercept, loadings, g, d_intercept, d_loadings, d_g, shocks, first):
    """Return the Gaussian log-likelihood of each date and its derivatives w.r.t. k parameters.

    dl_t = sum_ij (u_i u_j - (H^-1)_ij) dH_ij / 2 with u = H^-1 e. ``d_intercept`` and ``d_g`` (N,
    N, k) and ``d_loadings`` (m, N, N, k) are the derivatives of the matrices; H_1 = ``first``
    depends on no parameter. H and its derivatives advance together in the linear recursion of
    vech(H), eq. 2.1. A covariance that is not positive definite gives -inf.
    """
    n_dates, m, n = shocks.shape
    r = n * (n + 1) // 2
    k = d_g.shape[2]
    forcing, transition = _forcing(intercept, loadings, g, d_intercept, d_loadings, d_g)
    forcing = forcing.reshape(1 + (m + 1) * r, r * (1 + k))
    begin, end = _nonzero_span(forcing)
    state = np.zeros((r, 1 + k))
    following = np.empty(r * (1 + k))
    causes = np.ones(1 + (m + 1) * r)
    inverse = np.empty((n, n))
    u = np.empty(n)
    place = 0
    for i in range(n):
        for j in range(i + 1):
            state[place, 0] = first[i, j]
            place += 1
    log_likelihood = np.empty(n_dates)
    scores = np.zeros((n_dates, k))
    for t in range(n_dates):
        log_likelihood[t] = _density(state[:, 0], shocks[t, 0], inverse, u)
        if log_likelihood[t] == -np.inf:
            return log_likelihood, scores
        place = 0
        for i in range(n):
            for j in range(i + 1):
                weight = (u[i] * u[j] - inverse[i, j]) * (0.5 if i == j else 1.0)
                for p in range(k):
                    scores[t, p] += weight * state[place, 1 + p]
                for s in range(m):
                    causes[1 + s * r + place] = shocks[t, s, i] * shocks[t, s, j]
                causes[1 + m * r + place] = state[place, 0]
                place += 1
        _advance_state(forcing, begin, end, transition, causes, state, following)
        state.reshape(r * (1 + k))[:] = following
    return log_likelihood, scores
