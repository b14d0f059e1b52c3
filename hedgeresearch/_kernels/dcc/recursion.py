"""Dynamic conditional correlation: the recursion of Q.

Q_{t+1} = C + a x_t x_t' + b Q_t + g n_t n_t', n = min(x, 0): Engle (2002), eq. 18, with g the
asymmetric term of Cappiello, Engle and Sheppard (2006), eq. 3. The intercept C is an argument, with
its derivatives. x is z, or z_i sqrt(q_ii) if ``corrected``: Aielli (2013), eq. 2.4. Parameters are
always (a, b, g); g = 0 without asymmetry. z comes from the univariate models of the first step.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def _innovate(corrected, z, q, x):
    """Overwrite x with z, or with z_i sqrt(q_ii)."""
    for i in range(z.shape[0]):
        x[i] = z[i] * np.sqrt(q[i, i]) if corrected else z[i]


@kernel
def _step(parameters, x, intercept, q):
    """Overwrite Q with that of the next date, given the innovations x."""
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    n = x.shape[0]
    for i in range(n):
        for j in range(n):
            weight = a
            if g != 0.0 and x[i] < 0.0 and x[j] < 0.0:  # without g signs cost nothing
                weight += g
            q[i, j] = intercept[i, j] + weight * (x[i] * x[j]) + b * q[i, j]


@kernel
def dcc_correlation(parameters, corrected, residuals, intercept, first):
    """Return correlations R_t of n + 1 dates, Q scaled to a unit diagonal, from Q_1 = ``first``."""
    n_dates, n = residuals.shape
    correlation = np.empty((n_dates + 1, n, n))
    q = first.copy()
    x = np.empty(n)
    for t in range(n_dates + 1):
        for i in range(n):
            for j in range(n):
                correlation[t, i, j] = q[i, j] / np.sqrt(q[i, i] * q[j, j])
            correlation[t, i, i] = 1.0
        if t < n_dates:
            _innovate(corrected, residuals[t], q, x)
            _step(parameters, x, intercept, q)
    return correlation


@kernel
def dcc_last(parameters, corrected, residuals, intercept, first):
    """Return Q of the date after the last."""
    q = first.copy()
    x = np.empty(residuals.shape[1])
    for t in range(residuals.shape[0]):
        _innovate(corrected, residuals[t], q, x)
        _step(parameters, x, intercept, q)
    return q


@kernel
def corrected_residuals(a, b, residuals, moving):
    """Return x_it = z_it sqrt(q_iit), its derivatives w.r.t. (a, b) and first-step parameters.

    q_{t+1} = 1 - a - b + (a z_t^2 + b) q_t from q_1 = 1, the diagonal of Q, which needs no target:
    Aielli (2013), section 3.2. ``moving`` (k, n_dates, n_series) are the derivatives of z w.r.t.
    the univariate parameters.
    """
    n_dates, n = residuals.shape
    k = moving.shape[0]
    x = np.empty((n_dates, n))
    by_correlation = np.empty((2, n_dates, n))
    by_univariate = np.empty((k, n_dates, n))
    dq = np.empty(2 + k)
    for i in range(n):
        q = 1.0
        dq[:] = 0.0
        for t in range(n_dates):
            z = residuals[t, i]
            root = np.sqrt(q)
            factor = a * z * z + b
            x[t, i] = z * root
            by_correlation[0, t, i] = 0.5 * z * dq[0] / root
            by_correlation[1, t, i] = 0.5 * z * dq[1] / root
            dq[0] = z * z * q - 1.0 + factor * dq[0]
            dq[1] = q - 1.0 + factor * dq[1]
            for p in range(k):
                dz = moving[p, t, i]
                by_univariate[p, t, i] = dz * root + 0.5 * z * dq[2 + p] / root
                dq[2 + p] = 2.0 * a * z * dz * q + factor * dq[2 + p]
            q = 1.0 - a - b + factor * q
    return x, by_correlation, by_univariate


@kernel(fast=True)
def pull_back_correction(a, b, residuals, by_innovations):
    """Return derivatives in z for given derivatives in x = z sqrt(q), (n_dates, n_series).

    q follows z as in ``corrected_residuals``; its derivatives are carried back over the dates.
    """
    n_dates, n = residuals.shape
    by_residuals = np.empty((n_dates, n))
    q = np.empty(n_dates)
    for i in range(n):
        now = 1.0
        for t in range(n_dates):
            q[t] = now
            now = 1.0 - a - b + (a * residuals[t, i] ** 2 + b) * now
        later = 0.0
        for t in range(n_dates - 1, -1, -1):
            z = residuals[t, i]
            root = np.sqrt(q[t])
            by_x = by_innovations[t, i]
            by_residuals[t, i] = by_x * root + later * 2.0 * a * z * q[t]
            later = 0.5 * by_x * z / root + later * (a * z * z + b)
    return by_residuals


@kernel
def dcc_equicorrelation(parameters, corrected, residuals, intercept, first):
    """Return the mean off-diagonal correlation of n + 1 dates: Engle and Kelly (2012), eq. 6."""
    n_dates, n = residuals.shape
    rho = np.zeros(n_dates + 1)
    q = first.copy()
    x = np.empty(n)
    for t in range(n_dates + 1):
        for i in range(n):
            for j in range(i):
                rho[t] += 2.0 * q[i, j] / np.sqrt(q[i, i] * q[j, j]) / (n * (n - 1.0))
        if t < n_dates:
            _innovate(corrected, residuals[t], q, x)
            _step(parameters, x, intercept, q)
    return rho
