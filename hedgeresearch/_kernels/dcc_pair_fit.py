"""Fit of a dynamic correlation to residuals of two series, for batches of pairs and refits."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.dcc_box import ASYMMETRIC_SHARE, HIGH, LOW, parameters_at
from hedgeresearch._kernels.dcc_pair_search import is_among, largest_news_share, search_pair
from hedgeresearch._kernels.dcc_pair_targets import pair_matrices, pair_targets


@kernel
def fit_pair(x, y, searched, warm, corrected, point, parameters):
    """Estimate the correlation of two series from residuals of their univariate models.

    The residuals of a series serve all pairs that contain it: nothing is estimated but the
    correlation. The hedge ratio of the next date is the correlation times the ratio of the next
    volatilities. Nothing is stored for each date.

    Parameters
    ----------
    x, y : array (n_dates,)
        Standardized residuals, contiguous, of the two series.
    searched : array (k,) of int
        Coordinates that the model estimates: (0, 1) for a DCC, 2 with asymmetry, 3 with degrees of
        freedom; without 0 it is integrated.
    warm : bool
        Whether ``point`` is the optimum of a similar sample: a search that begins there and ends
        inside the box is enough. Else the search begins at the local maxima of a grid.
    corrected : bool
        Whether innovations are those of Aielli (2013).
    point : array (4,)
        Overwritten with the optimum, from which the next search may begin.
    parameters : array (4,)
        Overwritten with a, b, g and nu.

    Returns
    -------
    value : float
        Mean log-density of (x, y), without that of the volatilities.
    correlation : float
        Correlation of the date after the last.
    norm : float
        Largest component of the projected gradient; the search has converged below 1e-4.
    """
    asymmetric = is_among(searched, ASYMMETRIC_SHARE)
    targets = pair_targets(x, y, asymmetric)
    gradient = np.empty(4)
    if searched[0] != 0:
        point[0] = 1.0
    value = search_pair(point, searched, warm, corrected, x, y, targets, gradient)
    parameters_at(point, largest_news_share(targets, asymmetric), parameters)
    norm = 0.0
    for i in range(searched.shape[0]):
        c = searched[i]
        end = min(max(point[c] + gradient[c], LOW[c]), HIGH[c])
        norm = max(norm, abs(end - point[c]))
    return value, next_pair_correlation(parameters, corrected, x, y, targets), norm


@kernel(fast=True)
def next_pair_correlation(parameters, corrected, x, y, targets):
    """Return the correlation of the date after the last."""
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    matrices = pair_matrices(parameters, corrected, x, y, targets)
    q11 = matrices[1, 0]
    q12 = matrices[1, 1]
    q22 = matrices[1, 2]
    for t in range(x.shape[0]):
        u = x[t] * math.sqrt(q11) if corrected else x[t]
        v = y[t] * math.sqrt(q22) if corrected else y[t]
        weight11 = a + g if u < 0.0 else a
        weight12 = a + g if u < 0.0 and v < 0.0 else a
        weight22 = a + g if v < 0.0 else a
        q11 = matrices[0, 0] + weight11 * u * u + b * q11
        q12 = matrices[0, 1] + weight12 * u * v + b * q12
        q22 = matrices[0, 2] + weight22 * v * v + b * q22
    return q12 / math.sqrt(q11 * q22)
