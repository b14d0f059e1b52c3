"""Exponentially weighted second moments."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def ewma_step(decay, r, average, weight):
    """Update the average with one more date, in place; return the new sum of weights.

    H_{t+1} = H_t + (r_t r_t' - H_t) / w_t, w_t = decay w_{t-1} + 1: the weights decay^k always sum
    to one, so that an average of few dates is a proper mean.
    """
    n = r.shape[0]
    weight = decay * weight + 1.0
    for i in range(n):
        for j in range(n):
            average[i, j] += (r[i] * r[j] - average[i, j]) / weight
    return weight


@kernel
def ewma_covariance(decay, returns, first, weight):
    """Return the weighted means of r r' before n + 1 dates, and the last sum of weights.

    ``first`` is H_1 and ``weight`` is w_0.
    """
    n_dates, n = returns.shape
    path = np.empty((n_dates + 1, n, n))
    average = first.copy()
    for t in range(n_dates + 1):
        for i in range(n):
            for j in range(n):
                path[t, i, j] = average[i, j]
        if t < n_dates:
            weight = ewma_step(decay, returns[t], average, weight)
    return path, weight


@kernel
def ewma_last(decay, returns, first, weight):
    """Return the last mean of ``ewma_covariance`` and its sum of weights."""
    average = first.copy()
    for t in range(returns.shape[0]):
        weight = ewma_step(decay, returns[t], average, weight)
    return average, weight
