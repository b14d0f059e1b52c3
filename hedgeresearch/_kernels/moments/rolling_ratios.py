"""Regression coefficients over the observations before each date, without a matrix for each date.

Sums over a window are those of deviations from one of its dates, so that the level of the series
does not matter. A date that leaves is subtracted; where that has made a sum of squares much
smaller, and after as many dates as a window has, the sums are computed again.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place, solve_cholesky
from hedgeresearch._kernels.compilation.kernels import kernel

MAX_FALL = 0.01
"""Share of its largest value to which a sum may fall before it is computed again."""


@kernel
def rolling_ratios(values, window):  # noqa: C901 - loops over elements
    """Return the ratios of column 0 on the others over each run of ``window`` dates.

    Returns
    -------
    ratios : array (n_dates - window + 1, n - 1)
    pivots : array (n_dates - window + 1,)
        Smallest pivot of the correlation matrix of the others; zero if one of them is constant.
    covariance : array (n, n)
        Covariance of the last run, of divisor window - 1.
    """
    n_dates, n = values.shape
    n_windows = max(n_dates - window + 1, 0)
    ratios = np.full((n_windows, n - 1), np.nan)
    pivots = np.zeros(n_windows)
    covariance = np.zeros((n, n))
    sums = np.zeros(n)
    products = np.zeros((n, n))
    peaks = np.zeros(n)
    factor = np.empty((n - 1, n - 1))
    scale = np.empty(n - 1)
    anchor = values[0]
    for t in range(n_windows):
        is_new = t % window == 0
        if not is_new:
            _add_row(values[t - 1], anchor, -1.0, sums, products)
            _add_row(values[t + window - 1], anchor, 1.0, sums, products)
            for i in range(n):
                peaks[i] = max(peaks[i], products[i, i])
                is_new = is_new or products[i, i] < MAX_FALL * peaks[i]
        if is_new:
            anchor = values[t + window - 1]
            sums[:] = 0.0
            products[:] = 0.0
            for s in range(t, t + window):
                _add_row(values[s], anchor, 1.0, sums, products)
            for i in range(n):
                peaks[i] = products[i, i]
        for i in range(n):
            for j in range(i + 1):
                between = sums[i] * (sums[j] / window)
                covariance[i, j] = (products[i, j] - between) / (window - 1)
        pivots[t] = solve_ratio(covariance, factor, scale, ratios[t])
    for i in range(n):
        for j in range(i):
            covariance[j, i] = covariance[i, j]
    return ratios, pivots, covariance


@kernel
def _add_row(row, anchor, sign, sums, products):
    """Add the deviations of a date from the anchor, and their products, times a sign."""
    for i in range(row.shape[0]):
        x = sign * (row[i] - anchor[i])
        sums[i] += x
        for j in range(i + 1):
            products[i, j] += x * (row[j] - anchor[j])


@kernel
def weighted_ratios(values, decay, skip, weights, mean, products):
    """Return the ratios of column 0 on the others before each date and after the last.

    The moments of earlier dates are updated in place. With W the sum of the weights and d = x -
    mean, a date changes W to decay W + 1, the mean by d / W and the products P of deviations to
    decay P + (1 - 1 / W) d d': West (1979), Communications of the ACM 22, 532-535, with weights
    that shrink. The divisor is W - W2 / W, with W2 the sum of squared weights, which is n - 1 for a
    decay of 1. ``weights`` holds W and W2; only the lower triangle of ``products`` is kept.

    Returns
    -------
    ratios : array (n_dates + 1 - skip, n - 1)
    pivots : array (n_dates + 1 - skip,)
        See ``rolling_ratios``.
    covariance : array (n, n)
        Covariance after the last date.
    """
    n_dates, n = values.shape
    ratios = np.full((n_dates + 1 - skip, n - 1), np.nan)
    pivots = np.zeros(n_dates + 1 - skip)
    covariance = np.zeros((n, n))
    factor = np.empty((n - 1, n - 1))
    scale = np.empty(n - 1)
    d = np.empty(n)
    for t in range(n_dates + 1):
        if t >= skip:
            divisor = weights[0] - weights[1] / weights[0] if weights[0] > 0.0 else 0.0
            for i in range(n):
                for j in range(i + 1):
                    covariance[i, j] = products[i, j] / divisor if divisor > 0.0 else 0.0
            pivots[t - skip] = solve_ratio(covariance, factor, scale, ratios[t - skip])
        if t < n_dates:
            weights[0] = decay * weights[0] + 1.0
            weights[1] = decay**2 * weights[1] + 1.0
            for i in range(n):
                d[i] = values[t, i] - mean[i]
                mean[i] += d[i] / weights[0]
                for j in range(i + 1):
                    products[i, j] = decay * products[i, j] + (1.0 - 1.0 / weights[0]) * d[i] * d[j]
    for i in range(n):
        for j in range(i):
            covariance[j, i] = covariance[i, j]
    return ratios, pivots, covariance


@kernel
def solve_ratio(covariance, factor, scale, ratio):
    """Fill the ratio of the first series on the others, from the lower triangle of a covariance.

    Returns the smallest pivot of the correlation matrix of the others; where it is not positive the
    ratio is left as it is.
    """
    n = ratio.shape[0]
    for i in range(n):
        if not covariance[i + 1, i + 1] > 0.0:
            return 0.0
        scale[i] = np.sqrt(covariance[i + 1, i + 1])
        for j in range(i + 1):
            factor[i, j] = covariance[i + 1, j + 1] / (scale[i] * scale[j])
    pivot = cholesky_in_place(factor)
    if pivot > 0.0:
        for i in range(n):
            ratio[i] = covariance[i + 1, 0] / scale[i]
        solve_cholesky(factor, ratio)
        for i in range(n):
            ratio[i] /= scale[i]
    return pivot
