"""Likelihood of each date of a dynamic correlation of two series, and its scores.

Two series are the usual hedge, and the pieces of a composite likelihood; written out they are five
times faster.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.correlated_density import radial_log_density


@kernel
def pair_density(q11, q12, q22, x, y, density):
    """Return the log-density of (x, y) and its derivatives w.r.t. q11, q12, q22 and nu.

    The derivative w.r.t. q12 is that w.r.t. both off-diagonal elements.
    """
    s1 = 1.0 / np.sqrt(q11)
    s2 = 1.0 / np.sqrt(q22)
    r = q12 * s1 * s2
    determinant = 1.0 - r * r
    if not determinant > 0.0:
        return -np.inf, 0.0, 0.0, 0.0, 0.0
    u = (x - r * y) / determinant
    v = (y - r * x) / determinant
    value, w, by_nu = radial_log_density(density, 2, u * x + v * y)
    by_11 = 0.5 * s1 * s1 * (w * u * u - w * u * x + 1.0 - 1.0 / determinant)
    by_22 = 0.5 * s2 * s2 * (w * v * v - w * v * y + 1.0 - 1.0 / determinant)
    by_12 = s1 * s2 * (w * u * v + r / determinant)
    return value - 0.5 * np.log(determinant), by_11, by_12, by_22, by_nu


@kernel
def _elements(matrices):
    """Return elements (1, 1), (1, 2) and (2, 2) of matrices (3, 2, 2), each (3,)."""
    return matrices[:, 0, 0].copy(), matrices[:, 0, 1].copy(), matrices[:, 1, 1].copy()


@kernel
def _add_direct_effects(d, news, q, fallen):
    """Add the direct effects of (a, b, g) on an element of Q to its derivatives d, (3,)."""
    d[0] = d[0] + news
    d[1] = d[1] + q
    d[2] += news * fallen


@kernel
def dcc_pair_scores(parameters, corrected, density, residuals, intercept, first, derivatives):
    """Return the log-likelihood of each date and its derivatives w.r.t. (a, b, g, nu).

    ``parameters`` are (a, b, g), ``density`` is (nu, log c, d log c / d nu) and ``residuals`` are
    (n_dates, 2). ``intercept`` and ``first`` are C and Q_1, (2, 2), and ``derivatives``
    (2, 3, 2, 2) theirs w.r.t. (a, b, g).
    """
    a, b, g = parameters
    n_dates = residuals.shape[0]
    log_likelihood = np.empty(n_dates)
    scores = np.zeros((n_dates, 4))
    q11 = first[0, 0]
    q12 = first[0, 1]
    q22 = first[1, 1]
    e11, e12, e22 = _elements(derivatives[0])
    d11, d12, d22 = _elements(derivatives[1])
    for t in range(n_dates):
        x = residuals[t, 0]
        y = residuals[t, 1]
        log_likelihood[t], by_11, by_12, by_22, scores[t, 3] = pair_density(
            q11, q12, q22, x, y, density
        )
        if not log_likelihood[t] > -np.inf:
            return log_likelihood, scores
        for p in range(3):
            scores[t, p] = by_11 * d11[p] + by_12 * d12[p] + by_22 * d22[p]
        w11 = a + g * (x < 0.0)
        w22 = a + g * (y < 0.0)
        w12 = a + g * (x < 0.0 and y < 0.0)
        scale1, scale2 = (q11, q22) if corrected else (1.0, 1.0)
        n11 = x * x * scale1
        n12 = x * y * np.sqrt(scale1 * scale2)
        n22 = y * y * scale2
        for p in range(3):
            move1, move2 = (d11[p] / q11, d22[p] / q22) if corrected else (0.0, 0.0)
            d11[p] = e11[p] + w11 * n11 * move1 + b * d11[p]
            d12[p] = e12[p] + w12 * n12 * 0.5 * (move1 + move2) + b * d12[p]
            d22[p] = e22[p] + w22 * n22 * move2 + b * d22[p]
        _add_direct_effects(d11, n11, q11, x < 0.0)
        _add_direct_effects(d12, n12, q12, x < 0.0 and y < 0.0)
        _add_direct_effects(d22, n22, q22, y < 0.0)
        q11 = intercept[0, 0] + w11 * n11 + b * q11
        q12 = intercept[0, 1] + w12 * n12 + b * q12
        q22 = intercept[1, 1] + w22 * n22 + b * q22
    return log_likelihood, scores
