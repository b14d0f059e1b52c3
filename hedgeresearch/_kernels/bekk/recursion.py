"""BEKK recursion: Engle and Kroner (1995), eq. 2.1-2.3.

H_t = Omega + sum_m A_m' x_{m,t-1} x_{m,t-1}' A_m + G' H_{t-1} G. The shocks x_1 are the errors that
enter the likelihood; x_2, if present, is the bad news of the asymmetric model of Kroner and Ng
(1998), eq. 13.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


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
