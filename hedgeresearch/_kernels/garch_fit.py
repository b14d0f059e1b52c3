"""Estimation of GARCH(1,1) on one series of unit variance, without returning to Python.

The likelihood of a sample with weak dynamics has several local maxima. Its values on a grid show
where they are, and a quasi-Newton search begins at each local maximum of the grid.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.box_search import (
    EVALUATIONS,
    VALUE,
    advance_search,
    begin_search,
    is_free,
)
from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.densities import NORMAL, density_constants
from hedgeresearch._kernels.garch_coordinates import BOX_EDGES, garch_coordinates
from hedgeresearch._kernels.garch_grid import MAX_STARTS, grid_starts, trend_starts
from hedgeresearch._kernels.garch_likelihood import garch_evaluate
from hedgeresearch._kernels.garch_newton import is_hopeless, newton_climb

CONVERGED = 1e-4
"""Largest component of the projected gradient, per date, at an accepted optimum."""
PATIENCE = 300
"""Number of evaluations after which a search turns from quasi-Newton to Newton steps."""
ROUNDING = 1e-7
"""Difference of two log-likelihoods that rounding may hide."""
OUTLIER = 10.0
"""Size of a return, in standard deviations of the sample, that may make a local optimum."""
CLEAR_GAIN = 10.0
"""Gain in log-likelihood over a constant variance below which local optima are common."""


@kernel(fast=True)
def unit_series(returns, constant_mean, unit):
    """Fill ``unit`` (n_dates,) with the returns scaled to unit variance; return center and scale.

    The variance is about the mean, or about zero for a model without a mean.
    """
    n_dates = returns.shape[0]
    center = 0.0
    if constant_mean:
        for t in range(n_dates):
            center += returns[t]
        center /= n_dates
    total = 0.0
    for t in range(n_dates):
        total += (returns[t] - center) * (returns[t] - center)
    scale = math.sqrt(total / n_dates)
    for t in range(n_dates):
        unit[t] = (returns[t] - center) / scale
    return center, scale


@kernel
def fit_garch(returns, constant_mean, asymmetric, student, warm, point, free):
    """Maximize the likelihood of one series of unit variance.

    Parameters
    ----------
    returns : array (n_dates,)
        Returns of unit variance, see ``unit_series``.
    constant_mean, asymmetric, student : bool
        Which model it is.
    warm : bool
        Whether ``point`` is an earlier optimum, near which a search that ends inside the box is
        enough.
    point : array (6,)
        Overwritten with the optimum, see ``garch_coordinates``.
    free : array (6,) of bool
        Overwritten: True for a coordinate that is searched and not held by its bound.

    Returns
    -------
    value : float
        Mean log-likelihood.
    norm : float
        Largest component of the projected gradient; the search has reached no optimum unless it is
        below ``CONVERGED``.
    """
    starts = np.empty((MAX_STARTS + 2, 6))
    searched = garch_coordinates(constant_mean, asymmetric, student)
    if warm:
        for i in range(6):
            starts[0, i] = point[i]
        value, norm = best_climb(returns, searched, starts[:1], point, free)
        if norm < CONVERGED and _is_inside(searched, free):
            return value, norm
    count = grid_starts(returns, searched, starts)
    value, norm = best_climb(returns, searched, starts[:count], point, free)
    if not _is_unclear(returns, point, value):
        return value, norm
    trend_starts(returns, point[5], starts[1:])
    for i in range(6):
        starts[0, i] = point[i]
    value, norm = best_climb(returns, searched, starts[:3], point, free)
    if asymmetric:
        # an asymmetric model must not end below the model that it nests
        for i in range(6):
            starts[1, i] = point[i]
        nested = garch_coordinates(constant_mean, not asymmetric, student)
        count = grid_starts(returns, nested, starts[2:])
        best_climb(returns, nested, starts[2 : 2 + count], starts[0], free)
        value, norm = best_climb(returns, searched, starts[:2], point, free)
    return value, norm


@kernel
def best_climb(returns, searched, starts, point, free):  # noqa: C901 - loops over coordinates
    """Search from some points, and return value and norm of the best optimum.

    Parameters
    ----------
    returns : array (n_dates,)
        Returns of unit variance.
    searched : array (k,) of int
        Coordinates that are searched.
    starts : array (n_starts, 6)
        Points where the searches begin.
    point : array (6,)
        Overwritten with the best optimum.
    free : array (6,) of bool
        Overwritten: True for a coordinate that is searched and not held by its bound.
    """
    k = searched.shape[0]
    n_dates = returns.shape[0]
    start = np.empty(k)
    low = np.empty(k)
    high = np.empty(k)
    for i in range(k):
        low[i] = BOX_EDGES[searched[i], 0]
        high[i] = BOX_EDGES[searched[i], 1]
    trial = np.empty(6)
    gradient = np.empty(k)
    information = np.empty((k, k))
    best = -np.inf
    best_norm = np.inf
    for one in range(starts.shape[0]):
        for i in range(6):
            trial[i] = starts[one, i]
        if one > 0:  # mean and density depend little on the dynamics
            trial[0] = point[0]
            trial[5] = point[5]
        for i in range(k):
            start[i] = trial[searched[i]]
        search = begin_search(start, low, high)
        more = True
        while more:
            for i in range(k):
                trial[searched[i]] = search.trial[i]
            value = garch_evaluate(trial, searched, returns, gradient, information)
            more = advance_search(search, value, gradient, information, n_dates)
            if search.numbers[EVALUATIONS] >= PATIENCE or is_hopeless(search, best, n_dates):
                more = False
        norm = newton_climb(search, searched, trial, returns, best)
        value = search.numbers[VALUE]
        gain = n_dates * (value - best)
        if gain > ROUNDING or (gain > -ROUNDING and norm < best_norm):
            best = value
            best_norm = norm
            for i in range(6):
                point[i] = trial[i]
                free[i] = False
            for i in range(k):
                point[searched[i]] = search.point[i]
                free[searched[i]] = is_free(search, i)
    return best, best_norm


@kernel
def _is_inside(searched, free):
    """Return whether no coordinate that is searched is held by its bound."""
    inside = True
    for i in range(searched.shape[0]):
        inside = inside and free[searched[i]]
    return inside


@kernel
def _is_unclear(returns, point, value):
    """Return whether the best optimum may be a local one: little is gained, or outliers rule."""
    nu, log_constant, _ = density_constants(1.0 / point[5] if point[5] > 0.0 else NORMAL, 1)
    constant = 0.0  # mean log-likelihood of a constant variance
    for t in range(returns.shape[0]):
        if abs(returns[t]) > OUTLIER:
            return True
        v = (returns[t] - point[0]) ** 2
        if nu == NORMAL:
            constant += log_constant - 0.5 * v
        else:
            constant += log_constant - 0.5 * (nu + 1.0) * math.log(1.0 + v / (nu - 2.0))
    return returns.shape[0] * value - constant < CLEAR_GAIN
