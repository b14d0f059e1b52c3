"""Cheapest path of regimes when every change costs a penalty, by dynamic programming.

Bemporad, Breschi, Piga and Boyd (2018), Fitting jump models, Automatica 96, the step of algorithm 1
for the modes.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel


@kernel
def value_functions(losses, penalty, first):
    """Return the cost of the cheapest path that ends in each regime, (n_dates + 1, k).

    V_t(j) = loss_t(j) + min_i (V_{t-1}(i) + penalty 1[i != j]), where the cheapest i is j itself or
    the best of all. ``losses`` is (n_dates, k); row 0 is ``first``. The minimum of each row is
    subtracted, so that no sum grows with the number of dates.
    """
    n_dates, k = losses.shape
    values = np.empty((n_dates + 1, k))
    values[0] = first - first.min()
    for t in range(n_dates):
        for j in range(k):
            values[t + 1, j] = losses[t, j] + min(values[t, j], penalty)
        values[t + 1] -= values[t + 1].min()
    return values


@kernel
def cheapest_path(values, penalty):
    """Return the regimes of the cheapest path, (n_dates,), backwards from its value functions."""
    n_dates = len(values) - 1
    path = np.empty(n_dates, np.intp)
    path[n_dates - 1] = values[n_dates].argmin()
    for t in range(n_dates - 1, 0, -1):
        following = path[t]
        path[t - 1] = following if values[t, following] <= penalty else values[t].argmin()
    return path
