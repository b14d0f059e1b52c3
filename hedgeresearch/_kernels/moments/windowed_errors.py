"""Sampling covariances of the slopes of many regressions, each over the dates of a window.

With x and u the deviations of hedges from their (weighted) means and the residuals of a window, w
its weights and m = w x u: (sum w x x')^-1 S (sum w x x')^-1, the slopes' part of Newey and West
(1987), Econometrica 55, eq. 5. With the residuals of MacKinnon and White (1985), Journal of
Econometrics 29, section 2 (HC3), u is divided by one less the leverage of its date.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place, solve_cholesky
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def slope_variances(values, begins, ends, ratios, lags, decay, corrected):
    """Return the variances of the slopes of each window values[begin:end], (n_windows, k).

    The asset is column 0. ``lags`` are those of each window; a date weighs ``decay`` times the one
    after it. Windows that are ``corrected`` (n_windows,) use residuals over one less their
    leverage. The second value is the covariance (k, k) of the slopes of the last window, the third
    the largest leverage in each of the corrected windows, and zero in the others.
    """
    n_windows, k = ratios.shape
    variances = np.empty((n_windows, k))
    covariance = np.empty((k, k))
    moments = np.empty((np.max(ends - begins), k))
    mean = np.empty(k + 1)
    scatter = np.empty((k, k))
    leverages = np.zeros(n_windows)
    for i in range(n_windows):
        window = values[begins[i] : ends[i]]
        _weighted_mean(window, decay, mean)
        _moments(window, decay, mean, ratios[i], moments, scatter)
        if corrected[i]:
            leverages[i] = _divide_by_leverage(window, decay, mean, scatter.copy(), moments)
        _long_run_sum(moments[: len(window)], lags[i], covariance)
        _sandwich(scatter, covariance)
        for j in range(k):
            variances[i, j] = covariance[j, j]
    return variances, covariance, leverages


@kernel
def _weighted_mean(window, decay, mean):
    """Fill the means of the columns, relative to the last row so that the level costs no digits."""
    n_dates, n = window.shape
    mean[:] = 0.0
    weight = 1.0
    total = 0.0
    for t in range(n_dates - 1, -1, -1):
        for i in range(n):
            mean[i] += weight * (window[t, i] - window[n_dates - 1, i])
        total += weight
        weight *= decay
    for i in range(n):
        mean[i] = window[n_dates - 1, i] + mean[i] / total


@kernel
def _moments(window, decay, mean, ratio, moments, scatter):
    """Fill the moments w x u of each date, (n_dates, k), and the sum of w x x', (k, k)."""
    n_dates = window.shape[0]
    k = ratio.shape[0]
    scatter[:, :] = 0.0
    weight = 1.0
    for t in range(n_dates - 1, -1, -1):
        residual = window[t, 0] - mean[0]
        for i in range(k):
            residual -= ratio[i] * (window[t, i + 1] - mean[i + 1])
        for i in range(k):
            weighted = weight * (window[t, i + 1] - mean[i + 1])
            moments[t, i] = weighted * residual
            for j in range(k):
                scatter[i, j] += weighted * (window[t, j + 1] - mean[j + 1])
        weight *= decay


@kernel
def _divide_by_leverage(window, decay, mean, scatter, moments):
    """Divide the moments of each date by one less its leverage w (1 / sum w + x' scatter^-1 x).

    Returns the largest leverage; overwrites ``scatter``.
    """
    n_dates = window.shape[0]
    k = len(scatter)
    scale = np.sqrt(np.diag(scatter))
    for i in range(k):
        for j in range(k):
            scatter[i, j] /= scale[i] * scale[j]
    cholesky_in_place(scatter)
    total = n_dates if decay == 1.0 else (1.0 - decay**n_dates) / (1.0 - decay)
    x = np.empty(k)
    solution = np.empty(k)
    weight = 1.0
    largest = 0.0
    for t in range(n_dates - 1, -1, -1):
        for i in range(k):
            x[i] = (window[t, i + 1] - mean[i + 1]) / scale[i]
            solution[i] = x[i]
        solve_cholesky(scatter, solution)
        leverage = 1.0 / total
        for i in range(k):
            leverage += x[i] * solution[i]
        leverage *= weight
        largest = max(largest, leverage)
        for i in range(k):
            moments[t, i] /= max(1.0 - leverage, 1e-300)
        weight *= decay
    return largest


@kernel
def _long_run_sum(moments, lags, total):
    """Fill the sum of autocovariances with Bartlett weights, without a loop over lags.

    Two dates l apart share lags + 1 - l of the runs of lags + 1 dates, so that the sum of the
    squares of all runs, divided by lags + 1, holds their product with the weight 1 - l / (lags +
    1).
    """
    n_dates, k = moments.shape
    total[:, :] = 0.0
    run = np.zeros(k)
    for t in range(n_dates + lags):
        for i in range(k):
            if t < n_dates:
                run[i] += moments[t, i]
            if t > lags:
                run[i] -= moments[t - lags - 1, i]
            for j in range(i + 1):
                total[i, j] += run[i] * run[j]
    for i in range(k):
        for j in range(i + 1):
            total[i, j] /= lags + 1
            total[j, i] = total[i, j]


@kernel
def _sandwich(scatter, inside):
    """Overwrite ``inside`` with scatter^-1 inside scatter^-1, computed in units of the hedges."""
    k = len(scatter)
    scale = np.sqrt(np.diag(scatter))
    for i in range(k):
        for j in range(k):
            scatter[i, j] /= scale[i] * scale[j]
            inside[i, j] /= scale[i] * scale[j]
    cholesky_in_place(scatter)
    for i in range(k):
        solve_cholesky(scatter, inside[i])
    for i in range(k):
        column = inside[:, i].copy()
        solve_cholesky(scatter, column)
        inside[:, i] = column
    for i in range(k):
        for j in range(i + 1):
            inside[i, j] = (inside[i, j] + inside[j, i]) / (2.0 * scale[i] * scale[j])
            inside[j, i] = inside[i, j]
