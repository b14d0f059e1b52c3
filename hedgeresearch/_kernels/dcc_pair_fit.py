"""Fit of a dynamic correlation to residuals of two series, for batches of pairs and refits."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.box_search import CONVERGED
from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.dcc_box import PERSISTENCE, norm_of, parameters_at
from hedgeresearch._kernels.dcc_pair_search import largest_news_share, search_pair
from hedgeresearch._kernels.dcc_pair_targets import pair_matrices, pair_targets

MIN_OWN_SHARE = 1e-7
"""Share of the residuals' variance that each series must have of its own."""


@kernel
def fit_pair(x, y, rules, searched, warm, point, gradient, parameters):
    """Estimate the correlation of two series from residuals of their univariate models.

    The residuals of a series serve all pairs that contain it: nothing is estimated but the
    correlation. Nothing is stored for each date.

    Parameters
    ----------
    x, y : array (n_dates,)
        Standardized residuals, contiguous, of the two series.
    rules : tuple of bool
        Whether the correlation is asymmetric, corrected (Aielli 2013) and integrated.
    searched : array (k,) of int
        Coordinates that the model estimates: (0, 1) for a DCC, 2 with asymmetry, 3 with degrees of
        freedom; without 0 it is integrated.
    warm : bool
        Whether ``point`` is the optimum of a similar sample: a search that begins there and ends
        inside the box is enough. Else the search begins at the local maxima of a grid.
    point : array (4,)
        Overwritten with the optimum, from which the next search may begin.
    gradient : array (4,)
        Overwritten with the gradient there.
    parameters : array (4,)
        Overwritten with a, b, g and nu.

    Returns
    -------
    found : bool
        Whether an optimum was reached; the others mean nothing if not.
    value : float
        Mean log-density of (x, y), without that of the volatilities.
    targets : array (6,)
        Elements (1, 1), (1, 2) and (2, 2) of S and then of N.
    matrices : array (8, 3)
        See ``pair_matrices``.
    q : array (3,)
        Elements of Q of the date after the last.
    """
    asymmetric, corrected, integrated = rules
    targets = pair_targets(x, y, asymmetric)
    both = targets[0] * targets[2]
    if not both - targets[1] * targets[1] > MIN_OWN_SHARE * both:
        return False, -np.inf, targets, np.zeros((8, 3)), np.zeros(3)
    if integrated:
        point[PERSISTENCE] = 1.0
    value = search_pair(point, searched, warm, corrected, x, y, targets, gradient)
    found = np.isfinite(value) and norm_of(point, gradient, searched) < CONVERGED
    parameters_at(point, largest_news_share(targets, asymmetric), parameters)
    matrices = pair_matrices(parameters, corrected, x, y, targets)
    return found, value, targets, matrices, last_q(parameters, corrected, matrices, x, y)


@kernel
def last_q(parameters, corrected, matrices, x, y):
    """Return elements (1, 1), (1, 2) and (2, 2) of Q of the date after the last, (3,).

    It keeps the order of operations, so that its bits do not depend on the kernel that calls it.
    """
    q = matrices[1].copy()
    for t in range(x.shape[0]):
        advance_q(parameters, corrected, matrices, x[t], y[t], q)
    return q


@kernel
def advance_q(parameters, corrected, matrices, x, y, q):
    """Overwrite Q with that of the next date: ``dcc``, Q_{t+1} = C + a x x' + g n n' + b Q_t."""
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    scale_x = q[0] if corrected else 1.0
    scale_y = q[2] if corrected else 1.0
    weight_xy = a + g if x < 0.0 and y < 0.0 else a
    q[0] = matrices[0, 0] + (a + g * (x < 0.0)) * x * x * scale_x + b * q[0]
    q[1] = matrices[0, 1] + weight_xy * x * y * math.sqrt(scale_x * scale_y) + b * q[1]
    q[2] = matrices[0, 2] + (a + g * (y < 0.0)) * y * y * scale_y + b * q[2]
