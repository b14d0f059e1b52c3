"""Sample moments of a rolling window, at a cost that does not grow with the window.

The dates are cut into blocks as long as the window, so that every window is the end of one block
and the beginning of the next. Moments of the ends are accumulated backwards from a boundary, those
of the beginnings forwards from it, and the two are combined: nothing is ever subtracted, so that
dates that have left the window leave no rounding. Both are relative to the last date before the
boundary, which lies in each of the windows, so that the level of the series does not matter.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def rolling_mean(values, window):
    """Return the means of each run of ``window`` dates, (n_dates - window + 1, n)."""
    n_dates, n = values.shape
    n_windows = max(n_dates - window + 1, 0)
    means = np.empty((n_windows, n))
    for begin in range(0, n_windows, window):
        boundary = begin + window
        end = min(begin + window, n_windows)
        for i in range(n):
            anchor = values[boundary - 1, i]
            total = 0.0
            for t in range(boundary - 1, begin - 1, -1):
                total += values[t, i] - anchor
                if t < end:
                    means[t, i] = total
            total = 0.0
            for t in range(begin, end):
                means[t, i] = anchor + (means[t, i] + total) / window
                if t + window < n_dates:
                    total += values[t + window, i] - anchor
    return means


@kernel
def rolling_covariance(values, window):
    """Return the covariances of each run of ``window`` dates, (n_dates - window + 1, n, n).

    The divisor is window - 1.
    """
    n_dates, n = values.shape
    n_windows = max(n_dates - window + 1, 0)
    path = np.empty((n_windows, n, n))
    older = np.empty((n_windows, n))
    mean = np.zeros(n)
    products = np.zeros((n, n))
    for begin in range(0, n_windows, window):
        boundary = begin + window
        end = min(begin + window, n_windows)
        anchor = values[boundary - 1]
        _clear(mean, products)
        for t in range(boundary - 1, begin - 1, -1):
            _add(values[t], anchor, boundary - t, mean, products)
            if t < end:
                _copy(mean, products, older[t], path[t])
        _clear(mean, products)
        for t in range(begin, end):
            _join(older[t], path[t], t - begin, mean, products, window)
            if t + window < n_dates:
                _add(values[t + window], anchor, t - begin + 1, mean, products)
    return path


@kernel
def expanding_covariance(values):
    """Return the covariances of the first t dates for each t, (n_dates + 1, n, n).

    The divisor is t - 1; those of fewer than two dates are zero.
    """
    n_dates, n = values.shape
    path = np.zeros((n_dates + 1, n, n))
    mean = np.zeros(n)
    products = np.zeros((n, n))
    for t in range(n_dates):
        _add(values[t], values[0], t + 1, mean, products)
        if t > 0:
            for i in range(n):
                for j in range(i + 1):
                    path[t + 1, i, j] = products[i, j] / t
                    path[t + 1, j, i] = path[t + 1, i, j]
    return path


@kernel
def _clear(mean, products):
    """Overwrite a mean and the lower triangle of products with zeros."""
    for i in range(mean.shape[0]):
        mean[i] = 0.0
        for j in range(i + 1):
            products[i, j] = 0.0


@kernel
def _copy(mean, products, kept_mean, kept_products):
    """Copy a mean and the lower triangle of products."""
    for i in range(mean.shape[0]):
        kept_mean[i] = mean[i]
        for j in range(i + 1):
            kept_products[i, j] = products[i, j]


@kernel
def _add(row, anchor, count, mean, products):
    """Add x = row - anchor as the ``count``-th date of a mean and of products of deviations.

    With d = x - mean, the mean changes by d / count and the products by d d' (count - 1) / count:
    Welford (1962), Technometrics 4, 419-420. Only the lower triangle of the products is kept.
    """
    for i in range(row.shape[0]):
        for j in range(i + 1):
            d = row[i] - anchor[i] - mean[i]
            other = row[j] - anchor[j] - mean[j]
            products[i, j] += d * other * ((count - 1) / count)
    for i in range(row.shape[0]):
        mean[i] += (row[i] - anchor[i] - mean[i]) / count


@kernel
def _join(older, covariance, count, newer, products, window):
    """Overwrite the products of the older dates with the covariance of a window.

    ``covariance`` holds these products. To the sum of theirs and those of the ``count`` newer dates
    comes the outer product of the difference of the two means times the harmonic weight of the two
    counts: Chan, Golub and LeVeque (1979), Stanford report CS-79-773, eq. 2.1.
    """
    weight = count * ((window - count) / window)
    for i in range(older.shape[0]):
        for j in range(i + 1):
            between = weight * (newer[i] - older[i]) * (newer[j] - older[j])
            covariance[i, j] = (covariance[i, j] + products[i, j] + between) / (window - 1)
            covariance[j, i] = covariance[i, j]
