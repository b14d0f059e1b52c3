"""Dynamic conditional correlation: the recursion of Q, the likelihood and its derivatives.

Q_{t+1} = C + a x_t x_t' + b Q_t + g n_t n_t', n = min(x, 0): Engle (2002), eq. 18, with g the
asymmetric term of Cappiello, Engle and Sheppard (2006), eq. 3. The intercept C is an argument, with
its derivatives. x is z, or z_i sqrt(q_ii) if ``corrected``: Aielli (2013), eq. 2.4. Parameters are
always (a, b, g); g = 0 without asymmetry. z comes from the univariate models of the first step.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.correlated_density import (
    correlated_log_density,
    equicorrelated_log_density,
)


@kernel
def _innovate(corrected, z, q, x):
    """Overwrite x with z, or with z_i sqrt(q_ii)."""
    for i in range(z.shape[0]):
        x[i] = z[i] * np.sqrt(q[i, i]) if corrected else z[i]


@kernel
def _step(parameters, x, intercept, q):
    """Overwrite Q with that of the next date, given the innovations x."""
    a, b, g = parameters
    n = x.shape[0]
    for i in range(n):
        for j in range(n):
            weight = a + g if x[i] < 0.0 and x[j] < 0.0 else a
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
def _step_derivatives(parameters, x, intercept_derivative, q, dq):
    """Overwrite the derivatives of Q w.r.t. (a, b, g) with those of the next date.

    Q itself is still that of the present date.
    """
    b = parameters[1]
    n = x.shape[0]
    for i in range(n):
        for j in range(n):
            news = x[i] * x[j]
            fallen = news if x[i] < 0.0 and x[j] < 0.0 else 0.0
            dq[0, i, j] = intercept_derivative[0, i, j] + news + b * dq[0, i, j]
            dq[1, i, j] = intercept_derivative[1, i, j] + q[i, j] + b * dq[1, i, j]
            dq[2, i, j] = intercept_derivative[2, i, j] + fallen + b * dq[2, i, j]


@kernel
def _correct_derivatives(parameters, x, q, own, dq):
    """Add the effect of x_i = z_i sqrt(q_ii), dx_i = x_i dq_ii / (2 q_ii).

    ``own`` (3, n) are the derivatives of q_ii, and ``q`` is Q, before the step.
    """
    a, _, g = parameters
    n = x.shape[0]
    for p in range(3):
        for i in range(n):
            for j in range(n):
                weight = a + g if x[i] < 0.0 and x[j] < 0.0 else a
                relative = own[p, i] / q[i, i] + own[p, j] / q[j, j]
                dq[p, i, j] += 0.5 * weight * x[i] * x[j] * relative


@kernel
def dcc_scores(  # noqa: C901 - loops over elements
    parameters, corrected, equicorrelation, density, residuals, intercept, first, derivatives
):
    """Return the log-likelihood of each date and its derivatives w.r.t. (a, b, g, nu).

    ``first`` is Q_1; ``derivatives`` (2, 3, n, n) are those of the intercept and of Q_1 w.r.t.
    (a, b, g). A matrix that is not positive definite gives -inf.
    """
    n_dates, n = residuals.shape
    log_likelihood = np.empty(n_dates)
    scores = np.zeros((n_dates, 4))
    q = first.copy()
    dq = derivatives[1].copy()
    by_q = np.empty((n, n))
    by_z = np.empty(n)
    scratch = np.empty((3, n))
    x = np.empty(n)
    own = np.empty((3, n))
    by_intercept = derivatives[0]
    for t in range(n_dates):
        z = residuals[t]
        if equicorrelation:
            terms = equicorrelated_log_density(q, z, density, by_q, by_z, scratch)
        else:
            terms = correlated_log_density(q, z, density, by_q, by_z, scratch)
        log_likelihood[t], scores[t, 3] = terms
        if not log_likelihood[t] > -np.inf:
            return log_likelihood, scores
        for p in range(3):
            total = 0.0
            for i in range(n):
                for j in range(n):
                    total += by_q[i, j] * dq[p, i, j]
            scores[t, p] = total
        _innovate(corrected, z, q, x)
        if corrected:
            for p in range(3):
                for i in range(n):
                    own[p, i] = dq[p, i, i]
        _step_derivatives(parameters, x, by_intercept, q, dq)
        if corrected:
            _correct_derivatives(parameters, x, q, own, dq)
        _step(parameters, x, intercept, q)
    return log_likelihood, scores


@kernel
def dcc_first_step_gradient(
    parameters, corrected, equicorrelation, density, residuals, intercept, first, moving, rows
):
    """Return the sum over dates of dl/d theta for the univariate parameters, (k, n_series).

    A parameter of series i changes only row and column i: dQ = e_i v' + v e_i', so that only v
    advances with the dates. ``moving`` (k, n_dates, n_series) are the derivatives of z; ``rows``
    (2, k, n, n) hold the v of the intercept and of Q_1, [parameter, series, :].
    """
    a, b, g = parameters
    n_dates, n = residuals.shape
    k = moving.shape[0]
    gradient = np.zeros((k, n))
    v = rows[1].copy()
    q = first.copy()
    by_q = np.empty((n, n))
    by_z = np.empty(n)
    scratch = np.empty((3, n))
    x = np.empty(n)
    root = np.ones(n)
    for t in range(n_dates):
        z = residuals[t]
        if equicorrelation:
            equicorrelated_log_density(q, z, density, by_q, by_z, scratch)
        else:
            correlated_log_density(q, z, density, by_q, by_z, scratch)
        _innovate(corrected, z, q, x)
        if corrected:
            for i in range(n):
                root[i] = np.sqrt(q[i, i])
        for p in range(k):
            for i in range(n):
                along = 0.0
                dx = moving[p, t, i] * root[i]
                if corrected:
                    dx += z[i] * v[p, i, i] / root[i]
                for j in range(n):
                    along += by_q[i, j] * v[p, i, j]
                    news = a + g if x[i] < 0.0 and x[j] < 0.0 else a
                    v[p, i, j] = rows[0, p, i, j] + news * dx * x[j] + b * v[p, i, j]
                gradient[p, i] += 2.0 * along + by_z[i] * moving[p, t, i]
        _step(parameters, x, intercept, q)
    return gradient


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
