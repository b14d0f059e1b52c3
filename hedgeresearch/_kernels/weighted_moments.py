"""Weighted means and covariances of all past dates.

Each date weighs ``decay`` times the one after it.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel


@kernel
def weighted_covariances(values, decay, weights, mean, products):
    """Return covariances before each date and after the last, (n_dates + 1, n, n).

    The moments are updated in place. With W the sum of the weights and d = x - mean, a date changes
    W to decay W + 1, the mean by d / W and the products P of deviations to decay P + (1 - 1 / W) d
    d': West (1979), Communications of the ACM 22, 532-535, with weights that shrink. The divisor is
    W - W2 / W, with W2 the sum of squared weights, which is n - 1 for a decay of 1. ``weights``
    holds W and W2; only the lower triangle of ``products`` is kept.
    """
    n_dates, n = values.shape
    path = np.empty((n_dates + 1, n, n))
    d = np.empty(n)
    for t in range(n_dates + 1):
        divisor = weights[0] - weights[1] / weights[0] if weights[0] > 0.0 else 0.0
        for i in range(n):
            for j in range(i + 1):
                path[t, i, j] = products[i, j] / divisor if divisor > 0.0 else 0.0
                path[t, j, i] = path[t, i, j]
        if t < n_dates:
            weights[0] = decay * weights[0] + 1.0
            weights[1] = decay**2 * weights[1] + 1.0
            for i in range(n):
                d[i] = values[t, i] - mean[i]
                mean[i] += d[i] / weights[0]
                for j in range(i + 1):
                    products[i, j] = decay * products[i, j] + (1.0 - 1.0 / weights[0]) * d[i] * d[j]
    return path
