"""Likelihood, gradient and scores of a BEKK model of two series, without inner loops.

Two series are the usual hedge; written out they are ten times faster than the kernels for any
number of series, ``bekk_gradient`` and ``bekk_scores``. The elements of vech are numbered 11, 12
and 22.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.bekk.gradient import LOG_2PI
from hedgeresearch._kernels.bekk.scores import add_outer_product
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(fast=True)
def pair_gradient(intercept, loadings, g, shocks, first, path, by_intercept, by_loadings, by_g):  # noqa: PLR0915 - one loop
    """Return what ``bekk_gradient.full_gradient`` does, for two series."""
    n_dates, m, _ = shocks.shape
    p00, p01, p02, p10, p11, p12, p20, p21, p22 = _transition(g)
    o11, o12, o22 = intercept
    a11, a12, a21, a22 = _elements(loadings[0])
    b11, b12, b21, b22 = _elements(loadings[m - 1])
    h11, h12, h22 = first
    quadratic = 0.0
    log_determinant = 0.0
    product = 1.0
    for t in range(n_dates):
        x = shocks[t, 0, 0]
        y = shocks[t, 0, 1]
        inverse = 1.0 / h11
        slope = h12 * inverse
        rest = h22 - slope * h12
        if not (h11 > 0.0 and rest > 0.0):
            return -np.inf
        product *= h11 * rest
        # One logarithm for many dates, before their product over- or underflows.
        if not 1e-100 < product < 1e100:
            log_determinant += np.log(product)
            product = 1.0
        precision = 1.0 / rest
        v = (y - slope * x) * precision
        u = x * inverse - slope * v
        quadratic += u * x + v * y
        path[t, 0] = h11
        path[t, 1] = h12
        path[t, 2] = h22
        path[t, 3] = 0.5 * (u * u - inverse - slope * slope * precision)
        path[t, 4] = u * v + slope * precision
        path[t, 5] = 0.5 * (v * v - precision)
        r = a11 * x + a21 * y
        s = a12 * x + a22 * y
        n11 = o11 + r * r
        n12 = o12 + r * s
        n22 = o22 + s * s
        if m == 2:
            x = shocks[t, 1, 0]
            y = shocks[t, 1, 1]
            r = b11 * x + b21 * y
            s = b12 * x + b22 * y
            n11 += r * r
            n12 += r * s
            n22 += s * s
        n11 += p00 * h11 + p01 * h12 + p02 * h22
        n12 += p10 * h11 + p11 * h12 + p12 * h22
        n22 += p20 * h11 + p21 * h12 + p22 * h22
        h11 = n11
        h12 = n12
        h22 = n22
    log_determinant += np.log(product)
    _gradient_backwards(loadings, g, shocks, path, by_intercept, by_loadings, by_g)
    return -0.5 * (2.0 * n_dates * LOG_2PI + log_determinant + quadratic)


@kernel(fast=True)
def _gradient_backwards(loadings, g, shocks, path, by_intercept, by_loadings, by_g):  # noqa: PLR0915 - one loop
    """Fill the gradients from h and w of each date."""
    n_dates, m, _ = shocks.shape
    p00, p01, p02, p10, p11, p12, p20, p21, p22 = _transition(g)
    k11 = k12 = k22 = 0.0
    o1 = o2 = o3 = 0.0
    g00 = g01 = g02 = g10 = g11 = g12 = g20 = g21 = g22 = 0.0
    a00 = a01 = a02 = a10 = a11 = a12 = a20 = a21 = a22 = 0.0
    b00 = b01 = b02 = b10 = b11 = b12 = b20 = b21 = b22 = 0.0
    for t in range(n_dates - 1, 0, -1):
        l11 = path[t, 3] + p00 * k11 + p10 * k12 + p20 * k22
        l12 = path[t, 4] + p01 * k11 + p11 * k12 + p21 * k22
        l22 = path[t, 5] + p02 * k11 + p12 * k12 + p22 * k22
        k11 = l11
        k12 = l12
        k22 = l22
        o1 += k11
        o2 += k12
        o3 += k22
        h11 = path[t - 1, 0]
        h12 = path[t - 1, 1]
        h22 = path[t - 1, 2]
        g00 += k11 * h11
        g01 += k11 * h12
        g02 += k11 * h22
        g10 += k12 * h11
        g11 += k12 * h12
        g12 += k12 * h22
        g20 += k22 * h11
        g21 += k22 * h12
        g22 += k22 * h22
        x = shocks[t - 1, 0, 0]
        y = shocks[t - 1, 0, 1]
        xx = x * x
        xy = x * y
        yy = y * y
        a00 += k11 * xx
        a01 += k11 * xy
        a02 += k11 * yy
        a10 += k12 * xx
        a11 += k12 * xy
        a12 += k12 * yy
        a20 += k22 * xx
        a21 += k22 * xy
        a22 += k22 * yy
        if m == 2:
            x = shocks[t - 1, 1, 0]
            y = shocks[t - 1, 1, 1]
            xx = x * x
            xy = x * y
            yy = y * y
            b00 += k11 * xx
            b01 += k11 * xy
            b02 += k11 * yy
            b10 += k12 * xx
            b11 += k12 * xy
            b12 += k12 * yy
            b20 += k22 * xx
            b21 += k22 * xy
            b22 += k22 * yy
    by_intercept[0] = o1
    by_intercept[1] = o2
    by_intercept[2] = o3
    _chain_transition(g, by_g, g00, g01, g02, g10, g11, g12, g20, g21, g22)
    _chain_transition(loadings[0], by_loadings[0], a00, a01, a02, a10, a11, a12, a20, a21, a22)
    if m == 2:
        _chain_transition(loadings[1], by_loadings[1], b00, b01, b02, b10, b11, b12, b20, b21, b22)


@kernel(fast=True)
def _elements(w):
    """Return the elements of a matrix (2, 2), row by row."""
    return w[0, 0], w[0, 1], w[1, 0], w[1, 1]


@kernel(fast=True)
def _transition(g):
    """Return the matrix (3, 3) that takes vech(X) to vech(G'XG), row by row."""
    a, b, c, d = _elements(g)
    cross = a * d + b * c
    return (
        *(a * a, 2.0 * a * c, c * c),
        *(a * b, cross, c * d),
        *(b * b, 2.0 * b * d, d * d),
    )


@kernel(fast=True)
def _chain_transition(w, by_w, s00, s01, s02, s10, s11, s12, s20, s21, s22):
    """Fill the gradient by W from that by the elements of its matrix ``_transition``."""
    a, b, c, d = _elements(w)
    by_w[0, 0] = 2.0 * (a * s00 + c * s01) + b * s10 + d * s11
    by_w[1, 0] = 2.0 * (a * s01 + c * s02) + b * s11 + d * s12
    by_w[0, 1] = 2.0 * (b * s20 + d * s21) + a * s10 + c * s11
    by_w[1, 1] = 2.0 * (b * s21 + d * s22) + a * s11 + c * s12


@kernel(fast=True)
def pair_scores(intercept, loadings, g, shocks, first, log_likelihood, scores, information):  # noqa: PLR0915 - one loop
    """Fill what ``bekk_scores.full_scores`` does, for two series."""
    n_dates, m, _ = shocks.shape
    k = information.shape[0]
    p00, p01, p02, p10, p11, p12, p20, p21, p22 = _transition(g)
    g11, g12, g21, g22 = _elements(g)
    by_11 = np.zeros(k)
    by_12 = np.zeros(k)
    by_22 = np.zeros(k)
    h11, h12, h22 = first
    information[:] = 0.0
    for t in range(n_dates):
        x = shocks[t, 0, 0]
        y = shocks[t, 0, 1]
        inverse = 1.0 / h11
        slope = h12 * inverse
        rest = h22 - slope * h12
        if not (h11 > 0.0 and rest > 0.0):
            log_likelihood[t] = -np.inf
            return
        precision = 1.0 / rest
        v = (y - slope * x) * precision
        u = x * inverse - slope * v
        log_likelihood[t] = -LOG_2PI - 0.5 * (np.log(h11 * rest) + u * x + v * y)
        w11 = 0.5 * (u * u - inverse - slope * slope * precision)
        w12 = u * v + slope * precision
        w22 = 0.5 * (v * v - precision)
        score = scores[min(t, scores.shape[0] - 1)]
        for q in range(k):
            d11 = by_11[q]
            d12 = by_12[q]
            d22 = by_22[q]
            score[q] = w11 * d11 + w12 * d12 + w22 * d22
            by_11[q] = p00 * d11 + p01 * d12 + p02 * d22
            by_12[q] = p10 * d11 + p11 * d12 + p12 * d22
            by_22[q] = p20 * d11 + p21 * d12 + p22 * d22
        add_outer_product(score, information)
        by_11[0] += 1.0
        by_12[1] += 1.0
        by_22[2] += 1.0
        n11 = intercept[0] + p00 * h11 + p01 * h12 + p02 * h22
        n12 = intercept[1] + p10 * h11 + p11 * h12 + p12 * h22
        n22 = intercept[2] + p20 * h11 + p21 * h12 + p22 * h22
        for s in range(m):
            x = shocks[t, s, 0]
            y = shocks[t, s, 1]
            a11, a12, a21, a22 = _elements(loadings[s])
            u = a11 * x + a21 * y
            v = a12 * x + a22 * y
            n11 += u * u
            n12 += u * v
            n22 += v * v
            # d (vv') / d A_cl = x_c (e_l v' + v e_l'), and d (G'HG) / d G_cl likewise
            _add_effects(3 + 4 * s, x * u, x * v, by_11, by_12, by_22)
            _add_effects(5 + 4 * s, y * u, y * v, by_11, by_12, by_22)
        u = h11 * g11 + h12 * g21
        v = h11 * g12 + h12 * g22
        _add_effects(3 + 4 * m, u, v, by_11, by_12, by_22)
        u = h12 * g11 + h22 * g21
        v = h12 * g12 + h22 * g22
        _add_effects(5 + 4 * m, u, v, by_11, by_12, by_22)
        h11 = n11
        h12 = n12
        h22 = n22


@kernel(fast=True)
def _add_effects(q, u, v, by_11, by_12, by_22):
    """Add the effects of two elements of a row, q and q + 1, on (h11, h12, h22)."""
    by_11[q] += 2.0 * u
    by_12[q] += v
    by_12[q + 1] += u
    by_22[q + 1] += 2.0 * v
