"""GARCH(1,1) with a constant mean: Bollerslev (1986), eq. 1-3."""

from __future__ import annotations

import numpy as np
from numba import njit

LOG_2PI = np.log(2.0 * np.pi)


@njit(cache=True)
def garch_variance(parameters, returns, first):
    """h_t = omega + alpha e_{t-1}^2 + beta h_{t-1}, e_t = r_t - mu, from h_1 = ``first``; n + 1 values."""
    mu, omega, alpha, beta = parameters
    n = returns.shape[0]
    h = np.empty(n + 1)
    h[0] = first
    for t in range(n):
        h[t + 1] = omega + alpha * (returns[t] - mu) ** 2 + beta * h[t]
    return h


@njit(cache=True)
def garch_scores(parameters, returns, first, first_derivative):
    """Gaussian log-likelihood of each date and its derivatives with respect to (mu, omega, alpha, beta).

    ``first`` is h_1 and ``first_derivative`` its gradient. With v = e_t^2 / h_t:
    l_t = -(log 2 pi + log h_t + v) / 2 and dl_t = (v - 1) / (2 h_t) dh_t, plus e_t / h_t for mu;
    dh_t = (-2 alpha e_{t-1}, 1, e_{t-1}^2, h_{t-1}) + beta dh_{t-1}.
    """
    mu, omega, alpha, beta = parameters
    n = returns.shape[0]
    log_likelihood = np.empty(n)
    scores = np.empty((n, 4))
    h, dh = first, first_derivative.copy()
    for t in range(n):
        e = returns[t] - mu
        v = e * e / h
        log_likelihood[t] = -0.5 * (LOG_2PI + np.log(h) + v)
        for i in range(4):
            scores[t, i] = 0.5 * (v - 1.0) / h * dh[i]
        scores[t, 0] += e / h
        dh[0] = -2.0 * alpha * e + beta * dh[0]
        dh[1] = 1.0 + beta * dh[1]
        dh[2] = e * e + beta * dh[2]
        dh[3] = h + beta * dh[3]
        h = omega + alpha * e * e + beta * h
    return log_likelihood, scores
