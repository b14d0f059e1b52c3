"""Exponentially weighted second moments."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def ewma_covariance(decay, returns, first, weight):
    """Weighted means of r r' over the past of n + 1 dates, and the sum of weights behind the last.

    H_{t+1} = H_t + (r_t r_t' - H_t) / w_t, w_t = decay w_{t-1} + 1: the weights decay^k always sum to one, so that
    a young average is a proper mean. ``first`` is H_1 and ``weight`` is w_0.
    """
    n_dates, n = returns.shape
    path = np.empty((n_dates + 1, n, n))
    path[0] = first
    for t in range(n_dates):
        weight = decay * weight + 1.0
        for i in range(n):
            for j in range(n):
                path[t + 1, i, j] = path[t, i, j] + (returns[t, i] * returns[t, j] - path[t, i, j]) / weight
    return path, weight
