"""Log-densities of observations in each regime, normal or Student-t, and their metrics.

A metric of a scale matrix S is the inverse of its Cholesky factor, by which deviations become
standardized, and the logarithm of its determinant. Densities are computed for blocks of dates, in
loops over the dates of a block that the compiler vectorizes; observations stand in rows by series.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place
from hedgeresearch._kernels.compilation.kernels import kernel

BLOCK = 256
"""Number of dates of a block; its intermediate results stay in the fastest cache."""
NORMAL = np.inf
"""Degrees of freedom of the normal density."""


@kernel(steers=True)
def fill_metrics(scales, degrees, inverse_factors, constants):
    """Fill the inverse Cholesky factors (k, n, n) and log c of the densities (k,).

    log f = log c - d^2 / 2 for the normal, log c - (nu + n) / 2 log(1 + d^2 / nu) for Student-t, d
    being Mahalanobis distances. Returns False at a scale that is not positive definite.
    """
    k, n = scales.shape[:2]
    for i in range(k):
        inverse = inverse_factors[i]
        for u in range(n):
            for v in range(u + 1):
                inverse[u, v] = scales[i, u, v]
        smallest = cholesky_in_place(inverse)
        if not 0.0 < smallest < np.inf:
            return False
        nu = degrees[i]
        constants[i] = -0.5 * n * math.log(2.0 * math.pi)
        if nu != NORMAL:
            constants[i] = _student_constant(nu, n)
        for u in range(n):
            constants[i] -= math.log(inverse[u, u])
        _invert_triangle(inverse)
    return True


@kernel
def _student_constant(nu, n):
    """Return log c of the Student-t density with unit scale."""
    constant = math.lgamma(0.5 * (nu + n)) - math.lgamma(0.5 * nu)
    return constant - 0.5 * n * math.log(math.pi * nu)


@kernel(steers=True)
def _invert_triangle(factor):
    """Overwrite the lower triangle of a matrix by its inverse, column by column."""
    n = factor.shape[0]
    for v in range(n):
        factor[v, v] = 1.0 / factor[v, v]
        for u in range(v + 1, n):
            s = 0.0
            for m in range(v, u):
                s -= factor[u, m] * factor[m, v]
            # Rows below still hold the factor, so that this diagonal element is its own.
            factor[u, v] = s / factor[u, u]


@kernel(fast=True)
def squared_distances(series, begin, size, mean, inverse_factor, distances):
    """Fill the squared Mahalanobis distances of the dates of a block."""
    standardized = np.empty(BLOCK)
    for b in range(size):
        distances[b] = 0.0
    for i in range(mean.shape[0]):
        for b in range(size):
            standardized[b] = 0.0
        for j in range(i + 1):
            weight = inverse_factor[i, j]
            center = mean[j]
            for b in range(size):
                standardized[b] += weight * (series[j, begin + b] - center)
        for b in range(size):
            distances[b] += standardized[b] * standardized[b]


@kernel(fast=True)
def log_densities_of_block(
    series, begin, size, means, inverse_factors, constants, degrees, log_densities
):
    """Fill the log-densities of the dates of a block in each regime, (k, BLOCK)."""
    k, n = means.shape
    for i in range(k):
        by_date = log_densities[i]
        squared_distances(series, begin, size, means[i], inverse_factors[i], by_date)
        if degrees[i] == NORMAL:
            for b in range(size):
                by_date[b] = constants[i] - 0.5 * by_date[b]
        else:
            # as exact as log1p, up to rounding of one, in half the time
            power = 0.5 * (degrees[i] + n)
            for b in range(size):
                by_date[b] = constants[i] - power * math.log(1.0 + by_date[b] / degrees[i])


@kernel(fast=True)
def regime_log_densities(series, means, inverse_factors, constants, degrees):
    """Return the log-densities of all dates in each regime, (n_dates, k).

    ``series`` is (n_series, n_dates); ``degrees`` are infinite for normal densities.
    """
    n_dates = series.shape[1]
    k = means.shape[0]
    by_date = np.empty((n_dates, k))
    block = np.empty((k, BLOCK))
    for begin in range(0, n_dates, BLOCK):
        size = min(BLOCK, n_dates - begin)
        log_densities_of_block(
            series, begin, size, means, inverse_factors, constants, degrees, block
        )
        for i in range(k):
            for b in range(size):
                by_date[begin + b, i] = block[i, b]
    return by_date
