"""The likelihood of a dynamic correlation for two series: ``dcc.dcc_scores`` without loops over series.

Two series are the usual hedge, and the pieces of a composite likelihood; written out they are five times faster.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hedgeresearch._kernels.correlated_density import radial


@njit(cache=True)
def pair_density(q11, q12, q22, x, y, density):
    """log-density of (x, y), its derivatives by q11, q12 (both off-diagonal elements) and q22, and by nu."""
    s1, s2 = 1.0 / np.sqrt(q11), 1.0 / np.sqrt(q22)
    r = q12 * s1 * s2
    determinant = 1.0 - r * r
    if not determinant > 0.0:
        return -np.inf, 0.0, 0.0, 0.0, 0.0
    u, v = (x - r * y) / determinant, (y - r * x) / determinant
    value, w, by_nu = radial(density, 2, u * x + v * y)
    by_11 = 0.5 * s1 * s1 * (w * u * u - w * u * x + 1.0 - 1.0 / determinant)
    by_22 = 0.5 * s2 * s2 * (w * v * v - w * v * y + 1.0 - 1.0 / determinant)
    by_12 = s1 * s2 * (w * u * v + r / determinant)
    return value - 0.5 * np.log(determinant), by_11, by_12, by_22, by_nu


@njit(cache=True)
def dcc_pair_scores(parameters, corrected, density, residuals, intercept, first, derivatives):
    """Log-likelihood of each date and its derivatives with respect to (a, b, g, nu); arguments as in ``dcc_scores``."""
    a, b, g = parameters
    n_dates = residuals.shape[0]
    log_likelihood, scores = np.empty(n_dates), np.zeros((n_dates, 4))
    c11, c12, c22 = intercept[0, 0], intercept[0, 1], intercept[1, 1]
    q11, q12, q22 = first[0, 0], first[0, 1], first[1, 1]
    e11, e12, e22 = (
        derivatives[0, :, 0, 0].copy(),
        derivatives[0, :, 0, 1].copy(),
        derivatives[0, :, 1, 1].copy(),
    )
    d11, d12, d22 = (
        derivatives[1, :, 0, 0].copy(),
        derivatives[1, :, 0, 1].copy(),
        derivatives[1, :, 1, 1].copy(),
    )
    for t in range(n_dates):
        x, y = residuals[t, 0], residuals[t, 1]
        log_likelihood[t], by_11, by_12, by_22, scores[t, 3] = pair_density(
            q11, q12, q22, x, y, density
        )
        if not log_likelihood[t] > -np.inf:
            return log_likelihood, scores
        for p in range(3):
            scores[t, p] = by_11 * d11[p] + by_12 * d12[p] + by_22 * d22[p]
        w11, w22 = a + g * (x < 0.0), a + g * (y < 0.0)
        w12 = a + g * (x < 0.0 and y < 0.0)
        scale1, scale2 = (q11, q22) if corrected else (1.0, 1.0)
        n11, n12, n22 = x * x * scale1, x * y * np.sqrt(scale1 * scale2), y * y * scale2
        for p in range(3):
            move1, move2 = (d11[p] / q11, d22[p] / q22) if corrected else (0.0, 0.0)
            d11[p] = e11[p] + w11 * n11 * move1 + b * d11[p]
            d12[p] = e12[p] + w12 * n12 * 0.5 * (move1 + move2) + b * d12[p]
            d22[p] = e22[p] + w22 * n22 * move2 + b * d22[p]
        d11[0], d12[0], d22[0] = d11[0] + n11, d12[0] + n12, d22[0] + n22
        d11[1], d12[1], d22[1] = d11[1] + q11, d12[1] + q12, d22[1] + q22
        d11[2] += n11 * (x < 0.0)
        d12[2] += n12 * (x < 0.0 and y < 0.0)
        d22[2] += n22 * (y < 0.0)
        q11, q12, q22 = (
            c11 + w11 * n11 + b * q11,
            c12 + w12 * n12 + b * q12,
            c22 + w22 * n22 + b * q22,
        )
    return log_likelihood, scores
