"""Sample covariances of a moving window."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def rolling_covariance(returns, window):
    """Covariances (divisor window - 1) of each run of ``window`` dates, (n_dates - window + 1, n, n).

    Each window is summed afresh, in two passes, so that no rounding is carried from one to the next.
    """
    n_dates, n = returns.shape
    path = np.zeros((n_dates - window + 1, n, n))
    mean = np.empty(n)
    for t in range(n_dates - window + 1):
        mean[:] = 0.0
        for s in range(t, t + window):
            for i in range(n):
                mean[i] += returns[s, i] / window
        for s in range(t, t + window):
            for i in range(n):
                for j in range(i + 1):
                    path[t, i, j] += (returns[s, i] - mean[i]) * (returns[s, j] - mean[j]) / (window - 1)
        for i in range(n):
            for j in range(i):
                path[t, j, i] = path[t, i, j]
    return path
