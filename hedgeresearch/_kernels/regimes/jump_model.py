"""Cheapest path of regimes when every change costs a penalty, by dynamic programming.

Bemporad, Breschi, Piga and Boyd (2018), Fitting jump models, Automatica 96, the step of algorithm 1
for the modes.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def value_functions(losses, penalty, first):
    """Return the cost of the cheapest path that ends in each regime, (n_dates + 1, k).

    V_t(j) = loss_t(j) + min_i (V_{t-1}(i) + penalty 1[i != j]), where the cheapest i is j itself or
    the best of all. ``losses`` is (n_dates, k); row 0 is ``first``. The minimum of each row is
    subtracted, so that no sum grows with the number of dates.
    """
    n_dates, k = losses.shape
    values = np.empty((n_dates + 1, k))
    _subtract_smallest(first, values[0])
    for t in range(n_dates):
        for j in range(k):
            values[t + 1, j] = losses[t, j] + min(values[t, j], penalty)
        _subtract_smallest(values[t + 1], values[t + 1])
    return values


@kernel
def _subtract_smallest(costs, reduced):
    """Fill the costs minus the smallest of them."""
    smallest = costs[0]
    for j in range(1, costs.shape[0]):
        smallest = min(smallest, costs[j])
    for j in range(costs.shape[0]):
        reduced[j] = costs[j] - smallest


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


@kernel
def descend_coordinates(points, centers, penalty):
    """Alternate between cheapest paths and their centers until the cost no longer falls.

    ``points`` is (n_dates, n), ``centers`` (k, n), which are overwritten; one that no date visits
    stays. Returns the lowest cost and the path after it.
    """
    n_dates, n = points.shape
    k = centers.shape[0]
    losses = np.empty((n_dates, k))
    free_start = np.zeros(k)
    lowest = np.inf
    while True:
        for t in range(n_dates):
            for i in range(k):
                losses[t, i] = 0.0
                for c in range(n):
                    losses[t, i] += 0.5 * (points[t, c] - centers[i, c]) ** 2
        path = cheapest_path(value_functions(losses, penalty, free_start), penalty)
        cost = 0.0
        for t in range(n_dates):
            cost += losses[t, path[t]]
            if t > 0 and path[t] != path[t - 1]:
                cost += penalty
        if not cost < lowest:
            return lowest, path
        lowest = cost
        _center(points, path, centers)


@kernel
def _center(points, path, centers):
    """Overwrite centers by the means of the dates of each regime that the path visits."""
    n_dates, n = points.shape
    counts = np.zeros(centers.shape[0])
    totals = np.zeros(centers.shape)
    for t in range(n_dates):
        counts[path[t]] += 1.0
        for c in range(n):
            totals[path[t], c] += points[t, c]
    for i in range(centers.shape[0]):
        for c in range(n):
            if counts[i] > 0.0:
                centers[i, c] = totals[i, c] / counts[i]
