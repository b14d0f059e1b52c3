"""Minimum-variance hedge ratios: Cov(hedges)^-1 Cov(hedges, asset)."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place, solve_cholesky
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def minimum_variance_ratios(covariances):
    """Return the ratios of the first series on the others, for each matrix, and pivots.

    The pivot is the smallest of the correlation matrix of the others. Solved in correlation units,
    so that the scale of a series does not matter; a singular matrix gives NaN and a pivot near
    zero.
    """
    n_dates = covariances.shape[0]
    n = covariances.shape[1] - 1
    ratios = np.empty((n_dates, n))
    pivots = np.zeros(n_dates)
    correlation = np.empty((n, n))
    scale = np.empty(n)
    for t in range(n_dates):
        vary = True
        for i in range(n):
            ratios[t, i] = np.nan
            scale[i] = np.sqrt(covariances[t, i + 1, i + 1])
            if not scale[i] > 0.0:
                vary = False
        if not vary:
            continue
        for i in range(n):
            for j in range(n):
                correlation[i, j] = covariances[t, i + 1, j + 1] / (scale[i] * scale[j])
        pivots[t] = cholesky_in_place(correlation)
        if pivots[t] > 0.0:
            for i in range(n):
                ratios[t, i] = covariances[t, i + 1, 0] / scale[i]
            solve_cholesky(correlation, ratios[t])
            for i in range(n):
                ratios[t, i] /= scale[i]
    return ratios, pivots


@kernel
def smallest_own_share(values):
    """Return the smallest share of its variance that a column has of its own.

    The share of column i is its variance given the columns after it, over its variance: the pivot
    of the correlation matrix in reversed order. It is zero for a constant column.

    Parameters
    ----------
    values : array (n_dates, n), two dates or more
    """
    correlation = _covariation_from_the_last(values)
    n = len(correlation)
    scale = np.empty(n)
    for i in range(n):
        scale[i] = np.sqrt(correlation[i, i])
        if not scale[i] > 0.0:
            return 0.0
    for i in range(n):
        for j in range(i + 1):
            correlation[i, j] /= scale[i] * scale[j]
    return cholesky_in_place(correlation)


@kernel
def _covariation_from_the_last(values):
    """Return sums of products of deviations, columns in reversed order: the lower triangle."""
    n_dates, n = values.shape
    means = np.zeros(n)
    for t in range(n_dates):
        for i in range(n):
            means[i] += values[t, n - 1 - i]
    for i in range(n):
        means[i] /= n_dates
    sums = np.zeros((n, n))
    deviations = np.empty(n)
    for t in range(n_dates):
        for i in range(n):
            deviations[i] = values[t, n - 1 - i] - means[i]
            for j in range(i + 1):
                sums[i, j] += deviations[i] * deviations[j]
    return sums
