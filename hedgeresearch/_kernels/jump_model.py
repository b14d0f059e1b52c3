"""The cheapest path of regimes when every change costs a penalty, by dynamic programming.

Bemporad, Breschi, Piga and Boyd (2018), Fitting jump models, Automatica 96, the step of algorithm 1 for the modes.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def value_functions(losses, penalty, first):
    """Cost of the cheapest path that ends in each regime, less the least of them, after each date, (n_dates + 1, k).

    V_t(j) = loss_t(j) + min_i (V_{t-1}(i) + penalty 1[i != j]), where the cheapest i is j itself or the best of all.
    ``losses`` is (n_dates, k); row 0 is ``first``. The least is taken off so that no sum grows with the dates.
    """
    n_dates, k = losses.shape
    values = np.empty((n_dates + 1, k))
    values[0] = first - first.min()
    for t in range(n_dates):
        for j in range(k):
            values[t + 1, j] = losses[t, j] + min(values[t, j], penalty)
        values[t + 1] -= values[t + 1].min()
    return values


@njit(cache=True)
def cheapest_path(values, penalty):
    """The regimes of the cheapest path as a whole, (n_dates,), from its value functions, backwards."""
    n_dates = len(values) - 1
    path = np.empty(n_dates, np.intp)
    path[n_dates - 1] = values[n_dates].argmin()
    for t in range(n_dates - 1, 0, -1):
        following = path[t]
        path[t - 1] = following if values[t, following] <= penalty else values[t].argmin()
    return path
