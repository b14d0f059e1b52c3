"""Grid of cheap values of the likelihood of two series, and its basins.

Coordinates are those of ``dcc.box``: the grid is one of the persistence and of the share of news in
it. Its local maxima, found in ``covariance.dcc.likelihoods.pair_search``, are starts of searches.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import WIDTH
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.box import parameters_at
from hedgeresearch._kernels.dcc.pair.passes import pair_values

GRID_PERSISTENCE = np.array([0.05, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999])
GRID_NEWS = np.array([0.0, 0.005, 0.02, 0.05, 0.1, 0.3, 0.6, 0.9])
"""Coordinates of a grid of values; without news the correlation is constant."""


@kernel(steers=True)
def largest_news_share(targets, asymmetric):
    """Return delta, the largest eigenvalue of S^-1/2 N S^-1/2; 1 without asymmetry."""
    if not asymmetric:
        return 1.0
    squared = targets[0] * targets[2] - targets[1] * targets[1]
    linear = targets[3] * targets[2] + targets[5] * targets[0] - 2.0 * targets[4] * targets[1]
    constant = targets[3] * targets[5] - targets[4] * targets[4]
    root = math.sqrt(max(linear * linear - 4.0 * squared * constant, 0.0))
    return (linear + root) / (2.0 * squared)


@kernel(steers=True)
def values_on_grid(points, asymmetric, corrected, x, y, targets, values):
    """Overwrite ``values`` (n_rows, 8) with the mean log-densities at points (n_rows, 8, 4).

    Eight values take little longer than one.
    """
    delta = largest_news_share(targets, asymmetric)
    parameters = np.empty((WIDTH, 4))
    for i in range(points.shape[0]):
        for j in range(WIDTH):
            parameters_at(points[i, j], delta, parameters[j])
        pair_values(parameters, corrected, x, y, targets, values[i])


@kernel(steers=True)
def leads_to_earlier(persistence, news, basins, s):
    """Return whether a point between rows of the grid is in the basin of a maximum before number s.

    Below the smallest share of news on the grid, its row decides.
    """
    n_rows = basins.shape[0]
    if n_rows == 0 or news > GRID_NEWS[WIDTH - 1]:
        return False
    if persistence < GRID_PERSISTENCE[0] or persistence > GRID_PERSISTENCE[n_rows - 1]:
        return False
    i = 0
    while i < n_rows - 1 and 2.0 * persistence > GRID_PERSISTENCE[i] + GRID_PERSISTENCE[i + 1]:
        i += 1
    j = 0 if news < GRID_NEWS[1] else 1
    while 0 < j < WIDTH - 1 and 2.0 * news > GRID_NEWS[j] + GRID_NEWS[j + 1]:
        j += 1
    return 0 <= basins[i, j] < s
