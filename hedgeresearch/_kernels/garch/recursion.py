"""GARCH(1,1) with a constant mean, an optional leverage term and normal or Student-t innovations.

Bollerslev (1986), eq. 1-3; the leverage term of Glosten, Jagannathan and Runkle (1993), eq. 3.
Parameters are always (mu, omega, alpha, gamma, beta); gamma = 0 without leverage.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def garch_variance(parameters, returns, first):
    """Return the variances of n + 1 dates from h_1 = ``first``, with e_t = r_t - mu.

    h_t = omega + (alpha + gamma 1[e_{t-1} < 0]) e_{t-1}^2 + beta h_{t-1}.
    """
    mu, omega, alpha, gamma, beta = parameters
    n = returns.shape[0]
    h = np.empty(n + 1)
    h[0] = first
    for t in range(n):
        e = returns[t] - mu
        news = alpha + gamma if e < 0.0 else alpha
        h[t + 1] = omega + news * e * e + beta * h[t]
    return h


@kernel
def _advance(parameters, e, h, dh):
    """Return the variance of the next date; its derivatives overwrite ``dh``.

    dh_{t+1} = (-2 news e_t, 1, e_t^2, 1[e_t < 0] e_t^2, h_t) + beta dh_t.
    """
    _, omega, alpha, gamma, beta = parameters
    fallen = 1.0 if e < 0.0 else 0.0
    news = alpha + gamma * fallen
    dh[0] = -2.0 * news * e + beta * dh[0]
    dh[1] = 1.0 + beta * dh[1]
    dh[2] = e * e + beta * dh[2]
    dh[3] = fallen * e * e + beta * dh[3]
    dh[4] = h + beta * dh[4]
    return omega + news * e * e + beta * h


@kernel
def garch_scores(parameters, density, returns, first, first_derivative):
    """Return the log-likelihood of each date and its derivatives w.r.t. the parameters and nu.

    ``first`` is h_1 and ``first_derivative`` its gradient; ``density`` is (nu, log c, d log c / d
    nu), see ``densities``. With v = e_t^2 / h_t and w the weight that the density gives to v: dl_t
    = (w v - 1) / (2 h_t) dh_t, plus w e_t / h_t for mu.
    """
    mu = parameters[0]
    nu, log_constant, log_constant_derivative = density
    n = returns.shape[0]
    log_likelihood = np.empty(n)
    scores = np.empty((n, 6))
    h = first
    dh = first_derivative.copy()
    for t in range(n):
        e = returns[t] - mu
        v = e * e / h
        if nu == NORMAL:
            w = 1.0
            kernel = 0.5 * v
            scores[t, 5] = 0.0
        else:
            w = (nu + 1.0) / (nu - 2.0 + v)
            kernel = 0.5 * (nu + 1.0) * np.log1p(v / (nu - 2.0))
            scores[t, 5] = log_constant_derivative - kernel / (nu + 1.0) + 0.5 * w * v / (nu - 2.0)
        log_likelihood[t] = log_constant - 0.5 * np.log(h) - kernel
        factor = 0.5 * (w * v - 1.0) / h
        for i in range(5):
            scores[t, i] = factor * dh[i]
        scores[t, 0] += w * e / h
        h = _advance(parameters, e, h, dh)
    return log_likelihood, scores


@kernel
def garch_residuals(parameters, returns, first, first_derivative):
    """Return standardized residuals z = e / sqrt(h) and their derivatives w.r.t. the parameters.

    dz_t = -z_t / (2 h_t) dh_t, minus 1 / sqrt(h_t) for mu. Derivatives are (5, n).
    """
    mu = parameters[0]
    n = returns.shape[0]
    residuals = np.empty(n)
    derivatives = np.empty((5, n))
    h = first
    dh = first_derivative.copy()
    for t in range(n):
        e = returns[t] - mu
        residuals[t] = e / np.sqrt(h)
        for i in range(5):
            derivatives[i, t] = -0.5 * residuals[t] / h * dh[i]
        derivatives[0, t] -= 1.0 / np.sqrt(h)
        h = _advance(parameters, e, h, dh)
    return residuals, derivatives


@kernel
def garch_log_variance_derivatives(parameters, returns, first, first_derivative):
    """Return h_t and the derivatives of log h_t w.r.t. the parameters, dh_t / h_t, (n, 5)."""
    n = returns.shape[0]
    variances = np.empty(n)
    derivatives = np.empty((n, 5))
    h = first
    dh = first_derivative.copy()
    for t in range(n):
        variances[t] = h
        derivatives[t] = dh / h
        h = _advance(parameters, returns[t] - parameters[0], h, dh)
    return variances, derivatives
