"""Dynamic conditional correlation: Engle (2002), eq. 18-20 and the correlation part of the likelihood, eq. 26."""

from __future__ import annotations

import numpy as np
from numba import njit

from hedgeresearch._kernels.linear_algebra import cholesky_in_place, solve_cholesky


@njit(cache=True)
def dcc_correlation(a, b, residuals, target, first):
    """Correlations R_t of n + 1 dates and the last Q; R is Q scaled to a unit diagonal.

    Q_t = (1 - a - b) Qbar + a z_{t-1} z_{t-1}' + b Q_{t-1} from Q_1 = ``first``, Qbar = ``target``.
    """
    n_dates, n = residuals.shape
    correlation = np.empty((n_dates + 1, n, n))
    q = first.copy()
    for t in range(n_dates + 1):
        for i in range(n):
            for j in range(n):
                correlation[t, i, j] = q[i, j] / np.sqrt(q[i, i] * q[j, j])
            correlation[t, i, i] = 1.0
        if t < n_dates:
            for i in range(n):
                for j in range(n):
                    innovation = residuals[t, i] * residuals[t, j]
                    q[i, j] = (1.0 - a - b) * target[i, j] + a * innovation + b * q[i, j]
    return correlation, q


@njit(cache=True)
def _scale_to_correlation(q, dq, r, dr):
    """R = Q scaled to a unit diagonal, and dR = dQ / sqrt(q_ii q_jj) - R (dq_ii / q_ii + dq_jj / q_jj) / 2."""
    n = q.shape[0]
    for i in range(n):
        for j in range(n):
            scale = np.sqrt(q[i, i] * q[j, j])
            r[i, j] = q[i, j] / scale
            for p in range(2):
                dr[p, i, j] = dq[p, i, j] / scale - 0.5 * r[i, j] * (dq[p, i, i] / q[i, i] + dq[p, j, j] / q[j, j])


@njit(cache=True)
def _advance(a, b, z, target, q, dq):
    """Carry Q and its derivatives with respect to (a, b) over one date, in place."""
    n = z.shape[0]
    for i in range(n):
        for j in range(n):
            innovation = z[i] * z[j]
            dq[0, i, j] = innovation - target[i, j] + b * dq[0, i, j]
            dq[1, i, j] = q[i, j] - target[i, j] + b * dq[1, i, j]
            q[i, j] = (1.0 - a - b) * target[i, j] + a * innovation + b * q[i, j]


@njit(cache=True)
def dcc_scores(a, b, residuals, target, first, first_derivative):
    """Correlation log-likelihood of each date and its derivatives with respect to (a, b).

    l_t = -(log |R_t| + z' R_t^-1 z - z' z) / 2 and dl_t = -(tr(R^-1 dR) - u' dR u) / 2 with u = R_t^-1 z.
    ``first`` is Q_1 and ``first_derivative`` (2, n, n) its derivatives. A correlation that is not positive definite
    gives -inf.
    """
    n_dates, n = residuals.shape
    log_likelihood = np.empty(n_dates)
    scores = np.zeros((n_dates, 2))
    q, dq = first.copy(), first_derivative.copy()
    r, dr, inverse, u = np.empty((n, n)), np.empty((2, n, n)), np.empty((n, n)), np.empty(n)
    for t in range(n_dates):
        z = residuals[t]
        _scale_to_correlation(q, dq, r, dr)
        if not cholesky_in_place(r) > 0.0:
            log_likelihood[t] = -np.inf
            return log_likelihood, scores
        inverse[:, :] = np.eye(n)
        for i in range(n):
            solve_cholesky(r, inverse[i])
        log_determinant, quadratic = 0.0, 0.0
        for i in range(n):
            log_determinant += 2.0 * np.log(r[i, i])
            u[i] = np.dot(inverse[i], z)
            quadratic += z[i] * u[i] - z[i] * z[i]
        log_likelihood[t] = -0.5 * (log_determinant + quadratic)
        for p in range(2):
            for i in range(n):
                for j in range(n):
                    scores[t, p] -= 0.5 * (inverse[i, j] - u[i] * u[j]) * dr[p, i, j]
        _advance(a, b, z, target, q, dq)
    return log_likelihood, scores
