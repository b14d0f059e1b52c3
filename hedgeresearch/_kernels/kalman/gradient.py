"""Likelihood of time-varying coefficients with its gradient.

The gradient costs one pass back over the dates, whatever the number of parameters: with the filter
of ``kalman``, innovations w_t, and G = a a' + C (a gives standardized residuals from innovations, C
is the derivative of log|S| with respect to their moments), the objective -1/2 sum (log F_t + w_t' G
w_t / F_t) has the derivative 1/2 (r_t G r_t' - N_t) with respect to P_{t+1} and r_t G with respect
to the state, where r and N are those of the disturbance smoother (Koopman and Shephard 1992,
Biometrika 79, eq. 2.4; Durbin and Koopman 2012, section 7.3.3).
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place
from hedgeresearch._kernels.compilation.kernels import kernel

KalmanStore = namedtuple("KalmanStore", "w g f states spreads r u")
KalmanStore.__doc__ = """What a pass leaves for the next.

Attributes
----------
w : array (n_dates, n + 2), innovations of all columns
g : array (n_dates, n), P_t x_t
f : array (n_dates,), F_t
states : array (n_dates, n, n + 2), filtered states, without rows for random walks
spreads : array (n_dates, n, n), filtered P_t, without rows for random walks
r : array (n_dates + 1, n), of the disturbance smoother of the standardized residuals; row t
    precedes date t
u : array (n_dates,), smoothed standardized errors
"""


@kernel
def kalman_store(n_dates, n, mean_reverting):
    """Return arrays for the passes over a sample."""
    kept = n_dates if mean_reverting else 0
    return KalmanStore(
        np.empty((n_dates, n + 2)),
        np.empty((n_dates, n)),
        np.empty(n_dates),
        np.empty((kept, n, n + 2)),
        np.empty((kept, n, n)),
        np.zeros((n_dates + 1, n)),
        np.empty(n_dates),
    )


@kernel(fast=True)
def pass_forward(  # noqa: C901, PLR0912 - one recursion
    z, phi, q, first, store, moments
):
    """Fill the store and the moments of the innovations; return the sum of log F_t."""
    n_dates, m = z.shape
    n = m - 2
    keep = store.states.shape[0] > 0
    state = np.zeros((n, m))
    p = np.zeros((n, n))
    for i in range(n):
        p[i, i] = first[i]
    for c in range(m):
        for k in range(m):
            moments[c, k] = 0.0
    log_f = 0.0
    product = 1.0
    for t in range(n_dates):
        w = store.w[t]
        g = store.g[t]
        f = 1.0
        for c in range(m):
            w[c] = z[t, c]
        for i in range(n):
            x = z[t, 2 + i]
            total = 0.0
            for j in range(n):
                total += p[i, j] * z[t, 2 + j]
            g[i] = total
            f += x * total
            for c in range(m):
                w[c] -= x * state[i, c]
        store.f[t] = f
        product *= f
        if product > 1e150 or t & 15 == 15:
            log_f += np.log(product)
            product = 1.0
        inverse = 1.0 / f
        for c in range(m):
            along = w[c] * inverse
            for k in range(c + 1):
                moments[c, k] += along * w[k]
        for i in range(n):
            gain = g[i] * inverse
            for c in range(m):
                state[i, c] += gain * w[c]
            for j in range(i + 1):
                p[i, j] -= gain * g[j]
        if keep:
            for i in range(n):
                for c in range(m):
                    store.states[t, i, c] = state[i, c]
                for j in range(i + 1):
                    store.spreads[t, i, j] = p[i, j]
                    store.spreads[t, j, i] = p[i, j]
        for i in range(n):
            for c in range(m):
                state[i, c] *= phi[i]
            for j in range(i + 1):
                p[i, j] *= phi[i] * phi[j]
                p[j, i] = p[i, j]
            p[i, i] += q[i]
    for c in range(m):
        for k in range(c):
            moments[k, c] = moments[c, k]
    return log_f + np.log(product)


@kernel
def profile_of(  # noqa: C901, PLR0912 - loops over elements
    moments, log_f, log_gram, n_dates, weights
):
    """Return the log-likelihood of all dates at the best coefficients and residual variance.

    ``weights`` (n + 2, n + 2) is filled with a in its first column and, in the others, a matrix K
    with K K' = C.
    """
    m = moments.shape[0]
    scale = np.ones(m)
    factor = np.empty((m - 1, m - 1))
    for i in range(1, m):
        scale[i] = 1.0 / np.sqrt(moments[i, i])
        for j in range(1, i + 1):
            factor[i - 1, j - 1] = moments[i, j] * scale[i] * scale[j]
    if not cholesky_in_place(factor) > 0.0:
        return -np.inf
    log_determinant = 0.0
    for c in range(m):
        for j in range(m):
            weights[c, j] = 0.0
    # K is the transpose of the inverse factor, row by row
    for j in range(1, m):
        weights[j, j] = 1.0 / factor[j - 1, j - 1]
        for i in range(j + 1, m):
            total = 0.0
            for c in range(j, i):
                total -= factor[i - 1, c - 1] * weights[j, c]
            weights[j, i] = total / factor[i - 1, i - 1]
        log_determinant -= 2.0 * np.log(weights[j, j] * scale[j])
        for i in range(j, m):
            weights[j, i] *= scale[j]
    variance = moments[0, 0]
    for i in range(1, m):
        along = 0.0
        for j in range(1, i + 1):
            along += weights[j, i] * moments[j, 0]
        variance -= along * along
        for j in range(1, i + 1):
            weights[j, 0] -= weights[j, i] * along
    n_contrasts = n_dates - (m - 1)
    variance /= n_contrasts
    weights[0, 0] = 1.0
    for c in range(m):
        weights[c, 0] /= np.sqrt(variance)
    likelihood = n_contrasts * (np.log(2.0 * np.pi * variance) + 1.0)
    return -0.5 * (likelihood + log_f + log_determinant - log_gram)


@kernel(fast=True)
def pass_backward(  # noqa: C901, PLR0912 - one recursion
    z, phi, weights, store, by_step, by_persistence, by_first
):
    """Fill the derivatives by q, phi and first (n,) each, and r and u of the store."""
    n_dates, m = z.shape
    n = m - 2
    r = np.zeros((n, m))
    spread = np.zeros((n, n))
    w = np.empty(m)
    h = np.empty(n)
    for i in range(n):
        by_step[i] = 0.0
        by_persistence[i] = 0.0
        store.r[n_dates, i] = 0.0
    for t in range(n_dates - 1, -1, -1):
        g = store.g[t]
        inverse = 1.0 / store.f[t]
        for i in range(n):
            diagonal = -spread[i, i]
            for c in range(m):
                diagonal += r[i, c] * r[i, c]
            by_step[i] += 0.5 * diagonal
        if store.states.shape[0] > 0:
            for i in range(n):
                total = 0.0
                for c in range(m):
                    filtered = 0.0
                    for k in range(c + 1 if c > 0 else m):
                        filtered += store.states[t, i, k] * weights[k, c]
                    total += r[i, c] * filtered
                for j in range(n):
                    product = -spread[i, j]
                    for c in range(m):
                        product += r[i, c] * r[j, c]
                    total += product * phi[j] * store.spreads[t, i, j]
                by_persistence[i] += total
        for c in range(m):
            w[c] = 0.0
        for k in range(m):
            w[0] += store.w[t, k] * weights[k, 0]
            for c in range(max(k, 1), m):
                w[c] += store.w[t, k] * weights[k, c]
        for i in range(n):
            for c in range(m):
                r[i, c] *= phi[i]
                w[c] -= g[i] * r[i, c]
        store.u[t] = w[0] * inverse
        for i in range(n):
            x = z[t, 2 + i] * inverse
            for c in range(m):
                r[i, c] += x * w[c]
            store.r[t, i] = r[i, 0]
        along = inverse
        for i in range(n):
            total = 0.0
            for j in range(n):
                spread[i, j] *= phi[i] * phi[j]
                total += spread[i, j] * g[j]
            h[i] = total * inverse
        for i in range(n):
            along += h[i] * g[i] * inverse
        for i in range(n):
            x = z[t, 2 + i]
            for j in range(n):
                spread[i, j] += along * x * z[t, 2 + j] - x * h[j] - h[i] * z[t, 2 + j]
    for i in range(n):
        diagonal = -spread[i, i]
        for c in range(m):
            diagonal += r[i, c] * r[i, c]
        by_first[i] = 0.5 * diagonal


@kernel
def fill_dynamics(point, n_dates, dynamics, d_first, slope):
    """Fill phi, q and first, the rows of ``dynamics`` (3, n), at a point of the box.

    Coordinates are those of ``hedges.kalman.likelihood``: log(1 + n_dates^2 q) and, if ratios
    revert to a mean, -log(1 - phi). ``d_first`` (n_parameters,) are the derivatives of first by q
    and phi, and ``slope`` those of q and phi by the coordinates.
    """
    n = dynamics.shape[1]
    for i in range(n):
        q = np.expm1(point[i]) / n_dates**2
        slope[i] = np.exp(point[i]) / n_dates**2
        d_first[i] = 0.0
        dynamics[0, i] = 1.0
        dynamics[1, i] = q
        dynamics[2, i] = 0.0
        if point.shape[0] > n:
            phi = -np.expm1(-point[n + i])
            slope[n + i] = np.exp(-point[n + i])
            distance = 1.0 - phi**2
            dynamics[0, i] = phi
            dynamics[2, i] = q / distance
            d_first[i] = 1.0 / distance
            d_first[n + i] = 2.0 * phi * q / distance**2


@kernel
def kalman_gradient(z, log_gram, point, variance, store, weights, gradient):
    """Return the mean log-likelihood at a point of the box, and the best residual variance.

    The gradient, which is filled like the weights, is that for a known residual variance, or for
    the best if ``variance`` is zero.
    """
    n_dates, m = z.shape
    n = m - 2
    n_parameters = point.shape[0]
    dynamics = np.empty((3, n))
    d_first = np.empty(n_parameters)
    slope = np.empty(n_parameters)
    moments = np.empty((m, m))
    slopes = np.empty((3, n))
    fill_dynamics(point, n_dates, dynamics, d_first, slope)
    log_f = pass_forward(z, dynamics[0], dynamics[1], dynamics[2], store, moments)
    value = profile_of(moments, log_f, log_gram, n_dates, weights)
    best = 1.0 / weights[0, 0] ** 2
    if variance > 0.0:
        scale = np.sqrt(best / variance)
        for c in range(m):
            weights[c, 0] *= scale
    pass_backward(z, dynamics[0], weights, store, slopes[0], slopes[1], slopes[2])
    for a in range(n_parameters):
        own = slopes[0, a] if a < n else slopes[1, a - n]
        gradient[a] = (own + d_first[a] * slopes[2, a % n]) * slope[a] / n_dates
    return value / n_dates, best
