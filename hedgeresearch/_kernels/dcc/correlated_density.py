"""Log-densities of the standardized residuals z of eight dates given Q, with derivatives.

R is Q with its diagonal scaled to ones, or the equicorrelation matrix of its mean correlation.
``density`` is (nu, log c, d log c / d nu), see ``densities``. Arrays hold lanes (see ``lanes``):
``q`` the lower triangle of Q row by row, ``z`` the n residuals from lanes ``place`` on. Each
function overwrites ``terms`` (5 * 8,), whose first two lanes are then the log-density l, -inf where
Q is not positive definite, and dl/dnu. Unless only the value is wanted, it overwrites ``q`` with
dl/dq, the derivative with respect to both of two symmetric elements, and lanes n to 2n - 1 of
``vectors`` ((4 n + 1) * 8,) with dl/dz. ``matrix`` (n * n * 8,) is scratch space.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.arithmetic.lane_matrices import (
    factorize_lanes,
    invert_lanes,
    log_determinant,
)
from hedgeresearch._kernels.arithmetic.lanes import WIDTH, lane, load, root, spread, store
from hedgeresearch._kernels.compilation.kernels import kernel

# Lanes of ``terms``.
LOG_DENSITY, BY_NU, WEIGHT, BY_RHO, SHARE = range(5)


@kernel
def radial_log_density(density, n, quadratic):
    """Return the logarithm of the radial part of the density, its weight and derivative w.r.t. nu.

    The weight is w = -2 d/d quadratic of the logarithm.
    """
    nu, log_c, log_c_derivative = density
    if nu == NORMAL:
        return log_c - 0.5 * quadratic, 1.0, 0.0
    weight = (nu + n) / (nu - 2.0 + quadratic)
    radial = 0.5 * (nu + n) * math.log1p(quadratic / (nu - 2.0))
    by_nu = log_c_derivative - radial / (nu + n) + 0.5 * weight * quadratic / (nu - 2.0)
    return log_c - radial, weight, by_nu


@kernel(fast=True)
def correlated_log_density(q, z, place, density, n, only_value, matrix, vectors, terms):
    """Evaluate the log-density with R = Q scaled to a unit diagonal.

    With s_i = 1 / sqrt(q_ii) and u = R^-1 z: l = -log |R| / 2 + f(z'u) with f the log of the radial
    part, dl/dz = -w u, and dl/dQ_ij = -s_i s_j (R^-1_ij - w u_i u_j) / 2, plus s_i^2 (1 - w u_i
    z_i) / 2 on the diagonal. R^-1 = X'X with X the inverse of the Cholesky factor.
    """
    p = 0
    for i in range(n):
        scale = 1.0 / root(load(q, p + i))
        store(vectors, i, scale)
        for j in range(i):
            store(matrix, i * n + j, load(q, p + j) * scale * load(vectors, j))
        store(matrix, i * n + i, spread(1.0))
        p += i + 1
    pivots = vectors[3 * n * WIDTH :]
    factorize_lanes(matrix, n, pivots)
    y = 2 * n
    quadratic = spread(0.0)
    for i in range(n):
        v = load(z, place + i)
        for k in range(i):
            v = v - load(matrix, i * n + k) * load(vectors, y + k)
        v = v * load(matrix, i * n + i)
        store(vectors, y + i, v)
        quadratic = quadratic + v * v
    for date in range(WIDTH):
        if not pivots[n * WIDTH + date] > 0.0:
            terms[LOG_DENSITY * WIDTH + date] = -np.inf
            continue
        value, w, by_nu = radial_log_density(density, n, lane(quadratic, date))
        terms[LOG_DENSITY * WIDTH + date] = value - 0.5 * log_determinant(pivots, n, date)
        terms[BY_NU * WIDTH + date] = by_nu
        terms[WEIGHT * WIDTH + date] = w
    if not only_value:
        invert_lanes(matrix, n)
        _differentiate(q, z, place, n, load(terms, WEIGHT), matrix, vectors)


@kernel(fast=True)
def _differentiate(q, z, place, n, w, matrix, vectors):
    """Overwrite q and dl/dz from the inverse factor, from s and from y, R^-1 z = X'y."""
    u = n
    y = 2 * n
    for i in range(n):
        v = spread(0.0)
        for k in range(i, n):
            v = v + load(matrix, i * n + k) * load(vectors, y + k)
        store(vectors, u + i, v)
    p = 0
    for i in range(n):
        row = i * n
        scale = load(vectors, i)
        weighted = w * load(vectors, u + i)
        for j in range(0, i - 1, 2):
            first = j * n
            second = first + n
            v = spread(0.0)
            x = spread(0.0)
            for k in range(i, n):
                left = load(matrix, row + k)
                v = v + left * load(matrix, first + k)
                x = x + left * load(matrix, second + k)
            v = weighted * load(vectors, u + j) - v
            x = weighted * load(vectors, u + j + 1) - x
            store(q, p + j, scale * load(vectors, j) * v)
            store(q, p + j + 1, scale * load(vectors, j + 1) * x)
        if i % 2 == 1:
            first = row - n
            v = weighted * load(vectors, u + i - 1)
            for k in range(i, n):
                v = v - load(matrix, row + k) * load(matrix, first + k)
            store(q, p + i - 1, scale * load(vectors, i - 1) * v)
        v = 1.0 + weighted * (load(vectors, u + i) - load(z, place + i))
        for k in range(i, n):
            left = load(matrix, row + k)
            v = v - left * left
        store(q, p + i, 0.5 * scale * scale * v)
        p += i + 1
    for i in range(n):
        store(vectors, u + i, -1.0 * w * load(vectors, u + i))


@kernel(fast=True)
def equicorrelated_log_density(q, z, place, density, n, only_value, vectors, terms):
    """Evaluate the log-density with the equicorrelation rho: Engle and Kelly (2012), eq. 2-4.

    rho is the mean off-diagonal element of Q scaled to a unit diagonal, log |R| = (n - 1) log(1 -
    rho) + log(1 + (n - 1) rho), and R^-1 z = (z - rho / (1 + (n - 1) rho) sum z) / (1 - rho).
    """
    pairs = n * (n - 1.0)
    row_sums = 2 * n
    whole_sum = spread(0.0)
    squares = spread(0.0)
    rho = spread(0.0)
    p = 0
    for i in range(n):
        scale = 1.0 / root(load(q, p + i))
        store(vectors, i, scale)
        row_sum = spread(0.0)
        for j in range(i):
            r = load(q, p + j) * scale * load(vectors, j)
            row_sum = row_sum + r
            store(vectors, row_sums + j, load(vectors, row_sums + j) + r)
        store(vectors, row_sums + i, row_sum)
        rho = rho + (2.0 / pairs) * row_sum
        x = load(z, place + i)
        whole_sum = whole_sum + x
        squares = squares + x * x
        p += i + 1
    for date in range(WIDTH):
        _equicorrelated_terms(
            lane(rho, date), lane(whole_sum, date), lane(squares, date), density, n, date, terms
        )
    if only_value:
        return
    by_rho = load(terms, BY_RHO)
    by_z = -1.0 * load(terms, WEIGHT) / (1.0 - rho)
    center = load(terms, SHARE) * whole_sum
    p = 0
    for i in range(n):
        scale = load(vectors, i)
        for j in range(i):
            store(q, p + j, (2.0 / pairs) * by_rho * scale * load(vectors, j))
        row_sum = load(vectors, row_sums + i)
        store(q, p + i, (-1.0 / pairs) * by_rho * row_sum * scale * scale)
        store(vectors, n + i, by_z * (load(z, place + i) - center))
        p += i + 1


@kernel(fast=True)
def _equicorrelated_terms(rho, total, squares, density, n, date, terms):
    """Overwrite the terms of one of the eight dates."""
    whole = 1.0 + (n - 1.0) * rho
    if not (rho < 1.0 and whole > 0.0):
        terms[LOG_DENSITY * WIDTH + date] = -np.inf
        return
    share = rho / whole
    quadratic = (squares - share * total * total) / (1.0 - rho)
    value, w, by_nu = radial_log_density(density, n, quadratic)
    # d share / d rho = 1 / whole^2
    by_rho = 0.5 * (n - 1.0) * (1.0 / (1.0 - rho) - 1.0 / whole)
    by_rho -= 0.5 * w * (quadratic - total * total / (whole * whole)) / (1.0 - rho)
    log_r = (n - 1.0) * math.log(1.0 - rho) + math.log(whole)
    terms[LOG_DENSITY * WIDTH + date] = value - 0.5 * log_r
    terms[BY_NU * WIDTH + date] = by_nu
    terms[WEIGHT * WIDTH + date] = w
    terms[BY_RHO * WIDTH + date] = by_rho
    terms[SHARE * WIDTH + date] = share
